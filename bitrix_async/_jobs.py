"""Who waits for more than one call: a stream, and an explicit batch."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol, cast

import anyio

from bitrix_async._call import Outcome, done
from bitrix_async._convert import decode
from bitrix_async._waiters import Collector
from bitrix_async.errors import BitrixError, SessionClosed
from bitrix_async.sansio.chains import Chain
from bitrix_async.sansio.lines import DOUBTED, SUSPECT, Lane, Stage
from bitrix_async.sansio.opened import Unsent
from bitrix_async.sansio.replies import Done

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterable,
        Iterable,
        Iterator,
        Sequence,
    )

    from bitrix_async._call import Call
    from bitrix_async._dispatch import Dispatcher
    from bitrix_async.sansio.chains import Segment
    from bitrix_async.sansio.lines import Ticket
    from bitrix_async.sansio.replies import Row
    from bitrix_async.sansio.settling import Settled


class Job(Collector):
    """Keeps up to `window` calls under way and collects how they end."""

    def __init__(self, dispatcher: Dispatcher, window: int) -> None:
        dispatcher.check_loop()
        self._dispatcher = dispatcher
        self._window = window
        self._open: set[Ticket] = set()
        self._ended: deque[Outcome[Any]] = deque()
        self._changed = asyncio.Event()

    async def pulled(self, calls: Iterable[Call[Any]]) -> AsyncGenerator[Outcome[Any]]:
        """Run the calls of an iterable; each outcome as it comes.

        An error of the iterable, and that the session was closed, is raised when the
        calls that were taken have had their outcomes.
        """
        source, ended = iter(calls), self._ended
        end: Exception | None = None
        try:
            while end is None or self._open or ended:
                while ended:
                    yield ended.popleft()
                if end is None:
                    end = self._fill(source)
                if self._open and not ended:
                    await self._change()
        finally:
            self.cancel()
        if not isinstance(end, StopIteration):
            raise end

    def _fill(self, source: Iterator[Call[Any]]) -> Exception | None:
        """Hand calls in until some have ended; what came where there is none left."""
        made: list[Ticket] = []
        room = self._window - len(self._open)
        try:
            while len(made) < room and not self._ended:
                ticket = self._make(next(source))
                if ticket is not None:
                    made.append(ticket)
        except Exception as end:  # noqa: BLE001  # it is raised when all is told
            return end
        finally:
            self._hand_in(made)
        return None

    async def fed(
        self, calls: AsyncIterable[Call[Any]]
    ) -> AsyncGenerator[Outcome[Any]]:
        """The same where the next call may be long in coming."""
        feeder = asyncio.ensure_future(self._feed(calls))
        feeder.add_done_callback(lambda _: self._changed.set())
        try:
            while not feeder.done() or self._open or self._ended:
                if self._ended:
                    yield self._ended.popleft()
                else:
                    await self._change()
            await feeder
        finally:
            feeder.cancel()
            self.cancel()
            with anyio.CancelScope(shield=True):  # a scope would end this wait too
                await asyncio.gather(feeder, return_exceptions=True)

    async def _feed(self, calls: AsyncIterable[Call[Any]]) -> None:
        async for call in calls:
            ticket = self._make(call)
            if ticket is not None:
                self._hand_in([ticket])
            while len(self._open) >= self._window:
                await self._change()

    def cancel(self) -> None:
        """Nobody waits for the outcomes any more: what is unsent does not leave."""
        for ticket in self._open:
            self._dispatcher.cancel(ticket)
        self._open.clear()

    def _make(self, call: Call[Any]) -> Ticket | None:
        """A ticket to hand in; none where the call cannot be sent at all, and ends."""
        try:
            return self._dispatcher.ticket(call, self, Lane.BULK)
        except SessionClosed:
            raise
        except BitrixError as error:
            self._refuse(call, error.bare())
            self._changed.set()
            return None

    def _hand_in(self, tickets: Sequence[Ticket]) -> None:
        self._open.update(tickets)
        self._dispatcher.add(tickets)

    def _refuse(self, call: Call[Any], error: BitrixError) -> None:
        self._ended.append(Outcome(call, error=error))

    @property
    def last_error(self) -> BitrixError | None:
        """Of the call that has ended just now."""
        return self._ended[-1].error

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def collect(self, settled: Settled) -> None:
        """Calls of the job have ended."""
        self._open.difference_update([ticket for ticket, _ in settled])
        self._keep(settled)
        self._changed.set()

    def _keep(self, settled: Settled) -> None:
        self._ended += [outcome_of(ticket.call, row) for ticket, row in settled]


class Tag(Protocol):
    """What calls are known by; they are `doubted` where they may have run before.

    `rounds` is how often they went unanswered while others did not.
    """

    @property
    def doubted(self) -> bool: ...

    @property
    def rounds(self) -> int: ...


class Tagged(Job):
    """A job whose calls are known by a tag and a place, and end as they came."""

    def __init__(self, dispatcher: Dispatcher, window: int) -> None:
        super().__init__(dispatcher, window)
        self._pairs: list[tuple[Ticket | Unsent, Row]] = []

    def begin(self, some: Iterable[tuple[Tag, int, Call[Any]]]) -> int:
        """Hand calls in, each with its tag and its place; how many they were."""
        count = 0
        made: list[Ticket] = []
        try:
            for tag, place, call in some:
                count += 1
                ticket = self._make(call)
                if ticket is None:
                    unsent = self._pairs[-1][0]
                    unsent.tag, unsent.place = tag, place
                    continue
                ticket.tag, ticket.place = tag, place
                if tag.doubted:
                    ticket.past = SUSPECT if tag.rounds else DOUBTED
                made.append(ticket)
        finally:
            self._hand_in(made)
        return count

    def _refuse(self, call: Call[Any], error: BitrixError) -> None:
        self._pairs.append((Unsent(call), error))

    def _keep(self, settled: Settled) -> None:
        self._pairs += settled

    @property
    def last_error(self) -> BitrixError | None:
        """Of the call that has ended just now."""
        _, row = self._pairs[-1]
        return row if isinstance(row, BitrixError) else None

    @property
    def room(self) -> int:
        """How many more calls it takes at once."""
        return max(0, self._window - len(self._open))

    @property
    def is_busy(self) -> bool:
        """Whether a call is under way, or has ended and is still to be taken."""
        return bool(self._open or self._pairs)

    def ended(self) -> Sequence[tuple[Ticket | Unsent, Row]]:
        """What has ended since the last time, and what came of each."""
        pairs, self._pairs = self._pairs, []
        return pairs

    async def change(self) -> None:
        """Wait until something has ended, or until `wake`."""
        if not self._pairs:
            await self._change()

    def wake(self) -> None:
        """Whoever waits for a change is to look again."""
        self._changed.set()

    def withdraw(self, about_to_leave: Iterable[Ticket] = ()) -> list[Ticket]:
        """The calls that have not left, and now do not."""
        waiting = [one for one in self._open if one.stage is Stage.WAITING]
        dropped = [*waiting, *self._open.intersection(about_to_leave)]
        for ticket in dropped:
            self._drop(ticket)
        self._changed.set()
        return dropped

    def _drop(self, ticket: Ticket) -> None:
        self._dispatcher.cancel(ticket)
        self._open.discard(ticket)


class Gathered:
    """The rows of some tickets, once all are there."""

    def __init__(self, tickets: Iterable[Ticket]) -> None:
        self._tickets = tuple(tickets)
        self._rows: dict[int, Row] = {}
        self._complete = asyncio.Event()

    def settle(self, ticket: Ticket, row: Row) -> None:
        """One of the tickets has ended."""
        self._rows[id(ticket)] = row
        if len(self._rows) == len(self._tickets):
            self._complete.set()

    async def rows(self) -> list[Row]:
        """What the tickets came to, in order."""
        await self._complete.wait()
        return [self._rows[id(ticket)] for ticket in self._tickets]


class Batch:
    """Runs the calls of an explicit batch, in as many requests as it needs.

    Raises `EncodeError` for what cannot be sent, before anything is.
    """

    def __init__(
        self, dispatcher: Dispatcher, calls: Sequence[Call[Any]], *, halt: bool
    ) -> None:
        self._dispatcher = dispatcher
        self._calls = calls
        try:
            self._chain = Chain(calls, halt, dispatcher.planner)
        except BitrixError as error:
            refusal = error.bare()
        else:
            return
        raise refusal  # not in the handler: the error met would be its context

    async def outcomes(self) -> list[Outcome[Any]]:
        """What the calls came to, in order."""
        while (segment := self._chain.next()) is not None:
            self._chain.settle(segment, await self._run(segment))
        rows = cast("list[Row]", self._chain.rows)
        return [*map(outcome_of, self._calls, rows)]

    async def _run(self, segment: Segment) -> list[Row]:
        gathered = Gathered(segment.tickets)
        for ticket in segment.tickets:
            ticket.waiter = gathered
        try:
            self._dispatcher.add_group(segment.tickets)
            return await gathered.rows()
        finally:
            for ticket in segment.tickets:
                self._dispatcher.cancel(ticket)


def result_of(call: Call[Any], row: Row) -> Any:
    """The typed result; raises the error, or `DecodeError`."""
    if type(row) is Done:
        kind = call.returns
        return row.result if kind is Any else decode(row.result, kind, call=call)
    raise cast("BitrixError", row)


def outcome_of(call: Call[Any], row: Row) -> Outcome[Any]:
    """The typed result or the error, as a value."""
    try:
        return done(call, result_of(call, row))
    except BitrixError as error:
        return Outcome(call, error=error.bare())

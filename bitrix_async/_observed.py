"""The shell of a session that has hooks.

Whether there are hooks is decided once, when a session is made: `shell_for` names the
classes that do the work, and those of a session without hooks know nothing of them.
"""

from __future__ import annotations

import asyncio
import logging
import math
import traceback
from contextvars import Context, copy_context
from functools import partial
from inspect import iscoroutinefunction
from itertools import count
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from attrs import define, field

from bitrix_async._dispatch import Dispatcher
from bitrix_async._jobs import Batch, Job, Tagged
from bitrix_async._rows import Walker
from bitrix_async.errors import BitrixError, SessionClosed, Unanswered
from bitrix_async.hooks import (
    CallFinished,
    CallRetried,
    CallStarted,
    Limited,
    RequestAnswered,
    RequestSent,
)
from bitrix_async.sansio.lines import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bitrix_async._call import Call, Outcome
    from bitrix_async._transport import Answer
    from bitrix_async._waiters import Shape, Waiter
    from bitrix_async.hooks import Event, Hook
    from bitrix_async.sansio.chains import Segment
    from bitrix_async.sansio.decisions import Wait
    from bitrix_async.sansio.lines import Request, Ticket
    from bitrix_async.sansio.replies import Row
    from bitrix_async.sansio.settling import Settled
    from bitrix_async.sansio.walks import Ask

T = TypeVar("T")

# Of calls and of requests, of all sessions: one hook may serve many.
_numbers: Final = count(1)

_log: Final = logging.getLogger("bitrix_async")


@define(eq=False)
class Teller:
    """Tells hooks; what one raises is logged once, without the session's secret."""

    hooks: Sequence[Hook]
    hide: Callable[[str], str]
    _broken: set[int] = field(factory=set, init=False)

    def __attrs_post_init__(self) -> None:
        for hook in self.hooks:
            called = getattr(hook, "__call__", None)  # noqa: B004  # the method itself
            if (
                called is None
                or isinstance(hook, type)  # `LogHook` for `LogHook()` would say nothing
                or iscoroutinefunction(hook)
                or iscoroutinefunction(called)
            ):
                raise TypeError(f"a hook is a plain function: {_name(hook)} is not")

    def __call__(self, event: Event) -> None:
        for place, hook in enumerate(self.hooks):
            try:
                hook(event)
            except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  # anybody's
                self._complain(place, error)

    def _complain(self, place: int, error: BaseException) -> None:
        if place in self._broken:
            return
        self._broken.add(place)
        text = self.hide("".join(traceback.format_exception(error)))
        _log.error("a hook failed, %s: %s", _name(self.hooks[place]), text)


def _name(hook: object) -> str:
    """Not its repr, which may hold anything."""
    return str(getattr(hook, "__qualname__", type(hook).__qualname__))


@define(eq=False)
class Watch:
    """A call that was handed in, until it ends for whoever did."""

    number: int
    call: Call[Any]
    began: float
    _observed: Observed
    _context: Context = field(factory=copy_context)
    is_over: bool = field(default=False, init=False)

    def finish(self, error: BaseException | None, *, cancelled: bool = False) -> None:
        """It has ended."""
        self.is_over = True
        known = error if isinstance(error, BitrixError) else None
        seconds = self._observed.now() - self.began
        event = CallFinished(self.number, self.call, seconds, known, cancelled)
        self._context.run(self._observed.report, event)

    def done(self, waiter: Waiter[Any]) -> None:
        """The future of its caller is done."""
        cancelled = waiter.cancelled()
        self.finish(None if cancelled else waiter.error, cancelled=cancelled)


class Observed(Dispatcher):
    """A dispatcher that tells hooks what it does."""

    def __init__(self, teller: Teller, *args: Any) -> None:
        super().__init__(*args)
        self._teller = teller
        # Equal reads share a ticket. Both end with it.
        self._watches: WeakKeyDictionary[Ticket, list[Watch]] = WeakKeyDictionary()
        # A method, or None for all -> until when it waits for its limit.
        self._limited: dict[str | None, float] = {}

    def report(self, event: Event) -> None:
        """Tell the hooks."""
        self._teller(event)

    def begin(self, call: Call[Any]) -> Watch:
        """A call was handed in."""
        watch = Watch(next(_numbers), call, self.now(), self)
        self.report(CallStarted(watch.number, call))
        return watch

    def know(self, ticket: Ticket, watch: Watch) -> None:
        """This ticket is sent for that call."""
        self._watches.setdefault(ticket, []).append(watch)

    def submit(self, call: Call[Any], shape: Shape[T]) -> Waiter[T]:
        """Hand in a call; see `Dispatcher.submit`."""
        waiter = super().submit(call, shape)
        watch = self.begin(call)
        if waiter.ticket is not None:
            self.know(waiter.ticket, watch)
        waiter.add_done_callback(watch.done)
        return waiter

    # --- requests -------------------------------------------------------------------

    async def _send(self, request: Request) -> None:
        await super()._send(request)
        for ticket in request.tickets:
            setback = ticket.past.setback
            if ticket.stage is Stage.WAITING and setback is not None:
                for watch in self._of(ticket):
                    self.report(_retried(watch, ticket, *setback))

    async def _post(self, request: Request) -> Answer:
        number, began = next(_numbers), self.now()
        watches = [watch for ticket in request.tickets for watch in self._of(ticket)]
        calls = {watch.number: watch.call for watch in watches}
        host = self.gateway.host
        self.report(RequestSent(number, request.method, host, calls))
        ended = partial(RequestAnswered, number, request.method)
        try:
            answer = await super()._post(request)
        except BaseException as error:
            self.report(ended(self.now() - began, error=_told(error)))
            raise
        self.report(ended(self.now() - began, answer.status))
        return answer

    def _of(self, ticket: Ticket) -> Iterator[Watch]:
        """Who waits for a ticket; of several who asked for the same, some may leave."""
        watches = self._watches.get(ticket, ())
        return (watch for watch in watches if not watch.is_over)

    # --- limits ---------------------------------------------------------------------

    def _sleep(self, loop: asyncio.AbstractEventLoop, wait: Wait) -> None:
        super()._sleep(loop, wait)
        now = loop.time()
        if wait.cause == "rate":
            self._limit("rate", None, wait.until, now)
        for method, until in self._parked(now):
            self._limit("operating", method, until, now)

    def _limit(self, cause: str, method: str | None, until: float, now: float) -> None:
        if now >= self._limited.get(method, now):
            self._limited[method] = until
            self.report(Limited(cause, method, until - now))

    def _parked(self, now: float) -> Iterator[tuple[str, float]]:
        accounts = self.planner.accounts
        for method, account in accounts.items():
            if account.budget.reported:
                until = accounts.ready_at(method, now)
                if now < until < math.inf:
                    yield method, until


def _told(error: BaseException) -> BitrixError:
    """Why no answer came, without the frames that it came through."""
    if isinstance(error, BitrixError):
        return error.bare()
    if isinstance(error, asyncio.CancelledError):
        return SessionClosed("the session was closed before an answer came")
    return Unanswered(f"the transport failed ({type(error).__name__})")


def _retried(
    watch: Watch, ticket: Ticket, error: BitrixError, wait: float
) -> CallRetried:
    told = error.of(watch.call)
    return CallRetried(watch.number, watch.call, ticket.attempts, told, wait)


class ObservedJob(Job):
    """A stream whose calls are told of."""

    _dispatcher: Observed

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._watches: dict[Ticket, Watch] = {}

    def _make(self, call: Call[Any]) -> Ticket | None:
        ticket = super()._make(call)
        watch = self._dispatcher.begin(call)
        if ticket is None:
            watch.finish(self.last_error)
        else:
            self._watches[ticket] = watch
            self._dispatcher.know(ticket, watch)
        return ticket

    def collect(self, settled: Settled) -> None:
        """Calls of the job have ended."""
        for pair in settled:
            super().collect([pair])
            self._watches.pop(pair[0]).finish(self.last_error)

    def cancel(self) -> None:
        """Nobody waits for the outcomes any more."""
        super().cancel()
        while self._watches:
            self._watches.popitem()[1].finish(None, cancelled=True)


class ObservedTagged(ObservedJob, Tagged):
    """A job with a journal whose calls are told of."""

    def _drop(self, ticket: Ticket) -> None:
        super()._drop(ticket)
        self._watches.pop(ticket).finish(None, cancelled=True)


class ObservedBatch(Batch):
    """An explicit batch whose calls are told of."""

    _dispatcher: Observed

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._watches = [*map(self._dispatcher.begin, self._calls)]

    async def outcomes(self) -> list[Outcome[Any]]:
        """What the calls came to, in order."""
        try:
            outcomes = await super().outcomes()
        except BaseException as error:
            self._finish([error] * len(self._watches))
            raise
        self._finish(outcome.error for outcome in outcomes)
        return outcomes

    def _finish(self, errors: Iterable[BaseException | None]) -> None:
        for watch, error in zip(self._watches, errors, strict=True):
            cancelled = isinstance(error, asyncio.CancelledError)
            watch.finish(error, cancelled=cancelled)

    async def _run(self, segment: Segment) -> list[Row]:
        for place, ticket in zip(segment.places, segment.tickets, strict=True):
            self._dispatcher.know(ticket, self._watches[place])
        return await super()._run(segment)


class ObservedWalker(Walker):
    """A walk over a list whose calls, one for each page, are told of."""

    _dispatcher: Observed

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._watches: dict[Ticket, Watch] = {}

    def _start(self, ask: Ask) -> list[Ticket]:
        tickets = super()._start(ask)
        for ticket in tickets:
            watch = self._watches[ticket] = self._dispatcher.begin(ticket.call)
            self._dispatcher.know(ticket, watch)
        return tickets

    def settle(self, ticket: Ticket, row: Row) -> None:
        """A call of the walk has ended."""
        super().settle(ticket, row)
        watch = self._watches.pop(ticket, None)
        if watch is not None:
            watch.finish(row if isinstance(row, BitrixError) else None)

    def cancel(self) -> None:
        """Nobody reads the list any more."""
        super().cancel()
        while self._watches:
            self._watches.popitem()[1].finish(None, cancelled=True)


class Shell(NamedTuple):
    """The classes that do a session's work."""

    dispatcher: type[Dispatcher] | partial[Observed]
    job: type[Job]
    tagged: type[Tagged]
    batch: type[Batch]
    walker: type[Walker]


def shell_for(hooks: Sequence[Hook], hide: Callable[[str], str]) -> Shell:
    """The classes for a session with these hooks; `hide` takes secrets out of text."""
    if not hooks:
        return Shell(Dispatcher, Job, Tagged, Batch, Walker)
    observed = partial(Observed, Teller(hooks, hide))
    return Shell(observed, ObservedJob, ObservedTagged, ObservedBatch, ObservedWalker)

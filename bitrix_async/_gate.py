"""In front of the portal: a job's calls that must run only once are written down first.

So what a crash leaves in doubt is what was on its way, and not what stood in line. A
call that left and is known not to have run, refused for a limit, stands in line again:
it may do so for minutes, and is written down anew when it leaves.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bitrix_async.errors import JournalError, NotSent
from bitrix_async.sansio.courses import Requests
from bitrix_async.sansio.jobs import OPEN
from bitrix_async.sansio.lines import Stage, Ticket
from bitrix_async.sansio.opened import alike

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

    from bitrix_async._dispatch import Dispatcher
    from bitrix_async._recorder import Recorder
    from bitrix_async._transport import Answer
    from bitrix_async.sansio.jobs import State, Verdict
    from bitrix_async.sansio.lines import Request
    from bitrix_async.sansio.opened import Open, Unsent


def move(
    recorder: Recorder,
    one: Ticket | Unsent,
    state: State,
    at: float,
    why: Verdict | None = None,
) -> None:
    """A call goes to another state, by itself."""
    was: Open = one.tag
    if state == was.state:
        return
    one.tag = was._replace(state=state)
    change: tuple[Any, ...] = ([one.place], state, at, was.sent_at)
    if why is not None and state not in OPEN:
        change = (*change, None, why.code, why.error)
    recorder.move((was.first, one.call.method, was.state, "", change))


def put_back(recorder: Recorder, one: Ticket | Unsent, at: float) -> None:
    """A call waits that is known not to have run since it was last in doubt."""
    if not (isinstance(one, Ticket) and one.past.doubted):
        one.tag = one.tag._replace(sent_at=None)
    move(recorder, one, "waiting", at)


class Gate:
    """Lets the requests of a run through, once what has to be is written.

    `fail` is told why that could not be, and which calls do not leave for it.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        recorder: Recorder,
        fail: Callable[[JournalError, Iterable[Ticket]], None],
    ) -> None:
        self._dispatcher = dispatcher
        self._recorder = recorder
        self._fail = fail
        # Who waits for the calls of the run.
        self.job: object = None

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """While this lasts."""
        self._dispatcher.gates.append(self)
        try:
            yield
        finally:
            self._dispatcher.gates.remove(self)

    async def __call__(
        self, request: Request, send: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """Write down what must run only once, before it leaves."""
        tickets = request.tickets
        if {one.waiter for one in tickets} != {self.job}:  # others are there too
            tickets = tuple(one for one in tickets if one.waiter is self.job)
        if not tickets:
            return await send()
        at = self._recorder.now()
        if is_any_marked := self._marked(tickets, at):
            await self._written(tickets)
        began, status = self._dispatcher.now(), None
        try:
            answer = await send()
            status = answer.status
            return answer
        finally:
            kind = "batch" if request.is_batch else "direct"
            took = self._dispatcher.now() - began
            self._recorder.request(Requests(at, kind, status, 1, len(tickets), took))
            if is_any_marked:
                # When the planner has seen the answer.
                asyncio.get_running_loop().call_soon(self._came, tickets)

    def _marked(self, leaving: Sequence[Ticket], at: float) -> bool:
        """Note that these leave; whether any must be written down before."""
        is_any = False
        for was, method, marks, some in alike(leaving):
            state = was.state
            if marks:
                is_any, state = True, "sent"
                change = ([one.place for one in some], state, at, at)
                self._recorder.move((was.first, method, was.state, "", change))
            known = was._replace(state=state, sent_at=at, method=method)
            for one in some:
                one.tag = known
        return is_any

    async def _written(self, tickets: Iterable[Ticket]) -> None:
        try:
            await self._recorder.flush(among=self._dispatcher.under_way)
        except JournalError as error:
            self._fail(error, tickets)
            raise NotSent("it could not be written down before") from None

    def _came(self, tickets: Iterable[Ticket]) -> None:
        """What waits again has not run, or may have: then it stays in doubt."""
        at, waiting = self._recorder.now(), Stage.WAITING
        for one in [one for one in tickets if one.stage is waiting]:
            put_back(self._recorder, one, at)

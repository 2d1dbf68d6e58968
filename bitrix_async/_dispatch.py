"""The loop that asks the planner, sends, and wakes callers; it owns the tasks.

There is no policy here: the planner says what to send and until when to wait, and what
an answer means. Each request is a task of the dispatcher's own, never of a caller's,
so that a caller who is cancelled harms nobody else. Callers wait on plain futures,
which cost a third of what a task or an event does (measured.md B.2).
"""

from __future__ import annotations

import asyncio
import math
import traceback
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar
from weakref import WeakValueDictionary

import anyio

from bitrix_async._buckets import bucket_for
from bitrix_async._call import check_calls
from bitrix_async._convert import READERS, check_returns
from bitrix_async._gateway import Gateway
from bitrix_async._waiters import Collector, Several, Waiter
from bitrix_async.errors import BitrixError, NotSent, SessionClosed, Unanswered
from bitrix_async.sansio.decisions import Renew, Send, Wait
from bitrix_async.sansio.encoding import NO_NAMES, parts_of
from bitrix_async.sansio.lines import Lane, Stage, Ticket
from bitrix_async.sansio.retries import IS_READ

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from bitrix_async._call import Call
    from bitrix_async._gateway import Credentials
    from bitrix_async._stores import TokenStore
    from bitrix_async._transport import Answer, Transport
    from bitrix_async._waiters import Shape
    from bitrix_async.hooks import Event
    from bitrix_async.sansio.lines import Request
    from bitrix_async.sansio.planning import Planner
    from bitrix_async.sansio.replies import Row
    from bitrix_async.sansio.settling import Settled

T = TypeVar("T")

# How long a renewal that is under way may take when the session is closed: the pair
# that it brings is the only one there is.
_LAST_RENEWAL: Final = 5.0


class Listener(Protocol):
    """Who is told when a ticket has ended."""

    def settle(self, ticket: Ticket, row: Row) -> None:
        """The ticket has ended with this; called once, and must not fail."""
        ...


class Gate(Protocol):
    """Who stands between a request and the portal.

    What it raises before it sends is taken as if the request had not been sent, which
    then it must not have been.
    """

    async def __call__(
        self, request: Request, send: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        """Send it, and give its answer back."""
        ...


class Dispatcher:
    """Runs a planner on an event loop."""

    def __init__(
        self,
        planner: Planner,
        transport: Transport,
        credentials: Credentials,
        timeout: float,
        store: TokenStore | None = None,
    ) -> None:
        self.planner = planner
        self.gateway = Gateway(transport, credentials, timeout, self.report, store)
        self.gates: list[Gate] = []
        self._told: list[Callable[[], None]] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        # In order, so that closing tells in the same order whoever waits.
        self._tasks: dict[asyncio.Task[None], Request] = {}
        self._renewal: asyncio.Task[None] | None = None
        # Dropped with its ticket: what is no longer waiting is of no use.
        self._reads: WeakValueDictionary[tuple[str, Any], Ticket]
        self._reads = WeakValueDictionary()
        self._timer: asyncio.TimerHandle | None = None
        self._awake = False
        self._closed = False

    # --- calls come and go ----------------------------------------------------------

    def submit(self, call: Call[Any], shape: Shape[T]) -> Waiter[T]:
        """Hand in a call; `shape` makes its result of what came, or raises."""
        if asyncio.get_running_loop() is not self._loop:
            self._running()
        waiter: Waiter[T] = Waiter()
        waiter._dispatcher, waiter._shape = self, shape  # noqa: SLF001
        try:
            ticket = waiter._ticket = self.ticket(call, waiter)  # noqa: SLF001
        except BitrixError as error:
            waiter._ticket = None  # noqa: SLF001
            waiter.set_exception(error.bare())
            return waiter
        same = self._same_read(ticket) if IS_READ[call.method] else None
        if same is not None:
            waiter._ticket = same  # noqa: SLF001
            same.waiter = Several.of(same.waiter, waiter)
            return waiter
        # The time matters only to a call that is to end in time.
        self.planner.add(ticket, 0.0 if call.seconds is None else self.now())
        if not self._awake:
            self._wake()
        return waiter

    def _same_read(self, ticket: Ticket) -> Ticket | None:
        """A waiting call that asks for the same; this one is kept where there is none.

        One answer then serves both (design.md 4): nothing has been read yet. What is
        to end in time, or to run only once, goes by itself.
        """
        call = ticket.call
        if ticket.command is None or call.seconds is not None:
            return None
        if call.repeat_safe is False:
            return None
        # Types of one name may differ; what cannot be hashed was refused before.
        key = (ticket.command, call.returns)
        same = self._reads.get(key)
        if same is not None and same.stage is Stage.WAITING and not same.attempts:
            return same
        self._reads[key] = ticket
        return None

    def ticket(
        self,
        call: Call[Any],
        listener: Listener,
        lane: Lane = Lane.INTERACTIVE,
        names: Mapping[int, str] = NO_NAMES,
    ) -> Ticket:
        """A ticket for a call; raises `EncodeError` where it cannot be sent.

        Raises `TypeError` for what is no call, and for a type that nothing is read as.

        `names` are the keys of the calls that share its request, by identity.
        """
        if self._closed:
            check_calls(call)
            raise SessionClosed("the session is closed", call=call)
        try:
            method, command, params, scope, _ = parts_of(call, names)
        except (AttributeError, TypeError):
            # Not asked before, which every call would pay for.
            check_calls(call)
            raise
        if call.returns is not Any and id(call.returns) not in READERS:
            check_returns(call)
        return Ticket(call, method, command, params, scope, lane, listener)

    def add(self, tickets: Sequence[Ticket]) -> None:
        """Tickets come in, each by itself."""
        if not tickets:
            return
        now = self._running().time()
        if self._closed:
            _tell(self.planner.turn_away(tickets))
            return
        for ticket in tickets:
            self.planner.add(ticket, now)
        self._wake()

    def add_group(self, tickets: Sequence[Ticket]) -> None:
        """The tickets of a group come in, which leaves in one request."""
        if len(tickets) == 1:
            self.add(tickets)
            return
        now = self._running().time()
        if self._closed:
            _tell(self.planner.turn_away(tickets))
            return
        self.planner.add_group(tickets, now)
        self._wake()

    def cancel(self, ticket: Ticket, waiter: object = None) -> None:
        """Nobody waits for the ticket any more, or only others than `waiter`."""
        if isinstance(ticket.waiter, Several) and waiter is not None:
            ticket.waiter.waiters.remove(waiter)
            if ticket.waiter.waiters:
                return
        self.planner.cancel(ticket)

    def now(self) -> float:
        """The time that the planner goes by."""
        return self._loop.time() if self._loop else 0.0

    @property
    def under_way(self) -> int:
        """How many requests have left, or are about to."""
        return len(self._tasks)

    @property
    def is_idle(self) -> bool:
        """Whether no call waits, no request is under way, and no token is renewed."""
        is_renewing = self._renewal is not None and not self._renewal.done()
        return self.planner.is_idle and not is_renewing

    @property
    def is_used(self) -> bool:
        """Whether a call was handed in."""
        return self._loop is not None

    def check_loop(self) -> asyncio.AbstractEventLoop:
        """The loop that runs; raises `RuntimeError` where it is not the session's."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop and self._loop is not None:
            raise RuntimeError("a session belongs to the event loop of its first use")
        return loop

    def _running(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop = self.check_loop()
            self._share(loop)
        return loop

    def _share(self, loop: asyncio.AbstractEventLoop) -> None:
        """Go by the portal's bucket, as soon as it is known which portal it is."""
        if self.gateway.host:
            limits = self.planner.limits
            self.planner.share(bucket_for(loop, self.gateway.host, limits))

    async def portal(self) -> str:
        """The portal's name and port; the store is asked where only it knows.

        Raises `NotSent` where nobody knows.
        """
        loop = self._running()
        if not self.gateway.host:
            if isinstance(self.planner.access.next(loop.time()), Renew):
                self._renewal = loop.create_task(self._renew())
            if self._renewal is not None:
                await asyncio.wait({self._renewal})
        if not self.gateway.host:
            raise NotSent("nobody knows which portal this is: there are no tokens")
        return self.gateway.host

    @contextmanager
    def telling(self, tell: Callable[[], None]) -> Iterator[None]:
        """While this lasts, tell when the session is closed."""
        self._told.append(tell)
        try:
            yield
        finally:
            self._told.remove(tell)

    def report(self, event: Event) -> None:
        """Tell the hooks; here there are none, `_observed` has them."""

    # --- the loop -------------------------------------------------------------------

    def _wake(self) -> None:
        if not self._awake and self._loop is not None:
            self._awake = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        """Do what the planner says, until it says to wait."""
        self._awake = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._closed or self._loop is None:
            return
        now = self._loop.time()
        _tell(self.planner.expired(now))
        while isinstance(decision := self.planner.next(now), Send | Renew):
            if isinstance(decision, Renew):
                self._renewal = self._loop.create_task(self._renew())
                continue
            task = self._loop.create_task(self._send(decision.request))
            self._tasks[task] = decision.request
            task.add_done_callback(self._ended)
        if isinstance(decision, Wait):
            self._sleep(self._loop, decision)

    def _sleep(self, loop: asyncio.AbstractEventLoop, wait: Wait) -> None:
        if wait.until < math.inf:
            self._timer = loop.call_at(wait.until, self._turn)

    def _ended(self, task: asyncio.Task[None]) -> None:
        request = self._tasks.pop(task)
        if not task.cancelled() and (bug := task.exception()) is not None:
            # Whoever waits is told, and the loop reports where it happened.
            error = Unanswered(f"the session failed ({type(bug).__name__})")
            _tell(self.planner.abandon(request, error))
            self._wake()
            _clear(bug)
            context = {"message": "a session failed", "exception": bug, "task": task}
            task.get_loop().call_exception_handler(context)

    async def _send(self, request: Request) -> None:
        try:
            answer = await self._post(request)
        except BitrixError as error:
            settled = self.planner.failed(request, error, self.now())
        except asyncio.CancelledError:
            text = "the session was closed while the call was under way"
            _tell(self.planner.abandon(request, Unanswered(text)))
            raise
        except Exception as failure:  # noqa: BLE001  # a transport that is not ours
            text = f"the transport failed ({type(failure).__name__})"
            settled = self.planner.failed(request, Unanswered(text), self.now())
        else:
            settled = self.planner.answered(
                request, answer.status, answer.headers, answer.body, self.now()
            )
        _tell(settled)
        self._wake()

    async def _post(self, request: Request) -> Answer:
        send = partial(self.gateway.post, request.method, request.body())
        for gate in self.gates:
            send = partial(gate, request, send)
        return await send()

    async def _renew(self) -> None:
        was_known = bool(self.gateway.host)
        try:
            keeper = await self.gateway.renew()
        except BitrixError as error:
            _tell(self.planner.denied(error, self.now()))
        except Exception as bug:
            told = NotSent(f"the session failed ({type(bug).__name__})")
            _tell(self.planner.denied(told, self.now()))
            raise
        else:
            seconds, is_new = keeper.seconds, keeper.asked
            self.planner.access.renewed(self.now(), seconds, is_new=is_new)
            if not was_known and self._loop is not None:
                self._share(self._loop)
        self._wake()

    def stop(self) -> None:
        """Nothing leaves any more."""
        if self._closed:
            return
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()
        for tell in [*self._told]:
            tell()

    async def aclose(self) -> None:
        """Stop; whoever waits is told. Takes no longer than closing connections."""
        self.stop()
        with anyio.CancelScope(shield=True):
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._end_renewal()
        # What is left was cancelled before its first step: it was not sent.
        _tell(self.planner.close(self.now()))

    async def _end_renewal(self) -> None:
        if self._renewal is not None:
            await asyncio.wait({self._renewal}, timeout=_LAST_RENEWAL)
            self._renewal.cancel()
            await asyncio.gather(self._renewal, return_exceptions=True)


def _clear(bug: BaseException | None) -> None:
    """Empty the frames of a bug: what reports it may print their variables."""
    while bug is not None:
        traceback.clear_frames(bug.__traceback__)
        bug = bug.__cause__ or bug.__context__


def _tell(settled: Settled) -> None:
    first = settled[0][0].waiter if settled else None
    if isinstance(first, Collector) and _only(first, settled):
        first.collect(settled)
        return
    for ticket, row in settled:
        ticket.waiter.settle(ticket, row)


def _only(waiter: object, settled: Settled) -> bool:
    """Whether nobody else waits for these."""
    return {ticket.waiter for ticket, _ in settled} == {waiter}

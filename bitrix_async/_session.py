"""The session: hands calls in, and gives each caller its own result."""

from __future__ import annotations

import random
import warnings
from collections.abc import AsyncIterable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar, Unpack, cast, overload

from attrs import evolve

from bitrix_async._call import check_calls
from bitrix_async._closing import to_its_end
from bitrix_async._convert import check_returns
from bitrix_async._jobs import result_of
from bitrix_async._oauth import OAuth
from bitrix_async._observed import shell_for
from bitrix_async._recorder import Recorder, unix_clock
from bitrix_async._rows import flat, row_type, typed
from bitrix_async._run import JobRun
from bitrix_async._settings import check_job, check_settings, check_walk
from bitrix_async._transport import CONNECTIONS, AiohttpTransport, OwnTransport
from bitrix_async.sansio.access import Access
from bitrix_async.sansio.auth import Secret, Webhook
from bitrix_async.sansio.budget import RetryBudget
from bitrix_async.sansio.limits import LeakyBucket, Limits
from bitrix_async.sansio.paging import plan
from bitrix_async.sansio.planning import Planner

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncGenerator, Iterable
    from os import PathLike
    from types import TracebackType

    from bitrix_async._call import Call, Outcome, Reply
    from bitrix_async._run import HowToRun
    from bitrix_async._sources import Calls
    from bitrix_async._transport import Transport
    from bitrix_async.errors import BitrixError
    from bitrix_async.hooks import Hook
    from bitrix_async.sansio.courses import JobSummary
    from bitrix_async.sansio.paging import HowToWalk
    from bitrix_async.sansio.replies import Done, Row
    from bitrix_async.sansio.stats import Stats

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")

# What the portal itself allows a request: protocol.md 1.3.
_TIMEOUT = 60.0
# Full batches that a job may have in hand: as many as leave the bucket for jobs.
_BATCHES = 40


class Session:
    """One portal, as one user: turns awaited calls into few, safe and early requests.

    Args:
        auth: a webhook's address, `Webhook` of it, or an application's `OAuth`.
        limits: what the portal allows; see `Limits`.
        timeout: seconds for one HTTP request; the portal cuts at 60.
        connections: how many requests may be under way at once, and so many batches of
            rows may a walk over a list have read ahead. As many as the bucket lets go.
        transport: what to send with; it is then not closed with the session.
        hooks: who is told of the work while it goes on; see `bitrix_async.hooks`.
        budget: how much may be sent again after trouble; see `RetryBudget`.

    A session is used on one event loop. It is closed by `async with` or `aclose`.
    Raises `ValueError` for an address that is not a webhook's, and for a number that
    nothing can be sent with.
    """

    _closed = False

    def __init__(
        self,
        auth: str | Webhook | OAuth,
        *,
        limits: Limits | None = None,
        timeout: float = _TIMEOUT,
        connections: int = CONNECTIONS,
        transport: Transport | None = None,
        hooks: Iterable[Hook] = (),
        budget: RetryBudget | None = None,
    ) -> None:
        if isinstance(auth, str):  # no frame holds an address that is refused
            sealed, auth = Secret(auth), ""
            auth = Webhook(sealed)
        check_settings(auth, limits, timeout, connections, transport, budget)
        is_app = isinstance(auth, OAuth)
        self._limits = limits or Limits()
        pace, jitter = self._limits.pace, self._jitter()
        credentials = auth.keeper(jitter, pace) if isinstance(auth, OAuth) else auth
        self._own = OwnTransport(connections) if transport is None else None
        self._shell = shell_for(tuple(hooks), credentials.hide)
        self._dispatcher = self._shell.dispatcher(
            Planner(
                self._limits,
                LeakyBucket(*self._limits.requests),
                connections,
                jitter,
                credentials.hide,
                budget or RetryBudget(),
                Access(is_app, pace, is_app),
            ),
            transport or self._own or AiohttpTransport(connections),
            credentials,
            timeout,
            auth.store if isinstance(auth, OAuth) else None,
        )
        # Twice what can be under way, as far as permits go: the next batches are full.
        self._window = min(2 * connections, _BATCHES) * self._limits.batch_size
        self._ahead = connections

    @staticmethod
    def _jitter() -> Callable[[], float]:
        """What leaves part of the waits to chance: numbers from 0 to 1."""
        return random.Random().random  # noqa: S311  # nothing secret

    # --- calls ----------------------------------------------------------------------

    def __call__(self, call: Call[T]) -> asyncio.Future[T]:
        """Hand the call in; await the result.

        The call is handed in at once, whether or not it is awaited yet. Cancelling
        whoever awaits takes the call out if it has not been sent. It is a future:
        `gather`, `wait_for` and `as_completed` take it, and a task group takes a
        coroutine that awaits it.

        Raises, when awaited: `Fault` and its kinds, `NotSent`, `Unanswered`,
        `BadAnswer`, `DecodeError`, `EncodeError`, `SessionClosed`. Raises `TypeError`
        at once for what is no call, and for a type that no result is read as.
        """
        return self._dispatcher.submit(call, result_of)

    def reply(self, call: Call[T]) -> asyncio.Future[Reply[T]]:
        """As calling the session; with the answer's time, total and next."""
        return self._dispatcher.submit(call, _reply)

    # --- explicit batches -----------------------------------------------------------

    @overload
    async def batch(
        self,
        call: Call[A],
        /,
        *,
        halt: bool = True,
        return_exceptions: Literal[False] = False,
    ) -> tuple[A]: ...
    @overload
    async def batch(
        self,
        call: Call[A],
        second: Call[B],
        /,
        *,
        halt: bool = True,
        return_exceptions: Literal[False] = False,
    ) -> tuple[A, B]: ...
    @overload
    async def batch(
        self,
        call: Call[A],
        second: Call[B],
        third: Call[C],
        /,
        *,
        halt: bool = True,
        return_exceptions: Literal[False] = False,
    ) -> tuple[A, B, C]: ...
    @overload
    async def batch(
        self,
        call: Call[A],
        second: Call[B],
        third: Call[C],
        fourth: Call[D],
        /,
        *,
        halt: bool = True,
        return_exceptions: Literal[False] = False,
    ) -> tuple[A, B, C, D]: ...
    @overload
    async def batch(
        self,
        *calls: Call[T],
        halt: bool = True,
        return_exceptions: Literal[False] = False,
    ) -> tuple[T, ...]: ...
    @overload
    async def batch(
        self,
        *calls: Call[T],
        halt: bool = True,
        return_exceptions: Literal[True],
    ) -> tuple[T | BitrixError, ...]: ...
    async def batch(
        self,
        *calls: Call[Any],
        halt: bool = True,
        return_exceptions: bool = False,
    ) -> tuple[Any, ...]:
        """Run calls in order, in one request where that is possible.

        A later call may use the result of an earlier one: `site.result["ID"]`.

        Args:
            calls: what to run.
            halt: stop at the first failure. The calls behind it get a `NotSent` that
                names it. Without it, only those that use its result do.
            return_exceptions: give errors in the places of results, as
                `asyncio.gather` does; otherwise the first error is raised.

        Raises `EncodeError` before anything is sent, and what a call can raise.
        """
        check_calls(*calls)
        check_returns(*calls)
        batch = self._shell.batch(self._dispatcher, calls, halt=halt)
        outcomes = await batch.outcomes()
        if return_exceptions:
            return tuple(one.error or one.result for one in outcomes)
        return tuple(one.unwrap() for one in outcomes)

    # --- jobs -----------------------------------------------------------------------

    def stream(
        self, calls: Iterable[Call[T]] | AsyncIterable[Call[T]]
    ) -> AsyncGenerator[Outcome[T]]:
        """Run any number of calls; gives an `Outcome` for each, as it ends.

        Calls are taken from the iterable only as fast as others end, so memory does
        not grow with their number. Ending the loop early takes out what is unsent.

        Raises what the iterable does, and `SessionClosed`; before it, those that were
        taken have had their outcomes.
        """
        job = self._shell.job(self._dispatcher, self._window)
        if isinstance(calls, AsyncIterable):
            return job.fed(calls)
        return job.pulled(calls)

    async def run(
        self,
        calls: Calls | None = None,
        *,
        journal: str | PathLike[str],
        **how: Unpack[HowToRun],
    ) -> JobSummary:
        """Run a job that survives: what became of each call is kept in a journal.

        Run again with the same calls and the same journal, it goes on where it was:
        what is done is not sent again. A call that must run only once runs at most
        once, whatever happens to the process or the machine; one of which a crash, or
        a lost connection, leaves open whether it ran is `unknown` in the journal.

        While the portal cannot be reached, or does not answer, the job waits for it,
        an hour at the most. `bitrix_async.journal.Journal` reads the journal, at any
        time. Memory does not grow with the number of calls.

        Args:
            calls: any number of them, or of pairs of a key and a call; the same as
                before where the journal has some. None: what is in the journal. What
                `Call.within` says does not hold in a job.
            journal: its file, which is made where there is none.
            how: see `HowToRun`.

        Raises `JournalError` and its kinds, before anything is sent where the journal
        cannot be used; `AuthFault` where the portal refuses the credentials, `NotSent`
        or `Unanswered` where it is away for too long, `SessionClosed`. What is not
        done then waits in the journal. What `calls` raises ends the job too.
        """
        check_job(how)
        recorder = Recorder(journal, unix_clock())
        make_job = partial(self._shell.tagged, self._dispatcher, self._window)
        return await JobRun(make_job, self._dispatcher, recorder, how)(calls)

    # --- lists ----------------------------------------------------------------------

    @overload
    def pages(
        self,
        call: Call[list[T]] | Call[dict[str, T]],
        **how: Unpack[HowToWalk],
    ) -> AsyncGenerator[list[T]]: ...
    @overload
    def pages(
        self,
        call: Call[Any],
        **how: Unpack[HowToWalk],
    ) -> AsyncGenerator[list[Any]]: ...
    def pages(
        self,
        call: Call[Any],
        **how: Unpack[HowToWalk],
    ) -> AsyncGenerator[list[Any]]:
        """Walk a list to its end; gives its rows page by page, in order.

        The call is as for one page, with filter, order and select of your own. What
        is read ahead is bounded, so memory does not grow with the list.

        Args:
            call: the list; its type is that of one page, `list[T]` or `dict[str, T]`.
            how: `strategy`, `key` and `page_size`, where the choice is not to be left
                to what is known of the method; see `HowToWalk`.

        Raises `ValueError` at once for what contradicts itself, and while it is read
        what a call raises; `BadAnswer` where the answer is no list, does not follow
        the id, or has changed while it was read by offsets.
        """
        check_walk(call, how)
        walk = plan(call, **how)
        row = row_type(call)
        walker = self._shell.walker(self._dispatcher, walk, self._ahead)
        return typed(walker, call, row)

    @overload
    def rows(
        self,
        call: Call[list[T]] | Call[dict[str, T]],
        **how: Unpack[HowToWalk],
    ) -> AsyncGenerator[T]: ...
    @overload
    def rows(
        self,
        call: Call[Any],
        **how: Unpack[HowToWalk],
    ) -> AsyncGenerator[Any]: ...
    def rows(
        self,
        call: Call[Any],
        **how: Unpack[HowToWalk],
    ) -> AsyncGenerator[Any]:
        """Walk a list to its end; gives its rows one by one. See `pages`."""
        return flat(self.pages(call, **how))

    # --- itself ---------------------------------------------------------------------

    def stats(self) -> Stats:
        """What the session has done so far, and what it waits for."""
        return self._dispatcher.planner.stats(self._dispatcher.now())

    async def aclose(self) -> None:
        """Close the session; calls that have not ended get an error. Idempotent.

        It takes no longer than closing connections, 5 s more where tokens are being
        renewed, and goes to its end before whoever awaits it is cancelled.
        Raises `RuntimeError` on another event loop than that of the first use.
        """
        self._dispatcher.check_loop()
        self._closed = True
        self._dispatcher.stop()
        await to_its_end(self._close())

    async def _close(self) -> None:
        await self._dispatcher.aclose()
        if self._own is not None:
            await self._own.aclose()

    def __del__(self, _warn: Callable[..., None] = warnings.warn) -> None:
        dispatcher = getattr(self, "_dispatcher", None)  # `__init__` may have raised
        if self._closed or dispatcher is None or not dispatcher.is_used:
            return
        if self._own is not None and dispatcher.is_idle:
            self._own.abandon()
        _warn(f"unclosed {self!r}: use `async with`", ResourceWarning)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    def __reduce__(self) -> Any:
        raise TypeError("a session is not pickled or copied: open one where it is used")

    def __repr__(self) -> str:
        if not hasattr(self, "_dispatcher"):  # a report of what `__init__` has raised
            return "<Session, not opened>"
        stats = self.stats()
        state = "closed" if self._closed else f"{stats.waiting} waiting"
        host = self._dispatcher.gateway.host or "of a portal that its store knows"
        return f"<Session {host}, {state}, {stats.in_flight} under way>"


def _reply(call: Call[Any], row: Row) -> Reply[Any]:
    result = result_of(call, row)
    return evolve(cast("Done", row).reply(), result=result)

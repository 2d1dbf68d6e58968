"""A job: calls that are run by way of a journal, and by as many processes as it takes.

What is written when. A call is in the journal, as `waiting`, before it is handed to
the session. One that must run only once is `sent` there before the request leaves that
carries it (`_gate`). What came of a call is written together with others: within a
second where it must run only once, else within six.

A run goes over the journal first. The calls that it is given are compared with those
that are written down, before anything is sent; then what has not ended is handed in,
and then what is new. Decisions are those of `sansio.jobs`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypedDict, cast

import anyio

from bitrix_async._closing import to_its_end
from bitrix_async._gate import Gate, move, put_back
from bitrix_async._intake import collect, groups
from bitrix_async._lookout import Lookout
from bitrix_async._ping import silence
from bitrix_async._review import compare, reopen, settle
from bitrix_async._sources import Source
from bitrix_async.errors import BitrixError, JournalError, SessionClosed
from bitrix_async.sansio.jobs import ROUNDS, Outage, Then, verdict
from bitrix_async.sansio.packs import together
from bitrix_async.sansio.replies import Done
from bitrix_async.sansio.retries import Known, known_of, repeat_safe

if TYPE_CHECKING:
    from collections.abc import (
        Awaitable,
        Callable,
        Collection,
        Iterable,
        Iterator,
        Sequence,
    )

    from bitrix_async._call import Call
    from bitrix_async._dispatch import Dispatcher
    from bitrix_async._jobs import Tagged
    from bitrix_async._recorder import Recorder
    from bitrix_async._sources import Calls
    from bitrix_async.sansio.courses import JobSummary
    from bitrix_async.sansio.jobs import Entry, State, Verdict
    from bitrix_async.sansio.lines import Ticket
    from bitrix_async.sansio.opened import Open, Opened, Unsent
    from bitrix_async.sansio.outlook import Progress
    from bitrix_async.sansio.replies import Row

    Ended: TypeAlias = Ticket | Unsent

Judge: TypeAlias = "Callable[[Call[Any], Any], BitrixError | None]"

# Ends that may wait to be written, before calls wait for them.
_UNWRITTEN: Final = 4096
# So often the caller is asked about calls that are unknown, and they are sent again.
_LOOKS: Final = 3


class HowToRun(TypedDict, total=False):
    """How a job is run.

    Args:
        job: a name of the job; a journal of another name is refused.
        key: gives a call a name of its own, by which it is known in the journal
            wherever it stands among the others. Without it a call is known by its
            place and its text.
        check: finds out whether a call ran of which that is not known: gives its
            result, or None where it did not run, and it is sent then. It is asked when
            the portal cannot be working on the call any more, a minute after it left.
            What it raises of this package leaves the call unknown.
        again: states whose calls run again: `refused`, or `unknown` at the risk of
            running twice what should run once.
        collect: take all calls into the journal before the first is sent. For what can
            be read only once, and for what should be right as a whole.
        judge: looks at a result, as the portal gave it, and gives the error that it
            means where it means one: some methods answer null, and have done nothing.
        on_progress: is told how far it is, once a second. What it raises stops the
            job: what is under way goes on to its end, and what waits does so in the
            journal.
    """

    job: str
    key: Callable[[Call[Any]], str] | None
    check: Callable[[Entry], Awaitable[Any]] | None
    again: Collection[State]
    collect: bool
    judge: Judge | None
    on_progress: Callable[[Progress], None] | None


class JobRun:
    """One run of a job, to its end or until something stops it."""

    def __init__(
        self,
        make_job: Callable[[], Tagged],
        dispatcher: Dispatcher,
        recorder: Recorder,
        how: HowToRun,
    ) -> None:
        self._make_job = make_job
        self._dispatcher = dispatcher
        self._recorder = recorder
        self._how = how
        self._outage = Outage(dispatcher.planner.limits.pace)
        self._now = recorder.now
        self._gate = Gate(dispatcher, recorder, self._stop)
        self._job: Tagged | None = None
        self._feeder: asyncio.Future[None] | None = None
        self._group: Iterator[Opened] = iter(())
        self._again: deque[Ended] = deque()
        self._room = asyncio.Event()
        self._error: BaseException | None = None
        # Of the call that was missed last.
        self._missed: BitrixError | None = None
        self._is_withdrawn = False

    async def __call__(self, calls: Calls | None) -> JobSummary:
        """Run it; raises what stops it, when all that can be is written."""
        recorder, how = self._recorder, self._how
        source = None if calls is None else Source(calls, how.get("key"))
        is_open = False
        try:
            await recorder.open(await self._dispatcher.portal(), how.get("job", ""))
            is_open = True
            await self._work(source)
            return await recorder.end("done")
        except BaseException:
            if is_open:
                await to_its_end(self._stopped())
            raise
        finally:
            await to_its_end(self._close(source))

    async def _stopped(self) -> None:
        with suppress(JournalError):  # whatever it is, it is not why
            await self._recorder.end("stopped")

    async def _close(self, source: Source | None) -> None:
        if source is not None:
            await source.aclose()
        await self._recorder.close()

    async def _work(self, source: Source | None) -> None:
        recorder, how = self._recorder, self._how
        await compare(recorder, source)
        await reopen(recorder, how.get("again", ()))
        lookout = Lookout(
            self._dispatcher, recorder, self._outage, how.get("on_progress"), self._stop
        )
        with self._gate.guarding(), self._dispatcher.telling(self._on_close):
            async with lookout.watching():
                await self._passes(source)
        if self._error is not None:
            raise self._error

    def _on_close(self) -> None:
        self._stop(SessionClosed("the session was closed"))

    async def _passes(self, source: Source | None) -> None:
        recorder, check = self._recorder, self._how.get("check")
        pace = self._dispatcher.planner.limits.pace
        await settle(recorder, check, pace, waits=False)
        if source is not None and self._how.get("collect"):
            await collect(recorder, source, lambda: self._error is not None)
            source = None
        await self._pass(source)
        for _ in range(_LOOKS):
            if self._error is not None:
                return
            if not await settle(recorder, check, pace, waits=True):
                return
            await self._pass(None)

    # --- calls come and go ------------------------------------------------------------

    async def _pass(self, source: Source | None) -> None:
        if self._error is not None:  # of who watches, meanwhile
            return
        self._is_withdrawn = False
        job = self._job = self._gate.job = self._make_job()
        feeder = self._feeder = asyncio.ensure_future(self._feed(job, source))
        feeder.add_done_callback(self._fed)
        try:
            while not feeder.done() or job.is_busy:
                await job.change()
                self._take(job)
                self._refill(job)
                if job.room:
                    self._room.set()
        finally:
            self._take(job)
            self._withdraw()
            with anyio.CancelScope(shield=True):
                await asyncio.gather(feeder, return_exceptions=True)
            job.cancel()

    def _fed(self, feeder: asyncio.Future[None]) -> None:
        if feeder.cancelled():
            if not self._is_withdrawn:  # where calls come from, something was
                self._stop(asyncio.CancelledError())
        elif (error := feeder.exception()) is not None:
            self._stop(error)
        if self._job is not None:
            self._job.wake()

    async def _feed(self, job: Tagged, source: Source | None) -> None:
        async for group in groups(self._recorder, source):
            if self._recorder.unwritten > _UNWRITTEN:
                await self._recorder.flush()
            self._group, is_over = group, False
            while not is_over:
                await self._clear(job)
                room = job.room
                is_over = job.begin(islice(group, room)) < room
        while job.is_busy or self._again:
            await self._clear(job)
            if job.is_busy:
                await self._change()

    def _refill(self, job: Tagged) -> None:
        """Hand in as many as have ended; before the feeder does, more would have."""
        if self._again or self._outage.is_on:
            return
        try:
            job.begin(islice(self._group, job.room))
        except Exception as error:  # noqa: BLE001  # as one of the feeder
            self._stop(error)

    async def _clear(self, job: Tagged) -> None:
        """When the session has room for one more call, and the portal is there.

        What goes again goes first.
        """
        outage = self._outage
        while not job.room or outage.is_on or self._again:
            if not job.room or (outage.is_on and job.is_busy):
                await self._change()
            elif outage.is_on and (wait := outage.held_until - self._now()) > 0:
                await asyncio.sleep(wait)
            elif outage.is_on:
                await self._ask()
            else:
                one = self._again.popleft()
                job.begin([(one.tag, one.place, one.call)])

    async def _ask(self) -> None:
        """Ask the portal whether it is there."""
        error = await silence(self._dispatcher)
        at = self._now()
        if error is None:
            self._outage.answered(at)
        elif not self._outage.missed(at):
            self._stop(self._missed or error)

    async def _change(self) -> None:
        self._room.clear()
        await self._room.wait()

    # --- what comes of them -----------------------------------------------------------

    def _take(self, job: Tagged) -> None:
        pairs, at = job.ended(), self._now()
        judge = self._how.get("judge")
        if judge is not None or {type(row) for _, row in pairs} != {Done}:
            pairs = self._good(pairs, at)
        if pairs:
            self._outage.answered(at)
            self._done(pairs, at)
        elif self._outage.is_on:
            self._hold_back(job, at)

    def _done(self, pairs: Sequence[tuple[Ended, Row]], at: float) -> None:
        known: list[Open] = [one.tag for one, _ in pairs]
        places = [one.place for one, _ in pairs]
        results = [row.result for _, row in cast("Sequence[tuple[Any, Done]]", pairs)]
        for was, (some, what) in together(known, places, results):
            change = (some, "done", at, was.sent_at, what)
            self._recorder.move((was.first, was.method, was.state, "", change))

    def _hold_back(self, job: Tagged, at: float) -> None:
        """What has not left waits here until the portal is back: it is not risked."""
        held = sorted(job.withdraw(), key=lambda one: (one.tag.first, one.place))
        for one in held:
            put_back(self._recorder, one, at)
            if one.past.doubted:
                one.tag = one.tag._replace(doubted=True)
        self._again.extend(held)

    def _good(
        self, pairs: Iterable[tuple[Ended, Row]], at: float
    ) -> list[tuple[Ended, Row]]:
        """Those that are done; what follows from the others is seen to."""
        good: list[tuple[Ended, Row]] = []
        judge = self._how.get("judge")
        for one, row in pairs:
            came = row if judge is None else self._judged(judge, one.call, row)
            if isinstance(came, BitrixError):
                self._miss(one, came, at)
            else:
                good.append((one, came))
        return good

    def _judged(self, judge: Judge, call: Call[Any], row: Row) -> Row:
        if isinstance(row, BitrixError):
            return row
        try:
            return _verdict_of(judge(call, row.result)) or row
        except Exception as error:  # noqa: BLE001  # the caller's: it ends the run
            self._stop(error)
            return row

    def _miss(self, one: Ended, error: BitrixError, at: float) -> None:
        """A call has ended with an error."""
        found = verdict(error, safe=repeat_safe(one.call))
        state = self._followed(found, one, error, at)
        if state == "waiting" and found.then is not Then.DOUBTED:
            put_back(self._recorder, one, at)
        else:
            move(self._recorder, one, state, at, found)

    def _followed(
        self, found: Verdict, one: Ended, error: BitrixError, at: float
    ) -> State:
        """Do what follows from an error; the state of its call."""
        outage = self._outage
        match found.then:
            case Then.END:
                if known_of(error) is Known.ANSWERED:
                    outage.answered(at)
                return found.state
            case Then.STOP:
                self._stop(error)
                return found.state
            case Then.AWAY | Then.DOUBTED | Then.LOST:
                self._missed = error
                asks = found.then is not Then.AWAY and not outage.was_heard
                if not outage.missed(at) and not asks:
                    self._stop(error)
                    return found.state
        if found.then is Then.LOST:
            return found.state
        if found.then is Then.DOUBTED:
            known: Open = one.tag
            missed_at = known.missed_at or at
            rounds = known.rounds + outage.answered_since(missed_at)
            one.tag = known._replace(doubted=True, missed_at=missed_at, rounds=rounds)
            if rounds >= ROUNDS:
                return "unknown"
        self._again.append(one)
        return found.state

    def _stop(
        self, error: BaseException | None, about_to_leave: Iterable[Ticket] = ()
    ) -> None:
        """Send nothing more; what is under way goes on to its end."""
        self._error = self._error or error
        self._withdraw(about_to_leave)

    def _withdraw(self, about_to_leave: Iterable[Ticket] = ()) -> None:
        if self._feeder is not None:
            self._is_withdrawn = True
            self._feeder.cancel()
        self._group = iter(())
        self._again.clear()
        if self._job is not None:
            at = self._now()
            for one in self._job.withdraw(about_to_leave):
                put_back(self._recorder, one, at)


def _verdict_of(judged: object) -> BitrixError | None:
    if judged is None or isinstance(judged, BitrixError):
        return judged
    kind = type(judged).__name__
    raise TypeError(f"judge gives an error of bitrix_async or None, not {kind}")

"""A job by way of its journal: run, watched, stopped in order, and what came of it.

Ctrl-C and SIGTERM, which is how machines stop what they run, let calls end that are
under way: those that run only once would be unknown.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager
from signal import SIGINT, SIGTERM, Signals
from typing import TYPE_CHECKING, Any, Final

from attrs import define, evolve, field, frozen

from bitrix_async import BitrixError, Journal, JournalError, NotSent
from bitrix_async.cli import _exits
from bitrix_async.cli._progress import Counts
from bitrix_async.cli._screen import say, working

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from bitrix_async import Call, Entry, JobSummary, Progress, Session, State
    from bitrix_async.cli._progress import Moment

    Calls = Iterable[Call[Any] | tuple[str, Call[Any]]]

_SIGNALS: Final = {
    SIGINT: ("Ctrl-C", _exits.INTERRUPTED),
    SIGTERM: ("SIGTERM", _exits.TERMINATED),
}
_STOPPING: Final = (
    "Stopping, when what is under way is answered; Ctrl-C again: at once."
)


@frozen
class Work:
    """A job to do.

    Args:
        name: of the job, and of the command that runs it.
        doing: as in "Publishing".
        calls: what to run; None: what the journal has.
        judge: what a result means that is none.
        again: states whose calls run again.
        total: how many they are, where that is known beforehand.
    """

    name: str
    doing: str
    calls: Calls | None
    judge: Callable[[Call[Any], Any], BitrixError | None] | None = None
    again: Collection[State] = ()
    total: int = 0


@frozen
class Ended:
    """What came of a job, and what stopped it before its end."""

    summary: JobSummary
    moment: Moment
    error: BitrixError | None = None
    by: Signals | None = None

    @property
    def interrupted(self) -> bool:
        """Whether somebody has stopped it."""
        return self.by is not None

    @property
    def left(self) -> int:
        """Calls that were not sent, or that would be sent again."""
        return self.summary.waiting

    @property
    def unknown(self) -> int:
        """Calls that may have run, also those that the job was stopped amid."""
        return self.summary.unknown + self.summary.sent

    @property
    def stopped(self) -> str:
        """Why it ended before its end; empty where it did not."""
        if self.error is not None:
            return str(self.error)
        return _SIGNALS[self.by][0] if self.by else ""

    @property
    def status(self) -> int:
        """What the process returns."""
        if self.by:
            return _SIGNALS[self.by][1]
        if self.error is not None:
            return _exits.of(self.error)
        return _exits.DONE if self.summary.ok else _exits.FAILED


@frozen
class Miss:
    """A call that is not done, and why: a line of `--failed`."""

    key: str
    code: str
    description: str

    @classmethod
    def of(cls, entry: Entry) -> Miss:
        """By its key, or by its place in the job, from 1."""
        key = str(entry.position + 1) if entry.key is None else entry.key
        if entry.state == "sent":
            return cls(key, "Unanswered", "the job was stopped before its answer came")
        if entry.state == "waiting":
            return cls(key, NotSent.__name__, "the job was stopped before it was done")
        return cls(key, entry.code, entry.error)


class _Interrupted(Exception):
    """Somebody stops the job."""


@define
class _Watch:
    """Sees how far a job is, and stops it when it is told to."""

    total: int
    latest: Counts = field(factory=lambda: Counts(0, 0))
    by: Signals | None = None

    def counts(self) -> Counts:
        return evolve(self.latest, total=max(self.total, self.latest.total))

    def see(self, progress: Progress) -> None:
        self.latest = Counts.of(progress)
        if self.by:
            raise _Interrupted


async def run(work: Work, bx: Session, path: Path, scale: float) -> Ended:
    """Run it to its end, or until somebody or something stops it.

    Raises the `JournalError` that lets nothing begin.
    """
    watch = _Watch(work.total)
    async with working(work.doing, bx, scale, watch.counts) as moment:
        error = await _stopped_by(
            watch,
            bx.run(
                work.calls,
                journal=path,
                job=work.name,
                collect=True,
                judge=work.judge,
                again=work.again,
                on_progress=watch.see,
            ),
        )
        last = moment()
    with Journal.open(path) as journal:
        return Ended(journal.summary(), last, error, watch.by)


async def _stopped_by(watch: _Watch, running: Any) -> BitrixError | None:
    """What stops it, None where nothing or somebody does."""
    job = asyncio.ensure_future(running)
    waiting = asyncio.shield(job)
    try:
        with _terminable(waiting):
            await waiting
    except asyncio.CancelledError as error:
        watch.by = SIGTERM if SIGTERM in error.args else SIGINT
        say(_STOPPING)
        _at_the_next(job.cancel)
        await asyncio.wait([job])
    except JournalError:
        raise
    except BitrixError as error:
        return error
    return None if job.cancelled() else _told(job.exception())


def _told(error: BaseException | None) -> BitrixError | None:
    if error is None or isinstance(error, _Interrupted):
        return None
    if isinstance(error, BitrixError) and not isinstance(error, JournalError):
        return error
    raise error


@contextmanager
def _terminable(waiting: asyncio.Future[Any]) -> Iterator[None]:
    """SIGTERM cancels what is waited for, as asyncio has it for Ctrl-C."""
    loop = asyncio.get_running_loop()

    def asked(*_: object) -> None:
        loop.call_soon_threadsafe(waiting.cancel, SIGTERM)

    before = signal.signal(SIGTERM, asked)
    try:
        yield
    finally:
        signal.signal(SIGTERM, before or signal.SIG_DFL)


def _at_the_next(act: Callable[[], object]) -> None:
    """Do that at the next signal; those after it would only cost the report."""
    loop = asyncio.get_running_loop()

    def asked(*_: object) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        loop.call_soon_threadsafe(act)

    for number in _SIGNALS:
        signal.signal(number, asked)


def misses(path: Path, *states: State) -> Iterator[Miss]:
    """The calls of a job in these states."""
    with Journal.open(path) as journal:
        yield from map(Miss.of, journal.entries(*states))

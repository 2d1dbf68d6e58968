"""Writes a job's journal from one thread, and never lets the event loop wait for it.

What is to be written is noted, and is written with whatever else has been noted until
then, in one transaction. Whoever has to know that it is written awaits `flush`; others
that do so meanwhile are served by the next one together. Figures, which nothing depends
on, wait for somebody who wants all of it: a mark that a request waits for is written by
itself, with the ends of calls that came before. The end of a call that must run only
once is written soon in any case, as a crash would leave it in doubt.

To write is dear: it wakes a thread, and the disk. What is noted in one turn of the loop
is written together, and no two such writes begin within a moment, beside those with the
figures. Requests that leave by themselves or all at once, as those do that wait for a
portal's limits, do not notice; of others the first leaves at once, and those behind it
share the next write, which begins as soon as there is nobody else to come.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from bitrix_async._journal_book import Book, Figures
from bitrix_async._journal_file import JournalFile
from bitrix_async._journal_moves import tally
from bitrix_async.errors import JournalError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from os import PathLike

    from bitrix_async._journal_book import Head
    from bitrix_async._journal_moves import Move
    from bitrix_async.sansio.courses import JobSummary, Requests, Sample
    from bitrix_async.sansio.jobs import State
    from bitrix_async.sansio.packs import Given

T = TypeVar("T")

# Seconds between the beginnings of two writes, at the least: a tenth of what a portal
# takes for a full batch, and a hundred times what a write takes of a processor.
_APART: Final = 0.05

# And until the end of a call is written that must run only once. Most often the next
# request takes it along.
_SOON: Final = 1.0


def unix_clock() -> Callable[[], float]:
    """Unix seconds that go as the loop's: a clock that is set does not reach a job."""
    loop = asyncio.get_running_loop()
    offset = time.time() - loop.time()
    return lambda: round(loop.time() + offset, 3)


class Recorder:
    """An open journal that is written; `now` is the time in unix seconds.

    `most_pages` of 16 KiB is how large the file may become; 0: as large as the disk.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        now: Callable[[], float],
        most_pages: int = 0,
    ) -> None:
        self.path = Path(path)
        self._most_pages = most_pages
        self.now = now
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="bitrix-journal")
        self._book: Book | None = None
        self._moves: list[Move] = []
        self._figures = Figures()
        # Who waits for the next write, and for the one that is under way.
        self._waiters: list[asyncio.Future[BaseException | None]] = []
        self._served: list[asyncio.Future[BaseException | None]] | None = None
        self._wholly = False
        # How many requests there are that may come to wait.
        self._among = math.inf
        # When the next one may begin, in seconds of the loop, and what waits for that.
        self._next_at = -math.inf
        self._hold: asyncio.TimerHandle | None = None
        # There while such an end waits.
        self._soon: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._portal = ""
        # What the journal has, or soon will have.
        self.tallies: Counter[tuple[State, str, str]] = Counter()
        self.size = 0
        # How many of its calls are of earlier runs.
        self.began = 0
        self.period = 0.0
        self.is_complete = False
        self.is_keyed: bool | None = None

    @property
    def fitting(self) -> int:
        """How many calls the next group should have."""
        return self.book.fitting

    @property
    def book(self) -> Book:
        """The content, for `do`."""
        assert self._book is not None  # noqa: S101  # `open` comes first
        return self._book

    async def do(self, work: Callable[[], T]) -> T:
        """Run it in the thread. It goes on to its end when who awaits is cancelled."""
        loop = asyncio.get_running_loop()
        if self._is_closed:
            raise self._closed()
        return await asyncio.shield(loop.run_in_executor(self._thread, work))

    async def open(self, portal: str, job: str) -> None:
        """Open the file, or make it; raises the `JournalError` that says why not."""
        await self.do(partial(self._open, portal, job, self.now()))
        self._portal = portal

    def _open(self, portal: str, job: str, at: float) -> None:
        file = JournalFile(self.path, writes=True, most_pages=self._most_pages)
        book = self._book = Book(file)
        book.begin(portal, job, at)
        meta = book.meta()
        self.tallies.update(book.tallies())
        self.size = self.began = book.size()
        self.period = book.period()
        self.is_complete = bool(meta.get("is_complete"))
        is_keyed = meta.get("is_keyed")
        self.is_keyed = None if is_keyed is None else bool(is_keyed)

    async def is_at(self, portal: str) -> None:
        """The portal has this name now; the journal is of both."""
        if portal != self._portal:
            self._portal = portal
            await self.do(partial(self.book.note, renamed=portal))

    async def end(self, ending: str) -> JobSummary:
        """Write what is left, and how the run ended; the job as it is then."""
        await self.flush(wholly=True)
        await self.do(partial(self.book.end, ending, self.now()))
        return await self.do(self.book.summary)

    async def close(self) -> None:
        """Close the file; what is not written is lost."""
        await self.do(self._close)
        self._is_closed = True
        self._cancel_timers()
        self._write_next()
        self._thread.shutdown(wait=False)

    def _close(self) -> None:
        """In the thread: it may have opened the file for who waited no more."""
        if self._book is not None:
            self._book.file.close()

    # --- calls come in ----------------------------------------------------------------

    async def add(self, given: Given, *, sends: bool) -> None:
        """Write a group down, behind the others; `sends` where it will leave now."""
        work = partial(self.book.add, self.size, given, self.now(), sends=sends)
        self.tallies.update(await self.do(work))
        self.size += len(given.calls)

    async def set_keyed(self, is_keyed: bool) -> None:  # noqa: FBT001  # a property
        """Whether the job's calls have keys."""
        self.is_keyed = is_keyed
        await self.do(partial(self.book.note, is_keyed=int(is_keyed)))

    async def complete(self) -> None:
        """There are no more calls."""
        self.is_complete = True
        await self.do(self.book.complete)

    async def heads(self, which: str = "1") -> AsyncIterator[Head]:
        """The groups that are there now, in order; `which` is SQL on them."""
        after, end = -1, self.size
        which = f"({which}) AND first < {end}"
        while heads := await self.do(partial(self.book.some_heads, after, which)):
            for head in heads:
                yield head
            after = heads[-1].first

    # --- what is to be written --------------------------------------------------------

    @property
    def unwritten(self) -> int:
        """How many calls went on of which that is not written."""
        return sum(len(change[0]) for *_, change in self._moves)

    def move(self, *moves: Move) -> None:
        """Calls go to another state; those of a move together."""
        self._moves += moves
        tally(self.tallies, moves)
        if self._soon is None and any(was == "sent" for _, _, was, *_ in moves):
            # Of calls that must run only once.
            loop = asyncio.get_running_loop()
            self._soon = loop.call_later(_SOON, self._write_soon)

    def request(self, request: Requests) -> None:
        """A request has ended."""
        self._figures.requests.append(request)

    def sample(self, sample: Sample) -> None:
        """The job at a moment."""
        self._figures.sample = sample

    async def flush(self, *, wholly: bool = False, among: int | None = None) -> None:
        """The moves that were noted are written, and kept, when this returns.

        `wholly`: the figures too, which nothing depends on. `among` is how many
        requests there are, where one of them waits for it: when all do, nothing else
        comes that could share the write. It goes on to its end when who awaits is
        cancelled: others rely on it.
        """
        self._wholly |= wholly
        if among is not None:
            self._among = among
        if self._moves or (wholly and self._figures):
            waiters = self._waiters
        elif self._served is not None:
            waiters = self._served
        else:
            return
        # A future costs a tenth of a task, and there is one for each request.
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        waiters.append(waiter)
        if len(self._waiters) >= self._among:
            self._write_next()
        elif waiters is self._waiters:
            # Soon, and not yet: requests that leave in the same turn share it.
            loop.call_soon(self._write_next)
        error = await waiter
        if error is not None:
            raise error

    def _write_next(self) -> None:
        """Begin to write what has been noted, unless it is too early for it."""
        if not self._waiters or self._served is not None:
            return
        if self._is_closed:
            _tell(self._waiters, self._closed())
            return
        loop = asyncio.get_running_loop()
        is_due = self._wholly or len(self._waiters) >= self._among
        if not is_due and loop.time() < self._next_at:
            if self._hold is None:
                self._hold = loop.call_at(self._next_at, self._released)
            return
        self._begin(loop)

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        moves, self._moves = self._moves, []
        figures: Figures | None = None
        if self._wholly:
            figures, self._figures = self._figures, Figures()
            figures.at = self.now()
        else:
            self._next_at = loop.time() + _APART
        self._cancel_timers()
        self._served, self._waiters = self._waiters, []
        self._wholly, self._among = False, math.inf
        work = partial(self._write, moves, figures)
        writing = loop.run_in_executor(self._thread, work)
        writing.add_done_callback(partial(self._written, moves, figures))

    def _cancel_timers(self) -> None:
        for timer in (self._hold, self._soon):
            if timer is not None:
                timer.cancel()
        self._hold = self._soon = None

    def _write_soon(self) -> None:
        """As if somebody waited for it; whoever does next is told if it fails."""
        self._soon = None
        self._waiters.append(asyncio.get_running_loop().create_future())
        self._write_next()

    def _released(self) -> None:
        self._hold = None
        self._write_next()

    def _written(
        self,
        moves: list[Move],
        figures: Figures | None,
        writing: asyncio.Future[None],
    ) -> None:
        served, self._served = self._served or [], None
        error = writing.exception()
        if error is not None:
            # The next one may find room for it, or raises what is wrong with it.
            self._moves = moves + self._moves
            self._figures.add(figures)
        _tell(served, error)
        self._write_next()

    def _write(self, moves: list[Move], figures: Figures | None) -> None:
        self.book.write(moves, figures)
        if figures is not None and figures.sample is not None:
            self.period = self.book.period()

    def _closed(self) -> JournalError:
        return JournalError("the job has ended", path=self.path)


def _tell(
    waiters: Iterable[asyncio.Future[BaseException | None]], error: BaseException | None
) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(error)

"""A job over a bad network, whose process is killed again and again.

A kill is what its journal's file holds at some moment, and a wire on which nothing more
of that process leaves. Whoever runs the job again is given the file, and nothing else.

    python -m tests.simulation.jobs --seeds 1000 [--first N]
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from bitrix_async import BitrixError, Journal, JournalError, NotSent
from bitrix_async.testing import run
from bitrix_async.testing._ledger import as_text

from .portals import ENDLESS
from .weather import CALM, STORM, blow
from .wire import DOUBT
from .world import world

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from bitrix_async import Answer, Call, Entry, HowToRun, JobSummary, Post

    from .wire import Sending, Wire
    from .world import Case, World

# Kills at the most, and lives in calm weather that a job may need then.
_KILLS: Final = 6
_CALM_LIVES: Final = 3
# A job waits for its portal for an hour at the most: what takes longer has stalled.
_LONGEST: Final = 24 * 3600.0
# Within so many seconds what came of a call is written, where it must run only once.
_TOLD: Final = 1.1
# By then a portal has ended what it was left with, in seconds.
_QUIET: Final = 100.0


@define
class Mortal:
    """A process's own way to the wire, until it is killed."""

    wire: Wire
    is_dead: bool = False

    async def post(self, post: Post) -> Answer:
        if self.is_dead:
            raise NotSent("its process is no more")
        return await self.wire.post(post)

    async def aclose(self) -> None:
        """The wire is there for the next one."""


@define(eq=False)
class Job:
    """A job, its journal, and what is wrong with it.

    `killed_at` is when a process was killed, and `done_at` when a journal that was
    found had a call as done.
    """

    here: World
    cases: list[Case]
    folder: Path
    how: HowToRun
    killed_at: list[float] = field(factory=list)
    faults: list[str] = field(factory=list)
    done_at: dict[int, float] = field(factory=dict)

    @property
    def path(self) -> Path:
        """The journal, of this life."""
        return self.folder / f"{len(self.killed_at)}.journal"

    async def live(self, seconds: float | None = None) -> JobSummary | None:
        """A process works on it, and is killed after so many seconds; or it ends."""
        first = self.here.sessions[0]
        way, planner = Mortal(self.here.wire), first._dispatcher.planner
        bx = type(first)(
            self.here.portal.webhook,
            transport=way,
            limits=planner.limits,
            connections=planner.connections,
        )
        source = self.here.random.choice((self.calls, self.slowly))()
        running = asyncio.ensure_future(bx.run(source, journal=self.path, **self.how))
        await asyncio.wait([running], timeout=seconds)
        if not running.done():
            self.kill()
            way.is_dead = True
            running.cancel()
        (came,) = await asyncio.gather(running, return_exceptions=True)
        await bx.aclose()
        if not isinstance(came, BaseException):
            return came
        if isinstance(came, JournalError) or not isinstance(
            came, BitrixError | asyncio.CancelledError
        ):
            self.faults.append(f"a run ended with {came!r}")
        return None

    def kill(self) -> None:
        """What has been committed is all that the next life is given."""
        found, now = self.path, asyncio.get_running_loop().time()
        self.killed_at.append(now)
        if not found.exists():
            return
        with (
            closing(sqlite3.connect(found)) as old,
            closing(sqlite3.connect(self.path)) as new,
        ):
            old.backup(new)
        if not is_made(self.path):
            return
        with Journal.open(self.path) as journal:
            for entry in journal.entries("done"):
                self.done_at.setdefault(entry.params["id"], now)

    def calls(self) -> Iterator[Call[Any]]:
        return (case.call for case in self.cases)

    async def slowly(self) -> AsyncIterator[Call[Any]]:
        for case in self.cases:
            yield case.call
            if self.here.random.random() < 0.1:
                await asyncio.sleep(0.1)


def is_made(path: Path) -> bool:
    """Whether there is more than an empty file."""
    with closing(sqlite3.connect(path)) as journal:
        return bool(journal.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])


async def lives(seed: int, folder: Path) -> list[str]:
    """All the lives of a job; what does not hold when it is over."""
    here = world(seed)
    random = here.random
    cases = [here.case(0) for _ in range(random.choice((1, 30, 150, 400)))]
    looks = random.random() < 0.6
    how: HowToRun = {"collect": random.random() < 0.3}
    if random.random() < 0.3:
        how["key"] = lambda call: f"call {call.params['id']}"
    job = Job(here, cases, folder, how)
    if looks:
        how["check"] = lambda entry: found_out(job, entry)
    every = random.choice((CALM, 8.0, STORM))
    weather = asyncio.ensure_future(blow(here.portal, random, every, application=False))
    summary = None
    for _ in range(random.randrange(_KILLS + 1)):
        seconds = random.choice((0.2, 1.0, 10.0, 60.0)) * random.random()
        summary = await job.live(seconds)
        await here.pause(random.choice((0.0, 1.0, 100.0)))
    await weather
    for _ in range(_CALM_LIVES):
        if summary is None or not summary.is_complete or summary.waiting:
            summary = await job.live()
    await asyncio.sleep(_QUIET)
    for session in here.sessions:
        await session.aclose()
    return [*here.faults, *job.faults, *broken(job, summary, looks=looks)]


async def found_out(job: Job, entry: Entry) -> Any:
    """What a call gave, where it ran."""
    case = job.cases[entry.position]
    return _expected(case) if _ran(job, case) else None


def _ran(job: Job, case: Case) -> list[Any]:
    """With which parameters it did, each time."""
    ran = job.here.portal.ledger.of(case.call.method)
    return [one.params for one in ran if int(one.params["id"]) == case.id]


def broken(job: Job, summary: JobSummary | None, *, looks: bool) -> Iterator[str]:
    """What does not hold of a job when all of its lives are over."""
    if summary is None:
        yield "it did not come to its end"
        return
    with Journal.open(job.path) as journal:
        entries = [*journal.entries()]
    states = [entry.state for entry in entries]
    for state in ("waiting", "sent", "done", "refused", "unknown"):
        if states.count(state) != getattr(summary, state):
            yield f"{states.count(state)} {state}, and the summary says {summary}"
    if len(entries) != len(job.cases) or not {"waiting", "sent"}.isdisjoint(states):
        yield f"not all has ended: {summary}"
    for case, entry in zip(job.cases, entries, strict=False):
        for text in _of_case(job, case, entry, looks=looks):
            sent = [(round(s.at, 2), s.end) for s in job.here.wire.of(case.id)]
            yield f"{case.call!r}: {text}; {entry}, sent {sent}"


def _of_case(job: Job, case: Case, entry: Entry, *, looks: bool) -> Iterator[str]:
    sendings, ran = job.here.wire.of(case.id), _ran(job, case)
    ends = {sending.end for sending in sendings}
    if not case.safe and len(ran) > 1:
        yield f"ran {len(ran)} times"
    at = job.done_at.get(case.id)
    if at is not None and any(sending.at > at for sending in sendings):
        yield f"was sent again, though known at {at} as done"
    match entry.state:
        case "done" if as_text(case.expected) not in map(as_text, ran):
            yield f"is done, but ran with {ran}"
        case "done" if as_text(entry.result) != as_text(_expected(case)):
            yield f"gave {entry.result!r}"
        case "refused" if f"fault {entry.code}" not in ends:
            yield "is refused, and no answer says so"
        case "unknown" if entry.method == ENDLESS[0]:
            pass  # nobody will ever know
        case "unknown" if case.safe or looks or not _is_in_doubt(job, sendings):
            yield "is unknown, and need not be"


def _is_in_doubt(job: Job, sendings: list[Sending]) -> bool:
    """Whether it may have run, for all that its journal can know."""
    return any(
        one.end == DOUBT or any(one.at <= at < one.back + _TOLD for at in job.killed_at)
        for one in sendings
    )


def _expected(case: Case) -> Any:
    if case.call.method.endswith("delete"):
        return True
    if case.call.method.startswith("landing"):
        return {**case.expected, "in": case.expected.get("scope", "")}
    return case.expected


def simulate(seed: int) -> list[str]:
    """Run a seed to its end; what is wrong with it, in words."""

    async def main() -> list[str]:
        async with asyncio.timeout(_LONGEST):
            return await lives(seed, Path(folder))

    with tempfile.TemporaryDirectory() as folder:
        try:
            return run(main)
        except Exception as error:  # noqa: BLE001  # a deadlock, a leak, a bug
            return [f"{type(error).__name__}: {error}"]


def main() -> int:
    """Run the seeds; 1 where something broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.jobs")
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    failed = 0
    for seed in range(asked.first, asked.first + asked.seeds):
        faults = simulate(seed)
        failed += bool(faults)
        for text in faults[:3]:
            print(f"seed {seed}: {text}", flush=True)
    print(f"{failed} of {asked.seeds} seeds are broken")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())

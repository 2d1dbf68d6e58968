"""What a journal tells of how a job goes, and who says what counts as a result."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_async import Call, Fault, Journal, Limits
from bitrix_async.rest import landing
from bitrix_async.sansio.courses import PERIOD
from bitrix_async.testing import Portal, PortalLimits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bitrix_async import HowToRun, Progress, Session

    Open = Callable[..., Session]

NOTHING = Fault("NOTHING_DONE", "the right may be missing")


def judge(_: Call[Any], result: Any) -> Fault | None:
    return None if result else NOTHING


def pages(portal: Portal, count: int) -> list[Call[Any]]:
    portal.seed_pages(count)
    return [landing.landing.publication(lid) for lid in portal.pages]


async def test_a_result_that_means_an_error(
    portal: Portal, session_of: Open, tmp_path: Path
) -> None:
    """Null of `publication` is a refusal where whoever runs the job says so."""
    calls = pages(portal, 3)
    portal.pages[2].denied = {"public"}
    async with session_of(portal) as bx:
        summary = await bx.run(calls, journal=tmp_path / "a", judge=judge)

    assert (summary.done, summary.refused) == (2, 1)
    assert summary.codes == {"NOTHING_DONE": 1}


async def test_where_the_time_went(
    portal: Portal, session_of: Open, tmp_path: Path
) -> None:
    """Samples have the time that was waited by its cause; what is to come is told.

    The portal lets the method use 480 s in ten minutes, and the job needs 840: from
    its first seconds on it is known when it will end.
    """
    loop, told = asyncio.get_running_loop(), []

    def look(progress: Progress) -> None:
        told.append((loop.time(), progress.seconds_left))

    calls = pages(portal, 3000)
    async with session_of(portal) as bx:
        await bx.run(calls, journal=tmp_path / "a", collect=True, on_progress=look)
        stats = bx.stats()
    began, ended = told[0][0], told[-1][0]
    wrong = [
        left is None or abs(at + left - ended) > 5 + (ended - at) / 20
        for at, left in told
        if at > began + 15
    ]
    with Journal.open(tmp_path / "a") as journal:
        samples = journal.samples()

    assert samples[-1].waited == pytest.approx(stats.waited)
    assert samples[-1].waited["operating"] > 60
    assert samples[-1].seconds_left == 0
    assert len(wrong) > 600
    assert wrong.count(True) < len(wrong) / 50
    held = [one for one in samples if one.waits_for == "operating"]
    assert len(held) > 10
    assert all(one.seconds_left and one.seconds_left > 0 for one in held)


# How many seconds a journal may be behind what has ended, and how often it is written.
SOON = [("thing.update", 6.5, 4), ("thing.add", 1.5, 35)]


@pytest.mark.parametrize(("method", "late", "writes"), SOON)
async def test_how_soon_the_journal_knows(
    portal: Portal,
    session_of: Open,
    tmp_path: Path,
    method: str,
    late: float,
    writes: int,
) -> None:
    """A crash forgets a second of what must run only once, and six of the rest.

    Whoever watches sees all of it, and the journal is not written for that.
    """
    path, loop = tmp_path / "a", asyncio.get_running_loop()
    portal.on(method, lambda *_: 7)
    known, told = list[tuple[float, int]](), list[tuple[float, int]]()

    def look(seen: Progress) -> None:
        told.append((loop.time(), seen.done))

    async def watch() -> None:
        while True:
            await asyncio.sleep(0.5)
            with Journal.open(path) as journal:
                known.append((loop.time(), journal.summary().done))

    calls = [Call[Any](method, {"n": n}) for n in range(1500)]  # 30 requests, 15 s
    async with session_of(portal, limits=Limits(burst=1, per_second=2)) as bx:
        watching = asyncio.ensure_future(watch())
        await bx.run(calls, journal=path, on_progress=look)
        watching.cancel()

    assert len(known) >= 28
    for at, done in known:
        assert done >= max((n for then, n in told if then <= at - late), default=0)
    assert len({done for _, done in known}) <= writes
    assert next(done for at, done in known if at - told[0][0] >= 1.5)  # as it begins
    assert len({done for _, done in told}) > 12


@pytest.mark.parametrize(
    ("method", "most"), [("thing.update", 0.3), ("thing.add", 1.3)]
)
async def test_a_job_wakes_hardly_more_often_than_a_stream(
    session_of: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    most: float,
) -> None:
    """At a portal's pace a process mostly sleeps, and to wake costs more than to work.

    A mark has to be written before its request leaves: that is one time more for each.
    """
    portal = Portal(limits=PortalLimits(burst=1e9, per_second=1e9))
    portal.on(method, lambda *_: 7)
    calls = [Call[Any](method, {"n": n}) for n in range(3000)]
    selector: Any = vars(asyncio.get_running_loop())["_selector"]
    select, waits = selector.select, []

    def counted(timeout: float | None = None) -> Any:
        if timeout != 0:
            waits.append(timeout)
        return select(timeout)

    monkeypatch.setattr(selector, "select", counted)
    async with session_of(portal, limits=Limits(burst=1, per_second=2)) as bx:
        assert [one.ok async for one in bx.stream(calls)] == [True] * len(calls)
        streamed = len(waits)
        assert (await bx.run(calls, journal=tmp_path / "a")).ok
        requests = portal.request_count / 2

    assert requests >= 60
    assert streamed >= requests
    assert len(waits) - 2 * streamed <= most * requests


@pytest.mark.parametrize("is_watched", [False, True])
async def test_a_figure_for_each_period(
    portal: Portal, session_of: Open, tmp_path: Path, is_watched: bool
) -> None:
    """None is left out, whether somebody watches or not."""
    how: HowToRun = {"on_progress": lambda _: None} if is_watched else {}
    calls = [Call[Any]("thing.update", {"n": n}) for n in range(4000)]
    portal.on("thing.update", lambda *_: True)
    async with session_of(portal, limits=Limits(burst=1, per_second=2)) as bx:
        await bx.run(calls, journal=tmp_path / "a", **how)
    with Journal.open(tmp_path / "a") as journal:
        at = [one.at for one in journal.samples()]

    apart = [after - before for before, after in pairwise(at)]
    assert len(apart) >= 7
    assert apart[1:-1] == pytest.approx([PERIOD] * (len(apart) - 2))
    assert apart[0] == pytest.approx(1)  # a rate is known soon
    assert apart[-1] <= PERIOD


async def test_a_portal_that_was_away(
    portal: Portal, session_of: Open, tmp_path: Path
) -> None:
    """The time until it was there again is told apart from that of its answers."""
    portal.trouble("refused", times=30, skip=3)
    async with session_of(portal) as bx:
        summary = await bx.run(pages(portal, 1000), journal=tmp_path / "a")
    with Journal.open(tmp_path / "a") as journal:
        samples = journal.samples()

    assert summary.ok
    assert samples[-1].waited["portal"] >= 1


async def test_each_second_has_one_cause(
    portal: Portal, session_of: Open, tmp_path: Path
) -> None:
    """Where the portal is away, what the session waits for meanwhile is not told too.

    It asks whether the portal is there, and pauses where no answer comes.
    """
    portal.trouble("refused", times=60, skip=3)
    async with session_of(portal) as bx:
        await bx.run(pages(portal, 1000), journal=tmp_path / "a")
    with Journal.open(tmp_path / "a") as journal:
        samples = journal.samples()

    assert samples[-1].waited["portal"] > 30
    for before, after in pairwise(samples):
        waited = sum(after.waited.values()) - sum(before.waited.values())
        assert waited <= after.at - before.at + 0.01


class Stop(Exception):
    """Somebody has seen enough."""


async def test_who_watches_may_stop_it(
    portal: Portal, session_of: Open, tmp_path: Path
) -> None:
    """What is under way goes on to its end, and what waits does so in the journal."""

    def stop(progress: Progress) -> None:
        if progress.done:
            raise Stop

    async with session_of(portal) as bx:
        with pytest.raises(Stop):
            await bx.run(
                pages(portal, 1000),
                journal=tmp_path / "a",
                collect=True,
                on_progress=stop,
            )
    with Journal.open(tmp_path / "a") as journal:
        summary = journal.summary()

    assert 0 < summary.done == portal.executed("landing.landing.publication")
    assert summary.done + summary.waiting == 1000
    assert summary.unknown == 0


async def test_whether_it_runs(
    portal: Portal, session_of: Open, tmp_path: Path
) -> None:
    """It does while a process works on it, and not before or after."""
    path = tmp_path / "a"
    seen = []

    def look(_: Progress) -> None:
        with Journal.open(path) as journal:
            seen.append(journal.is_running())
        if len(seen) == 1:
            seen.append(running_elsewhere(path))

    async with session_of(portal) as bx:
        await bx.run(pages(portal, 10), journal=path, on_progress=look)

    with Journal.open(path) as journal:
        seen.append(journal.is_running())

    assert seen.pop() is False
    assert all(seen)


def running_elsewhere(path: Path) -> bool:
    """As another process sees it."""
    code = (
        "import sys; from bitrix_async import Journal\n"
        "with Journal.open(sys.argv[1]) as one: print(one.is_running())"
    )
    command = [sys.executable, "-c", code, str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    return told.stdout.strip() == "True"

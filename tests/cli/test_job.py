"""What becomes of the calls of a job, whatever happens on the way."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from running import run as looked

from bitrix_async import Call
from bitrix_async.cli._job import Ended, Miss, Work, misses, run
from bitrix_async.cli._keeping import Keeping
from bitrix_async.cli._publish import judge
from bitrix_async.cli._report import Report
from bitrix_async.cli._status import rate_of
from bitrix_async.journal import Sample
from bitrix_async.rest import landing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bitrix_async import Progress, Session
    from bitrix_async.testing import Portal

    Open = Callable[..., Session]

PUBLICATION = "landing.landing.publication"


async def done(portal: Portal, session_of: Open, path: Path, count: int) -> Ended:
    calls = [
        (str(lid), landing.landing.publication(lid)) for lid in range(1, count + 1)
    ]
    work = Work("publish", "Publishing", calls, judge)
    async with session_of(portal) as bx:
        return await run(work, bx, path, 1)


async def test_all_done(portal: Portal, session_of: Open, tmp_path: Path) -> None:
    """Each page once, and nothing beside."""
    portal.seed_pages(120)
    ended = await done(portal, session_of, tmp_path / "a", 120)

    assert (ended.summary.done, ended.summary.total) == (120, 120)
    assert portal.executed(PUBLICATION) == 120
    assert (ended.status, ended.stopped, ended.left) == (0, "", 0)
    assert [*misses(tmp_path / "a", "refused", "unknown", "waiting")] == []


async def test_no_pages(portal: Portal, session_of: Open, tmp_path: Path) -> None:
    """A job without pages sends nothing, and is done."""
    ended = await done(portal, session_of, tmp_path / "a", 0)

    assert portal.request_count == 0
    assert ended.status == 0


async def test_null_is_not_done(
    portal: Portal, session_of: Open, tmp_path: Path
) -> None:
    """`publication` without the right answers null and no error: the page failed."""
    portal.seed_pages(3)
    portal.pages[2].denied = {"public"}
    ended = await done(portal, session_of, tmp_path / "a", 3)

    assert ended.summary.done == 2
    assert [*misses(tmp_path / "a", "refused")] == [
        Miss("2", "NOTHING_DONE", "nothing was done; the right may be missing")
    ]
    assert ended.status == 1


async def test_credentials_that_are_refused_later(
    portal: Portal, session_of: Open, tmp_path: Path
) -> None:
    """The webhook is deleted meanwhile: the job stops, and all the rest is left."""
    portal.seed_pages(5000)
    portal.trouble(
        "error", times=None, skip=5, status=401, code="INVALID_CREDENTIALS"
    )  # fmt: skip
    ended = await done(portal, session_of, tmp_path / "a", 5000)

    assert ended.status == 3
    assert "INVALID_CREDENTIALS" in ended.stopped
    assert ended.left > 4000
    assert ended.summary.done + ended.left == 5000
    assert ended.summary.done == portal.executed(PUBLICATION)


@pytest.mark.parametrize(("kind", "status"), [("refused", 3), ("silence", 1)])
async def test_a_portal_that_does_not_answer(
    portal: Portal, session_of: Open, tmp_path: Path, kind: str, status: int
) -> None:
    """Where nothing was ever heard of it, the job does not wait for it to come back."""
    portal.seed_pages(100)
    portal.trouble(kind, times=None)  # type: ignore[arg-type]
    ended = await done(portal, session_of, tmp_path / "a", 100)

    assert ended.status == status
    assert ended.stopped
    assert {miss.key for miss in misses(tmp_path / "a", "waiting")} == {
        str(lid) for lid in range(1, 101)
    }


async def test_a_job_that_was_not_all_taken_in(
    portal: Portal, session_of: Open, tmp_path: Path
) -> None:
    """It goes on when its calls are given again, and only then: that is what is told.

    Of a job that a program gave a name of its own, no command can go on.
    """

    def broken() -> Iterator[Call[Any]]:
        yield from (landing.landing.publication(lid) for lid in range(1, 301))
        raise OSError("the disk is gone")

    for name in ("run", "publish", "nightly"):
        path = tmp_path / name
        async with session_of(portal) as bx:
            with pytest.raises(OSError, match="the disk is gone"):
                await bx.run(broken(), journal=path, job=name, collect=True)
    told = {
        name: looked("job", str(tmp_path / name)).stdout
        for name in ("run", "publish", "nightly")
    }
    looked("job", str(tmp_path / "run"), "--report", str(tmp_path / "html"))

    assert "has not all of its calls: give them again, for CALLS" in told["run"]
    assert f"bitrix-async run CALLS --journal {tmp_path}/run --resume\n" in told["run"]
    assert "for PAGES their ids, --from FILE or --site ID.\n" in told["publish"]
    assert f"publish PAGES --journal {tmp_path}/publish --resume" in told["publish"]
    assert "To go on" not in told["nightly"]
    assert "calls given again" in (tmp_path / "html").read_text()


async def test_what_was_sent_when_it_was_killed(
    portal: Portal, session_of: Open, tmp_path: Path
) -> None:
    """Programs are told the same as people of a call whose answer never came."""
    now, then = tmp_path / "now", tmp_path / "then"
    now.mkdir()
    # While the call runs, the journal is as a process leaves it that is killed.
    portal.on("thing.add", lambda *_: str(shutil.copytree(now, then)))
    async with session_of(portal) as bx:
        await bx.run([("one", Call("thing.add", {"n": 1}))], journal=now / "a")
    told = looked("job", str(then / "a"), "--unknown", "--json").stdout
    text = looked("job", str(then / "a"), "--unknown").stdout
    line = json.loads(told)

    assert line["params"] == {"n": 1}
    assert [line["key"], line["code"], line["error"]] == text.strip().split("\t")
    assert line["code"] == "Unanswered"


async def test_what_is_told_at_its_end(
    portal: Portal, session_of: Open, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A job that was stopped while its calls were taken says that they are needed."""
    path = tmp_path / "a"
    ended = await done(portal, session_of, path, 3)
    for is_complete in (True, False):
        stopped = evolve(ended, summary=evolve(ended.summary, is_complete=is_complete))
        Report("publish", "published", "page", stopped, Keeping(path), path).told()
    whole, lacking = capsys.readouterr().err.split("To look at it", 1)

    assert "To go on" not in whole
    assert "all of its calls: give them again, for PAGES" in lacking
    assert f"bitrix-async publish PAGES --journal {path} --resume\n" in lacking


def test_the_rate_of_a_run() -> None:
    """It is of that run alone: before it nothing ended, and what failed goes again."""
    before = [Sample(100, {}), Sample(110, {"done": 20, "refused": 3000})]
    now = [
        Sample(130, {"done": 20, "waiting": 3000}),
        Sample(140, {"done": 20, "refused": 1000, "waiting": 2000}),
    ]

    assert rate_of([*before, *now], began=129.5) == pytest.approx(100)
    assert rate_of([*before], began=129.5) == 0
    assert rate_of([*before, *now[:1]], began=129.5) == 0


async def test_a_job_that_is_looked_at(
    portal: Portal, session_of: Open, tmp_path: Path
) -> None:
    """`job` tells that it runs, what is left, and when the method goes on."""
    portal.seed_pages(3000)
    path = tmp_path / "a"
    held: list[Progress] = []
    shown: list[str] = []
    calls = [landing.landing.publication(lid) for lid in portal.pages]

    def look(progress: Progress) -> None:
        if progress.resumes_at:
            held.append(progress)
        if len(held) == 20 and not shown:
            shown.append(looked("job", str(path)).stdout)
            shown.append(looked("job", str(path), "--json").stdout)

    async with session_of(portal) as bx:
        await bx.run(calls, journal=path, job="run", collect=True, on_progress=look)
    text, told = shown[0], json.loads(shown[1])
    progress = held[19]

    assert text.startswith("run at portal.example: it runs\n")
    assert re.search(rf"left +{progress.waiting:,} ", text)
    assert re.search(r"time left +about \d+ min", text)
    assert re.search(rf"parked +{PUBLICATION}, goes on at \d\d:\d\d", text)
    assert "To go on" not in text
    assert told["running"]
    assert (told["done"], told["left"]) == (progress.done, progress.waiting)
    assert told["resumes_at"].keys() == {PUBLICATION}
    assert told["ends_at"] > told["resumes_at"][PUBLICATION]

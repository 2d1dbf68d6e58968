"""What becomes of the calls of a job, whatever happens on the way."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from running import run as looked

from bitrix_async.cli._job import Ended, Miss, Work, misses, run
from bitrix_async.cli._publish import judge
from bitrix_async.rest import landing

if TYPE_CHECKING:
    from collections.abc import Callable
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

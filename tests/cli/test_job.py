"""What becomes of the pages of a job, whatever happens on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bitrix_async.cli._job import Job, Miss
from bitrix_async.rest import landing

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_async import Session
    from bitrix_async.testing import Portal

PUBLICATION = "landing.landing.publication"


def job_of(count: int) -> Job:
    return Job(list(range(1, count + 1)), landing.landing.publication)


def lids(misses: list[Miss]) -> set[int]:
    return {miss.lid for miss in misses}


async def test_all_done(portal: Portal, session_of: Callable[..., Session]) -> None:
    """Each page once, and nothing beside."""
    portal.seed_pages(120)
    job = job_of(120)
    async with session_of(portal) as bx:
        await job.run(bx)

    assert sorted(job.done) == job.lids
    assert portal.executed(PUBLICATION) == 120
    assert (job.misses, job.status, job.stopped) == ([], 0, "")


async def test_no_pages(portal: Portal, session_of: Callable[..., Session]) -> None:
    """A job without pages sends nothing."""
    async with session_of(portal) as bx:
        await job_of(0).run(bx)

    assert portal.request_count == 0


async def test_null_is_not_done(
    portal: Portal, session_of: Callable[..., Session]
) -> None:
    """`publication` without the right answers null and no error: the page failed."""
    portal.seed_pages(3)
    portal.pages[2].denied = {"public"}
    job = job_of(3)
    async with session_of(portal) as bx:
        await job.run(bx)

    assert sorted(job.done) == [1, 3]
    assert job.failed == [Miss(2, "", "nothing was done; the right may be missing")]
    assert job.status == 1


async def test_credentials_that_are_refused_later(
    portal: Portal, session_of: Callable[..., Session]
) -> None:
    """The webhook is deleted meanwhile: the job stops, and every page is told of."""
    portal.seed_pages(5000)
    portal.trouble(
        "error", times=None, skip=5, status=401, code="INVALID_CREDENTIALS"
    )  # fmt: skip
    job = job_of(5000)
    async with session_of(portal) as bx:
        await job.run(bx)

    assert job.status == 3
    assert job.stopped == "the portal refuses the credentials"
    assert {miss.code for miss in job.failed} == {"INVALID_CREDENTIALS"}
    assert len(job.unsent) > 2000
    assert {*job.done} | lids(job.misses) == {*job.lids}
    assert len(job.done) + len(job.misses) == 5000


@pytest.mark.parametrize("kind", ["refused", "silence"])
async def test_a_portal_that_does_not_answer(
    portal: Portal, session_of: Callable[..., Session], kind: str
) -> None:
    """Where it cannot be reached one page finds out; an unknown page is no proof."""
    portal.seed_pages(100)
    portal.trouble(kind, times=None)  # type: ignore[arg-type]
    job = job_of(100)
    async with session_of(portal) as bx:
        await job.run(bx)

    reached = kind == "silence"
    assert job.status == (1 if reached else 3)
    assert lids(job.unknown if reached else job.unsent) == {*job.lids}
    assert job.stopped == ("" if reached else "the portal cannot be reached")

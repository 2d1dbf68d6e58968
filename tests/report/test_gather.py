"""What a report says is what its journal has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from reports import ZONE, long_job, short_job

from bitrix_async import Call, Journal
from bitrix_async.journal import Requests, Run, Sample
from bitrix_async.report import Bin, Kind, Report, Totals, page, report
from bitrix_async.report._course import Span, bins, spans
from bitrix_async.report._gather import all_told
from bitrix_async.rest import landing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bitrix_async import Progress, Session
    from bitrix_async.testing import Portal

    Open = Callable[..., Session]

PUBLICATION = "landing.landing.publication"
LINK = "https://portal.example/rest/1/abc1secret/"


async def reported(
    portal: Portal, session_of: Open, path: Path, calls: Any, **how: Any
) -> Report:
    """The report of a job that was run to its end."""
    async with session_of(portal) as bx:
        await bx.run(calls, journal=path, job="publish", **how)
    with Journal.open(path) as journal:
        return report(journal)


def keyed(portal: Portal, count: int) -> list[tuple[str, Call[Any]]]:
    portal.seed_pages(count)
    return [(str(lid), landing.landing.publication(lid)) for lid in portal.pages]


async def test_a_long_job(portal: Portal, session_of: Open, tmp_path: Path) -> None:
    """Each figure of the journal is in the report, whichever way it is added up."""
    path = tmp_path / "pages.journal"
    missing = [
        (str(lid), landing.landing.publication(lid)) for lid in range(7001, 7151)
    ]
    portal.trouble("error", times=2, skip=20, status=503, code="QUERY_LIMIT_EXCEEDED")
    told = await reported(portal, session_of, path, [*keyed(portal, 3000), *missing])
    with Journal.open(path) as journal:
        summary, requests = journal.summary(), journal.requests()
        refused = [*journal.entries("refused")]

    totals = told.totals
    assert (totals.all, totals.done, totals.refused) == (3150, 3000, 150)
    assert (totals.unknown, totals.waiting) == (0, 0)
    assert (told.title, told.portal) == ("publish", "portal.example")
    assert (told.running, told.journal) == (False, "pages.journal")
    assert {one.code: one.count for one in told.failures} == summary.codes
    assert [one.key for one in told.failures[0].calls] == [
        entry.key for entry in refused[:100]
    ]
    assert sum(one.done for one in told.bins) == pytest.approx(3000)
    assert sum(one.missed for one in told.bins) == pytest.approx(150)
    assert sum(told.waits.values()) == pytest.approx(told.seconds, rel=0.01)
    assert told.requests.count == sum(one.count for one in requests)
    assert told.requests.commands == sum(one.commands for one in requests) > 3150
    assert told.requests.statuses == {200: told.requests.count - 2, 503: 2}
    assert sum(one.requests for one in told.bins) == pytest.approx(
        told.requests.count, rel=0.05
    )
    assert 60 <= len(told.bins) <= 120


async def test_operating_time(portal: Portal, session_of: Open, tmp_path: Path) -> None:
    """The limit is kept, and a method was parked for as long as it was waited for."""
    told = await reported(portal, session_of, tmp_path / "a", keyed(portal, 4000))
    (method,) = told.methods

    assert method.name == PUBLICATION
    assert method.limit == 480
    assert 470 <= method.most <= 481
    assert method.held == pytest.approx(told.waits["operating"], rel=0.05)
    assert told.waits["operating"] > 60


async def test_a_job_that_was_stopped(
    portal: Portal, session_of: Open, tmp_path: Path
) -> None:
    """What was not sent is told, and while it runs it is told to run."""
    seen: list[Report] = []

    class Stop(Exception):
        pass

    def stop(progress: Progress) -> None:
        with Journal.open(tmp_path / "a") as journal:
            seen.append(report(journal))
        if progress.done:
            raise Stop

    with pytest.raises(Stop):
        await reported(
            portal,
            session_of,
            tmp_path / "a",
            keyed(portal, 1000),
            collect=True,
            on_progress=stop,
        )
    with Journal.open(tmp_path / "a") as journal:
        told, summary = report(journal), journal.summary()

    assert all(one.running for one in seen)
    assert not told.running
    assert told.totals.waiting == summary.waiting > 0
    assert told.totals.all == 1000


async def test_no_secret_and_no_markup(
    portal: Portal, session_of: Open, tmp_path: Path
) -> None:
    """A call without a key is named by its parameters, less what is secret in them."""
    call = Call(
        "no.such.method", {"token_of": "abc1secret", "url": f"{LINK}x", "a": "<b>"}
    )
    told = await reported(portal, session_of, tmp_path / "a", [call])
    (failure,) = told.failures
    html = page(told)

    assert failure.calls[0].key.startswith("1: no.such.method {'a': '<b>', 'token")
    assert "abc1secret" not in html
    assert "'a': '&lt;b&gt;'" in html
    assert "<b>" not in html


async def test_an_empty_journal(
    portal: Portal, session_of: Open, tmp_path: Path
) -> None:
    """A job without calls has a report too."""
    told = await reported(portal, session_of, tmp_path / "a", [])

    assert told.totals.all == 0
    assert "There was nothing to do" in page(told)


async def test_what_was_sent_when_a_process_was_killed(
    portal: Portal, session_of: Open, tmp_path: Path
) -> None:
    """It may have run: it is unknown to whoever reads the journal afterwards."""
    portal.on("thing.add", lambda *_: 7)
    portal.trouble("silence", times=None)
    told = await reported(
        portal, session_of, tmp_path / "a", [("one", Call("thing.add"))]
    )

    assert (told.totals.unknown, told.totals.waiting) == (1, 0)
    assert [one.key for one in told.unknown] == ["one"]


KILLED, DONE, STOPPED = Run(1, 2), Run(3, 4, "done"), Run(5, 6, "stopped")
UNTOLD = "As far as is known, 31 requests"
ANSWERED = "All of them were answered."


@pytest.mark.parametrize(
    ("runs", "running", "is_whole"),
    [
        ([DONE], False, True),
        ([STOPPED, DONE], False, True),
        ([KILLED], True, True),  # it was not: it goes on
        ([KILLED], False, False),
        ([KILLED, DONE], False, False),
        ([KILLED, KILLED], True, False),
    ],
)
def test_requests_that_nobody_wrote_down(
    runs: list[Run], running: bool, is_whole: bool
) -> None:
    """A process that is killed takes its last requests with it: no page has them."""
    assert all_told(runs, running=running) == is_whole


@pytest.mark.parametrize(
    ("is_whole", "unknown", "told", "untold"),
    [
        (True, 0, ANSWERED, UNTOLD),
        (True, 1, "31 requests", ANSWERED),
        (False, 0, UNTOLD, ANSWERED),
        (False, 150, UNTOLD, ANSWERED),
    ],
)
def test_what_is_told_of_requests(
    is_whole: bool, unknown: int, told: str, untold: str
) -> None:
    """That all were answered is said where it is known, and nothing is unknown."""
    job = short_job()
    html = page(
        evolve(
            job,
            requests=evolve(job.requests, is_whole=is_whole),
            totals=Totals(1000, done=1000 - unknown, unknown=unknown),
        )
    )

    assert told in html
    assert untold not in html


def test_more_calls_than_there_are() -> None:
    """Where requests carried more calls than the job has, the page says why."""
    job, why = short_job(), "Calls that were sent again count again."
    kinds = (Kind("batch", 62, 2000, 6.2),)
    more = evolve(job, requests=evolve(job.requests, kinds=kinds))

    assert f"62 requests carried 2,000 calls. {why} All" in page(more)
    assert why not in page(job)


def test_a_mean_of_the_time_that_was_worked() -> None:
    """While no process runs a job it has no speed; a pause slows nothing."""
    began = short_job().began
    paused = evolve(
        short_job(),
        ended=began + 100,
        step=10,
        bins=(
            Bin(began, 300, 0, {"answers": 10}),
            *(Bin(began + 10 * n, waits={"off": 10}) for n in range(1, 9)),
            Bin(began + 90, 200, 100, {"answers": 10}),
        ),
    )

    assert "30 on average" in page(paused)


def test_a_job_within_a_minute() -> None:
    """Its begin and its end are told apart."""
    assert "25 November 2026, 12:46:40 to 12:46:46 · " in page(short_job(), zone=ZONE)


def test_what_is_promised_of_a_job_that_was_stopped() -> None:
    """Not that nothing is lost: what was sent last may have run, and be unknown."""
    stopped = evolve(long_job(), totals=Totals(1000, 500, unknown=150, waiting=350))

    assert "what is known to be done is not sent again" in page(stopped)
    assert "nothing is lost" not in page(stopped)


def test_two_runs() -> None:
    """What was waited for is of each run; between them it was off, clocks may jump."""
    runs = [Run(100, 160), Run(200, 220), Run(150, 160, "done")]
    samples = [
        Sample(100, {}, waited={"rate": 5.0}),
        Sample(130, {"done": 30}, waited={"rate": 15.0}),
        Sample(
            160, {"done": 50, "refused": 10}, waited={"rate": 15.0, "operating": 30}
        ),
        Sample(200, {"done": 50, "refused": 10}),
        Sample(220, {"done": 60, "refused": 10}),
    ]
    found = [
        one for one in spans(runs, samples, {"done": 60}) if one.ended != one.began
    ]

    assert found == [
        Span(100, 130, {"rate": 10, "answers": 20}, 30, 0),
        Span(130, 160, {"operating": 30, "answers": 0}, 20, 10),
        Span(160, 200, {"off": 40}),
        Span(200, 220, {"answers": 20}, 10, 0),
        Span(150, 160, {"answers": 10}, 0, 0),
    ]


def test_each_second_has_one_cause() -> None:
    """Where waits come to more than the time that passed, they share that time."""
    samples = [
        Sample(100, {}, waited={"answers": 1.0}),
        Sample(120, {"done": 30}, waited={"answers": 15.0, "portal": 8.0, "rate": 6.0}),
    ]
    course = [*spans([Run(100, 120)], samples, {"done": 30})]

    assert sum(sum(one.waits.values()) for one in course) == pytest.approx(20)
    assert course[1].waits == pytest.approx(
        {"answers": 10, "portal": 40 / 7, "rate": 30 / 7}
    )


def test_what_failed_and_ran_again() -> None:
    """Calls that run again end again: they count in each run, and in none below 0."""
    runs = [Run(100, 110, "done"), Run(120, 140, "done")]
    samples = [
        Sample(110, {"done": 20, "refused": 300}),
        Sample(121, {"done": 20, "refused": 0, "waiting": 300}),
        Sample(130, {"done": 25, "refused": 200}),
        Sample(140, {"done": 25, "refused": 295}),
    ]
    course = [*spans(runs, samples, {"done": 25, "refused": 295})]
    some = bins(course, [], 100, 140, 1)

    assert sum(one.missed for one in some) == pytest.approx(300 + 295)
    assert sum(one.done for one in some) == pytest.approx(25)
    assert all(one.missed >= 0 for one in some)


def test_what_is_found_to_be_done() -> None:
    """A call that was unknown and is done after all takes nothing from others."""
    samples = [
        Sample(100, {"unknown": 5, "refused": 1}),
        Sample(110, {"unknown": 2, "refused": 2, "done": 3}),
    ]
    *_, found, _ = spans([Run(100, 110)], samples, {"unknown": 2, "refused": 2})

    assert (found.done, found.missed) == (3, 1)


def test_bins() -> None:
    """What happened in a stretch is spread over the bins that it lies in."""
    some = [Span(0, 5, {"rate": 5}, 10), Span(5, 20, {"answers": 15}, 30, 3)]
    requests = [Requests(0, "batch", 200, 2, 40), Requests(20, "direct", None, 1, 1)]
    first, second, last = bins(some, requests, 0, 25, 10)

    assert (first.done, first.missed) == (20, 1)
    assert first.waits == {"rate": 5, "answers": 5}
    assert (second.done, second.waits) == (20, {"answers": 10})
    assert (last.done, sum(last.waits.values())) == (0, 0)
    assert [one.requests for one in (first, second, last)] == [1, 1, 0.5]
    assert (first.commands, second.commands) == (20, 20)

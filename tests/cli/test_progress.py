"""What is shown of work while it goes on."""

from __future__ import annotations

import io

import pytest
from attrs import evolve
from rich.console import Console

from bitrix_async import MethodStats, Progress, Stats
from bitrix_async.cli._progress import Counts, Moment, dashboard, line, since
from bitrix_async.cli._screen import Lines
from bitrix_async.report.words import clock

PUBLICATION = "landing.landing.publication"

# When the parked method goes on.
AGAIN = clock(1_795_600_000.0 + 19.95, seconds=True)

# On a portal where a second lasts 0.05 s.
MOMENT = Moment(
    title="Publishing",
    counts=Counts(total=3015, ended=1731, failed=22),
    seconds=10.0,
    stats=Stats(
        requests=95,
        batches=94,
        sent=1731,
        waiting=1284,
        level=3.2,
        burst=50,
        waits_for="operating",
        methods={
            PUBLICATION: MethodStats(operating=23.9, limit=24.0, parked_for=19.95),
            "landing.landing.add": MethodStats(operating=7.0, limit=24.0),
        },
    ),
    scale=0.05,
    at=1_795_600_000.0,
)


def drawn(moment: Moment, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(dashboard(moment))
    return capture.get()


def test_everything_is_on_the_screen() -> None:
    """Calls and rate, requests, how full they are, operating time, what is awaited."""
    text = drawn(MOMENT)

    for part in (
        "1,731 of 3,015",
        "22 failed",
        "173 a second",
        "95 sent, 0 under way",
        "18.2 calls for a request, of 50",
        "3 of 50 requests at once",
        f"478 of 480 s, {PUBLICATION}",
        f"the operating limit until {AGAIN}, {PUBLICATION}",
    ):
        assert part in text


@pytest.mark.parametrize("width", [20, 40, 60, 80])
def test_a_narrow_terminal(width: int) -> None:
    """No line is wrapped, so that the next drawing covers the last one."""
    rows = drawn(MOMENT, width).splitlines()

    assert len(rows) == 7
    assert all(len(row) <= width for row in rows)


@pytest.mark.parametrize("width", [40, 50, 80])
def test_names_of_rows_on_a_narrow_terminal(width: int) -> None:
    """All of each is there: what is cut is the end of a line, which says so."""
    rows = drawn(MOMENT, width).splitlines()[2:]

    assert [row[:12].rstrip() for row in rows] == [
        "requests", "batches", "rate limit", "operating", "waits for",
    ]  # fmt: skip
    assert rows[4].endswith("…")


@pytest.mark.parametrize("width", [20, 40, 80])
def test_a_terminal_that_is_not_utf_8(width: int) -> None:
    """No line is wrapped there either: nothing is written that it has no sign for."""
    file = io.TextIOWrapper(io.BytesIO(), "ascii", "backslashreplace")
    Console(file=file, width=width, force_terminal=False).print(dashboard(MOMENT))
    file.seek(0)
    rows = file.read().splitlines()

    assert len(rows) == 7
    assert all(len(row) <= width for row in rows)
    assert rows[6].endswith("...")
    assert "\\u" not in "".join(rows)


def test_before_anything_is_known() -> None:
    """A session that has sent nothing can be shown."""
    text = drawn(Moment("Publishing", Counts(0, 0), 0.0, Stats()))

    assert "0 of 0" in text
    assert "not reported yet" in text


def test_self_hosted() -> None:
    """Limits that are not there are no division by anything."""
    stats = Stats(burst=float("inf"), methods={"x": MethodStats(limit=float("inf"))})

    assert "not reported yet" in drawn(evolve(MOMENT, stats=stats))


def test_a_line() -> None:
    """The same in one line, where there is no terminal."""
    assert line(MOMENT) == (
        f"{clock(MOMENT.at, seconds=True)} Publishing: 1,731 of 3,015, 22 failed, "
        "173 a second, 95 requests, waits for the operating limit until "
        f"{AGAIN}, {PUBLICATION}"
    )


def test_lines_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    """Often at first, and then once a minute: a job of a night does not fill it."""
    screen = Lines()
    for second in range(400):
        screen.show(evolve(MOMENT, seconds=float(second), at=MOMENT.at + second))
    err = capsys.readouterr().err

    assert [row[:8] for row in err.splitlines()] == [
        clock(MOMENT.at + second, seconds=True)
        for second in (5, 15, 35, 75, 135, 195, 255, 315, 375)
    ]


def test_a_job_with_a_journal() -> None:
    """Its rate is that of lately, its end is told, and that the portal is away."""
    progress = Progress(
        done=1709,
        refused=20,
        unknown=2,
        waiting=1284,
        total=3015,
        rate=8.25,
        seconds_left=7384.0,
        waits_for="portal",
        resumes_at={},
        stats=MOMENT.stats,
    )
    text = drawn(evolve(MOMENT, counts=Counts.of(progress)))

    for part in (
        "1,731 of 3,015",
        "22 failed",
        "8.2 a second",
        "2 h 3 min left",
        "the portal, which does not answer",
    ):
        assert part in text


def test_only_what_was_done_since() -> None:
    """Counts are those of this work; a method that only rests is not in it."""
    resting = MethodStats(done=10, operating=7.0, limit=24.0)
    before = Stats(
        requests=40, batches=39, sent=1000, waited={"rate": 1.0}, methods={"a": resting}
    )
    now = Stats(
        requests=60,
        batches=58,
        sent=1500,
        waited={"rate": 1.5, "operating": 2.0},
        methods={"a": evolve(resting, operating=6.0), "b": MethodStats(done=500)},
    )

    assert since(before, now) == Stats(
        requests=20,
        batches=19,
        sent=500,
        waited={"rate": 0.5, "operating": 2.0},
        methods={"b": MethodStats(done=500)},
    )

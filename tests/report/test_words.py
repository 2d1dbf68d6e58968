"""Numbers, times and axes as people read them."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone

import pytest

from bitrix_async.report._axes import ceiling, step_for, time_marks
from bitrix_async.report.words import clock, count, day, duration, number, percent

NEPAL = timezone(timedelta(hours=5, minutes=45))
# 21 November 2026, 15:00 of UTC.
AT = 1_795_273_200.0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (0.0123, "12 ms"),
        (0.1, "0.1 s"),
        (9.94, "9.9 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (72, "1 min 12 s"),
        (3599.6, "1 h"),
        (3600, "1 h"),
        (9660, "2 h 41 min"),
        (7199, "2 h"),
        (86399, "24 h"),
        (100_000, "1 d 4 h"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    """Two units at the most, and none of them says 60."""
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 10, "0 %"),
        (10, 10, "100 %"),
        (1, 3, "33.3 %"),
        (1, 1_000_000, "0.1 %"),
        (999_999, 1_000_000, "99.9 %"),
        (0, 0, "0 %"),
    ],
)
def test_percent(part: int, whole: int, text: str) -> None:
    """Nothing and all are said only of nothing and of all."""
    assert percent(part, whole) == text


def test_numbers() -> None:
    """A fraction where it says something; words in the plural where they are."""
    assert [*map(number, (0, 0.0251, 0.25, 8.25, 9, 9.99, 18.6, 1731))] == [
        "0", "0.025", "0.25", "8.2", "9", "10", "19", "1,731",
    ]  # fmt: skip
    assert [count(one, "page") for one in (0, 1, 2000)] == [
        "0 pages", "1 page", "2,000 pages",
    ]  # fmt: skip


def test_times() -> None:
    """By the clock of the zone."""
    assert (clock(AT, UTC), clock(AT, NEPAL)) == ("15:00", "20:45")
    assert clock(AT + 7, UTC, seconds=True) == "15:00:07"
    assert day(AT + 36_000, UTC) == "22 November 2026"


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (0.9, 1), (7, 8), (11, 15), (481, 500), (2600, 3000)]
)
def test_ends_of_axes(value: float, top: float) -> None:
    """Round, and not far above what is drawn."""
    assert ceiling(value) == pytest.approx(top)


@pytest.mark.parametrize(
    ("seconds", "step"),
    [(0.1, 0.1), (6.2, 0.1), (6000, 60), (20_000, 300), (86400 * 4000, 86400 * 34)],
)
def test_bins(seconds: float, step: float) -> None:
    """Lengths that people count in, and no more than asked for."""
    assert step_for(seconds, 120) == step
    assert seconds / step <= 120


def test_marks_of_time() -> None:
    """Since the begin for what is short, then full hours of the zone, then days."""
    short = time_marks(AT, AT + 53, UTC)
    hours = time_marks(AT + 60, AT + 4 * 3600, NEPAL)
    days = time_marks(AT, AT + 3 * 86400, UTC)

    assert [text for _, text in short] == ["0", "15 s", "30 s", "45 s"]
    assert [text for _, text in hours] == ["21:00", "22:00", "23:00", "00:00"]
    assert [text for _, text in days] == ["22 Nov", "23 Nov", "24 Nov"]
    assert days[0][0] == AT + 9 * 3600

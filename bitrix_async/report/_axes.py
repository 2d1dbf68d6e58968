"""Where the marks of an axis stand: round numbers, and times that clocks show."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from bitrix_async.report.words import clock, duration, local

if TYPE_CHECKING:
    from datetime import tzinfo

# Lengths of time that people count in; seconds.
STEPS: Final = (
    *(0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30),
    *(60 * minutes for minutes in (1, 2, 5, 10, 15, 30)),
    *(3600 * hours for hours in (1, 2, 3, 6, 12)),
    *(86400 * days for days in (1, 2, 7, 14, 28)),
)
_MARKS: Final = 5
# Below this a job is followed by the seconds since its begin, not by a clock.
_SHORT: Final = 180
_DAY: Final = 86400


def step_for(seconds: float, most: int) -> float:
    """The shortest round length of which at most so many make up the whole."""
    for step in STEPS:
        if seconds <= most * step:
            return step
    return math.ceil(seconds / most / _DAY) * _DAY


def ceiling(value: float) -> float:
    """A round number that is not below it, for the end of an axis."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** math.floor(math.log10(value))
    return next(
        part * unit for part in (1, 1.5, 2, 3, 4, 5, 8, 10) if value <= part * unit
    )


def time_marks(
    began: float, ended: float, zone: tzinfo | None
) -> list[tuple[float, str]]:
    """Moments between the two, and how they are called."""
    seconds = ended - began
    step = step_for(seconds, _MARKS)
    if seconds < _SHORT:
        return [(began + at, _since(at)) for at in _multiples(0.0, seconds, step)]
    # Round for a clock on the wall, not for UTC.
    offset = _offset(began, zone)
    marks = _multiples(began + offset, ended + offset, step)
    name = _date if step >= _DAY else clock
    return [(at - offset, name(at - offset, zone)) for at in marks]


def _date(when: float, zone: tzinfo | None) -> str:
    date = local(when, zone)
    return f"{date.day} {date:%b}"


def _since(seconds: float) -> str:
    return "0" if not seconds else duration(seconds).replace(".0 s", " s")


def _multiples(first: float, last: float, step: float) -> list[float]:
    begin = math.ceil(first / step)
    return [step * number for number in range(begin, math.floor(last / step) + 1)]


def _offset(when: float, zone: tzinfo | None) -> float:
    offset = local(when, zone).utcoffset()
    return offset.total_seconds() if offset else 0.0

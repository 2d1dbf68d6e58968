"""Numbers and times as people read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["clock", "count", "day", "duration", "local", "number", "offset", "percent"]

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400
# Below this a fraction says something.
_SMALL: Final = 10
# Below this a second is no unit.
_TINY: Final = 0.1
# What is neither nothing nor all is not said to be.
_LEAST, _MOST = 0.1, 99.9


def number(value: float) -> str:
    """`1,731`, `8.2` or `0.025`: two digits that say something, or whole."""
    if value == int(value) or value >= _SMALL:
        return f"{value:,.0f}"
    return f"{value:.2g}"


def count(value: int, what: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{value:,} {what}{'' if value == 1 else 's'}"


def percent(part: float, whole: float) -> str:
    """`24.9 %`; `100 %` and `0 %` are said only of all and of nothing."""
    share = 100 * part / whole if whole else 0.0
    if 0 < share < 100:
        share = min(_MOST, max(_LEAST, share))
    return f"{share:.{0 if share == int(share) else 1}f} %"


def duration(seconds: float) -> str:
    """`12 ms`, `4.2 s`, `1 min 12 s`, `2 h 41 min`, `3 d 4 h`."""
    whole = round(seconds)
    if 0 < seconds < _TINY:
        return f"{1000 * seconds:.0f} ms"
    if seconds < _SMALL:
        return f"{seconds:.1f} s"
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return _two(whole, _MINUTE, "min", 1, "s")
    if whole < _DAY:
        return _two(whole, _HOUR, "h", _MINUTE, "min")
    return _two(whole, _DAY, "d", _HOUR, "h")


def _two(seconds: int, large: int, name: str, small: int, rest: str) -> str:
    # Rounded first, so that no part says 60.
    seconds = round(seconds / small) * small
    text = f"{seconds // large} {name}"
    left = seconds % large // small
    return f"{text} {left} {rest}" if left else text


def clock(when: float, zone: tzinfo | None = None, *, seconds: bool = False) -> str:
    """`14:32`; unix seconds, in the zone, or in that of the machine."""
    return local(when, zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def day(when: float, zone: tzinfo | None = None) -> str:
    """`21 November 2026`."""
    date = local(when, zone)
    return f"{date.day} {date:%B %Y}"


def offset(when: float, zone: tzinfo | None = None) -> str:
    """`UTC+03:00`."""
    # Not %:z, which is of Python 3.12.
    return f"UTC{local(when, zone).isoformat()[-6:]}"


def local(when: float, zone: tzinfo | None = None) -> datetime:
    """Unix seconds as a time of the zone, or of the machine's."""
    return datetime.fromtimestamp(when, UTC).astimezone(zone)

"""Where the time went, and how it went over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bitrix_async.report import _charts
from bitrix_async.report._html import caption, section, tag
from bitrix_async.report._tables import bar_table, table
from bitrix_async.report.words import clock, day, duration, number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo
    from xml.etree.ElementTree import Element

    from bitrix_async.report._facts import Method, Report

# Of a job's time, by what was waited for: `Stats.waits_for`, and two of ours.
CAUSES: Final = {
    "answers": "Answers of the portal",
    "operating": "The operating limit",
    "rate": "The limit of requests",
    "retry": "A pause after trouble",
    "tokens": "A new token",
    "portal": "The portal, which was away",
    "off": "No process ran the job",
}
# Of the tables beside charts.
_ROWS: Final = 24
_DAY: Final = 86400


def whole_time(report: Report, frame: _charts.Frame) -> Element | None:
    """The section of what was waited for."""
    waits = report.waits
    if not waits:
        return None
    rows = [
        (f"w-{cause}", CAUSES.get(cause, cause), seconds, duration(seconds))
        for cause, seconds in waits.items()
    ]
    return section(
        "Where the time went",
        _charts.waits(frame, report.bins, report.step, [*waits]),
        bar_table(("Waiting for", "Time", "Share"), rows),
    )


def over_time(report: Report, frame: _charts.Frame) -> Element | None:
    """The section of charts: calls, and the operating time of methods."""
    if not report.bins:
        return None
    return section("Over time", _speed(report, frame), *_operating(report, frame))


def _speed(report: Report, frame: _charts.Frame) -> Element:
    ended = sum(one.done + one.missed for one in report.bins)
    # As `job` has it: where nobody is at it, it has no speed.
    worked = report.seconds - report.waits.get("off", 0.0)
    mean = ended / worked if worked > 0 else 0.0
    return tag(
        "figure",
        caption("Calls a second", f"{number(mean)} on average"),
        _charts.speed(frame, report.bins, report.step),
        tag(
            "details",
            tag("summary", "As a table"),
            table(("From", "Done", "Not done"), _speeds(report, frame.zone)),
        ),
    )


def _speeds(report: Report, zone: tzinfo | None) -> Iterator[tuple[str, ...]]:
    size = -(-len(report.bins) // _ROWS)
    for first in range(0, len(report.bins), size):
        some = report.bins[first : first + size]
        yield (
            _at(some[0].began, report, zone),
            number(round(sum(one.done for one in some))),
            number(round(sum(one.missed for one in some))),
        )


def _operating(report: Report, frame: _charts.Frame) -> Iterator[Element]:
    for one in report.methods:
        parked = tag("span", f" parked for {duration(one.held)}", class_="whole")
        held = (", ", tag("span", class_="swatch"), parked)
        yield tag(
            "figure",
            caption(
                ("Operating time of ", tag("code", one.name)),
                (
                    f"{number(one.most)} of {number(one.limit)} s at the most",
                    held if one.held else None,
                ),
            ),
            _charts.operating(frame, one),
            tag(
                "details",
                tag("summary", "As a table"),
                table(("At", "Used"), _used(one, report, frame.zone)),
            ),
        )


def _used(
    method: Method, report: Report, zone: tzinfo | None
) -> Iterator[tuple[str, ...]]:
    for at, used in method.used[:: -(-len(method.used) // _ROWS) or 1]:
        yield _at(at, report, zone), f"{used:,.1f} s"


def _at(when: float, report: Report, zone: tzinfo | None) -> str:
    time = clock(when, zone, seconds=True)
    return time if report.seconds < _DAY else f"{day(when, zone)}, {time}"

"""What is not done: the codes with their calls, and what is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bitrix_async.report._html import section, tag
from bitrix_async.report.words import count

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from bitrix_async.report._facts import Failure, Missed, Report

_UNKNOWN: Final = (
    "These were sent and no answer came: they may have run. What must run only once is "
    "not sent again, unless it is asked for (--again unknown)."
)
# As many calls are shown without being asked for.
_SEVERAL: Final = 24


def failures(report: Report) -> Element | None:
    """The section of codes, where there are any."""
    if not report.failures:
        return None
    # Not the total, which may be of a moment later.
    refused = sum(one.count for one in report.failures)
    return section(
        "What failed, and why", (_failure(one, refused) for one in report.failures)
    )


def _failure(failure: Failure, refused: int) -> Element:
    same = {one.description for one in failure.calls}
    share = 100 * failure.count / refused
    return tag(
        "article",
        tag(
            "h3",
            tag("code", failure.code or "no code"),
            tag("span", f"{failure.count:,}", class_="amount"),
        ),
        tag("div", tag("span", style=f"width:{share:.2f}%"), class_="meter"),
        tag("p", *same, class_="why") if len(same) == 1 else None,
        _calls(failure.calls, failure.count, told=len(same) == 1),
        class_="failure",
    )


def unknown(report: Report) -> Element | None:
    """The section of calls of which no answer came, where there are any."""
    if not report.unknown:
        return None
    return section(
        "What is unknown",
        tag("p", _UNKNOWN, class_="why"),
        _calls(report.unknown, report.totals.unknown, told=True),
    )


def _calls(calls: tuple[Missed, ...], total: int, *, told: bool) -> Element:
    """The first calls of a list; with what was said of each, unless that is told."""
    items = (
        tag("li", tag("code", one.key), None if told else f" {one.description}")
        for one in calls
    )
    more = total - len(calls)
    return tag(
        "details",
        tag("summary", count(total, "call")),
        tag("ul", items, class_="keys" if told else "keys told"),
        tag("p", f"and {more:,} more", class_="more") if more else None,
        open="open" if len(calls) <= _SEVERAL else None,
    )

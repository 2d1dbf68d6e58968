"""How calls travelled: the requests, and how full they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bitrix_async.report import _charts
from bitrix_async.report._html import caption, section, tag
from bitrix_async.report._tables import table
from bitrix_async.report.words import duration, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree.ElementTree import Element

    from bitrix_async.report._facts import Report, Requests

_OK: Final = 200
_UNTOLD: Final = (
    "A process that is killed has not written down what it sent in its last seconds."
)
_NAMES: Final = {"batch": "Batches", "direct": "Single calls"}


def carried(report: Report, frame: _charts.Frame) -> Element | None:
    """The section of requests, where there were any."""
    requests = report.requests
    if not requests.count:
        return None
    each = number(requests.commands / requests.count)
    names = ("Requests", "Sent", "Calls", "Calls in each", "Time of each")
    return section(
        "Requests",
        tag("p", _summary(report), class_="why"),
        table(names, _rows(requests)),
        tag(
            "figure",
            caption("Calls in a request", f"{each} on average, of {_charts.FULL}"),
            _charts.fullness(frame, report.bins, report.step),
        ),
    )


def _summary(report: Report) -> str:
    requests = report.requests
    told = f"{requests.count:,} requests carried {requests.commands:,} calls."
    odd = {status: many for status, many in requests.statuses.items() if status != _OK}
    if not requests.is_whole:
        told = f"As far as is known, {told} {_UNTOLD}"
    if odd:
        return f"{told} Not all went well: {_listed(odd)}."
    # The answer that an unknown call lacks is none of these.
    is_sure = requests.is_whole and not report.totals.unknown
    return f"{told} All of them were answered." if is_sure else told


def _listed(odd: Mapping[int | None, int]) -> str:
    return ", ".join(
        f"{many:,} had no answer" if status is None else f"{many:,} had HTTP {status}"
        for status, many in sorted(odd.items(), key=lambda item: -item[1])
    )


def _rows(requests: Requests) -> Iterator[tuple[str, ...]]:
    for one in requests.kinds:
        yield (
            _NAMES.get(one.name, one.name),
            f"{one.count:,}",
            f"{one.commands:,}",
            number(one.commands / one.count),
            duration(one.seconds / one.count),
        )

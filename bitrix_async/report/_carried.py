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
    return " ".join(_sentences(report))


def _sentences(report: Report) -> Iterator[str]:
    requests = report.requests
    known = "" if requests.is_whole else "As far as is known, "
    yield f"{known}{requests.count:,} requests carried {requests.commands:,} calls."
    if requests.commands > report.totals.known:
        yield "Calls that were sent again count again."
    odd = {status: many for status, many in requests.statuses.items() if status != _OK}
    if odd:
        yield f"Not all went well: {_listed(odd)}."
    elif requests.is_whole and not report.totals.unknown:
        yield "All of them were answered."
    if not requests.is_whole:
        yield _UNTOLD


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

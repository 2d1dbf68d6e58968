"""How calls travelled: the requests, and how full they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bitrix_async.report._html import section, tag
from bitrix_async.report._tables import bar_table
from bitrix_async.report.words import duration, number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from bitrix_async.report._facts import Requests

# Commands in a full batch: protocol.md 2.1.
_FULL: Final = 50
# Requests by how many calls they carried.
_SIZES: Final = (
    *((1, 1), (2, 10), (11, 20), (21, 30)),
    *((31, 40), (41, _FULL - 1), (_FULL, _FULL)),
)
_OK: Final = 200


def carried(requests: Requests) -> Element | None:
    """The section of requests, where there were any."""
    if not requests.count:
        return None
    return section(
        "Requests",
        tag("p", _summary(requests), class_="why"),
        bar_table(("Calls in a request", "Requests", "Share"), [*_rows(requests)]),
        _statuses(requests),
    )


def _summary(requests: Requests) -> str:
    each = number(requests.commands / requests.count)
    return (
        f"{requests.count:,} requests carried {requests.commands:,} calls: {each} in "
        f"each, of {_FULL}. Half of them took less than {duration(requests.middle)}, "
        f"one in twenty more than {duration(requests.slow)}."
    )


def _rows(requests: Requests) -> Iterator[tuple[str, str, float, str]]:
    for low, high in _SIZES:
        many = sum(many for size, many in requests.sizes.items() if low <= size <= high)
        if many:
            name = f"{low}" if low == high else f"{low} to {high}"
            yield "done", name, many, f"{many:,}"


def _statuses(requests: Requests) -> Element | None:
    odd = {status: many for status, many in requests.statuses.items() if status != _OK}
    if not odd:
        return None
    told = ", ".join(
        f"{many:,} had HTTP {status}" if status else f"{many:,} had no answer"
        for status, many in sorted(odd.items())
    )
    return tag("p", f"Not all went well: {told}.", class_="why")

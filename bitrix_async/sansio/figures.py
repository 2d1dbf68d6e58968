"""What the rows of an answer tell, figure by figure: `finish`, `operating`, costs."""

from __future__ import annotations

from collections import Counter
from operator import itemgetter
from typing import TYPE_CHECKING, Final, cast

from bitrix_async.errors import AuthFault, Fault, LimitExceeded
from bitrix_async.sansio import costs
from bitrix_async.sansio.replies import NOT_IN_BATCH, Done

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bitrix_async.sansio.lines import Request
    from bitrix_async.sansio.replies import Row

_TIME = itemgetter(Done._fields.index("time"))

# Errors with which the portal answers before anything runs: protocol.md 5.2.
_NOT_RUN: Final = (AuthFault, LimitExceeded)

# What all of a column are, where none is missing.
FLOATS: Final = frozenset({float})


def took(
    request: Request, finishes: Sequence[float | None], whole: Done, at_most: float
) -> list[float | None]:
    """What each call took, in seconds; None where nothing tells."""
    if not request.is_batch:
        return costs.of_direct(whole.seconds("duration"), at_most)
    start = whole.seconds("start")
    spent = costs.of_batch(finishes, start, at_most)
    if request.is_group and start is not None and start.is_integer():
        _spare_first(request, spent)
    return spent


def _spare_first(request: Request, spent: list[float | None]) -> None:
    """Leave out what is only known not to be longer, where others tell better.

    A group may be of two calls, by which a walk measures fifty others.
    """
    first, *others = zip(request.methods, spent, strict=True)
    if any(method == first[0] and seconds is not None for method, seconds in others):
        spent[0] = None


def places(request: Request, rows: Sequence[Row | None]) -> Mapping[str, Sequence[int]]:
    """Where the calls of each method stand that were answered with a result."""
    standing: dict[str, list[int]] = {}
    for index, method in enumerate(request.methods):
        if type(rows[index]) is Done:
            standing.setdefault(method, []).append(index)
    return standing


def failed(request: Request, rows: Sequence[Row | None]) -> Counter[str]:
    """How many calls of each method ran and were answered with an error."""
    return Counter(
        method
        for method, row in zip(request.methods, rows, strict=True)
        if isinstance(row, Fault)
        and not isinstance(row, _NOT_RUN)
        and row.code != NOT_IN_BATCH
    )


def largest(request: Request, rows: Sequence[Row | None]) -> dict[str, Done]:
    """For each method the row that reports most: only one may report at all (4.2)."""
    reports, are_whole = column(rows, "operating")
    if are_whole and request.only is not None:
        most = max(cast("list[float]", reports))
        return {request.only: cast("Done", rows[reports.index(most)])}
    reporting: dict[str, tuple[float, Row | None]] = {}
    for method, row, operating in zip(request.methods, rows, reports, strict=True):
        if operating and operating > reporting.get(method, (0.0, row))[0]:
            reporting[method] = (operating, row)
    return {method: cast("Done", row) for method, (_, row) in reporting.items()}


def column(rows: Sequence[Row | None], name: str) -> tuple[list[float | None], bool]:
    """One figure of each row's time, and whether each row has it.

    They are read in one go where all are as they should be.
    """
    try:
        read = [*map(itemgetter(name), map(_TIME, cast("Sequence[Done]", rows)))]
    except (KeyError, TypeError):
        read = []
    if read and FLOATS.issuperset(map(type, read)):
        return read, True
    read = [row.seconds(name) if type(row) is Done else None for row in rows]
    return read, None not in read

"""What the lists of the `landing` module have in common (protocol.md 9.3).

A table is a map of columns: each reads its value, as the portal prints it, from a row.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from bitrix_async.testing._filters import Condition, conditions, ordered
from bitrix_async.testing._methods import param
from bitrix_async.testing._php import entries, intval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bitrix_async.testing._landing_gateway import Array
    from bitrix_async.testing._methods import Context


def rows_of(
    context: Context,
    params: Array,
    rows: Iterable[Any],
    fields: Mapping[str, Callable[[Context, Any], Any]],
    always: Iterable[str] = (),
) -> list[dict[str, Any]]:
    """The rows that `params` ask for, as far as they select them."""
    wanted = conditions_of(params)
    found = (row for row in rows if holds(context, row, wanted, fields))
    shown = part_of(params, ordered_by(params, found, reader(context, fields)))
    names = {*(selected(params) or fields), *always}
    return [
        {name: read(context, row) for name, read in fields.items() if name in names}
        for row in shown
    ]


def yes(value: bool) -> str:  # noqa: FBT001 # it is the value
    return "Y" if value else "N"


def date_text(context: Context, moment: str | float | None) -> str | None:
    """In the portal's own format, not ISO (9.3)."""
    if isinstance(moment, float | int):
        return context.portal.clock.culture(moment)
    return moment


def conditions_of(params: Array) -> list[Condition]:
    """Keys with a dot, and `runtime`, are stripped (9.3)."""
    return [
        condition
        for condition in conditions(param(params, "filter"))
        if "." not in condition.field and condition.field != "runtime"
    ]


def holds(
    context: Context,
    row: Any,
    wanted: list[Condition],
    fields: Mapping[str, Callable[[Context, Any], Any]],
) -> bool:
    return all(
        condition.field in fields
        and condition.holds(fields[condition.field](context, row))
        for condition in wanted
    )


def reader(
    context: Context, fields: Mapping[str, Callable[[Context, Any], Any]]
) -> Callable[[Any, str], Any]:
    return lambda row, name: fields[name](context, row) if name in fields else None


def selected(params: Array) -> list[str]:
    names = [str(name) for _, name in entries(param(params, "select"))]
    return [] if "*" in names else [name for name in names if "." not in name]


def ordered_by(
    params: Array, rows: Iterable[Any], read: Callable[[Any, str], Any]
) -> Iterable[Any]:
    order = param(params, "order")
    return ordered(list(rows), order, read) if order else rows


def part_of(params: Array, rows: Iterable[Any]) -> list[Any]:
    """There is no limit but the one that is asked for (9.3)."""
    offset = intval(param(params, "offset"))
    limit = intval(param(params, "limit"))
    return list(islice(rows, offset, offset + limit if limit else None))

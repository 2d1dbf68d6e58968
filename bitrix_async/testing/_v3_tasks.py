"""tasks.task.* of v3, on tasks that are computed from their ids (protocol.md 3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._filters import Condition, matching, ordered
from bitrix_async.testing._methods import PortalError, param
from bitrix_async.testing._php import entries
from bitrix_async.testing._records import narrowed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.testing._methods import Context, Handler

_PREFIX: Final = "BITRIX_REST_V3_EXCEPTION_"
_STATUSES: Final = ("pending", "in_progress", "completed")
_BORN: Final = 1_700_000_000

# The page is documented to hold 1000, and was measured to hold 50 (10).
_LARGEST_PAGE: Final = 50

_OPERATIONS: Final = {
    "=": "=",
    "!=": "!=",
    ">": ">",
    "<": "<",
    ">=": ">=",
    "<=": "<=",
    "in": "@",
    "between": "><",
}


def _fail(kind: str, message: str, status: int = 400, **extras: Any) -> PortalError:
    return PortalError(f"{_PREFIX}{kind}EXCEPTION", message, status=status, **extras)


def _row(context: Context, number: int) -> dict[str, Any]:
    row = {
        "id": number,
        "title": f"Task {number}",
        "status": _STATUSES[number % len(_STATUSES)],
        "responsibleId": number % 10 + 1,
        "creatorId": 1,
        "deadline": None,
        "changed": context.portal.clock.iso(_BORN + number),
    }
    return row | context.portal.tasks.added.get(number, {})


def _add(context: Context, params: Any) -> Any:
    fields = param(params, "fields")
    if not isinstance(fields, dict):
        raise _fail(
            "VALIDATION_REQUESTVALIDATION",
            "The request is not valid",
            validation=[{"message": "The field is required", "field": "fields"}],
        )
    return {"item": _row(context, context.portal.tasks.add(dict(fields)))}


def _get(context: Context, params: Any) -> Any:
    number = param(params, "id")
    if not isinstance(number, int):
        raise _fail(
            "VALIDATION_REQUESTVALIDATION",
            "The request is not valid",
            validation=[{"message": "An integer is required", "field": "id"}],
        )
    if number not in context.portal.tasks:
        raise _fail("ENTITYNOTFOUND", "There is no such task")
    return {"item": _selected(_row(context, number), params)}


def _list(context: Context, params: Any) -> Any:
    limit, offset = _pagination(param(params, "pagination"))
    ids, rest = narrowed(context.portal.tasks, _conditions(params), "id")

    def get(number: int, name: str) -> Any:
        return _row(context, number).get(name)

    found = matching(ids, rest, get) if rest else ids
    order = param(params, "order")
    if order:
        found = ordered(list(found), order, get)
    rows = [_row(context, number) for number in found[offset : offset + limit]]
    return {"items": [_selected(row, params) for row in rows]}


def _conditions(params: Any) -> list[Condition]:
    wanted = []
    for _, entry in entries(param(params, "filter")):
        if (
            not isinstance(entry, list)
            or len(entry) != 3
            or entry[1] not in _OPERATIONS
        ):
            raise _fail("INVALIDFILTER", "A filter is [field, operation, value]")
        wanted.append(Condition(str(entry[0]), _OPERATIONS[entry[1]], entry[2]))
    return wanted


def _pagination(given: Any) -> tuple[int, int]:
    """Limit and offset; `page` counts from 1 and stands for an offset (3.5)."""
    limit = param(given, "limit", _LARGEST_PAGE)
    if limit == -1:
        raise _fail("INTERNAL_INTERNAL", "Internal error", 500)
    if not isinstance(limit, int) or limit < 1:
        raise _fail("INVALIDPAGINATION", "The pagination is not understood")
    limit = min(limit, _LARGEST_PAGE)
    return limit, param(given, "offset") or (param(given, "page", 1) - 1) * limit


def _selected(row: dict[str, Any], params: Any) -> dict[str, Any]:
    """Unknown fields are dropped without a word (3.5)."""
    names = [str(name) for _, name in entries(param(params, "select"))]
    return {name: row[name] for name in names if name in row} if names else row


METHODS: Final[Mapping[str, Handler]] = {
    "tasks.task.add": _add,
    "tasks.task.get": _get,
    "tasks.task.list": _list,
}

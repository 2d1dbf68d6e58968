"""CRM: deals and the items of any type, computed from their ids (protocol.md 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from bitrix_async.testing._answers import Printed
from bitrix_async.testing._filters import Condition, conditions, matching, ordered
from bitrix_async.testing._methods import Paged, PortalError, param, param_any_case
from bitrix_async.testing._php import entries, intval
from bitrix_async.testing._records import Records, narrowed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bitrix_async.testing._methods import Context, Handler

PAGE: Final = 50

# Lead, deal, contact, company, quote, smart invoice: the types that always exist.
_TYPES: Final = (1, 2, 3, 4, 7, 31)
_DEAL: Final = 2

_STAGES: Final = ("NEW", "PREPARATION", "EXECUTING", "FINAL_INVOICE", "WON", "LOSE")
_BORN: Final = 1_700_000_000

# Imported in lots: so many items were made in the same second.
_SAME_SECOND: Final = 100

# What crm.deal.* calls the fields of crm.item.*, whose values it gives as text.
_DEAL_NAMES: Final = {
    "id": "ID",
    "title": "TITLE",
    "stageId": "STAGE_ID",
    "categoryId": "CATEGORY_ID",
    "opportunity": "OPPORTUNITY",
    "currencyId": "CURRENCY_ID",
    "assignedById": "ASSIGNED_BY_ID",
    "companyId": "COMPANY_ID",
    "contactId": "CONTACT_ID",
    "createdBy": "CREATED_BY_ID",
    "opened": "OPENED",
    "closed": "CLOSED",
    "comments": "COMMENTS",
    "createdTime": "DATE_CREATE",
    "updatedTime": "DATE_MODIFY",
}
_ITEM_NAMES: Final = {deal: item for item, deal in _DEAL_NAMES.items()}


@define
class Crm:
    """The records of each entity type."""

    kinds: dict[int, Records] = field(
        factory=lambda: {number: Records() for number in _TYPES}
    )

    def seed(self, entity_type_id: int, count: int, *, gap: int = 7) -> None:
        """So many items of a type, every id that `gap` divides left out."""
        self.kinds[entity_type_id] = Records.holding(count, gap)


def _item(context: Context, kind: int, number: int) -> dict[str, Any]:
    born = context.portal.clock.iso(_BORN + number // _SAME_SECOND)
    row = Printed(
        id=number,
        title=f"Item {number}",
        stageId=_STAGES[number % len(_STAGES)],
        categoryId=0,
        opportunity=number % 1000 * 100,
        currencyId="EUR",
        assignedById=number % 10 + 1,
        companyId=0,
        contactId=0,
        createdBy=1,
        opened="Y",
        closed="N",
        comments=None,
        createdTime=born,
        updatedTime=born,
    )
    added = context.portal.crm.kinds[kind].added.get(number)
    return {**row, **added} if added else row


def _as_deal(item: dict[str, Any]) -> dict[str, Any]:
    deal = {
        _DEAL_NAMES.get(name, name): None if value is None else str(value)
        for name, value in item.items()
    }
    return Printed(deal) if isinstance(item, Printed) else deal


def _item_list(context: Context, params: Any) -> Any:
    kind = _kind(context, params)
    wanted = conditions(param(params, "filter"))
    sample = _item(context, kind, 1)
    for condition in wanted:
        if condition.field not in sample:
            raise PortalError(
                "INVALID_ARG_VALUE", f"Field {condition.field} cannot be filtered by"
            )

    def row(number: int) -> dict[str, Any]:
        return _item(context, kind, number)

    records = context.portal.crm.kinds[kind]
    ids = _found(records, wanted, param(params, "order"), row, "id")
    numbers, total, after = _page(ids, context.start)
    select = param(params, "select")
    items = [_selected(row(number), select, "id") for number in numbers]
    return Paged({"items": items}, None if context.start == -1 else total, after)


def _deal_list(context: Context, params: Any) -> Any:
    for name in ("select", "filter", "order"):
        if not isinstance(param_any_case(params, name, []), dict | list):
            raise PortalError("", f"The parameter {name} must be an array")
    wanted = conditions(param_any_case(params, "filter"))
    order = param_any_case(params, "order")

    def row(number: int) -> dict[str, Any]:
        return _as_deal(_item(context, _DEAL, number))

    ids = _found(context.portal.crm.kinds[_DEAL], wanted, order, row, "id")
    numbers, total, after = _page(ids, context.start)
    select = param_any_case(params, "select")
    rows = [_selected(row(number), select, "ID") for number in numbers]
    return Paged(rows, 0 if context.start == -1 else total, after)


def _found(
    records: Records,
    wanted: list[Condition],
    order: Any,
    row: Callable[[int], dict[str, Any]],
    name: str,
) -> Sequence[int]:
    """The ids of a list; only other fields than the id make it look at the rows."""
    ids, rest = narrowed(records, wanted, name)

    def get(number: int, wanted_field: str) -> Any:
        return row(number).get(wanted_field)

    if rest:
        ids = matching(ids, rest, get)
    keys = [(str(key), str(way).lower()) for key, way in entries(order)]
    if [key.lower() for key, _ in keys] == [name]:
        return ids[::-1] if keys[0][1].startswith("desc") else ids
    return ordered(list(ids), order, get) if keys else ids


def _page(
    ids: Sequence[int], start: int | None
) -> tuple[Sequence[int], int, int | None]:
    """The ids of one page, their total, and `next` (protocol.md 7)."""
    # `start` is floored to a page; -1 asks for the first one without counting.
    offset = max(0, start or 0) // PAGE * PAGE
    after = offset + PAGE if start != -1 and offset + PAGE < len(ids) else None
    return ids[offset : offset + PAGE], len(ids), after


def _selected(row: dict[str, Any], select: Any, key: str) -> dict[str, Any]:
    if not select:
        return row
    names = {str(name) for _, name in entries(select)}
    if not names or "*" in names:
        return row
    names.add(key)
    chosen = {name: value for name, value in row.items() if name in names}
    return Printed(chosen) if isinstance(row, Printed) else chosen


def _kind(context: Context, params: Any) -> int:
    given = param(params, "entityTypeId")
    if given is None:
        # What controllers answer where a parameter is absent (protocol.md 5.1).
        raise PortalError(100, "The parameter entityTypeId is missing")
    kind = intval(given)
    if kind not in context.portal.crm.kinds:
        raise PortalError("NOT_FOUND", "There is no such type")
    return kind


def _item_get(context: Context, params: Any) -> Any:
    kind = _kind(context, params)
    number = intval(param(params, "id"))
    if number not in context.portal.crm.kinds[kind]:
        raise PortalError("NOT_FOUND", "There is no such item")
    return {"item": _item(context, kind, number)}


def _deal_get(context: Context, params: Any) -> Any:
    number = intval(param_any_case(params, "id"))
    if number not in context.portal.crm.kinds[_DEAL]:
        # The classic methods answer with an empty code.
        raise PortalError("", "Not found")
    return _as_deal(_item(context, _DEAL, number))


def _deal_add(context: Context, params: Any) -> Any:
    fields = param_any_case(params, "fields", [])
    if not isinstance(fields, dict | list):
        raise PortalError("", "The parameter fields must be an array")
    given = {_ITEM_NAMES.get(str(k), str(k)): value for k, value in entries(fields)}
    given.pop("id", None)
    return context.portal.crm.kinds[_DEAL].add(
        {"createdTime": context.portal.clock.iso(context.now), **given}
    )


def _deal_delete(context: Context, params: Any) -> Any:
    number = intval(param_any_case(params, "id"))
    if number < 1:
        raise PortalError("", "ID is not defined or invalid.")
    if not context.portal.crm.kinds[_DEAL].remove(number):
        raise PortalError("", "Not found")
    return True


def _item_delete(context: Context, params: Any) -> Any:
    kind = _kind(context, params)
    if not context.portal.crm.kinds[kind].remove(intval(param(params, "id"))):
        raise PortalError("NOT_FOUND", "There is no such item")
    return []


METHODS: Final[Mapping[str, Handler]] = {
    "crm.deal.add": _deal_add,
    "crm.deal.delete": _deal_delete,
    "crm.deal.get": _deal_get,
    "crm.deal.list": _deal_list,
    "crm.item.delete": _item_delete,
    "crm.item.get": _item_get,
    "crm.item.list": _item_list,
}

"""How each list method is read: a table, from the documentation of the methods.

What it says of a method (reference/README.md sections 6 and 14):

* whether its rows can be walked by an id, and how filter and order spell that id;
* where filter, order and `limit` stand: at the top, or inside `params` (landing);
* how many rows a page has, where it is not fifty (protocol.md 7);
* whether its answer is a map of all rows by their codes, which looks like a record; one
  by numbers does not, and is in no row for that.

A method that is in no row is read by `start` and `next`, which loses and doubles rows
where the list changes meanwhile; `key` of `Session.rows` says more of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import evolve, field, frozen

from bitrix_async._masks import shown
from bitrix_async.errors import BadAnswer
from bitrix_async.sansio.encoding import key_of

if TYPE_CHECKING:
    from bitrix_async._call import Call

# Of almost every method: protocol.md 7.
PAGE: Final = 50

Path: TypeAlias = tuple[str, ...]


@frozen
class Listing:
    """What is known of one list method.

    Args:
        key: the id by which its rows can be walked, as the filter spells it.
        filter: where the filter stands in the parameters.
        order: where the order stands.
        limit: where a limit stands; empty where pages have their size.
        offset: where an offset stands that goes with the limit.
        scalar: the direction's own parameter, where `order` is a field's name.
        size: rows on a full page.
        sure: whether a page with fewer rows is surely the last one.
        keyed: whether the answer is all rows at once, in a map by their codes.
    """

    key: str = ""
    filter: Path = ("filter",)
    order: Path = ("order",)
    limit: Path = ()
    offset: Path = ()
    scalar: str = ""
    size: int = PAGE
    sure: bool = field(default=True, kw_only=True)
    keyed: bool = field(default=False, kw_only=True)


# Filter and order at the top, rows by `id` or by `ID`.
_LOWER: Final = """
biconnector.connector.list biconnector.dataset.list biconnector.source.list
catalog.catalog.list catalog.document.element.list catalog.document.list
catalog.documentcontractor.list catalog.extra.list catalog.measure.list
catalog.price.list catalog.priceType.list catalog.priceTypeGroup.list
catalog.product.list catalog.product.offer.list catalog.product.service.list
catalog.product.sku.list catalog.productProperty.list
catalog.productPropertyEnum.list catalog.productPropertyFeature.list
catalog.ratio.list catalog.roundingrule.list catalog.section.list catalog.store.list
catalog.storeproduct.list catalog.vat.list crm.automatedsolution.list
crm.deal.recurring.list crm.documentgenerator.document.list
crm.documentgenerator.template.list crm.item.list crm.item.payment.delivery.list
crm.item.payment.product.list crm.item.productrow.list crm.type.list
documentgenerator.document.list documentgenerator.template.list sale.basketitem.list
sale.basketproperties.list sale.order.list sale.payment.list
sale.paymentitembasket.list sale.paymentitemshipment.list sale.persontype.list
sale.property.list sale.propertygroup.list sale.propertyvalue.list
sale.propertyvariant.list sale.shipment.list sale.shipmentitem.list
sale.shipmentproperty.list sale.shipmentpropertyvalue.list sale.tradePlatform.list
"""
_UPPER: Final = """
crm.activity.list crm.company.list crm.contact.list crm.deal.list crm.invoice.list
crm.lead.list crm.quote.list crm.requisite.bankdetail.list crm.requisite.list
crm.requisite.preset.list crm.stagehistory.list disk.folder.getChildren
disk.storage.getChildren disk.storage.getList socialnetwork.api.workgroup.list
tasks.api.scrum.epic.list tasks.api.scrum.sprint.list tasks.task.list
user.userfield.list
"""
_SHOUTED: Final = """
bizproc.task.list bizproc.workflow.template.list crm.calllist.list sale.cashbox.list
sale.delivery.getlist sale.paysystem.list sonet_group.get
"""
_BY_SORT: Final = "entity.item.get entity.section.get"

# Their filter takes operations (`=DELETED` is documented) and `limit` has no most.
_NESTED: Final = """
landing.landing.getList landing.repo.getList landing.repowidget.getlist
landing.site.getList
"""
# Their filter is documented with names of fields only.
_NESTED_OFFSETS: Final = "landing.demos.getList landing.template.getlist"

# Complete at once: templates by their codes, special pages by their types.
_KEYED: Final = """
landing.demos.getPageList landing.demos.getSiteList landing.syspage.get
"""

# A limit of their own, whose most is not documented: the end is an empty page.
_LIMITED: Final = """
im.department.colleagues.list im.search.chat.list im.search.department.list
im.search.user.list
"""
_LOUDLY_LIMITED: Final = "im.dialog.users.list im.recent.list"
_QUIETLY_LIMITED: Final = """
humanresources.hcmlink.company.list humanresources.hcmlink.company.user.list
humanresources.hcmlink.employee.list imbot.v2.Bot.list sign.b2e.company.provider.list
sign.b2e.mysafe.tail sign.b2e.personal.tail
"""

_SCALAR: Final = Listing("ID", ("FILTER",), ("sort",), scalar="order")
_IN_PARAMS: Final = Listing(
    "ID",
    ("params", "filter"),
    ("params", "order"),
    ("params", "limit"),
    ("params", "offset"),
)
_FREE: Final = Listing(limit=("LIMIT",), offset=("OFFSET",), sure=False)
_QUIET: Final = Listing(limit=("limit",), offset=("offset",), sure=False)

_GROUPS: Final = (
    (_LOWER, Listing("id")),
    (_UPPER, Listing("ID")),
    (_SHOUTED, Listing("ID", ("FILTER",), ("ORDER",))),
    (_BY_SORT, Listing("ID", ("FILTER",), ("SORT",))),
    ("user.get", _SCALAR),
    ("voximplant.statistic.get", evolve(_SCALAR, order=("SORT",), scalar="ORDER")),
    (_NESTED, _IN_PARAMS),
    (_NESTED_OFFSETS, evolve(_IN_PARAMS, key="")),
    (_KEYED, Listing(keyed=True)),
    (_LIMITED + _LOUDLY_LIMITED, _FREE),
    (_QUIETLY_LIMITED, _QUIET),
)

TABLE: Final[Mapping[str, Listing]] = {
    key_of(method): listing
    for methods, listing in _GROUPS
    for method in methods.split()
}

# A method that nobody has described: its pages may have any size.
UNKNOWN: Final = Listing(sure=False)


def listing_of(call: Call[Any]) -> Listing:
    """What the table says of the call's method."""
    return TABLE.get(key_of(call.method), UNKNOWN)


# --- parameters ---------------------------------------------------------------------


def value_of(params: Mapping[str, Any], path: Path) -> Any:
    """What stands at a path of the parameters, names in any case; None for nothing."""
    value: Any = params
    for step in path:
        name = _spelled(value, step)
        value = value[name] if name is not None else None
    return value


def replaced(params: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """The parameters with another value at a path; its name keeps its spelling."""
    step, *rest = path
    name = _spelled(params, step) or step
    if rest:
        inner = params.get(name)
        inner = inner if isinstance(inner, Mapping) else {}
        value = replaced(inner, tuple(rest), value)
    return {**params, name: value}


def _spelled(value: Any, name: str) -> str | None:
    """How a map spells a name; the classic methods know theirs in any case."""
    if not isinstance(value, Mapping):
        return None
    if name in value:
        return name
    lower = name.lower()
    return next((one for one in value if str(one).lower() == lower), None)


# --- rows ---------------------------------------------------------------------------


def rows_of(result: Any, call: Call[Any]) -> tuple[list[Any], Path | None]:
    """The rows of a result, and the path to them; None where they stand in a map.

    Raises `BadAnswer` where there is no telling which part of it the rows are.
    """
    if call.items is not None:
        if result == []:  # an empty map, as PHP prints it: protocol.md 1.8
            return [], (call.items,)
        if not isinstance(result, dict) or call.items not in result:
            raise BadAnswer(
                f"no {shown(call.items)} in it: {_shape(result)}", call=call
            )
        return _listed(result[call.items], (call.items,), call)
    if isinstance(result, dict) and not _is_of_rows(result, call):
        names = [name for name, part in result.items() if _holds_rows(part)]
        if len(names) == 1 and _spelled(result, "id") is None:  # else it is a record
            return _listed(result[names[0]], (names[0],), call)
        raise BadAnswer(f"{_NOT_ROWS}: {_shape(result)}", call=call)
    if result is None and listing_of(call).keyed:
        raise BadAnswer(_NULL, call=call)
    return _listed(result, (), call)


# What landing.syspage.get answers for a site that is not there: see its page.
_NULL: Final = (
    "null in the place of rows: what they are of is not there, or not for this user"
)
_NOT_ROWS: Final = (
    "no telling where its rows are: name their key, Call(..., items=...), if it is a "
    "list method at all"
)


def _listed(value: Any, path: Path, call: Call[Any]) -> tuple[list[Any], Path | None]:
    if isinstance(value, list):
        return value, path
    if isinstance(value, dict):  # rows by their ids: reference/README.md section 6
        return [*value.values()], None
    raise BadAnswer(f"{_NOT_ROWS}: {_shape(value)}", call=call)


_MAP: Final = frozenset({dict})


def _holds_rows(value: Any) -> bool:
    if isinstance(value, list):
        return _MAP.issuperset(map(type, value))
    return _is_numbered(value)


def _is_numbered(value: Any) -> bool:
    """Whether it is a map of rows by number, and not a record."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(str(name).isdecimal() for name in value)
        and all(isinstance(row, dict) for row in value.values())
    )


def _is_of_rows(value: dict[str, Any], call: Call[Any]) -> bool:
    """Whether a map is the rows, by number or by what the table knows to be codes."""
    if not listing_of(call).keyed:
        return _is_numbered(value)
    return all(isinstance(row, dict) for row in value.values())


def _shape(value: Any) -> str:
    """What a result is, without its values: they may be secrets."""
    if isinstance(value, dict):
        return f"the result has {', '.join(map(shown, [*value][:8]))}"
    return f"the result is {type(value).__name__}"

"""The gateway of the `landing` module: what it checks before a method runs.

As on the server the parameters come from the signature of the method's function
(protocol.md 9.1): a missing or null one without a default is `MISSING_PARAMS`, a list
for a scalar or the reverse `ERROR_ARGUMENT`, what PHP cannot coerce `TYPE_ERROR`.
`to_site_id` is `toSiteId` on the wire, `id_` is `id`. What a signature does not name is
ignored.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import frozen

from bitrix_async.testing._landing_model import DEFAULT_FAMILY, FAMILIES
from bitrix_async.testing._methods import PortalError, param
from bitrix_async.testing._php import float_text, is_numeric, truthy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitrix_async.testing._landing_model import Block, Page, Site
    from bitrix_async.testing._methods import Context, Handler

Array: TypeAlias = Any
"""A PHP array: a dict or a list."""

Scalar: TypeAlias = Any
"""A parameter that PHP declares no type of: anything but an array."""

_SCOPE: Final = "landing.scope"
_INT_MAX: Final = 2**63 - 1


@frozen
class _Parameter:
    name: str
    wire: str
    kind: str
    required: bool
    default: Any


def action(function: Callable[..., Any]) -> Handler:
    """The method that the gateway makes of a function."""
    parameters = [
        _parameter(parameter)
        for parameter in list(inspect.signature(function).parameters.values())[1:]
    ]

    def handler(context: Context, params: Any) -> Any:
        if context.portal.landing.closed:
            raise denied()
        enter_scope(context, params)
        return function(context, **_arguments(parameters, params))

    return handler


def _parameter(parameter: inspect.Parameter) -> _Parameter:
    required = parameter.default is inspect.Parameter.empty
    return _Parameter(
        name=parameter.name,
        wire=_wire(parameter.name),
        kind=str(parameter.annotation).removesuffix(" | None"),
        required=required,
        default=None if required else parameter.default,
    )


def _wire(name: str) -> str:
    return re.sub("_([a-z])", lambda found: found[1].upper(), name.rstrip("_"))


def _arguments(parameters: list[_Parameter], params: Any) -> dict[str, Any]:
    given = {each.name: param(params, each.wire) for each in parameters}
    missing = [
        each.wire for each in parameters if each.required and given[each.name] is None
    ]
    if missing:
        raise PortalError("MISSING_PARAMS", f"Missing parameters: {', '.join(missing)}")
    for each in parameters:
        value = given[each.name]
        given[each.name] = each.default if value is None else _coerced(each, value)
    return given


def _coerced(parameter: _Parameter, value: Any) -> Any:
    if parameter.kind == "Any":
        return value
    if isinstance(value, dict | list) != (parameter.kind == "Array"):
        raise PortalError(
            "ERROR_ARGUMENT",
            f"The parameter {parameter.wire} is of a wrong kind",
            argument=parameter.wire,
        )
    return _COERCED[parameter.kind](value)


def php_int(value: Any) -> int:
    """An argument declared `int`, as PHP 8 coerces it without strict types."""
    if isinstance(value, str):
        value = _number(value)
    if not -_INT_MAX - 1 <= value <= _INT_MAX:
        raise type_error()
    return int(value)


def _number(text: str) -> int | float:
    if not is_numeric(text):
        raise type_error()
    return float(text) if "." in text or "e" in text.lower() else int(text)


def php_str(value: Any) -> str:
    """An argument declared `string`."""
    if isinstance(value, bool):
        return "1" if value else ""
    return float_text(value) if isinstance(value, float) else str(value)


_COERCED: Final[Mapping[str, Callable[[Any], Any]]] = {
    "Array": lambda value: value,
    "Scalar": lambda value: value,
    "bool": truthy,
    "int": php_int,
    "str": php_str,
}


def type_error() -> PortalError:
    return PortalError("TYPE_ERROR", "A parameter is of a wrong type")


def denied(what: str = "Access denied") -> PortalError:
    return PortalError("ACCESS_DENIED", what)


# -- what a call may see


def enter_scope(context: Context, params: Any) -> None:
    """A static of the PHP process: it stays for later commands of a batch (9.1)."""
    scope = param(params, "scope")
    if scope:
        context.process.statics[_SCOPE] = str(scope).strip().upper()


def family(context: Context) -> frozenset[str]:
    """The types of sites that a call sees; an unknown scope is the default."""
    scope = context.process.statics.get(_SCOPE, "")
    return FAMILIES.get(scope, DEFAULT_FAMILY)


def scope_of(context: Context) -> str:
    """The type that sites of the scope in force have, "" for the default."""
    types = family(context)
    return "" if types is DEFAULT_FAMILY else min(types)


def visible_site(context: Context, number: Any) -> Site | None:
    """A site that is there, in scope, readable and not in the trash."""
    site = context.portal.landing.sites.get(number)
    if site is None or site.deleted or site.type not in family(context):
        return None
    return site if allowed(context, site, "read") else None


def allowed(context: Context, site: Site, right: str) -> bool:
    """Whether the caller has this right to a site."""
    access = context.portal.landing.access
    return right not in site.denied and access.allows(
        context.caller.user, site.id, site.type, right
    )


def site_of(context: Context, number: Any) -> Site:
    site = visible_site(context, number)
    if site is None:
        raise PortalError("SITE_NOT_FOUND", "There is no such site")
    return site


def visible_page(context: Context, number: int) -> Page | None:
    """A page that is there, in scope, readable and not in the trash."""
    page = context.portal.landing.pages.get(number)
    if page is None or page.deleted or "read" in page.denied:
        return None
    return page if visible_site(context, page.site_id) else None


def page_of(context: Context, number: int) -> Page:
    page = visible_page(context, number)
    if page is None:
        raise PortalError("LANDING_NOT_EXIST", "There is no such page")
    return page


def trashed_page_of(context: Context, number: int) -> Page:
    """A page in the trash or not; these calls say ACCESS_DENIED for none (9.4)."""
    page = context.portal.landing.pages.get(number)
    site = visible_site(context, page.site_id) if page else None
    if page is None or site is None or not may(context, page, "delete"):
        raise denied("The page may not be deleted")
    return page


def may(context: Context, page: Page, right: str) -> bool:
    site = context.portal.landing.sites[page.site_id]
    return right not in page.denied and allowed(context, site, right)


def editable_page(context: Context, number: int) -> Page:
    page = page_of(context, number)
    if not may(context, page, "edit"):
        raise denied("The page may not be edited")
    return page


def block_of(page: Page, number: int, *, in_trash: bool = False) -> Block:
    """A draft block of this page."""
    for block in page.blocks:
        if block.id == number and block.deleted <= in_trash:
            return block
    raise no_block()


def no_block() -> PortalError:
    return PortalError("BLOCK_NOT_FOUND", "There is no such block on the page")


def flag(value: Any) -> bool:
    """A Y/N field: anything but Y is N."""
    return bool(value == "Y")

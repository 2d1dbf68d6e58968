"""landing.site.*: knowledge bases in menus and workgroups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bitrix_async.testing._landing_gateway import action, allowed
from bitrix_async.testing._landing_life import site_host
from bitrix_async.testing._landing_model import Binding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.testing._landing_model import Site
    from bitrix_async.testing._methods import Context, Handler

_BASES: Final = frozenset({"KNOWLEDGE", "GROUP"})
_MENU: Final = "M"
_GROUP: Final = "G"


def _to_group(context: Context, id_: int, group_id: int) -> bool:
    """A group has one base at most; what cannot be is false, not an error."""
    place = str(group_id)
    if _base(context, id_) is None or _bound(context, _GROUP, place):
        return False
    context.portal.landing.bindings.append(Binding(_GROUP, place, id_))
    return True


def _to_menu(context: Context, id_: int, menu_code: str) -> bool:
    binding = Binding(_MENU, menu_code, id_)
    if _base(context, id_) is None or binding in context.portal.landing.bindings:
        return False
    context.portal.landing.bindings.append(binding)
    return True


def _from_group(context: Context, id_: int, group_id: int) -> bool:
    return _unbind(context, Binding(_GROUP, str(group_id), id_))


def _from_menu(context: Context, id_: int, menu_code: str) -> bool:
    return _unbind(context, Binding(_MENU, menu_code, id_))


def _unbind(context: Context, binding: Binding) -> bool:
    bindings = context.portal.landing.bindings
    if binding not in bindings or _base(context, binding.site_id) is None:
        return False
    bindings.remove(binding)
    return True


def _of_groups(context: Context, group_id: int | None = None) -> list[dict[str, str]]:
    return _rows(context, _GROUP, None if group_id is None else str(group_id))


def _of_menus(context: Context, menu_code: str | None = None) -> list[dict[str, str]]:
    return _rows(context, _MENU, menu_code)


def _rows(context: Context, kind: str, place: str | None) -> list[dict[str, str]]:
    return [
        {
            "ENTITY_ID": str(site.id),
            "ENTITY_TYPE": "S",
            "BINDING_ID": binding.place,
            "TITLE": site.title,
            "PUBLIC_URL": f"https://{site_host(context, site)}/{site.code}/",
        }
        for binding in _bound(context, kind, place)
        if (site := context.portal.landing.sites.get(binding.site_id))
    ]


def _bound(context: Context, kind: str, place: str | None) -> list[Binding]:
    return [
        binding
        for binding in context.portal.landing.bindings
        if binding.kind == kind and place in (None, binding.place)
    ]


def _base(context: Context, number: int) -> Site | None:
    """A knowledge base that may be edited, in whatever scope."""
    site = context.portal.landing.sites.get(number)
    if site is None or site.deleted or site.type not in _BASES:
        return None
    return site if allowed(context, site, "edit") else None


METHODS: Final[Mapping[str, Handler]] = {
    "landing.site.bindingToGroup": action(_to_group),
    "landing.site.bindingToMenu": action(_to_menu),
    "landing.site.getGroupBindings": action(_of_groups),
    "landing.site.getMenuBindings": action(_of_menus),
    "landing.site.unbindingFromGroup": action(_from_group),
    "landing.site.unbindingFromMenu": action(_from_menu),
}

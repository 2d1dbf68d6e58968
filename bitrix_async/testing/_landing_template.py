"""landing.template.*: templates of the view, and the pages in their areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._landing_gateway import (
    action,
    may,
    visible_page,
    visible_site,
)
from bitrix_async.testing._landing_tables import date_text, rows_of, yes
from bitrix_async.testing._methods import PortalError
from bitrix_async.testing._php import entries, intval

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitrix_async.testing._landing_gateway import Array
    from bitrix_async.testing._landing_model import Landing, Page, Site, Template
    from bitrix_async.testing._methods import Context, Handler

# When the templates were made, with the portal: 2026-01-01.
_BORN: Final = 1_767_225_600.0

_FIELDS: Final[Mapping[str, Callable[[Context, Template], Any]]] = {
    "ID": lambda _, template: str(template.id),
    "ACTIVE": lambda _, template: yes(template.active),
    "TITLE": lambda _, template: template.title,
    "SORT": lambda _, template: str(template.sort),
    "XML_ID": lambda _, template: template.xml_id,
    "AREA_COUNT": lambda _, template: str(template.areas),
    "CONTENT": lambda _, template: template.content,
    "CREATED_BY_ID": lambda _, __: "1",
    "MODIFIED_BY_ID": lambda _, __: "1",
    "DATE_CREATE": lambda context, _: date_text(context, _BORN),
    "DATE_MODIFY": lambda context, _: date_text(context, _BORN),
}


def _list(context: Context, params: Array = None) -> list[dict[str, Any]]:
    templates = context.portal.landing.templates.values()
    return rows_of(context, params, templates, _FIELDS)


def _page(context: Context, number: int) -> Page:
    page = visible_page(context, number)
    if page is None:
        raise _nothing()
    return page


def _site(context: Context, number: int) -> Site:
    site = visible_site(context, number)
    if site is None:
        raise _nothing()
    return site


def _nothing() -> PortalError:
    return PortalError("ENTITY_NOT_FOUND", "There is no such page or site")


def _get_landing(context: Context, id_: int) -> Any:
    return _areas(_page(context, id_))


def _get_site(context: Context, id_: int) -> Any:
    return _areas(_site(context, id_))


def _areas(owner: Page | Site) -> Any:
    """True where no area has a page."""
    return owner.areas or True


def _set_landing(context: Context, id_: int, data: Array = None) -> bool:
    page = _page(context, id_)
    if may(context, page, "sett"):
        _set(context.portal.landing, page, data)
    return True


def _set_site(context: Context, id_: int, data: Array = None) -> bool:
    site = _site(context, id_)
    if "sett" not in site.denied:
        _set(context.portal.landing, site, data)
    return True


def _set(landing: Landing, owner: Page | Site, data: Array) -> None:
    """All of them at once; a page of no number above 0 is none."""
    before = set(owner.areas.values())
    given = {intval(area): intval(lid) for area, lid in entries(data)}
    owner.areas = {area: lid for area, lid in given.items() if lid > 0}
    for lid in before.symmetric_difference(owner.areas.values()):
        if lid in landing.pages:
            landing.pages[lid].area = _is_area(landing, lid)


def _is_area(landing: Landing, lid: int) -> bool:
    return any(
        lid in owner.areas.values()
        for owners in (landing.sites, landing.pages)
        for owner in owners.values()
    )


METHODS: Final[Mapping[str, Handler]] = {
    "landing.template.getLandingRef": action(_get_landing),
    "landing.template.getlist": action(_list),
    "landing.template.getSiteRef": action(_get_site),
    "landing.template.setLandingRef": action(_set_landing),
    "landing.template.setSiteRef": action(_set_site),
}

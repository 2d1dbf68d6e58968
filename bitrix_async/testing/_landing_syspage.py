"""landing.syspage.*: which pages of a site are its cart, its catalogue and so on.

What changes them answers true whatever came of it, as the pages of the methods say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from bitrix_async.testing._landing_gateway import (
    action,
    may,
    visible_page,
    visible_site,
)
from bitrix_async.testing._landing_life import public_url
from bitrix_async.testing._landing_tables import yes
from bitrix_async.testing._methods import param
from bitrix_async.testing._php import entries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.testing._landing_gateway import Array, Scalar
    from bitrix_async.testing._landing_model import Page, Site
    from bitrix_async.testing._methods import Context, Handler

_KINDS: Final = "mainpage catalog personal cart order payment compare feedback"
_TYPES: Final = frozenset(_KINDS.split())


def _site(context: Context, number: int) -> Site | None:
    """A site whose settings the caller may change."""
    site = visible_site(context, number)
    return None if site is None or "sett" in site.denied else site


def _set(context: Context, id_: int, type_: str, lid: int | None = None) -> bool:
    site = _site(context, id_)
    kind = type_.strip()
    if site is None or kind not in _TYPES:
        return True
    if lid is None:
        site.special.pop(kind, None)
    elif lid == 0 or _may_be_special(context, lid):
        site.special[kind] = lid
    return True


def _may_be_special(context: Context, lid: int) -> bool:
    page = visible_page(context, lid)
    return page is not None and may(context, page, "edit")


def _set_or_clear(context: Context, params: Any) -> Any:
    """A page that is null or "" is the page 0, and not one that is not given."""
    if param(params, "lid", 0) in (None, ""):
        params = {**params, "lid": 0}
    return action(_set)(context, params)


def _get(context: Context, id_: int, *, active: bool = False) -> Any:
    site = visible_site(context, id_)
    if site is None:
        return None
    pages = context.portal.landing.pages
    found = {kind: (lid, pages.get(lid)) for kind, lid in site.special.items()}
    return {
        kind: _row(kind, lid, page)
        for kind, (lid, page) in found.items()
        if not active or (page and page.active and not page.deleted)
    }


def _row(kind: str, lid: int, page: Page | None) -> dict[str, Any]:
    return {
        "TYPE": kind,
        "LANDING_ID": str(lid),
        "TITLE": page.title if page else None,
        "DELETED": yes(page.deleted) if page else None,
        "ACTIVE": yes(page.active) if page else None,
    }


def _special_page(
    context: Context, site_id: int, type_: Scalar, additional: Array = None
) -> str | None:
    """The address, of a page that is active or not; "" where there is none."""
    site = visible_site(context, site_id)
    if site is None:
        return None
    lid = site.special.get(type_, 0) if isinstance(type_, str) else 0
    page = context.portal.landing.pages.get(lid)
    if page is None:
        return ""
    return _with(public_url(context, page), additional)


def _with(address: str, additional: Array) -> str:
    """An address with parameters instead of those that it has."""
    parts = urlsplit(address)
    own = {str(name): str(value) for name, value in entries(additional)}
    query = urlencode({**dict(parse_qsl(parts.query)), **own})
    return parts._replace(query=query).geturl()


def _delete_for_landing(context: Context, id_: int) -> bool:
    if visible_page(context, id_):
        for site in context.portal.landing.sites.values():
            if _site(context, site.id):
                own = site.special.items()
                site.special = {kind: lid for kind, lid in own if lid != id_}
    return True


def _delete_for_site(context: Context, id_: int) -> bool:
    site = _site(context, id_)
    if site:
        site.special = {}
    return True


METHODS: Final[Mapping[str, Handler]] = {
    "landing.syspage.deleteForLanding": action(_delete_for_landing),
    "landing.syspage.deleteForSite": action(_delete_for_site),
    "landing.syspage.get": action(_get),
    "landing.syspage.getSpecialPage": action(_special_page),
    "landing.syspage.set": _set_or_clear,
}

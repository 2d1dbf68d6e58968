"""landing.site.*: as much of sites as pages need (protocol.md 9.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._landing_gateway import (
    action,
    denied,
    family,
    visible_site,
)
from bitrix_async.testing._landing_life import publish_drafts, refuse_publication
from bitrix_async.testing._landing_model import Folder, Site
from bitrix_async.testing._methods import PortalError, param
from bitrix_async.testing._php import entries, intval

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitrix_async.testing._landing_gateway import Array
    from bitrix_async.testing._methods import Context, Handler


def _add(context: Context, fields: Array) -> int:
    landing = context.portal.landing
    kind = str(param(fields, "TYPE") or "PAGE").upper()
    if kind not in family(context):
        raise denied("Sites of this type are not of this scope")
    title = str(param(fields, "TITLE") or "")
    if not title:
        raise PortalError("BX_EMPTY_REQUIRED", "The field TITLE is empty")
    number = landing.next_id("site")
    landing.sites[number] = Site(
        id=number,
        title=title,
        code=_code(fields) or f"site{number}",
        created=context.now,
        modified=context.now,
        type=kind,
    )
    _write(landing.sites[number], fields)
    return number


def _code(fields: Array) -> str:
    code = str(param(fields, "CODE") or "").strip().strip("/")
    if "/" in code:
        raise PortalError("SLASH_IS_NOT_ALLOWED", "An address holds no slash")
    return code


_WRITERS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "TITLE": ("title", str),
    "DESCRIPTION": ("description", str),
    "XML_ID": ("xml_id", str),
    "DOMAIN_ID": ("domain_id", str),
    "LANDING_ID_INDEX": ("index", intval),
    "LANDING_ID_404": ("page_404", intval),
    "LANDING_ID_503": ("page_503", intval),
    "ADDITIONAL_FIELDS": ("extra", lambda value: dict(entries(value))),
}


def _write(site: Site, fields: Array) -> None:
    for name, value in entries(fields):
        writer = _WRITERS.get(str(name))
        if writer:
            setattr(site, writer[0], writer[1](value))


def _with_right(context: Context, number: int, right: str) -> Site:
    site = visible_site(context, number)
    if site is None or right in site.denied:
        raise denied("The site may not be changed")
    return site


def _update(context: Context, id_: int, fields: Array) -> bool:
    site = _with_right(context, id_, "edit")
    code = _code(fields)
    _write(site, fields)
    site.code = code or site.code
    site.modified = context.now
    return True


def _publication(context: Context, id_: int) -> int:
    """Activates the site and its folders; inactive pages stay so (9.3)."""
    site = _with_right(context, id_, "public")
    pages = [page for page in context.portal.landing.of_site(site) if page.active]
    for page in pages:
        refuse_publication(context, page)
    site.active = True
    for folder in site.folders.values():
        folder.active = True
    for page in pages:
        page.public = True
        publish_drafts(context.portal.landing, page)
    return site.id


def _unpublic(context: Context, id_: int) -> int:
    site = _with_right(context, id_, "public")
    site.active = False
    return site.id


def _mark_delete(context: Context, id_: int, *, mark: bool = True) -> int:
    site = context.portal.landing.sites.get(id_)
    if site is None or site.type not in family(context) or "delete" in site.denied:
        raise denied("The site may not be deleted")
    site.deleted = mark
    site.active = site.active and not mark
    return site.id


def _mark_undelete(context: Context, id_: int) -> int:
    return _mark_delete(context, id_, mark=False)


def _delete(context: Context, id_: int) -> bool:
    site = _with_right(context, id_, "delete")
    if context.portal.landing.of_site(site):
        raise PortalError("SITE_IS_NOT_EMPTY", "The site has pages")
    del context.portal.landing.sites[site.id]
    return True


def _add_folder(context: Context, site_id: int, fields: Array) -> int:
    site = _with_right(context, site_id, "edit")
    title = str(param(fields, "TITLE") or "")
    parent = intval(param(fields, "PARENT_ID"))
    if parent and parent not in site.folders:
        raise PortalError("FOLDER_NOT_FOUND", "There is no such folder")
    number = context.portal.landing.next_id("folder")
    site.folders[number] = Folder(number, title, parent)
    return number


METHODS: Final[Mapping[str, Handler]] = {
    "landing.site.add": action(_add),
    "landing.site.addFolder": action(_add_folder),
    "landing.site.delete": action(_delete),
    "landing.site.markDelete": action(_mark_delete),
    "landing.site.markUnDelete": action(_mark_undelete),
    "landing.site.publication": action(_publication),
    "landing.site.unpublic": action(_unpublic),
    "landing.site.update": action(_update),
}

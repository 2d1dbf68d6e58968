"""landing.site.*: sites are made, changed, published and deleted (protocol.md 9.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._landing_domains import (
    check_domain,
    free_code,
    take_domain,
)
from bitrix_async.testing._landing_gateway import (
    action,
    allowed,
    denied,
    family,
    php_int,
    visible_site,
)
from bitrix_async.testing._landing_life import (
    publish_drafts,
    refuse_publication,
    site_host,
)
from bitrix_async.testing._landing_model import Site
from bitrix_async.testing._methods import PortalError, param
from bitrix_async.testing._php import entries, intval

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitrix_async.testing._landing_gateway import Array
    from bitrix_async.testing._methods import Context, Handler

_NO_PREVIEW: Final = "/bitrix/images/landing/nopreview.jpg"


def _add(context: Context, fields: Array) -> int:
    landing = context.portal.landing
    kind = str(param(fields, "TYPE") or "PAGE").upper()
    if kind not in family(context) or not landing.access.may_create(
        context.caller.user, kind
    ):
        raise denied("Sites of this type may not be made")
    title = str(param(fields, "TITLE") or "")
    if not title:
        raise PortalError("BX_EMPTY_REQUIRED", "The field TITLE is empty")
    if _full(context):
        raise PortalError("SITE_LIMIT_REACHED", "The plan allows no more sites")
    code = _code(fields)
    _check_domain(context, fields)
    site = Site(landing.next_id("site"), title, "", context.now, context.now, kind)
    site.created_by = site.modified_by = context.caller.user
    _write(context, site, fields)
    site.code = free_code(landing, site, code or "")
    landing.sites[site.id] = site
    return site.id


def _full(context: Context) -> bool:
    landing = context.portal.landing
    count = sum(not site.deleted for site in landing.sites.values())
    return landing.total_limit is not None and count >= landing.total_limit


def _code(fields: Array) -> str | None:
    given = param(fields, "CODE")
    code = "" if given is None else str(given).strip().strip("/")
    if "/" in code:
        raise PortalError("SLASH_IS_NOT_ALLOWED", "An address holds no slash")
    return None if given is None else code


def _check_domain(context: Context, fields: Array, site: Site | None = None) -> None:
    domain = param(fields, "DOMAIN_ID")
    if domain:
        check_domain(context.portal.landing, domain, site)


_WRITERS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "TITLE": ("title", str),
    "DESCRIPTION": ("description", str),
    "XML_ID": ("xml_id", str),
    "LANDING_ID_INDEX": ("index", intval),
    "LANDING_ID_404": ("page_404", intval),
    "LANDING_ID_503": ("page_503", intval),
    "ADDITIONAL_FIELDS": ("extra", lambda value: dict(entries(value))),
}


def _write(context: Context, site: Site, fields: Array) -> None:
    for name, value in entries(fields):
        writer = _WRITERS.get(str(name))
        if writer:
            setattr(site, writer[0], writer[1](value))
    domain = param(fields, "DOMAIN_ID")
    if domain:
        take_domain(context.portal.landing, site, domain)


def with_right(context: Context, number: int, right: str) -> Site:
    site = visible_site(context, number)
    if site is None or not allowed(context, site, right):
        raise denied("The site may not be changed")
    return site


def _update(context: Context, id_: int, fields: Array) -> bool:
    site = with_right(context, id_, "sett")
    kind = str(param(fields, "TYPE") or site.type).upper()
    if kind not in family(context):
        raise denied("Sites of this type are not of this scope")
    code = _code(fields)
    _check_domain(context, fields, site)
    _write(context, site, fields)
    site.type = kind
    if code is not None:
        site.code = free_code(context.portal.landing, site, code)
    site.modified, site.modified_by = context.now, context.caller.user
    return True


def _publication(context: Context, id_: int) -> int:
    """Activates the site and its folders; inactive pages stay so (9.3)."""
    site = with_right(context, id_, "public")
    pages = [page for page in context.portal.landing.of_site(site) if page.active]
    for page in pages:
        refuse_publication(context, page)
    _activate(site, active=True)
    for page in pages:
        page.public = True
        publish_drafts(context.portal.landing, page)
    return site.id


def _activate(site: Site, *, active: bool) -> None:
    site.active = active
    for folder in site.folders.values():
        if not folder.deleted:
            folder.active = active


def _unpublic(context: Context, id_: int) -> int:
    """Pages keep their state: publication brings back what was there."""
    site = with_right(context, id_, "public")
    _activate(site, active=False)
    return site.id


def _mark_delete(context: Context, id_: int, *, mark: bool = True) -> int:
    site = context.portal.landing.sites.get(id_)
    if (
        site is None
        or site.type not in family(context)
        or not allowed(context, site, "delete")
    ):
        raise denied("The site may not be deleted")
    if mark:
        _guard_domain(site)
    elif site.deleted and _full(context):
        raise PortalError("TOTAL_SITE_REACHED", "The plan allows no more sites")
    site.deleted = mark
    site.active = site.active and not mark
    return site.id


def _mark_undelete(context: Context, id_: int) -> int:
    return _mark_delete(context, id_, mark=False)


def _guard_domain(site: Site) -> None:
    if site.bought:
        raise PortalError("ACCESS_DENIED_DELETED", "The site's domain was bought")


def _delete(context: Context, id_: int) -> bool:
    """Only an empty one: pages in the trash are pages."""
    landing = context.portal.landing
    site = with_right(context, id_, "delete")
    _guard_domain(site)
    if site.locked:
        raise PortalError("SITE_IS_LOCK", "The site is locked")
    if landing.of_site(site):
        raise PortalError("SITE_IS_NOT_EMPTY", "The site has pages")
    del landing.sites[site.id]
    return True


def _additional_fields(context: Context, id_: int) -> Any:
    """None of a site that is not to be seen: there is no error for it."""
    site = visible_site(context, id_)
    return None if site is None else site.extra


def _preview(context: Context, id_: int) -> str:
    site = visible_site(context, id_)
    if site is None or not site.index:
        return _NO_PREVIEW
    return f"https://{context.portal.host}/preview/{site.index}.jpg"


def _public_url(context: Context, id_: Any) -> str | dict[int, str]:
    """Of one site, or of those that are there by their ids."""
    if not isinstance(id_, dict | list):
        return _urls(context, [id_]).get(php_int(id_), "")
    return _urls(context, [number for _, number in entries(id_)])


def _urls(context: Context, numbers: list[Any]) -> dict[int, str]:
    sites = (visible_site(context, php_int(number)) for number in numbers)
    return {site.id: f"https://{site_host(context, site)}" for site in sites if site}


METHODS: Final[Mapping[str, Handler]] = {
    "landing.site.add": action(_add),
    "landing.site.delete": action(_delete),
    "landing.site.getPreview": action(_preview),
    "landing.site.getPublicUrl": action(_public_url),
    "landing.site.getadditionalfields": action(_additional_fields),
    "landing.site.markDelete": action(_mark_delete),
    "landing.site.markUnDelete": action(_mark_undelete),
    "landing.site.publication": action(_publication),
    "landing.site.unpublic": action(_unpublic),
    "landing.site.update": action(_update),
}

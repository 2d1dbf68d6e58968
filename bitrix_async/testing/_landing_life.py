"""landing.landing.*: pages are published, withdrawn and deleted (protocol.md 9.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from attrs import evolve

from bitrix_async.testing._landing_gateway import (
    action,
    denied,
    may,
    page_of,
    trashed_page_of,
    visible_site,
)
from bitrix_async.testing._methods import PortalError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.testing._landing_model import Landing, Page, Site
    from bitrix_async.testing._methods import Context, Handler


def _publication(context: Context, lid: int) -> bool | None:
    page = page_of(context, lid)
    # Without the right there is no error object either (9.2).
    if not may(context, page, "public"):
        return None
    refuse_publication(context, page)
    publish(context, page)
    return True


def refuse_publication(context: Context, page: Page) -> None:
    """Raises what the plan or the test holds against it."""
    landing = context.portal.landing
    site = landing.sites[page.site_id]
    code = page.refuse or site.refuse or _plan_refuses(landing, site, page)
    if code:
        raise PortalError(code, "The page cannot be published")


def _plan_refuses(landing: Landing, site: Site, page: Page) -> str | None:
    if site.page_limit is not None and site.page_limit <= sum(
        other.active for other in landing.of_site(site) if other is not page
    ):
        return "PUBLIC_PAGE_REACHED"
    if landing.site_limit is not None and landing.site_limit <= sum(
        other.active for other in landing.sites.values() if other is not site
    ):
        return "PUBLIC_SITE_REACHED"
    return None


def publish(context: Context, page: Page) -> None:
    """Activates the page with its folders and site; drafts become public."""
    site = context.portal.landing.sites[page.site_id]
    site.active = page.active = page.public = True
    page.date_public = context.now
    folder = site.folders.get(page.folder_id)
    while folder is not None:
        folder.active = True
        folder = site.folders.get(folder.parent)
    publish_drafts(context.portal.landing, page)


def publish_drafts(landing: Landing, page: Page) -> None:
    """Copies the drafts that are not in the trash; a copy keeps its id."""
    for block in page.blocks:
        block.public = True
        block.copy = block.copy or landing.next_id("block")
    drafts = [block for block in page.blocks if not block.deleted]
    landing.show(page, [evolve(block, id=block.copy) for block in drafts])


def _unpublic(context: Context, lid: int) -> bool:
    page = page_of(context, lid)
    if not may(context, page, "public"):
        raise denied("The page may not be withdrawn")
    page.active = page.public = False
    return True


def _mark_delete(context: Context, lid: int, *, mark: bool = True) -> int:
    page = trashed_page_of(context, lid)
    if not mark:
        return _undelete(page)
    guard_index(context.portal.landing, page)
    if page.area:
        raise PortalError("UNABLE_DELETE_INCLUDE", "The page is an area of others")
    page.deleted, page.active = True, False
    return page.id


def guard_index(landing: Landing, page: Page) -> None:
    """The index of a site cannot go while other pages are there (9.2)."""
    site = landing.sites[page.site_id]
    if site.index == page.id and any(
        other is not page and not other.deleted for other in landing.of_site(site)
    ):
        raise PortalError("CANT_DELETE_MAIN", "The index page cannot be deleted")


def _mark_undelete(context: Context, lid: int) -> int:
    return _undelete(trashed_page_of(context, lid))


def _undelete(page: Page) -> int:
    """It stays inactive: it is to be published again (9.2)."""
    page.deleted = False
    return page.id


def _delete(context: Context, lid: int) -> bool:
    page = page_of(context, lid)
    if not may(context, page, "delete"):
        raise denied("The page may not be deleted")
    if page.locked:
        raise PortalError("LANDING_IS_LOCK", "The page is locked")
    landing = context.portal.landing
    site = landing.sites[page.site_id]
    site.index = 0 if site.index == page.id else site.index
    landing.forget(page)
    return True


def _additional_fields(context: Context, lid: int) -> Any:
    return page_of(context, lid).extra or []


def _preview(context: Context, lid: int) -> str:
    page_of(context, lid)
    return f"https://{context.portal.host}/preview/{lid}.jpg"


def _public_url(context: Context, lid: int) -> str:
    return public_url(context, page_of(context, lid))


def public_url(context: Context, page: Page) -> str:
    site = context.portal.landing.sites[page.site_id]
    return f"https://{site_host(context, site)}{_path(site, page)}"


def site_host(context: Context, site: Site) -> str:
    return site.domain or f"site{site.id}.{context.portal.host}"


def _path(site: Site, page: Page) -> str:
    return "/" if page.id == site.index else f"{_folders(site, page)}/{page.code}/"


def _folders(site: Site, page: Page) -> str:
    path = ""
    folder = site.folders.get(page.folder_id)
    while folder is not None:
        path = f"/{folder.code}{path}"
        folder = site.folders.get(folder.parent)
    return path


def _resolve(context: Context, landing_url: str, site_id: int) -> int | None:
    """The page at an address of a site, None where there is none."""
    site = visible_site(context, site_id)
    if site is None:
        raise denied("There is no such site")
    wanted = f"/{urlsplit(landing_url).path.strip('/')}/".replace("//", "/")
    for page in context.portal.landing.of_site(site):
        if not page.deleted and _path(site, page) == wanted:
            return page.id
    return None


METHODS: Final[Mapping[str, Handler]] = {
    "landing.landing.delete": action(_delete),
    "landing.landing.getadditionalfields": action(_additional_fields),
    "landing.landing.getpreview": action(_preview),
    "landing.landing.getpublicurl": action(_public_url),
    "landing.landing.markDelete": action(_mark_delete),
    "landing.landing.markUnDelete": action(_mark_undelete),
    "landing.landing.publication": action(_publication),
    "landing.landing.resolveIdByPublicUrl": action(_resolve),
    "landing.landing.unpublic": action(_unpublic),
}

"""landing.landing.*: pages are made, changed, copied and moved (protocol.md 9.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from bitrix_async.testing._landing_codes import checked, code_of_title, unique
from bitrix_async.testing._landing_gateway import (
    action,
    allowed,
    denied,
    flag,
    may,
    page_of,
    site_of,
    visible_page,
    visible_site,
)
from bitrix_async.testing._landing_life import guard_index, publish
from bitrix_async.testing._landing_model import Block, Page
from bitrix_async.testing._landing_repository import saved_copy, source_of
from bitrix_async.testing._methods import PortalError, param
from bitrix_async.testing._php import entries, intval

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitrix_async.testing._landing_gateway import Array
    from bitrix_async.testing._landing_model import Site
    from bitrix_async.testing._methods import Context, Handler


def _add(context: Context, fields: Array) -> int:
    site = site_of(context, intval(param(fields, "SITE_ID")))
    if not allowed(context, site, "edit"):
        raise denied("Pages may not be added to the site")
    title = str(param(fields, "TITLE") or "")
    if not title:
        raise PortalError("BX_EMPTY_REQUIRED", "The field TITLE is empty")
    folder = _folder(site, param(fields, "FOLDER_ID"))
    code = checked(fields) or code_of_title(title, context.portal.random)
    page = _new_page(context, site, folder, title, code)
    _write(page, fields)
    return page.id


def _new_page(context: Context, site: Site, folder: int, title: str, code: str) -> Page:
    """Inactive and without blocks; the first one of a site is its index (9.2)."""
    landing = context.portal.landing
    random = context.portal.random
    page = Page(
        id=landing.next_id("page"),
        site_id=site.id,
        title=title,
        code=unique(landing, (site.id, folder), code, random),
        created=context.now,
        modified=context.now,
        folder_id=folder,
        created_by=context.caller.user,
    )
    landing.keep(page)
    site.index = site.index or page.id
    return page


def _folder(site: Site, given: Any) -> int:
    folder = intval(given)
    if folder and (folder not in site.folders or site.folders[folder].deleted):
        raise PortalError("FOLDER_NOT_FOUND", "There is no such folder")
    return folder


# Fields that are stored as they come. RULE, TPL_CODE, ACTIVE, INITIATOR_APP_CODE and
# VIEWS are ignored (9.2): they are simply not here.
_WRITERS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "TITLE": ("title", str),
    "DESCRIPTION": ("description", str),
    "XML_ID": ("xml_id", str),
    "SITEMAP": ("sitemap", flag),
    "FOLDER": ("folder", flag),
    "TPL_ID": ("template", str),
    "DATE_PUBLIC": ("date_public", str),
    "ADDITIONAL_FIELDS": ("extra", lambda value: dict(entries(value))),
}


def _write(page: Page, fields: Array) -> None:
    for name, value in entries(fields):
        writer = _WRITERS.get(str(name))
        if writer:
            setattr(page, writer[0], writer[1](value))


def _add_by_template(
    context: Context, site_id: int, code: str, fields: Array = None
) -> int:
    site = visible_site(context, site_id)
    if site is None:
        raise _swapped("SITE_ERROR", "There is no such site")
    if not code:
        raise _swapped("LANDING_ERROR", "There is no such template")
    folder = _folder(site, param(fields, "FOLDER_ID"))
    # The server compares with ===: "1" or "Y" of a batch is not true.
    prepared = param(fields, "PREPARE_BLOCKS") is True
    data = param(fields, "PREPARE_BLOCKS_DATA", [])
    if prepared and not isinstance(data, dict | list):
        raise PortalError("WRONG_DATA", "PREPARE_BLOCKS_DATA must be an array")
    title = str(param(fields, "TITLE") or code)
    page = _new_page(
        context, site, folder, title, code_of_title(title, context.portal.random)
    )
    blocks = [name for name, _ in entries(data)] if prepared else []
    for name in blocks or [code]:
        _settle_new(context, page, str(name))
    return page.id


def _swapped(code: str, text: str) -> PortalError:
    """The method gives its text as the code and the reverse (9.2)."""
    return PortalError(text, code)


def _settle_new(context: Context, page: Page, code: str) -> None:
    block = new_block(context, page.id, code)
    context.portal.landing.settle(block, page, len(page.blocks))


def new_block(context: Context, lid: int, code: str) -> Block:
    """A draft block that stands nowhere yet; one of a saved copy is of its block."""
    saved = saved_copy(context, code)
    return Block(
        id=context.portal.landing.next_id("block"),
        lid=lid,
        code=saved.code if saved else code,
        content=saved.content if saved else source_of(context, code).content,
        created_by=context.caller.user,
        created=context.now,
        modified=context.now,
    )


def _update(context: Context, lid: int, fields: Array) -> bool:
    page = visible_page(context, lid)
    if page is None or not may(context, page, "edit"):
        raise denied("The page may not be edited")
    site_id = param(fields, "SITE_ID")
    site = site_of(context, page.site_id if site_id is None else intval(site_id))
    folder_id = param(fields, "FOLDER_ID")
    folder = _folder(site, page.folder_id if folder_id is None else folder_id)
    code = checked(fields) or page.code
    if flag(param(fields, "DELETED")):
        guard_index(context.portal.landing, page)
        page.deleted, page.active = True, False
    _place(context, page, site, folder, code)
    _write(page, fields)
    page.touch(context.now)
    return True


def _place(context: Context, page: Page, site: Site, folder: int, code: str) -> None:
    landing = context.portal.landing
    place = (site.id, folder)
    free = unique(landing, place, code, context.portal.random, page.id)
    landing.put(page, *place, free)


def _copy(
    context: Context,
    lid: int,
    to_site_id: int | None = None,
    to_folder_id: int | None = None,
) -> int:
    source = page_of(context, lid)
    site = site_of(context, source.site_id if to_site_id is None else to_site_id)
    if not allowed(context, site, "edit"):
        raise denied("Pages may not be added to the site")
    folder = _target_folder(source, site, to_folder_id)
    page = _new_page(context, site, folder, source.title, source.code)
    page.description, page.extra = source.description, source.extra
    for block in source.blocks:
        if not block.deleted:
            copied = evolve(
                new_block(context, page.id, block.code),
                content=block.content,
                active=block.active,
            )
            context.portal.landing.settle(copied, page, len(page.blocks))
    if source.active:
        publish(context, page)
    return page.id


def _target_folder(page: Page, site: Site, folder_id: int | None) -> int:
    if folder_id is None:
        return page.folder_id if site.id == page.site_id else 0
    return _folder(site, folder_id)


def _move(
    context: Context,
    lid: int,
    to_site_id: int | None = None,
    to_folder_id: int | None = None,
) -> bool:
    page = page_of(context, lid)
    if not may(context, page, "delete"):
        raise PortalError("DELETE_ACCESS_DENIED", "The page may not leave its site")
    site = visible_site(context, page.site_id if to_site_id is None else to_site_id)
    if site is None or not allowed(context, site, "edit"):
        raise denied("Pages may not be added to the site")
    old = context.portal.landing.sites[page.site_id]
    _place(context, page, site, _target_folder(page, site, to_folder_id), page.code)
    if old is not site:
        old.index = 0 if old.index == page.id else old.index
        site.index = site.index or page.id
    page.touch(context.now)
    return True


METHODS: Final[Mapping[str, Handler]] = {
    "landing.landing.add": action(_add),
    "landing.landing.addByTemplate": action(_add_by_template),
    "landing.landing.copy": action(_copy),
    "landing.landing.move": action(_move),
    "landing.landing.update": action(_update),
}

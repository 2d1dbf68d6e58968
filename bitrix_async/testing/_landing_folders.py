"""landing.site.*: the folders of sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from bitrix_async.testing._filters import Condition, conditions
from bitrix_async.testing._landing_codes import code_of_title
from bitrix_async.testing._landing_gateway import (
    action,
    allowed,
    denied,
    flag,
    visible_site,
)
from bitrix_async.testing._landing_model import Folder
from bitrix_async.testing._landing_sites import with_right
from bitrix_async.testing._landing_tables import date_text, holds, yes
from bitrix_async.testing._methods import PortalError, param
from bitrix_async.testing._php import intval, truthy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bitrix_async.testing._landing_gateway import Array
    from bitrix_async.testing._landing_model import Page, Site
    from bitrix_async.testing._methods import Context, Handler


def _add(context: Context, site_id: int, fields: Array) -> int:
    site = with_right(context, site_id, "edit")
    title = str(param(fields, "TITLE") or "")
    if not title:
        raise PortalError("BX_EMPTY_REQUIRED", "The field TITLE is empty")
    code = _code(fields) or code_of_title(title, context.portal.random)
    folder = Folder(0, title, code, context.now, context.now, context.caller.user)
    _place(site, folder, _parent(site, folder, fields), code)
    _write(context, folder, fields)
    folder.id = context.portal.landing.next_id("folder")
    site.folders[folder.id] = folder
    return folder.id


def _code(fields: Array) -> str:
    code = str(param(fields, "CODE") or "").strip()
    if "/" in code:
        raise PortalError("SLASH_IS_NOT_ALLOWED", "An address holds no slash")
    return code


def _parent(site: Site, folder: Folder, fields: Array) -> int:
    """Nothing and 0 are the root; a folder is not put into itself."""
    parent = intval(param(fields, "PARENT_ID"))
    below = {folder.id, *_below(site, folder)} if folder.id else set()
    if parent and (parent not in site.folders or parent in below):
        raise PortalError("FOLDER_NOT_FOUND", "There is no such folder")
    return parent


def _place(site: Site, folder: Folder, parent: int, code: str) -> None:
    for other in site.folders.values():
        if other is not folder and (other.parent, other.code) == (parent, code):
            raise PortalError("FOLDER_IS_NOT_UNIQUE", "There is such a folder already")
    folder.parent, folder.code = parent, code


def _write(context: Context, folder: Folder, fields: Array) -> None:
    folder.title = str(param(fields, "TITLE") or folder.title)
    folder.index = intval(param(fields, "INDEX_ID", folder.index))
    if param(fields, "ACTIVE") is not None:
        folder.active = flag(param(fields, "ACTIVE"))
    folder.modified, folder.modified_by = context.now, context.caller.user


def _update(context: Context, site_id: int, folder_id: int, fields: Array) -> bool:
    """Without a PARENT_ID it moves to the root."""
    site = with_right(context, site_id, "edit")
    folder = site.folders.get(folder_id)
    if folder is None:
        raise denied("There is no such folder")
    code = _code(fields) or folder.code
    _place(site, folder, _parent(site, folder, fields), code)
    _write(context, folder, fields)
    return True


_FIELDS: Final[Mapping[str, Callable[[Context, Any], Any]]] = {
    "ID": lambda _, row: str(row[1].id),
    "PARENT_ID": lambda _, row: str(row[1].parent) if row[1].parent else None,
    "SITE_ID": lambda _, row: str(row[0].id),
    "INDEX_ID": lambda _, row: str(row[1].index) if row[1].index else None,
    "ACTIVE": lambda _, row: yes(row[1].active),
    "DELETED": lambda _, row: yes(row[1].deleted),
    "TITLE": lambda _, row: row[1].title,
    "CODE": lambda _, row: row[1].code,
    "CREATED_BY_ID": lambda _, row: str(row[1].created_by),
    "MODIFIED_BY_ID": lambda _, row: str(row[1].modified_by),
    "DATE_CREATE": lambda context, row: date_text(context, row[1].created),
    "DATE_MODIFY": lambda context, row: date_text(context, row[1].modified),
}


def _list(context: Context, site_id: int, filter_: Array = None) -> Any:
    """None of a site that is not to be seen, and those of the trash only if asked."""
    site = visible_site(context, site_id)
    if site is None:
        return []
    wanted = [_topped(each) for each in conditions(filter_)]
    defaults = not any(each.field == "DELETED" for each in wanted)
    return [
        {name: read(context, (site, folder)) for name, read in _FIELDS.items()}
        for folder in site.folders.values()
        if not (defaults and folder.deleted)
        and holds(context, (site, folder), wanted, _FIELDS)
    ]


def _topped(condition: Condition) -> Condition:
    """Whatever is empty in PHP is the top of the site."""
    top = condition.field == "PARENT_ID" and not truthy(condition.value)
    return evolve(condition, value=None) if top else condition


def _found(context: Context, number: int, right: str) -> tuple[Site, Folder]:
    found = context.portal.landing.folder(number)
    site = visible_site(context, found[0].id) if found else None
    if found is None or site is None or not allowed(context, site, right):
        raise denied("There is no such folder, or it may not be changed")
    return found


def _publication(context: Context, folder_id: int, *, mark: bool = True) -> bool:
    """With all that it stands in."""
    site, folder = _found(context, folder_id, "public")
    if folder.deleted:
        raise denied("The folder is in the trash")
    above: Folder | None = folder
    while above is not None:
        above.active = mark
        above = site.folders.get(above.parent)
    return True


def _unpublic(context: Context, folder_id: int) -> bool:
    return _publication(context, folder_id, mark=False)


def _mark_delete(context: Context, id_: int, *, mark: bool = True) -> bool:
    """With the pages in it and below."""
    site, folder = _found(context, id_, "delete")
    pages = list(_pages(context, site, folder))
    if mark and any(page.area for page in pages):
        raise PortalError("FOLDER_CONTAINS_AREAS", "The folder holds areas of others")
    folder.deleted = mark
    for page in pages:
        page.deleted = mark
        page.active = page.active and not mark
    return True


def _mark_undelete(context: Context, id_: int) -> bool:
    return _mark_delete(context, id_, mark=False)


def _pages(context: Context, site: Site, folder: Folder) -> Iterator[Page]:
    numbers = {folder.id, *_below(site, folder)}
    for page in context.portal.landing.of_site(site):
        if page.folder_id in numbers:
            yield page


def _below(site: Site, folder: Folder) -> Iterator[int]:
    for other in site.folders.values():
        if other.parent == folder.id:
            yield other.id
            yield from _below(site, other)


METHODS: Final[Mapping[str, Handler]] = {
    "landing.site.addFolder": action(_add),
    "landing.site.getFolders": action(_list),
    "landing.site.markFolderDelete": action(_mark_delete),
    "landing.site.markFolderUnDelete": action(_mark_undelete),
    "landing.site.publicationFolder": action(_publication),
    "landing.site.unPublicFolder": action(_unpublic),
    "landing.site.updateFolder": action(_update),
}

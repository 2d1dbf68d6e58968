"""The lists of the `landing` module: rows of text, no total (protocol.md 9.3)."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._landing_content import block_row
from bitrix_async.testing._landing_gateway import (
    action,
    allowed,
    family,
    may,
    php_int,
    visible_page,
)
from bitrix_async.testing._landing_life import public_url, site_host
from bitrix_async.testing._landing_tables import (
    conditions_of,
    date_text,
    holds,
    ordered_by,
    part_of,
    reader,
    selected,
    yes,
)
from bitrix_async.testing._methods import PortalError, param
from bitrix_async.testing._php import entries, intval, is_numeric, truthy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bitrix_async.testing._filters import Condition
    from bitrix_async.testing._landing_gateway import Array
    from bitrix_async.testing._landing_model import Block, Page, Site
    from bitrix_async.testing._methods import Context, Handler


def _number(value: int) -> str | None:
    return str(value) if value else None


def _domain(context: Context, page: Page) -> str:
    return context.portal.landing.sites[page.site_id].domain_id


_PAGE_FIELDS: Final[Mapping[str, Callable[[Context, Page], Any]]] = {
    "ID": lambda _, page: str(page.id),
    "TITLE": lambda _, page: page.title,
    "CODE": lambda _, page: page.code,
    "SITE_ID": lambda _, page: str(page.site_id),
    "FOLDER_ID": lambda _, page: _number(page.folder_id),
    "TPL_ID": lambda _, page: page.template,
    "ACTIVE": lambda _, page: yes(page.active),
    "PUBLIC": lambda _, page: yes(page.public),
    "DELETED": lambda _, page: yes(page.deleted),
    "DESCRIPTION": lambda _, page: page.description,
    "XML_ID": lambda _, page: page.xml_id,
    "SITEMAP": lambda _, page: yes(page.sitemap),
    "FOLDER": lambda _, page: yes(page.folder),
    "RULE": lambda _, __: "",
    "CREATED_BY_ID": lambda _, page: str(page.created_by),
    "MODIFIED_BY_ID": lambda _, page: str(page.created_by),
    "DATE_CREATE": lambda context, page: date_text(context, page.created),
    "DATE_MODIFY": lambda context, page: date_text(context, page.modified),
    "DATE_PUBLIC": lambda context, page: date_text(context, page.date_public),
    "DOMAIN_ID": _domain,
}

_SITE_FIELDS: Final[Mapping[str, Callable[[Context, Site], Any]]] = {
    "ID": lambda _, site: str(site.id),
    "TITLE": lambda _, site: site.title,
    "CODE": lambda _, site: f"/{site.code}/",
    "TYPE": lambda _, site: site.type,
    "ACTIVE": lambda _, site: yes(site.active),
    "DELETED": lambda _, site: yes(site.deleted),
    "DESCRIPTION": lambda _, site: site.description,
    "XML_ID": lambda _, site: site.xml_id,
    "DOMAIN_ID": lambda _, site: site.domain_id,
    "LANG": lambda _, __: None,
    "TPL_ID": lambda _, __: None,
    "LANDING_ID_INDEX": lambda _, site: _number(site.index),
    "LANDING_ID_404": lambda _, site: _number(site.page_404),
    "LANDING_ID_503": lambda _, site: _number(site.page_503),
    "CREATED_BY_ID": lambda _, site: str(site.created_by),
    "MODIFIED_BY_ID": lambda _, site: str(site.modified_by),
    "DATE_CREATE": lambda context, site: date_text(context, site.created),
    "DATE_MODIFY": lambda context, site: date_text(context, site.modified),
}

_SITE_COMPUTED: Final[Mapping[str, Callable[[Context, Site], Any]]] = {
    "DOMAIN_NAME": site_host,
    "PUBLIC_URL": lambda context, site: f"https://{site_host(context, site)}/",
    "PREVIEW_PICTURE": lambda context, site: (
        f"https://{context.portal.host}/preview/site/{site.id}.jpg"
    ),
    "PHONE": lambda _, __: None,
}


def _pages(context: Context, params: Array = None) -> Any:
    wanted = conditions_of(params)
    found = _matching_pages(context, wanted)
    shown = part_of(params, ordered_by(params, found, reader(context, _PAGE_FIELDS)))
    names = {*(selected(params) or _PAGE_FIELDS), "DOMAIN_ID"}
    return [_page_row(context, page, names, params) for page in shown]


def _page_row(
    context: Context, page: Page, names: Iterable[str], params: Array
) -> dict[str, Any]:
    row = {
        name: read(context, page)
        for name, read in _PAGE_FIELDS.items()
        if name in names
    }
    if truthy(param(params, "get_urls")):
        row["PUBLIC_URL"] = public_url(context, page)
    if truthy(param(params, "get_preview")):
        row["PREVIEW"] = f"https://{context.portal.host}/preview/{page.id}.jpg"
    if truthy(param(params, "check_area")):
        row["IS_AREA"] = page.area
    return row


def _matching_pages(context: Context, wanted: list[Condition]) -> Iterator[Page]:
    """The pages of sites in scope, rising; in the trash only if asked for."""
    landing = context.portal.landing
    types = family(context)
    first, last, rest = _bounds(wanted)
    rest = rest or []
    defaults = not any(condition.field == "DELETED" for condition in rest)
    for number in landing.page_ids(first, last):
        page = landing.pages[number]
        site = landing.sites[page.site_id]
        if (
            site.type in types
            and not site.deleted
            and not (defaults and page.deleted)
            and may(context, page, "read")
            and holds(context, page, rest, _PAGE_FIELDS)
        ):
            yield page


def _bounds(wanted: list[Condition]) -> tuple[int, float, list[Condition]]:
    """What conditions on the ID leave, so that walking by it costs a page."""
    first, last = 0, inf
    rest = []
    for condition in wanted:
        text = str(condition.value)
        if condition.field != "ID" or not is_numeric(text):
            rest.append(condition)
        elif condition.operation in (">", ">="):
            first = max(first, intval(text) + (condition.operation == ">"))
        elif condition.operation in ("<", "<="):
            last = min(last, intval(text) - (condition.operation == "<"))
        else:
            rest.append(condition)
    return first, last, rest


def _sites(context: Context, params: Array = None) -> Any:
    everything = conditions_of(params)
    of_type = [each for each in everything if each.field == "TYPE" and each.is_equal]
    wanted = [each for each in everything if each not in of_type]
    types = _types(context, of_type)
    defaults = not any(condition.field == "DELETED" for condition in wanted)
    found = (
        site
        for site in context.portal.landing.sites.values()
        if site.type in types
        and not (defaults and site.deleted)
        and allowed(context, site, "read")
        and holds(context, site, wanted, _SITE_FIELDS)
    )
    names = {*(selected(params) or _SITE_FIELDS), "ID", "TYPE"}
    if "PREVIEW_PICTURE" in names:
        names.add("LANDING_ID_INDEX")
    columns = {**_SITE_FIELDS, **_SITE_COMPUTED}
    shown = part_of(params, ordered_by(params, found, reader(context, _SITE_FIELDS)))
    return [
        {name: read(context, site) for name, read in columns.items() if name in names}
        for site in shown
    ]


def _types(context: Context, wanted: list[Condition]) -> frozenset[str]:
    """One type of the scope, shops with those of Site Management; else all of them."""
    types = family(context)
    kinds = [str(condition.value) for condition in wanted]
    if len(kinds) != 1 or kinds[0] not in types:
        return types
    return frozenset({"STORE", "SMN"} if kinds == ["STORE"] else kinds)


def _blocks(context: Context, lid: Any, params: Array = None) -> Any:
    """Published blocks only, unless `edit_mode` asks for the drafts (9.3)."""
    numbers = (
        [part for _, part in entries(lid)] if isinstance(lid, list | dict) else [lid]
    )
    pages = [visible_page(context, php_int(number)) for number in numbers]
    rows: list[dict[str, Any]] = []
    for page in pages:
        if page is None:
            raise PortalError("LANDING_NOT_EXIST", "There is no such page")
        rows += [block_row(context, page, block, params) for block in _of(page, params)]
    return rows


def _of(page: Page, params: Array) -> list[Block]:
    blocks = page.blocks if truthy(param(params, "edit_mode")) else page.published
    deleted = truthy(param(params, "deleted"))
    return [block for block in blocks if block.deleted == deleted]


METHODS: Final[Mapping[str, Handler]] = {
    "landing.block.getlist": action(_blocks),
    "landing.landing.getList": action(_pages),
    "landing.site.getList": action(_sites),
}

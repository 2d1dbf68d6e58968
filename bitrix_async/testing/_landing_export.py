"""landing.site.fullExport: a site as templates are registered from it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._landing_content import access_of
from bitrix_async.testing._landing_exported import exported
from bitrix_async.testing._landing_gateway import (
    action,
    enter_scope,
    may,
    visible_site,
)
from bitrix_async.testing._methods import PortalError, param
from bitrix_async.testing._php import entries, intval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.testing._landing_gateway import Array
    from bitrix_async.testing._landing_model import Page, Site
    from bitrix_async.testing._methods import Context, Handler

_CODE: Final = re.compile(r"[a-z0-9]+\Z")
_VERSION: Final = 3
_PICTURES: Final = ("preview", "preview2x", "preview3x", "preview_url")

# Additional fields that are never exported.
_KEPT_BACK: Final = ("B24BUTTON_CODE", "FAVICON_PICTURE")


def _full_export(context: Context, id_: int, params: Array = None) -> Any:
    """The pages by their ids; nothing where there are none."""
    enter_scope(context, params)
    code = param(params, "code")
    if code is not None and not _CODE.match(str(code)):
        raise PortalError("SYSTEM_ERROR", "code consists of Latin letters and digits")
    site = visible_site(context, id_)
    if site is None:
        return []
    if site.by_ai:
        raise PortalError("AI_SITE_EXPORT_NOT_ALLOWED", "The site was made by AI")
    pages = _pages(context, site)
    codes = _codes(pages, code)
    return _site(context, site, params, codes) if pages else []


def _pages(context: Context, site: Site) -> list[Page]:
    found = context.portal.landing.of_site(site)
    return sorted(
        (page for page in found if not page.deleted and may(context, page, "read")),
        key=lambda page: page.id,
    )


def _codes(pages: list[Page], code: Any) -> dict[int, str]:
    """What pages are called in the export: a lone page as the site."""
    if len(pages) == 1 and code is not None:
        return {pages[0].id: str(code)}
    codes: dict[int, str] = {}
    for page in pages:
        taken = page.code in codes.values()
        codes[page.id] = f"{page.code}_{page.id}" if taken else page.code
    return codes


def _site(
    context: Context, site: Site, params: Array, codes: dict[int, str]
) -> dict[str, Any]:
    pages = [context.portal.landing.pages[number] for number in codes]
    given = {"name": site.title, "description": site.description}
    own = _named(params, given)
    return {
        "charset": "UTF-8",
        "code": param(params, "code", site.code),
        "site_code": f"/{site.code}/",
        **own,
        "show_in_list": "Y",
        "type": site.type.lower(),
        "version": _VERSION,
        "fields": {
            "ADDITIONAL_FIELDS": _additional(site.extra, params),
            "TITLE": own["name"],
            "LANDING_ID_INDEX": codes.get(site.index, str(site.index)),
            "LANDING_ID_404": codes.get(site.page_404, str(site.page_404)),
        },
        "layout": [],
        "folders": _folders(site, pages, codes),
        "syspages": {
            kind: codes[lid] for kind, lid in site.special.items() if lid in codes
        },
        "items": {
            codes[page.id]: _page(context, page, codes, params) for page in pages
        },
    }


def _named(params: Array, own: dict[str, Any]) -> dict[str, Any]:
    given = {**own, **dict.fromkeys(_PICTURES, "")}
    return {name: param(params, name, value) for name, value in given.items()}


def _page(
    context: Context, page: Page, codes: dict[int, str], params: Array
) -> dict[str, Any]:
    """What is asked of the site is so of its page only where there is no other."""
    given = {"name": page.title, "description": page.description}
    own = _named(params if len(codes) == 1 else [], given)
    kind = context.portal.landing.sites[page.site_id].type
    access = access_of(context, page)
    return {
        "old_id": str(page.id),
        "code": codes[page.id],
        **own,
        "show_in_list": "Y",
        "type": kind.lower(),
        "version": _VERSION,
        "fields": {
            "TITLE": own["name"],
            "RULE": None,
            "ADDITIONAL_FIELDS": _additional(page.extra, params),
        },
        "layout": _layout(context, page, codes),
        "items": {
            f"#block{block.id}": exported(context, block, access)
            for block in page.blocks
            if not block.deleted
        },
    }


def _additional(extra: dict[str, Any] | None, params: Array) -> dict[str, Any]:
    asked = {str(name) for _, name in entries(param(params, "hooks_disable"))}
    without = {*_KEPT_BACK, *asked}
    return {name: value for name, value in (extra or {}).items() if name not in without}


def _folders(
    site: Site, pages: list[Page], codes: dict[int, str]
) -> dict[str, list[str]]:
    """The pages of a folder under that which its own address shows."""
    folders: dict[str, list[str]] = {}
    for page in pages:
        folder = site.folders.get(page.folder_id)
        if folder is not None and folder.index in codes and folder.index != page.id:
            folders.setdefault(codes[folder.index], []).append(codes[page.id])
    return folders


def _layout(context: Context, page: Page, codes: dict[int, str]) -> Any:
    """The page's template and the pages in its areas; nothing without one."""
    template = context.portal.landing.templates.get(intval(page.template))
    if template is None:
        return []
    areas = {
        str(area): codes.get(number, str(number)) for area, number in page.areas.items()
    }
    return {"code": template.xml_id, "ref": areas}


METHODS: Final[Mapping[str, Handler]] = {
    "landing.site.fullExport": action(_full_export),
}

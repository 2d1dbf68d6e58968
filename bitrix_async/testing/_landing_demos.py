"""landing.demos.*: templates of sites and pages.

Beyond the pages: modules/landing/lib/publicaction/demos.php, and the component
landing.demo for what the wizard offers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._landing_gateway import action, php_str
from bitrix_async.testing._landing_registry import Row, new_row, of_caller
from bitrix_async.testing._landing_sanitizer import is_bad
from bitrix_async.testing._landing_tables import date_text, rows_of
from bitrix_async.testing._methods import PortalError, param
from bitrix_async.testing._php import entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bitrix_async.testing._landing_gateway import Array, Scalar
    from bitrix_async.testing._methods import Context, Handler

_SITE: Final = "S"
_PAGE: Final = "P"

# The column of a template, and where the element that is registered has it.
_WRITTEN: Final = {
    "TITLE": "name",
    "TYPE": "type",
    "TPL_TYPE": "tpl_type",
    "SHOW_IN_LIST": "show_in_list",
    "DESCRIPTION": "description",
    "PREVIEW_URL": "preview_url",
    "PREVIEW": "preview",
    "PREVIEW2X": "preview2x",
    "PREVIEW3X": "preview3x",
}


# -- registering


def _register(context: Context, data: Array = None, params: Array = None) -> list[int]:
    """What was added goes again when a later element is refused."""
    elements = list(_elements(data))
    if not elements:
        raise PortalError("REGISTER_ERROR_DATA", "Data is empty or incorrect")
    templates = context.portal.landing.registry.templates
    before = set(templates)
    try:
        return [_keep(context, element, params) for element in elements]
    except PortalError:
        for number in set(templates) - before:
            del templates[number]
        raise


def _elements(data: Array) -> Iterator[Any]:
    """The site of an export and each page of it, or the elements of a list."""
    pages = param(data, "items")
    if pages is None:
        yield from (element for _, element in entries(data))
        return
    codes = [code for code, _ in entries(pages)]
    yield {**data, "items": codes, "tpl_type": _SITE}
    yield from (page for _, page in entries(pages))


def _keep(context: Context, element: Any, params: Array) -> int:
    code = str(param(element, "code") or "").strip()
    if is_bad(context, _checked(element)):
        raise PortalError("CONTENT_IS_BAD", f"Content is not safe [code: {code}]")
    if not code:
        raise PortalError("BX_EMPTY_REQUIRED", "Required field XML_ID is not filled")
    row = _row(context, code, str(param(element, "tpl_type") or _PAGE))
    row.write(context, _written(element, params), element)
    return row.id


def _checked(element: Any) -> dict[Any, Any]:
    """All of it but the additional fields."""
    parts = dict(entries(element))
    parts["fields"] = {
        name: value
        for name, value in entries(parts.get("fields"))
        if name != "ADDITIONAL_FIELDS"
    }
    return parts


def _written(element: Any, params: Array) -> dict[str, Any]:
    values = {name: param(element, key) for name, key in _WRITTEN.items()}
    given = {name: value for name, value in values.items() if value is not None}
    lang = {
        name: param(params, name)
        for name in ("lang", "lang_original")
        if param(params, name) is not None
    }
    template = param(params, "site_template_id", "")
    return {"TPL_TYPE": _PAGE, **given, "LANG": lang, "SITE_TEMPLATE_ID": template}


def _row(context: Context, code: str, use: str) -> Row:
    """The template that is replaced, or a new one."""
    for row in _registered(context, code):
        if row.fields["TPL_TYPE"] == use:
            return row
    row = new_row(context, "template", code)
    context.portal.landing.registry.templates[row.id] = row
    return row


def _registered(context: Context, code: str) -> list[Row]:
    rows = of_caller(context, context.portal.landing.registry.templates.values())
    return [row for row in rows if row.code == code]


def _unregister(context: Context, code: Scalar) -> bool:
    rows = _registered(context, code) if isinstance(code, str) and code else []
    for row in rows:
        del context.portal.landing.registry.templates[row.id]
    return bool(rows)


# -- what is registered


def _column(name: str, default: str | None = None) -> Callable[[Context, Row], Any]:
    return lambda _, row: row.fields.get(name, default)


_FIELDS: Final[Mapping[str, Callable[[Context, Row], Any]]] = {
    "ID": lambda _, row: str(row.id),
    "XML_ID": lambda _, row: row.code,
    "APP_CODE": lambda _, row: row.app,
    "ACTIVE": lambda _, __: "Y",
    "TITLE": _column("TITLE"),
    "DESCRIPTION": _column("DESCRIPTION"),
    "TYPE": _column("TYPE"),
    "TPL_TYPE": _column("TPL_TYPE"),
    "SHOW_IN_LIST": _column("SHOW_IN_LIST", "N"),
    "PREVIEW_URL": _column("PREVIEW_URL"),
    "PREVIEW": _column("PREVIEW"),
    "PREVIEW2X": _column("PREVIEW2X"),
    "PREVIEW3X": _column("PREVIEW3X"),
    "MANIFEST": lambda _, row: row.manifest,
    "LANG": lambda _, row: row.fields["LANG"] or None,
    "SITE_TEMPLATE_ID": _column("SITE_TEMPLATE_ID"),
    "CREATED_BY_ID": lambda _, row: str(row.created_by),
    "MODIFIED_BY_ID": lambda _, row: str(row.modified_by),
    "DATE_CREATE": lambda context, row: date_text(context, row.created),
    "DATE_MODIFY": lambda context, row: date_text(context, row.modified),
}


def _list(context: Context, params: Array = None) -> list[dict[str, Any]]:
    """A manifest that was not selected cannot be unpacked, and is false."""
    own = of_caller(context, context.portal.landing.registry.templates.values())
    rows = rows_of(context, params, own, _FIELDS)
    return [{"MANIFEST": False, **row} for row in rows]


# -- what the wizard offers

_TYPES: Final = ("PAGE", "KNOWLEDGE", "GROUP", "MAINPAGE")

# The portal's own templates: by what they are for, code, title and types.
_FILES: Final[Mapping[str, list[tuple[str, str, tuple[str, ...]]]]] = {
    _SITE: [("empty", "Empty site", _TYPES), ("store_v3", "Shop", ("STORE",))],
    _PAGE: [
        ("empty", "Empty page", _TYPES),
        ("search-result", "Search", ("PAGE", "KNOWLEDGE", "GROUP")),
    ],
}


def _sites(context: Context, type_: Scalar, filter_: Array = None) -> Any:
    return _offered(context, _SITE, type_, filter_)


def _pages(context: Context, type_: Scalar, filter_: Array = None) -> Any:
    return _offered(context, _PAGE, type_, filter_)


def _offered(context: Context, use: str, kind: Any, wanted: Array) -> Any:
    """Registered ones come first, the newest before the others."""
    if not isinstance(kind, str):
        return None
    registered = reversed(context.portal.landing.registry.templates.values())
    found = [
        *(_of_row(row) for row in registered if row.fields["TPL_TYPE"] == use),
        *(_of_file(context, *file) for file in _FILES[use]),
    ]
    conditions = {str(key).upper(): value for key, value in entries(wanted)}
    return {
        template["ID"]: template
        for template in found
        if kind.upper() in _texts(template["TYPE"]) and _suits(template, conditions)
    }


def _suits(template: dict[str, Any], conditions: Mapping[str, Any]) -> bool:
    """Each field that is there has one of the values; others are not asked for."""
    return all(
        _texts(template[name]) & _texts(value)
        for name, value in conditions.items()
        if name in template
    )


def _texts(value: Any) -> set[str]:
    """PHP compares the elements of arrays as texts."""
    parts = [part for _, part in entries(value)]
    several = parts if isinstance(value, dict | list) else [value]
    return {php_str(part) for part in several if not isinstance(part, dict | list)}


def _of_row(row: Row) -> dict[str, Any]:
    app = row.app or "local"
    columns = ("TITLE", "DESCRIPTION", "PREVIEW", "PREVIEW2X", "PREVIEW3X")
    return {
        "ID": f"{app}@{row.code}",
        "XML_ID": row.code,
        "TYPE": str(row.fields.get("TYPE", "")).upper(),
        "ACTIVE": "Y",
        "AVAILABLE": True,
        "SECTION": [],
        **{name: row.fields.get(name) for name in columns},
        "APP_CODE": app,
        "REST": row.id,
        "DATA": [],
    }


def _of_file(
    context: Context, code: str, title: str, types: tuple[str, ...]
) -> dict[str, Any]:
    preview = f"//{context.portal.host}/demo/{code}/preview"
    return {
        "ID": code,
        "XML_ID": code,
        "TYPE": list(types),
        "TITLE": title,
        "ACTIVE": True,
        "PUBLICATION": False,
        "LOCK_DELETE": False,
        "AVAILABLE": True,
        "SINGLETON": False,
        "SECTION": [],
        "DESCRIPTION": "",
        "PREVIEW": f"{preview}.jpg",
        "PREVIEW2X": f"{preview}@2x.jpg",
        "PREVIEW3X": f"{preview}@3x.jpg",
        "APP_CODE": "",
        "REST": 0,
        "DATA": {"name": title, "items": [], "encoded": True, "charset": "UTF-8"},
    }


METHODS: Final[Mapping[str, Handler]] = {
    "landing.demos.getList": action(_list),
    "landing.demos.getPageList": action(_pages),
    "landing.demos.getSiteList": action(_sites),
    "landing.demos.register": action(_register),
    "landing.demos.unregister": action(_unregister),
}

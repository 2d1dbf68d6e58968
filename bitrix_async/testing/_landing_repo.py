"""landing.repo.* and landing.repowidget.*: blocks that applications register.

Both keep their blocks in one table; a widget is a block for the main page. Beyond the
pages: modules/landing/lib/publicaction/repo.php and repowidget.php.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._landing_gateway import action
from bitrix_async.testing._landing_registry import (
    Placement,
    Row,
    app_of,
    new_row,
    of_caller,
)
from bitrix_async.testing._landing_sanitizer import is_bad, sanitized
from bitrix_async.testing._landing_tables import date_text, rows_of
from bitrix_async.testing._methods import PortalError, param
from bitrix_async.testing._php import entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bitrix_async.testing._landing_gateway import Array, Scalar
    from bitrix_async.testing._methods import Context, Handler

_REQUIRED: Final = ("NAME", "CONTENT", "SECTIONS", "PREVIEW")
_WRITTEN: Final = (*_REQUIRED, "DESCRIPTION", "ACTIVE", "SITE_TEMPLATE_ID")
_WIDGET_REQUIRED: Final = ("rootNode", "handler", "demoData")
_WIDGET_PARAMS: Final = ("rootNode", "demoData", "handler", "style", "lang")

# What the manifest of a registered block may not say, and the error if it does.
_UNSUPPORTED: Final = {
    "type": ("mainpage", "UNSUPPORTED_BLOCK_TYPE"),
    "subtype": ("widget", "UNSUPPORTED_BLOCK_SUBTYPE"),
}
_STYLES_WITH_IMAGE: Final = {"background", "block-default", "block-border"}


def _check_content(
    context: Context, content: Scalar, splitter: Scalar = "#SANITIZE#"
) -> dict[str, Any]:
    text, bad = sanitized(context, str(content), str(splitter))
    return {"is_bad": bad, "content": text}


# -- registering


def _register(
    context: Context, code: str, fields: Array, manifest: Array = None
) -> int:
    _require(fields, _REQUIRED, "REQUIRED_FIELD_NO_EXISTS")
    allowed = _allowed(manifest)
    _refuse_images(allowed)
    return _keep(context, code, fields, allowed)


def _register_widget(context: Context, code: str, fields: Array) -> int:
    _require(fields, (*_REQUIRED, "WIDGET_PARAMS"), "REQUIRED_FIELD_NO_EXISTS")
    given = param(fields, "WIDGET_PARAMS")
    _require(given, _WIDGET_REQUIRED, "REQUIRED_PARAM_NO_EXISTS")
    block = {
        "type": ["mainpage"],
        "subtype": ["widgetvue"],
        "subtype_params": {name: param(given, name) for name in _WIDGET_PARAMS},
    }
    return _keep(context, code, fields, {"block": block})


def _require(fields: Array, names: Iterable[str], code: str) -> None:
    for name in names:
        if param(fields, name) is None:
            raise PortalError(code, f"The required field is missing: {name}")


def _allowed(manifest: Array) -> dict[Any, Any]:
    """The manifest without what is not an application's to say."""
    allowed = {key: part for key, part in entries(manifest) if key != "callbacks"}
    block = dict(entries(allowed.get("block")))
    for name, (refused, code) in _UNSUPPORTED.items():
        if block.get(name) is not None:
            block[name] = _several(block[name])
            if refused in (str(word).lower() for word in block[name]):
                raise PortalError(code, f"A block may not be of the {name} {refused}")
            allowed["block"] = block
    return allowed


def _refuse_images(manifest: Array) -> None:
    style = param(manifest, "style")
    for selector, _ in entries(param(manifest, "nodes")):
        name = str(selector)
        own = param(param(style, "nodes"), name) or param(style, name)
        if _STYLES_WITH_IMAGE.intersection(map(str, _several(param(own, "type")))):
            raise PortalError(
                "MANIFEST_INTERSECT_IMG", f"The node {selector} has a style of images"
            )


def _several(value: Any) -> list[Any]:
    """What PHP makes of one value, or several, as an array."""
    if isinstance(value, dict | list):
        return [part for _, part in entries(value)]
    return [] if value is None else [value]


def _keep(context: Context, code: str, fields: Array, manifest: Array) -> int:
    content, bad = sanitized(context, str(param(fields, "CONTENT")))
    if bad:
        raise PortalError("CONTENT_IS_BAD", "The content is not safe")
    _refuse_presets(context, manifest)
    written = {name: param(fields, name) for name in _WRITTEN}
    values = {name: str(value) for name, value in written.items() if value is not None}
    _refuse_empty({"XML_ID": code.strip(), **values})
    row = _row(context, code.strip())
    row.write(context, {**values, "CONTENT": content}, manifest)
    return row.id


def _refuse_presets(context: Context, manifest: Array) -> None:
    for _, card in entries(param(manifest, "cards")):
        for name, preset in entries(param(card, "presets")):
            parts = [param(preset, part) for part in ("html", "name", "values")]
            if is_bad(context, parts):
                raise PortalError("PRESET_CONTENT_IS_BAD", f"The preset {name} is bad")


def _refuse_empty(values: Mapping[str, str]) -> None:
    """Columns that the table requires."""
    for name in ("XML_ID", "NAME", "CONTENT"):
        if not values[name]:
            raise PortalError("BX_EMPTY_REQUIRED", f"The field {name} is empty")


def _row(context: Context, code: str) -> Row:
    """The block that is replaced, or a new one."""
    for row in _registered(context, code):
        return row
    row = new_row(context, "repo", code)
    context.portal.landing.registry.blocks[row.id] = row
    return row


def _registered(context: Context, code: str) -> list[Row]:
    rows = of_caller(context, context.portal.landing.registry.blocks.values())
    return [row for row in rows if row.code == code]


def _unregister(context: Context, code: Scalar) -> bool:
    rows = _registered(context, code) if isinstance(code, str) and code else []
    if rows:
        _take_off_pages(context, {f"repo_{row.id}" for row in rows})
        del context.portal.landing.registry.blocks[rows[0].id]
    return bool(rows)


def _take_off_pages(context: Context, codes: set[str]) -> None:
    landing = context.portal.landing
    for page in landing.pages.values():
        for block in [block for block in page.blocks if block.code in codes]:
            landing.unsettle(block)
        page.published = [block for block in page.published if block.code not in codes]


# -- lists


def _column(name: str, default: str | None = None) -> Callable[[Context, Row], Any]:
    return lambda _, row: row.fields.get(name, default)


_FIELDS: Final[Mapping[str, Callable[[Context, Row], Any]]] = {
    "ID": lambda _, row: str(row.id),
    "XML_ID": lambda _, row: row.code,
    "APP_CODE": lambda _, row: row.app,
    "ACTIVE": _column("ACTIVE", "Y"),
    "NAME": _column("NAME"),
    "DESCRIPTION": _column("DESCRIPTION"),
    "SECTIONS": _column("SECTIONS"),
    "SITE_TEMPLATE_ID": _column("SITE_TEMPLATE_ID"),
    "PREVIEW": _column("PREVIEW"),
    "MANIFEST": lambda _, row: row.manifest,
    "CONTENT": _column("CONTENT"),
    "CREATED_BY_ID": lambda _, row: str(row.created_by),
    "MODIFIED_BY_ID": lambda _, row: str(row.modified_by),
    "DATE_CREATE": lambda context, row: date_text(context, row.created),
    "DATE_MODIFY": lambda context, row: date_text(context, row.modified),
}


def _list(context: Context, params: Array = None) -> list[dict[str, Any]]:
    """Those of the application; from a webhook, those of none."""
    rows = context.portal.landing.registry.blocks.values()
    own = [row for row in rows if row.app == app_of(context)]
    return rows_of(context, params, own, _FIELDS, always=("MANIFEST",))


def _widgets(context: Context, params: Array) -> dict[int, dict[str, Any]]:
    """What is no widget is left out and leaves a gap: PHP then prints an object."""
    return {
        place: row
        for place, row in enumerate(_list(context, params))
        if "widgetvue" in _several(param(param(row["MANIFEST"], "block"), "subtype"))
    }


def _debug(context: Context, *, enable: bool) -> bool:
    app = app_of(context)
    if app is None:
        raise PortalError("APP_NOT_FOUND", "Cannot find REST application")
    debugging = context.portal.landing.registry.debugging
    (debugging.add if enable else debugging.discard)(app)
    return True


# -- places in the editor


def _bind(context: Context, fields: Array) -> bool:
    app = app_of(context)
    names = ("PLACEMENT", "PLACEMENT_HANDLER")
    code, handler = (str(param(fields, name) or "").strip() for name in names)
    placement = Placement(app or "", code, handler)
    if placement in context.portal.landing.registry.placements:
        raise PortalError("PLACEMENT_EXIST", "The place is taken")
    context.portal.landing.registry.placements.add(placement)
    return True


def _unbind(context: Context, code: Scalar, handler: Scalar = None) -> bool | None:
    if app_of(context) is None or not isinstance(code, str):
        return None
    placements = context.portal.landing.registry.placements
    bound = {
        place
        for place in of_caller(context, placements)
        if place.code == code.strip()
        and (not handler or place.handler == str(handler).strip())
    }
    if not bound:
        raise PortalError("PLACEMENT_NO_EXIST", "There is no such place")
    placements -= bound
    return True


METHODS: Final[Mapping[str, Handler]] = {
    "landing.repo.bind": action(_bind),
    "landing.repo.checkContent": action(_check_content),
    "landing.repo.getList": action(_list),
    "landing.repo.register": action(_register),
    "landing.repo.unbind": action(_unbind),
    "landing.repo.unregister": action(_unregister),
    "landing.repowidget.debug": action(_debug),
    "landing.repowidget.getlist": action(_widgets),
    "landing.repowidget.register": action(_register_widget),
    "landing.repowidget.unregister": action(_unregister),
}

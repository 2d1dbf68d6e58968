"""What of a block an export has: its nodes, styles and attributes by selector.

Source: landing-site-full-export.md of the documentation, as far as it goes: cards,
menus and dynamic parameters have no documented form, and are left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._html import Element, found, parsed
from bitrix_async.testing._landing_content import anchor_of
from bitrix_async.testing._landing_repository import source_of
from bitrix_async.testing._methods import param
from bitrix_async.testing._php import entries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitrix_async.testing._landing_model import Block
    from bitrix_async.testing._landing_repository import Source
    from bitrix_async.testing._methods import Context

_BACKGROUND: Final = re.compile(r"url\((['\"]?)(.*?)\1\)")


def exported(context: Context, block: Block, access: str) -> dict[str, Any]:
    """A block without what is empty."""
    source = source_of(context, block.code)
    root = parsed(block.content)
    parts = {
        "old_id": block.id,
        "code": block.code,
        "access": access,
        "anchor": anchor_of(block),
        "repo_block": _registered(context, source),
        "nodes": _nodes(root, source),
        "style": _styles(root, source),
        "attrs": _attributes(root, source),
    }
    return {name: part for name, part in parts.items() if part}


def _registered(context: Context, source: Source) -> dict[str, str]:
    row = context.portal.landing.registry.blocks.get(source.repo_id or 0)
    return {"app_code": row.app or "", "xml_id": row.code} if row else {}


def _nodes(root: Element, source: Source) -> dict[str, list[Any]]:
    nodes = {}
    for selector, node in entries(source.manifest.get("nodes")):
        read = _READERS.get(str(param(node, "type")))
        elements = found(root, str(selector)) if read else []
        if read and elements:
            nodes[str(selector)] = [read(element) for element in elements]
    return nodes


def _text(element: Element) -> str:
    return "".join(map(str, element.children))


def _image(element: Element) -> dict[str, str]:
    if element.tag == "img":
        source, alt = element.get("src"), element.get("alt")
    else:
        background = _BACKGROUND.search(element.style.get("background-image", ""))
        source, alt = background[2] if background else "", ""
    parts = {"src": source, "alt": alt, "id": element.get("data-fileid")}
    return {name: part for name, part in parts.items() if part}


def _link(element: Element) -> dict[str, str]:
    return {
        "href": element.get("href"),
        "target": element.get("target"),
        "text": _text(element),
    }


def _embed(element: Element) -> dict[str, str]:
    return {
        "src": element.get("src") or element.get("data-src"),
        "source": element.get("data-source"),
    }


_READERS: Final[Mapping[str, Callable[[Element], Any]]] = {
    "embed": _embed,
    "icon": lambda element: element.classes,
    "img": _image,
    "link": _link,
    "map": lambda element: element.get("data-map"),
    "text": _text,
}


def _styles(root: Element, source: Source) -> dict[str, list[str]]:
    """The classes of every element that has a style of its own."""
    nodes = param(source.manifest.get("style"), "nodes")
    styles = {
        str(selector): [element.get("class") for element in found(root, str(selector))]
        for selector, _ in entries(nodes)
    }
    return {selector: classes for selector, classes in styles.items() if classes}


def _attributes(root: Element, source: Source) -> dict[str, list[dict[str, str]]]:
    given = {}
    for selector, wanted in entries(source.manifest.get("attrs")):
        elements = found(root, str(selector))
        if elements:
            names = _names(wanted)
            given[str(selector)] = [
                {name: element.get(name) for name in names} for element in elements
            ]
    return given


def _names(wanted: Any) -> list[str]:
    """One attribute is described by a map, several by a list of them."""
    one = param(wanted, "attribute")
    rows = [wanted] if one else [row for _, row in entries(wanted)]
    return [str(param(row, "attribute")) for row in rows]

"""How the nodes of a block are written, each by the type its manifest gives.

Source: landing-block-update-nodes.md and node-types.md of the documentation.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._html import found
from bitrix_async.testing._landing_gateway import flag
from bitrix_async.testing._methods import param
from bitrix_async.testing._php import entries, intval, truthy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitrix_async.testing._html import Element

# Classes that make an icon of an element.
_ICON: Final = re.compile(r"(?:fa|icon|et)(?:-|\Z)")
_LINK_ATTRIBUTES: Final = ("data-embed", "data-url")
_LAZY: Final = {
    "lazyOrigSrc": "data-src",
    "lazyOrigSrc2x": "data-src2x",
    "lazyOrigSrcset": "data-srcset",
    "lazyOrigStyle": "data-style",
}


def placed(selector: str) -> tuple[str, int | None]:
    """A selector and the place behind its `@`; None where there is no `@`."""
    name, at, place = selector.partition("@")
    return name, intval(place) if at else None


def meant(root: Element, selector: str) -> list[Element]:
    """All elements that a selector finds, or the one at its place."""
    name, place = placed(selector)
    elements = found(root, name)
    if place is None:
        return elements
    return elements[place : place + 1] if place >= 0 else []


def as_text(value: Any) -> str:
    """A value as an attribute keeps it: arrays are JSON."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)


def write_node(root: Element, node: Any, selector: str, value: Any) -> None:
    """Gives a node its new value: the first element found, or that of the place."""
    write = _WRITERS.get(str(param(node, "type")))
    elements = meant(root, selector)
    if write and elements:
        write(elements[0], node, value)


def _text(element: Element, _: Any, value: Any) -> None:
    element.fill(as_text(param(value, "text", "")) if _is_map(value) else str(value))


def _is_map(value: Any) -> bool:
    return isinstance(value, dict | list)


def _image(element: Element, _: Any, value: Any) -> None:
    """What is not given is cleared; addresses are made safe."""
    source, dense = (
        as_text(param(value, name)).replace("http://", "https://", 1)
        for name in ("src", "src2x")
    )
    if element.tag == "img":
        element.set("src", source)
        element.set("srcset", f"{dense} 2x" if dense else "")
        element.attributes["alt"] = as_text(param(value, "alt"))
    else:
        picture = {"background-image": f"url({source})"} if source else {}
        rest = {k: v for k, v in element.style.items() if k != "background-image"}
        element.declare(rest | picture)
    element.set("data-fileid", as_text(param(value, "id")))
    element.set("data-fileid2x", as_text(param(value, "id2x")))
    lazy = flag(param(value, "isLazy"))
    element.set("data-lazy-img", "Y" if lazy else "")
    for name, attribute in _LAZY.items():
        element.set(attribute, as_text(param(value, name)) if lazy else "")


def _link(element: Element, node: Any, value: Any) -> None:
    """The text stays where it is not given; the target and both attributes go."""
    skip = truthy(param(value, "skipContent") or param(node, "skipContent"))
    text = param(value, "text")
    if text is not None and not skip:
        element.fill(as_text(text))
    address = param(value, "href")
    if address is not None:
        query = as_text(param(value, "query"))
        joint = "&" if "?" in str(address) else "?"
        element.set("href", f"{address}{joint}{query}" if query else str(address))
    element.set("target", as_text(param(value, "target")))
    for name in _LINK_ATTRIBUTES:
        element.set(name, as_text(param(param(value, "attrs"), name)))


def _icon(element: Element, _: Any, value: Any) -> None:
    kept = [name for name in element.classes if not _ICON.match(name)]
    wanted = [str(part) for _, part in entries(value)] or str(value).split()
    element.set("class", " ".join([*kept, *wanted]))


def _embed(element: Element, _: Any, value: Any) -> None:
    """A ratio counts only with a new address; a preview not given goes."""
    source = as_text(param(value, "src"))
    ratio = as_text(param(value, "ratio"))
    name = "src" if element.tag == "iframe" else "data-src"
    if source and source != element.get(name) and ratio and element.parent:
        kept = [
            one
            for one in element.parent.classes
            if not one.startswith("embed-responsive-")
        ]
        element.parent.set("class", " ".join([*kept, ratio]))
    if source:
        element.set(name, source)
    element.set("data-source", as_text(param(value, "source")))
    element.set("data-preview", as_text(param(value, "preview")))


def _map(element: Element, _: Any, value: Any) -> None:
    element.set("data-map", as_text(value))


_WRITERS: Final[Mapping[str, Callable[[Element, Any, Any], None]]] = {
    "embed": _embed,
    "icon": _icon,
    "img": _image,
    "link": _link,
    "map": _map,
    "styleimg": _image,
    "text": _text,
}

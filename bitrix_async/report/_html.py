"""Elements of a page, whose texts are escaped because nothing can be written raw."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias
from xml.etree.ElementTree import Element, tostring

if TYPE_CHECKING:
    from collections.abc import Iterable

Node: TypeAlias = "Element | str | Iterable[Node] | None"


def tag(name: str, /, *children: Node, **attributes: object) -> Element:
    """An element; `class_` is class, `aria_label` is aria-label, None is left out."""
    made = Element(
        name,
        {
            key.rstrip("_").replace("_", "-"): str(value)
            for key, value in attributes.items()
            if value is not None
        },
    )
    _put(made, children)
    return made


def section(title: str, *content: Node) -> Element:
    """A part of the page."""
    return tag("section", tag("h2", title), *content)


def caption(title: Node, note: Node) -> Element:
    """What a chart shows, and what it comes to."""
    return tag("figcaption", tag("h3", title), tag("p", note))


def _put(parent: Element, node: Node) -> None:
    if isinstance(node, str):
        _write(parent, node)
    elif isinstance(node, Element):
        parent.append(node)
    elif node is not None:
        for one in node:
            _put(parent, one)


def _write(parent: Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def document(root: Element) -> str:
    """The page as text."""
    return f"<!doctype html>\n{tostring(root, encoding='unicode', method='html')}\n"

"""HTML as a tree: as much of it as changing the content of a block takes.

Text and comments are kept as they are written. A selector is what manifests have:
names, ids and classes, and elements inside others (`.menu li.active`).
"""

from __future__ import annotations

import re
from copy import copy
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Iterator

_VOID: Final = "area base br col embed hr img input link meta param source track wbr"
_EMPTY: Final = frozenset(_VOID.split())
_SIMPLE: Final = re.compile(r"([a-z][a-z0-9]*)?((?:[.#][\w-]+)*)\Z", re.IGNORECASE)
_MARK: Final = re.compile(r"([.#])([\w-]+)")


@define(eq=False)
class Element:
    """An element; the root of a tree has no tag and prints only what is in it."""

    tag: str = ""
    attributes: dict[str, str | None] = field(factory=dict)
    children: list[Element | str] = field(factory=list)
    parent: Element | None = field(default=None, repr=False)

    def __iter__(self) -> Iterator[Element]:
        """What is inside, in the order of the text."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child

    def __str__(self) -> str:
        inside = "".join(map(str, self.children))
        if not self.tag:
            return inside
        start = f"<{self.tag}{''.join(map(_attribute, self.attributes.items()))}>"
        return start if self.tag in _EMPTY else f"{start}{inside}</{self.tag}>"

    @property
    def classes(self) -> list[str]:
        return (self.attributes.get("class") or "").split()

    @property
    def style(self) -> dict[str, str]:
        """The declarations of the attribute `style`."""
        pairs = (part.split(":", 1) for part in self.get("style").split(";"))
        return {pair[0].strip(): pair[1].strip() for pair in pairs if len(pair) > 1}

    def get(self, name: str) -> str:
        return self.attributes.get(name) or ""

    def set(self, name: str, value: str) -> None:
        """Gives an attribute; an empty one goes."""
        self.attributes[name] = value
        if not value:
            del self.attributes[name]

    def declare(self, style: dict[str, str]) -> None:
        self.set("style", "; ".join(f"{name}: {style[name]}" for name in style))

    def fill(self, text: str) -> None:
        """Puts other HTML inside."""
        self.children = []
        for child in parsed(text).children:
            self.insert(len(self.children), child)

    def insert(self, place: int, child: Element | str) -> None:
        self.children.insert(place, child)
        if isinstance(child, Element):
            child.parent = self

    def copied(self) -> Element:
        twin = Element(self.tag, dict(self.attributes))
        for child in self.children:
            own = child.copied() if isinstance(child, Element) else copy(child)
            twin.insert(len(twin.children), own)
        return twin


def _attribute(pair: tuple[str, str | None]) -> str:
    name, value = pair
    return f" {name}" if value is None else f' {name}="{escape(value)}"'


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.root = self.at = Element()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.at.insert(len(self.at.children), element)
        if tag not in _EMPTY:
            self.at = element

    def handle_endtag(self, tag: str) -> None:
        element: Element | None = self.at
        while element is not None and element.tag != tag:
            element = element.parent
        if element is not None and element.parent is not None:
            self.at = element.parent

    def handle_data(self, data: str) -> None:
        self.at.children.append(data)

    def handle_entityref(self, name: str) -> None:
        self.at.children.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.at.children.append(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.at.children.append(f"<!--{data}-->")


def parsed(text: str) -> Element:
    """The tree of a text; what is not closed ends with what it is in."""
    builder = _Builder()
    builder.feed(text)
    builder.close()
    return builder.root


def found(root: Element, selector: str) -> list[Element]:
    """The elements that a selector means, none for one of another kind."""
    steps = [_marks(step) for step in selector.split()]
    if not steps or None in steps:
        return []
    return [element for element in root if _matches(element, steps)]


def _marks(step: str) -> list[tuple[str, str]] | None:
    """The parts of one step: its tag, ids and classes."""
    simple = _SIMPLE.match(step)
    if not simple:
        return None
    tag = [("", simple[1].lower())] if simple[1] else []
    return tag + _MARK.findall(simple[2])


def _matches(element: Element, steps: list[Any]) -> bool:
    *outer, last = steps
    if not all(_has(element, kind, name) for kind, name in last):
        return False
    above = element.parent
    while outer and above is not None:
        if all(_has(above, kind, name) for kind, name in outer[-1]):
            return _matches(above, outer)
        above = above.parent
    return not outer


def _has(element: Element, kind: str, name: str) -> bool:
    if kind == ".":
        return name in element.classes
    return element.get("id") == name if kind else element.tag == name

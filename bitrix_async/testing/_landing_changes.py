"""landing.block.update* and change*: the content of a block of the draft changes.

Selectors that the block's manifest does not have are passed over, as the pages of these
methods say.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._html import Element, parsed
from bitrix_async.testing._landing_content import manifest_of
from bitrix_async.testing._landing_gateway import action, block_of, editable_page
from bitrix_async.testing._landing_nodes import as_text, meant, placed, write_node
from bitrix_async.testing._landing_repository import source_of
from bitrix_async.testing._methods import PortalError, param
from bitrix_async.testing._php import entries, truthy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitrix_async.testing._landing_gateway import Array, Scalar
    from bitrix_async.testing._landing_model import Block
    from bitrix_async.testing._methods import Context, Handler

_ANCHOR: Final = re.compile(r"[A-Za-z][A-Za-z0-9\-_.:]+\Z")
_TAGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "div", "p", "a", "span"})
_IMAGE: Final = "background-image"


@contextmanager
def changing(
    context: Context, lid: int, number: int
) -> Iterator[tuple[Block, Element]]:
    """A block of a page's draft and its tree, which is written back at the end."""
    page = editable_page(context, lid)
    block = block_of(page, number)
    if block.refuse:
        raise PortalError(block.refuse, "The block could not be changed")
    root = parsed(block.content)
    yield block, root
    block.content = str(root)
    block.modified = context.now
    page.touch(context.now)


def _change_anchor(context: Context, lid: int, block: int, data: str) -> bool:
    """An empty one takes the block's own away."""
    with changing(context, lid, block) as (changed, _):
        if data and not _ANCHOR.match(data):
            raise PortalError("BAD_ANCHOR", "The anchor is of a wrong form")
        changed.anchor = data
    return True


def _change_node_name(context: Context, lid: int, block: int, data: Array) -> bool:
    _refuse_nothing(data)
    with changing(context, lid, block) as (changed, root):
        nodes = manifest_of(context, changed)["nodes"]
        for selector, tag in entries(data):
            for element in meant(root, str(selector))[:1]:
                if placed(str(selector))[0] in nodes:
                    name = str(tag).strip().lower()
                    element.tag = name if name in _TAGS else "div"
    return True


def _refuse_nothing(data: Array) -> None:
    if not data:
        raise PortalError("NODES_NOT_FOUND", "There is nothing to change")


def _update_content(
    context: Context, lid: int, block: int, content: str, *, designed: Scalar = False
) -> bool | None:
    """None where the block cannot be marked as designed."""
    wanted = (
        designed is True or designed == "true" or (type(designed), designed) == (int, 1)
    )
    code = block_of(editable_page(context, lid), block).code
    if wanted and not source_of(context, code).designable:
        return None
    with changing(context, lid, block) as (changed, root):
        changed.designed = changed.designed or wanted
        root.fill(content)
    return True


# -- nodes


def _update_nodes(
    context: Context,
    lid: int,
    block: int,
    data: Array,
    additional: Array = None,
) -> bool:
    _refuse_nothing(data)
    with changing(context, lid, block) as (changed, root):
        manifest = manifest_of(context, changed)
        append = truthy(param(additional, "appendMenu"))
        for selector, value in entries(data):
            name = placed(str(selector))[0]
            if name in manifest["nodes"]:
                node = manifest["nodes"][name]
                _update_node(changed, root, node, str(selector), value)
            elif param(manifest["menu"], name) is not None:
                _update_menu(root, name, value, append=append)
    return True


def _update_node(
    block: Block, root: Element, node: Any, selector: str, value: Any
) -> None:
    attributes = _only_attributes(value)
    if attributes is None:
        write_node(root, node, selector, value)
    elif ":" in selector:
        editable = dict(entries(param(param(node, "extra"), "editable")))
        known = {str(k): v for k, v in attributes.items() if k in editable}
        own = block.components.get(selector, {})
        block.components = {**block.components, selector: {**own, **known}}
    else:
        for element in meant(root, selector):
            for name, part in attributes.items():
                element.set(str(name), as_text(part))


def _only_attributes(value: Any) -> dict[Any, Any] | None:
    """What is in `{attrs: {...}}`; None for any other value."""
    if isinstance(value, dict) and set(value) == {"attrs"}:
        return dict(entries(value["attrs"]))
    return None


def _update_menu(root: Element, selector: str, items: Any, *, append: bool) -> None:
    for menu in meant(root, selector)[:1]:
        links = "".join(
            f'<li><a href="{as_text(param(item, "href"))}">'
            f"{as_text(param(item, 'text'))}</a></li>"
            for _, item in entries(items)
        )
        menu.fill("".join(map(str, menu.children)) + links if append else links)


# -- attributes and styles


def _update_attributes(context: Context, lid: int, block: int, data: Array) -> bool:
    with changing(context, lid, block) as (changed, root):
        manifest = manifest_of(context, changed)
        for selector, values in entries(data):
            name = placed(str(selector))[0]
            own = name == f"#block{block}"
            allowed = _attributes_of(manifest, "block" if own else name)
            known = {
                str(key): as_text(value)
                for key, value in entries(values)
                if str(key) in allowed
            }
            if own:
                changed.wrapper = {**changed.wrapper, **known}
            for element in meant(root, str(selector)):
                element.attributes |= known
    return True


def _attributes_of(manifest: Mapping[str, Any], name: str) -> set[str]:
    """The attributes that `style`, `attrs` and `cards` describe for a selector."""
    style = manifest["style"]
    if name == "block":
        return set(_described(style["block"]))
    parts = (param(part, name) for part in (style["nodes"], manifest["attrs"]))
    return {*_described(list(parts)), *_described(param(manifest["cards"], name))}


def _described(part: Any) -> Iterator[str]:
    for key, value in entries(part):
        if key == "attribute":
            yield str(value)
        yield from _described(value)


def _update_styles(context: Context, lid: int, block: int, data: Array) -> bool:
    with changing(context, lid, block) as (changed, root):
        styled = manifest_of(context, changed)["style"]["nodes"]
        for selector, value in entries(data):
            name = placed(str(selector))[0]
            if name == "#wrapper":
                wrapper = Element("div", dict(changed.wrapper))
                _restyle(wrapper, value)
                _affect(root, value)
                changed.wrapper = {k: v or "" for k, v in wrapper.attributes.items()}
            elif param(styled, name) is not None:
                for element in meant(root, str(selector)):
                    _restyle(element, value)
                    _affect(element, value)
    return True


def _restyle(element: Element, value: Any) -> None:
    """A text or a list is one of classes."""
    if not isinstance(value, dict):
        value = {"classList": value if isinstance(value, list) else [value]}
    classes = param(value, "classList")
    if classes is not None:
        element.set("class", " ".join(str(name) for _, name in entries(classes)))
    style = param(value, "style")
    if style is not None:
        new = {str(name): as_text(part) for name, part in entries(style)}
        element.declare({**element.style, **new})
    elif _IMAGE in element.style:
        element.declare({_IMAGE: element.style[_IMAGE]})


def _affect(element: Element, value: Any) -> None:
    """Takes properties off everything inside."""
    gone = {str(name) for _, name in entries(param(value, "affect"))}
    for inner in element if gone else ():
        inner.declare({k: v for k, v in inner.style.items() if k not in gone})


METHODS: Final[Mapping[str, Handler]] = {
    "landing.block.changeAnchor": action(_change_anchor),
    "landing.block.changeNodeName": action(_change_node_name),
    "landing.block.updateattrs": action(_update_attributes),
    "landing.block.updatecontent": action(_update_content),
    "landing.block.updatenodes": action(_update_nodes),
    "landing.block.updateStyles": action(_update_styles),
}

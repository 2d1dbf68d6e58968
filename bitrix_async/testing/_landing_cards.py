"""landing.block.*card*: the parts of a block that repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._html import Element, found, parsed
from bitrix_async.testing._landing_changes import changing
from bitrix_async.testing._landing_content import manifest_of
from bitrix_async.testing._landing_gateway import action
from bitrix_async.testing._landing_nodes import placed, write_node
from bitrix_async.testing._methods import PortalError, param
from bitrix_async.testing._php import entries, intval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitrix_async.testing._landing_gateway import Array
    from bitrix_async.testing._landing_model import Block
    from bitrix_async.testing._methods import Context, Handler


def _add(context: Context, lid: int, block: int, selector: str, content: str) -> bool:
    with changing(context, lid, block) as (changed, root):
        card = _card(context, changed, root, selector)
        new = [child for child in parsed(content).children if _is_something(child)]
        _put(card, selector, new or [card.copied()])
    return True


def _clone(context: Context, lid: int, block: int, selector: str) -> bool:
    with changing(context, lid, block) as (changed, root):
        card = _card(context, changed, root, selector)
        _put(card, selector, [card.copied()])
    return True


def _remove(context: Context, lid: int, block: int, selector: str) -> bool:
    with changing(context, lid, block) as (changed, root):
        if placed(selector)[1] is None:
            raise _no_card()
        card = _card(context, changed, root, selector)
        _container(card).children.remove(card)
    return True


def _card(context: Context, block: Block, root: Element, selector: str) -> Element:
    """The card at a selector of the manifest; the first where it has no place."""
    name, place = placed(selector)
    cards = found(root, name) if name in manifest_of(context, block)["cards"] else []
    if not 0 <= (place or 0) < len(cards):
        raise _no_card()
    return cards[place or 0]


def _no_card() -> PortalError:
    return PortalError("CARD_NOT_FOUND", "There is no such card in the block")


def _is_something(child: Element | str) -> bool:
    return isinstance(child, Element) or bool(child.strip())


def _container(card: Element) -> Element:
    """A card that was found is in something, the root of the tree at least."""
    return card.parent or card


def _put(card: Element, selector: str, new: list[Element | str]) -> None:
    """Behind the card; at the beginning where the selector has no place."""
    container = _container(card)
    start = 0
    if placed(selector)[1] is not None:
        start = container.children.index(card) + 1
    for place, child in enumerate(new, start):
        container.insert(place, child)


def _update(context: Context, lid: int, block: int, data: Array) -> bool:
    with changing(context, lid, block) as (changed, root):
        manifest = manifest_of(context, changed)
        for selector, wanted in entries(data):
            description = param(manifest["cards"], str(selector))
            if description is not None:
                _arrange(root, str(selector), description, param(wanted, "source"))
            for _, change in entries(param(wanted, "values")):
                for node, value in entries(change):
                    known = manifest["nodes"].get(placed(str(node))[0])
                    write_node(root, known, str(node), value)
    return True


def _arrange(root: Element, selector: str, description: Any, source: Any) -> None:
    """Puts the cards of `source` in the place of those that are there."""
    cards = found(root, selector)
    if source is None or not cards:
        return
    container = _container(cards[0])
    start = container.children.index(cards[0])
    arranged = [
        card for _, part in entries(source) for card in _made(cards, description, part)
    ]
    for card in cards:
        _container(card).children.remove(card)
    for place, card in enumerate(arranged, start):
        container.insert(place, card)


def _made(cards: list[Element], description: Any, part: Any) -> Iterator[Element]:
    """A copy of a card that is there, or a new one from a preset."""
    value = param(part, "value", 0)
    if param(part, "type", "card") == "preset":
        preset = param(param(description, "presets"), str(value))
        html = parsed(str(param(preset, "html") or ""))
        yield from (child for child in html.children if isinstance(child, Element))
    elif 0 <= intval(value) < len(cards):
        yield cards[intval(value)].copied()


METHODS: Final[Mapping[str, Handler]] = {
    "landing.block.addcard": action(_add),
    "landing.block.clonecard": action(_clone),
    "landing.block.removecard": action(_remove),
    "landing.block.updateCards": action(_update),
}

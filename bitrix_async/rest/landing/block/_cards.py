"""Cards: the parts of a block that repeat. Visitors see a change after publication.

A selector is a key of `BlockManifest.cards` with the place of a card behind it, from 0:
`".landing-block-card@2"`. Every card added, removed or moved shifts the places.
"""

from collections.abc import Mapping

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest.landing._scope import Scope
from bitrix_async.rest.landing.block._fields import Cards


def add_card(
    lid: Arg[int],
    block: Arg[int],
    selector: Arg[str],
    content: Arg[str],
    *,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Put a new card of this HTML behind the card at `selector`.

    Without a place in `selector` it becomes the first. With `content` "" it is a copy,
    as `clone_card` makes.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to edit the site.
        BLOCK_NOT_FOUND: not on the draft of the page.
        CARD_NOT_FOUND: `selector` is not of the manifest, or there is no such card.
        MISSING_PARAMS: one of the four is missing.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-add-card.html
    """
    return Call(
        "landing.block.addcard",
        given(
            lid=lid,
            block=block,
            selector=selector,
            content=content,
            preventHistory=prevent_history,
            scope=scope,
        ),
        bool,
    )


def clone_card(
    lid: Arg[int],
    block: Arg[int],
    selector: Arg[str],
    *,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Put a copy of a card behind it.

    Without a place in `selector` the first card is copied to the beginning.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to edit the page.
        BLOCK_NOT_FOUND: not on the draft of the page.
        CARD_NOT_FOUND: `selector` is not of the manifest, or there is no such card.
        MISSING_PARAMS: no `lid`, no `block` or no `selector`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-clone-card.html
    """
    return Call(
        "landing.block.clonecard",
        given(
            lid=lid,
            block=block,
            selector=selector,
            preventHistory=prevent_history,
            scope=scope,
        ),
        bool,
    )


def remove_card(
    lid: Arg[int],
    block: Arg[int],
    selector: Arg[str],
    *,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Remove the card at `selector`, which has to have a place.

    The portal takes a place that is no number for 0.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to edit the page and the block.
        BLOCK_NOT_FOUND: not on the draft of the page.
        CARD_NOT_FOUND: `selector` has no place, is not of the manifest, or there is no
            such card.
        MISSING_PARAMS: no `lid`, no `block` or no `selector`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-remove-card.html
    """
    return Call(
        "landing.block.removecard",
        given(
            lid=lid,
            block=block,
            selector=selector,
            preventHistory=prevent_history,
            scope=scope,
        ),
        bool,
    )


def update_cards(
    lid: Arg[int],
    block: Arg[int],
    data: Mapping[str, Cards],
    *,
    scope: Scope | None = None,
) -> Call[bool]:
    """Arrange the cards of a block anew, and change nodes in them.

    The keys of `data` are selectors without a place. With a map of places, or `attrs`
    that hold more than text, it travels alone.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to edit the site.
        BLOCK_NOT_FOUND: not on the draft of the page.
        INCORRECT_AFFECTED: the portal could not make sure that it was saved.
        MISSING_PARAMS: no `lid`, no `block` or no `data`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-update-cards.html
    """
    return Call(
        "landing.block.updateCards",
        given(lid=lid, block=block, data=data, scope=scope),
        bool,
    )

"""Blocks of a page, in its draft: visitors see a change after `publication`."""

from typing import Literal, overload

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest._wire import yes_no
from bitrix_async.rest.landing._scope import Scope
from bitrix_async.rest.landing.landing._fields import NewBlock, SavedBlock
from bitrix_async.rest.landing.landing._models import BlockContent, PlacedBlock


@overload
def add_block(
    lid: Arg[int],
    fields: NewBlock,
    *,
    return_content: Literal[False] | None = None,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[int]: ...


@overload
def add_block(
    lid: Arg[int],
    fields: NewBlock,
    *,
    return_content: Literal[True],
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[BlockContent]: ...


def add_block(
    lid: Arg[int],
    fields: NewBlock,
    *,
    return_content: bool | None = None,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[int] | Call[BlockContent]:
    """Put a block of the repository on a page.

    `scope` also decides which `CODE`s there are. `prevent_history` leaves the change
    out of the page's history.

    Result: the id of the block, with `return_content=True` its content.

    Errors:
        LANDING_NOT_EXIST: no such page.
        ACCESS_DENIED: no right to edit the page.
        BLOCK_CANT_BE_ADDED: no block `CODE`, or none for this page and `scope`.
        BLOCK_WRONG_VERSION: the block is for a newer portal.
        BLOCK_NOT_FOUND: the block has no content, or `CONTENT` is "".
        MISSING_PARAMS: no `lid` or no `fields`.

    https://apidocs.bitrix24.com/api-reference/landing/page/block-methods/landing-landing-add-block.html
    """
    params = given(
        lid=lid,
        fields={**fields, **given(RETURN_CONTENT=yes_no(return_content))},
        preventHistory=prevent_history,
        scope=scope,
    )
    if return_content:
        return Call("landing.landing.addblock", params, BlockContent)
    return Call("landing.landing.addblock", params, int)


@overload
def copy_block(
    lid: Arg[int],
    block: Arg[int],
    *,
    after_id: Arg[int] | None = None,
    return_content: Literal[False] | None = None,
    scope: Scope | None = None,
) -> Call[int]: ...


@overload
def copy_block(
    lid: Arg[int],
    block: Arg[int],
    *,
    after_id: Arg[int] | None = None,
    return_content: Literal[True],
    scope: Scope | None = None,
) -> Call[PlacedBlock]: ...


def copy_block(
    lid: Arg[int],
    block: Arg[int],
    *,
    after_id: Arg[int] | None = None,
    return_content: bool | None = None,
    scope: Scope | None = None,
) -> Call[int] | Call[PlacedBlock]:
    """Copy a block, of any page, to the page `lid`: after another one or to its end.

    Result: the id of the copy, with `return_content=True` its content.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to edit the page.
        BLOCK_NOT_FOUND: no such block, deleted, or not readable.
        MISSING_PARAMS: no `lid` or no `block`.

    https://apidocs.bitrix24.com/api-reference/landing/page/block-methods/landing-landing-copy-block.html
    """
    options = given(AFTER_ID=after_id, RETURN_CONTENT=yes_no(return_content))
    params = given(lid=lid, block=block, params=options or None, scope=scope)
    if return_content:
        return Call("landing.landing.copyblock", params, PlacedBlock)
    return Call("landing.landing.copyblock", params, int)


def delete_block(
    lid: Arg[int], block: Arg[int], *, scope: Scope | None = None
) -> Call[bool]:
    """Delete a block of the draft for good, with what belongs to it.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to delete the block.
        BLOCK_NOT_FOUND: not on the page, marked as deleted, or of the published copy.
        MISSING_PARAMS: no `lid` or no `block`.

    https://apidocs.bitrix24.com/api-reference/landing/page/block-methods/landing-landing-delete-block.html
    """
    return Call(
        "landing.landing.deleteblock", given(lid=lid, block=block, scope=scope), bool
    )


def down_block(
    lid: Arg[int],
    block: Arg[int],
    *,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Move a block down by one.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to edit the page.
        BLOCK_NOT_FOUND: not on the page, marked as deleted, or of the published copy.
        BLOCK_WRONG_SORT: it is the last one.
        MISSING_PARAMS, TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/block-methods/landing-landing-down-block.html
    """
    return Call(
        "landing.landing.downblock",
        given(lid=lid, block=block, preventHistory=prevent_history, scope=scope),
        bool,
    )


def favorite_block(
    lid: Arg[int],
    block: Arg[int],
    *,
    meta: SavedBlock | None = None,
    scope: Scope | None = None,
) -> Call[int]:
    """Save a copy of a block among the user's own, to be used again.

    Result: the id of the copy, which is on no page. Every call makes another one.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable; also the block's own page.
        BLOCK_NOT_FOUND: not on the page, or not to be copied.
        BLOCK_CANT_BE_ADDED: the copy could not be made.
        BLOCK_WRONG_VERSION: the block is for a newer portal.
        ACCESS_DENIED: no right to change the block.
        MISSING_PARAMS, TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/block-methods/landing-landing-favorite-block.html
    """
    return Call(
        "landing.landing.favoriteBlock",
        given(lid=lid, block=block, meta=meta, scope=scope),
        int,
    )


def hide_block(
    lid: Arg[int], block: Arg[int], *, scope: Scope | None = None
) -> Call[bool]:
    """Hide a block; it stays in the draft, and `show_block` brings it back.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to change the block.
        BLOCK_NOT_FOUND: not on the page, marked as deleted, or not readable.
        MISSING_PARAMS: no `lid` or no `block`.

    https://apidocs.bitrix24.com/api-reference/landing/page/block-methods/landing-landing-hide-block.html
    """
    return Call(
        "landing.landing.hideblock", given(lid=lid, block=block, scope=scope), bool
    )


def mark_deleted_block(
    lid: Arg[int],
    block: Arg[int],
    *,
    mark: Arg[bool] | None = None,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Mark a block as deleted, so that it can be brought back.

    `mark=False` takes the mark away, as `mark_undeleted_block` does.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to change the block.
        BLOCK_NOT_FOUND: not on the page.
        MISSING_PARAMS, TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/block-methods/landing-landing-mark-deleted-block.html
    """
    return Call(
        "landing.landing.markdeletedblock",
        given(
            lid=lid,
            block=block,
            mark=mark,
            preventHistory=prevent_history,
            scope=scope,
        ),
        bool,
    )


def mark_undeleted_block(
    lid: Arg[int],
    block: Arg[int],
    *,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Take the mark of deletion off a block; one that was hidden stays hidden.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to call it.
        BLOCK_NOT_FOUND: not on the page.
        MISSING_PARAMS, TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/block-methods/landing-landing-mark-undeleted-block.html
    """
    return Call(
        "landing.landing.markundeletedblock",
        given(lid=lid, block=block, preventHistory=prevent_history, scope=scope),
        bool,
    )


@overload
def move_block(
    lid: Arg[int],
    block: Arg[int],
    *,
    after_id: Arg[int] | None = None,
    return_content: Literal[False] | None = None,
    scope: Scope | None = None,
) -> Call[int]: ...


@overload
def move_block(
    lid: Arg[int],
    block: Arg[int],
    *,
    after_id: Arg[int] | None = None,
    return_content: Literal[True],
    scope: Scope | None = None,
) -> Call[PlacedBlock]: ...


def move_block(
    lid: Arg[int],
    block: Arg[int],
    *,
    after_id: Arg[int] | None = None,
    return_content: bool | None = None,
    scope: Scope | None = None,
) -> Call[int] | Call[PlacedBlock]:
    """Move a block, of any page, to the page `lid`: after another one or to its end.

    Result: the id of the block, with `return_content=True` its content.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to call it.
        BLOCK_NOT_FOUND: no such block in a draft, deleted, or not readable.
        MISSING_PARAMS: no `lid` or no `block`.

    https://apidocs.bitrix24.com/api-reference/landing/page/block-methods/landing-landing-move-block.html
    """
    options = given(AFTER_ID=after_id, RETURN_CONTENT=yes_no(return_content))
    params = given(lid=lid, block=block, params=options or None, scope=scope)
    if return_content:
        return Call("landing.landing.moveblock", params, PlacedBlock)
    return Call("landing.landing.moveblock", params, int)


def show_block(
    lid: Arg[int], block: Arg[int], *, scope: Scope | None = None
) -> Call[bool]:
    """Show a block that was hidden.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to change the block.
        BLOCK_NOT_FOUND: not on the page, marked as deleted, or not readable.
        MISSING_PARAMS: no `lid` or no `block`.

    https://apidocs.bitrix24.com/api-reference/landing/page/block-methods/landing-landing-show-block.html
    """
    return Call(
        "landing.landing.showblock", given(lid=lid, block=block, scope=scope), bool
    )


def unfavorite_block(block_id: Arg[int]) -> Call[bool]:
    """Delete a copy that the same user has saved with `favorite_block`.

    Errors:
        BLOCK_NOT_FOUND: no such block, or not a saved copy.
        ACCESS_DENIED: another user has saved it.
        MISSING_PARAMS, TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/block-methods/landing-landing-unfavorite-block.html
    """
    return Call("landing.landing.unFavoriteBlock", given(blockId=block_id), bool)


def up_block(
    lid: Arg[int],
    block: Arg[int],
    *,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Move a block up by one.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to edit the page.
        BLOCK_NOT_FOUND: not on the page, marked as deleted, or of the published copy.
        BLOCK_WRONG_SORT: it is the first one.
        MISSING_PARAMS, TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/block-methods/landing-landing-up-block.html
    """
    return Call(
        "landing.landing.upblock",
        given(lid=lid, block=block, preventHistory=prevent_history, scope=scope),
        bool,
    )

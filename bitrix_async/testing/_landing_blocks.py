"""landing.landing.*: the blocks of a page (protocol.md 9.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from bitrix_async.testing._landing_content import content_of, html_of
from bitrix_async.testing._landing_gateway import (
    action,
    block_of,
    denied,
    editable_page,
    flag,
    no_block,
)
from bitrix_async.testing._landing_pages import new_block
from bitrix_async.testing._landing_repository import can_be_added
from bitrix_async.testing._methods import PortalError, param
from bitrix_async.testing._php import entries, intval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.testing._landing_gateway import Array
    from bitrix_async.testing._landing_model import Block, Page
    from bitrix_async.testing._methods import Context, Handler


def _add(
    context: Context,
    lid: int,
    fields: Array,
) -> Any:
    page = editable_page(context, lid)
    code = str(param(fields, "CODE") or "")
    refused = context.portal.landing.block_errors.get(code)
    if refused or not can_be_added(context, code):
        raise PortalError(refused or "BLOCK_CANT_BE_ADDED", "The block cannot be added")
    block = new_block(context, lid, code)
    block.active = param(fields, "ACTIVE", "Y") != "N"
    content = param(fields, "CONTENT", block.content)
    if not content:
        raise PortalError("BLOCK_NOT_FOUND", "The block has no content")
    block.content = str(content)
    _settle(context, page, block, param(fields, "AFTER_ID"))
    if flag(param(fields, "RETURN_CONTENT")):
        return content_of(context, block, html_of(block, draft=True))
    return block.id


def _settle(context: Context, page: Page, block: Block, after: Any) -> None:
    """Behind another block; first where that one is not on the page (9.2)."""
    numbers = [other.id for other in page.blocks if not other.deleted]
    wanted = intval(after)
    place = 0
    if wanted in numbers:
        place = page.blocks.index(block_of(page, wanted)) + 1
    context.portal.landing.settle(block, page, place)
    page.touch(context.now)


def _copy(context: Context, lid: int, block: int, params: Array = None) -> Any:
    page = editable_page(context, lid)
    source = _draft(context, block)
    copied = evolve(
        new_block(context, lid, source.code),
        content=source.content,
        active=source.active,
    )
    _settle(context, page, copied, param(params, "AFTER_ID"))
    return _changed(context, copied, params)


def _move(context: Context, lid: int, block: int, params: Array = None) -> Any:
    page = editable_page(context, lid)
    moved = _draft(context, block)
    context.portal.landing.pages[moved.lid].touch(context.now)
    context.portal.landing.unsettle(moved)
    _settle(context, page, moved, param(params, "AFTER_ID"))
    return _changed(context, moved, params)


def _draft(context: Context, number: int) -> Block:
    """A block of any page that is not in the trash."""
    found = context.portal.landing.block(number)
    if found is None or found.deleted:
        raise no_block()
    return found


def _changed(context: Context, block: Block, params: Array) -> Any:
    if flag(param(params, "RETURN_CONTENT")):
        html = html_of(block, draft=True)
        return {"result": True, "content": content_of(context, block, html)}
    return block.id


def _delete(context: Context, lid: int, block: int) -> bool:
    page = editable_page(context, lid)
    context.portal.landing.unsettle(block_of(page, block))
    page.touch(context.now)
    return True


def _mark_deleted(
    context: Context,
    lid: int,
    block: int,
    *,
    mark: bool = True,
) -> bool:
    page = editable_page(context, lid)
    block_of(page, block, in_trash=True).deleted = mark
    page.touch(context.now)
    return True


def _mark_undeleted(
    context: Context,
    lid: int,
    block: int,
) -> bool:
    return _mark_deleted(context, lid, block, mark=False)


def _show(context: Context, lid: int, block: int) -> bool:
    return _set_active(context, lid, block, active=True)


def _hide(context: Context, lid: int, block: int) -> bool:
    return _set_active(context, lid, block, active=False)


def _set_active(context: Context, lid: int, block: int, *, active: bool) -> bool:
    page = editable_page(context, lid)
    block_of(page, block).active = active
    page.touch(context.now)
    return True


def _up(
    context: Context,
    lid: int,
    block: int,
) -> bool:
    return _shift(context, lid, block, -1)


def _down(
    context: Context,
    lid: int,
    block: int,
) -> bool:
    return _shift(context, lid, block, 1)


def _shift(context: Context, lid: int, number: int, step: int) -> bool:
    """Changes places with the neighbour; there is none at the edge (9.3)."""
    page = editable_page(context, lid)
    moved = block_of(page, number)
    standing = [block for block in page.blocks if not block.deleted]
    place = standing.index(moved) + step
    if not 0 <= place < len(standing):
        raise PortalError("BLOCK_WRONG_SORT", "The block is at the edge")
    here, there = page.blocks.index(moved), page.blocks.index(standing[place])
    page.blocks[here], page.blocks[there] = page.blocks[there], page.blocks[here]
    page.touch(context.now)
    return True


def _favorite(context: Context, lid: int, block: int, meta: Array = None) -> int:
    """A new copy that is on no page."""
    page = editable_page(context, lid)
    source = block_of(page, block)
    kept = evolve(new_block(context, 0, source.code), content=source.content, meta=meta)
    context.portal.landing.favorites[kept.id] = kept
    return kept.id


def _unfavorite(context: Context, block_id: int) -> bool:
    kept = context.portal.landing.favorites.get(block_id)
    if kept is None:
        raise no_block()
    if kept.created_by != context.caller.user:
        raise denied("Only its creator removes a favourite")
    del context.portal.landing.favorites[block_id]
    return True


def _remove_entities(context: Context, lid: int, data: Array) -> bool:
    """True whatever of it is there (9.3)."""
    page = editable_page(context, lid)
    standing = {block.id: block for block in page.blocks}
    for _, image in entries(param(data, "images")):
        block = standing.get(intval(param(image, "block")))
        if block is not None:
            block.images.discard(intval(param(image, "image")))
    for _, number in entries(param(data, "blocks")):
        block = standing.pop(intval(number), None)
        if block is not None:
            context.portal.landing.unsettle(block)
    page.touch(context.now)
    return True


METHODS: Final[Mapping[str, Handler]] = {
    "landing.landing.addblock": action(_add),
    "landing.landing.copyblock": action(_copy),
    "landing.landing.deleteblock": action(_delete),
    "landing.landing.downblock": action(_down),
    "landing.landing.favoriteBlock": action(_favorite),
    "landing.landing.hideblock": action(_hide),
    "landing.landing.markdeletedblock": action(_mark_deleted),
    "landing.landing.markundeletedblock": action(_mark_undeleted),
    "landing.landing.moveblock": action(_move),
    "landing.landing.removeEntities": action(_remove_entities),
    "landing.landing.showblock": action(_show),
    "landing.landing.unFavoriteBlock": action(_unfavorite),
    "landing.landing.upblock": action(_up),
}

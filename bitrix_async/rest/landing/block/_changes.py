"""A block's HTML, nodes, attributes, styles, anchor and files.

A block is that of the draft, and visitors see a change after `publication`; the id of
its published copy may be refused.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, overload

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest._wire import Flag
from bitrix_async.rest.landing._scope import Scope
from bitrix_async.rest.landing.block._fields import (
    Attributes,
    ElementStyle,
    NodeValue,
    Tag,
)
from bitrix_async.rest.landing.block._models import UploadedFile


def change_anchor(
    lid: Arg[int],
    block: Arg[int],
    data: Arg[str],
    *,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Give a block another anchor, without the `#`; `""` takes its own away.

    It has two characters or more, a letter first: Latin letters, digits and `-_.:`.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to edit the site.
        BLOCK_NOT_FOUND: not on the draft of the page.
        BAD_ANCHOR: `data` is of another form.
        MISSING_PARAMS: no `lid`, no `block` or no `data`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-change-anchor.html
    """
    return Call(
        "landing.block.changeAnchor",
        given(
            lid=lid,
            block=block,
            data=data,
            preventHistory=prevent_history,
            scope=scope,
        ),
        bool,
    )


def change_node_name(
    lid: Arg[int],
    block: Arg[int],
    data: Mapping[str, Arg[Tag]],
    *,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Make other HTML elements of nodes: tags by selectors.

    Without a place in the selector it is the first one found.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to edit the site.
        BLOCK_NOT_FOUND: not on the draft of the page.
        NODES_NOT_FOUND: `data` is empty.
        MISSING_PARAMS, TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-change-node-name.html
    """
    return Call(
        "landing.block.changeNodeName",
        given(
            lid=lid,
            block=block,
            data=data,
            preventHistory=prevent_history,
            scope=scope,
        ),
        bool,
    )


def update_attrs(
    lid: Arg[int],
    block: Arg[int],
    data: Mapping[str, Attributes],
    *,
    scope: Scope | None = None,
) -> Call[bool]:
    """Change HTML attributes of elements: of all that a selector finds, or of one.

    They are those that the manifest has under `style`, `attrs` or `cards`; what it has
    only under `nodes` is `update_nodes`'. The block's own element is `#block<id>`. With
    a list, a map or a flag that holds more than text it travels alone.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to edit the site.
        BLOCK_NOT_FOUND: not on the draft of the page.
        MISSING_PARAMS: no `lid`, no `block` or no `data`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-update-attrs.html
    """
    return Call(
        "landing.block.updateattrs",
        given(lid=lid, block=block, data=data, scope=scope),
        bool,
    )


@overload
def update_content(
    lid: Arg[int],
    block: Arg[int],
    content: Arg[str],
    *,
    designed: Literal[False] | None = None,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool]: ...


@overload
def update_content(
    lid: Arg[int],
    block: Arg[int],
    content: Arg[str],
    *,
    designed: bool,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool | None]: ...


def update_content(
    lid: Arg[int],
    block: Arg[int],
    content: Arg[str],
    *,
    designed: bool | None = None,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool] | Call[bool | None]:
    """Replace the whole HTML of a block.

    `designed` marks it as made by hand; then it travels alone, for the portal does not
    take a batch's 1 for true.

    Result: True; None where the block cannot be marked so.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to edit the site.
        BLOCK_NOT_FOUND: not on the draft of the page.
        MISSING_PARAMS: no `lid`, no `block` or no `content`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-update-content.html
    """
    params = given(
        lid=lid,
        block=block,
        content=content,
        designed=designed,
        preventHistory=prevent_history,
        scope=scope,
    )
    if designed:
        return Call("landing.block.updatecontent", params, Flag)
    return Call("landing.block.updatecontent", params, bool)


def update_nodes(
    lid: Arg[int],
    block: Arg[int],
    data: Mapping[str, NodeValue],
    *,
    append_menu: Arg[bool] | None = None,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Change texts, images, links and other nodes of a block.

    Without a place in the selector it is the first one found; for `attrs` all are.
    `append_menu` adds to a menu instead of replacing it, and is never sent twice. With
    a map of places, or `attrs` that hold more than text, it travels alone.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to edit the site.
        BLOCK_NOT_FOUND: not on the draft of the page.
        NODES_NOT_FOUND: `data` is empty.
        INCORRECT_AFFECTED: the portal could not make sure that it was saved.
        MISSING_PARAMS, TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-update-nodes.html
    """
    additional = given(appendMenu=append_menu)
    return Call(
        "landing.block.updatenodes",
        given(
            lid=lid,
            block=block,
            data=data,
            additional=additional or None,
            preventHistory=prevent_history,
            scope=scope,
        ),
        bool,
    )


def update_styles(
    lid: Arg[int],
    block: Arg[int],
    data: Mapping[str, ElementStyle | Arg[str] | Sequence[Arg[str]]],
    *,
    prevent_history: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Change CSS classes and inline styles of elements: of all found, or of one.

    A class or a list of classes alone stands for `classList`. `#wrapper` is the block's
    own element.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to edit the site.
        BLOCK_NOT_FOUND: not on the draft of the page.
        MISSING_PARAMS, TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-update-styles.html
    """
    return Call(
        "landing.block.updateStyles",
        given(
            lid=lid,
            block=block,
            data=data,
            preventHistory=prevent_history,
            scope=scope,
        ),
        bool,
    )


def upload_file(
    block: Arg[int],
    picture: Arg[str] | tuple[str, str],
    *,
    ext: Arg[str] | None = None,
    width: Arg[int] | None = None,
    height: Arg[int] | None = None,
    resize_type: Arg[Literal[0, 1, 2]] | None = None,
    temp: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[UploadedFile]:
    """Upload an image for a block: from its address, or its name and base64.

    It is not in the block's HTML then; `update_nodes` puts it there. `ext` is the kind
    of file where its address does not tell. It is resized to pixels where `width` and
    `height` are both given: `resize_type` 0 fits it in, 1 (unless given) goes by the
    larger side, 2 cuts it to size. `temp` marks a file that is not to stay.

    Errors:
        BLOCK_NOT_FOUND: no such block, or not readable, or on no page.
        FILE_ERROR: it could not be fetched, read or saved, or is no image.
        MISSING_PARAMS: no `block` or no `picture`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-upload-file.html
    """
    options = given(width=width, height=height, resize_type=resize_type)
    return Call(
        "landing.block.uploadfile",
        given(
            block=block,
            picture=picture,
            ext=ext,
            params=options or None,
            temp=temp,
            scope=scope,
        ),
        UploadedFile,
    )

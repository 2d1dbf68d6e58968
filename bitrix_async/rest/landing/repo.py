"""Blocks that an application adds to the repository, and its places in the editor."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypedDict, Unpack, overload

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest._wire import Flag, YesNo
from bitrix_async.rest.landing._lists import Listing
from bitrix_async.rest.landing._manifest import (
    Additional,
    AttributeOption,
    CardPreset,
    Dimensions,
    Manifest,
    ManifestAssets,
    ManifestAttribute,
    ManifestBlock,
    ManifestCard,
    ManifestMenu,
    ManifestNode,
    ManifestStyle,
    ManifestStyles,
    MenuClasses,
)
from bitrix_async.rest.landing._repository import (
    CheckedContent,
    RepoBlock,
    SelectedRepoBlock,
)

__all__ = [
    "Additional",
    "AttributeOption",
    "CardPreset",
    "CheckedContent",
    "Dimensions",
    "Manifest",
    "ManifestAssets",
    "ManifestAttribute",
    "ManifestBlock",
    "ManifestCard",
    "ManifestMenu",
    "ManifestNode",
    "ManifestStyle",
    "ManifestStyles",
    "MenuClasses",
    "NewRepoBlock",
    "RepoBlock",
    "SelectedRepoBlock",
    "check_content",
    "get_list",
    "register",
    "unbind",
    "unregister",
]


class NewRepoBlock(TypedDict, total=False):
    """A block to be registered.

    `SECTIONS` are joined by commas. `PREVIEW` is the address of a picture. With
    `SITE_TEMPLATE_ID` the block is there only for sites of that template. `RESET` "Y"
    also renews the blocks of this code that stand on pages.
    """

    NAME: Required[Arg[str]]
    CONTENT: Required[Arg[str]]
    SECTIONS: Required[Arg[str]]
    PREVIEW: Required[Arg[str]]
    DESCRIPTION: Arg[str]
    ACTIVE: Arg[YesNo]
    SITE_TEMPLATE_ID: Arg[str]
    RESET: Arg[YesNo]


def check_content(
    content: Arg[str], *, splitter: Arg[str] | None = None
) -> Call[CheckedContent]:
    """Look for what no block may have in its HTML, such as `onclick` or `<iframe>`.

    `splitter` is put into each such place; `#SANITIZE#` unless given. It travels
    alone: the portal keeps the first splitter of a request for the whole of it.

    Errors:
        MISSING_PARAMS, ERROR_ARGUMENT, ACCESS_DENIED: see `Fault`.
        insufficient_scope: the webhook or token has no right to `landing`.

    https://apidocs.bitrix24.com/api-reference/landing/user-blocks/landing-repo-check-content.html
    """
    return Call(
        "landing.repo.checkContent",
        given(content=content, splitter=splitter),
        CheckedContent,
    )


@overload
def get_list(
    *,
    select: None = None,
    **options: Unpack[Listing],
) -> Call[list[RepoBlock]]: ...


@overload
def get_list(
    *,
    select: Sequence[str],
    **options: Unpack[Listing],
) -> Call[list[SelectedRepoBlock]]: ...


def get_list(
    *,
    select: Sequence[str] | None = None,
    filter: Mapping[str, Any] | None = None,  # noqa: A002  # the portal's word
    order: Mapping[str, Literal["ASC", "DESC"]] | None = None,
    group: Sequence[str] | None = None,
    limit: Arg[int] | None = None,
    offset: Arg[int] | None = None,
) -> Call[list[RepoBlock]] | Call[list[SelectedRepoBlock]]:
    """List registered blocks: all that match, for there is no limit unless given.

    An application sees only its own.

    Result: blocks, with `select` only those fields of them.

    Errors:
        ACCESS_DENIED, ERROR_ARGUMENT, SYSTEM_ERROR: see `Fault`.
        insufficient_scope: the webhook or token has no right to `landing`.

    https://apidocs.bitrix24.com/api-reference/landing/user-blocks/landing-repo-get-list.html
    """
    rows = given(select=select, filter=filter, order=order, group=group)
    params = {**rows, **given(limit=limit, offset=offset)} or None
    if select is None:
        return Call("landing.repo.getList", given(params=params), list[RepoBlock])
    return Call("landing.repo.getList", given(params=params), list[SelectedRepoBlock])


def register(
    code: Arg[str], fields: NewRepoBlock, *, manifest: Manifest | None = None
) -> Call[int]:
    """Register a block, or replace the one that the application has under this code.

    On pages its code is `repo_<id>`. With a `manifest` that holds more than text it
    travels alone: the portal keeps it as it comes, and a batch makes text of a flag.

    Result: its id.

    Errors:
        REQUIRED_FIELD_NO_EXISTS: no `NAME`, `CONTENT`, `SECTIONS` or `PREVIEW`.
        MANIFEST_INTERSECT_IMG: a node of `manifest` has a style with an image.
        CONTENT_IS_BAD: something in `CONTENT` is not allowed; see `check_content`.
        PRESET_CONTENT_IS_BAD: the same in a preset of a card of `manifest`.
        UNSUPPORTED_BLOCK_TYPE: the type mainpage is only for widgets.
        UNSUPPORTED_BLOCK_SUBTYPE: the subtype is widget.
        MISSING_PARAMS, ERROR_ARGUMENT, ACCESS_DENIED, SYSTEM_ERROR: see `Fault`.
        insufficient_scope: the webhook or token has no right to `landing`.

    https://apidocs.bitrix24.com/api-reference/landing/user-blocks/landing-repo-register.html
    """
    return Call(
        "landing.repo.register",
        given(code=code, fields=fields, manifest=manifest),
        int,
    )


def unbind(code: Arg[str], *, handler: Arg[str] | None = None) -> Call[bool | None]:
    """Take the application out of a place in the editor, such as `LANDING_SETTINGS`.

    Without `handler`, the address that was bound, every handler in the place goes.

    Result: True; None where the call is not an application's, as from a webhook.

    Errors:
        PLACEMENT_NO_EXIST: the application is not in that place, or not so.
        MISSING_PARAMS, ACCESS_DENIED: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/embedding/landing-repo-unbind.html
    """
    return Call("landing.repo.unbind", given(code=code, handler=handler), Flag)


def unregister(code: Arg[str]) -> Call[bool]:
    """Delete a registered block; portals also take it off the pages it stands on.

    Result: False where there is none, or `code` is "".

    Errors:
        "": it could not be deleted.
        MISSING_PARAMS, ERROR_ARGUMENT, ACCESS_DENIED: see `Fault`.
        insufficient_scope: the webhook or token has no right to `landing`.

    https://apidocs.bitrix24.com/api-reference/landing/user-blocks/landing-repo-unregister.html
    """
    return Call("landing.repo.unregister", given(code=code), bool)

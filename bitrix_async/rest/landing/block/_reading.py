"""Blocks of pages and of the repository, as they are."""

from collections.abc import Sequence
from typing import Literal, overload

from bitrix_async._call import Arg, Call, Ref, given
from bitrix_async.rest.landing._scope import Scope
from bitrix_async.rest.landing.block._models import (
    Block,
    BlockManifest,
    ManifestFile,
    RepositorySection,
)
from bitrix_async.rest.landing.landing._models import BlockContent


def get_by_id(
    block: Arg[int],
    *,
    edit_mode: Arg[bool] | None = None,
    deleted: Arg[bool] | None = None,
    get_content: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[Block]:
    """Read one block: of the published page, with `edit_mode` of the draft.

    `deleted` finds only what is marked as deleted, and needs `edit_mode`.
    `get_content` adds the HTML and its files.

    Errors:
        BLOCK_NOT_FOUND: not in that version, deleted, or not readable.
        ACCESS_DENIED: no right to see sites.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-get-by-id.html
    """
    options = given(edit_mode=edit_mode, deleted=deleted, get_content=get_content)
    return Call(
        "landing.block.getbyid",
        given(block=block, params=options or None, scope=scope),
        Block,
    )


def get_content(
    lid: Arg[int],
    block: Arg[int],
    *,
    edit_mode: Arg[bool] | None = None,
    wrapper_show: Arg[bool] | None = None,
    force_unactive: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[BlockContent]:
    """Read the finished HTML of a block, with its files and manifest.

    It is that of the published page, with `edit_mode` of the draft. The HTML of a
    hidden block is "" unless `edit_mode` or `force_unactive` is given.
    `wrapper_show=False` leaves the outermost element out.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        BLOCK_NOT_FOUND: not on that version of the page.
        ACCESS_DENIED: no right to see sites.
        MISSING_PARAMS: no `lid` or no `block`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-get-content.html
    """
    options = given(wrapper_show=wrapper_show, force_unactive=force_unactive)
    return Call(
        "landing.block.getcontent",
        given(
            lid=lid,
            block=block,
            editMode=edit_mode,
            params=options or None,
            scope=scope,
        ),
        BlockContent,
    )


def get_content_from_repository(code: Arg[str]) -> Call[str | None]:
    """Read the HTML of a block of the repository, before it is on any page.

    `code` is that of a block of Bitrix24 (`01.big_with_text`), `repo_<id>` of one that
    an application registered, `<code>@<id>` of a saved copy.

    Result: None where there is no such block, and for a code with a namespace.

    Errors:
        ACCESS_DENIED: no right to see sites.
        MISSING_PARAMS: no `code`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-get-content-from-repository.html
    """
    return Call("landing.block.getContentFromRepository", given(code=code), str | None)


def get_list(
    lid: Arg[int] | Sequence[Arg[int]],
    *,
    edit_mode: Arg[bool] | None = None,
    deleted: Arg[bool] | None = None,
    get_content: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[list[Block]]:
    """List the blocks of a page, or of several, in their order: all of them.

    They are those of the published page, none where it was never published; with
    `edit_mode` those of the draft. `deleted` lists what is marked as deleted instead,
    and needs `edit_mode`. `get_content` adds the HTML and its files.

    Errors:
        LANDING_NOT_EXIST: a page is not there, deleted, or not readable.
        ACCESS_DENIED: no right to see sites.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-get-list.html
    """
    options = given(edit_mode=edit_mode, deleted=deleted, get_content=get_content)
    return Call(
        "landing.block.getlist",
        given(lid=lid, params=options or None, scope=scope),
        list[Block],
    )


def get_manifest(
    lid: Arg[int],
    block: Arg[int],
    *,
    edit_mode: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[BlockManifest]:
    """Read the manifest of a block on a page: what of it can be changed, and how.

    The block is of the published page, with `edit_mode` of the draft.

    Errors:
        LANDING_NOT_EXIST: no such page, deleted, or not readable.
        BLOCK_NOT_FOUND: not on that version of the page.
        ACCESS_DENIED: no right to see the page.
        MISSING_PARAMS: no `lid` or no `block`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-get-manifest.html
    """
    options = given(edit_mode=edit_mode)
    return Call(
        "landing.block.getmanifest",
        given(lid=lid, block=block, params=options or None, scope=scope),
        BlockManifest,
    )


def get_manifest_file(code: Arg[str]) -> Call[ManifestFile]:
    """Read the manifest of a block of Bitrix24 as its file has it.

    `code` has the namespace before it where that is not bitrix: `<namespace>:<code>`.

    Result: one without a `block` where there is none of this code, or an application
    registered it (`repo_<id>`).

    Errors:
        ACCESS_DENIED: no right to see sites.
        MISSING_PARAMS: no `code`.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-get-manifest-file.html
    """
    return Call("landing.block.getmanifestfile", given(code=code), ManifestFile)


@overload
def get_repository(
    *, section: None = None, scope: Scope | None = None
) -> Call[dict[str, RepositorySection]]: ...


@overload
def get_repository(
    *, section: str | Ref[str], scope: Scope | None = None
) -> Call[RepositorySection | Literal[False]]: ...


def get_repository(
    *, section: Arg[str] | None = None, scope: Scope | None = None
) -> Call[dict[str, RepositorySection]] | Call[RepositorySection | Literal[False]]:
    """List the blocks that can be put on a page, by section, or those of one section.

    Without `scope` they are those for sites of the type PAGE.

    Result: sections by their codes; with `section` that one, False where there is none.

    Errors:
        ACCESS_DENIED: no right to see sites.

    https://apidocs.bitrix24.com/api-reference/landing/block/methods/landing-block-get-repository.html
    """
    params = given(section=section, scope=scope)
    if section is None:
        return Call("landing.block.getrepository", params, dict[str, RepositorySection])
    return Call(
        "landing.block.getrepository", params, RepositorySection | Literal[False]
    )

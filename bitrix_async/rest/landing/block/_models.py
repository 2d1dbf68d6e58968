"""What the methods of blocks answer.

Enumerations and dates are text for the reasons of `landing.landing`. In a manifest the
author of the block decides what stands under a selector, so that is left as it came.
"""

from collections.abc import Mapping
from typing import Any, Literal

from attrs import field, frozen

from bitrix_async.rest._wire import brief, wire


@frozen(kw_only=True)
class BlockMeta:
    """Whose a block is and where it stands.

    `favorite_meta` has text, maybe only "Array", where the block is a saved copy.
    """

    lid: int = field(metadata=wire("LID"))
    created_by_id: int | None = field(default=None, metadata=wire("CREATED_BY_ID"))
    modified_by_id: int | None = field(default=None, metadata=wire("MODIFIED_BY_ID"))
    date_create: str | None = field(default=None, metadata=wire("DATE_CREATE"))
    date_modify: str | None = field(default=None, metadata=wire("DATE_MODIFY"))
    site_type: str | None = field(default=None, metadata=wire("SITE_TYPE"))
    landing_title: str | None = field(default=None, metadata=wire("LANDING_TITLE"))
    landing_tpl_code: str | None = field(
        default=None, metadata=wire("LANDING_TPL_CODE")
    )
    site_tpl_code: str | None = field(default=None, metadata=wire("SITE_TPL_CODE"))
    xml_id: str | None = field(default=None, metadata=wire("XML_ID"))
    designer_mode: str | None = field(default=None, metadata=wire("DESIGNER_MODE"))
    favorite_meta: str | None = field(default=None, metadata=wire("FAVORITE_META"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class Block:
    """A block of a page; `content`, `css` and `js` are None unless asked for.

    `code` is that of the repository, `name` the manifest's. `content` is the finished
    HTML with the block's wrapper around it, not what is stored.
    """

    id: int
    lid: int
    code: str
    name: str
    active: bool
    meta: BlockMeta
    content: str | None = None
    css: list[str] | None = None
    js: list[str] | None = None
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class UploadedFile:
    """An image that belongs to a block and is not in its HTML yet.

    `src` is a whole address, or a path on the portal.
    """

    id: int
    src: str
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class BlockDescription:
    """The part `block` of a manifest; None is what the block does not say."""

    name: str | None = None
    section: str | list[str] | None = None
    dynamic: bool | None = None
    subtype: str | list[str] | None = None
    type: str | list[str] | None = None
    system: bool | None = None
    description: str | None = None
    version: str | None = None
    id: str | None = None
    only_for_license: str | None = None
    attrs_form_description: str | None = field(
        default=None, metadata=wire("attrsFormDescription")
    )
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class BlockStyles:
    """What of a block's look can be set: of the whole, and of elements by selector."""

    block: dict[str, Any] = field(factory=dict, hash=False)
    nodes: dict[str, Any] = field(factory=dict, hash=False)
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class BlockAssets:
    """What a block needs: addresses of files, names of the portal's extensions."""

    css: list[str] = field(factory=list, hash=False)
    js: list[str] = field(factory=list, hash=False)
    ext: list[str] = field(factory=list, hash=False)
    classes: list[str] = field(factory=list, hash=False, metadata=wire("class"))
    callbacks: list[Any] = field(factory=list, hash=False)
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class BlockManifest:
    """The manifest of a block on a page, made ready by the portal.

    `cards`, `nodes`, `attrs` and `menu` go by selectors. `timestamp` is in seconds
    since 1970. `preview` is "" where there is no picture.

    https://apidocs.bitrix24.com/api-reference/landing/block/manifest.html
    """

    block: BlockDescription
    cards: dict[str, Any] = field(factory=dict, hash=False)
    nodes: dict[str, Any] = field(factory=dict, hash=False)
    attrs: dict[str, Any] = field(factory=dict, hash=False)
    menu: dict[str, Any] = field(factory=dict, hash=False)
    style: BlockStyles = field(factory=BlockStyles)
    assets: BlockAssets = field(factory=BlockAssets)
    callbacks: dict[str, Any] = field(factory=dict, hash=False)
    namespace: str
    code: str
    preview: str
    timestamp: int
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class ManifestFile:
    """A manifest as its author wrote it; `block` is None where there is no such block.

    `style` need not be divided into the block's own and that of its nodes.
    """

    block: BlockDescription | None = None
    cards: dict[str, Any] = field(factory=dict, hash=False)
    nodes: dict[str, Any] = field(factory=dict, hash=False)
    attrs: dict[str, Any] = field(factory=dict, hash=False)
    menu: dict[str, Any] = field(factory=dict, hash=False)
    style: dict[str, Any] = field(factory=dict, hash=False)
    assets: BlockAssets | None = None
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class RepositoryBlock:
    """A block that can be put on a page, as far as the portal tells of its kind.

    `repo_id` and `app_code` are False for a block of Bitrix24's own. `type` are the
    types of sites it is for, all where it is empty. `favorite` blocks are saved copies,
    `favorite_my` the user's own.
    """

    id: str | None = None
    name: str | None = None
    namespace: str | None = None
    new: bool | None = None
    version: str | None = None
    type: list[str] | None = None
    section: str | list[str] | None = None
    system: bool | None = None
    description: str | None = None
    preview: str | None = None
    restricted: bool | None = None
    repo_id: int | Literal[False] | None = None
    app_code: str | Literal[False] | None = None
    only_for_license: str | None = None
    app_expired: bool | None = None
    requires_updates: bool | None = None
    favorite: bool | None = None
    favorite_my: bool | None = field(default=None, metadata=wire("favoriteMy"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class RepositorySection:
    """A section of the repository: its blocks by their codes.

    A `separator` has none. A saved copy stands under `<code>@<id>`.
    """

    name: str
    meta: dict[str, Any] = field(factory=dict, hash=False)
    new: bool | None = None
    type: str | list[str] | None = None
    special_type: str | None = field(default=None, metadata=wire("specialType"))
    separator: bool | None = None
    app_code: str | Literal[False] | None = None
    items: dict[str, RepositoryBlock] = field(factory=dict, hash=False)
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief

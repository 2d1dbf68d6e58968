"""What methods of pages and blocks answer.

Enumerations are `str` here: a portal newer than this page must not make an answer
unreadable. Dates are text, for their format is the portal's own setting.

A list has two types of rows, and `select` decides by overload which one comes. With it
any field may be missing, the id too, so that all of them may be None and every
selection decodes. Without it a row is whole: what every row has is there, and is no
"or None" that each user of an id would have to ask about. A whole row is a selected one
as well. The lists of sites, templates and registered blocks do the same.
"""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from bitrix_async.rest._wire import brief, wire


@frozen(kw_only=True)
class SelectedPage:
    """The fields of a page that `select` asked for; None is what it did not.

    `domain_id` is there without being selected. `public_url`, `preview` and `is_area`
    come with the flags of `get_list`.

    https://apidocs.bitrix24.com/api-reference/landing/page/fields.html
    """

    id: int | None = field(default=None, metadata=wire("ID"))
    title: str | None = field(default=None, metadata=wire("TITLE"))
    code: str | None = field(default=None, metadata=wire("CODE"))
    site_id: int | None = field(default=None, metadata=wire("SITE_ID"))
    folder_id: int | None = field(default=None, metadata=wire("FOLDER_ID"))
    tpl_id: int | None = field(default=None, metadata=wire("TPL_ID"))
    tpl_code: str | None = field(default=None, metadata=wire("TPL_CODE"))
    active: bool | None = field(default=None, metadata=wire("ACTIVE"))
    deleted: bool | None = field(default=None, metadata=wire("DELETED"))
    description: str | None = field(default=None, metadata=wire("DESCRIPTION"))
    xml_id: str | None = field(default=None, metadata=wire("XML_ID"))
    sitemap: bool | None = field(default=None, metadata=wire("SITEMAP"))
    folder: bool | None = field(default=None, metadata=wire("FOLDER"))
    rule: str | None = field(default=None, metadata=wire("RULE"))
    created_by_id: int | None = field(default=None, metadata=wire("CREATED_BY_ID"))
    modified_by_id: int | None = field(default=None, metadata=wire("MODIFIED_BY_ID"))
    date_create: str | None = field(default=None, metadata=wire("DATE_CREATE"))
    date_modify: str | None = field(default=None, metadata=wire("DATE_MODIFY"))
    date_public: str | None = field(default=None, metadata=wire("DATE_PUBLIC"))
    domain_id: str | None = field(default=None, metadata=wire("DOMAIN_ID"))
    public_url: str | None = field(default=None, metadata=wire("PUBLIC_URL"))
    preview: str | None = field(default=None, metadata=wire("PREVIEW"))
    is_area: bool | None = field(default=None, metadata=wire("IS_AREA"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class Page(SelectedPage):
    """A page with all its fields; None is what is empty."""

    id: int = field(metadata=wire("ID"))
    title: str = field(metadata=wire("TITLE"))
    site_id: int = field(metadata=wire("SITE_ID"))
    active: bool = field(metadata=wire("ACTIVE"))
    deleted: bool = field(metadata=wire("DELETED"))

    __repr__ = brief


@frozen(kw_only=True)
class BlockContent:
    """A block with its HTML and what the HTML needs.

    `sections` are joined by commas. `access` is "A" or "D" (none), "V" (design), "W"
    (content too) or "X" (all). `repo_id` is None for a block that no application
    registered. `manifest` and `dynamic_params` are as the block has them, and
    `required_user_action` is there only where the user still has to do something.
    """

    id: int
    sections: str
    active: bool
    access: str
    anchor: str
    php: bool
    designed: bool
    repo_id: int | None = field(default=None, metadata=wire("repoId"))
    content: str
    content_ext: str
    css: list[str]
    js: list[str]
    asset_strings: list[str] = field(metadata=wire("assetStrings"))
    lang: dict[str, Any]
    manifest: dict[str, Any]
    dynamic_params: dict[str, Any] = field(metadata=wire("dynamicParams"))
    required_user_action: dict[str, Any] | None = field(
        default=None, metadata=wire("requiredUserAction")
    )
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class PlacedBlock:
    """What `copy_block` and `move_block` answer with `return_content=True`."""

    result: bool
    content: BlockContent
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief

"""The objects that methods of pages and blocks take, in the portal's own spelling.

They are TypedDicts and not classes because they are what is sent: names are those of
the documentation and of the answers, a key left out stays out, a `Ref` may stand for
any value, and a dict read from a file fits as it is. A checker still knows the keys
that are required and the values they take.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypeAlias, TypedDict

from bitrix_async._call import Arg
from bitrix_async.rest._wire import YesNo
from bitrix_async.rest.landing._scope import SiteType

AdditionalValue: TypeAlias = str | int | bool | list[Any] | dict[str, Any]
"""The value of an additional field; flags are "Y" and "N"."""

AdditionalFields: TypeAlias = Mapping[str, Arg[AdditionalValue]]
"""Additional fields of a page by their codes: an open set, which the type of the site
and the installed modules extend.

https://apidocs.bitrix24.com/api-reference/landing/page/additional-fields.html
"""


class NewPage(TypedDict, total=False):
    """A page to be made by `add`, or a folder where `FOLDER` is "Y".

    Without `CODE` the address is made from `TITLE`; `""` is refused unless `FOLDER` is
    there. `BLOCK_ID` and `MENU_CODE` together put a link into that block's menu.
    """

    TITLE: Required[Arg[str]]
    SITE_ID: Required[Arg[int]]
    CODE: Arg[str]
    DESCRIPTION: Arg[str]
    XML_ID: Arg[str]
    SITEMAP: Arg[YesNo]
    FOLDER: Arg[YesNo]
    FOLDER_ID: Arg[int]
    TPL_ID: Arg[int]
    ADDITIONAL_FIELDS: AdditionalFields
    BLOCK_ID: Arg[int]
    MENU_CODE: Arg[str]


class PageChanges(TypedDict, total=False):
    """What `update` changes; the rest of the page stays.

    `FOLDER_ID` 0 is the root of the site. `DELETED` moves the page into the trash or
    out of it, inactive both ways. `DATE_PUBLIC` is only a date: it publishes nothing.
    """

    TITLE: Arg[str]
    CODE: Arg[str]
    DESCRIPTION: Arg[str]
    XML_ID: Arg[str]
    SITE_ID: Arg[int]
    SITEMAP: Arg[YesNo]
    FOLDER: Arg[YesNo]
    FOLDER_ID: Arg[int]
    TPL_ID: Arg[int]
    DELETED: Arg[YesNo]
    DATE_PUBLIC: Arg[str]
    ADDITIONAL_FIELDS: AdditionalFields


class BlockPreparation(TypedDict, total=False):
    """Parameters for a block of a template; only those that are empty there."""

    ACTION: Arg[Literal["changeComponentParams"]]
    PARAMS: Mapping[str, Arg[str | int]]


class TemplateChanges(TypedDict, total=False):
    """How a page made by `add_by_template` differs from its template.

    `ID` is a page or folder beside or in which the new page goes, before `FOLDER_ID`;
    where that one is active, the new page is published at once. `DESCRIPTION` is the
    one for search engines. `PREPARE_BLOCKS_DATA`, by the codes of blocks, counts only
    where `PREPARE_BLOCKS` is True.
    """

    TITLE: Arg[str]
    DESCRIPTION: Arg[str]
    ID: Arg[int]
    FOLDER_ID: Arg[int]
    SITE_TYPE: Arg[SiteType]
    PREPARE_BLOCKS: bool
    PREPARE_BLOCKS_DATA: Mapping[str, BlockPreparation]
    ADD_IN_MENU: Arg[YesNo]
    BLOCK_ID: Arg[int]
    MENU_CODE: Arg[str]


class NewBlock(TypedDict, total=False):
    """A block to be put on a page by `add_block`.

    Without `AFTER_ID`, or with one that is not on the page, it comes first. `CONTENT`
    is HTML instead of that of the repository.
    """

    CODE: Required[Arg[str]]
    AFTER_ID: Arg[int]
    ACTIVE: Arg[YesNo]
    CONTENT: Arg[str]


class SavedBlock(TypedDict, total=False):
    """How a block saved by `favorite_block` is shown; the rest is as in the original.

    `section` may name new sections. `preview` is a file uploaded for the original
    block, 0 for none. `tpl_code` ties the copy to a style, the `tpl_code` of a `Page`.
    """

    name: Arg[str]
    section: Sequence[Arg[str]] | Arg[str]
    preview: Arg[int]
    tpl_code: Arg[str]


class BlockImage(TypedDict):
    """An image of a block; its id is the `data-fileid` in the block's HTML."""

    block: Arg[int]
    image: Arg[int]


class Removal(TypedDict, total=False):
    """What `remove_entities` takes off a page.

    `blocks` go with their images. `images` are only freed from blocks that stay: for
    one that is gone from the HTML already and left its record behind.
    """

    blocks: Sequence[Arg[int]]
    images: Sequence[BlockImage]

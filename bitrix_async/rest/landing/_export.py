"""An export of a site: `site.full_export` answers it, `demos.register` takes it.

They are TypedDicts so that what was read, or came from a file, is what can be handed
on: reading changes nothing of it. `[]` is how PHP prints an empty map.

https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-full-export.html
"""

from collections.abc import Mapping, Sequence
from typing import Any, Never, Required, TypeAlias, TypedDict

from bitrix_async.rest._wire import YesNo
from bitrix_async.rest.landing._templates import TemplateUse

Empty: TypeAlias = Sequence[Never]
"""The `[]` that PHP prints for an empty map; it may be handed back as it is."""


class ExportedLayout(TypedDict, total=False):
    """The view template of a site or page by its XML_ID, and the pages in its areas.

    `ref` has the codes of pages by the numbers of areas, from 1; a page that is not in
    the export is there by its id.
    """

    code: str
    ref: Mapping[str, str | int] | Sequence[str | int]


class ExportedSiteFields(TypedDict, total=False):
    """Fields of the site; special pages by their codes, "0" for none."""

    TITLE: str
    LANDING_ID_INDEX: str | int | None
    LANDING_ID_404: str | int | None
    ADDITIONAL_FIELDS: Mapping[str, Any] | Empty


class ExportedPageFields(TypedDict, total=False):
    """Fields of the page."""

    TITLE: str
    RULE: str | None
    ADDITIONAL_FIELDS: Mapping[str, Any] | Empty


class ExportedRepoBlock(TypedDict, total=False):
    """The application that registered a block, and the XML_ID that it has there.

    No application did where a webhook was used.
    """

    app_code: str | None
    xml_id: str


class ExportedBlock(TypedDict, total=False):
    """A block of the page, without what is empty.

    Nodes, styles and attributes are by selector.
    """

    code: str
    access: str
    anchor: str
    old_id: int | str
    repo_block: ExportedRepoBlock
    cards: Mapping[str, Any]
    nodes: Mapping[str, Any]
    menu: Mapping[str, Any]
    style: Mapping[str, Any]
    attrs: Mapping[str, Any]
    dynamic: Mapping[str, Any]


class ExportedPage(TypedDict, total=False):
    """A page of the site; `items` are its blocks, by `#block<old_id>`.

    `type` is that of an `ExportedSite`.
    """

    old_id: str | int
    code: Required[str]
    name: str
    description: str | None
    type: str
    tpl_type: TemplateUse
    version: int
    fields: ExportedPageFields
    layout: ExportedLayout | Empty
    items: Mapping[str, ExportedBlock] | Empty
    preview: str
    preview2x: str
    preview3x: str
    preview_url: str
    show_in_list: YesNo


class ExportedSite(TypedDict, total=False):
    """A site, or the template it becomes; `items` are its pages by their codes.

    `code` is what the template is known by, its XML_ID; `site_code` is the site's own.
    `type` is the site's in small letters, such as a `TemplateType`; that of a portal
    newer than this page is read as well. `folders` has the codes of the pages in a
    folder by that of the folder's own page, `syspages` codes of pages by what they are
    for. `show_in_list` "N" keeps it out of the wizard. `version` is that of the format.
    """

    charset: str
    code: Required[str]
    site_code: str
    name: str
    description: str | None
    type: str
    tpl_type: TemplateUse
    fields: ExportedSiteFields
    folders: Mapping[str, Sequence[str]] | Empty
    items: Mapping[str, ExportedPage]
    layout: ExportedLayout | Empty
    preview: str
    preview2x: str
    preview3x: str
    preview_url: str
    show_in_list: YesNo
    syspages: Mapping[str, str] | Empty
    version: int

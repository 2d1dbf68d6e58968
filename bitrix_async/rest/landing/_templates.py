"""Templates of sites and pages: what is registered, and what the wizard offers.

What is registered is in `_export`.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from bitrix_async.rest._wire import brief, wire

TemplateType: TypeAlias = Literal["page", "store", "knowledge", "group", "mainpage"]
"""What a template makes: a site or page, a shop, a knowledge base, one of a group, the
portal's main page."""

TemplateUse: TypeAlias = Literal["S", "P"]
"""Whether the wizard offers a template for a site or for a page."""


@frozen(kw_only=True)
class Localization:
    """Phrases of a template by language and then by the phrase that is translated."""

    lang: dict[str, dict[str, str]] = field(factory=dict)
    lang_original: str | None = None
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class SelectedRegisteredTemplate:
    """The fields of a template that `select` asked for; None is what it did not.

    `manifest` is False where it was not selected.

    https://apidocs.bitrix24.com/api-reference/landing/demos/landing-demos-get-list.html
    """

    id: int | None = field(default=None, metadata=wire("ID"))
    xml_id: str | None = field(default=None, metadata=wire("XML_ID"))
    app_code: str | None = field(default=None, metadata=wire("APP_CODE"))
    active: bool | None = field(default=None, metadata=wire("ACTIVE"))
    title: str | None = field(default=None, metadata=wire("TITLE"))
    description: str | None = field(default=None, metadata=wire("DESCRIPTION"))
    type: str | None = field(default=None, metadata=wire("TYPE"))
    tpl_type: str | None = field(default=None, metadata=wire("TPL_TYPE"))
    show_in_list: bool | None = field(default=None, metadata=wire("SHOW_IN_LIST"))
    preview_url: str | None = field(default=None, metadata=wire("PREVIEW_URL"))
    preview: str | None = field(default=None, metadata=wire("PREVIEW"))
    preview2x: str | None = field(default=None, metadata=wire("PREVIEW2X"))
    preview3x: str | None = field(default=None, metadata=wire("PREVIEW3X"))
    manifest: dict[str, Any] | Literal[False] | None = field(
        default=None, metadata=wire("MANIFEST")
    )
    lang: Localization | None = field(default=None, metadata=wire("LANG"))
    site_template_id: str | None = field(
        default=None, metadata=wire("SITE_TEMPLATE_ID")
    )
    created_by_id: int | None = field(default=None, metadata=wire("CREATED_BY_ID"))
    modified_by_id: int | None = field(default=None, metadata=wire("MODIFIED_BY_ID"))
    date_create: str | None = field(default=None, metadata=wire("DATE_CREATE"))
    date_modify: str | None = field(default=None, metadata=wire("DATE_MODIFY"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class RegisteredTemplate(SelectedRegisteredTemplate):
    """A registered template with all its fields; None is what is empty.

    `xml_id` is the code it was registered with. `type` is page, store, knowledge, group
    or mainpage, `tpl_type` "S" for a site and "P" for a page. `manifest` is what was
    registered. Dates are text in the portal's own format.
    """

    id: int = field(metadata=wire("ID"))
    xml_id: str = field(metadata=wire("XML_ID"))
    active: bool = field(metadata=wire("ACTIVE"))
    title: str = field(metadata=wire("TITLE"))
    type: str = field(metadata=wire("TYPE"))
    tpl_type: str = field(metadata=wire("TPL_TYPE"))

    __repr__ = brief


@frozen(kw_only=True)
class TemplateData:
    """What the file of a template holds; None is what it does not.

    `items` are blocks, or the codes of a site's pages. `parent` is the template of the
    site that a page is for. `encoded` and `charset` are added where there are `items`.
    """

    code: str | None = None
    name: str | None = None
    type: list[str] | str | None = None
    description: str | None = None
    active: bool | None = None
    publication: bool | None = None
    singleton: bool | None = None
    lock_delete: bool | None = None
    preview: str | None = None
    preview2x: str | None = None
    preview3x: str | None = None
    preview_url: str | None = None
    show_in_list: bool | None = None
    sort: int | None = None
    section: list[str] | None = None
    parent: str | None = None
    disable_import: bool | None = None
    is_webform_page: bool | None = None
    fields: dict[str, Any] | None = None
    items: dict[str, Any] | list[Any] | None = None
    layout: dict[str, Any] | list[Any] | None = None
    folders: dict[str, Any] | list[Any] | None = None
    syspages: dict[str, Any] | list[Any] | None = None
    master_pages: list[Any] | None = None
    version: int | None = None
    old_id: int | str | None = None
    encoded: bool | None = None
    charset: str | None = None
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class WizardTemplate:
    """A template that the wizard offers; None is what it does not have.

    `id` is what `landing.landing.add_by_template` takes. `type` is in capitals here,
    several for templates of the portal and one for registered ones. `rest` is 0 for
    templates of the portal; `data` is empty for registered ones.
    """

    id: str = field(metadata=wire("ID"))
    xml_id: str | None = field(default=None, metadata=wire("XML_ID"))
    type: list[str] | str | None = field(default=None, metadata=wire("TYPE"))
    title: str | None = field(default=None, metadata=wire("TITLE"))
    active: bool | None = field(default=None, metadata=wire("ACTIVE"))
    publication: bool | None = field(default=None, metadata=wire("PUBLICATION"))
    lock_delete: bool | None = field(default=None, metadata=wire("LOCK_DELETE"))
    available: bool | None = field(default=None, metadata=wire("AVAILABLE"))
    singleton: bool | None = field(default=None, metadata=wire("SINGLETON"))
    section: list[str] | None = field(default=None, metadata=wire("SECTION"))
    description: str | None = field(default=None, metadata=wire("DESCRIPTION"))
    preview: str | None = field(default=None, metadata=wire("PREVIEW"))
    preview2x: str | None = field(default=None, metadata=wire("PREVIEW2X"))
    preview3x: str | None = field(default=None, metadata=wire("PREVIEW3X"))
    app_code: str | None = field(default=None, metadata=wire("APP_CODE"))
    rest: int | None = field(default=None, metadata=wire("REST"))
    data: TemplateData | None = field(default=None, metadata=wire("DATA"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief

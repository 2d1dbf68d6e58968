"""What methods of sites answer.

As with pages, enumerations are `str`, dates are text in the portal's own format, and
the rows of a list are of two types.
"""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from bitrix_async.rest._wire import brief, wire


@frozen(kw_only=True)
class SelectedSite:
    """The fields of a site that `select` asked for; None is what it did not.

    `id` and `type` are there without being selected.

    https://apidocs.bitrix24.com/api-reference/landing/site/base-fields.html
    """

    id: int = field(metadata=wire("ID"))
    type: str = field(metadata=wire("TYPE"))
    title: str | None = field(default=None, metadata=wire("TITLE"))
    code: str | None = field(default=None, metadata=wire("CODE"))
    active: bool | None = field(default=None, metadata=wire("ACTIVE"))
    deleted: bool | None = field(default=None, metadata=wire("DELETED"))
    description: str | None = field(default=None, metadata=wire("DESCRIPTION"))
    xml_id: str | None = field(default=None, metadata=wire("XML_ID"))
    domain_id: str | None = field(default=None, metadata=wire("DOMAIN_ID"))
    lang: str | None = field(default=None, metadata=wire("LANG"))
    tpl_id: int | None = field(default=None, metadata=wire("TPL_ID"))
    landing_id_index: int | None = field(
        default=None, metadata=wire("LANDING_ID_INDEX")
    )
    landing_id_404: int | None = field(default=None, metadata=wire("LANDING_ID_404"))
    landing_id_503: int | None = field(default=None, metadata=wire("LANDING_ID_503"))
    created_by_id: int | None = field(default=None, metadata=wire("CREATED_BY_ID"))
    modified_by_id: int | None = field(default=None, metadata=wire("MODIFIED_BY_ID"))
    date_create: str | None = field(default=None, metadata=wire("DATE_CREATE"))
    date_modify: str | None = field(default=None, metadata=wire("DATE_MODIFY"))
    domain_name: str | None = field(default=None, metadata=wire("DOMAIN_NAME"))
    public_url: str | None = field(default=None, metadata=wire("PUBLIC_URL"))
    preview_picture: str | None = field(default=None, metadata=wire("PREVIEW_PICTURE"))
    phone: str | None = field(default=None, metadata=wire("PHONE"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class Site(SelectedSite):
    """A site with all its fields; None is what is empty.

    `domain_name`, `public_url`, `preview_picture` and `phone`, that of the company, are
    not among them: they have to be selected by name.
    """

    title: str = field(metadata=wire("TITLE"))
    code: str = field(metadata=wire("CODE"))
    active: bool = field(metadata=wire("ACTIVE"))
    deleted: bool = field(metadata=wire("DELETED"))

    __repr__ = brief


@frozen(kw_only=True)
class Folder:
    """A folder; `parent_id` is None at the top, `index_id` where it has no index page.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-get-folders.html
    """

    id: int = field(metadata=wire("ID"))
    parent_id: int | None = field(metadata=wire("PARENT_ID"))
    site_id: int = field(metadata=wire("SITE_ID"))
    index_id: int | None = field(metadata=wire("INDEX_ID"))
    active: bool = field(metadata=wire("ACTIVE"))
    deleted: bool = field(metadata=wire("DELETED"))
    title: str = field(metadata=wire("TITLE"))
    code: str = field(metadata=wire("CODE"))
    created_by_id: int = field(metadata=wire("CREATED_BY_ID"))
    modified_by_id: int = field(metadata=wire("MODIFIED_BY_ID"))
    date_create: str = field(metadata=wire("DATE_CREATE"))
    date_modify: str = field(metadata=wire("DATE_MODIFY"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class GroupBinding:
    """A knowledge base in a group: `binding_id` is the group's id.

    `entity_type` is "S", a site, and `entity_id` its id.
    """

    entity_id: int = field(metadata=wire("ENTITY_ID"))
    entity_type: str = field(metadata=wire("ENTITY_TYPE"))
    binding_id: int = field(metadata=wire("BINDING_ID"))
    title: str = field(metadata=wire("TITLE"))
    public_url: str = field(metadata=wire("PUBLIC_URL"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class MenuBinding:
    """A knowledge base in a menu: `binding_id` is the menu's code.

    `entity_type` is "S", a site, or "L", a page; `entity_id` is the id of it.
    """

    entity_id: int = field(metadata=wire("ENTITY_ID"))
    entity_type: str = field(metadata=wire("ENTITY_TYPE"))
    binding_id: str = field(metadata=wire("BINDING_ID"))
    title: str = field(metadata=wire("TITLE"))
    public_url: str = field(metadata=wire("PUBLIC_URL"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief

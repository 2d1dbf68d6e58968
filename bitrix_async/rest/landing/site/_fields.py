"""The objects that methods of sites take: TypedDicts, as those of `landing.landing`."""

from typing import Literal, Required, TypeAlias, TypedDict

from bitrix_async._call import Arg
from bitrix_async.rest._wire import YesNo
from bitrix_async.rest.landing._scope import SiteType
from bitrix_async.rest.landing.landing._fields import AdditionalFields

ParentFolder: TypeAlias = Arg[int] | Literal[""] | None
"""A folder by its id; the root of the site is 0, None (sent as null) or ""."""


class NewSite(TypedDict, total=False):
    """A site to be made by `add`.

    `CODE` has to be there, and may be "": then it is made from `TITLE`. `DOMAIN_ID` is
    the domain's name, on Site Management the id of a domain; without it the portal
    finds a name. Codes of `ADDITIONAL_FIELDS` are an open set:
    https://apidocs.bitrix24.com/api-reference/landing/site/additional-fields.html
    """

    TITLE: Required[Arg[str]]
    CODE: Required[Arg[str]]
    TYPE: Arg[SiteType]
    DOMAIN_ID: Arg[int | str]
    DESCRIPTION: Arg[str]
    XML_ID: Arg[str]
    ADDITIONAL_FIELDS: AdditionalFields


class SiteChanges(TypedDict, total=False):
    """What `update` changes; the rest of the site stays.

    A `CODE` of "" is made anew from `TITLE`. A `DOMAIN_ID` of "" changes nothing.
    `LANDING_ID_INDEX`, `LANDING_ID_404` and `LANDING_ID_503` are pages of the site: the
    first one, and those for errors.
    """

    TITLE: Arg[str]
    CODE: Arg[str]
    TYPE: Arg[SiteType]
    DOMAIN_ID: Arg[int | str]
    DESCRIPTION: Arg[str]
    XML_ID: Arg[str]
    LANDING_ID_INDEX: Arg[int]
    LANDING_ID_404: Arg[int]
    LANDING_ID_503: Arg[int]
    ADDITIONAL_FIELDS: AdditionalFields


class NewFolder(TypedDict, total=False):
    """A folder to be made by `add_folder`.

    Without `CODE`, or with "", the address is made from `TITLE`. `PARENT_ID` is the
    root of the site unless given. It is not active unless `ACTIVE` is "Y".
    """

    TITLE: Required[Arg[str]]
    CODE: Arg[str]
    PARENT_ID: ParentFolder
    ACTIVE: Arg[YesNo]


class FolderChanges(TypedDict, total=False):
    """What `update_folder` changes.

    The folder moves to the root of the site unless `PARENT_ID` says where it is to
    stand, even where that is its place already. The rest stays. `INDEX_ID` is the page
    that the folder's own address shows.
    """

    TITLE: Arg[str]
    CODE: Arg[str]
    PARENT_ID: ParentFolder
    INDEX_ID: Arg[int]
    ACTIVE: Arg[YesNo]


_Exact = TypedDict("_Exact", {"=DELETED": Arg[YesNo]}, total=False)


class FolderFilter(_Exact, total=False):
    """Which folders `get_folders` lists: those with all of these values.

    Without `DELETED` and `=DELETED` none of the trash. A `PARENT_ID` that is the root
    selects the folders at the top; without it they come from everywhere.
    """

    ID: Arg[int]
    PARENT_ID: ParentFolder
    INDEX_ID: Arg[int]
    ACTIVE: Arg[YesNo]
    DELETED: Arg[YesNo]
    TITLE: Arg[str]
    CODE: Arg[str]
    CREATED_BY_ID: Arg[int]
    MODIFIED_BY_ID: Arg[int]
    DATE_CREATE: Arg[str]
    DATE_MODIFY: Arg[str]

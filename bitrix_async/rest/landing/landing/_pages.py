"""Pages: their life from `add` to `delete`, their fields and addresses."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Unpack, overload

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest._wire import Flag
from bitrix_async.rest.landing._lists import Listing
from bitrix_async.rest.landing._scope import Scope
from bitrix_async.rest.landing.landing._fields import (
    AdditionalValue,
    NewPage,
    PageChanges,
    Removal,
    TemplateChanges,
)
from bitrix_async.rest.landing.landing._models import Page, SelectedPage


def add(fields: NewPage, *, scope: Scope | None = None) -> Call[int]:
    """Make a page or a folder in a site; it is not published.

    Result: its id. A `CODE` that is taken gets a tail of four characters.

    Errors:
        ACCESS_DENIED: no right to edit the site.
        SITE_NOT_FOUND, FOLDER_NOT_FOUND: no such site, or no such folder in it.
        SLASH_IS_NOT_ALLOWED, WRONG_CODE_FORMAT: `CODE` has a `/`, or looks like a_1_2.
        CANT_BE_EMPTY: `CODE` is "" and `FOLDER` is not given.
        MISSING_PARAMS: no `fields`.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-add.html
    """
    return Call("landing.landing.add", given(fields=fields, scope=scope), int)


def add_by_template(
    site_id: Arg[int],
    code: Arg[str],
    *,
    fields: TemplateChanges | None = None,
    scope: Scope | None = None,
) -> Call[int]:
    """Make a page in a site from a template of `landing.demos.getPageList`.

    Result: its id. With `PREPARE_BLOCKS` it travels alone: the portal wants JSON's own
    true, and a batch has only text.

    Errors:
        SITE_ERROR, LANDING_ERROR: no such site, or no such page as `ID`; portals have
            been seen to give these as the description and the text as the code.
        ACCESS_DENIED: no right to edit the site.
        FOLDER_NOT_FOUND: no such folder in the site.
        WRONG_DATA: nothing can be read of the template.
        SLASH_IS_NOT_ALLOWED, CANT_BE_EMPTY, WRONG_CODE_FORMAT: the template's address.
        MISSING_PARAMS: no `site_id` or no `code`.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-add-by-template.html
    """
    return Call(
        "landing.landing.addByTemplate",
        given(siteId=site_id, code=code, fields=fields, scope=scope),
        int,
    )


def copy(
    lid: Arg[int],
    *,
    to_site_id: Arg[int] | None = None,
    to_folder_id: Arg[int] | None = None,
    skip_system: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[int]:
    """Copy a page, even one in the trash, into its own site or another.

    The copy of an active page is published. Without a folder, or with one that
    is not in the site, it stands in the root. `skip_system` makes the copy of a system
    page an ordinary one.

    Result: the id of the copy.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        SITE_NOT_FOUND: no site `to_site_id`.
        ACCESS_DENIED: no right to edit the site.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-copy.html
    """
    return Call(
        "landing.landing.copy",
        given(
            lid=lid,
            toSiteId=to_site_id,
            toFolderId=to_folder_id,
            skipSystem=skip_system,
            scope=scope,
        ),
        int,
    )


def delete(lid: Arg[int], *, scope: Scope | None = None) -> Call[bool]:
    """Delete a page for good, with its blocks and files.

    A page in the trash is out of its sight.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to delete it.
        LANDING_IS_LOCK: it is locked against deletion.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-delete.html
    """
    return Call("landing.landing.delete", given(lid=lid, scope=scope), bool)


def get_additional_fields(
    lid: Arg[int], *, scope: Scope | None = None
) -> Call[dict[str, AdditionalValue]]:
    """Read the additional fields of a page.

    Result: values by the codes of the fields, without the empty ones.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        ACCESS_DENIED: no right to call it.
        MISSING_PARAMS: no `lid`.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-get-additional-fields.html
    """
    return Call(
        "landing.landing.getadditionalfields",
        given(lid=lid, scope=scope),
        dict[str, AdditionalValue],
    )


class PageListing(Listing, total=False):
    """What `get_list` takes beside `select` and `scope`."""

    get_preview: Arg[bool] | None
    get_urls: Arg[bool] | None
    check_area: Arg[bool] | None


@overload
def get_list(
    *,
    select: None = None,
    scope: Scope | None = None,
    **options: Unpack[PageListing],
) -> Call[list[Page]]: ...


@overload
def get_list(
    *,
    select: Sequence[str],
    scope: Scope | None = None,
    **options: Unpack[PageListing],
) -> Call[list[SelectedPage]]: ...


def get_list(
    *,
    select: Sequence[str] | None = None,
    filter: Mapping[str, Any] | None = None,  # noqa: A002  # the portal's word
    order: Mapping[str, Literal["ASC", "DESC"]] | None = None,
    group: Sequence[str] | None = None,
    limit: Arg[int] | None = None,
    offset: Arg[int] | None = None,
    get_preview: Arg[bool] | None = None,
    get_urls: Arg[bool] | None = None,
    check_area: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[list[Page]] | Call[list[SelectedPage]]:
    """List pages: all that match, for there is no limit unless one is given.

    Keys of `filter` are fields with an operator before them (`"=DELETED"`). Pages in
    the trash come only where it asks for them, pages of deleted sites never. The three
    flags add `preview`, `public_url` and `is_area` to each page.

    Result: pages, with `select` only those fields of them. Have "ID" among these: some
    portals collect pages by it, and answer no more than one of those without.

    Errors:
        ACCESS_DENIED: no right to call it.
        TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-get-list.html
    """
    rows = given(select=select, filter=filter, order=order, group=group)
    part = given(limit=limit, offset=offset)
    also = given(get_preview=get_preview, get_urls=get_urls, check_area=check_area)
    params = {**rows, **part, **also} or None
    if select is None:
        return Call(
            "landing.landing.getList", given(params=params, scope=scope), list[Page]
        )
    return Call(
        "landing.landing.getList", given(params=params, scope=scope), list[SelectedPage]
    )


def get_preview(lid: Arg[int], *, scope: Scope | None = None) -> Call[str]:
    """Find the picture of a page.

    Result: its address or path; that of a stand-in where the page has none.

    Errors:
        LANDING_NOT_EXIST: no such page, or not readable.
        MISSING_PARAMS: no `lid`.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-get-preview.html
    """
    return Call("landing.landing.getpreview", given(lid=lid, scope=scope), str)


def get_public_url(lid: Arg[int], *, scope: Scope | None = None) -> Call[str]:
    """Find the whole public address of a page.

    Errors:
        LANDING_NOT_EXIST: no such page, deleted, or not readable.
        ACCESS_DENIED: no right to call it.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-get-public-url.html
    """
    return Call("landing.landing.getpublicurl", given(lid=lid, scope=scope), str)


def mark_delete(
    lid: Arg[int], *, mark: Arg[bool] | None = None, scope: Scope | None = None
) -> Call[int]:
    """Unpublish a page and put it into the trash, for 30 days by default.

    `mark=False` takes it out again, as `mark_undelete` does.

    Result: the id of the page.

    Errors:
        ACCESS_DENIED: no right to delete it; also given for a page that is not there.
        CANT_DELETE_MAIN: it is the site's first page and there are others.
        UNABLE_DELETE_INCLUDE: it serves as an area of a template.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-mark-delete.html
    """
    return Call(
        "landing.landing.markDelete", given(lid=lid, mark=mark, scope=scope), int
    )


def mark_undelete(lid: Arg[int]) -> Call[int]:
    """Take a page out of the trash; it stays unpublished.

    Result: the id of the page.

    Errors:
        ACCESS_DENIED: no right to delete it.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-mark-undelete.html
    """
    return Call("landing.landing.markUnDelete", given(lid=lid), int)


def move(
    lid: Arg[int],
    *,
    to_site_id: Arg[int] | None = None,
    to_folder_id: Arg[int] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Move a page to another site, or to a folder of its own site: one at a time.

    Without a folder, or with 0, it goes to the root.

    Errors:
        LANDING_NOT_EXIST: no such page, deleted, or not readable.
        ACCESS_DENIED: no right to edit the site it goes to.
        DELETE_ACCESS_DENIED: no right to delete it where it is.
        FOLDER_NOT_FOUND: no such folder in the site where the page is now.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-move.html
    """
    return Call(
        "landing.landing.move",
        given(lid=lid, toSiteId=to_site_id, toFolderId=to_folder_id, scope=scope),
        bool,
    )


def publication(lid: Arg[int], *, scope: Scope | None = None) -> Call[bool | None]:
    """Publish a page as it is now, with the folders around it and its site.

    Result: True; None where the user may not publish and the portal names no error.

    Errors:
        LANDING_NOT_EXIST: no such page, deleted, not readable, or of another `scope`.
        PUBLIC_PAGE_REACHED: the plan allows no more published pages.
        PUBLIC_SITE_REACHED, PUBLIC_SITE_REACHED_FREE: nor sites; none without paying.
        PUBLIC_HTML_DISALLOWED[...]: nor own HTML, in site `[S1]` or page `[L351]`.
        LANDING_PAYMENT_FAILED, LANDING_PAYMENT_FAILED_BLOCK: the page, or a block of
            it, is from an application that needs a Market subscription.
        PHONE_NOT_CONFIRMED, EMAIL_NOT_CONFIRMED: the user has to confirm it first.
        URLCHECKER_FAIL: the page is thought harmful.
        LICENSE_EXPIRED: the portal's licence has ended.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-publication.html
    """
    return Call("landing.landing.publication", given(lid=lid, scope=scope), Flag)


def remove_entities(
    lid: Arg[int], data: Removal, *, scope: Scope | None = None
) -> Call[bool]:
    """Remove blocks with their images from a page, and free images of other blocks.

    Result: True wherever the page is there: what is not on it, or may not be deleted,
    is passed over in silence. An empty `data` changes nothing.

    Errors:
        LANDING_NOT_EXIST: no such page, deleted, or not readable.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-remove-entities.html
    """
    return Call(
        "landing.landing.removeEntities", given(lid=lid, data=data, scope=scope), bool
    )


def resolve_id_by_public_url(
    landing_url: Arg[str], site_id: Arg[int], *, scope: Scope | None = None
) -> Call[int | None]:
    """Find a page by its path in a site, such as `/catalog/sale/`.

    Result: its id; None where the site has no such page.

    Errors:
        ACCESS_DENIED: no right to call it.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-resolve-id-by-public-url.html
    """
    return Call(
        "landing.landing.resolveIdByPublicUrl",
        given(landingUrl=landing_url, siteId=site_id, scope=scope),
        int | None,
    )


def unpublic(lid: Arg[int], *, scope: Scope | None = None) -> Call[bool]:
    """Take a page off the web; its blocks stay, and `publication` brings it back.

    Errors:
        LANDING_NOT_EXIST: no such page, deleted, not readable, or of another `scope`.
        ACCESS_DENIED: no right to publish.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-unpublic.html
    """
    return Call("landing.landing.unpublic", given(lid=lid, scope=scope), bool)


def update(lid: Arg[int], fields: PageChanges) -> Call[bool]:
    """Change fields of a page.

    Errors:
        ACCESS_DENIED: no right to change it; `DELETED` needs that to delete,
            `DATE_PUBLIC` that to publish.
        SITE_NOT_FOUND: no site `SITE_ID`.
        FOLDER_NOT_FOUND: no such folder in the site where the page is now; `move` is
            the way into another site.
        SLASH_IS_NOT_ALLOWED, WRONG_CODE_FORMAT: `CODE` has a `/`, or looks like a_1_2.
        CANT_BE_EMPTY: `CODE` is "" and `FOLDER` is not given.
        CANT_DELETE_MAIN: it is the site's first page and there are others.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/methods/landing-landing-update.html
    """
    return Call("landing.landing.update", given(lid=lid, fields=fields), bool)

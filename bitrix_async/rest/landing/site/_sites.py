"""Sites: their life from `add` to `delete`, their fields and addresses."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Unpack, overload

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest.landing._lists import Listing
from bitrix_async.rest.landing._scope import Scope
from bitrix_async.rest.landing.landing._fields import AdditionalValue
from bitrix_async.rest.landing.site._fields import NewSite, SiteChanges
from bitrix_async.rest.landing.site._models import SelectedSite, Site


def add(fields: NewSite, *, scope: Scope | None = None) -> Call[int]:
    """Make a site; it is not published.

    `TYPE` is PAGE unless given; for KNOWLEDGE, GROUP and MAINPAGE `scope` has to say
    the same.

    Result: its id. A `CODE` that is taken gets a number behind it, one of digits alone
    "site" before it.

    Errors:
        ACCESS_DENIED: no right to make sites, or none of this `TYPE` in this `scope`.
        SITE_LIMIT_REACHED: the plan allows no more sites.
        DOMAIN_NOT_FOUND, DOMAIN_IS_INCORRECT: no such domain; not the name of one.
        DOMAIN_EXIST, DOMAIN_EXIST_TRASH: another site has it, maybe one in the trash.
        DOMAIN_DISABLE: a domain may not have the word bitrix in it.
        SLASH_IS_NOT_ALLOWED: `CODE` has a `/`.
        CONTROLLER_ERROR_BADRESPONSE, CONTROLLER_ERROR_BADLICENSE: the service that
            registers domains could not be understood, or wants a valid licence.
        CONTROLLER_ERROR_<ERROR_CODE>: any other refusal of that service.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-add.html
    """
    return Call("landing.site.add", given(fields=fields, scope=scope), int)


def delete(id: Arg[int], *, scope: Scope | None = None) -> Call[bool]:  # noqa: A002  # its name
    """Delete a site for good; it must have no page, not even in the trash.

    Errors:
        ACCESS_DENIED: no right to delete it.
        ACCESS_DENIED_DELETED: it has a domain that was bought through the portal.
        SITE_IS_NOT_EMPTY: it has pages.
        SITE_IS_LOCK: it is locked against deletion.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-delete.html
    """
    return Call("landing.site.delete", given(id=id, scope=scope), bool)


def get_additional_fields(
    id: Arg[int],  # noqa: A002  # its name
    *,
    scope: Scope | None = None,
) -> Call[dict[str, AdditionalValue] | None]:
    """Read the additional fields of a site.

    Result: values by the codes of the fields, without the empty ones; nothing, or
    None, where there are none to be read.

    Errors:
        ACCESS_DENIED: no right to call it.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-get-additional-fields.html
    """
    return Call(
        "landing.site.getadditionalfields",
        given(id=id, scope=scope),
        dict[str, AdditionalValue] | None,
    )


@overload
def get_list(
    *,
    select: None = None,
    scope: Scope | None = None,
    **options: Unpack[Listing],
) -> Call[list[Site]]: ...


@overload
def get_list(
    *,
    select: Sequence[str],
    scope: Scope | None = None,
    **options: Unpack[Listing],
) -> Call[list[SelectedSite]]: ...


def get_list(
    *,
    select: Sequence[str] | None = None,
    filter: Mapping[str, Any] | None = None,  # noqa: A002  # the portal's word
    order: Mapping[str, Literal["ASC", "DESC"]] | None = None,
    group: Sequence[str] | None = None,
    limit: Arg[int] | None = None,
    offset: Arg[int] | None = None,
    scope: Scope | None = None,
) -> Call[list[Site]] | Call[list[SelectedSite]]:
    """List sites: all that match, for there is no limit unless one is given.

    Keys of `filter` are fields with an operator before them (`"=DELETED"`). Sites in
    the trash come only where it asks for them. A `TYPE` in it works for one type of
    the `scope`, STORE standing for SMN as well; anything else is all types.

    Result: sites, with `select` only those fields of them.

    Errors:
        ACCESS_DENIED: no right to call it.
        TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-get-list.html
    """
    rows = given(select=select, filter=filter, order=order, group=group)
    params = {**rows, **given(limit=limit, offset=offset)} or None
    if select is None:
        return Call(
            "landing.site.getList", given(params=params, scope=scope), list[Site]
        )
    return Call(
        "landing.site.getList", given(params=params, scope=scope), list[SelectedSite]
    )


def get_preview(id: Arg[int], *, scope: Scope | None = None) -> Call[str]:  # noqa: A002  # its name
    """Find the picture of a site's index page.

    Result: its address or path; that of a stand-in where the page has none.

    Errors:
        ACCESS_DENIED: no right to call it.
        MISSING_PARAMS: no `id`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-get-preview.html
    """
    return Call("landing.site.getPreview", given(id=id, scope=scope), str)


@overload
def get_public_url(id: Arg[int], *, scope: Scope | None = None) -> Call[str]: ...


@overload
def get_public_url(
    id: Sequence[Arg[int]],
    *,
    scope: Scope | None = None,
) -> Call[dict[int, str]]: ...


def get_public_url(
    id: Arg[int] | Sequence[Arg[int]],  # noqa: A002  # its name
    *,
    scope: Scope | None = None,
) -> Call[str] | Call[dict[int, str]]:
    """Find the whole public address of a site, or of several.

    Result: the address, "" where there is no such site; for several the addresses of
    those that are there, by their ids.

    Errors:
        ACCESS_DENIED: no right to call it.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-get-public-url.html
    """
    params = given(id=id, scope=scope)
    if isinstance(id, Sequence):
        return Call("landing.site.getPublicUrl", params, dict[int, str])
    return Call("landing.site.getPublicUrl", params, str)


def mark_delete(
    id: Arg[int],  # noqa: A002  # its name
    *,
    mark: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[int]:
    """Unpublish a site and put it into the trash, for 30 days by default.

    `mark=False` takes it out again, as `mark_undelete` does.

    Result: the id of the site.

    Errors:
        ACCESS_DENIED: no right to delete it; also given for a site that is not there.
        ACCESS_DENIED_DELETED: it has a domain that was bought through the portal.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-mark-delete.html
    """
    return Call("landing.site.markDelete", given(id=id, mark=mark, scope=scope), int)


def mark_undelete(id: Arg[int], *, scope: Scope | None = None) -> Call[int]:  # noqa: A002  # its name
    """Take a site out of the trash; it stays unpublished.

    Result: the id of the site.

    Errors:
        ACCESS_DENIED: no right to delete it.
        TOTAL_SITE_REACHED: the plan allows no more sites.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-mark-undelete.html
    """
    return Call("landing.site.markUnDelete", given(id=id, scope=scope), int)


def publication(id: Arg[int], *, scope: Scope | None = None) -> Call[int]:  # noqa: A002  # its name
    """Publish a site as it is now, with its folders and the pages that are active.

    A knowledge base is shown to its users.

    Result: the id of the site, where `landing.landing.publication` answers True.

    Errors:
        ACCESS_DENIED: no such site, or no right to publish it.
        PUBLIC_PAGE_REACHED: the plan allows no more published pages.
        PUBLIC_SITE_REACHED, PUBLIC_SITE_REACHED_FREE: nor sites; none without paying.
        PUBLIC_HTML_DISALLOWED[...]: nor own HTML, in site `[S1]` or page `[L351]`.
        LANDING_PAYMENT_FAILED, LANDING_PAYMENT_FAILED_BLOCK: a page, or a block of
            one, is from an application that needs a Market subscription.
        PHONE_NOT_CONFIRMED, EMAIL_NOT_CONFIRMED: the user has to confirm it first.
        URLCHECKER_FAIL: a page is thought harmful.
        LICENSE_EXPIRED: the portal's licence has ended.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-publication.html
    """
    return Call("landing.site.publication", given(id=id, scope=scope), int)


def unpublic(id: Arg[int], *, scope: Scope | None = None) -> Call[int]:  # noqa: A002  # its name
    """Take a site off the web, with its folders and pages.

    A knowledge base is hidden from its users.

    Result: the id of the site, where `landing.landing.unpublic` answers True.

    Errors:
        ACCESS_DENIED: no such site, or no right to publish it.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-unpublic.html
    """
    return Call("landing.site.unpublic", given(id=id, scope=scope), int)


def update(
    id: Arg[int],  # noqa: A002  # its name
    fields: SiteChanges,
    *,
    scope: Scope | None = None,
) -> Call[bool]:
    """Change fields of a site.

    Errors:
        ACCESS_DENIED: no right to change the site's settings, or some of these fields.
        DOMAIN_NOT_FOUND, DOMAIN_IS_INCORRECT: no such domain; not the name of one.
        DOMAIN_EXIST, DOMAIN_EXIST_TRASH: another site has it, maybe one in the trash.
        DOMAIN_DISABLE: a domain may not have the word bitrix in it.
        CODE_IS_NOT_UNIQUE: another site of the domain has the `CODE`.
        SLASH_IS_NOT_ALLOWED: `CODE` has a `/`.
        CONTROLLER_ERROR_BADRESPONSE, CONTROLLER_ERROR_BADLICENSE: the service that
            registers domains could not be understood, or wants a valid licence.
        CONTROLLER_ERROR_<ERROR_CODE>: any other refusal of that service.
        MISSING_PARAMS: no `id` or no `fields`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-update.html
    """
    return Call("landing.site.update", given(id=id, fields=fields, scope=scope), bool)

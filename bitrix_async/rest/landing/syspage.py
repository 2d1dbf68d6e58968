"""The special pages of a site: its cart, its catalogue and the like.

The methods that change them answer True wherever the call itself was in order, also
where the site or page is not there, not in `scope` or not the user's to change.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest._wire import brief, wire
from bitrix_async.rest.landing._scope import Scope

__all__ = [
    "SpecialPage",
    "SpecialPageType",
    "delete_for_landing",
    "delete_for_site",
    "get",
    "get_special_page",
    "set",
]

SpecialPageType: TypeAlias = Literal[
    "mainpage",
    "catalog",
    "personal",
    "cart",
    "order",
    "payment",
    "compare",
    "feedback",
]


@frozen(kw_only=True)
class SpecialPage:
    """A page that is special for a site; `type` is a `SpecialPageType`."""

    type: str = field(metadata=wire("TYPE"))
    landing_id: int = field(metadata=wire("LANDING_ID"))
    title: str | None = field(default=None, metadata=wire("TITLE"))
    deleted: bool | None = field(default=None, metadata=wire("DELETED"))
    active: bool | None = field(default=None, metadata=wire("ACTIVE"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


def delete_for_landing(id: Arg[int], *, scope: Scope | None = None) -> Call[bool]:  # noqa: A002  # its name
    """Make a page special no more, for no site.

    Errors:
        ACCESS_DENIED: no right to call methods of sites.
        MISSING_PARAMS: no `id`.

    https://apidocs.bitrix24.com/api-reference/landing/page/special-pages/landing-syspage-delete-for-landing.html
    """
    return Call("landing.syspage.deleteForLanding", given(id=id, scope=scope), bool)


def delete_for_site(id: Arg[int]) -> Call[bool]:  # noqa: A002  # its name
    """Make none of a site's pages special; the pages stay.

    Errors:
        ACCESS_DENIED: no right to call methods of sites.
        MISSING_PARAMS: no `id`.

    https://apidocs.bitrix24.com/api-reference/landing/page/special-pages/landing-syspage-delete-for-site.html
    """
    return Call("landing.syspage.deleteForSite", given(id=id), bool)


def get(
    id: Arg[int],  # noqa: A002  # its name
    *,
    active: Arg[bool] | None = None,
) -> Call[dict[str, SpecialPage] | None]:
    """List the special pages of a site, with `active` those that visitors can see.

    Result: pages by their `SpecialPageType`; None where there is no such site, or it is
    not readable.

    Errors:
        ACCESS_DENIED: no right to call methods of sites.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/special-pages/landing-syspage-get.html
    """
    return Call(
        "landing.syspage.get",
        given(id=id, active=active),
        dict[str, SpecialPage] | None,
    )


def get_special_page(
    site_id: Arg[int],
    type: Arg[SpecialPageType],  # noqa: A002  # its name
    *,
    additional: Mapping[str, Arg[str | int]] | None = None,
) -> Call[str | None]:
    """Find the address of a special page, be it active or not.

    `additional` are parameters of the address, instead of those that it has.

    Result: "" where the site has no such page; None where there is no such site, or it
    is not readable.

    Errors:
        ACCESS_DENIED: no right to call methods of sites.
        ERROR_ARGUMENT: a parameter is a list or map that should not be, or the reverse.
        MISSING_PARAMS, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/special-pages/landing-syspage-get-special-page.html
    """
    return Call(
        "landing.syspage.getSpecialPage",
        given(siteId=site_id, type=type, additional=additional),
        str | None,
    )


def set(  # noqa: A001  # the portal's word
    id: Arg[int],  # noqa: A002  # its name
    type: Arg[SpecialPageType],  # noqa: A002  # its name
    *,
    lid: Arg[int] | None = None,
) -> Call[bool]:
    """Make a page special for the site `id`; without `lid` none is.

    `lid=0` is not the same: the portal keeps it as a page of that number.

    Errors:
        ACCESS_DENIED: no right to call methods of sites.
        MISSING_PARAMS, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/page/special-pages/landing-syspage-set.html
    """
    return Call("landing.syspage.set", given(id=id, type=type, lid=lid), bool)

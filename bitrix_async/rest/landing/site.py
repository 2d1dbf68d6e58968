"""Sites. Here is what pages need first; the other methods of sites are to come."""

from collections.abc import Mapping
from typing import Any, Required, TypedDict

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest.landing._scope import Scope, SiteType

__all__ = ["NewSite", "add"]


class NewSite(TypedDict, total=False):
    """A site to be made by `add`; a TypedDict for the reasons of `landing.landing`.

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
    ADDITIONAL_FIELDS: Mapping[str, Any]


def add(fields: NewSite, *, scope: Scope | None = None) -> Call[int]:
    """Make a site.

    `TYPE` is PAGE unless given; for KNOWLEDGE, GROUP and MAINPAGE `scope` has to say
    the same.

    Result: its id. A `CODE` that is taken gets a number behind it.

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

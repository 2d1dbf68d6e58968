"""Templates of the wizard for new sites and pages, and the registering of one's own."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Unpack, overload

from bitrix_async._call import Arg, Call, Ref, given
from bitrix_async.rest.landing._export import (
    Empty,
    ExportedBlock,
    ExportedLayout,
    ExportedPage,
    ExportedPageFields,
    ExportedRepoBlock,
    ExportedSite,
    ExportedSiteFields,
)
from bitrix_async.rest.landing._lists import Listing
from bitrix_async.rest.landing._templates import (
    Localization,
    RegisteredTemplate,
    SelectedRegisteredTemplate,
    TemplateData,
    TemplateType,
    TemplateUse,
    WizardTemplate,
)

__all__ = [
    "Empty",
    "ExportedBlock",
    "ExportedLayout",
    "ExportedPage",
    "ExportedPageFields",
    "ExportedRepoBlock",
    "ExportedSite",
    "ExportedSiteFields",
    "Localization",
    "RegisteredTemplate",
    "SelectedRegisteredTemplate",
    "TemplateData",
    "TemplateType",
    "TemplateUse",
    "WizardTemplate",
    "get_list",
    "get_page_list",
    "get_site_list",
    "register",
    "unregister",
]


@overload
def get_list(
    *,
    select: None = None,
    **options: Unpack[Listing],
) -> Call[list[RegisteredTemplate]]: ...


@overload
def get_list(
    *,
    select: Sequence[str],
    **options: Unpack[Listing],
) -> Call[list[SelectedRegisteredTemplate]]: ...


def get_list(
    *,
    select: Sequence[str] | None = None,
    filter: Mapping[str, Any] | None = None,  # noqa: A002  # the portal's word
    order: Mapping[str, Literal["ASC", "DESC"]] | None = None,
    group: Sequence[str] | None = None,
    limit: Arg[int] | None = None,
    offset: Arg[int] | None = None,
) -> Call[list[RegisteredTemplate]] | Call[list[SelectedRegisteredTemplate]]:
    """List registered templates: all that match, for there is no limit unless given.

    An application sees only its own.

    Result: templates, with `select` only those fields of them.

    Errors:
        ERROR_ARGUMENT, ACCESS_DENIED, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/demos/landing-demos-get-list.html
    """
    rows = given(select=select, filter=filter, order=order, group=group)
    params = {**rows, **given(limit=limit, offset=offset)} or None
    if select is None:
        return Call(
            "landing.demos.getList", given(params=params), list[RegisteredTemplate]
        )
    return Call(
        "landing.demos.getList", given(params=params), list[SelectedRegisteredTemplate]
    )


def get_page_list(
    type: Arg[TemplateType],  # noqa: A002  # the portal's word
    *,
    filter: Mapping[str, Any] | None = None,  # noqa: A002  # the portal's word
) -> Call[dict[str, WizardTemplate]]:
    """Find what the wizard offers for a new page, in sites of a type.

    `filter` holds what the fields of a template have to be, or have among them,
    capitals as they are (`{"TYPE": "GROUP"}`); those of its `data` are not looked at.

    Result: templates by their codes.

    Errors:
        MISSING_PARAMS, ERROR_ARGUMENT, ACCESS_DENIED: see `Fault`.
        TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/demos/landing-demos-get-page-list.html
    """
    return Call(
        "landing.demos.getPageList",
        given(type=type, filter=filter),
        dict[str, WizardTemplate],
    )


def get_site_list(
    type: Arg[TemplateType],  # noqa: A002  # the portal's word
    *,
    filter: Mapping[str, Any] | None = None,  # noqa: A002  # the portal's word
) -> Call[dict[str, WizardTemplate]]:
    """Find what the wizard offers for a new site of a type.

    `filter` is that of `get_page_list`.

    Result: templates by their codes.

    Errors:
        MISSING_PARAMS, ERROR_ARGUMENT, ACCESS_DENIED: see `Fault`.
        TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/demos/landing-demos-get-site-list.html
    """
    return Call(
        "landing.demos.getSiteList",
        given(type=type, filter=filter),
        dict[str, WizardTemplate],
    )


def register(
    data: ExportedSite | Sequence[ExportedSite] | Ref[Any],
    *,
    site_template_id: Arg[str] | None = None,
    lang: Mapping[str, Mapping[str, str]] | None = None,
    lang_original: Arg[str] | None = None,
) -> Call[list[int]]:
    """Register a template, or replace those the application has under its codes.

    `data` is the answer of `landing.site.fullExport`, of which the site and each page
    become templates, or a list of single templates. `site_template_id` counts on
    portals of one's own. `lang` has phrases by language and then by the phrase in
    `lang_original` that is translated; give every language the same ones. An export
    travels alone, for the portal keeps it as it comes; so its numbers stay numbers.

    Result: the ids of the templates.

    Errors:
        REGISTER_ERROR_DATA: `data` is empty.
        BX_EMPTY_REQUIRED: a site or page in it has no `code`.
        CONTENT_IS_BAD: something in it is not allowed; see `repo.check_content`.
        ERROR_ARGUMENT, ACCESS_DENIED: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/demos/landing-demos-register.html
    """
    options = given(
        site_template_id=site_template_id, lang=lang, lang_original=lang_original
    )
    return Call(
        "landing.demos.register",
        given(data=data, params=options or None),
        list[int],
    )


def unregister(code: Arg[str]) -> Call[bool]:
    """Delete a registered template: that of the site and that of the page, if both are.

    Result: False where there is none, or `code` is "".

    Errors:
        "": it could not be deleted.
        MISSING_PARAMS, ACCESS_DENIED: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/demos/landing-demos-unregister.html
    """
    return Call("landing.demos.unregister", given(code=code), bool)

"""Templates of the view, and the pages that stand in their areas.

A template has areas around the page itself, `#AREA_1#` and so on in its `content`: a
header, a footer, a sidebar. What stands in an area is a page of its own, given for a
site or for one page of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, Unpack, overload

from attrs import field, frozen

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest._wire import brief, wire
from bitrix_async.rest.landing._lists import Listing

__all__ = [
    "Areas",
    "SelectedTemplate",
    "Template",
    "get_landing_ref",
    "get_list",
    "get_site_ref",
    "set_landing_ref",
    "set_site_ref",
]

Areas: TypeAlias = dict[int, int] | Literal[True]
"""The page in each area, by the area's number; True where no area has one."""


@frozen(kw_only=True)
class SelectedTemplate:
    """The fields of a template that `select` asked for; None is what it did not.

    https://apidocs.bitrix24.com/api-reference/landing/template/fields.html
    """

    id: int | None = field(default=None, metadata=wire("ID"))
    active: bool | None = field(default=None, metadata=wire("ACTIVE"))
    title: str | None = field(default=None, metadata=wire("TITLE"))
    sort: int | None = field(default=None, metadata=wire("SORT"))
    xml_id: str | None = field(default=None, metadata=wire("XML_ID"))
    area_count: int | None = field(default=None, metadata=wire("AREA_COUNT"))
    content: str | None = field(default=None, metadata=wire("CONTENT"))
    created_by_id: int | None = field(default=None, metadata=wire("CREATED_BY_ID"))
    modified_by_id: int | None = field(default=None, metadata=wire("MODIFIED_BY_ID"))
    date_create: str | None = field(default=None, metadata=wire("DATE_CREATE"))
    date_modify: str | None = field(default=None, metadata=wire("DATE_MODIFY"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class Template(SelectedTemplate):
    """A template with all its fields; None is what is empty.

    `title` is in the portal's language, or a key such as `#HEADER_ONLY#` where there is
    no translation. Dates are text in the portal's own format.
    """

    id: int = field(metadata=wire("ID"))
    active: bool = field(metadata=wire("ACTIVE"))
    title: str = field(metadata=wire("TITLE"))

    __repr__ = brief


def get_landing_ref(id: Arg[int]) -> Call[Areas]:  # noqa: A002  # its name
    """Read which pages stand in the areas of a page, by what it says itself.

    Errors:
        ENTITY_NOT_FOUND: no such page, or not readable.
        ACCESS_DENIED: no right to see the site.
        MISSING_PARAMS: no `id`.

    https://apidocs.bitrix24.com/api-reference/landing/template/landing-template-get-landing-ref.html
    """
    return Call("landing.template.getLandingRef", given(id=id), Areas)


@overload
def get_list(
    *,
    select: None = None,
    **options: Unpack[Listing],
) -> Call[list[Template]]: ...


@overload
def get_list(
    *,
    select: Sequence[str],
    **options: Unpack[Listing],
) -> Call[list[SelectedTemplate]]: ...


def get_list(
    *,
    select: Sequence[str] | None = None,
    filter: Mapping[str, Any] | None = None,  # noqa: A002  # the portal's word
    order: Mapping[str, Literal["ASC", "DESC"]] | None = None,
    group: Sequence[str] | None = None,
    limit: Arg[int] | None = None,
    offset: Arg[int] | None = None,
) -> Call[list[Template]] | Call[list[SelectedTemplate]]:
    """List templates: all that match, for there is no limit unless one is given.

    Keys of `filter` are fields with an operator before them (`"=ACTIVE"`).

    Result: templates, with `select` only those fields of them.

    Errors:
        ACCESS_DENIED: no right to see sites.
        TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/template/landing-template-get-list.html
    """
    rows = given(select=select, filter=filter, order=order, group=group)
    params = {**rows, **given(limit=limit, offset=offset)} or None
    if select is None:
        return Call("landing.template.getlist", given(params=params), list[Template])
    return Call(
        "landing.template.getlist", given(params=params), list[SelectedTemplate]
    )


def get_site_ref(id: Arg[int]) -> Call[Areas]:  # noqa: A002  # its name
    """Read which pages stand in the areas of a site; its pages may say otherwise.

    Errors:
        ENTITY_NOT_FOUND: no such site, or not readable.
        ACCESS_DENIED: no right to see the site.
        MISSING_PARAMS: no `id`.

    https://apidocs.bitrix24.com/api-reference/landing/template/landing-template-get-site-ref.html
    """
    return Call("landing.template.getSiteRef", given(id=id), Areas)


def set_landing_ref(
    id: Arg[int],  # noqa: A002  # its name
    *,
    data: Mapping[int, Arg[int]] | None = None,
) -> Call[bool]:
    """Say which pages stand in all areas of a page, by the areas' numbers.

    An area that is left out, or has 0, has none; without `data`, or with `{}`, no area
    has one. Nobody looks whether there is such an area or page.

    Result: True, also where the user may not change the page and nothing was changed.

    Errors:
        ENTITY_NOT_FOUND: no such page, or not readable.
        ACCESS_DENIED: no right to change the page's settings.
        MISSING_PARAMS: no `id`.

    https://apidocs.bitrix24.com/api-reference/landing/template/landing-template-set-landing-ref.html
    """
    return Call(
        "landing.template.setLandingRef", given(id=id, data=_by_text(data)), bool
    )


def set_site_ref(
    id: Arg[int],  # noqa: A002  # its name
    *,
    data: Mapping[int, Arg[int]] | None = None,
) -> Call[bool]:
    """Say which pages stand in all areas of a site, by the areas' numbers.

    An area that is left out, or has 0, has none; without `data`, or with `{}`, no area
    has one.

    Result: True, also where the user may not change the site and nothing was changed.

    Errors:
        ENTITY_NOT_FOUND: no such site, or not readable.
        ACCESS_DENIED: no right to change the site's settings.
        MISSING_PARAMS: no `id`.

    https://apidocs.bitrix24.com/api-reference/landing/template/landing-template-set-site-ref.html
    """
    return Call("landing.template.setSiteRef", given(id=id, data=_by_text(data)), bool)


def _by_text(areas: Mapping[int, Arg[int]] | None) -> dict[str, Arg[int]] | None:
    """JSON has only text for a key."""
    return None if areas is None else {str(area): areas[area] for area in areas}

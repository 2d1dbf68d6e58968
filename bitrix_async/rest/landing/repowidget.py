"""Widgets of the Vibe, the portal's main page: Vue templates with a handler outside.

https://apidocs.bitrix24.com/api-reference/vibe/index.html
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypeAlias, TypedDict, overload

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest._wire import YesNo
from bitrix_async.rest.landing._repository import SelectedWidget, Widget

__all__ = [
    "NewWidget",
    "SelectedWidget",
    "Widget",
    "WidgetParams",
    "WidgetSection",
    "debug",
    "get_list",
    "register",
    "unregister",
]

WidgetSection: TypeAlias = Literal[
    "widgets_company_life",
    "widgets_new_employees",
    "widgets_team",
    "widgets_automation",
    "widgets_events",
    "widgets_profile",
    "widgets_tasks",
    "widgets_sales",
    "widgets_hr",
    "widgets_other",
    "widgets_separators",
    "widgets_text",
    "widgets_image",
    "widgets_video",
]
"""Where the editor shows a widget."""


class WidgetParams(TypedDict, total=False):
    """What makes the markup of a widget a Vue component.

    `rootNode` selects the one element at the top. `handler` is asked for the data, and
    `demoData` stands for its answer where a template is shown off; anything will do
    where none is. `style` is the address of a style sheet. `lang` has phrases by
    language and then by name, for `$Bitrix.Loc.getMessage`.
    """

    rootNode: Required[Arg[str]]
    handler: Required[Arg[str]]
    demoData: Required[Mapping[str, Any] | Sequence[Any]]
    style: Arg[str]
    lang: Mapping[str, Mapping[str, str]]


class NewWidget(TypedDict, total=False):
    """A widget to be registered.

    `PREVIEW` is the address of a picture. `SITE_TEMPLATE_ID` counts only on portals
    of one's own.
    """

    NAME: Required[Arg[str]]
    PREVIEW: Required[Arg[str]]
    CONTENT: Required[Arg[str]]
    SECTIONS: Required[Arg[WidgetSection]]
    WIDGET_PARAMS: Required[WidgetParams]
    DESCRIPTION: Arg[str]
    ACTIVE: Arg[YesNo]
    SITE_TEMPLATE_ID: Arg[str]


def debug(*, enable: Arg[bool] | None = None) -> Call[bool]:
    """Let the application's widgets report more errors to the browser, or no longer.

    Give `enable`: the page calls it optional, but portals have been seen to refuse a
    call without it (MISSING_PARAMS).

    Errors:
        APP_NOT_FOUND: the call is not an application's, as from a webhook.

    https://apidocs.bitrix24.com/api-reference/vibe/landing-repowidget-debug.html
    """
    return Call("landing.repowidget.debug", given(enable=enable), bool)


@overload
def get_list(
    *,
    select: None = None,
    filter: Mapping[str, Any] | None = None,
    group: Sequence[str] | None = None,
    order: Mapping[str, Literal["asc", "desc"]] | None = None,
) -> Call[list[Widget]]: ...


@overload
def get_list(
    *,
    select: Sequence[str],
    filter: Mapping[str, Any] | None = None,
    group: Sequence[str] | None = None,
    order: Mapping[str, Literal["asc", "desc"]] | None = None,
) -> Call[list[SelectedWidget]]: ...


def get_list(
    *,
    select: Sequence[str] | None = None,
    filter: Mapping[str, Any] | None = None,  # noqa: A002  # the portal's word
    group: Sequence[str] | None = None,
    order: Mapping[str, Literal["asc", "desc"]] | None = None,
) -> Call[list[Widget]] | Call[list[SelectedWidget]]:
    """List the application's widgets: all that match.

    Keys of `filter` are fields with an operator before them (`">ID"`). An empty
    `select` is none.

    Result: widgets, with `select` only those fields of them.

    https://apidocs.bitrix24.com/api-reference/vibe/landing-repowidget-get-list.html
    """
    params = given(select=select, filter=filter, group=group, order=order)
    if select is None:
        return Call("landing.repowidget.getlist", {"params": params}, list[Widget])
    return Call("landing.repowidget.getlist", {"params": params}, list[SelectedWidget])


def register(code: Arg[str], fields: NewWidget) -> Call[int]:
    """Register a widget, or replace the one that is there under this code.

    Widgets that stand on the Vibe already change with it. Codes are one space for all
    applications: begin yours with a name of your own. With `demoData` that holds more
    than text it travels alone: the portal keeps it as it comes, and a batch makes text
    of a number.

    Result: its id.

    Errors:
        REQUIRED_FIELD_NO_EXISTS: a required field is missing; the description has it.
        REQUIRED_PARAM_NO_EXISTS: no `rootNode`, `handler` or `demoData`.

    https://apidocs.bitrix24.com/api-reference/vibe/landing-repowidget-register.html
    """
    return Call(
        "landing.repowidget.register",
        given(code=code, fields=fields),
        int,
    )


def unregister(code: Arg[str]) -> Call[bool]:
    """Delete a registered widget.

    Result: False where there is none.

    https://apidocs.bitrix24.com/api-reference/vibe/landing-repowidget-unregister.html
    """
    return Call("landing.repowidget.unregister", given(code=code), bool)

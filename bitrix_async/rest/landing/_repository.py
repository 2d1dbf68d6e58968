"""The rows of the repository: blocks of applications, and widgets.

Dates are text, for their format is the portal's own setting.
"""

from collections.abc import Mapping
from typing import Any, Literal

from attrs import field, frozen

from bitrix_async.rest._wire import brief, wire


@frozen(kw_only=True)
class SelectedRepoBlock:
    """The fields of a block that `select` asked for; None is what it did not.

    `manifest` comes without being selected, and is False where none can be read.

    https://apidocs.bitrix24.com/api-reference/landing/user-blocks/landing-repo-get-list.html
    """

    id: int | None = field(default=None, metadata=wire("ID"))
    xml_id: str | None = field(default=None, metadata=wire("XML_ID"))
    app_code: str | None = field(default=None, metadata=wire("APP_CODE"))
    active: bool | None = field(default=None, metadata=wire("ACTIVE"))
    name: str | None = field(default=None, metadata=wire("NAME"))
    description: str | None = field(default=None, metadata=wire("DESCRIPTION"))
    sections: str | None = field(default=None, metadata=wire("SECTIONS"))
    site_template_id: str | None = field(
        default=None, metadata=wire("SITE_TEMPLATE_ID")
    )
    preview: str | None = field(default=None, metadata=wire("PREVIEW"))
    manifest: dict[str, Any] | Literal[False] | None = field(
        default=None, metadata=wire("MANIFEST")
    )
    content: str | None = field(default=None, metadata=wire("CONTENT"))
    created_by_id: int | None = field(default=None, metadata=wire("CREATED_BY_ID"))
    modified_by_id: int | None = field(default=None, metadata=wire("MODIFIED_BY_ID"))
    date_create: str | None = field(default=None, metadata=wire("DATE_CREATE"))
    date_modify: str | None = field(default=None, metadata=wire("DATE_MODIFY"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class RepoBlock(SelectedRepoBlock):
    """A registered block with all its fields; None is what is empty.

    `xml_id` is the code it was registered with, `app_code` the application that did.
    `sections` are joined by commas.
    """

    id: int = field(metadata=wire("ID"))
    xml_id: str = field(metadata=wire("XML_ID"))
    active: bool = field(metadata=wire("ACTIVE"))
    name: str = field(metadata=wire("NAME"))
    content: str = field(metadata=wire("CONTENT"))

    __repr__ = brief


@frozen(kw_only=True)
class SelectedWidget:
    """The fields of a widget that `select` asked for; None is what it did not.

    https://apidocs.bitrix24.com/api-reference/vibe/landing-repowidget-get-list.html
    """

    id: int | None = field(default=None, metadata=wire("ID"))
    xml_id: str | None = field(default=None, metadata=wire("XML_ID"))
    app_code: str | None = field(default=None, metadata=wire("APP_CODE"))
    active: bool | None = field(default=None, metadata=wire("ACTIVE"))
    name: str | None = field(default=None, metadata=wire("NAME"))
    description: str | None = field(default=None, metadata=wire("DESCRIPTION"))
    sections: str | None = field(default=None, metadata=wire("SECTIONS"))
    preview: str | None = field(default=None, metadata=wire("PREVIEW"))
    widget_params: dict[str, Any] | None = field(
        default=None, metadata=wire("WIDGET_PARAMS")
    )
    content: str | None = field(default=None, metadata=wire("CONTENT"))
    manifest: dict[str, Any] | None = field(default=None, metadata=wire("MANIFEST"))
    created_by_id: int | None = field(default=None, metadata=wire("CREATED_BY_ID"))
    modified_by_id: int | None = field(default=None, metadata=wire("MODIFIED_BY_ID"))
    date_create: str | None = field(default=None, metadata=wire("DATE_CREATE"))
    date_modify: str | None = field(default=None, metadata=wire("DATE_MODIFY"))
    site_template_id: str | None = field(
        default=None, metadata=wire("SITE_TEMPLATE_ID")
    )
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


@frozen(kw_only=True)
class Widget(SelectedWidget):
    """A registered widget with all its fields; None is what is empty.

    Its parameters are also in `manifest`, under `block` and `subtype_params`. The page
    has `widget_params` among the fields, and its example has none.
    """

    id: int = field(metadata=wire("ID"))
    xml_id: str = field(metadata=wire("XML_ID"))
    active: bool = field(metadata=wire("ACTIVE"))
    name: str = field(metadata=wire("NAME"))
    content: str = field(metadata=wire("CONTENT"))

    __repr__ = brief


@frozen(kw_only=True)
class CheckedContent:
    """What `check_content` found: `content` has a splitter in each bad place."""

    is_bad: bool
    content: str
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief

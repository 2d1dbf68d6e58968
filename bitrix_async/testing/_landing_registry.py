"""What applications register: blocks, templates and places in the editor.

A row belongs to the application that made it, or to none when a webhook did; an
application sees and changes only its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_async.testing._methods import Context


@define
class Row:
    """What was registered under a code; times are by the portal's clock."""

    id: int
    code: str
    app: str | None
    created: float
    created_by: int
    modified: float = 0.0
    modified_by: int = 0
    fields: dict[str, Any] = field(factory=dict)
    manifest: Any = None

    def write(self, context: Context, fields: dict[str, Any], manifest: Any) -> None:
        self.fields |= fields
        self.manifest = manifest
        self.modified, self.modified_by = context.now, context.caller.user


@frozen
class Placement:
    """A place in the editor that an application has taken."""

    app: str
    code: str
    handler: str


@define
class Registry:
    """The tables of an application's things; `debugging` are those in debug mode."""

    blocks: dict[int, Row] = field(factory=dict)
    templates: dict[int, Row] = field(factory=dict)
    placements: set[Placement] = field(factory=set)
    debugging: set[str] = field(factory=set)


R = TypeVar("R", Row, Placement)


def app_of(context: Context) -> str | None:
    """The application that calls; a webhook is none."""
    return None if context.caller.webhook else context.caller.client


def of_caller(context: Context, rows: Iterable[R]) -> list[R]:
    """The caller's own where it is an application, else all."""
    app = app_of(context)
    return [row for row in rows if app in (None, row.app)]


def new_row(context: Context, table: str, code: str) -> Row:
    return Row(
        id=context.portal.landing.next_id(table),
        code=code,
        app=app_of(context),
        created=context.now,
        created_by=context.caller.user,
    )

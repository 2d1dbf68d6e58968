"""What the planner may decide: one of these, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from bitrix_async.sansio.lines import Request


@frozen
class Send:
    """Send this request now."""

    request: Request


@frozen
class Renew:
    """Renew the credentials now; nothing is sent before that has ended."""


@frozen
class Wait:
    """Nothing to send before `until`, or before something happens.

    `cause` says what for: `rate`, `operating`, `retry`, `answers` or `tokens`.
    """

    until: float
    cause: str


@frozen
class Idle:
    """Nobody waits."""


Decision: TypeAlias = Send | Renew | Wait | Idle

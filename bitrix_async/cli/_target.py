"""Which portal a command works on: the options, and the session they make."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import frozen

from bitrix_async import AiohttpTransport, Limits, Session, Webhook

if TYPE_CHECKING:
    from collections.abc import Callable

# As many as a session has by itself.
CONNECTIONS: Final = AiohttpTransport().connections

_VARIABLE: Final = "BITRIX_WEBHOOK"
_NO_WEBHOOK: Final = (
    f"no webhook: set {_VARIABLE} to its address, or give --webhook; a portal makes "
    "one under Applications > Developer resources > Other > Incoming webhook, and "
    "`bitrix-async portal` is a portal of your own to try"
)


@frozen
class Target:
    """A portal and how to talk to it."""

    webhook: str | Webhook
    scale: float = 1.0
    connections: int = CONNECTIONS

    def session(self) -> Session:
        return Session(
            self.webhook,
            limits=Limits().scaled(self.scale),
            connections=self.connections,
        )


def _given(ctx: click.Context, param: click.Parameter, typed: str | None) -> Any:
    if ctx.resilient_parsing:
        return None
    # Not click's own `required`, which cannot say how to get one.
    if typed is None:
        raise click.UsageError(_NO_WEBHOOK, ctx)
    try:
        return Webhook(typed)
    except ValueError as error:  # it does not repeat the address
        raise click.BadParameter(str(error), ctx, param) from None


def _positive(ctx: click.Context, param: click.Parameter, value: float) -> float:
    if not 0 < value < float("inf"):
        raise click.BadParameter("it is a number above 0", ctx, param)
    return value


_webhook: Final = click.option(
    "--webhook",
    metavar="URL",
    envvar=_VARIABLE,
    show_envvar=True,
    callback=_given,
    help="The portal's incoming webhook: a secret, better in the variable, for "
    "arguments are seen by others on the machine.",
)
scale_option: Final = click.option(
    "--scale",
    type=float,
    default=1.0,
    show_default=True,
    callback=_positive,
    help="How long a second of a local portal lasts; see `portal`.",
)


def target_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which portal; the command gets them as `target`."""

    @_webhook
    @scale_option
    @wraps(command)
    def given(webhook: Webhook, scale: float, **rest: Any) -> Any:
        return command(target=Target(webhook, scale), **rest)

    return given

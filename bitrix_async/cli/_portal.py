"""`portal`: a Bitrix24 portal of one's own, on this machine."""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any, Final

import click

from bitrix_async.cli import _ids
from bitrix_async.cli._screen import say
from bitrix_async.cli._target import scale_option
from bitrix_async.testing import Portal
from bitrix_async.testing.http import serve

if TYPE_CHECKING:
    from collections.abc import Mapping

# What calls of one method take differs from page to page; as in measured.md C.3.
_SPREAD: Final = 0.5

_PUBLICATION: Final = "landing.landing.publication"


def _refusals(
    ctx: click.Context, param: click.Parameter, typed: tuple[str, ...]
) -> dict[int, str]:
    parts = [text.partition("=") for text in typed]
    for text, (_, _, code) in zip(typed, parts, strict=True):
        if not code:
            raise click.BadParameter(f"{text!a} is not LID=CODE", ctx, param)
    lids = [_ids.arguments(ctx, param, (lid,))[0] for lid, _, _ in parts]
    return {lid: code for lid, (_, _, code) in zip(lids, parts, strict=True)}


@click.command(
    epilog="""\b
Example, in two terminals:
  bitrix-async portal --port 8024 --scale 0.01 --pages 500
  BITRIX_WEBHOOK=http://127.0.0.1:8024/... bitrix-async publish --site 1 --scale 0.01
"""
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default="a free one",
    help="Where on 127.0.0.1.",
)
@scale_option
@click.option(
    "--pages",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Pages to begin with, in site 1.",
)
@click.option(
    "--deals",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="Deals to begin with; every seventh id is missing.",
)
@click.option("--seed", type=int, default=0, help="Of the portal's chance.")
@click.option(
    "--refuse",
    metavar="LID=CODE",
    callback=_refusals,
    multiple=True,
    help="The page LID cannot be published and answers CODE; many times.",
)
@click.option("--attached", is_flag=True, hidden=True)
def portal(port: int, *, attached: bool, **what: Any) -> None:
    """Serve a portal on this machine, to try things on, until Ctrl-C.

    Its webhook's address is the first line of the output. It keeps the limits of the
    cloud; with --scale 0.01 ten minutes of them pass in six seconds.
    """
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(made(**what), port, attached=attached))


def made(
    *, scale: float, pages: int, deals: int, seed: int, refuse: Mapping[int, str]
) -> Portal:
    """The portal that the options describe."""
    served = Portal(seed=seed, scale=scale, cost_cv=_SPREAD)
    if pages:
        served.seed_pages(pages)
    served.seed_items(deals)
    _arrange(served, refuse)
    return served


def _arrange(served: Portal, refused: Mapping[int, str]) -> None:
    for lid, code in refused.items():
        served.trouble(
            "fault",
            times=None,
            method=_PUBLICATION,
            where={"lid": lid},
            code=code,
            description="The page cannot be published",
        )


async def _serve(served: Portal, port: int, *, attached: bool) -> None:
    ended = asyncio.Event()
    async with AsyncExitStack() as stack:
        try:
            webhook = await stack.enter_async_context(serve(served, port=port))
        except OSError as error:
            raise click.UsageError(f"--port {port}: {error.strerror}") from None
        click.echo(webhook)
        if attached:
            _watch_stdin(ended)
        else:
            say(f"Give it as BITRIX_WEBHOOK{_scaled(served)}; Ctrl-C ends the portal.")
        await ended.wait()


def _scaled(served: Portal) -> str:
    return "" if served.scale == 1 else f", with --scale {served.scale:g}"


def _watch_stdin(ended: asyncio.Event) -> None:
    """Sets `ended` when whoever started the portal is gone, however it went."""
    loop = asyncio.get_running_loop()

    def watch() -> None:
        # Not sys.stdin, whose lock would be held when the interpreter ends.
        while os.read(0, 1024):
            pass
        with suppress(RuntimeError):  # the loop is closed: it has ended by itself
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=watch, daemon=True).start()

"""`call`: one method, its result as JSON."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from bitrix_async import Call
from bitrix_async.cli._params import parse
from bitrix_async.cli._screen import as_json
from bitrix_async.cli._target import target_options

if TYPE_CHECKING:
    from bitrix_async.cli._target import Target


@click.command(
    epilog="""\b
Examples:
  bitrix-async call user.current
  bitrix-async call landing.landing.add 'fields[TITLE]=Home' 'fields[SITE_ID]:=1'
  bitrix-async call crm.item.list --json '{"entityTypeId": 2, "select": ["id"]}'
"""
)
@click.argument("method")
@click.argument("params", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--json", "text", metavar="OBJECT", help="Parameters as a JSON object.")
@target_options
def call(
    target: Target, method: str, params: tuple[str, ...], text: str | None
) -> None:
    """Call one METHOD and print its result as JSON.

    A parameter KEY=VALUE is text, KEY:=JSON any JSON value. Keys are nested as in
    PHP: fields[TITLE]=Home, select[]=ID.
    """
    result = asyncio.run(_result(target, Call(method, parse(params, text))))
    click.echo(as_json(result, indent=2))


async def _result(target: Target, one: Call[Any]) -> Any:
    async with target.session() as bx:
        return await bx(one)

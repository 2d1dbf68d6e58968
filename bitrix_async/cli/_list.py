"""`list`: a list to its end, a row a line."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final, get_args

import click

from bitrix_async import BadAnswer, Call, Strategy
from bitrix_async.cli._params import parse
from bitrix_async.cli._screen import as_json
from bitrix_async.cli._target import target_options

if TYPE_CHECKING:
    from bitrix_async.cli._target import Target

# Arguments, as the package's errors name them -> the options that set them.
_OPTIONS: Final = {
    "Call(..., items=...)": "--items NAME",
    "key=...": "--key NAME",
    "strategy='offset'": "--strategy offset",
    "key names an id": "--key names an id",
    "key is the name": "--key is the name",
    "page_size is": "--page-size is",
}


@click.command(
    epilog="""\b
Examples:
  bitrix-async list crm.deal.list 'filter[STAGE_ID]=NEW' > deals.jsonl
  bitrix-async list crm.item.list entityTypeId:=2 | jq .title
  bitrix-async list my.own.list --key ID --items things
""",
)
@click.argument("method")
@click.argument("params", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--json", "text", metavar="OBJECT", help="Parameters as a JSON object.")
@click.option("--items", metavar="NAME", help="Where the rows are in the result.")
@click.option("--key", metavar="NAME", help="The rows' id, as the filter spells it.")
@click.option("--page-size", type=int, metavar="ROWS", help="Rows of a full page.")
@click.option(
    "--strategy",
    type=click.Choice(get_args(Strategy)),
    help="How the list is walked; by default the fastest that loses nothing.",
)
@target_options
def list(  # noqa: A001  # as it is called
    target: Target,
    method: str,
    params: tuple[str, ...],
    text: str | None,
    items: str | None,
    **how: Any,
) -> None:
    """Print all rows of a list METHOD, a line of JSON each.

    They are printed as they come. Parameters are those of one page, typed as for
    `call`; pages are found by the rows' id where the method can filter by it. An error
    comes after the rows before it.
    """
    call = Call[Any](method, parse(params, text), items=items)
    asyncio.run(_print_rows(target, call, how))


async def _print_rows(target: Target, call: Call[Any], how: dict[str, Any]) -> None:
    async with target.session() as bx:
        try:
            pages = bx.pages(call, **how)
        except ValueError as error:
            raise click.UsageError(_as_options(str(error))) from None
        try:
            async with aclosing(pages):
                async for page in pages:
                    click.echo("\n".join(map(as_json, page)))
        except BadAnswer as error:
            raise click.ClickException(_as_options(str(error))) from None


def _as_options(text: str) -> str:
    """What is said of arguments, which nobody has typed here."""
    for argument, option in _OPTIONS.items():
        text = text.replace(argument, option)
    return text

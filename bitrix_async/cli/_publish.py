"""`publish` and `unpublish`: the job on the pages of a portal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import frozen

from bitrix_async.cli._job import Job
from bitrix_async.cli._order import Order, order_options
from bitrix_async.cli._report import Report, listed, write
from bitrix_async.cli._screen import say, working
from bitrix_async.rest import landing

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_async import Call, Session
    from bitrix_async.cli._target import Target


@frozen
class _Verb:
    """What is done to a page, and its words."""

    past: str
    doing: str
    call: Callable[..., Call[Any]]


_PUBLISH: Final = _Verb("published", "Publishing", landing.landing.publication)
_UNPUBLISH: Final = _Verb("unpublished", "Unpublishing", landing.landing.unpublic)


@click.command(
    epilog="""\b
Examples:
  bitrix-async publish 351 352
  bitrix-async publish --site 7 --failed failed.txt
  bitrix-async publish --from failed.txt
"""
)
@order_options
def publish(target: Target, order: Order) -> None:
    """Publish pages of a portal.

    Those with the ids LID, those in a file, or those of a site. Pages that fail are
    listed with their code at the end. Ctrl-C stops, and says what is done and what is
    not.
    """
    _run(_PUBLISH, target, order)


@click.command(
    epilog="""\b
Example:
  bitrix-async unpublish --from pages.txt --failed failed.txt
"""
)
@order_options
def unpublish(target: Target, order: Order) -> None:
    """Take pages of a portal off the web.

    Those with the ids LID, those in a file, or those of a site. Pages that fail are
    listed with their code at the end. Ctrl-C stops, and says what is done and what is
    not.
    """
    _run(_UNPUBLISH, target, order)


def _run(verb: _Verb, target: Target, order: Order) -> None:
    report = asyncio.run(_done(verb, target, order))
    misses = report.job.misses
    try:
        # Before anything is printed, which fails where nobody reads it.
        if order.failed is not None:
            write(order.failed, misses)
    finally:
        click.echo(report.printed()) if order.as_json else listed(misses)
        report.told()
    if order.failed is not None and misses:
        say(f"Written to {order.failed}, which --from reads.")
    click.get_current_context().exit(report.job.status)


async def _done(verb: _Verb, target: Target, order: Order) -> Report:
    async with target.session() as bx:
        lids = await _lids(bx, order)
        job = Job(lids, lambda lid: verb.call(lid, scope=order.scope))
        async with working(verb.doing, bx, target.scale, job.counts) as moment:
            await job.run(bx)
        return Report(verb.past, job, moment())


async def _lids(bx: Session, order: Order) -> list[int]:
    if order.lids is not None:
        return order.lids
    call = landing.landing.get_list(
        select=["ID"],
        filter={"SITE_ID": order.site},
        order={"ID": "ASC"},
        scope=order.scope,
    )
    lids = [page.id for page in await bx(call) if page.id is not None]
    if not lids:
        say(f"Site {order.site} has no pages, or is not seen with this scope.")
    return lids

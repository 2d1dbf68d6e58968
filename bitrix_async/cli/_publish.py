"""`publish` and `unpublish`: the job on the pages of a portal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import frozen

from bitrix_async import Fault
from bitrix_async.cli._job import Work, run
from bitrix_async.cli._order import Order, order_options
from bitrix_async.cli._report import Report, tell
from bitrix_async.cli._screen import say
from bitrix_async.rest import landing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from bitrix_async import Call, Session
    from bitrix_async.cli._job import Ended
    from bitrix_async.cli._target import Target


# `publication` without the right to publish answers null: protocol.md 9.2.
_NOTHING: Final = Fault("NOTHING_DONE", "nothing was done; the right may be missing")


@frozen
class _Verb:
    """What is done to a page, and its words."""

    name: str
    past: str
    doing: str
    call: Callable[..., Call[Any]]


_PUBLISH: Final = _Verb(
    "publish", "published", "Publishing", landing.landing.publication
)
_UNPUBLISH: Final = _Verb(
    "unpublish", "unpublished", "Unpublishing", landing.landing.unpublic
)


def judge(_: Call[Any], result: Any) -> Fault | None:
    """What a result means that is none."""
    return None if result else _NOTHING


@click.command(
    epilog="""\b
Examples:
  bitrix-async publish 351 352
  bitrix-async publish --site 7 --failed failed.txt
  bitrix-async publish --from failed.txt
  bitrix-async publish --site 7 --journal pages.journal
  bitrix-async publish --journal pages.journal --resume
"""
)
@order_options
def publish(target: Target, order: Order) -> None:
    """Publish pages of a portal.

    Those with the ids LID, those in a file, or those of a site. Pages that fail are
    listed with their code at the end. Ctrl-C stops, and says what is done and what is
    not; with --journal a job goes on after that, or after a crash, where it was.
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
    not; with --journal a job goes on after that, or after a crash, where it was.
    """
    _run(_UNPUBLISH, target, order)


def _run(verb: _Verb, target: Target, order: Order) -> None:
    with order.keeping.opened() as path:
        ended = asyncio.run(_done(verb, target, order, path))
        report = Report(verb.name, verb.past, "page", ended, order.keeping, path)
        tell(report, order.failed, as_json=order.as_json)
    click.get_current_context().exit(ended.status)


async def _done(verb: _Verb, target: Target, order: Order, path: Path) -> Ended:
    async with target.session() as bx:
        lids = await _lids(bx, order)
        calls = None if lids is None else _calls(verb, lids, order.scope)
        work = Work(
            verb.name,
            verb.doing,
            calls,
            judge=judge,
            again=order.keeping.again,
            total=len(lids or ()),
        )
        return await run(work, bx, path, target.scale)


def _calls(
    verb: _Verb, lids: Iterable[int], scope: landing.Scope | None
) -> Iterator[tuple[str, Call[Any]]]:
    for lid in lids:
        yield str(lid), verb.call(lid, scope=scope)


async def _lids(bx: Session, order: Order) -> list[int] | None:
    if order.site is None:
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

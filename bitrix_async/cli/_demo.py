"""`demo`: the main job from beginning to end, on a local portal.

The demo decides beforehand which pages cannot be published, tells the portal, and
holds against it what the portal says at the end.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import frozen
from rich.text import Text

from bitrix_async.cli import _exits
from bitrix_async.cli._child import portal_process
from bitrix_async.cli._job import Work, misses, run
from bitrix_async.cli._keeping import Keeping
from bitrix_async.cli._progress import Counts
from bitrix_async.cli._report import rounded, waited
from bitrix_async.cli._screen import say, stdout, working
from bitrix_async.cli._target import Target
from bitrix_async.report.words import count
from bitrix_async.rest import landing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitrix_async import Session
    from bitrix_async.cli._progress import Moment

# How long a second of the portal lasts: the 280 s that 1,000 pages cost it are a few.
_SCALE: Final = 0.05

# One page in so many is refused, and as many that are asked for are not there: one in
# a hundred cannot be published.
_EVERY: Final = 200
_MISSING: Final = "LANDING_NOT_EXIST"
_REFUSALS: Final = (
    "PUBLIC_PAGE_REACHED",
    "LANDING_PAYMENT_FAILED",
    "PHONE_NOT_CONFIRMED",
    "URLCHECKER_FAIL",
)

# States of calls that are not done.
_MISSED: Final = ("refused", "unknown", "sent", "waiting")

# Of the table at the end: as wide as its widest name.
_COLUMN: Final = len(f"  {max(_REFUSALS, key=len)}")


@frozen
class _Plan:
    """Pages from 1 to `pages`, as a new portal numbers them.

    `refused` and `missing` have the code of each page that cannot be published, and
    `order` is all that is asked for, those that are missing too.
    """

    pages: int
    refused: Mapping[int, str]
    missing: Mapping[int, str]
    order: list[int]

    @classmethod
    def of(cls, pages: int, seed: int) -> _Plan:
        """The same for the same seed."""
        chance = Random(seed)  # noqa: S311  # which pages fail is no secret
        few = pages // _EVERY or int(pages > 1)
        barred = sorted(chance.sample(range(1, pages + 1), few))
        refused = {
            lid: _REFUSALS[number % len(_REFUSALS)] for number, lid in enumerate(barred)
        }
        missing = dict.fromkeys(range(pages + 1, pages + 1 + few), _MISSING)
        order = chance.sample(range(1, pages + 1 + few), pages + few)
        return cls(pages, refused, missing, order)

    @property
    def failing(self) -> dict[int, str]:
        return {**self.refused, **self.missing}

    @property
    def publishable(self) -> set[int]:
        return {*self.order} - {*self.failing}


@frozen
class _Result:
    """What came of a plan.

    `misses` are the pages that the job says are not done, with their codes; `active` is
    what the portal says is published.
    """

    plan: _Plan
    done: int
    misses: dict[int, str]
    active: set[int]
    moment: Moment

    @property
    def ok(self) -> bool:
        """Exactly what should be published is, and each other page says why not."""
        wanted = self.plan.publishable
        is_told = self.done == len(wanted) and self.misses == self.plan.failing
        return self.active == wanted and is_told

    @property
    def codes(self) -> Counter[str]:
        return Counter(self.misses.values())


@click.command(
    epilog="""\b
Examples:
  bitrix-async demo
  bitrix-async demo --pages 3000    (more than the operating limit allows at once)
"""
)
@click.option(
    "--pages", type=click.IntRange(1, 100_000), default=1000, show_default=True
)
@click.option("--seed", type=int, default=1, help="Another one: other pages fail.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def demo(pages: int, seed: int, *, as_json: bool) -> None:
    """Publish a thousand pages of a local portal, and watch it.

    The portal keeps the limits of the cloud, but its time is twenty times as fast.
    One page in a hundred cannot be published. Exits with 0 when exactly the others
    are.
    """
    plan = _Plan.of(pages, seed)
    options = [f"--scale={_SCALE}", f"--seed={seed}"]
    options += [f"--refuse={lid}={code}" for lid, code in plan.refused.items()]
    with portal_process(options) as webhook:
        result = asyncio.run(_played(Target(webhook, _SCALE), plan))
    if as_json:
        click.echo(_printed(result))
    else:
        stdout().print(*_table(result), sep="\n", soft_wrap=True)
    if not result.ok:
        say("The portal does not have published exactly what should be.")
    click.get_current_context().exit(_exits.DONE if result.ok else _exits.FAILED)


async def _played(target: Target, plan: _Plan) -> _Result:
    async with target.session() as bx:
        site = await bx(landing.site.add({"TITLE": "Demo", "CODE": "demo"}))
        await _create(bx, site, plan.pages)
        calls = [(str(lid), landing.landing.publication(lid)) for lid in plan.order]
        with Keeping().opened() as path:
            work = Work("demo", "Publishing", calls, total=len(calls))
            ended = await run(work, bx, path, target.scale)
            missed = {int(one.key): one.code for one in misses(path, *_MISSED)}
        if ended.interrupted:
            raise click.Abort
        done, active = ended.summary.done, await _active(bx, site)
        return _Result(plan, done, missed, active, ended.moment)


async def _create(bx: Session, site: int, pages: int) -> None:
    created = 0
    calls = (
        landing.landing.add({"TITLE": f"Page {number}", "SITE_ID": site})
        for number in range(1, pages + 1)
    )
    counted = lambda: Counts(pages, created)  # noqa: E731
    async with working("Creating", bx, _SCALE, counted) as moment:
        async for outcome in bx.stream(calls):
            outcome.unwrap()
            created += 1
    ended = moment()
    say(
        f"Created a site and {count(pages, 'page')} in {ended.seconds:,.1f} s, "
        f"{count(ended.stats.requests, 'request')}."
    )


async def _active(bx: Session, site: int) -> set[int]:
    pages = await bx(
        landing.landing.get_list(select=["ID", "ACTIVE"], filter={"SITE_ID": site})
    )
    return {page.id for page in pages if page.id is not None and page.active}


def _table(result: _Result) -> Iterator[Text]:
    for name, value in _rows(result):
        style = "red" if name.startswith(" ") else ""
        yield Text.assemble(f"{name:<{_COLUMN}}  ", (value, style))


def _rows(result: _Result) -> Iterator[tuple[str, str]]:
    moment, stats = result.moment, result.moment.stats
    should = len(result.plan.publishable)
    yield "published", f"{len(result.active):,} of {should:,} that can be"
    yield "failed", f"{len(result.misses):,}"
    for code, number in result.codes.most_common():
        yield f"  {code}", f"{number:,}"
    yield "requests", f"{stats.requests:,}"
    yield "calls for a request", f"{stats.calls_per_request:,.1f}"
    yield "waited for", waited(stats.waited) or "nothing"
    portals = moment.seconds / moment.scale
    yield "time", f"{moment.seconds:,.1f} s; {portals:,.0f} s of the portal"


def _printed(result: _Result) -> str:
    moment, stats = result.moment, result.moment.stats
    values: dict[str, Any] = {
        "ok": result.ok,
        "pages": result.plan.pages,
        "published": len(result.active),
        "failed": dict(result.codes),
        "requests": stats.requests,
        "calls_per_request": round(stats.calls_per_request, 2),
        "waited": rounded(stats.waited),
        "seconds": round(moment.seconds, 3),
        "portal_seconds": round(moment.seconds / moment.scale, 3),
    }
    return json.dumps(values)

"""One run of a seed."""

from __future__ import annotations

import asyncio
import gc
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from attrs import define, field

from bitrix_async.testing import run

from .actors import close, visit
from .checks import broken
from .leftovers import left
from .weather import CALM, STORM, be_down, blow
from .world import world

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from .world import World

# A run of some minutes of work, with methods parked for their operating limit: what
# takes longer, in virtual seconds, has stalled.
_LONGEST: Final = 4 * 3600.0
# What the portal still works on when the last session has closed.
_AFTER: Final = 3600.0


@define
class Report:
    """How a run went; `digest` is of all that was on the wire."""

    seed: int
    broken: list[str]
    calls: int = 0
    requests: int = 0
    seconds: float = 0.0
    digest: str = ""
    trace: str = ""
    methods: set[str] = field(factory=set)


def simulate(seed: int, *, trace: bool = False) -> Report:
    """Run a seed to its end; whatever is wrong with it is in the report."""
    report = Report(seed, [])
    try:
        run(lambda: _run(report, trace=trace))
    except Exception as error:  # noqa: BLE001 # a deadlock, a leak, a bug: all are told
        report.broken.append(f"{type(error).__name__}: {error}")
    return report


async def _run(report: Report, *, trace: bool) -> None:
    loop = asyncio.get_running_loop()
    here = world(report.seed)
    try:
        async with asyncio.timeout(_LONGEST):
            await asyncio.gather(*_everything(here))
            for session in range(len(here.sessions)):
                await here.close(session)
        report.broken += left(here)
        report.seconds = loop.time()
        await asyncio.sleep(_AFTER)
        report.broken += broken(here)
    except TimeoutError:
        report.broken.append(f"it stalled: {here.sessions}")
    finally:
        lines = [f"{at:9.3f} {text}" for at, text in here.wire.trace]
        report.digest = sha256("\n".join(lines).encode()).hexdigest()[:12]
        report.methods = {entry.method for entry in here.portal.ledger}
        report.calls, report.requests = len(here.cases), here.wire.requests
        if trace:
            report.trace = "\n".join(lines)


def _everything(here: World) -> list[Awaitable[None]]:
    random = here.random
    what: list[Awaitable[None]] = [visit(here) for _ in range(random.randint(3, 10))]
    every = random.choice((CALM, 8.0, STORM))
    what.append(blow(here.portal, random, every, application=here.store is not None))
    if random.random() < 0.15:
        what.append(be_down(here.portal, random))
    if random.random() < 0.3:
        what.append(close(here))
    if here.foreign:
        what.append(_others(here))
    return what


async def _others(here: World) -> None:
    """Somebody else uses up the requests of the portal."""
    await here.pause(60)
    now = asyncio.get_running_loop().time()
    here.portal.fill_bucket(here.wire.inner.epoch + now)


def simulate_many(first: int, seeds: int) -> list[Report]:
    """Run seeds in turn; those of which something is broken."""
    failed = []
    for seed in range(first, first + seeds):
        report = simulate(seed)
        if report.broken:
            failed.append(report)
    gc.collect()
    return failed


def told(report: Report) -> str:
    """What is broken, and how to see it again."""
    lines = "\n".join(f"  {text}" for text in report.broken[:8])
    more = len(report.broken) - 8
    rest = f"\n  and {more} more" if more > 0 else ""
    again = f"python -m tests.simulation --first {report.seed} --seeds 1 --trace"
    return f"seed {report.seed}:\n{lines}{rest}\nreplay: {again}"

"""A session that lives long, over a bad network, keeps nothing of what is over.

All that can be reached from it is counted now and then, when nothing is under way.

    python -m tests.simulation.lifetime --calls 100000
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Final

from bitrix_async.testing import VirtualLoop, run

from .actors import visit
from .ears import Ear
from .weather import TROUBLES
from .wire import Wire
from .world import world

if TYPE_CHECKING:
    from .world import World

# So often it is counted in a life.
COUNTS: Final = 10
# What a session may keep, in objects: what a dozen methods cost, and the minutes of
# their operating time. A thousand to fifteen hundred were seen, of any number of calls.
MOST: Final = 2_500

# What is not the session's own.
_OTHERS: Final = (type, ModuleType, FunctionType, CodeType, VirtualLoop, Wire, Ear)


def sizes(seed: int, calls: int) -> list[int]:
    """How many objects a session of a seed keeps, in the course of so many calls."""
    counts: list[int] = []
    run(lambda: _live(seed, calls, counts))
    return counts


async def _live(seed: int, calls: int, counts: list[int]) -> None:
    here = world(seed)
    here.portal.ledger.keep = False
    made = 0
    while len(counts) < COUNTS:
        made += await _some(here)
        if made >= calls * (len(counts) + 1) / COUNTS:
            here.portal.troubles.clear()
            await asyncio.sleep(3600)
            counts.append(reachable(here.sessions) // len(here.sessions))
    for session in here.sessions:
        await session.aclose()


async def _some(here: World) -> int:
    """A minute of work and trouble; how many calls were made."""
    weights = [row[0] for row in TROUBLES]
    for _, kind, rule in here.random.choices(TROUBLES, weights, k=5):
        skip, times = here.random.randrange(10), here.random.choice((1, 2, 5))
        here.portal.trouble(kind, **rule, skip=skip, times=times)  # type: ignore[arg-type]
    await asyncio.gather(*(visit(here) for _ in range(10)))
    made = len(here.cases)
    here.cases.clear()
    here.wire.sendings.clear()
    here.wire.trace.clear()
    return made


def reachable(what: object) -> int:
    """How many objects are kept by this one, by what it keeps, and so on."""
    gc.collect()
    seen = {id(what)}
    found = [what]
    while found:
        for one in gc.get_referents(found.pop()):
            if id(one) not in seen and not isinstance(one, _OTHERS):
                seen.add(id(one))
                found.append(one)
    return len(seen)


def main() -> int:
    """Live; 1 where something grows."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.lifetime")
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    counts = sizes(asked.seed, asked.calls)
    print(f"{asked.calls} calls; objects in the course of them: {counts}")
    return int(max(counts) > MOST)


if __name__ == "__main__":
    sys.exit(main())

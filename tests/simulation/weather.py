"""What goes wrong: rows of trouble, and who brings them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from .world import MAX_ANSWER

if TYPE_CHECKING:
    from random import Random

    from bitrix_async.testing import Portal

# How often in a hundred, the kind of `bitrix_async.testing`, and what else it says.
TROUBLES: Final[tuple[tuple[int, str, dict[str, Any]], ...]] = (
    (8, "reset", {}),
    (8, "reset", {"runs": True}),
    (3, "silence", {}),
    (4, "silence", {"runs": True}),
    (4, "page", {"status": 502}),
    (5, "page", {"status": 502, "runs": True}),
    (4, "page", {"status": 504, "runs": True}),
    (4, "page", {"status": 500, "runs": True}),
    (4, "page", {"status": 503}),
    (2, "page", {"status": 200, "runs": True}),
    (6, "busy", {}),
    (6, "broken", {}),
    (6, "cut", {}),
    (10, "missing", {}),
    (4, "fault", {"code": "SIM_FAULT"}),
    (3, "fault", {"code": "SIM_FAULT", "runs": True}),
    (3, "shaped", {"code": "SIM_SHAPED"}),
    (5, "slow", {"seconds": 20.0}),
    (7, "refused", {}),
    (4, "error", {"code": "CONNECTION_ERROR", "status": 401}),
    (2, "error", {"code": "OVERLOAD_LIMIT", "status": 403}),
    (1, "error", {"code": "NO_AUTH_FOUND", "status": 401}),
    (2, "page", {"status": 429}),
    (2, "huge", {"size": MAX_ANSWER + 1}),
    (1, "rename", {"host": "renamed.example"}),
)

# The same for sessions of an application, whose tokens end.
OF_APPLICATIONS: Final[tuple[tuple[int, str, dict[str, Any]], ...]] = (
    *TROUBLES,
    (8, "expired", {}),
    (3, "page", {"status": 502, "method": "oauth/token"}),
    (3, "refused", {"method": "oauth/token"}),
)

# Seconds between troubles, on average; the last is a storm.
CALM, STORM = 40.0, 1.5

# Bad weather ends after so many seconds, so that a run does.
LASTS: Final = 150.0


async def blow(
    portal: Portal, random: Random, every: float, *, application: bool
) -> None:
    """Trouble comes again and again, for a while."""
    loop = asyncio.get_running_loop()
    rows = OF_APPLICATIONS if application else TROUBLES
    weights = [row[0] for row in rows]
    while loop.time() < LASTS:
        await asyncio.sleep(random.expovariate(1 / every))
        ((_, kind, rule),) = random.choices(rows, weights)
        times, skip = random.choice((1, 1, 2, 5)), random.choice((0, 0, 1, 4))
        portal.trouble(kind, **rule, times=times, skip=skip)  # type: ignore[arg-type]
    portal.troubles.clear()


async def be_down(portal: Portal, random: Random) -> None:
    """The portal cannot be reached, or a gateway says so for it, for a while."""
    await asyncio.sleep(random.uniform(0, 60))
    kind, rule = random.choice((("refused", {}), ("page", {"status": 502})))
    portal.trouble(kind, times=None, **rule)  # type: ignore[arg-type]
    await asyncio.sleep(random.uniform(2, 90))
    portal.troubles.clear()

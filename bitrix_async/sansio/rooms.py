"""What a walk over a list may ask for now, by limits, permits, and what pages take."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from bitrix_async.sansio.planning import LAST, RESERVE
from bitrix_async.sansio.walks import Room

if TYPE_CHECKING:
    from bitrix_async.sansio.planning import Planner

# Of so many lists one is not as dense between its ends as there, and the pages of a
# request are in vain. If they take no longer than so many times the way there and
# back, looking at the list first would cost more.
_UNLIKE: Final = 5
# Seconds of pages that are worth a request: they saturate the operating limit
# (measured.md 0).
_WORTH: Final = 0.4
# Where there is no rate.
_MANY: Final = 1000


def room_for(planner: Planner, method: str, waiting: int, now: float) -> Room:
    """What a walk may ask for, of which so many requests have not left."""
    limits, width = planner.limits, planner.accounts.width
    mean, size = planner.accounts.estimate(method).mean, limits.batch_size
    workers = planner.permits(now) - waiting

    def within(seconds: float) -> int:
        return max(1, math.floor(min(seconds / mean, size))) if mean > 0 else size

    return Room(
        pages=within(limits.batch_seconds),
        requests=_requests(planner, now) - waiting,
        waiting=waiting,
        cheap=mean * size <= _UNLIKE * width.way,
        least=math.ceil(min(size, _WORTH * limits.pace / mean)) if mean > 0 else size,
        spread=math.floor(min(workers, width.workers + 1)),
    )


def _requests(planner: Planner, now: float) -> int:
    """How many requests of a job need not wait for the rate, if it has no more."""
    tokens = planner.bucket.free(now) - planner.bucket.burst * RESERVE * LAST
    return _MANY if math.isnan(tokens) else math.floor(min(_MANY, tokens))

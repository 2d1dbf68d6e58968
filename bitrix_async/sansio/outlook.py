"""How far a job is, and how long it will go on, by the limits that really hold.

What is left takes the longest of three times:

* its requests, at `per_second` of them after what is free of the bucket;
* the operating time of each method: what is below the limit is there at once, and more
  as what was used is forgotten, basket by basket (protocol.md 4.2);
* what the calls themselves take, as fast as they were lately.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen

from bitrix_async.sansio.courses import by_state, still_open

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.sansio.courses import Tallies
    from bitrix_async.sansio.limits import Limits
    from bitrix_async.sansio.stats import MethodStats, Stats


@frozen
class Progress:
    """A job at a moment, for whoever watches it.

    Args:
        done: calls with a result, of all runs of the job.
        refused: calls that ended with an error.
        unknown: calls that may have run.
        waiting: calls that are known of and have not ended.
        total: all calls; None while they are still being taken.
        rate: calls that end in a second, lately.
        seconds_left: until what is known of has ended; None where nothing tells.
        waits_for: what the next call waits for; see `Stats.waits_for`, and `portal`
            where it cannot be reached or does not answer.
        resumes_at: methods that are held, and the unix time at which each goes on.
        stats: of the session.
    """

    done: int
    refused: int
    unknown: int
    waiting: int
    total: int | None
    rate: float
    seconds_left: float | None
    waits_for: str
    resumes_at: Mapping[str, float]
    stats: Stats

    @property
    def ended(self) -> int:
        """Calls that have ended, however they did."""
        return self.done + self.refused + self.unknown


# Sums of floats differ from themselves by this much.
_DUST: Final = 1e-6

# A rate is of about that many seconds, of the portal's.
_LATELY: Final = 30.0


@define(eq=False)
class Pace:
    """How many calls end in a second; `pace` is what a second lasts.

    `best` is the most that it has been: what it will be again when no limit holds.
    """

    pace: float
    best: float = field(default=0.0, init=False)
    _marks: deque[tuple[float, int]] = field(factory=deque, init=False)

    def mark(self, now: float, ended: int) -> None:
        """So many have ended by now."""
        self._marks.append((now, ended))
        # A first and a last are always kept.
        while len(self._marks) > 2 and now - self._marks[1][0] > _LATELY * self.pace:
            self._marks.popleft()
        self.best = max(self.best, self.rate)

    @property
    def rate(self) -> float:
        """Calls in a second, lately."""
        if not self._marks:
            return 0.0
        (first, before), (last, ended) = self._marks[0], self._marks[-1]
        # Fewer have ended where some were looked for, and go again.
        return max(0, ended - before) / (last - first) if last > first else 0.0


def progress(
    tallies: Tallies,
    stats: Stats,
    limits: Limits,
    pace: Pace,
    at: float,
    *,
    is_complete: bool,
) -> Progress:
    """How far a job is that has so many calls where, at that unix time."""
    counts, left = by_state(tallies), still_open(tallies)
    return Progress(
        done=counts.get("done", 0),
        refused=counts.get("refused", 0),
        unknown=counts.get("unknown", 0),
        waiting=sum(left.values()),
        total=sum(counts.values()) if is_complete else None,
        rate=pace.rate,
        seconds_left=(
            seconds_left(left, stats, limits, pace) if left or is_complete else None
        ),
        waits_for=stats.waits_for,
        resumes_at={
            name: at + one.parked_for
            for name, one in stats.methods.items()
            if one.parked_for
        },
        stats=stats,
    )


def seconds_left(
    left: Mapping[str, int], stats: Stats, limits: Limits, pace: Pace
) -> float | None:
    """How long the calls that are left will take, by method; None: nothing tells."""
    calls = sum(left.values())
    if not calls:
        return 0.0
    held = max(
        _held(count, stats.methods.get(method.lower()), limits, pace.best)
        for method, count in left.items()
    )
    if not held and not pace.rate:
        return None
    working = calls / pace.rate if pace.rate and not held else 0.0
    return max(_requests(calls, stats, limits), held, working)


def _requests(calls: int, stats: Stats, limits: Limits) -> float:
    if math.isinf(limits.burst) or not stats.calls_per_request:
        return 0.0
    free = max(0.0, stats.burst - stats.level)
    return max(0.0, calls / stats.calls_per_request - free) / limits.per_second


def _held(count: int, one: MethodStats | None, limits: Limits, rate: float) -> float:
    """How long the operating limit of the method will make it take; 0: it does not."""
    if one is None or not one.estimate or one.operating is None or not one.limit:
        return 0.0
    need, free = count * one.estimate, max(0.0, one.limit - one.operating)
    if need <= free and not one.parked_for:
        return 0.0
    # Full windows are alike; the last two tell when it ends.
    alike = max(0, math.ceil(need / one.limit) - 2)
    need -= alike * one.limit
    speed = one.estimate * rate
    return alike * limits.window + _spent(need, free, one, limits.window, speed)


def _spent(
    need: float, free: float, one: MethodStats, window: float, speed: float
) -> float:
    """When so much operating time has been used, as what was used is forgotten.

    `speed` is how much is used in a second while it may be; 0: at once.
    """
    at, coming = one.parked_for, deque(one.forgotten)
    while True:
        while coming and coming[0][0] <= at:
            free += coming.popleft()[1]
        use = min(need, free)
        if use > 0:
            need, free = need - use, free - use
            coming.append((at + window, use))
            at += use / speed if speed else 0.0
        if need <= _DUST or not coming:
            return at
        at = max(at, coming[0][0])

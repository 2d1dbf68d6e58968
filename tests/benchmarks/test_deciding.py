"""A decision costs the same however many calls wait."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from deciding import functions, measure

from bitrix_async import Call, Limits
from bitrix_async.sansio.encoding import encode
from bitrix_async.sansio.limits import LeakyBucket
from bitrix_async.sansio.lines import Ticket
from bitrix_async.sansio.planning import Planner


def test_a_decision_looks_at_lines_and_never_at_calls() -> None:
    """Functions called for a request of a thousand waiting calls, and of 100,000."""
    measure(10)  # the first decision of a process fills caches
    some, many = measure(1_000), measure(100_000)

    assert (many.to_wait, many.to_send) == (some.to_wait, some.to_send)
    assert many.to_wait < 2_000


def waiting_groups(count: int) -> int:
    """Functions called for a decision while so many explicit batches wait."""
    planner = Planner(Limits(burst=1), LeakyBucket(1, 1.0), 20, jitter=lambda: 0.5)
    planner.bucket.take(0.0)
    for number in range(count):
        calls = [Call("m", {"n": number}), Call("n")]
        planner.add_group([Ticket(call, *encode(call)[:4]) for call in calls], 0.0)
    return functions(lambda: planner.next(0.0))


def test_a_decision_asks_little_of_each_line() -> None:
    """Explicit batches have a line each: of the second thousand as of the first."""
    assert waiting_groups(2_000) - waiting_groups(1_000) < 30 * 1_000

"""What a decision of the planner costs, however many calls wait.

    python benchmarks/deciding.py

Counted are the Python functions that one `next(now)` calls, and those that the request
it sends takes for each of its calls: counts are the same on every machine. The time
beside them is this machine's.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

from attrs import frozen

from bitrix_async import Call, Limits
from bitrix_async.sansio.decisions import Send, Wait
from bitrix_async.sansio.encoding import encode
from bitrix_async.sansio.limits import LeakyBucket
from bitrix_async.sansio.lines import Lane, Ticket
from bitrix_async.sansio.planning import Planner

if TYPE_CHECKING:
    from collections.abc import Callable

WAITING = (10, 1_000, 100_000)
_ROUNDS = 200


@frozen
class Cost:
    """Of one decision with so many calls waiting: functions called, and seconds."""

    waiting: int
    to_wait: int
    to_send: int
    seconds: float


def planner_with(waiting: int) -> Planner:
    """A planner for which so many calls wait in ten lines."""
    limits = Limits(burst=1)
    planner = Planner(limits, LeakyBucket(1, 1.0), 20, jitter=lambda: 0.5)
    for number in range(waiting):
        call: Call[Any] = Call(f"m{number % 10}", {"n": number})
        planner.add(Ticket(call, *encode(call)[:4], Lane.INTERACTIVE), 0.0)
    return planner


def functions(act: Callable[[], object]) -> int:
    """How many functions are called, those written in C among them."""
    count = 0

    def note(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


def measure(waiting: int) -> Cost:
    """The cost of a decision to wait, and of the next to send."""
    planner = planner_with(waiting)
    decisions: list[object] = []
    planner.bucket.take(0.0)
    to_wait = functions(lambda: decisions.append(planner.next(0.0)))
    begun = time.perf_counter()
    for _ in range(_ROUNDS):
        planner.next(0.0)
    seconds = (time.perf_counter() - begun) / _ROUNDS
    to_send = functions(lambda: decisions.append(planner.next(1.0)))
    assert isinstance(decisions[0], Wait)
    assert isinstance(decisions[1], Send)
    return Cost(waiting, to_wait, to_send, seconds)


def main() -> None:
    """Print the table."""
    print(f"{'waiting':>9}  {'to send':>8}  {'to wait':>8}  {'µs':>6}")
    for cost in map(measure, WAITING):
        row = f"{cost.waiting:>9,}  {cost.to_send:>8}  {cost.to_wait:>8}"
        print(f"{row}  {cost.seconds * 1e6:>6.0f}")


if __name__ == "__main__":
    main()

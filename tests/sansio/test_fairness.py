"""Whoever keeps the planner busy, nobody else waits for ever."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from portal import answer, planner_of, sent, ticket

from bitrix_async import Limits
from bitrix_async.sansio.lines import Lane, Stage

if TYPE_CHECKING:
    from bitrix_async.sansio.lines import Request, Ticket
    from bitrix_async.sansio.planning import Planner

# Seconds of an ordinary portal, which gives two tokens in each.
STEP = 0.5
# Others send nineteen requests before one that they have passed, and a few at first.
TURN = 20

calls = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["flood.get", "flood.add", "landing.site.getList"]),
        "lane": st.sampled_from(Lane),
        "alone": st.booleans(),
    }
)
floods = st.lists(st.tuples(calls, st.integers(1, 60)), min_size=1, max_size=4)


def call_of(number: int, method: str, lane: Lane, *, alone: bool) -> Ticket:
    params = {"none": None} if alone else {}
    return ticket(method, lane, n=number, **params)


class Flood:
    """A portal that answers after `latency`, and callers who never stop."""

    def __init__(self, planner: Planner, latency: float) -> None:
        self.planner = planner
        self.latency = latency
        self.now = 0.0
        self.count = 0
        self.under_way: deque[Request] = deque()

    def add(self, method: str, lane: Lane, *, alone: bool) -> Ticket:
        self.count += 1
        one = call_of(self.count, method, lane, alone=alone)
        self.planner.add(one, self.now)
        return one

    def go_on(self) -> None:
        self.under_way += sent(self.planner, self.now)
        self.now += STEP
        while self.under_way and self.under_way[0].sent_at + self.latency <= self.now:
            answer(self.planner, self.under_way.popleft(), self.now)


@settings(max_examples=50, deadline=None)
@given(
    flood=floods,
    victim=calls,
    latency=st.sampled_from([0.1, 1.0, 4.0]),
    burst=st.sampled_from([3, 50]),
    connections=st.integers(1, 20),
)
def test_nobody_is_passed_for_ever(
    flood: list[tuple[dict[str, Any], int]],
    victim: dict[str, Any],
    latency: float,
    burst: int,
    connections: int,
) -> None:
    """A call of another method leaves, however many others come at every moment."""
    run = Flood(planner_of(Limits(burst=burst), connections), latency)
    for step in range(20):
        for kind, count in flood:
            if step % 4 == 0 or count < 3:
                for _ in range(count):
                    run.add(**kind)
        run.go_on()
    one = run.add(**(victim | {"method": "victim.get"}))
    begun = run.now
    rate = min(2.0, connections / max(latency, STEP))
    patience = TURN * (len(flood) + 2) / rate
    while one.stage is Stage.WAITING:
        for kind, _ in flood:
            run.add(**kind)
        run.go_on()
        assert run.now - begun < patience, "nobody sends it"


def test_who_is_due_leads_though_the_portal_is_busy() -> None:
    """It leaves, also where its own request would only wait at the portal."""
    planner = planner_of(Limits(burst=250), connections=100)
    planner.accounts.width.workers = 1.0
    job = ticket("job.get", Lane.BULK)
    requests: list[Request] = []
    for n in range(2 * TURN):
        if n == 3:
            planner.add(job, 0.0)
        planner.add(ticket("quick.get", n=n, none=None), 0.0)
        requests += sent(planner, 0.0)

    places = [i for i, one in enumerate(requests) if one.tickets == (job,)]
    assert len(places) == 1
    assert places[0] >= TURN

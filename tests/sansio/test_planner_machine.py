"""Whatever happens in whatever order, each call leaves the planner exactly once."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from portal import JSON, answer, fault, planner_of, row_of, ticket

from bitrix_async import BitrixError, Limits, NotSent, Unanswered
from bitrix_async.sansio.decisions import Idle, Send, Wait
from bitrix_async.sansio.encoding import scope_of
from bitrix_async.sansio.lines import Lane, Stage
from bitrix_async.sansio.replies import Done

if TYPE_CHECKING:
    from bitrix_async.sansio.lines import Request, Ticket
    from bitrix_async.sansio.replies import Row

METHODS = ["quick", "slow", "crm.deal.add", "landing.site.getList", "user.get"]
ROWS = ["ok", "ok", "ok", "FAULT", "OPERATION_TIME_LIMIT", "MISSING"]
ROWS += ["ERROR_BATCH_METHOD_NOT_ALLOWED"]
COST = {"slow": 2.0}


class PlannerMachine(RuleBasedStateMachine):
    """A planner with a portal that does anything."""

    @initialize(
        connections=st.integers(1, 4),
        burst=st.sampled_from([3, 50]),
        operating=st.sampled_from([20.0, 480.0]),
    )
    def start(self, connections: int, burst: int, operating: float) -> None:
        limits = Limits(burst=burst, operating=operating)
        self.planner = planner_of(limits, connections)
        self.now = 0.0
        self.tickets: list[Ticket] = []
        self.ended: dict[int, Row | None] = {}
        self.under_way: list[Request] = []
        self.operating: defaultdict[str, float] = defaultdict(float)
        self.last: dict[tuple[Any, ...], int] = {}

    def take(self, settled: list[tuple[Ticket, Row]]) -> None:
        for one, row in settled:
            assert id(one) not in self.ended, "a call ended twice"
            if isinstance(row, Done):
                assert row.result == one.call.params, "somebody else's answer"
            else:
                assert row.call is one.call
            self.ended[id(one)] = row

    @rule(
        method=st.sampled_from(METHODS),
        lane=st.sampled_from(Lane),
        alone=st.booleans(),
        scope=st.sampled_from([None, "GROUP", "KNOWLEDGE"]),
        count=st.integers(1, 60),
    )
    def add(
        self, method: str, lane: Lane, alone: bool, scope: str | None, count: int
    ) -> None:
        for _ in range(count):
            params: dict[str, Any] = {"n": len(self.tickets)}
            if alone:
                params["none"] = None
            if scope and method.startswith("landing"):
                params["scope"] = scope
            one = ticket(method, lane, **params)
            self.tickets.append(one)
            self.planner.add(one, self.now)

    @rule(methods=st.lists(st.sampled_from(METHODS[:3]), min_size=2, max_size=5))
    def add_group(self, methods: list[str]) -> None:
        group = [
            ticket(method, n=len(self.tickets) + i) for i, method in enumerate(methods)
        ]
        for one in group:
            one.halt = True
        self.tickets += group
        self.planner.add_group(group, self.now)

    @precondition(lambda self: self.tickets)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(self.tickets))
        if id(one) not in self.ended:
            self.planner.cancel(one)
            self.ended[id(one)] = None

    @rule(seconds=st.sampled_from([0.0, 0.3, 5.0, 61.0]))
    def go_on(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def send(self) -> None:
        for _ in range(200):
            believed = self.believed()
            decision = self.planner.next(self.now)
            if not isinstance(decision, Send):
                break
            self.check(decision.request)
            self.check_limits(decision.request, believed)
            self.check_order(decision.request)
            self.under_way.append(decision.request)
        else:
            raise AssertionError("the planner never stops sending")

    def believed(self) -> dict[str, tuple[float, float, int]]:
        """For each method what is used and on its way, in seconds, and in requests."""
        there = self.planner.accounts.portal_time(self.now)
        return {
            method: (account.budget.used(there), account.reserved, account.under_way)
            for method, account in self.planner.accounts.items()
            if account.budget.reported
        }

    def check_limits(
        self, request: Request, believed: dict[str, tuple[float, float, int]]
    ) -> None:
        """None is expected to find its method over the limit when it starts.

        Slow calls run side by side: each sees what has ended, not what still runs.
        With nothing on its way there is nobody else who could ask the portal. A group
        leaves whole as soon as one call may, since it cannot be cut: of the rest it is
        enough that they are asked for again.
        """
        counts = Counter(one.method for one in request.tickets)
        for method, (used, reserved, under_way) in believed.items():
            calls = min(counts[method], 1) if request.is_group else counts[method]
            if not calls or (calls == 1 and not under_way):
                continue
            mean = self.planner.accounts.estimate(method).mean
            beside = 0.0 if mean >= 1 else reserved
            assert (
                used + beside + (calls - 1) * mean
                <= self.planner.limits.operating + 1e-6
            )

    def check_order(self, request: Request) -> None:
        """Calls of a method and a lane that wait for the same leave in order."""
        for one in request.tickets:
            is_first = one.attempts == 1 and not one.past.refusals
            if is_first and not request.is_group:
                direct = one.command is None
                key = (one.method, one.lane, scope_of(one.call), direct)
                assert self.last.get(key, -1) < one.seq, "it was overtaken"
                self.last[key] = one.seq

    def check(self, request: Request) -> None:
        stages = {one.stage for one in request.tickets}
        assert stages == {Stage.SENT}
        assert not any(id(one) in self.ended for one in request.tickets)
        assert len(request.tickets) <= 50
        assert request.is_batch == (len(request.tickets) > 1)
        if request.is_batch:
            scopes = {
                one.call.params.get("scope")
                for one in request.tickets
                if one.method.startswith("landing.")
            }
            assert len(scopes) <= 1
            assert all(one.command is not None for one in request.tickets)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def be_answered(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(self.under_way))
        self.under_way.remove(request)
        kinds = data.draw(st.lists(st.sampled_from(ROWS), min_size=1, max_size=4))

        def row(one: Ticket) -> dict[str, Any] | None:
            kind = kinds[one.seq % len(kinds)]
            if kind == "MISSING":
                return None if request.is_batch else fault("FAULT")
            return row_of(one) if kind == "ok" else fault(kind)

        method = request.tickets[0].method
        self.operating[method] += COST.get(method, 0.01) * len(request.tickets)
        self.take(
            answer(
                self.planner,
                request,
                self.now,
                row,
                COST.get(method, 0.01),
                self.operating[method],
            )
        )

    @precondition(lambda self: self.under_way)
    @rule(
        data=st.data(),
        error=st.sampled_from([NotSent("x"), Unanswered("x"), "503", "html"]),
    )
    def fail(self, data: st.DataObject, error: Any) -> None:
        request = data.draw(st.sampled_from(self.under_way))
        self.under_way.remove(request)
        if isinstance(error, BitrixError):
            self.take(self.planner.failed(request, error, self.now))
        elif error == "503":
            body = orjson.dumps({"error": "QUERY_LIMIT_EXCEEDED"})
            self.take(self.planner.answered(request, 503, JSON, body, self.now))
        else:
            self.take(self.planner.answered(request, 502, {}, b"<html>", self.now))

    @invariant()
    def nothing_is_lost(self) -> None:
        waiting = self.planner.stats(self.now).waiting
        under_way = {id(one) for request in self.under_way for one in request.tickets}
        open_ = [one for one in self.tickets if id(one) not in self.ended]
        assert waiting == sum(one.stage is Stage.WAITING for one in open_)
        assert all(
            one.stage is Stage.WAITING or id(one) in under_way for one in open_
        ), "a call is nowhere"

    def teardown(self) -> None:
        """Left alone with a portal that works, everything ends."""
        if not hasattr(self, "planner"):
            return
        for _ in range(20_000):
            while self.under_way:
                self.take(answer(self.planner, self.under_way.pop(0), self.now))
            decision = self.planner.next(self.now)
            if isinstance(decision, Idle):
                break
            if isinstance(decision, Send):
                self.check(decision.request)
                self.under_way.append(decision.request)
            else:
                assert isinstance(decision, Wait)
                assert decision.until > self.now, "it would spin"
                assert decision.until < self.now + 1300, f"for ever: {decision}"
                self.now = decision.until
        assert set(self.ended) == {id(one) for one in self.tickets}


PlannerMachine.TestCase.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None
)
TestPlanner = PlannerMachine.TestCase

"""Whatever happens in whatever order, each call leaves the planner exactly once."""

from __future__ import annotations

from collections import defaultdict
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

    @initialize(connections=st.integers(1, 4), burst=st.sampled_from([3, 50]))
    def start(self, connections: int, burst: int) -> None:
        self.planner = planner_of(Limits(burst=burst), connections)
        self.now = 0.0
        self.tickets: list[Ticket] = []
        self.ended: dict[int, Row | None] = {}
        self.under_way: list[Request] = []
        self.operating: defaultdict[str, float] = defaultdict(float)

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
            decision = self.planner.next(self.now)
            if not isinstance(decision, Send):
                break
            self.check(decision.request)
            self.under_way.append(decision.request)
        else:
            raise AssertionError("the planner never stops sending")

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
            assert all(one.encoded.command is not None for one in request.tickets)

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
                assert decision.until < self.now + 1300, "it would wait for ever"
                self.now = decision.until
        assert set(self.ended) == {id(one) for one in self.tickets}


PlannerMachine.TestCase.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None
)
TestPlanner = PlannerMachine.TestCase

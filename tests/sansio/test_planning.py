"""What leaves, when, and what becomes of each call."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from portal import JSON, answer, fault, planner_of, row_of, sent, ticket, ticket_of

from bitrix_async import (
    BadAnswer,
    Call,
    Fault,
    LimitExceeded,
    Limits,
    NotSent,
    SessionClosed,
    Unanswered,
)
from bitrix_async.sansio.decisions import Idle, Wait
from bitrix_async.sansio.lines import Lane, Stage
from bitrix_async.sansio.replies import Done
from bitrix_async.sansio.retries import ATTEMPTS

if TYPE_CHECKING:
    from bitrix_async.sansio.planning import Planner


def seen(
    planner: Planner, method: str, cost: float, operating: float | None = None
) -> None:
    """Have the planner see some calls of a method."""
    for left in (2, 1, 0):
        planner.add(ticket(method), 0.0)
        (request,) = sent(planner, 0.0)
        used = None if operating is None or left else operating
        answer(planner, request, cost, cost=cost, operating=used)


def test_nothing_to_do() -> None:
    """Nobody waits: idle."""
    assert planner_of().next(0.0) == Idle()


def test_a_lone_call_leaves_at_once_and_directly() -> None:
    """No linger: it is a request of its own at the same moment."""
    planner = planner_of()
    one = ticket("user.current")
    planner.add(one, 5.0)
    (request,) = sent(planner, 5.0)

    assert not request.is_batch
    assert request.method == "user.current"
    assert request.body() == b"{}"


def test_calls_of_the_same_moment_travel_together() -> None:
    """Three calls are one batch, in their order, under keys that make no list."""
    planner = planner_of()
    for lid in (1, 2, 3):
        planner.add(ticket("landing.landing.publication", lid=lid), 0.0)
    (request,) = sent(planner, 0.0)

    assert request.method == "batch"
    assert orjson.loads(request.body()) == {
        "cmd": {
            "c0": "landing.landing.publication?lid=1",
            "c1": "landing.landing.publication?lid=2",
            "c2": "landing.landing.publication?lid=3",
        },
        "halt": 0,
    }


def test_each_call_gets_its_own_row() -> None:
    """Results and errors go to their calls; one failure harms nobody."""
    planner = planner_of()
    tickets = [ticket("m", n=n) for n in range(4)]
    for one in tickets:
        planner.add(one, 0.0)
    (request,) = sent(planner, 0.0)
    settled = answer(
        planner,
        request,
        1.0,
        lambda one: fault("E") if one.call.params["n"] == 2 else row_of(one),
    )

    results: dict[Any, Any] = dict(settled)
    assert [results[one].result for one in tickets[:2]] == [{"n": 0}, {"n": 1}]
    assert results[tickets[2]] == Fault("E", call=tickets[2].call)


def test_a_batch_holds_fifty() -> None:
    """More would not run: protocol.md 2.2."""
    planner = planner_of()
    seen(planner, "m", 0.001)
    for n in range(120):
        planner.add(ticket("m", n=n), 1.0)
    requests = sent(planner, 1.0)

    assert [len(request.tickets) for request in requests] == [50, 50, 20]


def test_a_batch_is_filled_by_expected_time() -> None:
    """Six seconds of work are enough for one batch: the portal cuts at sixty."""
    planner = planner_of()
    seen(planner, "m", 0.5)
    for n in range(1000):
        planner.add(ticket("m", n=n), 1.0)
    requests = sent(planner, 1.0)

    assert {len(request.tickets) for request in requests} == {12}
    assert sum(request.expected for request in requests) <= 30


def test_few_calls_of_an_unknown_method_travel_together() -> None:
    """Ten of them cannot take longer than the portal's minute, whatever they are."""
    planner = planner_of()
    for n in range(10):
        planner.add(ticket("m", n=n), 0.0)
    (request,) = sent(planner, 0.0)

    assert len(request.tickets) == 10


def test_many_calls_of_an_unknown_method_send_one_ahead() -> None:
    """Nobody knows yet whether its calls take a millisecond or half a minute."""
    planner = planner_of()
    for n in range(1000):
        planner.add(ticket("m", n=n), 0.0)
    (probe,) = sent(planner, 0.0)

    assert len(probe.tickets) == 2
    assert planner.next(0.0) == Wait(math.inf, "answers")
    answer(planner, probe, 0.1, cost=0.001)
    assert len(sent(planner, 0.1)[0].tickets) == 20


def test_a_probe_that_fails_lets_the_others_go() -> None:
    """Calls that all fail are not sent one after the other."""
    planner = planner_of()
    for n in range(100):
        planner.add(ticket("m", n=n), 0.0)
    (probe,) = sent(planner, 0.0)
    answer(planner, probe, 0.1, lambda _: fault("ACCESS_DENIED"))

    # At 0.1 s each, six are worth a request while others are free for the rest.
    assert len(sent(planner, 0.1)[0].tickets) == 6


def test_calls_are_spread_while_permits_are_free() -> None:
    """A hundred calls of 0.28 s do not stand behind each other in two batches."""
    planner = planner_of()
    seen(planner, "m", 0.28)
    for n in range(100):
        planner.add(ticket("m", n=n), 1.0)
    requests = sent(planner, 1.0)

    assert max(len(request.tickets) for request in requests) <= 5
    assert planner.bucket.free(1.0) >= 20


def test_quick_calls_are_not_spread() -> None:
    """A batch thinner than a second of work only spends tokens."""
    planner = planner_of()
    seen(planner, "m", 0.002)
    for n in range(50):
        planner.add(ticket("m", n=n), 1.0)

    assert len(sent(planner, 1.0)) == 1


def test_quick_calls_do_not_wait_behind_slow_ones() -> None:
    """Known to be apart by an order of magnitude, they take separate requests."""
    planner = planner_of()
    seen(planner, "quick", 0.005)
    seen(planner, "slow", 3.0)
    for _ in range(4):
        planner.add(ticket("slow"), 5.0)
        planner.add(ticket("quick"), 5.0)
    methods = [{one.method for one in r.tickets} for r in sent(planner, 5.0)]

    assert {"quick"} in methods
    assert {"quick", "slow"} not in methods


def test_a_call_that_must_go_alone_does() -> None:
    """And those beside it still travel together."""
    planner = planner_of()
    planner.add(ticket("m", a=None), 0.0)
    planner.add(ticket("m", a=1), 0.0)
    planner.add(ticket("m", a=2), 0.0)
    requests = sent(planner, 0.0)

    assert sorted(len(request.tickets) for request in requests) == [1, 2]
    alone = next(request for request in requests if not request.is_batch)
    assert orjson.loads(alone.body()) == {"a": None}


def test_landing_scopes_never_meet() -> None:
    """The portal would keep one command's scope for the next (protocol.md 9.1)."""
    planner = planner_of()
    for scope in ("GROUP", None, "KNOWLEDGE", "GROUP", None):
        given: dict[str, Any] = {} if scope is None else {"scope": scope}
        planner.add(ticket("landing.site.getList", **given), 0.0)
    planner.add(ticket("user.get"), 0.0)
    scopes = [
        {t.call.params.get("scope") for t in r.tickets if t.method != "user.get"}
        for r in sent(planner, 0.0)
    ]

    assert all(len(group) <= 1 for group in scopes)


def test_connections_are_the_most_requests_at_once() -> None:
    """With all under way, the next decision waits for an answer."""
    planner = planner_of(connections=2)
    for _ in range(3):
        planner.add(ticket("m", a=None), 0.0)
    requests = sent(planner, 0.0)

    assert len(requests) == 2
    assert planner.next(0.0) == Wait(math.inf, "answers")
    answer(planner, requests[0], 1.0)
    assert len(sent(planner, 1.0)) == 1


def test_the_rate_limit_is_waited_for() -> None:
    """The burst leaves, the next waits half a second, and meanwhile others join it."""
    planner = planner_of(connections=100)
    for _ in range(51):
        planner.add(ticket("m", a=None), 0.0)

    assert len(sent(planner, 0.0)) == 50
    assert planner.next(0.0) == Wait(0.5, "rate")
    assert len(sent(planner, 0.5)) == 1


def test_jobs_leave_tokens_for_others() -> None:
    """Bulk stops at a fifth of the bucket; a lone call still leaves at once."""
    planner = planner_of(connections=100)
    for _ in range(60):
        planner.add(ticket("m", Lane.BULK, a=None), 0.0)

    assert len(sent(planner, 0.0)) == 40
    assert planner.next(0.0) == Wait(0.5, "rate")
    planner.add(ticket("user.current"), 0.0)
    (request,) = sent(planner, 0.0)
    assert request.method == "user.current"


@pytest.mark.parametrize(("waiting", "leave"), [(44, 44), (45, 45), (46, 40), (60, 40)])
@pytest.mark.parametrize("kind", ["alone", "group", "together"])
def test_jobs_end_with_half_of_that(kind: str, waiting: int, leave: int) -> None:
    """Where ten tokens are left and five requests are all that jobs wait for."""
    planner = planner_of(connections=100)
    seen(planner, "m", 0.0001)
    for _ in range(waiting):
        if kind == "alone":
            planner.add(ticket("m", Lane.BULK, a=None), 60.0)
        elif kind == "group":
            planner.add_group([ticket("m", Lane.BULK) for _ in range(3)], 60.0)
        else:
            for n in range(50):
                planner.add(ticket("m", Lane.BULK, n=n), 60.0)

    assert len(sent(planner, 60.0)) == leave


def test_a_refusal_for_the_rate_is_unseen() -> None:
    """A 503 puts the calls back and fills the bucket; nobody gets an error."""
    planner = planner_of()
    tickets = [ticket("m", n=n) for n in range(3)]
    for one in tickets:
        planner.add(one, 0.0)
    (request,) = sent(planner, 0.0)
    body = orjson.dumps({"error": "QUERY_LIMIT_EXCEEDED"})

    assert planner.answered(request, 503, JSON, body, 1.0) == []
    assert planner.next(1.0) == Wait(2.0, "rate")
    (again,) = sent(planner, 2.0)
    assert list(again.tickets) == tickets
    assert planner.stats(2.0).refused == 1


def test_one_blocked_method_stops_nobody_else() -> None:
    """Over its operating limit a method is parked; the rest pass."""
    planner = planner_of()
    seen(planner, "slow", 1.0, operating=479.0)
    planner.add(ticket("slow"), 2.0)
    planner.add(ticket("quick"), 2.0)
    (request,) = sent(planner, 2.0)

    assert request.method == "quick"
    decision = planner.next(2.0)
    assert isinstance(decision, Wait)
    assert decision.cause == "operating"
    assert decision.until == pytest.approx(602.0, abs=2)
    assert len(sent(planner, decision.until)) == 1


def test_a_command_refused_for_operating_time_goes_again() -> None:
    """It returns to the head of its line, unseen, and its method waits."""
    planner = planner_of()
    for n in range(3):
        planner.add(ticket("m", n=n), 0.0)
    (request,) = sent(planner, 0.0)
    settled = answer(
        planner,
        request,
        1.0,
        lambda one: (
            row_of(one) if one.call.params["n"] == 0 else fault("OPERATION_TIME_LIMIT")
        ),
    )

    assert len(settled) == 1
    decision = planner.next(1.0)
    assert isinstance(decision, Wait)
    assert decision.cause == "operating"
    (probe,) = sent(planner, decision.until)
    assert [one.call.params["n"] for one in probe.tickets] == [1]
    assert planner.stats(2.0).methods["m"].refused == 2


# The calls of a line, of which lane, a group or not -> the requests that leave at once
# where the method `batch` is at its limit.
WITHOUT_BATCHES = [
    (1, Lane.INTERACTIVE, False, 1),
    (3, Lane.INTERACTIVE, False, 3),
    (1, Lane.BULK, False, 1),
    (3, Lane.BULK, False, 0),
    (1, Lane.INTERACTIVE, True, 1),
    (3, Lane.INTERACTIVE, True, 0),
]


@pytest.mark.parametrize(("calls", "lane", "group", "leave"), WITHOUT_BATCHES)
def test_who_can_go_alone_does_not_wait_for_batches(
    calls: int, lane: Lane, group: bool, leave: int
) -> None:
    """A portal may charge `batch` itself: what goes without it passes."""
    planner = planner_of()
    seen(planner, "m", cost=0.01)
    planner.accounts.refused("batch", 1.0)
    tickets = [ticket("m", lane, n=n) for n in range(calls)]
    if group:
        planner.add_group(tickets, 1.0)
    for one in () if group else tickets:
        planner.add(one, 1.0)

    requests = sent(planner, 1.0)
    assert len(requests) == leave
    assert not any(request.is_batch for request in requests)
    if not leave:
        decision = planner.next(1.0)
        assert isinstance(decision, Wait)
        assert decision.cause == "operating"
        (request,) = sent(planner, decision.until)
        assert request.is_batch


# What comes for the one call that asks again -> whether the others go with the next.
PROBES: list[tuple[dict[str, Any], float | None, bool]] = [
    ({"result": True}, 0.0, True),
    ({"result": True}, None, True),
    (fault("NOT_FOUND"), None, True),
    (fault("QUERY_LIMIT_EXCEEDED"), None, False),
    (fault("expired_token"), None, False),
]


@pytest.mark.parametrize(("row", "operating", "ends"), PROBES)
def test_any_call_that_ran_ends_a_probe(
    row: dict[str, Any], operating: float | None, ends: bool
) -> None:
    """Short calls report 0, and failing ones nothing: they ran all the same."""
    planner = planner_of()
    seen(planner, "a", cost=0.01)
    planner.accounts.refused("a", 1.0)
    for n in range(10):
        planner.add(ticket("a", n=n), 1.0)
    (probe,) = sent(planner, 70.0)
    assert len(probe.tickets) == 1
    answer(planner, probe, 70.1, lambda _: row, operating=operating)

    (request,) = sent(planner, 80.0)
    assert (len(request.tickets) > 1) is ends


def test_what_left_before_a_refusal_ends_no_probe() -> None:
    """It was let in before the limit was reached: that the limit is free is unknown."""
    planner = planner_of()
    seen(planner, "a", cost=0.01)
    planner.add(ticket("a", n=0), 0.0)
    (early,) = sent(planner, 0.0)
    planner.accounts.refused("a", 1.0)
    answer(planner, early, 2.0)

    for n in range(1, 10):
        planner.add(ticket("a", n=n), 2.0)
    (probe,) = sent(planner, 70.0)
    assert len(probe.tickets) == 1


def test_what_is_under_way_counts_against_the_budget() -> None:
    """Parallel batches do not overshoot together."""
    planner = planner_of()
    seen(planner, "m", 1.0, operating=460.0)
    for n in range(100):
        planner.add(ticket("m", n=n), 2.0)
    requests = sent(planner, 2.0)

    assert 15 <= sum(len(request.tickets) for request in requests) <= 28


def test_an_answer_that_is_quicker_than_the_way_there_costs_nothing() -> None:
    """The way is learnt from what came before; no call ends before it has begun."""
    planner = planner_of()
    planner.add(ticket("m"), 0.0)
    (slow,) = sent(planner, 0.0)
    answer(planner, slow, 5.0)
    for _ in range(2):
        planner.add(ticket("m"), 6.0)
    (quick,) = sent(planner, 6.0)

    answer(
        planner,
        quick,
        6.0,
        lambda one: fault("FAULT") if one is quick.tickets[0] else row_of(one),
    )

    estimate = planner.stats(6.0).methods["m"].estimate
    assert estimate is not None
    assert estimate >= 0.0


@pytest.mark.parametrize(("second", "cost"), [("a", 0.05), ("b", 0.15)])
def test_the_first_call_of_a_group_is_measured_by_its_like(
    second: str, cost: float
) -> None:
    """A whole second tells only what it took at the most; the calls behind it more."""
    planner = planner_of()
    planner.add_group([ticket("a"), ticket(second)], 10.0)
    (request,) = sent(planner, 10.0)
    finishes = dict(zip(request.keys, (1e9 + 10.25, 1e9 + 10.3), strict=True))
    parts = {
        "result": dict.fromkeys(request.keys, 1),
        "result_time": {key: {"finish": at} for key, at in finishes.items()},
    }
    time = {"start": 1e9 + 10, "finish": 1e9 + 10.3, "duration": 0.3}
    body = orjson.dumps({"result": parts, "time": time})
    planner.answered(request, 200, JSON, body, 10.2)

    estimate = planner.stats(10.2).methods["a"].estimate
    assert estimate == pytest.approx(cost, abs=1e-6)


def test_a_method_that_refuses_batches_goes_directly_from_then_on() -> None:
    """The refusal is unseen, and the second time no batch is tried."""
    planner = planner_of()
    seen(planner, "m", 0.001)
    for n in range(60):
        planner.add(ticket("m", n=n), 0.0)
    first = sent(planner, 0.0)
    for request in first:
        settled = answer(
            planner, request, 1.0, lambda _: fault("ERROR_BATCH_METHOD_NOT_ALLOWED")
        )
        assert settled == []
    again = sent(planner, 1.0)

    assert not any(request.is_batch for request in again)
    planner.add(ticket("m", n=99), 1.0)
    planner.add(ticket("m", n=98), 1.0)
    assert not any(request.is_batch for request in sent(planner, 100.0))


def test_a_cancelled_call_does_not_leave() -> None:
    """And harms nobody beside it."""
    planner = planner_of()
    tickets = [ticket("m", n=n) for n in range(5)]
    for one in tickets:
        planner.add(one, 0.0)
    planner.cancel(tickets[2])
    (request,) = sent(planner, 0.0)

    assert [one.call.params["n"] for one in request.tickets] == [0, 1, 3, 4]


def test_a_call_cancelled_on_its_way_is_not_told() -> None:
    """Its answer comes and is dropped; the others get theirs."""
    planner = planner_of()
    tickets = [ticket("m", n=n) for n in range(3)]
    for one in tickets:
        planner.add(one, 0.0)
    (request,) = sent(planner, 0.0)
    planner.cancel(tickets[1])

    assert [one for one, _ in answer(planner, request, 1.0)] == [tickets[0], tickets[2]]


LOST = [
    ("crm.deal.list", True),
    ("landing.landing.publication", True),
    ("landing.landing.unpublic", True),
    ("catalog.productImage.delete", True),
    ("crm.deal.add", False),
    ("landing.landing.favoriteBlock", False),
    ("nobody.knows", False),
]


@pytest.mark.parametrize(("method", "again"), LOST)
def test_only_what_is_safe_is_sent_again_when_no_answer_came(
    method: str, again: bool
) -> None:
    """What may have run is not run twice, unless twice is as good as once."""
    planner = planner_of()
    planner.add(ticket(method), 0.0)
    (request,) = sent(planner, 0.0)
    settled = planner.failed(request, Unanswered("cut"), 1.0)

    assert bool(settled) is not again
    if again:
        decision = planner.next(1.0)
        assert isinstance(decision, Wait)
        assert decision.cause == "retry"
        assert len(sent(planner, decision.until)) == 1
    else:
        assert isinstance(settled[0][1], Unanswered)


def test_a_batch_without_an_answer_is_taken_apart() -> None:
    """Its safe calls go again, the others are told that nobody knows."""
    planner = planner_of()
    read, write = ticket("user.get"), ticket("crm.deal.add")
    planner.add(read, 0.0)
    planner.add(write, 0.0)
    (request,) = sent(planner, 0.0)
    settled = planner.failed(request, Unanswered("cut"), 1.0)

    assert [(one, type(error)) for one, error in settled] == [(write, Unanswered)]
    assert read.stage is Stage.WAITING


def test_what_was_not_sent_is_sent_again_and_in_the_end_told() -> None:
    """Nothing ran, so anything may be sent again; but not for ever."""
    planner = planner_of()
    planner.add(ticket("crm.deal.add"), 0.0)
    now, attempts = 0.0, 0
    settled: list[Any] = []
    while not settled:
        decision = planner.next(now)
        if isinstance(decision, Wait):
            now = decision.until
            continue
        (request,) = [decision.request]  # type: ignore[union-attr]
        attempts += 1
        settled = planner.failed(request, NotSent("no connection"), now)

    assert attempts == ATTEMPTS
    assert isinstance(settled[0][1], NotSent)
    assert 7.5 <= now <= 15  # longer than a portal takes to start again


def test_a_missing_row_is_that_calls_alone() -> None:
    """The other results are not lost with it."""
    planner = planner_of()
    tickets = [ticket("crm.deal.add", n=n) for n in range(3)]
    for one in tickets:
        planner.add(one, 0.0)
    (request,) = sent(planner, 0.0)
    settled = dict(
        answer(
            planner,
            request,
            1.0,
            lambda one: None if one.call.params["n"] == 1 else row_of(one),
        )
    )

    assert isinstance(settled[tickets[1]], BadAnswer)
    assert isinstance(settled[tickets[0]], Done)
    assert isinstance(settled[tickets[2]], Done)


def test_a_call_has_a_time_to_live() -> None:
    """`within` ends it, and the error says whether it may have run."""
    planner = planner_of(connections=1)
    under_way = ticket_of(Call("m").within(3))
    waiting = ticket_of(Call("m").within(2))
    planner.add(under_way, 0.0)
    sent(planner, 0.0)
    planner.add(waiting, 0.0)

    assert planner.next(0.0) == Wait(2.0, "answers")
    assert [type(error) for _, error in planner.expired(2.0)] == [NotSent]
    assert [type(error) for _, error in planner.expired(3.0)] == [Unanswered]
    assert planner.expired(9.0) == []


def test_who_waited_for_a_limit_is_told_when_to_come_back() -> None:
    """`LimitExceeded` carries the time that the portal's baskets free enough."""
    planner = planner_of()
    seen(planner, "slow", 1.0, operating=479.0)
    planner.add(ticket_of(Call("slow").within(5)), 2.0)
    assert sent(planner, 2.0) == []
    ((_, error),) = planner.expired(7.0)

    assert isinstance(error, LimitExceeded)
    assert error.code == "OPERATION_TIME_LIMIT"
    assert error.retry_at == pytest.approx(1e9 + 602, abs=2)


def test_closing_ends_everybody() -> None:
    """Whoever waits is told that nothing was sent."""
    planner = planner_of(connections=1)
    tickets = [ticket("m", a=None) for _ in range(3)]
    for one in tickets:
        planner.add(one, 0.0)
    sent(planner, 0.0)
    settled = planner.close(0.0)

    assert {one for one, _ in settled} == set(tickets)
    assert all(isinstance(error, SessionClosed) for _, error in settled)
    assert planner.next(0.0) == Idle()


def test_a_group_leaves_whole_and_halts() -> None:
    """The calls of an explicit batch are one request, with nobody else in it."""
    planner = planner_of()
    planner.add(ticket("other"), 0.0)
    group = [ticket("a"), ticket("b"), ticket("c")]
    for one in group:
        one.halt = True
    planner.add_group(group, 0.0)
    requests = sent(planner, 0.0)
    request = next(r for r in requests if r.is_group)

    assert list(request.tickets) == group
    assert orjson.loads(request.body())["halt"] == 1
    settled = dict(
        answer(
            planner, request, 1.0, lambda t: fault("E") if t is group[1] else row_of(t)
        )
    )
    assert isinstance(settled[group[0]], Done)
    assert settled[group[1]] == Fault("E", call=group[1].call)
    assert isinstance(settled[group[2]], NotSent)
    assert "b: E" in str(settled[group[2]])


def test_order_is_kept_within_a_method() -> None:
    """First come, first served, also after a refusal."""
    planner = planner_of(Limits(batch_size=3), connections=1)
    for n in range(9):
        planner.add(ticket("m", n=n), 0.0)
    order: list[Any] = []
    now, refused = 0.0, False
    while order != sorted(order) or len(order) < 9:
        requests = sent(planner, now)
        now += 1.0
        for request in requests:
            if len(order) == 3 and not refused:
                refused = True
                body = orjson.dumps({"error": "QUERY_LIMIT_EXCEEDED"})
                planner.answered(request, 503, JSON, body, now)
                continue
            order += [one.call.params["n"] for one in request.tickets]
            answer(planner, request, now)

    assert order == list(range(9))


def test_methods_without_end() -> None:
    """What users may call adds up to no memory; what is limited is not forgotten."""
    planner = planner_of()
    planner.add(ticket("busy.get"), 0.0)
    (busy,) = sent(planner, 0.0)
    planner.add(ticket("limited.get"), 0.0)
    (limited,) = sent(planner, 0.0)
    answer(planner, limited, 0.0, operating=7.0)
    for n in range(9_000):
        planner.accounts.of(f"made.up.{n}").failed += 1
    answer(planner, busy, 0.0)
    stats = planner.stats(0.0)

    assert len(stats.methods) < 5_000
    assert stats.methods["limited.get"].operating == 7.0
    assert (stats.done, stats.failed) == (2, 9_000)

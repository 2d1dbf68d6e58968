"""What is known decides whether a call goes again, and what its caller is told."""

from __future__ import annotations

from typing import Any

import pytest
from portal import answer, fault, planner_of, row_of, sent, ticket, ticket_of

from bitrix_async import (
    AuthFault,
    BadAnswer,
    BitrixError,
    Call,
    Fault,
    LimitExceeded,
    Limits,
    NotSent,
    RetryBudget,
    SessionClosed,
    Unanswered,
)
from bitrix_async.sansio.budget import Purse
from bitrix_async.sansio.decisions import Wait
from bitrix_async.sansio.limits import LeakyBucket
from bitrix_async.sansio.lines import Stage, Ticket
from bitrix_async.sansio.planning import Planner
from bitrix_async.sansio.replies import Done
from bitrix_async.sansio.retries import (
    ATTEMPTS,
    RATE_PATIENCE,
    Step,
    conclude,
    next_step,
    repeat_safe,
    wait_before,
)

READ, WRITE = Call("crm.item.get", {"id": 1}), Call("crm.deal.add", {"n": 1})
RATE = LimitExceeded("QUERY_LIMIT_EXCEEDED", status=503)

# What came of a sending, and what happens then to a read and to a write.
STEPS: list[tuple[Any, Step, Step]] = [
    (Done(1), Step.END, Step.END),
    (Fault("NOT_FOUND"), Step.END, Step.END),
    (Fault("INTERNAL_SERVER_ERROR", status=500), Step.END, Step.END),
    (NotSent("no connection"), Step.AGAIN, Step.AGAIN),
    (AuthFault("CONNECTION_ERROR", status=401), Step.AGAIN, Step.AGAIN),
    (Unanswered("reset"), Step.AGAIN, Step.END),
    (BadAnswer("no row"), Step.AGAIN, Step.END),
    (RATE, Step.RATE, Step.RATE),
    (LimitExceeded("OPERATION_TIME_LIMIT"), Step.OPERATING, Step.OPERATING),
    # Final at once, whatever the call: protocol.md 4.4, 5.2, 5.4.
    (AuthFault("OVERLOAD_LIMIT", status=401), Step.END, Step.END),
    (AuthFault("ACCESS_DENIED", status=401), Step.END, Step.END),
    (AuthFault("PAYMENT_REQUIRED", status=401), Step.END, Step.END),
    (AuthFault("WRONG_LICENSE", status=403), Step.END, Step.END),
    (AuthFault("INVALID_CREDENTIALS", status=401), Step.END, Step.END),
    (AuthFault("PORTAL_DELETED", status=403), Step.END, Step.END),
]


@pytest.mark.parametrize(("row", "read", "write"), STEPS)
def test_the_table(row: Any, read: Step, write: Step) -> None:
    """What is known, and whether twice is as good as once."""
    assert next_step(row, READ, 1, in_batch=True) is read
    assert next_step(row, WRITE, 1, in_batch=True) is write
    assert next_step(row, READ.once(), 1, in_batch=True) is write
    assert next_step(row, WRITE.repeatable(), 1, in_batch=True) is read


@pytest.mark.parametrize(("row", "read", "write"), STEPS)
def test_nothing_goes_on_for_ever(row: Any, read: Step, write: Step) -> None:
    """Neither trouble nor a limit that refuses the same call again and again."""
    for call in (READ, WRITE):
        step = next_step(row, call, ATTEMPTS, in_batch=True, refusals=RATE_PATIENCE)
        assert step is Step.END


NODES, CONTACT = "landing.block.updateNodes", "crm.contact.update"
PHONE = {"VALUE": "+1", "VALUE_TYPE": "WORK"}

# The parameters of a call whose method sets a state, and whether it may be repeated.
SAFE: list[tuple[str, Any, bool]] = [
    (NODES, {"data": {".a": "b"}}, True),
    (NODES, {"additional": {"appendMenu": True}}, False),
    (NODES, {"additional": {"appendMenu": "1"}}, False),
    (NODES, {"additional": {"appendMenu": "N"}}, False),
    (NODES, {"additional": {"appendMenu": READ.result}}, False),
    (NODES, {"additional": READ.result}, False),
    (NODES, {"additional": {"appendMenu": False}}, True),
    (NODES, {"additional": {"appendMenu": "0"}}, True),
    (NODES, {"additional": {}}, True),
    (NODES, {"additional": []}, True),
    ("landing.block.updateStyles", {"additional": {"appendMenu": True}}, True),
    (CONTACT, {"id": 1, "fields": {"NAME": "a"}}, True),
    (CONTACT, {"id": 1, "fields": {"PHONE": []}}, True),
    (CONTACT, {"id": 1, "fields": {"PHONE": [PHONE]}}, False),
    (CONTACT, {"ID": 1, "FIELDS": {"EMAIL": {"n0": {"VALUE": "a@b"}}}}, False),
    ("crm.item.update", {"fields": {"fm": {"n0": {"typeId": "PHONE"}}}}, False),
    ("crm.deal.userfield.update", {"fields": {"LIST": [{"VALUE": "a"}]}}, False),
    ("userfieldconfig.update", {"field": {"enum": [{"value": "a"}]}}, False),
    ("biconnector.dataset.fields.update", {"add": [{"name": "a"}]}, False),
]


@pytest.mark.parametrize(("method", "params", "safe"), SAFE)
def test_a_parameter_that_adds_makes_a_call_one_for_once(
    method: str, params: Any, *, safe: bool
) -> None:
    """Set again is the same, added again is twice; what may be there counts."""
    call = Call(method, params)

    assert repeat_safe(call) is safe
    assert repeat_safe(call.repeatable())
    assert not repeat_safe(call.once())


DELETE = Call("landing.landing.delete", {"lid": 1})

# The last sending, whether one before it may have run, and what is known in all.
CONCLUSIONS: list[tuple[Call[Any], Any, bool, Any]] = [
    (READ, NotSent("x"), False, NotSent),
    (READ, NotSent("x"), True, Unanswered),
    (READ, SessionClosed("x"), True, Unanswered),
    (READ, RATE, True, Unanswered),
    (READ, AuthFault("CONNECTION_ERROR"), True, Unanswered),
    (READ, Fault("ACCESS_DENIED"), True, Fault),
    (READ, Fault("NOT_FOUND"), True, Fault),
    (DELETE, Fault("LANDING_NOT_EXIST"), False, Fault),
    (DELETE, Fault("LANDING_NOT_EXIST"), True, Done),
    (DELETE, Fault("ACCESS_DENIED"), True, Fault),
    (Call("crm.item.delete"), Fault("NOT_FOUND"), True, Done),
    (Call("landing.landing.unFavoriteBlock"), Fault("BLOCK_NOT_FOUND"), True, Done),
    (Call("landing.landing.hideblock"), Fault("BLOCK_NOT_FOUND"), True, Fault),
    (Call("crm.item.delete"), Fault("ERROR_METHOD_NOT_FOUND"), True, Fault),
]


@pytest.mark.parametrize(("call", "row", "doubted", "kind"), CONCLUSIONS)
def test_all_sendings_count(
    call: Call[Any], row: BitrixError, doubted: bool, kind: type
) -> None:
    """NotSent is of every sending; a repeated delete that finds nothing is done."""
    told = conclude(row, call, doubted=doubted)

    assert type(told) is kind
    if isinstance(told, Done):
        assert told.result is True
    elif told is not row:
        assert told.call is call
        assert told.__cause__ is row


def test_waits_double_and_are_scattered() -> None:
    """One second, then two, four, ...; half of it left to chance, twenty at most."""
    assert [wait_before(n, lambda: 1.0) for n in range(1, 7)] == [1, 2, 4, 8, 16, 20]
    assert [wait_before(n, lambda: 0.0) for n in range(1, 4)] == [0.5, 1, 2]


def test_waits_stay_what_they_are_for_a_portal_that_is_away_for_days() -> None:
    """As many attempts as there are: 2 to the power of each is no float."""
    assert {wait_before(n, lambda: 1.0) for n in (7, 1_024, 1_026, 10**6)} == {20}


# --- the budget -----------------------------------------------------------------------


def test_a_budget_is_spent_and_earned() -> None:
    """By answers and by time, never beyond what it began with."""
    purse = Purse(RetryBudget(2, per_answer=0.5, per_second=0.1))
    assert [purse.withdraw(0.0) for _ in range(3)] == [True, True, False]
    purse.deposit(0.0)
    purse.deposit(0.0)
    assert [purse.withdraw(0.0) for _ in range(2)] == [True, False]
    assert not purse.withdraw(9.9)
    assert purse.withdraw(10.0)
    assert purse.left(1e6) == 2


def with_budget(budget: RetryBudget, limits: Limits | None = None) -> Planner:
    limits = limits or Limits.self_hosted()
    bucket = LeakyBucket(limits.burst, limits.per_second)
    return Planner(limits, bucket, 20, jitter=lambda: 0.5, budget=budget)


@pytest.mark.parametrize("error", [NotSent("down"), Unanswered("down")])
def test_a_portal_that_is_down_is_spared(error: BitrixError) -> None:
    """A hundred repeats and six a minute; callers are told with the error there was."""
    planner = with_budget(RetryBudget())
    now, calls, slowest = 0.0, 2000, 0.0
    for n in range(calls):
        planner.add(ticket("user.get", n=n, none=None), now)
    ended: list[Any] = []
    while len(ended) < calls:
        requests = sent(planner, now)
        for request in requests:
            ended += planner.failed(request, error, now)
        if not requests:
            decision = planner.next(now)
            assert isinstance(decision, Wait)
            slowest = max(slowest, decision.until - now)
            now = decision.until
    stats = planner.stats(now)

    assert all(type(row) is type(error) for _, row in ended)
    assert slowest <= 20
    if isinstance(error, NotSent):  # which says it of those that wait, too
        assert stats.requests == ATTEMPTS * planner.connections
        assert now < 25
    else:
        assert stats.retried == stats.requests - calls
        assert 100 <= stats.retried <= 100 + 0.1 * now


def test_a_session_may_repeat_nothing() -> None:
    """A budget of nothing."""
    planner = with_budget(RetryBudget(0, 0, 0))
    planner.add(ticket("user.get"), 0.0)
    (request,) = sent(planner, 0.0)
    ((_, row),) = planner.failed(request, Unanswered("reset"), 0.0)

    assert isinstance(row, Unanswered)


def test_the_wait_grows_while_there_is_no_connection() -> None:
    """For the session, not for a call: new ones do not start it anew."""
    planner = with_budget(RetryBudget(0, 0, 0))
    now, waits = 0.0, []
    for n in range(6):
        planner.add(ticket("user.get", n=n), now)
        if n:
            decision = planner.next(now)
            assert isinstance(decision, Wait)
            waits.append(decision.until - now)
            now = decision.until
        (request,) = sent(planner, now)
        planner.failed(request, NotSent("refused"), now)
    assert waits == [0.75, 1.5, 3, 6, 12]


# --- batches that went unanswered -----------------------------------------------------


def group_of(*calls: Call[Any], halt: bool = True) -> list[Ticket]:
    group = [ticket_of(call) for call in calls]
    for one in group:
        one.halt = halt
    return group


def test_an_unanswered_batch_is_taken_apart() -> None:
    """Reads go again; a write may have run and does not."""
    planner = planner_of()
    calls = [Call("crm.item.get", {"id": n}) for n in range(3)]
    for call in (*calls, WRITE):
        planner.add(ticket_of(call), 0.0)
    (request,) = sent(planner, 0.0)
    ((first, row),) = planner.failed(request, Unanswered("reset"), 0.1)
    assert first.call is WRITE
    assert isinstance(row, Unanswered)

    (again,) = sent(planner, 5.0)
    assert [one.call for one in again.tickets] == calls


def with_forty_eight() -> Planner:
    planner = planner_of()
    for _ in range(5):
        planner.accounts.costs.learn("user.get", [0.01])
    for n in range(48):
        planner.add(ticket("user.get", n=n), 0.0)
    return planner


def test_a_batch_that_was_cut_goes_again_in_smaller_ones() -> None:
    """A tenth, then each alone: what is slow does not take others along."""
    planner = with_forty_eight()
    now, sizes = 0.0, []
    for _ in range(4):
        requests = sent(planner, now)
        sizes.append(max(len(one.tickets) for one in requests))
        now += 60
        for request in requests:
            planner.failed(request, Unanswered("504"), now)
        now += 20

    assert sizes[0] == 48
    assert sizes[1] <= 5
    assert sizes[2:] == [1, 1]


def test_a_batch_that_broke_at_once_goes_again_as_it_was() -> None:
    """A connection that breaks says nothing of how long the work takes."""
    planner = with_forty_eight()
    (request,) = sent(planner, 0.0)
    planner.failed(request, Unanswered("reset"), 0.1)
    (again,) = sent(planner, 5.0)

    assert len(again.tickets) == 48


def test_a_group_of_safe_calls_goes_again_whole() -> None:
    """In its order, since its calls may build on each other."""
    planner = planner_of()
    group = group_of(READ, Call("crm.item.update", {"id": 1}))
    planner.add_group(group, 0.0)
    (request,) = sent(planner, 0.0)
    assert planner.failed(request, Unanswered("reset"), 0.1) == []
    (again,) = sent(planner, 5.0)

    assert again.tickets == tuple(group)


def test_a_group_with_a_write_does_not_go_again() -> None:
    """Nobody knows how far it came, so nothing of it may be called NotSent."""
    planner = planner_of()
    planner.add_group(group_of(READ, WRITE, READ), 0.0)
    (request,) = sent(planner, 0.0)
    settled = planner.failed(request, Unanswered("reset"), 0.1)

    assert [type(row) for _, row in settled] == [Unanswered] * 3


def test_a_call_that_is_given_up_takes_along_what_builds_on_it() -> None:
    """A group that left without its first call would mistake the second for it."""
    planner = planner_of()
    planner.bucket.refused(0.0)
    group = group_of(READ, READ.within(0.1), WRITE)
    planner.add_group(group, 0.0)
    settled = planner.expired(0.2)
    assert {one.call for one, _ in settled} == {READ.within(0.1), WRITE}
    assert all(one.stage is Stage.ENDED for one, _ in settled)

    (request,) = sent(planner, 60.0)
    assert request.tickets == (group[0],)


def test_a_group_that_lost_a_call_under_way_does_not_go_again() -> None:
    """The places of its references would be others."""
    planner = planner_of()
    planner.add_group(group_of(READ.within(1.0), READ), 0.0)
    (request,) = sent(planner, 0.0)
    planner.expired(2.0)
    ((_, row),) = planner.failed(request, NotSent("no connection"), 3.0)

    assert isinstance(row, NotSent)


def test_a_missing_row_is_asked_for_again() -> None:
    """By itself: what arrived beside it has ended."""
    planner = planner_of()
    for n in range(3):
        planner.add(ticket("user.get", n=n), 0.0)
    (request,) = sent(planner, 0.0)
    lost = request.tickets[1]
    settled = answer(
        planner, request, 0.1, lambda one: None if one is lost else row_of(one)
    )
    assert [one for one, _ in settled] == [request.tickets[0], request.tickets[2]]

    (again,) = sent(planner, 5.0)
    assert again.tickets == (lost,)


def test_what_was_in_doubt_stays_in_doubt() -> None:
    """Closing, or the end of its time, while a call waits to be repeated."""
    for end in ("close", "within"):
        planner = planner_of()
        call = READ.within(1.0) if end == "within" else READ
        planner.add(ticket_of(call), 0.0)
        (request,) = sent(planner, 0.0)
        planner.failed(request, Unanswered("reset"), 0.5)
        settled = planner.expired(1.1) if end == "within" else planner.close(1.1)
        ((_, row),) = settled

        assert isinstance(row, Unanswered)


def test_a_limit_that_never_ends_is_given_up() -> None:
    """After many refusals of the same call, with the portal's own error."""
    planner = planner_of()
    planner.add(ticket("crm.deal.add", none=None), 0.0)
    now, settled = 0.0, list[Any]()
    while not settled:
        decision = planner.next(now)
        if isinstance(decision, Wait):
            now = decision.until
        else:
            (request,) = [decision.request]  # type: ignore[union-attr]
            code = lambda _: fault("QUERY_LIMIT_EXCEEDED")  # noqa: E731
            settled = answer(planner, request, now, code)
    ((_, row),) = settled

    assert isinstance(row, LimitExceeded)
    assert planner.stats(now).requests == RATE_PATIENCE + 1


def test_deadlines_of_calls_that_ended_early_are_not_kept() -> None:
    """A long job whose calls have an hour each holds no more than what is open."""
    planner = planner_of(Limits.self_hosted())
    for n in range(500):
        planner.add(ticket_of(Call("user.get", {"n": n}).within(3600)), 0.0)
        for request in sent(planner, 0.0):
            answer(planner, request, 0.0)

    assert len(planner._deadlines._due) <= 65

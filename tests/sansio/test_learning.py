"""What requests that came to nothing tell of what calls cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from portal import answer, fault, planner_of, row_of, sent, ticket

from bitrix_async import Unanswered

if TYPE_CHECKING:
    from bitrix_async.sansio.lines import Request
    from bitrix_async.sansio.planning import Planner

CUT = Unanswered("504")


def knowing(**costs: float) -> Planner:
    """A planner that has seen calls of some methods."""
    planner = planner_of()
    for method, cost in costs.items():
        planner.accounts.costs.learn(method, [cost] * 20)
    return planner


def asked(planner: Planner, now: float, **counts: int) -> list[Request]:
    """What leaves when so many calls of each method come in."""
    for method, count in counts.items():
        for n in range(count):
            planner.add(ticket(method, n=n), now)
    return sent(planner, now)


def estimate(planner: Planner, method: str) -> float | None:
    return planner.stats(1000.0).methods[method].estimate


# --- requests that were cut -----------------------------------------------------------


def test_calls_behind_a_batch_that_was_cut_go_in_smaller_ones() -> None:
    """Fifty took a minute or longer: no more than 6 s of such calls go at once."""
    planner = knowing(add=0.005)
    (request,) = asked(planner, 0.0, add=50)
    planner.failed(request, CUT, 60.0)

    assert estimate(planner, "add") == pytest.approx(1.2)
    assert {len(one.tickets) for one in asked(planner, 60.0, add=20)} <= {1, 2, 3, 4, 5}


def test_a_method_that_was_cut_takes_no_other_along() -> None:
    """Calls whose cost is known did not take the minute: those that nobody knew did."""
    planner = knowing(quick=0.02)
    (request,) = asked(planner, 0.0, quick=1, long=1)
    planner.failed(request, CUT, 60.0)
    assert estimate(planner, "long") == pytest.approx(60, abs=0.1)
    assert estimate(planner, "quick") == 0.02

    for one in asked(planner, 60.0, quick=1, long=1):
        assert len(one.tickets) == 1


def test_the_slowest_is_held_for_what_was_cut() -> None:
    """Where all are known one has changed, and that is the likeliest."""
    planner = knowing(quick=0.01, slow=0.08)
    (request,) = asked(planner, 0.0, quick=10, slow=10)
    planner.failed(request, CUT, 60.0)

    assert estimate(planner, "quick") == 0.01
    assert estimate(planner, "slow") == pytest.approx(6, abs=0.1)


def test_results_soon_tell_otherwise() -> None:
    """It may have been the network: a cut is one call's word, and theirs is of many."""
    planner = knowing(add=0.005)
    (request,) = asked(planner, 0.0, add=50)
    planner.failed(request, CUT, 60.0)
    sizes = []
    for now in (60.0, 70.0, 80.0, 90.0):
        requests = asked(planner, now, add=50)
        sizes.append(max(len(one.tickets) for one in requests))
        for one in requests:
            answer(planner, one, now + 1, cost=0.005)

    assert sizes[0] <= 5
    assert sizes[-1] == 50


def test_a_connection_that_broke_soon_tells_nothing_of_costs() -> None:
    """What has not worked for longer than a batch is meant to was not cut for it."""
    planner = knowing(add=0.005)
    (request,) = asked(planner, 0.0, add=10, new=1)
    planner.failed(request, CUT, 5.9)

    assert estimate(planner, "add") == 0.005
    assert estimate(planner, "new") is None


# --- calls that were answered with an error -------------------------------------------


def fails(planner: Planner, request: Request, now: float, code: str = "E") -> None:
    answer(planner, request, now, lambda _: fault(code))


def test_calls_that_fail_quickly_travel_in_fifties() -> None:
    """A job of which nothing is found is no slower than one that finds all."""
    planner = planner_of()
    now = 0.0
    requests = asked(planner, now, get=1000)
    for _ in range(2):
        for one in requests:
            fails(planner, one, now + 0.02)
        now += 30
        requests = sent(planner, now)

    assert len(requests[0].tickets) == 50


def test_calls_that_fail_slowly_go_by_themselves() -> None:
    """Ten of 7 s would be cut, and nobody would learn what came of them."""
    planner = planner_of()
    (probe,) = asked(planner, 0.0, add=100)
    fails(planner, probe, 7.0)

    assert estimate(planner, "add") == 7.0
    assert {len(one.tickets) for one in sent(planner, 7.0)} == {1}


def test_an_error_takes_what_the_results_beside_it_leave() -> None:
    """Of a batch that was answered after 4 s, in which the results took 1 s."""
    planner = planner_of()
    tickets = [ticket("known", n=0), ticket("known", n=1), ticket("lost")]
    for one in tickets:
        planner.add(one, 0.0)
    (request,) = sent(planner, 0.0)
    answer(
        planner,
        request,
        4.0,
        lambda one: fault("E") if one.method == "lost" else row_of(one),
        cost=1.0,
    )

    # The first result has no figure, and shares what is left with the error.
    assert estimate(planner, "lost") == 1.5


@pytest.mark.parametrize(
    "code", ["OPERATION_TIME_LIMIT", "QUERY_LIMIT_EXCEEDED", "expired_token"]
)
def test_what_was_refused_did_not_run(code: str) -> None:
    """It took no time, and so will not tell what a call that runs takes."""
    planner = planner_of()
    (request,) = asked(planner, 0.0, get=5)
    fails(planner, request, 0.1, code)

    assert not planner.accounts.estimate("get").known


def test_quick_errors_are_not_taken_for_what_a_result_takes() -> None:
    """What is refused for its parameters did not do the work."""
    planner = knowing(add=2.0)
    for request in asked(planner, 0.0, add=30):
        fails(planner, request, 0.1)
    assert estimate(planner, "add") == 2.0

    planner = planner_of()
    for now in (0.0, 1.0, 2.0):
        for request in asked(planner, now, add=10):
            fails(planner, request, now + 0.1)
    (request,) = asked(planner, 3.0, add=1)
    answer(planner, request, 9.0, cost=6.0)
    assert estimate(planner, "add") == pytest.approx(3, abs=0.1)

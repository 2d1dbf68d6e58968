"""The figures that the optimizer reaches, in virtual time: they are the same always.

`makespan.py` prints them, and beside them what other policies reach.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from scenarios import (
    ASKED,
    Bulk,
    Figures,
    Stage,
    alone,
    beside,
    bound,
    burst,
    fast_with_slow,
    idle,
    shared,
    storm,
)

# A job that the operating limit holds back, and one that only the rate does.
HEAVY = Bulk("a", 3_000, 0.5)
LIGHT = Bulk("a", 50_000, 0.002)
# Enough for a minute of full speed behind a storm.
STORMED = Bulk("a", 10_000, 0.002)

idle_portal = cache(idle)


def right(seen: Figures) -> Figures:
    """Each call ended once, with its own result, and no request was too many."""
    assert seen.wrong == 0
    assert seen.too_many == 0
    return seen


@pytest.mark.parametrize(
    ("job", "workers", "seconds"),
    [
        (Bulk("a", 50_000, 0.002), 4, 475.1),  # the rate
        (Bulk("a", 20_000, 0.05), 4, 1_210.0),  # two full windows
        (Bulk("a", 800, 0.5), 4, 100.1),  # the portal's own work
        (Bulk("a", 0, 0.5), 4, 0.1),  # a round trip
    ],
)
def test_bound(job: Bulk, workers: int, seconds: float) -> None:
    """The largest of what each limit asks for, and one round trip."""
    assert bound(job, workers) == pytest.approx(seconds)


def test_bound_where_nothing_is_charged() -> None:
    """Only the portal's own work is left."""
    assert bound(HEAVY, 4, weight=0) == pytest.approx(375.1)


def test_figures_are_the_same_in_every_run() -> None:
    """By seed; another seed is another run."""
    job = Bulk("a", 800, 0.5)
    first, second, other = alone(job), alone(job), alone(job, seed=2)

    assert first == second
    assert first != other


# job, workers, times the bound, refused commands in ten minutes, longest request
ROWS = [
    (LIGHT, 4, 1.02, 0, 60.0),
    (Bulk("a", 20_000, 0.05), 4, 1.02, 1, 60.0),
    (Bulk("a", 5_000, 0.5), 1, 1.02, 2, 60.0),
    (Bulk("a", 5_000, 0.5), 4, 1.02, 2, 60.0),
    (Bulk("a", 5_000, 0.5), 8, 1.02, 2, 60.0),
    (Bulk("a", 600, 5.0), 4, 1.03, 2, 30.0),
    (Bulk("a", 800, 0.5), 4, 1.05, 0, 60.0),
]


@pytest.mark.parametrize(("job", "workers", "times", "refused", "longest"), ROWS)
def test_a_job_alone(
    job: Bulk, workers: int, times: float, refused: int, longest: float
) -> None:
    """It ends when the limits allow, and the portal has to refuse next to nothing."""
    seen = right(alone(job, workers=workers))

    assert seen.ratio <= times
    assert seen.refused_in_window <= refused
    assert seen.longest <= longest


def test_interactive_calls_beside_a_job_at_its_operating_limit() -> None:
    """They hardly notice it, and it does not notice them."""
    seen = right(beside(HEAVY))

    assert seen.ratio <= 1.02
    assert seen.latency[95] <= 1.25 * idle_portal().latency[95]


def test_interactive_calls_beside_a_job_at_the_rate_limit() -> None:
    """They take the tokens that they need, and the job rides along."""
    seen = right(beside(LIGHT))

    assert seen.ratio <= 1.03
    assert seen.latency[95] <= 1.0
    assert seen.latency[100] <= 2.0


def test_two_jobs() -> None:
    """One at its operating limit does not stop the other, nor the other way round."""
    light = Bulk("c", 20_000, 0.002)
    seen = right(alone(HEAVY, light))

    assert seen.ratio <= 1.02
    assert seen.ends["c"] <= 1.3 * alone(light).ends["c"]


def test_another_process_uses_the_same_budget() -> None:
    """What it leaves is used, and found out without asking too often."""
    seen = right(shared(HEAVY))

    assert seen.ratio <= 1.03
    assert seen.refused_in_window <= 5


def test_a_portal_that_charges_the_batch_itself() -> None:
    """The batch is a method with a limit of its own."""
    seen = right(alone(HEAVY, reporting="batch"))

    assert seen.ratio <= 1.02
    assert seen.refused_in_window <= 2


def test_a_portal_that_reports_on_one_command_only() -> None:
    """The zeros of the others say nothing."""
    seen = right(alone(HEAVY, reporting="first"))

    assert seen.ratio <= 1.02
    assert seen.refused_in_window <= 2


def test_a_portal_that_reports_nothing() -> None:
    """Then there is no operating limit to wait for."""
    seen = right(alone(HEAVY, reporting="none"))

    assert seen.ratio <= 1.02
    assert "operating" not in seen.waited


@pytest.mark.parametrize("begin", [30.0, 32.0, 34.0, 36.0])
def test_another_client_keeps_the_bucket_full_for_a_minute(begin: float) -> None:
    """Nobody is told, the portal is not stormed, and afterwards nothing is lost.

    It is no matter of when the portal was last tried.
    """
    seen = storm(STORMED, begin=begin)

    assert seen.wrong == 0
    assert seen.meanwhile <= 2.0
    assert seen.back_after <= 5.0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_interactive_calls_while_another_client_keeps_the_bucket_full(
    seed: int,
) -> None:
    """They wait, and nobody is told; then they come first, however many they are."""
    seen = storm(STORMED, Stage.callers, seed=seed)

    assert seen.wrong == 0
    assert seen.meanwhile <= 2.0
    assert seen.latency[100] <= 60.0 + 5.0


@pytest.mark.parametrize("workers", [None, 4])
def test_fast_calls_at_once_with_slow_ones(workers: int | None) -> None:
    """They do not queue behind them, also where the portal works on few at once."""
    seen = right(fast_with_slow(workers=workers))

    assert len(seen.latency.seconds) == 50
    assert seen.latency[95] <= 1.0


def test_interactive_calls_are_many() -> None:
    """The quantiles above are of enough calls to mean something."""
    assert len(idle_portal().latency.seconds) > 1_500
    assert ASKED.cost < idle_portal().latency[50] < 0.2


def test_a_hundred_calls_at_once() -> None:
    """They are spread over free tokens, but a reserve stays for whoever comes."""
    seen = right(burst())

    assert seen.tokens >= 10
    assert seen.latency.mean <= 2.0


@pytest.mark.parametrize("seed", [2, 3, 4])
@pytest.mark.parametrize("workers", [1, 4, 8])
def test_refusals_are_few_whatever_the_chance(workers: int, seed: int) -> None:
    """The rows above are no lucky draw of costs."""
    seen = right(alone(HEAVY, workers=workers, seed=seed))

    assert seen.ratio <= 1.02
    assert seen.refused_in_window <= 2

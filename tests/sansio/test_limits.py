"""The two limits, against timelines worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_async import Limits
from bitrix_async.sansio.limits import LeakyBucket, OperatingBudget
from bitrix_async.testing import PortalLimits
from bitrix_async.testing._limits import Bucket


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    """Fifty at once, then two a second."""
    bucket = LeakyBucket(50, 2.0)
    for _ in range(50):
        assert bucket.ready_at(10.0) == 10.0
        bucket.take(10.0)

    assert bucket.ready_at(10.0) == 10.5
    assert bucket.ready_at(10.5) == 10.5
    assert bucket.free(20.0) == 20.0


def test_a_reserve_is_left_for_others() -> None:
    """Who keeps a reserve waits until as many are free beside its own."""
    bucket = LeakyBucket(50, 2.0)
    for _ in range(40):
        bucket.take(0.0)

    assert bucket.ready_at(0.0) == 0.0
    assert bucket.ready_at(0.0, reserve=10) == 0.5


def test_a_refusal_fills_the_bucket() -> None:
    """A 503 corrects the picture: the bucket was full, and the request may count."""
    bucket = LeakyBucket(50, 2.0)
    bucket.take(0.0)
    bucket.refused(1.0)

    assert bucket.ready_at(1.0) == 2.0


def test_many_refusals_do_not_stop_everything() -> None:
    """Whether refused requests count is unknown: the wait for them is bounded."""
    bucket = LeakyBucket(50, 2.0)
    for _ in range(100):
        bucket.refused(1.0)

    assert bucket.ready_at(1.0) <= 6.0


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize(
    ("processes", "limits"),
    [(2, Limits()), (3, Limits()), (5, Limits())]
    + [(1, Limits.enterprise()), (3, Limits.enterprise())]
    + [(1, Limits.self_hosted()), (3, Limits.self_hosted()), (2, Limits(burst=1e9))],
)
def test_buckets_that_are_one(processes: int, limits: Limits, counted: bool) -> None:
    """Processes that know nothing of each other, or of the plan, all come through.

    Whether refused requests count or not: nobody keeps the bucket full by asking.
    """
    theirs = Bucket(PortalLimits(refused_count=counted))
    left = {LeakyBucket(*limits.requests): 100 for _ in range(processes)}
    now = refused = 0.0
    while left:
        bucket = min(left, key=lambda one: one.ready_at(now))
        now = bucket.ready_at(now)
        bucket.take(now)
        if not theirs.admits(now):
            refused += 1
            bucket.refused(now)
        elif left[bucket] > 1:
            left[bucket] -= 1
        else:
            del left[bucket]

    assert now <= 100 * processes - 50  # twice as long as it takes at the least
    assert refused <= 100 * processes


@pytest.mark.parametrize(
    "limits",
    [Limits.self_hosted(), Limits.enterprise(), Limits(burst=1e9)],
    ids=["self-hosted", "enterprise", "1e9"],
)
def test_a_refusal_counts_for_more_than_what_was_told(limits: Limits) -> None:
    """From then on the portal is an ordinary one, whatever the caller says of it."""
    bucket = LeakyBucket(*limits.requests)
    for _ in range(90):
        bucket.take(0.0)
    bucket.refused(0.0)

    assert bucket.burst == 50
    assert bucket.ready_at(0.0) == 1.0
    assert bucket.free(1_000.0) == 50


def test_pauses_double_where_there_is_no_limit() -> None:
    """Up to four and a half seconds: as where the limit is known."""
    bucket, now, pauses = LeakyBucket(math.inf, math.inf), 0.0, []
    for _ in range(6):
        bucket.take(now)
        bucket.refused(now)
        pauses.append(bucket.ready_at(now) - now)
        now = bucket.ready_at(now)

    assert pauses == [1.0, 1.5, 2.5, 4.5, 4.5, 4.5]


def test_a_plan_is_found_again() -> None:
    """Twice as much after each 25 s without a refusal, while requests leave."""
    bucket, now, left = LeakyBucket(1_000, 40.0), 0.0, []
    bucket.refused(now)
    for end in (25.0, 51.0, 77.0, 103.0, 129.0, 155.0):
        left.append(0)
        while (now := bucket.ready_at(now)) < end:
            bucket.take(now)
            left[-1] += 1

    assert left[0] == pytest.approx(50, abs=2)
    assert left[-1] == pytest.approx(26 * 40, rel=0.01)
    assert left == sorted(left)
    assert bucket.burst == 1_000


def test_idle_hours_are_one_time_of_calm() -> None:
    """Who asks nothing learns nothing: the next burst is not the whole one again."""
    bucket = LeakyBucket(math.inf, math.inf)
    bucket.refused(0.0)
    bucket.take(3_600.0)

    assert (bucket.burst, bucket.per_second) == (100, 4.0)
    assert bucket.free(3_600.0) == 49


@given(st.lists(st.floats(0, 3), max_size=200), st.integers(1, 60))
def test_a_bucket_never_runs_over(pauses: list[float], burst: int) -> None:
    """A portal that counts as documented refuses nobody who waits for `ready_at`."""
    bucket, level, at, now = LeakyBucket(burst, 2.0), 0.0, 0.0, 0.0
    for pause in pauses:
        now = bucket.ready_at(now + pause)
        bucket.take(now)
        level = max(0.0, level - (now - at) * 2.0) + 1
        at = now
        assert level <= burst + 1e-6


def test_no_limits_on_a_server_of_ones_own() -> None:
    """Without limits nothing waits, and nothing is divided by infinity."""
    limits = Limits.self_hosted()
    bucket = LeakyBucket(limits.burst, limits.per_second)
    bucket.take(0.0)

    assert bucket.ready_at(0.0, reserve=limits.burst / 5) == 0.0
    assert bucket.free(0.0) == math.inf


def test_scaled_limits_are_the_same_limits_in_shorter_seconds() -> None:
    """What a second is changes; how much fits into the window does not."""
    limits = Limits().scaled(0.01)

    assert limits == Limits(
        per_second=200.0, operating=4.8, window=6.0, batch_seconds=0.06
    )
    assert limits.pace == pytest.approx(0.01)


@pytest.mark.parametrize(
    "wrong",
    [{"burst": 0}, {"per_second": -1}, {"operating": 0}, {"window": 0}]
    + [{"batch_size": 0}, {"batch_size": 51}, {"batch_seconds": 0}],
)
def test_limits_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    """More than fifty commands would not run; nothing at all would never end."""
    with pytest.raises(ValueError, match=r".+"):
        Limits(**wrong)  # type: ignore[arg-type]


# --- operating time -------------------------------------------------------------------


def budget(limit: float = 480.0) -> OperatingBudget:
    made = OperatingBudget(limit, 600.0)
    made.reported = True
    return made


def test_a_basket_is_forgotten_a_window_after_its_first_charge() -> None:
    """Ten baskets of a minute; each expires by itself."""
    used = budget()
    used.charge(65.0, 100.0)
    used.charge(119.0, 50.0)
    used.charge(121.0, 30.0)

    assert used.used(664.9) == 180.0
    assert used.used(665.0) == 30.0
    assert used.used(721.0) == 0.0


def test_waiting_is_for_the_basket_that_frees_enough() -> None:
    """Not for the first that drops, and not for the whole window."""
    used = budget()
    used.charge(0.0, 100.0)
    used.charge(60.0, 300.0)
    used.charge(120.0, 80.0)

    assert used.ready_at(130.0, 0.0) == 130.0
    assert used.ready_at(130.0, 100.0) == pytest.approx(601.0)
    assert used.ready_at(130.0, 101.0) == pytest.approx(661.0)


def test_without_reports_there_is_no_limit() -> None:
    """A portal that reports no operating time has none (protocol.md 4.2)."""
    used = OperatingBudget(480.0, 600.0)
    used.charge(0.0, 10_000.0)
    used.report(0.0, 0.0, None)

    assert used.ready_at(0.0, 100.0) == 0.0


def test_a_zero_is_no_reset() -> None:
    """Another command's figure may hold what this one's 0 leaves out."""
    used = budget()
    used.charge(0.0, 300.0)
    used.report(1.0, 0.0, None)

    assert used.used(1.0) == 300.0


def test_the_report_wins_over_the_model() -> None:
    """What others spent is added, what was never spent is taken away."""
    used = budget()
    used.charge(0.0, 100.0)
    used.report(1.0, 250.0, 600.0)
    assert used.used(1.0) == pytest.approx(250.0)

    used.report(2.0, 50.0, 600.0)
    assert used.used(2.0) == pytest.approx(50.0)


def test_own_work_under_way_is_not_taken_for_somebody_elses() -> None:
    """A report may hold what our own next answer will tell again."""
    used = budget()
    used.charge(0.0, 100.0)
    used.report(1.0, 120.0, 600.0, ours=30.0)

    assert used.used(1.0) == pytest.approx(100.0)


def test_a_refusal_near_the_limit_waits_for_the_baskets() -> None:
    """The model was about right: it knows when a basket drops."""
    used = budget()
    used.charge(0.0, 470.0)
    used.refused(10.0)

    assert used.blocked(10.0)
    assert used.ready_at(10.0, 0.0) == pytest.approx(601.0)


def test_a_refusal_out_of_the_blue_is_asked_again_a_basket_later() -> None:
    """Somebody else used the time; nobody knows when it comes back."""
    used = OperatingBudget(480.0, 600.0)
    used.refused(10.0)

    assert used.probing
    assert used.ready_at(10.0, 0.0) == pytest.approx(70.0)


def test_a_report_without_a_limit_holds_nobody() -> None:
    """Where the caller knows of no limit, what is reported is only a figure."""
    used = budget(math.inf)
    used.charge(0.0, 400.0)
    used.report(1.0, 450.0, 600.0)

    assert used.ready_at(2.0, math.inf) == 2.0


def test_a_refusal_without_a_limit_is_asked_again_a_basket_later() -> None:
    """The portal has one all the same: nobody knows how much, or when it is back."""
    used = budget(math.inf)
    used.charge(0.0, 450.0)
    used.refused(10.0)

    assert used.probing
    assert used.ready_at(10.0, 0.0) == pytest.approx(70.0)
    used.report(71.0, 450.0, 600.0)
    assert used.used(71.0) == pytest.approx(450.0)
    assert used.ready_at(71.0, 0.0) == 71.0

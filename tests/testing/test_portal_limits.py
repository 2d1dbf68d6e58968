"""Both limits, against timelines worked out by hand (protocol.md 4)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asking import JSON, Asker

from bitrix_async.testing import Portal, PortalLimits, PortalRequest
from bitrix_async.testing._limits import Bucket, Operating, Tab

MINUTE = 60.0


def test_bucket() -> None:
    """Three pass at once, then one each half second; refused ones count."""
    bucket = Bucket(PortalLimits(burst=3, per_second=2))
    passed = [bucket.admits(now) for now in (0, 0, 0, 0, 0.5, 1.0, 1.5, 1.6)]

    assert passed == [True, True, True, False, False, False, False, False]


def test_bucket_that_forgives() -> None:
    """The same where a refused request does not count."""
    bucket = Bucket(PortalLimits(burst=3, per_second=2, refused_count=False))
    passed = [bucket.admits(now) for now in (0, 0, 0, 0, 0.5, 1.0, 1.5, 1.6)]

    assert passed == [True, True, True, False, True, True, True, False]


def test_refused_by_the_bucket() -> None:
    """503 in JSON, nothing ran; a second later it passes."""
    ask = Asker(Portal(cost=0.0, limits=PortalLimits(burst=2, refused_count=False)))
    ask.portal.fill_bucket(ask.now)
    answer = ask.post(ask.portal.webhook_path + "user.current")

    assert (answer.status, json.loads(answer.body)["error"]) == (
        503,
        "QUERY_LIMIT_EXCEEDED",
    )
    assert ask.portal.executed("user.current") == 0
    assert ask.portal.refused["QUERY_LIMIT_EXCEEDED"] == 1
    ask.now += 1
    assert ask.code("user.current") is None


def test_a_batch_is_one_request() -> None:
    """Fifty commands take one place of the bucket."""
    ask = Asker(Portal(cost=0.0, limits=PortalLimits(burst=1)))

    assert len(ask.batch(["server.time"] * 50)["result"]) == 50


def test_baskets() -> None:
    """A basket is forgotten a window after its first charge, and as a whole."""
    operating = Operating(PortalLimits(operating=480))
    operating.charge("w", "m", 100, 30)
    operating.charge("w", "m", 50, 59)
    operating.charge("w", "m", 10, 61)
    used = [operating.used("w", "m", now) for now in (61, 629.9, 630, 660.9, 661)]

    assert used == [160, 160, 10, 10, 0]
    assert operating.reset_at("w", "m", 1000) == 1600


def test_reset_is_of_the_oldest_basket() -> None:
    """`operating_reset_at` is when the oldest basket goes, not when all have gone."""
    operating = Operating(PortalLimits())
    operating.charge("w", "m", 1, 30)
    operating.charge("w", "m", 1, 90)

    assert operating.reset_at("w", "m", 100) == 630
    assert operating.reset_at("w", "m", 630) == 690


def test_methods_and_clients_are_apart() -> None:
    """What one uses of a method is nobody else's, and no other method's."""
    operating = Operating(PortalLimits(operating=10))
    operating.charge("w", "m", 11, 0)

    assert operating.refuses("w", "m", 1)
    assert not operating.refuses("w", "n", 1)
    assert not operating.refuses("v", "m", 1)


def test_the_call_that_crosses_the_line_ends() -> None:
    """Refused is only what begins while the sum is above the limit."""
    ask = Asker(Portal(costs={"m": 4.0}, limits=PortalLimits(operating=10)))
    ask.portal.on("m", lambda _, __: True)
    codes = [ask.code("m") for _ in range(4)]

    assert codes == [None, None, None, "OPERATION_TIME_LIMIT"]
    assert ask.portal.executed("m") == 3
    assert ask.portal.refused["OPERATION_TIME_LIMIT"] == 1


def test_blocked_until_the_basket_goes() -> None:
    """A blocked method passes again when the report said that it would."""
    ask = Asker(Portal(costs={"m": 11.0}, limits=PortalLimits(operating=10)), now=600.0)
    ask.portal.on("m", lambda _, __: True)
    time = ask.ask("m")["time"]

    assert (time["operating"], time["operating_reset_at"]) == (11, 1211)
    ask.now = 1210.9
    assert ask.post(ask.portal.webhook_path + "m").status == 429
    ask.now = 1211.0
    assert ask.code("m") is None


def test_small_totals_are_not_stored() -> None:
    """0.1 s of a method in one request is free; beyond, all of it counts."""
    tab = Tab(PortalLimits())

    assert [tab.add("m", 0.05) for _ in range(3)] == [0, 0, pytest.approx(0.15)]
    assert tab.add("m", 0.05) == 0.05
    assert tab.add("n", 0.1) == 0


def test_a_batch_is_checked_command_by_command() -> None:
    """A method may be blocked in the middle of a batch; the others go on."""
    ask = Asker(Portal(costs={"m": 4.0, "n": 1.0}, limits=PortalLimits(operating=10)))
    ask.portal.on("m", lambda _, __: True)
    ask.portal.on("n", lambda _, __: True)
    rows = ask.batch({"a": "m", "b": "m", "c": "m", "d": "m", "e": "n"})

    assert list(rows["result"]) == ["a", "b", "c", "e"]
    assert rows["result_error"]["d"]["error"] == "OPERATION_TIME_LIMIT"
    assert [rows["result_time"][key]["operating"] for key in "abce"] == [4, 8, 12, 1]


def step(work: Any, now: float) -> Any:
    """The seconds until the next step, or the answer's body."""
    try:
        return work.send(now)
    except StopIteration as ended:
        return json.loads(ended.value.body)


def test_parallel_requests_meet_the_same_baskets() -> None:
    """Two batches side by side: each command sees what has ended before it began."""
    portal = Portal(costs={"m": 4.0}, limits=PortalLimits(operating=10))
    portal.on("m", lambda _, __: True)
    body = json.dumps({"cmd": {"a": "m", "b": "m", "c": "m"}}).encode()
    request = PortalRequest("POST", portal.webhook_path + "batch", "", JSON, body)
    one, two = portal.run(request, 0.0), portal.run(request, 0.0)

    assert [next(one), next(two), step(one, 0.0)] == [0.0, 0.0, 4.0]
    assert step(two, 2.0) == 4.0  # began at 2: nothing has ended yet
    assert step(one, 4.0) == 4.0  # 4 used
    assert step(two, 6.0) == 4.0  # 8 used
    assert step(one, 8.0)["result"]["result_error"]["c"]["error"] == (
        "OPERATION_TIME_LIMIT"
    )  # 12 used: the third is refused
    ended = step(two, 10.0)
    assert ended["result"]["result_time"]["b"]["operating"] == 16
    assert list(ended["result"]["result_error"]) == ["c"]


@pytest.mark.parametrize("number", [3, 7])
def test_work_is_cut(number: int) -> None:
    """At 60 s the web server gives up; what has run has run."""
    ask = Asker(Portal(costs={"m": 20.5}))
    ask.portal.on("m", lambda _, __: True)
    answer = ask.post(ask.portal.webhook_path + "batch", {"cmd": ["m"] * number})

    assert answer.status == 504
    assert b"html" in answer.body
    assert ask.portal.executed("m") == 2
    assert ask.now == 600_060.0


def test_work_up_to_the_cut_is_answered() -> None:
    """Sixty seconds exactly is not too long."""
    ask = Asker(Portal(costs={"m": 20.0}))
    ask.portal.on("m", lambda _, __: True)

    assert len(ask.batch(["m"] * 3)["result"]) == 3


def test_others_spend_the_same_budget() -> None:
    """What another process used counts, and is reported to us."""
    ask = Asker(Portal(costs={"m": 1.0}))
    ask.portal.on("m", lambda _, __: True)
    ask.portal.spend("M", 400, ask.now)

    assert ask.ask("m")["time"]["operating"] == 401
    ask.portal.spend("m", 80, ask.now)
    assert ask.code("m") == "OPERATION_TIME_LIMIT"


def test_reporting_by_the_first_command() -> None:
    """The first command of a method carries its last total, the others 0."""
    ask = Asker(Portal(costs={"m": 4.0, "n": 1.0}, reporting="first"))
    ask.portal.on("m", lambda _, __: True)
    ask.portal.on("n", lambda _, __: True)
    times = ask.batch({"a": "m", "b": "n", "c": "m"})["result_time"]

    assert [times[key]["operating"] for key in "abc"] == [8, 1, 0]


def test_reporting_by_the_batch() -> None:
    """The batch is charged at half weight and blocked as a whole; commands read 0."""
    ask = Asker(
        Portal(costs={"m": 4.0}, reporting="batch", limits=PortalLimits(operating=5))
    )
    ask.portal.on("m", lambda _, __: True)
    body = ask.ask("batch", {"cmd": {"a": "m", "b": "m", "c": "m"}})

    assert body["time"]["operating"] == 6
    assert {row["operating"] for row in body["result"]["result_time"].values()} == {0}
    assert ask.post(ask.portal.webhook_path + "batch", {"cmd": ["m"]}).status == 429
    assert ask.ask("m")["time"]["operating"] == 4


def test_reporting_by_nobody() -> None:
    """A self-hosted portal reports nothing and limits nothing."""
    ask = Asker(
        Portal(costs={"m": 9.0}, reporting="none", limits=PortalLimits(operating=1))
    )
    ask.portal.on("m", lambda _, __: True)

    assert "operating" not in ask.ask("m")["time"]
    assert ask.code("m") is None


def test_a_batch_itself_is_not_charged() -> None:
    """The `time` of a batch reads 0, to be reset a window from its start."""
    ask = Asker(Portal(costs={"user.current": 4.0}), now=600.0)
    time = ask.ask("batch", {"cmd": ["user.current"]})["time"]

    assert (time["operating"], time["operating_reset_at"]) == (0, 1200)


def test_limits_by_name() -> None:
    """Enterprise has a larger bucket, a self-hosted portal no limit at all."""
    enterprise = PortalLimits.enterprise()
    ask = Asker(Portal(cost=9.0, limits=PortalLimits.self_hosted()))

    assert (enterprise.burst, enterprise.per_second) == (250, 5)
    assert "operating" not in ask.ask("user.current")["time"]
    assert "operating" not in ask.ask("batch", {"cmd": []})["time"]
    assert ask.portal.bucket.admits(0.0)


def test_scaled_limits() -> None:
    """At 0.01 ten minutes pass in six seconds, and all costs with them."""
    portal = Portal(scale=0.01, costs={"m": 4.0})

    assert portal.limits == PortalLimits(
        per_second=200, operating=4.8, window=6, unstored=0.001, cut=0.6
    )
    assert portal.cost("m") == 0.04


def test_costs_are_drawn_around_their_mean() -> None:
    """Lognormal with the mean that was asked for, the same for the same seed."""
    draws = [
        Portal(seed=s, costs={"m": 2.0}, cost_cv=0.5).cost("m") for s in range(999)
    ]

    assert sum(draws) / len(draws) == pytest.approx(2.0, rel=0.05)
    assert Portal(seed=7, costs={"m": 2.0}, cost_cv=0.5).cost("m") == draws[7]

"""What the portal prints: arrays, text, the `time` of a call."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from asking import Asker

from bitrix_async.testing import Portal
from bitrix_async.testing._answers import Clock, php_json


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, b"[]"),
        ([], b"[]"),
        ({0: "a", 1: "b"}, b'["a","b"]'),
        ({"0": "a", "1": "b"}, b'["a","b"]'),
        ({1: "a", 0: "b"}, b'{"1":"a","0":"b"}'),
        ({"0": "a", "2": "b"}, b'{"0":"a","2":"b"}'),
        ({"a": {}}, b'{"a":[]}'),
        (1.0, b"1"),
        (0.25, b"0.25"),
        ([True, None], b"[true,null]"),
        ("a/b<c>&'", rb'"a\/b\u003Cc\u003E\u0026\u0027"'),
        ('say "\\"', rb'"say \u0022\\\u0022"'),
        ("привет", '"привет"'.encode()),
        ("\udcd0", '"\ufffd"'.encode()),
        ("a\ud800", '"a\ufffd"'.encode()),
    ],
)
def test_json_is_phps(value: Any, expected: bytes) -> None:
    """An array prints as a list if its keys are 0..n-1, the empty one too."""
    assert expected == php_json(value)


def test_headers_of_an_answer() -> None:
    """Answers of PHP carry the documented headers."""
    answer = Asker().post("/rest/1/wrong/user.current")

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_time_of_integers() -> None:
    """The newer form truncates `start` and `processing`, so `duration` is too long."""
    clock = Clock(timedelta(hours=2), "integers", 1)

    assert clock.block(1773700566.75, 1773700567.25) == {
        "start": 1773700566,
        "finish": 1773700567.25,
        "duration": 1.25,
        "processing": 1,
        "date_start": "2026-03-17T00:36:06+02:00",
        "date_finish": "2026-03-17T00:36:07+02:00",
    }


def test_time_of_floats() -> None:
    """The older form gives what was measured."""
    clock = Clock(timedelta(0), "floats", 1)
    block = clock.block(10.5, 11.25)

    assert (
        block["start"],
        block["duration"],
        block["processing"],
    ) == (10.5, 0.75, 0.75)


def test_whole_seconds_scale_with_the_portal() -> None:
    """Where time is scaled, so is what "whole seconds" are truncated to."""
    ask = Asker(Portal(scale=0.01, cost=1.0), now=100.123)
    time = ask.ask("user.current")["time"]

    assert time["start"] == pytest.approx(100.12)
    assert time["operating"] == pytest.approx(0.01)
    assert time["operating_reset_at"] == pytest.approx(106.13)


def test_errors_carry_no_time() -> None:
    """The body of an error is the error alone."""
    assert {"error", "error_description"} == set(Asker().ask("no.such"))


def test_moments_in_the_culture_of_the_portal() -> None:
    """Rows of `landing` have dates in the portal's own format."""
    clock = Clock(timedelta(hours=3), "integers", 1)

    assert clock.culture(1774516908) == "03/26/2026 12:21:48 pm"
    assert json.loads(php_json(clock.culture(1774516908)))

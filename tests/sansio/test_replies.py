"""What answers say, in every shape that a portal or a gateway gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from bitrix_async import (
    AuthFault,
    BadAnswer,
    BitrixError,
    Fault,
    LimitExceeded,
    MethodUnknown,
    Reply,
    Time,
    Unanswered,
)
from bitrix_async.sansio.replies import BatchAnswer, Done, batch, single

if TYPE_CHECKING:
    from bitrix_async.sansio.replies import Row

UNKNOWN = "ERROR_METHOD_NOT_FOUND"
JSON = {"content-type": "application/json; charset=utf-8"}
HTML = {"content-type": "text/html"}


def read(row: Row | None) -> Reply[Any] | BitrixError | None:
    return row.reply() if isinstance(row, Done) else row


def one(data: Any, status: int = 200) -> Reply[Any] | BitrixError | None:
    return read(single(status, JSON, orjson.dumps(data)))


def many(
    result: Any, keys: tuple[str, ...] = ("c0", "c1")
) -> list[Reply[Any] | BitrixError | None]:
    answer = batch(200, JSON, orjson.dumps({"result": result}), keys)
    assert isinstance(answer, BatchAnswer)
    return [read(row) for row in answer.rows]


@pytest.mark.parametrize(
    "result", [True, False, None, [], {}, 0, "", "x", [1], {"a": 1}]
)
def test_every_result_is_a_success(result: Any) -> None:
    """null, false and the empty values are results (protocol.md 5.1)."""
    assert one({"result": result}) == Reply(result)


def test_a_reply_has_its_time_total_and_next() -> None:
    """What stands beside the result is kept, numbers as text included."""
    time = {"start": 1773794655, "finish": 1773794655.6, "operating": "0.25"}
    reply = one({"result": [1], "time": time, "total": "120", "next": 50})

    assert reply == Reply(
        [1], Time(start=1773794655.0, finish=1773794655.6, operating=0.25), 120, 50
    )


@pytest.mark.parametrize(
    "time", [None, [], "x", {"start": "soon"}, {"start": True}, {"start": "1e999"}]
)
def test_an_odd_time_harms_nothing(time: Any) -> None:
    """A missing or senseless `time` does not lose the result of what has run."""
    reply = one({"result": 1, "time": time})

    assert isinstance(reply, Reply)
    assert reply.time in (None, Time())


FAULTS: list[tuple[Any, int, type[Fault], str, str]] = [
    ({"error": "LANDING_NOT_EXIST"}, 400, Fault, "LANDING_NOT_EXIST", ""),
    ({"error": 100, "error_description": "x"}, 400, Fault, "100", "x"),
    ({"error": 0}, 400, Fault, "0", ""),
    ({"error": "", "error_description": "x"}, 400, Fault, "", "x"),
    ({"error": "", "error_description": "x"}, 200, Fault, "", "x"),
    ({"error": "E", "error_description": "x"}, 200, Fault, "E", "x"),
    ({"error": "E", "result": 1}, 200, Fault, "E", ""),
    ({"error": None}, 400, Fault, "", ""),
    ({"error": "expired_token"}, 401, AuthFault, "expired_token", ""),
    ({"error": "INVALID_CREDENTIALS"}, 401, AuthFault, "INVALID_CREDENTIALS", ""),
    ({"error": "ACCESS_DENIED"}, 401, AuthFault, "ACCESS_DENIED", ""),
    ({"error": "ACCESS_DENIED"}, 403, Fault, "ACCESS_DENIED", ""),
    ({"error": UNKNOWN}, 404, MethodUnknown, UNKNOWN, ""),
    ({"error": "QUERY_LIMIT_EXCEEDED"}, 503, LimitExceeded, "QUERY_LIMIT_EXCEEDED", ""),
    ({"error": "OVERLOAD_LIMIT"}, 503, AuthFault, "OVERLOAD_LIMIT", ""),
    ({"error": {"code": "X_Y", "message": "m"}}, 400, Fault, "X_Y", "m"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "status", "kind", "code", "text"), FAULTS)
def test_an_error_is_an_error_whatever_its_shape(
    data: Any, status: int, kind: type[Fault], code: str, text: str
) -> None:
    """The error is looked for before the status, and its code is text."""
    fault = one(data, status)

    assert type(fault) is kind
    assert (fault.code, fault.description, fault.status) == (code, text, status)


NOT_ANSWERS: list[tuple[int, dict[str, str], bytes, type[BitrixError]]] = [
    (502, HTML, b"<html>Bad Gateway</html>", Unanswered),
    (504, HTML, b"", Unanswered),
    (503, HTML, b"<html>", Unanswered),
    (500, HTML, b"Internal", Unanswered),
    (200, HTML, b"<html>login</html>", BadAnswer),
    (403, HTML, b"<html>", BadAnswer),
    (302, {}, b"", BadAnswer),
    (200, JSON, b'{"result": tru', BadAnswer),
    (200, JSON, b'{"result": NaN}', BadAnswer),
    (200, JSON, b"[1, 2]", BadAnswer),
    (200, JSON, b"{}", BadAnswer),
    (200, JSON, b"[" * 100_000, BadAnswer),
    (500, JSON, b'{"result": 1}', BadAnswer),
]


@pytest.mark.parametrize(("status", "headers", "body", "kind"), NOT_ANSWERS)
def test_what_is_not_an_answer_is_a_typed_error(
    status: int, headers: dict[str, str], body: bytes, kind: type[BitrixError]
) -> None:
    """A gateway's page leaves it open whether the call ran; the rest is no answer."""
    for read in (
        single(status, headers, body),
        batch(status, headers, body, ("c0",)),
    ):
        assert type(read) is kind


def test_one_odd_record_does_not_lose_the_answer() -> None:
    """A lone surrogate, a byte order mark and bad UTF-8 are read as well as can be."""
    assert single(200, JSON, b'{"result":"a\\ud800b"}') == Done("a\ufffdb")
    assert single(200, JSON, b'\xef\xbb\xbf{"result":1}') == Done(1)
    assert single(200, JSON, b'{"result":"\xff"}') == Done("\ufffd")


def test_a_batch_answer_is_read_by_key() -> None:
    """Order does not matter, and each collection is a list or a map by itself."""
    answer = many(
        {
            "result": {"c1": 2, "c0": None},
            "result_error": [],
            "result_total": {"c1": 7},
            "result_next": {"c1": 50},
            "result_time": {"c0": {"operating": 0.5}},
        }
    )

    assert answer == [Reply(None, Time(operating=0.5)), Reply(2, None, 7, 50)]


def test_a_failed_command_and_a_missing_row_stay_apart() -> None:
    """A row that is neither result nor error is None: nobody knows about it."""
    answer = many({"result": [], "result_error": {"c0": {"error": "E"}}})

    assert answer == [Fault("E"), None]


def test_a_numeric_list_does_not_answer_named_commands() -> None:
    """Results are never taken by their place."""
    assert many({"result": ["x", "y"], "result_error": []}) == [None, None]


def test_an_error_wins_over_a_result_of_the_same_key() -> None:
    """What a handler returned as an error is one (protocol.md 2.6)."""
    answer = many({"result": {"c0": 1}, "result_error": {"c0": {"error": ""}}}, ("c0",))

    assert answer == [Fault("")]


def test_an_outer_error_is_the_whole_requests() -> None:
    """The rate limit and bad credentials answer for the batch, not for its commands."""
    body = orjson.dumps({"error": "QUERY_LIMIT_EXCEEDED"})

    assert batch(503, JSON, body, ("c0",)) == LimitExceeded(
        "QUERY_LIMIT_EXCEEDED", status=503
    )


@pytest.mark.parametrize("result", [None, [], "x", {"c0": 1}])
def test_a_result_that_is_no_batch_answer(result: Any) -> None:
    """Without its collections an answer says nothing of the commands."""
    assert isinstance(
        batch(200, JSON, orjson.dumps({"result": result}), ("c0",)), BadAnswer
    )


def test_secrets_are_taken_out_of_the_portals_text() -> None:
    """A portal or proxy that repeats the address does not put it into an error."""
    body = orjson.dumps({"error": "X", "error_description": "at /rest/1/s3cret/m"})
    fault = single(400, JSON, body, lambda text: text.replace("s3cret", "***"))

    assert "s3cret" not in str(fault)
    assert "***" in str(fault)

"""`batch` of v2, rule by rule (protocol.md 2)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asking import Asker

from bitrix_async.testing import Context, Paged, Portal, PortalError


def counting() -> Asker:
    """A portal with `ok`, `fail`, `null`, `page` and `echo`."""
    portal = Portal(cost=0.0)

    @portal.method("fail")
    def fail(_: Context, __: Any) -> Any:
        raise PortalError("NOPE", "no", status=403, argument="x")

    portal.on("ok", lambda _, __: True)
    portal.on("null", lambda _, __: None)
    portal.on("page", lambda _, __: Paged([1], total=120, next=50))
    portal.on("echo", lambda context, params: [context.start, params])
    return Asker(portal)


def test_results_by_their_keys() -> None:
    """Each command answers under its own key, in each collection that it has."""
    rows = counting().batch({"a": "ok", "b": "fail", "c": "page", "d": "null"})

    assert rows["result"] == {"a": True, "c": [1], "d": None}
    assert rows["result_error"] == {
        "b": {"error": "NOPE", "error_description": "no", "argument": "x"}
    }
    assert rows["result_total"] == {"c": 120}
    assert rows["result_next"] == {"c": 50}
    assert set(rows["result_time"]) == {"a", "c", "d"}


def test_each_collection_is_a_list_or_a_map_by_itself() -> None:
    """Recorded: keys 0, 1, 35943 of which the first two fail."""
    rows = counting().batch({"0": "fail", "1": "fail", "35943": "ok"})

    assert isinstance(rows["result_error"], list)
    assert rows["result"] == {"35943": True}
    assert rows["result_total"] == []


@pytest.mark.parametrize(
    "params",
    [{"cmd": ["ok"]}, {"CMD": ["ok"], "HALT": 1}, {"Cmd": {"0": "ok"}}],
)
def test_names_in_any_case(params: Any) -> None:
    """`cmd` and `halt` are found in any case."""
    assert counting().result("batch", params)["result"] == [True]


@pytest.mark.parametrize("cmd", [None, "ok", 5, []])
def test_no_commands(cmd: Any) -> None:
    """Without commands the collections are empty and all is well."""
    rows = counting().batch(cmd)

    assert all(part == [] for part in rows.values())


@pytest.mark.parametrize(
    ("halt", "stops"),
    [(1, True), ("false", True), ("0", False), (0, False), ("", False), (None, False)],
)
def test_halt(halt: Any, stops: bool) -> None:
    """`halt` is PHP's truth; later keys of a halted batch are simply absent."""
    rows = counting().batch({"a": "fail", "b": "ok"}, halt=halt)

    assert rows["result"] == ([] if stops else {"b": True})


def test_halt_on_an_empty_code() -> None:
    """An error whose code is empty stops a batch like any other."""
    ask = counting()
    ask.portal.trouble("fault", method="ok", code="")
    rows = ask.batch({"a": "ok", "b": "ok"}, halt=1)

    assert (list(rows["result_error"]), rows["result"]) == (["a"], [])


def test_more_than_fifty() -> None:
    """The first 50 run, each further one is refused, the batch is not."""
    ask = counting()
    rows = ask.batch({f"c{n}": "ok" for n in range(53)})

    assert len(rows["result"]) == ask.portal.executed("ok") == 50
    assert {row["error"] for row in rows["result_error"].values()} == {
        "ERROR_BATCH_LENGTH_EXCEEDED"
    }
    assert list(rows["result_error"]) == ["c50", "c51", "c52"]


def test_more_than_fifty_halted() -> None:
    """With `halt` only the 51st is reported."""
    rows = counting().batch({f"c{n}": "ok" for n in range(53)}, halt=1)

    assert list(rows["result_error"]) == ["c50"]


def test_commands_that_are_no_text() -> None:
    """They are skipped without a word, but take one of the 50 places."""
    ask = counting()
    rows = ask.batch({"x": {"a": 1}, "y": 5, **{f"c{n}": "ok" for n in range(49)}})

    assert len(rows["result"]) == 48
    assert list(rows["result_error"]) == ["c48"]


@pytest.mark.parametrize("method", ["batch", "download", "upload", "Crm.Slow"])
def test_forbidden_commands(method: str) -> None:
    """They are errors of their own, and the others go on."""
    ask = counting()
    ask.portal.forbidden_in_batch = frozenset({"crm.slow"})
    rows = ask.batch({"a": f"{method}?x=1", "b": "ok"})

    assert rows["result_error"]["a"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"
    assert rows["result"] == {"b": True}


def test_start_in_a_command() -> None:
    """`start` is cut out of a command as it is of a request."""
    rows = counting().batch({"a": "echo?start=50&x=1"})

    assert rows["result"]["a"] == [50, {"x": "1"}]


def test_placeholders_reach_earlier_commands() -> None:
    """A later command takes what an earlier one gave, failed ones included."""
    rows = counting().batch(
        {
            "a": "page",
            "b": "fail",
            "c": "echo?x=$result[a][0]&start=$next[a]&e=$error[b][error]",
            "d": "echo?x=$result[b]",
        }
    )

    assert rows["result"]["c"] == [50, {"x": 1, "e": "NOPE"}]
    assert set(rows["result"]["d"][1]["x"]) == {"a", "c"}


def test_the_answer_is_200_whatever_the_commands_say() -> None:
    """The status is of the batch; a direct call has the error's own."""
    ask = counting()
    path = ask.portal.webhook_path

    assert ask.post(path + "batch", {"cmd": ["fail"]}).status == 200
    assert ask.post(path + "fail").status == 403


def test_errors_returned_as_results() -> None:
    """A method that returns an error's shape fails: with HTTP 200 where direct."""
    ask = counting()
    ask.portal.on("odd", lambda _, __: {"error": 0.5, "error_description": "d"})
    answer = ask.post(ask.portal.webhook_path + "odd")

    assert answer.status == 200
    assert set(json.loads(answer.body)) == {"error", "error_description"}
    assert ask.batch(["odd"])["result"] == []


def test_total_and_next_are_lifted() -> None:
    """A map loses keys named `total` and `next` to the top of the answer."""
    ask = counting()
    ask.portal.on("list", lambda _, __: {"items": [], "total": 7, "next": 50})
    body = ask.ask("list")

    assert (body["result"], body["total"], body["next"]) == ({"items": []}, 7, 50)


def test_scope_of_landing_stays_for_later_commands() -> None:
    """A `scope` is a static of the process: it ends with the request."""
    ask = Asker()
    site = ask.result(
        "landing.site.add",
        {
            "scope": "KNOWLEDGE",
            "fields": {"TITLE": "K", "CODE": "", "TYPE": "KNOWLEDGE"},
        },
    )
    lists = {
        "a": "landing.site.getList",
        "b": "landing.site.getList?scope=knowledge",
        "c": "landing.site.getList",
        "d": "landing.site.getList?scope=nonsense",
    }
    rows = ask.batch(lists)["result"]

    assert [[row["ID"] for row in rows[key]] for key in "abcd"] == [
        [],
        [str(site)],
        [str(site)],
        [],
    ]
    assert ask.result("landing.site.getList") == []


def test_requests_remember_how_many_commands() -> None:
    """The record of a batch says how many commands it had."""
    ask = counting()
    ask.batch({"a": "ok", "b": "ok"})

    (entry,) = ask.portal.requests
    assert (entry.method, entry.commands, entry.status) == ("batch", 2, 200)
    assert [entry.via for entry in ask.portal.ledger] == ["batch", "batch"]

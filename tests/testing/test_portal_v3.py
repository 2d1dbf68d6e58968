"""REST as of `/rest/api/`: other bodies, errors and batches (protocol.md 3)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asking import JSON, Asker

from bitrix_async.testing import Portal, PortalLimits, Token

PREFIX = "BITRIX_REST_V3_EXCEPTION_"
BASE = "/rest/api/1/local0portal0code/"


def with_tasks() -> Asker:
    ask = Asker()
    ask.portal.seed_tasks(120)
    return ask


def call(ask: Asker, method: str, params: Any = None, base: str = BASE) -> Any:
    return json.loads(ask.post(base + method, params).body)


def code(ask: Asker, method: str, params: Any = None) -> str:
    """The last part of the error's code."""
    found: str = call(ask, method, params)["error"]["code"]
    return found.removeprefix(PREFIX)


def test_one_task() -> None:
    """An item, with `time`, and only the fields that are asked for."""
    body = call(with_tasks(), "tasks.task.get", {"id": 5, "select": ["title", "x"]})

    assert body["result"] == {"item": {"title": "Task 5"}}
    assert "start" in body["time"]


def test_lists() -> None:
    """Rows by filter and page; no total, no next; never more than 50."""
    ask = with_tasks()
    asked = {"filter": [["id", ">", 10]], "order": {"id": "DESC"}, "select": ["id"]}
    body = call(
        ask, "tasks.task.list", {**asked, "pagination": {"page": 2, "limit": 2}}
    )

    assert body["result"]["items"] == [{"id": 137}, {"id": 136}]
    assert set(body) == {"result", "time"}
    many = call(ask, "tasks.task.list", {"pagination": {"limit": 1000}})
    assert len(many["result"]["items"]) == 50


def test_added_tasks() -> None:
    """A new task answers as an item."""
    ask = with_tasks()
    body = call(ask, "tasks.task.add", {"fields": {"title": "New"}})

    number = body["result"]["item"]["id"]
    found = call(ask, "tasks.task.get", {"id": number})["result"]["item"]
    assert found["title"] == "New"


@pytest.mark.parametrize(
    ("method", "params", "status", "kind"),
    [
        ("tasks.task.get", {"id": 7}, 400, "ENTITYNOTFOUND"),
        ("tasks.task.get", {}, 400, "VALIDATION_REQUESTVALIDATION"),
        ("tasks.task.add", {}, 400, "VALIDATION_REQUESTVALIDATION"),
        ("Tasks.Task.Get", {"id": 1}, 404, "METHODNOTFOUND"),
        ("tasks.task.get.json", {"id": 1}, 404, "METHODNOTFOUND"),
        ("tasks.task.list", {"pagination": {"limit": 0}}, 400, "INVALIDPAGINATION"),
        ("tasks.task.list", {"pagination": {"limit": -1}}, 500, "INTERNAL_INTERNAL"),
        ("tasks.task.list", {"filter": [["id", "~", 1]]}, 400, "INVALIDFILTER"),
    ],
)
def test_errors(method: str, params: Any, status: int, kind: str) -> None:
    """`error` is an object, its code the path of a class."""
    ask = with_tasks()
    answer = ask.post(BASE + method, params)
    error = json.loads(answer.body)["error"]

    assert (answer.status, error["code"]) == (status, f"{PREFIX}{kind}EXCEPTION")


def test_all_auth_errors_are_one() -> None:
    """The reason is lost: wrong code, no token, expired token are 401 alike."""
    ask = with_tasks()
    ask.portal.keys.tokens["old"] = Token(expires=0)
    answers = [
        ask.post("/rest/api/1/wrong/tasks.task.get"),
        ask.post("/rest/api/tasks.task.get"),
        ask.post("/rest/api/tasks.task.get", {"auth": "old"}),
    ]

    assert {answer.status for answer in answers} == {401}
    assert {json.loads(answer.body)["error"]["code"] for answer in answers} == {
        f"{PREFIX}ACCESSDENIEDEXCEPTION"
    }


@pytest.mark.parametrize("where", ["header", "query"])
def test_where_the_token_of_a_batch_goes(where: str) -> None:
    """The body is an array: in the header, or in the query."""
    ask = with_tasks()
    ask.portal.keys.tokens["good"] = Token()
    headers = {**JSON, "authorization": "Bearer good"} if where == "header" else JSON
    query = "auth=good" if where == "query" else ""
    answer = ask.post("/rest/api/batch", [], headers=headers, query=query)

    assert json.loads(answer.body)["result"] == []


def test_forms_are_no_json() -> None:
    """A body that is not JSON is refused, here with a word."""
    ask = with_tasks()
    answer = ask.post(BASE + "tasks.task.get", {"id": 1}, headers={})

    assert json.loads(answer.body)["error"]["code"] == f"{PREFIX}INVALIDJSONEXCEPTION"


GET = "tasks.task.get"


def test_batch() -> None:
    """Results in the order of the calls, references by name or by place."""
    items = [
        {"method": GET, "query": {"id": 5}, "as": "five"},
        {"method": GET, "query": {"id": {"$ref": "five.responsibleId"}}},
        {"method": "tasks.task.list", "query": {"pagination": {"limit": 3}}, "as": "l"},
        {"method": GET, "query": {"id": {"$ref": "l.2.id"}, "select": ["id"]}},
        {"method": GET, "query": {"id": {"$ref": "3.id"}, "select": ["id"]}},
        {
            "method": "tasks.task.list",
            "query": {"filter": [["id", "in", {"$refArray": "l.id"}]]},
        },
    ]
    body = call(with_tasks(), "batch", items)
    results = body["result"]

    assert [row["item"]["id"] for row in results[:2]] == [5, 6]
    assert results[3] == results[4] == {"item": {"id": 3}}
    assert [row["id"] for row in results[5]["items"]] == [1, 2, 3]
    assert set(body) == {"result", "time"}


@pytest.mark.parametrize(
    ("items", "kind", "ran"),
    [
        ({"cmd": {}}, "INVALIDSELECT", 0),
        ([{"method": GET}], "INVALIDSELECT", 0),
        ([{"method": GET, "query": None}], "INVALIDSELECT", 0),
        ([{"method": GET, "query": {"id": 1}}, {"method": "x", "query": {}}],
         "METHODNOTFOUND", 0),
        ([{"method": GET, "query": {"id": 1}, "as": "a"}] * 2, "INVALIDSELECT", 0),
        ([{"method": GET, "query": {"id": 1}},
          {"method": GET, "query": {"id": {"$ref": "x.id"}}}], "INVALIDSELECT", 1),
        ([{"method": GET, "query": {"id": 1}},
          {"method": GET, "query": {"id": {"$ref": "0.item.id"}}}], "INVALIDSELECT", 1),
        ([{"method": GET, "query": {"id": 1}},
          {"method": GET, "query": {"id": 7}}], "ENTITYNOTFOUND", 1),
        ([{"method": GET, "query": {"id": 1}},
          {"method": GET, "query": {"id": {"$refArray": "0.id"}}}], "INVALIDSELECT", 1),
        ([{"method": GET, "query": {"id": 1}},
          {"method": GET, "query": {"id": {"$ref": "0.id.x"}}}], "INVALIDSELECT", 1),
    ],
)  # fmt: skip
def test_a_batch_fails_as_a_whole(items: Any, kind: str, ran: int) -> None:
    """Only the first error is told; what ran before it has run."""
    ask = with_tasks()

    assert code(ask, "batch", items) == f"{kind}EXCEPTION"
    assert ask.portal.executed(GET) == ran


def test_the_operating_limit() -> None:
    """A direct call is refused with 429; the calls of a batch are not counted."""
    ask = Asker(Portal(cost=4.0, limits=PortalLimits(operating=5)))
    ask.portal.seed_tasks(10)
    asked = {"method": GET, "query": {"id": 1}}

    call(ask, "batch", [asked] * 3)
    assert call(ask, GET, {"id": 1})["time"]["operating"] == 4
    assert call(ask, GET, {"id": 1})["time"]["operating"] == 8
    assert code(ask, GET, {"id": 1}) == "RATELIMITEXCEPTION"


def test_a_v3_method_is_unknown_to_v2() -> None:
    """Each version has methods of its own."""
    assert with_tasks().code("tasks.task.get", {"id": 1}) == "ERROR_METHOD_NOT_FOUND"

"""CRM lists on computed records, and pictures of products (protocol.md 7 and 8)."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from asking import Asker
from hypothesis import given
from hypothesis import strategies as st

from bitrix_async.testing import Portal, PortalRequest
from bitrix_async.testing._records import Range, Records


def with_items(count: int = 120) -> Asker:
    ask = Asker()
    ask.portal.seed_items(count)
    return ask


def items(ask: Asker, **params: Any) -> tuple[list[int], Any, Any]:
    """The ids of a page, `total` and `next`."""
    body = ask.ask("crm.item.list", {"entityTypeId": 2, **params})
    rows = body["result"]["items"]
    return [row["id"] for row in rows], body.get("total"), body.get("next")


@given(
    count=st.integers(0, 60),
    gap=st.sampled_from([0, 2, 3, 7]),
    added=st.integers(0, 4),
    removed=st.integers(0, 20),
    first=st.integers(-3, 80),
    last=st.integers(-3, 80),
)
def test_computed_ids(
    count: int, gap: int, added: int, removed: int, first: int, last: int
) -> None:
    """The arithmetic of records is that of a list of their ids."""
    records = Records.holding(count, gap)
    everything = [number for number in range(1, 200) if number in records]
    everything += [records.add({}) for _ in range(added)]
    for number in Random(count + last).sample(range(-1, 141), removed):
        assert records.remove(number) is (number in everything)
        everything = [one for one in everything if one != number]
    wanted = [number for number in everything if first <= number <= last]
    found = Range(records, first, last)

    assert list(records) == everything
    assert list(found) == wanted
    assert found[2:7] == wanted[2:7]
    assert found[::-1] == wanted[::-1]
    assert records.add({}) > max(everything, default=0)


def test_every_record_is_listed_once() -> None:
    """Stepping by `next` gives each id once; `total` is their number."""
    ask = with_items()
    seen, total, start = items(ask)
    while start is not None:
        numbers, total, start = items(ask, start=start)
        seen += numbers

    assert total == len(seen) == len(set(seen)) == 120
    assert not any(number % 7 == 0 for number in seen)


@pytest.mark.parametrize(
    ("start", "offset", "after"),
    [(0, 0, 50), (25, 0, 50), (50, 50, 100), ("99x", 50, 100), (100, 100, None)],
)
def test_start_is_floored_to_a_page(start: Any, offset: int, after: int | None) -> None:
    """`start` is an offset, but of whole pages; `next` is absent on the last."""
    ask = with_items()
    everything = list(Range(ask.portal.crm.kinds[2], 1, 1000))
    numbers, _, found = items(ask, start=start)

    assert (numbers, found) == (everything[offset : offset + 50], after)


def test_lists_without_counting() -> None:
    """`start=-1`: a controller says no total, a classic method 0, neither `next`."""
    ask = with_items()

    assert items(ask, start=-1)[1:] == (None, None)
    body = ask.ask("crm.deal.list", {"start": -1})
    assert (len(body["result"]), body["total"], "next" in body) == (50, 0, False)


@pytest.mark.parametrize(
    ("params", "operating"),
    [({}, 1.45), ({"start": -1}, 0.25), ({"filter": {"<=id": 50}}, 0.68)],
)
def test_counting_takes_time(params: Any, operating: float) -> None:
    """Where a total is told: so much for each row that is counted."""
    ask = Asker(Portal(cost=0.25, counting=0.01))
    ask.portal.seed_items(120)
    time = ask.ask("crm.item.list", {"entityTypeId": 2, **params})["time"]

    assert time["operating"] == pytest.approx(operating)


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({"filter": {">id": 134, "<=id": 137}}, [135, 136, 137]),
    ({"filter": {">id": "137"}}, [138, 139]),
    ({"filter": {"@id": [3, 7, 5, 999]}}, [3, 5]),
    ({"filter": {"id": 5}}, [5]),
    ({"filter": {"id": 7}}, []),
    ({"filter": {"<id": 9, "!id": 3}}, [1, 2, 4, 5, 6, 8]),
    ({"filter": {"<id": 9, "stageId": "WON"}}, [4]),
    ({"filter": {"<id": 4}, "order": {"id": "DESC"}}, [3, 2, 1]),
    ({"filter": {"<id": 9}, "order": {"stageId": "asc", "id": "desc"}}, [
        8, 2, 3, 5, 6, 1, 4,
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("params", "expected"), FILTERS)
def test_filters(params: dict[str, Any], expected: list[int]) -> None:
    """By the id and by other fields, in any order."""
    assert items(with_items(), **params)[0] == expected


def test_select() -> None:
    """Only the fields that are asked for, and always the id."""
    ask = with_items()
    row = ask.result("crm.item.list", {"entityTypeId": 2, "select": ["title"]})

    assert row["items"][0] == {"id": 1, "title": "Item 1"}
    assert ask.result("crm.deal.list", {"SELECT": ["TITLE"]})[0] == {
        "ID": "1",
        "TITLE": "Item 1",
    }


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("crm.item.list", {}, 100),
        ("crm.item.list", {"entityTypeId": 99}, "NOT_FOUND"),
        ("crm.item.list", {"entityTypeId": 2, "filter": {"X": 1}}, "INVALID_ARG_VALUE"),
        ("crm.item.get", {"entityTypeId": 2, "id": 7}, "NOT_FOUND"),
        ("crm.deal.list", {"filter": "x"}, ""),
        ("crm.deal.get", {"id": 7}, ""),
        ("crm.deal.add", {"fields": "x"}, ""),
        ("crm.deal.delete", {}, ""),
        ("crm.deal.delete", {"id": 7}, ""),
        ("crm.item.delete", {"entityTypeId": 2, "id": 7}, "NOT_FOUND"),
    ],
)
def test_crm_errors(method: str, params: Any, code: Any) -> None:
    """Controllers answer codes, classic methods an empty one."""
    assert with_items().code(method, params) == code


def test_deleted_deals() -> None:
    """They are in no list, and their ids are not given again."""
    ask = with_items(3)
    assert ask.result("crm.deal.delete", {"ID": "3"}) is True
    assert ask.result("crm.item.delete", {"entityTypeId": 2, "id": 1}) == []

    assert items(ask) == ([2], 1, None)
    assert ask.result("crm.deal.add", {"fields": {}}) == 4
    assert ask.result("crm.deal.delete", {"id": 4}) is True
    assert ask.result("crm.deal.add", {"fields": {}}) == 5
    assert items(ask)[0] == [2, 5]


def test_added_deals() -> None:
    """A new deal follows the computed ones, in both forms."""
    ask = with_items()
    number = ask.result("crm.deal.add", {"FIELDS": {"TITLE": "New", "OPPORTUNITY": 5}})

    assert ask.result("crm.deal.get", {"ID": str(number)})["TITLE"] == "New"
    assert (
        ask.result("crm.item.get", {"entityTypeId": 2, "id": number})["item"][
            "opportunity"
        ]
        == 5
    )
    assert items(ask, filter={">=id": number}) == ([number], 1, None)


def test_a_million_records_cost_a_page() -> None:
    """Paging deep into a million items is arithmetic."""
    ask = with_items(1_000_000)

    assert items(ask, start=999_950)[1:] == (1_000_000, None)


def test_pages_in_a_batch() -> None:
    """`start` and `filter` of a command work as they do in JSON."""
    ask = with_items()
    rows = ask.batch(
        {
            "a": "crm.deal.list?select[]=ID&start=100",
            "b": "crm.deal.list?select[]=ID&filter[>ID]=136&order[ID]=DESC&start=-1",
        }
    )

    assert len(rows["result"]["a"]) == 20
    assert [row["ID"] for row in rows["result"]["b"]] == ["139", "138", "137"]
    assert rows["result_total"] == {"a": 120, "b": 0}


IMAGE = "catalog.productImage."
PNG = ["a.png", "iVBORw0KGgo="]


def added(ask: Asker, **params: Any) -> Any:
    given = {"fields": {"productId": 1}, "fileContent": PNG, **params}
    return ask.ask(IMAGE + "add", given)


def test_pictures_of_products() -> None:
    """A picture is added, listed with a total, read and deleted."""
    ask = Asker()
    image = added(ask)["result"]["productImage"]
    listed = ask.ask(IMAGE + "list", {"productId": "1", "select": ["id", "type"]})

    assert (image["id"], image["productId"], image["name"]) == (1, 1, "a.png")
    assert listed["result"] == {"productImages": [{"id": 1, "type": "MORE_PHOTO"}]}
    assert (listed["total"], "next" in listed) == (1, False)
    one = {"productId": 1, "id": 1}
    assert ask.result(IMAGE + "get", one)["productImage"] == image
    assert ask.result(IMAGE + "delete", one) is True
    assert ask.code(IMAGE + "get", one) == 0
    assert set(ask.result(IMAGE + "getFields")["productImage"]) == set(image)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"fields": None}, 100),
        ({"fileContent": None}, 100),
        ({"fields": {"productId": 99999}}, 0),
        ({"fields": {"productId": 1, "type": "X"}}, 0),
        ({"fileContent": ["a.png", ""]}, 0),
        ({"fileContent": ["a.png"]}, 0),
        ({"fileContent": ["a.png", "iVBO~Rw0KGgo="]}, None),
    ],
)
def test_pictures_that_are_refused(params: Any, code: int | None) -> None:
    """Numeric codes; stray characters of base64 are skipped."""
    assert added(Asker(), **params).get("error") == code


def test_rights_of_the_catalogue() -> None:
    """Reading and changing are denied with codes of their own."""
    ask = Asker()
    ask.portal.catalog.denied = {"read", "edit"}

    assert added(ask)["error"] == 200040300020
    assert ask.code(IMAGE + "list", {"productId": 1}) == 200040300010


@pytest.mark.parametrize(
    ("method", "key"),
    [("user.current", "NAME"), ("profile", "ADMIN")],
)
def test_who_calls(method: str, key: str) -> None:
    """The basic methods tell of the webhook's user."""
    row = Asker().result(method)

    assert row["ID"] == "1"
    assert key in row


def test_what_there_is() -> None:
    """The portal names its methods, and says whether one exists."""
    ask = Asker()

    assert "landing.landing.publication" in ask.result("methods", {"scope": "landing"})
    assert "user.current" in ask.result("methods")
    assert ask.result("method.get", {"name": "User.Current"})["isExisting"] is True
    assert ask.result("method.get", {"name": "no"})["isAvailable"] is False
    assert "landing" in ask.result("scope")
    assert ask.result("server.time") == "1970-01-08T01:40:00+03:00"


def test_app_info_needs_an_application() -> None:
    """A webhook is no application."""
    ask = Asker()
    token, _ = ask.portal.oauth.install("app", "secret", now=ask.now)
    asked = PortalRequest("GET", "/rest/app.info", f"auth={token}")

    assert ask.code("app.info") == "ACCESS_DENIED"
    assert json.loads(ask.send(asked).body)["result"]["CODE"] == "app"


def test_portals_do_not_share() -> None:
    """Two portals have nothing in common."""
    one, two = Asker(Portal()), Asker(Portal())
    one.result("crm.deal.add", {"fields": {"TITLE": "x"}})

    assert two.code("crm.deal.get", {"id": 1}) == ""

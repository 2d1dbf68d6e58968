"""Blocks of pages, and the lists of the `landing` module (protocol.md 9.3)."""

from __future__ import annotations

from typing import Any

import pytest
from asking import Asker

PAGE = "landing.landing."


def with_blocks(count: int = 3) -> Asker:
    """A portal with pages 1 and 2, and blocks 1.. on the page 1."""
    ask = Asker()
    ask.portal.seed_pages(2)
    for number in range(count):
        fields = {"CODE": f"b{number}", "AFTER_ID": number}
        ask.result(PAGE + "addblock", {"lid": 1, "fields": fields})
    return ask


def order(ask: Asker, lid: int = 1) -> list[int]:
    return [block.id for block in ask.portal.pages[lid].blocks if not block.deleted]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (None, [4, 1, 2, 3]),
        (99, [4, 1, 2, 3]),
        (1, [1, 4, 2, 3]),
        ("3", [1, 2, 3, 4]),
    ],
)
def test_where_a_block_goes(after: Any, expected: list[int]) -> None:
    """Behind another one; first where that one is not there."""
    ask = with_blocks()
    ask.result(
        PAGE + "addblock", {"lid": 1, "fields": {"CODE": "x", "AFTER_ID": after}}
    )

    assert order(ask) == expected


# A call on the block 2 of three, the order behind it, or the error.
CALLS: list[tuple[str, dict[str, Any], Any]] = [
    ("upblock", {"block": 2}, [2, 1, 3]),
    ("downblock", {"block": 2}, [1, 3, 2]),
    ("upblock", {"block": 1}, "BLOCK_WRONG_SORT"),
    ("downblock", {"block": 3}, "BLOCK_WRONG_SORT"),
    ("deleteblock", {"block": 2}, [1, 3]),
    ("markdeletedblock", {"block": 2}, [1, 3]),
    ("markdeletedblock", {"block": 2, "mark": 0}, [1, 2, 3]),
    ("markdeletedblock", {"block": "x"}, "TYPE_ERROR"),
    ("deleteblock", {"block": 9}, "BLOCK_NOT_FOUND"),
    ("showblock", {"block": 9}, "BLOCK_NOT_FOUND"),
    ("hideblock", {}, "MISSING_PARAMS"),
    ("hideblock", {"lid": 9, "block": 2}, "LANDING_NOT_EXIST"),
    ("upblock", {"lid": 2, "block": 2}, "BLOCK_NOT_FOUND"),
    ("removeEntities", {"data": {"blocks": [2, 99]}}, [1, 3]),
    ("removeEntities", {"data": {"images": [{"block": 1, "image": 5}]}}, [1, 2, 3]),
    ("removeEntities", {"data": {"blocks": []}}, [1, 2, 3]),
    ("removeEntities", {"lid": 9, "data": {"blocks": []}}, "LANDING_NOT_EXIST"),
    ("moveblock", {"block": 3, "params": {"AFTER_ID": 1}}, [1, 3, 2]),
    ("moveblock", {"block": 99}, "BLOCK_NOT_FOUND"),
]


@pytest.mark.parametrize(("name", "params", "expected"), CALLS)
def test_calls(name: str, params: dict[str, Any], expected: Any) -> None:
    """Each call changes the page as documented, or says why not."""
    ask = with_blocks()
    body = ask.ask(PAGE + name, {"lid": 1, **params})

    assert body.get("error", order(ask)) == expected


def test_marked_blocks_come_back() -> None:
    """A block in the trash is not found, until it is taken out of it."""
    ask = with_blocks()
    ask.result(PAGE + "markdeletedblock", {"lid": 1, "block": 2})

    assert ask.code(PAGE + "hideblock", {"lid": 1, "block": 2}) == "BLOCK_NOT_FOUND"
    assert ask.result(PAGE + "markundeletedblock", {"lid": 1, "block": 2}) is True
    assert order(ask) == [1, 2, 3]


def test_shown_and_hidden() -> None:
    """A hidden block stays on its page."""
    ask = with_blocks()
    ask.result(PAGE + "hideblock", {"lid": 1, "block": 2})

    assert not ask.portal.pages[1].blocks[1].active
    ask.result(PAGE + "showblock", {"lid": 1, "block": 2})
    assert ask.portal.pages[1].blocks[1].active


def test_copies_and_moves_to_another_page() -> None:
    """`lid` is where the block goes; a copy is a new block."""
    ask = with_blocks()

    assert ask.result(PAGE + "copyblock", {"lid": 2, "block": 1}) == 4
    assert ask.result(PAGE + "moveblock", {"lid": 2, "block": 2}) == 2
    assert (order(ask, 1), order(ask, 2)) == ([1, 3], [2, 4])


def test_content_is_returned_on_demand() -> None:
    """RETURN_CONTENT=Y makes an object of the answer."""
    ask = with_blocks()
    yes = {"CODE": "x", "RETURN_CONTENT": "Y"}

    assert ask.result(PAGE + "addblock", {"lid": 1, "fields": yes})["id"] == 4
    copied = ask.result(
        PAGE + "copyblock", {"lid": 1, "block": 1, "params": {"RETURN_CONTENT": "Y"}}
    )
    assert (copied["result"], copied["content"]["id"]) == (True, 5)


def test_blocks_that_cannot_be_added() -> None:
    """What a test holds against a code is answered."""
    ask = with_blocks()
    ask.portal.landing.block_errors["old"] = "BLOCK_WRONG_VERSION"

    def code(name: str | None) -> Any:
        return ask.code(PAGE + "addblock", {"lid": 1, "fields": {"CODE": name}})

    assert [code("old"), code(None), code("")] == [
        "BLOCK_WRONG_VERSION",
        "BLOCK_CANT_BE_ADDED",
        "BLOCK_CANT_BE_ADDED",
    ]


def test_favourites() -> None:
    """A favourite is a new copy on no page; only its creator removes it."""
    ask = with_blocks()
    kept = ask.result(
        PAGE + "favoriteBlock", {"lid": 1, "block": 1, "meta": {"name": "x"}}
    )

    assert kept == 4
    assert ask.portal.landing.favorites[4].lid == 0
    ask.portal.landing.favorites[4].created_by = 5
    assert ask.code(PAGE + "unFavoriteBlock", {"blockId": 4}) == "ACCESS_DENIED"
    ask.portal.landing.favorites[4].created_by = 1
    assert ask.result(PAGE + "unFavoriteBlock", {"blockId": 4}) is True
    assert ask.code(PAGE + "unFavoriteBlock", {"blockId": 4}) == "BLOCK_NOT_FOUND"


def listed(ask: Asker, lid: Any, **params: Any) -> list[Any]:
    rows = ask.result("landing.block.getlist", {"lid": lid, "params": params})
    return [row["code"] for row in rows]


def test_blocks_of_a_page() -> None:
    """Only what is published, unless drafts are asked for."""
    ask = with_blocks()

    assert listed(ask, 1) == []
    assert listed(ask, 1, edit_mode=1) == ["b0", "b1", "b2"]
    ask.result(PAGE + "publication", {"lid": 1})
    ask.result(PAGE + "deleteblock", {"lid": 1, "block": 1})
    assert listed(ask, [1, "2"]) == ["b0", "b1", "b2"]
    ask.result(PAGE + "markdeletedblock", {"lid": 1, "block": 2})
    assert listed(ask, 1, edit_mode="false", deleted=True) == ["b1"]


def test_rows_of_blocks() -> None:
    """`meta` is text throughout; the content is there on demand."""
    ask = with_blocks(1)
    params = {"edit_mode": True, "get_content": True}
    (row,) = ask.result("landing.block.getlist", {"lid": 1, "params": params})

    assert all(isinstance(value, str) for value in row["meta"].values())
    assert 'id="block1"' in row["content"]
    assert (row["css"], row["js"]) == ([], [])


@pytest.mark.parametrize(
    ("lid", "code"),
    [([1, 9], "LANDING_NOT_EXIST"), (9, "LANDING_NOT_EXIST"), ("x", "TYPE_ERROR")],
)
def test_one_missing_page_fails_the_list(lid: Any, code: str) -> None:
    """One id that is not there fails the call for all."""
    assert with_blocks().code("landing.block.getlist", {"lid": lid}) == code


def pages(ask: Asker, **params: Any) -> list[str]:
    rows = ask.result(PAGE + "getList", {"params": params})
    return [row["ID"] for row in rows]


def with_list() -> Asker:
    """Pages 1 to 5; 2 is published, 4 is in the trash."""
    ask = Asker()
    ask.portal.seed_pages(5)
    ask.portal.pages[2].active = True
    ask.portal.pages[4].deleted = True
    return ask


LISTS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["1", "2", "3", "5"]),
    ({"order": {"ID": "DESC"}}, ["5", "3", "2", "1"]),
    ({"limit": 2}, ["1", "2"]),
    ({"limit": 2, "offset": 2}, ["3", "5"]),
    ({"filter": {">ID": 2}}, ["3", "5"]),
    ({"filter": {"<=ID": "2"}}, ["1", "2"]),
    ({"filter": {"ID": [1, 3, 9]}}, ["1", "3"]),
    ({"filter": {"@ID": [5, 4]}}, ["5"]),
    ({"filter": {"!ID": 1}}, ["2", "3", "5"]),
    ({"filter": {"=ACTIVE": "Y"}}, ["2"]),
    ({"filter": {"DELETED": "Y"}}, ["4"]),
    ({"filter": {"DELETED": ["Y", "N"]}}, ["1", "2", "3", "4", "5"]),
    ({"filter": {"%TITLE": "GE 3"}}, []),
    ({"filter": {"%TITLE": "ge 2"}}, ["3"]),
    ({"filter": {"=%TITLE": "Page%"}, "limit": 1}, ["1"]),
    ({"filter": {"SITE_ID": 9}}, []),
    ({"filter": {"NO_SUCH": 1}}, []),
    ({"filter": {"SITE.ID": 9, "runtime": [1]}}, ["1", "2", "3", "5"]),
    ({"filter": {"><ID": [2, 3]}}, ["2", "3"]),
    ({"order": {"ACTIVE": "desc", "ID": "desc"}}, ["2", "5", "3", "1"]),
]


@pytest.mark.parametrize(("params", "expected"), LISTS)
def test_lists_of_pages(params: dict[str, Any], expected: list[str]) -> None:
    """Filters, orders and limits; the trash is left out unless it is asked for."""
    assert pages(with_list(), **params) == expected


def test_rows_of_pages() -> None:
    """Ids are text, dates not ISO, DOMAIN_ID always there; extras on demand."""
    ask = with_list()
    flags = {"get_urls": 1, "get_preview": True, "check_area": "1"}
    params = {"select": ["ID", "DATE_MODIFY"], **flags}
    row = ask.result(PAGE + "getList", {"params": params})[0]

    assert row == {
        "ID": "1",
        "DATE_MODIFY": "01/01/2026 03:00:00 am",
        "DOMAIN_ID": "1",
        "PUBLIC_URL": "https://site1.portal.example/",
        "PREVIEW": "https://portal.example/preview/1.jpg",
        "IS_AREA": False,
    }


def test_lists_have_no_total() -> None:
    """Neither `total` nor `next`, and `start` has no effect."""
    body = with_list().ask(PAGE + "getList", {"start": 50})

    assert (len(body["result"]), set(body)) == (4, {"result", "time"})


def test_pages_of_deleted_sites_are_not_listed() -> None:
    """With the site its pages are gone."""
    ask = with_list()
    ask.portal.sites[1].deleted = True

    assert pages(ask) == []


def test_lists_of_sites() -> None:
    """Sites are listed alike; computed fields on demand."""
    ask = with_list()
    params = {"select": ["ID", "TYPE", "PUBLIC_URL"], "filter": {"=DELETED": "N"}}

    assert ask.result("landing.site.getList", {"params": params}) == [
        {"ID": "1", "TYPE": "PAGE", "PUBLIC_URL": "https://site1.portal.example/"}
    ]


def test_seeded_blocks() -> None:
    """Seeded pages have their blocks, public where they are."""
    ask = Asker()
    ask.portal.seed_pages(2, blocks=2, published=True)

    assert order(ask, 2) == [5, 6]
    assert len(listed(ask, 2)) == 2
    assert ask.result(PAGE + "getpreview", {"lid": 2}).endswith("/2.jpg")
    ask.result(PAGE + "delete", {"lid": 2})
    assert ask.portal.landing.block(5) is None


def test_pages_by_the_thousand() -> None:
    """A page of a long list costs what it shows."""
    ask = Asker()
    ask.portal.seed_pages(100_000, published=True)

    assert pages(ask, filter={">ID": 99_997}, limit=50) == ["99998", "99999", "100000"]
    assert ask.portal.pages[5].active

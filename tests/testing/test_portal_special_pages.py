"""Special pages of sites, and the pages in the areas of templates."""

from __future__ import annotations

from typing import Any

import pytest
from asking import Asker

SPECIAL = "landing.syspage."
TEMPLATE = "landing.template."


def with_pages(**special: int) -> Asker:
    """A portal with the site 1 and its pages 1 to 3, of which 2 is published."""
    ask = Asker()
    ask.portal.seed_pages(3)
    ask.portal.pages[2].active = True
    ask.portal.sites[1].special.update(special)
    return ask


# Parameters beside the site 1, and the special pages behind the call.
SET: list[tuple[dict[str, Any], dict[str, int]]] = [
    ({"type": "cart", "lid": 3}, {"cart": 3}),
    ({"type": " cart ", "lid": "3"}, {"cart": 3}),
    ({"type": "cart"}, {}),
    ({"type": "order"}, {"cart": 2}),
    ({"type": "cart", "lid": 0}, {"cart": 0}),
    ({"type": "cart", "lid": None}, {"cart": 0}),
    ({"type": "cart", "lid": ""}, {"cart": 0}),
    ({"type": "cart", "lid": 9}, {"cart": 2}),
    ({"type": "basket", "lid": 3}, {"cart": 2}),
    ({"id": 9, "type": "cart", "lid": 3}, {"cart": 2}),
]


@pytest.mark.parametrize(("params", "expected"), SET)
def test_what_is_special(params: dict[str, Any], expected: dict[str, int]) -> None:
    """True in any case; no page is not the page 0."""
    ask = with_pages(cart=2)

    assert ask.result(SPECIAL + "set", {"id": 1, **params}) is True
    assert ask.portal.sites[1].special == expected


@pytest.mark.parametrize(
    ("name", "params", "expected"),
    [
        ("set", {"id": 1}, "MISSING_PARAMS"),
        ("set", {"id": 1, "type": ["cart"]}, "ERROR_ARGUMENT"),
        ("set", {"id": 1, "type": "cart", "lid": "x"}, "TYPE_ERROR"),
        ("get", {}, "MISSING_PARAMS"),
        ("get", {"id": "x"}, "TYPE_ERROR"),
        ("getSpecialPage", {"siteId": 1}, "MISSING_PARAMS"),
        ("getSpecialPage", {"siteId": 1, "type": []}, "ERROR_ARGUMENT"),
        (
            "getSpecialPage",
            {"siteId": 1, "type": "cart", "additional": "x"},
            "ERROR_ARGUMENT",
        ),
        ("deleteForSite", {}, "MISSING_PARAMS"),
        ("deleteForLanding", {}, "MISSING_PARAMS"),
    ],
)
def test_what_is_wrong_is_said(name: str, params: Any, expected: str) -> None:
    """With the documented codes."""
    assert with_pages().code(SPECIAL + name, params) == expected


def test_special_pages_are_listed() -> None:
    """By their types, with the page's flags; null where there is no site."""
    ask = with_pages(cart=2, order=3, catalog=0)
    row = {"TYPE": "cart", "LANDING_ID": "2", "TITLE": "Page 1"}

    listed = ask.result(SPECIAL + "get", {"id": 1})
    assert listed["cart"] == {**row, "DELETED": "N", "ACTIVE": "Y"}
    assert listed["order"]["ACTIVE"] == "N"
    assert listed["catalog"]["LANDING_ID"] == "0"
    assert list(ask.result(SPECIAL + "get", {"id": 1, "active": True})) == ["cart"]
    assert ask.result(SPECIAL + "get", {"id": 9}) is None


def test_the_address_of_a_special_page() -> None:
    """Whether it is active or not, with the parameters that are given."""
    ask = with_pages(cart=3)

    def address(kind: Any, site: int = 1, **additional: Any) -> Any:
        params = {"siteId": site, "type": kind, "additional": additional}
        return ask.result(SPECIAL + "getSpecialPage", params)

    assert address("cart") == "https://site1.portal.example/page2/"
    assert address("cart", a="b c").endswith("/page2/?a=b+c")
    assert (address("order"), address(" cart"), address(5)) == ("", "", "")
    assert address("cart", 9) is None


def test_pages_are_special_no_more() -> None:
    """Of a page or of a site; in the wrong scope, and without the right, they stay."""
    ask = with_pages(cart=2, order=3, personal=2)
    special = ask.portal.sites[1].special

    assert ask.result(SPECIAL + "deleteForLanding", {"id": 2, "scope": "GROUP"}) is True
    ask.portal.sites[1].denied = {"sett"}
    assert ask.result(SPECIAL + "deleteForSite", {"id": 1}) is True
    assert ask.portal.sites[1].special == special
    ask.portal.sites[1].denied = set()
    ask.result(SPECIAL + "deleteForLanding", {"id": 2})
    assert ask.portal.sites[1].special == {"order": 3}
    ask.result(SPECIAL + "deleteForSite", {"id": 1})
    assert ask.result(SPECIAL + "get", {"id": 1}) == []


def test_templates_are_listed() -> None:
    """As rows of text, with the areas that their content has."""
    params = {"select": ["ID", "SORT", "CONTENT"], "filter": {">AREA_COUNT": 1}}
    rows = with_pages().result(TEMPLATE + "getlist", {"params": {**params, "limit": 1}})

    assert [(row["ID"], row["SORT"]) for row in rows] == [("2", "200")]
    assert "#AREA_2#" in rows[0]["CONTENT"]
    assert "#AREA_3#" not in rows[0]["CONTENT"]


# What is set where the areas 1 and 2 have the pages 2 and 3, and what there is then.
AREAS: list[tuple[dict[str, Any], Any]] = [
    ({"data": {"1": 3}}, {"1": 3}),
    ({"data": {"1": "3", "3": 2}}, {"1": 3, "3": 2}),
    ({"data": {"1": 2, "2": 0}}, {"1": 2}),
    ({"data": {"1": 2, "2": ""}}, {"1": 2}),
    ({"data": {"1": 2, "2": None}}, {"1": 2}),
    ({"data": {"1": 2, "2": -1}}, {"1": 2}),
    ({"data": {"1": 99}}, {"1": 99}),
    ({"data": {}}, True),
    ({"data": []}, True),
    ({}, True),
]


@pytest.mark.parametrize("kind", ["Landing", "Site"])
@pytest.mark.parametrize(("params", "expected"), AREAS)
def test_areas(kind: str, params: dict[str, Any], expected: Any) -> None:
    """The whole set at once; nothing, and what is no page, takes pages out."""
    ask = with_pages()
    ask.result(f"{TEMPLATE}set{kind}Ref", {"id": 1, "data": {"1": 2, "2": 3}})

    assert ask.result(f"{TEMPLATE}set{kind}Ref", {"id": 1, **params}) is True
    assert ask.result(f"{TEMPLATE}get{kind}Ref", {"id": 1}) == expected


@pytest.mark.parametrize("kind", ["Landing", "Site"])
def test_whose_areas_they_are(kind: str) -> None:
    """There has to be one; without the right true is said and nothing is done."""
    ask = with_pages()

    assert ask.code(f"{TEMPLATE}get{kind}Ref", {"id": 9}) == "ENTITY_NOT_FOUND"
    assert ask.code(f"{TEMPLATE}set{kind}Ref", {"id": 9}) == "ENTITY_NOT_FOUND"
    assert ask.code(f"{TEMPLATE}get{kind}Ref", {}) == "MISSING_PARAMS"
    ask.portal.sites[1].denied = {"sett"}
    assert ask.result(f"{TEMPLATE}set{kind}Ref", {"id": 1, "data": {"1": 2}}) is True
    assert ask.result(f"{TEMPLATE}get{kind}Ref", {"id": 1}) is True


def test_a_page_in_an_area_cannot_go() -> None:
    """Until it is in none any more, of any page or site."""
    ask = with_pages()
    for owner in ("setLandingRef", "setSiteRef"):
        ask.result(TEMPLATE + owner, {"id": 1, "data": {"1": 2}})
    ask.result(TEMPLATE + "setSiteRef", {"id": 1})

    assert ask.code("landing.landing.markDelete", {"lid": 2}) == "UNABLE_DELETE_INCLUDE"
    ask.result(TEMPLATE + "setLandingRef", {"id": 1})
    assert ask.result("landing.landing.markDelete", {"lid": 2}) == 2

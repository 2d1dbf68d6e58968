"""Templates of sites and pages, and what the wizard offers."""

from __future__ import annotations

from typing import Any

import pytest
from asking import Asker

DEMOS = "landing.demos."


def page(code: str | None = "home", **more: Any) -> dict[str, Any]:
    return {"code": code, "name": "Home", "type": "page", **more}


def site(**more: Any) -> dict[str, Any]:
    """An export of a site with one page."""
    return {
        "code": "shop",
        "name": "Shop",
        "type": "page",
        "show_in_list": "Y",
        "fields": {"TITLE": "Shop", "ADDITIONAL_FIELDS": []},
        "items": {"home": page(items={"#block1": {"code": "01.big"}})},
        **more,
    }


# What is registered, and the ids or the error that it answers.
REGISTERED: list[tuple[Any, Any]] = [
    (site(), [1, 2]),
    ([page()], [1]),
    ([page("a"), page("b")], [1, 2]),
    (site(items={}), [1]),
    (None, "REGISTER_ERROR_DATA"),
    ({}, "REGISTER_ERROR_DATA"),
    ([], "REGISTER_ERROR_DATA"),
    ("shop", "ERROR_ARGUMENT"),
    (site(code=""), "BX_EMPTY_REQUIRED"),
    (site(items={"home": page(None)}), "BX_EMPTY_REQUIRED"),
    (["shop"], "BX_EMPTY_REQUIRED"),
    (site(name="<script>"), "CONTENT_IS_BAD"),
    (
        site(items={"home": page(items={"a": {"nodes": {".b": ["<iframe>"]}}})}),
        "CONTENT_IS_BAD",
    ),
    (
        site(fields={"ADDITIONAL_FIELDS": {"HEADBLOCK_CODE": "<script></script>"}}),
        [1, 2],
    ),
]


@pytest.mark.parametrize(("data", "expected"), REGISTERED)
def test_what_may_be_registered(data: Any, expected: Any) -> None:
    """An export makes a template of the site and of each page, a list of each part;
    what is refused leaves nothing behind."""
    ask = Asker()
    body = ask.ask(DEMOS + "register", {"data": data})

    assert body.get("result", body.get("error")) == expected
    count = len(expected) if isinstance(expected, list) else 0
    assert len(ask.portal.landing.registry.templates) == count


def test_a_repeat_replaces_the_templates() -> None:
    """Those of the same code and use; a page may have the code of its site."""
    ask = Asker()
    data = site(items={"shop": page("shop")})
    ids = ask.result(DEMOS + "register", {"data": data})

    assert ask.result(DEMOS + "register", {"data": {**data, "name": "New"}}) == ids
    rows = ask.result(DEMOS + "getList", {"params": {"order": {"ID": "ASC"}}})
    assert [(row["TITLE"], row["TPL_TYPE"]) for row in rows] == [
        ("New", "S"),
        ("Home", "P"),
    ]
    assert ask.result(DEMOS + "unregister", {"code": "shop"}) is True
    assert ask.result(DEMOS + "getList") == []


def test_a_refused_repeat_takes_only_what_it_added() -> None:
    """What was there before stays."""
    ask = Asker()
    ask.result(DEMOS + "register", {"data": [page("a")]})
    data = [page("a"), page("b"), page("c", name="<script>")]

    assert ask.code(DEMOS + "register", {"data": data}) == "CONTENT_IS_BAD"
    assert [row["XML_ID"] for row in ask.result(DEMOS + "getList")] == ["a"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"code": "home"}, True),
        ({"code": "none"}, False),
        ({"code": ""}, False),
        ({"code": 7}, False),
        ({}, "MISSING_PARAMS"),
        ({"code": ["home"]}, "ERROR_ARGUMENT"),
    ],
)
def test_unregistering(params: Any, expected: Any) -> None:
    """False for what is not there, or no text."""
    ask = Asker()
    ask.result(DEMOS + "register", {"data": [page()]})
    body = ask.ask(DEMOS + "unregister", params)

    assert body.get("result", body.get("error")) == expected


def test_rows_are_those_of_the_page() -> None:
    """The manifest is what was registered, and false unless it is selected; phrases
    are as they were given, null without any."""
    ask = Asker()
    lang = {"lang": {"de": {"Shop": "Laden"}}, "lang_original": "en"}
    ask.result(DEMOS + "register", {"data": [page()], "params": lang})
    ask.result(DEMOS + "register", {"data": [page("b", description="B")]})

    first, second = ask.result(DEMOS + "getList")
    select = {"select": ["ID", "XML_ID"], "filter": {"ID": 2}}
    part = ask.result(DEMOS + "getList", {"params": select})

    assert first["MANIFEST"] == page()
    assert first["LANG"] == lang
    assert (first["ID"], first["TPL_TYPE"], first["APP_CODE"]) == ("1", "P", None)
    assert (second["LANG"], second["DESCRIPTION"]) == (None, "B")
    assert part == [{"ID": "2", "XML_ID": "b", "MANIFEST": False}]
    assert ask.code(DEMOS + "getList", {"params": "a"}) == "ERROR_ARGUMENT"


# What the wizard is asked for once a shop of the type page is registered.
OFFERED: list[tuple[str, dict[str, Any], list[str]]] = [
    ("getSiteList", {"type": "page"}, ["local@shop", "empty"]),
    ("getPageList", {"type": "page"}, ["local@home", "empty", "search-result"]),
    ("getSiteList", {"type": "STORE"}, ["store_v3"]),
    ("getPageList", {"type": "mainpage"}, ["empty"]),
    ("getPageList", {"type": "none"}, []),
    ("getPageList", {"type": "page", "filter": {"XML_ID": "home"}}, ["local@home"]),
    ("getPageList", {"type": "page", "filter": {"TYPE": "MAINPAGE"}}, ["empty"]),
    ("getPageList", {"type": "page", "filter": {"type": "mainpage"}}, []),
    (
        "getPageList",
        {"type": "page", "filter": {"title": ["Home", "Search"]}},
        ["local@home", "search-result"],
    ),
    (
        "getPageList",
        {"type": "page", "filter": {"REST": "0", "NONE": 1}},
        ["empty", "search-result"],
    ),
]


@pytest.mark.parametrize(("name", "params", "codes"), OFFERED)
def test_what_the_wizard_offers(
    name: str, params: dict[str, Any], codes: list[str]
) -> None:
    """Registered templates and the portal's own, by type and filter; a map, and the
    empty list where there are none."""
    ask = Asker()
    ask.result(DEMOS + "register", {"data": site()})

    offered = ask.result(DEMOS + name, params)

    assert list(offered) == codes
    assert offered or offered == []


def test_registered_templates_are_offered_without_data() -> None:
    """One type in place of several, and the row's id."""
    ask = Asker()
    ask.result(DEMOS + "register", {"data": [page()]})

    offered = ask.result(DEMOS + "getPageList", {"type": "page"})

    assert offered["local@home"]["TYPE"] == "PAGE"
    assert offered["local@home"]["REST"] == 1
    assert offered["local@home"]["DATA"] == []
    assert offered["empty"]["REST"] == 0
    assert offered["empty"]["DATA"]["encoded"] is True


@pytest.mark.parametrize("name", ["getSiteList", "getPageList"])
@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "MISSING_PARAMS"),
        ({"type": ["page"]}, "ERROR_ARGUMENT"),
        ({"type": "page", "filter": "a"}, "ERROR_ARGUMENT"),
    ],
)
def test_what_the_wizard_refuses(name: str, params: Any, code: str) -> None:
    """The gateway's errors."""
    assert Asker().code(DEMOS + name, params) == code

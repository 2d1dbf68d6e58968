"""Blocks, widgets and places in the editor that applications register."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asking import Asker
from attrs import define

from bitrix_async.testing._auth import Token

REPO = "landing.repo."
WIDGET = "landing.repowidget."

FIELDS = {
    "NAME": "Banner",
    "CONTENT": "<div>Hello</div>",
    "SECTIONS": "cover,about",
    "PREVIEW": "https://example.com/a.png",
}
PARAMS = {"rootNode": ".w", "handler": "https://example.com/a", "demoData": {"n": 1}}
WIDGET_FIELDS = {**FIELDS, "SECTIONS": "widgets_other", "WIDGET_PARAMS": PARAMS}


@define
class App:
    """An application at the portal of an `Asker`."""

    asker: Asker
    name: str

    def __attrs_post_init__(self) -> None:
        self.asker.portal.keys.tokens[self.name] = Token(client=self.name)

    def ask(self, method: str, params: Any = None) -> Any:
        answer = self.asker.post(f"/rest/{method}", params, query=f"auth={self.name}")
        return json.loads(answer.body)

    def result(self, method: str, params: Any = None) -> Any:
        body = self.ask(method, params)
        assert "result" in body, body
        return body["result"]

    def code(self, method: str, params: Any = None) -> Any:
        return self.ask(method, params).get("error")


def register(ask: Asker | App, code: str = "banner", **fields: Any) -> Any:
    return ask.result(REPO + "register", {"code": code, "fields": {**FIELDS, **fields}})


# What is sent to register beside code and fields, and what it answers.
REGISTERED: list[tuple[dict[str, Any], Any]] = [
    ({}, None),
    ({"code": None}, "MISSING_PARAMS"),
    ({"fields": None}, "MISSING_PARAMS"),
    ({"code": ["a"]}, "ERROR_ARGUMENT"),
    ({"fields": "a"}, "ERROR_ARGUMENT"),
    ({"manifest": "a"}, "ERROR_ARGUMENT"),
    ({"manifest": {}}, None),
    ({"fields": {}}, "REQUIRED_FIELD_NO_EXISTS"),
    ({"fields": {**FIELDS, "NAME": None}}, "REQUIRED_FIELD_NO_EXISTS"),
    ({"fields": {**FIELDS, "PREVIEW": ""}}, None),
    ({"fields": {**FIELDS, "CONTENT": ""}}, "BX_EMPTY_REQUIRED"),
    ({"code": " "}, "BX_EMPTY_REQUIRED"),
    ({"fields": {**FIELDS, "CONTENT": "<a onclick='x()'>"}}, "CONTENT_IS_BAD"),
    ({"manifest": {"block": {"type": "MAINPAGE"}}}, "UNSUPPORTED_BLOCK_TYPE"),
    ({"manifest": {"block": {"type": ["page", "mainpage"]}}}, "UNSUPPORTED_BLOCK_TYPE"),
    ({"manifest": {"block": {"subtype": "widget"}}}, "UNSUPPORTED_BLOCK_SUBTYPE"),
    ({"manifest": {"block": {"type": ["page"], "subtype": "form"}}}, None),
    (
        {
            "manifest": {
                "nodes": {".a": {"type": "text"}},
                "style": {"nodes": {".a": {"type": ["typo", "block-default"]}}},
            }
        },
        "MANIFEST_INTERSECT_IMG",
    ),
    (
        {
            "manifest": {
                "nodes": {".a": {"type": "text"}},
                "style": {"nodes": {".b": {"type": "background"}}, "block": {}},
            }
        },
        None,
    ),
    (
        {"manifest": {"cards": {".a": {"presets": {"x": {"html": "<iframe>"}}}}}},
        "PRESET_CONTENT_IS_BAD",
    ),
    ({"manifest": {"cards": {".a": {"presets": {"x": {"html": "<b>"}}}}}}, None),
]


@pytest.mark.parametrize(("params", "code"), REGISTERED)
def test_what_may_be_registered(params: dict[str, Any], code: str | None) -> None:
    """Each documented error has its reason; what is refused leaves nothing behind."""
    ask = Asker()

    assert (
        ask.code(REPO + "register", {"code": "a", "fields": FIELDS, **params}) == code
    )
    assert len(ask.portal.landing.registry.blocks) == (code is None)


def test_a_repeat_replaces_the_block() -> None:
    """Under its code there is one block of the application, with the same id."""
    ask = Asker()
    first = register(ask, DESCRIPTION="one")

    assert register(ask, "other") != first
    assert register(ask, "banner", NAME="New") == first
    assert [row["NAME"] for row in ask.result(REPO + "getList")] == ["New", "Banner"]


def test_an_application_sees_only_its_own() -> None:
    """Wherever it lists, registers or deletes; a webhook lists those of no one."""
    ask = Asker()
    app, other = App(ask, "one"), App(ask, "two")
    own = register(app)

    assert register(other) != own
    assert [row["APP_CODE"] for row in app.result(REPO + "getList")] == ["one"]
    assert ask.result(REPO + "getList") == []
    assert app.result(REPO + "unregister", {"code": "banner"}) is True
    assert app.result(REPO + "unregister", {"code": "banner"}) is False
    assert len(other.result(REPO + "getList")) == 1


UNREGISTERED: list[tuple[Any, Any]] = [
    ({"code": "banner"}, True),
    ({"code": "none"}, False),
    ({"code": ""}, False),
    ({"code": 7}, False),
    ({}, "MISSING_PARAMS"),
    ({"code": ["banner"]}, "ERROR_ARGUMENT"),
]


@pytest.mark.parametrize("method", [REPO, WIDGET])
@pytest.mark.parametrize(("params", "expected"), UNREGISTERED)
def test_what_is_unregistered(method: str, params: Any, expected: Any) -> None:
    """False for what is not there, or no text; an error only for what cannot be."""
    ask = Asker()
    register(ask)
    body = ask.ask(method + "unregister", params)

    assert body.get("result", body.get("error")) == expected
    assert len(ask.portal.landing.registry.blocks) == (expected is not True)


def test_an_unregistered_block_leaves_the_pages_it_stood_on() -> None:
    """From the draft and the published copy; other blocks stay."""
    ask = Asker()
    ask.portal.seed_pages(1)
    number = register(ask)
    for code in (f"repo_{number}", "04.1.one_col"):
        added = {"lid": 1, "fields": {"CODE": code}}
        ask.result("landing.landing.addblock", added)
    ask.result("landing.landing.publication", {"lid": 1})
    page = ask.portal.pages[1]
    before = [block.code for block in page.blocks]

    ask.result(REPO + "unregister", {"code": "banner"})

    left = [code for code in before if code != f"repo_{number}"]
    assert len(left) == len(before) - 1
    assert [block.code for block in page.blocks] == left
    assert [block.code for block in page.published] == left


def test_rows_are_those_of_the_page() -> None:
    """Text and nulls, dates in the portal's culture, the manifest as it was."""
    ask = Asker()
    manifest = {"block": {"name": "Banner"}, "callbacks": {"a": "b"}}
    params = {"code": " banner ", "fields": FIELDS, "manifest": manifest}
    ask.result(REPO + "register", params)

    (row,) = ask.result(REPO + "getList")

    assert len(row.pop("DATE_CREATE").split(" ")) == len(row.pop("DATE_MODIFY").split())
    assert row == {
        "ID": "1",
        "XML_ID": "banner",
        "APP_CODE": None,
        "ACTIVE": "Y",
        "DESCRIPTION": None,
        "SITE_TEMPLATE_ID": None,
        "MANIFEST": {"block": {"name": "Banner"}},
        "CREATED_BY_ID": "1",
        "MODIFIED_BY_ID": "1",
        **FIELDS,
    }


# What getList is asked for of the blocks a, b, c, and the codes it answers.
LISTS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["a", "b", "c"]),
    ({"filter": {"XML_ID": "b"}}, ["b"]),
    ({"filter": "b"}, ["a", "b", "c"]),
    ({"order": {"ID": "DESC"}, "limit": 2}, ["c", "b"]),
    ({"limit": "1", "offset": "1"}, ["b"]),
    ({"filter": {">ID": 1, "!XML_ID": "c"}}, ["b"]),
]


@pytest.mark.parametrize(("params", "codes"), LISTS)
def test_lists(params: dict[str, Any], codes: list[str]) -> None:
    """Filter, order and part are those of the module's other lists."""
    ask = Asker()
    for code in "abc":
        register(ask, code)

    rows = ask.result(REPO + "getList", {"params": params})

    assert [row["XML_ID"] for row in rows] == codes


def test_the_manifest_comes_unasked() -> None:
    """With every selection; a wrong kind of `params` is an error."""
    ask = Asker()
    register(ask)

    rows = ask.result(REPO + "getList", {"params": {"select": ["NAME", "A.B"]}})

    assert rows == [{"NAME": "Banner", "MANIFEST": []}]
    assert ask.code(REPO + "getList", {"params": "a"}) == "ERROR_ARGUMENT"


# HTML, and the same with `|` where the mark goes; without one it is good.
CONTENT: list[str] = [
    "<p>Hello</p>",
    '<div style="color:red" oncl|ick="alert(1)"><ifr|ame src="//a"></iframe></div>',
    "<sc|ript></sc|ript>",
    "<SC|RIPT>",
    '<p style="color: rgb(1, 2, 3); margin:0">',
    '<p st|yle="background:url(a)">',
    '<a href="dat|a:text/html,a">',
    '<img src="data:image/png;base64,a">',
    "<sv|g>",
    "<p data-once='1'>one=1</p>",
    "<a href='?onclick=1'>",
]


@pytest.mark.parametrize("marked", CONTENT)
def test_content_is_marked(marked: str) -> None:
    """The splitter stands in each place that no block may have."""
    ask = Asker()
    content = marked.replace("|", "")

    assert ask.result(REPO + "checkContent", {"content": content}) == {
        "is_bad": "|" in marked,
        "content": marked.replace("|", "#SANITIZE#"),
    }
    assert (
        ask.result(REPO + "checkContent", {"content": content, "splitter": "$"})
    ) == {"is_bad": "|" in marked, "content": marked.replace("|", "$")}


def test_addresses_that_run_have_a_mark_of_their_own() -> None:
    """Whatever the splitter is."""
    ask = Asker()
    content = '<a href="javascript:a()">'

    found = ask.result(REPO + "checkContent", {"content": content, "splitter": "#"})

    assert found == {"is_bad": True, "content": '<a href="jav * ascript:a()">'}


def test_the_first_splitter_of_a_batch_is_the_one() -> None:
    """The sanitizer is a static of the process, like the scope."""
    ask = Asker()
    found = ask.batch(
        {
            "a": REPO + "checkContent?content=<svg>&splitter=1",
            "b": REPO + "checkContent?content=<svg>&splitter=2",
        }
    )

    assert found["result"]["a"]["content"] == "<sv1g>"
    assert found["result"]["b"]["content"] == "<sv1g>"


@pytest.mark.parametrize(
    ("params", "code"),
    [({}, "MISSING_PARAMS"), ({"content": ["a"]}, "ERROR_ARGUMENT")],
)
def test_content_has_to_be_text(params: Any, code: str) -> None:
    """The gateway sees to that."""
    assert Asker().code(REPO + "checkContent", params) == code


# -- widgets

WIDGETS: list[tuple[dict[str, Any], str | None]] = [
    (WIDGET_FIELDS, None),
    (FIELDS, "REQUIRED_FIELD_NO_EXISTS"),
    ({**WIDGET_FIELDS, "PREVIEW": None}, "REQUIRED_FIELD_NO_EXISTS"),
    ({**WIDGET_FIELDS, "WIDGET_PARAMS": {}}, "REQUIRED_PARAM_NO_EXISTS"),
    *(
        (
            {**WIDGET_FIELDS, "WIDGET_PARAMS": {**PARAMS, name: None}},
            "REQUIRED_PARAM_NO_EXISTS",
        )
        for name in PARAMS
    ),
    ({**WIDGET_FIELDS, "WIDGET_PARAMS": {**PARAMS, "demoData": []}}, None),
]


@pytest.mark.parametrize(("fields", "code"), WIDGETS)
def test_what_a_widget_needs(fields: dict[str, Any], code: str | None) -> None:
    """The fields of a block, its parameters, and three of those."""
    params = {"code": "w", "fields": fields}

    assert Asker().code(WIDGET + "register", params) == code


def test_the_missing_field_is_named() -> None:
    """The first that is missing, in the description."""
    params = {"code": "w", "fields": {**WIDGET_FIELDS, "CONTENT": None}}

    body = Asker().ask(WIDGET + "register", params)

    assert body["error_description"].endswith("CONTENT")


def test_widgets_are_listed_with_gaps_where_blocks_were() -> None:
    """Both are in one table: PHP prints an object where the first row is no widget."""
    ask = Asker()
    register(ask)
    ask.result(WIDGET + "register", {"code": "w", "fields": WIDGET_FIELDS})

    every = ask.result(WIDGET + "getlist", {"params": {}})
    later = ask.result(WIDGET + "getlist", {"params": {"filter": {">ID": 1}}})
    none = ask.result(WIDGET + "getlist", {"params": {"filter": {"ID": 1}}})

    assert [row["XML_ID"] for row in later] == ["w"]
    assert every == {"1": later[0]}
    assert none == []
    assert later[0]["MANIFEST"]["block"] == {
        "type": ["mainpage"],
        "subtype": ["widgetvue"],
        "subtype_params": {**PARAMS, "style": None, "lang": None},
    }
    assert ask.code(WIDGET + "getlist") == "MISSING_PARAMS"


def test_only_an_application_has_a_debug_mode() -> None:
    """A webhook is none; `enable` has to be there."""
    ask = Asker()
    app = App(ask, "one")

    assert ask.code(WIDGET + "debug", {"enable": True}) == "APP_NOT_FOUND"
    assert app.code(WIDGET + "debug") == "MISSING_PARAMS"
    assert app.result(WIDGET + "debug", {"enable": "1"}) is True
    assert ask.portal.landing.registry.debugging == {"one"}
    assert app.result(WIDGET + "debug", {"enable": "0"}) is True
    assert ask.portal.landing.registry.debugging == set()


# -- places in the editor

PLACE = {"PLACEMENT": "LANDING_SETTINGS", "PLACEMENT_HANDLER": "https://a"}

# What unbind is given, what it answers, and how many of two places are left.
UNBOUND: list[tuple[dict[str, Any], Any, int]] = [
    ({"code": "LANDING_SETTINGS"}, True, 0),
    ({"code": "LANDING_SETTINGS", "handler": "https://a"}, True, 1),
    ({"code": "LANDING_SETTINGS", "handler": "https://c"}, "PLACEMENT_NO_EXIST", 2),
    ({"code": "LANDING_BLOCK_*"}, "PLACEMENT_NO_EXIST", 2),
    ({}, "MISSING_PARAMS", 2),
]


@pytest.mark.parametrize(("params", "expected", "left"), UNBOUND)
def test_unbinding(params: dict[str, Any], expected: Any, left: int) -> None:
    """All handlers of a place, or the one that is named; of the caller only."""
    ask = Asker()
    app, other = App(ask, "one"), App(ask, "two")
    for handler in ("https://a", "https://b"):
        app.result(REPO + "bind", {"fields": {**PLACE, "PLACEMENT_HANDLER": handler}})
    other.result(REPO + "bind", {"fields": PLACE})

    body = app.ask(REPO + "unbind", params)

    assert body.get("result", body.get("error")) == expected
    assert len(ask.portal.landing.registry.placements) == left + 1


def test_a_place_is_bound_once() -> None:
    """With the same handler; another application has places of its own."""
    ask = Asker()
    app, other = App(ask, "one"), App(ask, "two")

    assert app.result(REPO + "bind", {"fields": PLACE}) is True
    assert app.code(REPO + "bind", {"fields": PLACE}) == "PLACEMENT_EXIST"
    assert other.result(REPO + "bind", {"fields": PLACE}) is True


def test_a_webhook_unbinds_nothing() -> None:
    """Not an error: null."""
    assert Asker().result(REPO + "unbind", {"code": "LANDING_SETTINGS"}) is None


@pytest.mark.parametrize(
    "name", ["repo.getList", "repowidget.getlist", "demos.getList"]
)
def test_nobody_without_access_gets_in(name: str) -> None:
    """As in the rest of the module."""
    ask = Asker()
    ask.portal.landing.closed = True

    assert ask.code(f"landing.{name}") == "ACCESS_DENIED"

"""Sites and pages of the `landing` module: their life (protocol.md 9.2)."""

from __future__ import annotations

from typing import Any

import pytest
from asking import Asker

PAGE = "landing.landing."


def with_site(**fields: Any) -> Asker:
    """A portal with the site 1."""
    ask = Asker()
    given = {"TITLE": "Shop", "CODE": "shop", **fields}
    ask.result("landing.site.add", {"scope": fields.get("TYPE"), "fields": given})
    return ask


def add(ask: Asker, title: str = "Home", **fields: Any) -> int:
    number: int = ask.result(
        PAGE + "add", {"fields": {"TITLE": title, "SITE_ID": 1, **fields}}
    )
    return number


def with_pages(count: int = 2) -> Asker:
    """A portal with the site 1 and pages 1.., of which 1 is the index."""
    ask = with_site()
    for number in range(count):
        add(ask, f"Page {number}")
    return ask


def state(ask: Asker, lid: int) -> str:
    """Active, public, deleted: upper case where it is."""
    page = ask.portal.pages.get(lid)
    if page is None:
        return ""
    return "".join(
        letter.upper() if on else letter
        for letter, on in zip(
            "apd", (page.active, page.public, page.deleted), strict=True
        )
    )


# Calls on the page 2, what each answers, and the page's state behind it (9.2).
LIVES: list[list[tuple[str, Any, str]]] = [
    [("publication", True, "APd"), ("unpublic", True, "apd")],
    [
        ("publication", True, "APd"),
        ("update", True, "Apd"),
        ("publication", True, "APd"),
    ],
    [("publication", True, "APd"), ("addblock", 1, "Apd")],
    [("markDelete", 2, "apD"), ("markUnDelete", 2, "apd")],
    [
        ("publication", True, "APd"),
        ("markDelete", 2, "aPD"),
        ("markUnDelete", 2, "aPd"),
    ],
    [("markDelete", 2, "apD"), ("markDelete0", 2, "apd"), ("delete", True, "")],
    [("markDelete", 2, "apD"), ("delete", "LANDING_NOT_EXIST", "apD")],
    [("markDelete", 2, "apD"), ("publication", "LANDING_NOT_EXIST", "apD")],
    [("markDelete", 2, "apD"), ("unpublic", "LANDING_NOT_EXIST", "apD")],
    [("unpublic", True, "apd"), ("unpublic", True, "apd")],
    [("publication", True, "APd"), ("move", True, "Apd")],
]
EXTRA: dict[str, Any] = {
    "update": {"fields": {"TITLE": "New"}},
    "addblock": {"fields": {"CODE": "01.big"}},
    "markDelete0": {"mark": "0"},
}


@pytest.mark.parametrize("life", LIVES, ids=lambda life: "-".join(s[0] for s in life))
def test_life(life: list[tuple[str, Any, str]]) -> None:
    """Each step of a page's life answers and leaves what is documented."""
    ask = with_pages()
    for name, expected, after in life:
        body = ask.ask(PAGE + name.rstrip("0"), {"lid": 2, **EXTRA.get(name, {})})

        assert body.get("result", body.get("error")) == expected
        assert state(ask, 2) == after


def test_deleted_for_good() -> None:
    """What is deleted is gone, and its code is free."""
    ask = with_pages()

    assert ask.result(PAGE + "delete", {"lid": 2}) is True
    assert ask.code(PAGE + "delete", {"lid": 2}) == "LANDING_NOT_EXIST"
    assert add(ask, "x", CODE="page1") == 3
    assert ask.portal.pages[3].code == "page1"


# What is arranged on the page 2, the call, and what comes of it.
REFUSALS: list[tuple[dict[str, Any], str, str | None]] = [
    ({"refuse": "PUBLIC_PAGE_REACHED"}, "publication", "PUBLIC_PAGE_REACHED"),
    ({"refuse": "URLCHECKER_FAIL"}, "publication", "URLCHECKER_FAIL"),
    ({"denied": {"public"}}, "unpublic", "ACCESS_DENIED"),
    ({"denied": {"read"}}, "publication", "LANDING_NOT_EXIST"),
    ({"denied": {"delete"}}, "delete", "ACCESS_DENIED"),
    ({"denied": {"delete"}}, "markDelete", "ACCESS_DENIED"),
    ({"denied": {"delete"}}, "move", "DELETE_ACCESS_DENIED"),
    ({"denied": {"edit"}}, "update", "ACCESS_DENIED"),
    ({"denied": {"edit"}}, "addblock", "ACCESS_DENIED"),
    ({"locked": True}, "delete", "LANDING_IS_LOCK"),
    ({"area": True}, "markDelete", "UNABLE_DELETE_INCLUDE"),
    ({"deleted": True}, "getpublicurl", "LANDING_NOT_EXIST"),
]  # fmt: skip


@pytest.mark.parametrize(("arranged", "name", "code"), REFUSALS)
def test_refusals(arranged: dict[str, Any], name: str, code: str) -> None:
    """Rights, locks and the plan refuse with their documented codes."""
    ask = with_pages()
    for key, value in arranged.items():
        setattr(ask.portal.pages[2], key, value)

    assert ask.code(PAGE + name, {"lid": 2, **EXTRA.get(name, {})}) == code


def test_publication_without_the_right_is_null() -> None:
    """Not an error: the result is null and nothing is published."""
    ask = with_pages()
    ask.portal.pages[2].denied = {"public"}

    assert ask.result(PAGE + "publication", {"lid": 2}) is None
    assert state(ask, 2) == "apd"


def test_the_plan_counts_pages_and_sites() -> None:
    """A site's active pages and the portal's active sites have their limits."""
    ask = with_pages(3)
    ask.portal.sites[1].page_limit = 2
    codes = [ask.code(PAGE + "publication", {"lid": lid}) for lid in (1, 2, 3, 2)]

    assert codes == [None, None, "PUBLIC_PAGE_REACHED", None]
    ask.result("landing.site.add", {"fields": {"TITLE": "B", "CODE": "b"}})
    lid = add(ask, "Other", SITE_ID=2)
    ask.portal.landing.site_limit = 1
    assert ask.code(PAGE + "publication", {"lid": lid}) == "PUBLIC_SITE_REACHED"


def test_the_index_stays_while_others_are_there() -> None:
    """The first page is the index, and cannot go before the last."""
    ask = with_pages()

    assert ask.portal.sites[1].index == 1
    assert ask.code(PAGE + "markDelete", {"lid": 1}) == "CANT_DELETE_MAIN"
    assert ask.code(PAGE + "update", {"lid": 1, "fields": {"DELETED": "Y"}}) == (
        "CANT_DELETE_MAIN"
    )
    ask.result(PAGE + "markDelete", {"lid": 2})
    assert ask.code(PAGE + "markDelete", {"lid": 1}) is None


def test_publication_activates_what_is_above() -> None:
    """A page in a folder takes its folders and its site with it."""
    ask = with_site()
    top = ask.result("landing.site.addFolder", {"siteId": 1, "fields": {"TITLE": "a"}})
    low = ask.result(
        "landing.site.addFolder",
        {"siteId": 1, "fields": {"TITLE": "b", "PARENT_ID": top}},
    )
    add(ask)
    lid = add(ask, "Deep", FOLDER_ID=low)
    ask.result(PAGE + "publication", {"lid": lid})
    site = ask.portal.sites[1]

    assert (site.active, site.folders[top].active, site.folders[low].active) == (
        True,
        True,
        True,
    )
    assert ask.result(PAGE + "getpublicurl", {"lid": lid}).endswith("/a/b/deep/")


# fields beside TITLE and SITE_ID, and the code that the page has, or the error.
CODES: list[tuple[dict[str, Any], str]] = [
    ({}, "springpromotion"),
    ({"TITLE": "Весенняя акция"}, "vesennyayaaktsiya"),
    ({"CODE": "spring-sale"}, "spring-sale"),
    ({"CODE": "a/b"}, "SLASH_IS_NOT_ALLOWED"),
    ({"CODE": ""}, "CANT_BE_EMPTY"),
    ({"CODE": "", "FOLDER": "Y"}, "springpromotion"),
    ({"CODE": "a b"}, "WRONG_CODE_FORMAT"),
    ({"TITLE": ""}, "BX_EMPTY_REQUIRED"),
    ({"SITE_ID": 9}, "SITE_NOT_FOUND"),
    ({"SITE_ID": None}, "SITE_NOT_FOUND"),
    ({"FOLDER_ID": 9}, "FOLDER_NOT_FOUND"),
]


@pytest.mark.parametrize(("fields", "expected"), CODES)
def test_codes(fields: dict[str, Any], expected: str) -> None:
    """A page's code is given, or made of its title; the wrong ones are refused."""
    ask = with_site()
    given = {"TITLE": "Spring Promotion", "SITE_ID": 1, **fields}
    body = ask.ask(PAGE + "add", {"fields": given})
    found = body.get("error") or ask.portal.pages[body["result"]].code

    assert found == expected


def test_codes_made_of_chance() -> None:
    """A title without letters gives 12 characters of chance."""
    ask = with_site()

    assert len(ask.portal.pages[add(ask, "!!!")].code) == 12


def test_duplicate_codes_get_a_tail() -> None:
    """A code that is taken in the same place gets four characters more."""
    ask = with_site()
    codes = [ask.portal.pages[add(ask, CODE="x")].code for _ in range(2)]

    assert codes[0] == "x"
    assert codes[1].startswith("x_")
    assert len(codes[1]) == 6


def test_ignored_fields() -> None:
    """A new page is inactive, whatever its fields say."""
    ask = with_site()
    lid = add(ask, ACTIVE="Y", PUBLIC="Y", RULE="x", VIEWS=5)

    assert state(ask, lid) == "apd"


def test_copy() -> None:
    """A copy has the blocks, and is published if its source was active."""
    ask = with_pages()
    ask.result(PAGE + "addblock", {"lid": 2, "fields": {"CODE": "b"}})
    draft = ask.result(PAGE + "copy", {"lid": 2})
    ask.result(PAGE + "publication", {"lid": 2})
    live = ask.result(PAGE + "copy", {"lid": 2, "toSiteId": 1})

    assert [state(ask, draft), state(ask, live)] == ["apd", "APd"]
    assert [block.code for block in ask.portal.pages[live].blocks] == ["b"]
    assert ask.portal.pages[live].code.startswith("page1_")
    assert ask.code(PAGE + "copy", {"lid": 2, "toSiteId": 9}) == "SITE_NOT_FOUND"
    ask.portal.sites[1].denied = {"edit"}
    assert ask.code(PAGE + "copy", {"lid": 2}) == "ACCESS_DENIED"
    assert ask.code(PAGE + "add", {"fields": {"TITLE": "x", "SITE_ID": 1}}) == (
        "ACCESS_DENIED"
    )


def test_move() -> None:
    """A moved page is of the other site, whose index it may become."""
    ask = with_pages()
    ask.result("landing.site.add", {"fields": {"TITLE": "B", "CODE": "b"}})

    assert ask.result(PAGE + "move", {"lid": 2, "toSiteId": 2}) is True
    assert ask.portal.sites[2].index == 2
    assert ask.code(PAGE + "move", {"lid": 2, "toSiteId": 9}) == "ACCESS_DENIED"
    assert ask.code(PAGE + "move", {"lid": 2, "toFolderId": 9}) == "FOLDER_NOT_FOUND"


def test_by_template() -> None:
    """Blocks are prepared for `true` alone: text is not compared loosely."""
    ask = with_site()
    blocks: dict[str, Any] = {"PREPARE_BLOCKS_DATA": {"x": {}, "y": {}}}

    def made(prepare: Any) -> list[str]:
        fields = {"TITLE": "T", "PREPARE_BLOCKS": prepare, **blocks}
        lid = ask.result(
            PAGE + "addByTemplate", {"siteId": 1, "code": "tpl", "fields": fields}
        )
        return [block.code for block in ask.portal.pages[lid].blocks]

    assert made(prepare=True) == ["x", "y"]
    assert made("1") == made("Y") == made(1) == ["tpl"]


def test_template_errors_are_swapped() -> None:
    """The code stands where the text belongs."""
    ask = with_site()
    wrong = {"PREPARE_BLOCKS": True, "PREPARE_BLOCKS_DATA": "x"}
    body = ask.ask(PAGE + "addByTemplate", {"siteId": 9, "code": "tpl"})
    none = ask.ask(PAGE + "addByTemplate", {"siteId": 1, "code": ""})
    data = {"siteId": 1, "code": "tpl", "fields": wrong}

    assert body["error_description"] == "SITE_ERROR"
    assert body["error"] != "SITE_ERROR"
    assert none["error_description"] == "LANDING_ERROR"
    assert ask.code(PAGE + "addByTemplate", data) == "WRONG_DATA"


def test_addresses() -> None:
    """A page is found by the address that it has; the index has none of its own."""
    ask = with_pages()
    resolve = PAGE + "resolveIdByPublicUrl"

    assert ask.result(PAGE + "getpublicurl", {"lid": 1}).endswith("example/")
    assert ask.result(resolve, {"landingUrl": "/page1/", "siteId": 1}) == 2
    assert ask.result(resolve, {"landingUrl": "/", "siteId": 1}) == 1
    assert ask.result(resolve, {"landingUrl": "/none/", "siteId": 1}) is None
    assert ask.code(resolve, {"landingUrl": "/", "siteId": 9}) == "ACCESS_DENIED"


def test_additional_fields() -> None:
    """An object where there are some, else the empty array."""
    ask = with_site()
    add(ask, ADDITIONAL_FIELDS={"THEME_CODE": "wedding"})
    add(ask)
    get = PAGE + "getadditionalfields"

    assert ask.result(get, {"lid": 1}) == {"THEME_CODE": "wedding"}
    assert ask.result(get, {"lid": 2}) == []


def test_sites() -> None:
    """Sites answer their id where pages answer true, and only empty ones can go."""
    ask = with_pages()
    site = "landing.site."

    assert ask.result(site + "update", {"id": 1, "fields": {"TITLE": "New"}}) is True
    assert ask.result(site + "publication", {"id": 1}) == 1
    assert state(ask, 2) == "apd"
    assert ask.result(site + "unpublic", {"id": 1}) == 1
    assert ask.code(site + "delete", {"id": 1}) == "SITE_IS_NOT_EMPTY"
    assert ask.result(site + "markDelete", {"id": 1}) == 1
    assert ask.code(PAGE + "publication", {"lid": 1}) == "LANDING_NOT_EXIST"
    assert ask.result(site + "markUnDelete", {"id": 1}) == 1
    assert ask.code(site + "publication", {"id": 9}) == "ACCESS_DENIED"
    assert ask.code(site + "markDelete", {"id": 9}) == "ACCESS_DENIED"
    assert (
        ask.code(
            site + "addFolder",
            {
                "siteId": 1,
                "fields": {"TITLE": "f", "PARENT_ID": 9},
            },
        )
        == "FOLDER_NOT_FOUND"
    )
    assert ask.code(site + "add", {"fields": {"TITLE": ""}}) == "BX_EMPTY_REQUIRED"
    assert ask.code(site + "add", {"fields": {"TITLE": "x", "CODE": "a/b"}}) == (
        "SLASH_IS_NOT_ALLOWED"
    )
    empty = ask.result(site + "add", {"fields": {"TITLE": "E", "CODE": ""}})
    assert ask.result(site + "delete", {"id": empty}) is True
    assert ask.code(site + "add", {"fields": {"TITLE": "K", "TYPE": "GROUP"}}) == (
        "ACCESS_DENIED"
    )


def test_site_publication_renews_active_pages() -> None:
    """A site's publication publishes the changes of its active pages."""
    ask = with_pages()
    ask.result(PAGE + "publication", {"lid": 2})
    ask.result(PAGE + "addblock", {"lid": 2, "fields": {"CODE": "b"}})
    ask.result("landing.site.publication", {"id": 1})

    assert [state(ask, 1), state(ask, 2)] == ["apd", "APd"]
    assert len(ask.portal.pages[2].published) == 1

"""Sites, their folders, bindings and export (protocol.md 9.3)."""

from __future__ import annotations

from typing import Any

import pytest
from asking import Asker

SITE = "landing.site."
PAGE = "landing.landing."


def with_site(**fields: Any) -> Asker:
    """A portal with the site 1."""
    ask = Asker()
    given = {"TITLE": "Shop", "CODE": "shop", **fields}
    ask.result(SITE + "add", {"scope": fields.get("TYPE"), "fields": given})
    return ask


def folder(ask: Asker, title: str, **fields: Any) -> int:
    params = {"siteId": 1, "fields": {"TITLE": title, **fields}}
    number: int = ask.result(SITE + "addFolder", params)
    return number


def page(ask: Asker, title: str, **fields: Any) -> int:
    params = {"fields": {"TITLE": title, "SITE_ID": 1, **fields}}
    number: int = ask.result(PAGE + "add", params)
    return number


def with_folders() -> Asker:
    """Folder 1 with folder 2 in it, page 1 at the top, page 2 in folder 2."""
    ask = with_site()
    top = folder(ask, "Top", CODE="top")
    low = folder(ask, "Low", CODE="low", PARENT_ID=top)
    page(ask, "Home")
    page(ask, "Deep", FOLDER_ID=low)
    return ask


# Fields of a second site, and the code that it has, or the error.
CODES: list[tuple[dict[str, Any], str]] = [
    ({"CODE": "other"}, "other"),
    ({"CODE": ""}, "springsale"),
    ({}, "springsale"),
    ({"CODE": "", "TITLE": "!"}, "site"),
    ({"CODE": "2026"}, "site2026"),
    ({"CODE": "shop"}, "shop2"),
    ({"CODE": "/shop/"}, "shop2"),
    ({"CODE": "shop", "DOMAIN_ID": "shop.example"}, "shop"),
    ({"CODE": "a/b"}, "SLASH_IS_NOT_ALLOWED"),
    ({"TITLE": ""}, "BX_EMPTY_REQUIRED"),
    ({"TYPE": "GROUP"}, "ACCESS_DENIED"),
    ({"DOMAIN_ID": "no domain"}, "DOMAIN_IS_INCORRECT"),
    ({"DOMAIN_ID": "mybitrix24.example"}, "DOMAIN_DISABLE"),
    ({"DOMAIN_ID": "77"}, "DOMAIN_NOT_FOUND"),
    ({"DOMAIN_ID": 1, "CODE": "shop"}, "shop2"),
]


@pytest.mark.parametrize(("fields", "expected"), CODES)
def test_codes(fields: dict[str, Any], expected: str) -> None:
    """A code is made where there is none, and is the only one of its domain."""
    ask = with_site()
    body = ask.ask(SITE + "add", {"fields": {"TITLE": "Spring Sale", **fields}})
    found = body.get("error") or ask.portal.sites[body["result"]].code

    assert found == expected


def test_a_domain_has_one_site() -> None:
    """Another site is refused, and told where the first one is in the trash."""
    ask = with_site(DOMAIN_ID="shop.example")
    again = {"fields": {"TITLE": "B", "CODE": "b", "DOMAIN_ID": "shop.example"}}

    assert ask.result(SITE + "getPublicUrl", {"id": 1}) == "https://shop.example"
    assert ask.code(SITE + "add", again) == "DOMAIN_EXIST"
    own = {"id": 1, "fields": again["fields"]}
    assert ask.result(SITE + "update", own) is True
    ask.result(SITE + "markDelete", {"id": 1})
    assert ask.code(SITE + "add", again) == "DOMAIN_EXIST_TRASH"
    ask.portal.landing.domain_error = "CONTROLLER_ERROR_BADLICENSE"
    other = {"fields": {"TITLE": "B", "CODE": "b", "DOMAIN_ID": "b.example"}}
    assert ask.code(SITE + "add", other) == "CONTROLLER_ERROR_BADLICENSE"


def test_a_change_of_a_site() -> None:
    """What is given is changed; a code that is taken gets a number."""
    ask = with_site()
    ask.result(SITE + "add", {"fields": {"TITLE": "B", "CODE": "b"}})
    fields = {
        "CODE": "shop",
        "LANDING_ID_404": 7,
        "ADDITIONAL_FIELDS": {"THEME_USE": "Y"},
    }

    assert ask.result(SITE + "update", {"id": 2, "fields": fields}) is True
    site = ask.portal.sites[2]
    assert (site.title, site.code, site.page_404) == ("B", "shop2", 7)
    assert ask.result(SITE + "getadditionalfields", {"id": 2}) == {"THEME_USE": "Y"}
    assert ask.result(SITE + "getadditionalfields", {"id": 1}) == []
    assert ask.result(SITE + "getadditionalfields", {"id": 9}) is None


# What is arranged on site 1, the call, and what comes of it.
REFUSALS: list[tuple[dict[str, Any], str, Any]] = [
    ({"denied": {"sett"}}, "update", "ACCESS_DENIED"),
    ({"denied": {"public"}}, "publication", "ACCESS_DENIED"),
    ({"denied": {"public"}}, "unpublic", "ACCESS_DENIED"),
    ({"denied": {"delete"}}, "markDelete", "ACCESS_DENIED"),
    ({"denied": {"delete"}}, "markUnDelete", "ACCESS_DENIED"),
    ({"denied": {"delete"}}, "delete", "ACCESS_DENIED"),
    ({"denied": {"read"}}, "update", "ACCESS_DENIED"),
    ({"bought": True}, "markDelete", "ACCESS_DENIED_DELETED"),
    ({"bought": True}, "delete", "ACCESS_DENIED_DELETED"),
    ({"locked": True}, "delete", "SITE_IS_LOCK"),
    ({"by_ai": True}, "fullExport", "AI_SITE_EXPORT_NOT_ALLOWED"),
    ({"deleted": True}, "delete", "ACCESS_DENIED"),
    ({"deleted": True}, "publication", "ACCESS_DENIED"),
    ({"deleted": True}, "fullExport", None),
    ({"deleted": True}, "getPublicUrl", None),
]


@pytest.mark.parametrize(("arranged", "name", "code"), REFUSALS)
def test_refusals(arranged: dict[str, Any], name: str, code: str | None) -> None:
    """Rights, locks and domains refuse with their documented codes."""
    ask = with_site()
    for key, value in arranged.items():
        setattr(ask.portal.sites[1], key, value)

    assert ask.code(SITE + name, {"id": 1, "fields": {"TITLE": "x"}}) == code


@pytest.mark.parametrize(
    "name",
    [
        "delete",
        "fullExport",
        "getPreview",
        "getPublicUrl",
        "getRights",
        "getadditionalfields",
        "markDelete",
        "markFolderDelete",
        "markFolderUnDelete",
        "markUnDelete",
        "publication",
        "publicationFolder",
        "setRights",
        "unPublicFolder",
        "unpublic",
        "update",
        "addFolder",
        "updateFolder",
        "getFolders",
        "bindingToGroup",
        "bindingToMenu",
        "unbindingFromGroup",
        "unbindingFromMenu",
        "add",
    ],
)
def test_required_parameters(name: str) -> None:
    """What is required and not there is named by the gateway."""
    assert with_site().code(SITE + name) == "MISSING_PARAMS"


@pytest.mark.parametrize(
    ("name", "params", "code"),
    [
        ("publication", {"id": "one"}, "TYPE_ERROR"),
        ("getFolders", {"siteId": [1]}, "ERROR_ARGUMENT"),
        ("addFolder", {"siteId": 1, "fields": "x"}, "ERROR_ARGUMENT"),
        ("bindingToGroup", {"id": 1, "groupId": "x"}, "TYPE_ERROR"),
        ("getGroupBindings", {"groupId": "x"}, "TYPE_ERROR"),
        ("getPublicUrl", {"id": ["x"]}, "TYPE_ERROR"),
        ("publicationFolder", {"folderId": 9}, "ACCESS_DENIED"),
        ("updateFolder", {"siteId": 1, "folderId": 9, "fields": {}}, "ACCESS_DENIED"),
        ("addFolder", {"siteId": 9, "fields": {"TITLE": "a"}}, "ACCESS_DENIED"),
        ("setRights", {"id": 1, "rights": "AU"}, "ERROR_ARGUMENT"),
        ("fullExport", {"id": 1, "params": {"code": "a-b"}}, "SYSTEM_ERROR"),
    ],
)
def test_wrong_parameters(name: str, params: dict[str, Any], code: str) -> None:
    """Wrong types and wrong ids have codes of their own."""
    assert with_site().code(SITE + name, params) == code


def test_the_plan_counts_all_sites() -> None:
    """Those in the trash do not count, so that they may not come back."""
    ask = with_site()
    ask.portal.landing.total_limit = 1
    more = {"fields": {"TITLE": "B", "CODE": "b"}}

    assert ask.code(SITE + "add", more) == "SITE_LIMIT_REACHED"
    ask.result(SITE + "markDelete", {"id": 1})
    ask.result(SITE + "add", more)
    assert ask.code(SITE + "markUnDelete", {"id": 1}) == "TOTAL_SITE_REACHED"


def test_a_site_comes_back_unpublished() -> None:
    """And one with pages, even in the trash, is not deleted."""
    ask = with_folders()
    ask.result(SITE + "publication", {"id": 1})
    site = {"params": {"select": ["ACTIVE"]}}
    assert ask.result(SITE + "getList", site)[0]["ACTIVE"] == "Y"

    assert ask.result(SITE + "markDelete", {"id": 1}) == 1
    assert ask.result(SITE + "markDelete", {"id": 1, "mark": False}) == 1
    assert ask.result(SITE + "getList", site)[0]["ACTIVE"] == "N"
    ask.result(PAGE + "markDelete", {"lid": 2})
    ask.result(PAGE + "delete", {"lid": 1})
    assert ask.code(SITE + "delete", {"id": 1}) == "SITE_IS_NOT_EMPTY"


def test_addresses() -> None:
    """One of one site, a map of several, and nothing where there is nothing."""
    ask = with_site()
    get = SITE + "getPublicUrl"

    assert ask.result(get, {"id": "1"}) == "https://site1.portal.example"
    assert ask.result(get, {"id": [1, 9]}) == {"1": "https://site1.portal.example"}
    assert ask.result(get, {"id": 9}) == ""
    assert ask.result(get, {"id": [9]}) == []
    assert ask.result(SITE + "getPreview", {"id": 1}).endswith("nopreview.jpg")
    page(ask, "Home")
    assert ask.result(SITE + "getPreview", {"id": 1}).endswith("/1.jpg")


# What the list of sites is asked, and the ids of what it answers.
LISTS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["1", "2", "3"]),
    ({"filter": {"TYPE": "PAGE"}}, ["1"]),
    ({"filter": {"=TYPE": "STORE"}}, ["2", "3"]),
    ({"filter": {"TYPE": "GROUP"}}, ["1", "2", "3"]),
    ({"filter": {"TYPE": ["PAGE", "SMN"]}}, ["1", "2", "3"]),
    ({"filter": {"!TYPE": "SMN"}}, ["1", "2"]),
    ({"filter": {"=DELETED": "Y"}}, ["4"]),
    ({"filter": {">ID": 1}, "order": {"ID": "DESC"}, "limit": 1}, ["3"]),
]


@pytest.mark.parametrize(("params", "expected"), LISTS)
def test_the_list_of_sites(params: dict[str, Any], expected: list[str]) -> None:
    """One type of the scope is a filter, shops are of both kinds, others are not."""
    ask = with_site()
    for kind in ("STORE", "SMN", "PAGE"):
        fields = {"TITLE": kind, "CODE": "", "TYPE": kind}
        ask.result(SITE + "add", {"fields": fields})
    ask.result(SITE + "markDelete", {"id": 4})
    rows = ask.result(SITE + "getList", {"params": {"select": ["TITLE"], **params}})

    assert [row["ID"] for row in rows] == expected
    assert all(row.keys() == {"ID", "TITLE", "TYPE"} for row in rows)


def test_the_picture_of_a_site_comes_with_its_index() -> None:
    """The field it is made from is there without being asked for."""
    ask = with_site()
    (row,) = ask.result(
        SITE + "getList", {"params": {"select": ["PREVIEW_PICTURE", "PUBLIC_URL"]}}
    )

    assert row.keys() == {
        "ID",
        "TYPE",
        "LANDING_ID_INDEX",
        "PREVIEW_PICTURE",
        "PUBLIC_URL",
    }


# Fields of a folder beside folder 1 "top", and what comes of it.
FOLDERS: list[tuple[dict[str, Any], str]] = [
    ({"TITLE": "New Folder"}, "newfolder"),
    ({"TITLE": "a", "CODE": "b"}, "b"),
    ({"TITLE": "Top"}, "FOLDER_IS_NOT_UNIQUE"),
    ({"TITLE": "Top", "PARENT_ID": 1}, "top"),
    ({"TITLE": "a", "PARENT_ID": None}, "a"),
    ({"TITLE": "a", "PARENT_ID": ""}, "a"),
    ({"TITLE": "a", "CODE": "b/c"}, "SLASH_IS_NOT_ALLOWED"),
    ({"TITLE": ""}, "BX_EMPTY_REQUIRED"),
    ({"TITLE": "a", "PARENT_ID": 9}, "FOLDER_NOT_FOUND"),
]


@pytest.mark.parametrize(("fields", "expected"), FOLDERS)
def test_new_folders(fields: dict[str, Any], expected: str) -> None:
    """A code is made of the title, and is the only one in its place."""
    ask = with_site()
    folder(ask, "Top")
    body = ask.ask(SITE + "addFolder", {"siteId": 1, "fields": fields})
    found = body.get("error") or ask.portal.sites[1].folders[body.get("result", 0)].code

    assert found == expected


def test_a_changed_folder_moves_to_the_root_unless_told() -> None:
    """The rest of it stays; it does not go into itself or a folder of its own."""
    ask = with_folders()
    update = SITE + "updateFolder"

    def change(number: int, **fields: Any) -> Any:
        params = {"siteId": 1, "folderId": number, "fields": fields}
        body = ask.ask(update, params)
        return body.get("error", body.get("result"))

    assert change(2, PARENT_ID=1, INDEX_ID=2, ACTIVE="Y") is True
    low = ask.portal.sites[1].folders[2]
    assert (low.parent, low.index, low.active, low.code) == (1, 2, True, "low")
    assert change(1, PARENT_ID=2) == "FOLDER_NOT_FOUND"
    assert change(1, PARENT_ID=1) == "FOLDER_NOT_FOUND"
    assert change(2, CODE="top") == "FOLDER_IS_NOT_UNIQUE"
    assert change(2, TITLE="New") is True
    assert (low.parent, low.title, low.active) == (0, "New", True)
    assert change(2, CODE="a/b") == "SLASH_IS_NOT_ALLOWED"


# Filters of the list of folders, and the ids that it has.
FOLDER_LISTS: list[tuple[Any, list[str]]] = [
    (None, ["1", "2"]),
    ({"PARENT_ID": 0}, ["1"]),
    ({"PARENT_ID": "0"}, ["1"]),
    ({"PARENT_ID": None}, ["1"]),
    ({"PARENT_ID": ""}, ["1"]),
    ({"PARENT_ID": False}, ["1"]),
    ({"PARENT_ID": 1}, ["2"]),
    ({"ACTIVE": "Y"}, []),
    ({"=DELETED": "Y"}, ["3"]),
    ({"DELETED": ["Y", "N"]}, ["1", "2", "3"]),
    ({"TITLE": "Low", "CODE": "low"}, ["2"]),
]


@pytest.mark.parametrize(("wanted", "expected"), FOLDER_LISTS)
def test_the_list_of_folders(wanted: Any, expected: list[str]) -> None:
    """What is empty to PHP is the top, and the trash is listed where asked for."""
    ask = with_folders()
    ask.result(SITE + "markFolderDelete", {"id": folder(ask, "Gone")})
    rows = ask.result(SITE + "getFolders", {"siteId": 1, "filter": wanted})

    assert [row["ID"] for row in rows] == expected
    assert ask.result(SITE + "getFolders", {"siteId": 9}) == []


def test_folders_are_published_with_those_they_stand_in() -> None:
    """Both ways; one in the trash cannot be."""
    ask = with_folders()
    folders = ask.portal.sites[1].folders

    def active() -> list[bool]:
        return [each.active for each in folders.values()]

    assert ask.result(SITE + "publicationFolder", {"folderId": 2}) is True
    assert active() == [True, True]
    assert ask.result(SITE + "unPublicFolder", {"folderId": 1}) is True
    assert active() == [False, True]
    ask.result(SITE + "publicationFolder", {"folderId": 2, "mark": "0"})
    assert active() == [False, False]
    ask.result(SITE + "markFolderDelete", {"id": 2})
    assert ask.code(SITE + "publicationFolder", {"folderId": 2}) == "ACCESS_DENIED"
    ask.result(SITE + "publication", {"id": 1})
    assert active() == [True, False]
    ask.result(SITE + "unpublic", {"id": 1})
    assert active() == [False, False]


def test_a_folder_takes_its_pages_into_the_trash_and_out() -> None:
    """Those below as well, unpublished; an area among them forbids it."""
    ask = with_folders()
    deep = ask.portal.pages[2]
    ask.result(PAGE + "publication", {"lid": 2})
    deep.area = True
    mark = SITE + "markFolderDelete"

    assert ask.code(mark, {"id": 1}) == "FOLDER_CONTAINS_AREAS"
    deep.area = False
    assert ask.result(mark, {"id": 1}) is True
    assert (deep.deleted, deep.active) == (True, False)
    assert not ask.portal.pages[1].deleted
    new = {"fields": {"TITLE": "x", "SITE_ID": 1, "FOLDER_ID": 1}}
    assert ask.code(PAGE + "add", new) == "FOLDER_NOT_FOUND"
    assert ask.result(SITE + "markFolderUnDelete", {"id": 1}) is True
    assert (deep.deleted, deep.active) == (False, False)
    ask.portal.sites[1].denied = {"delete"}
    assert ask.code(mark, {"id": 1}) == "ACCESS_DENIED"


def test_bindings_of_knowledge_bases() -> None:
    """A group has one base, a menu may have several; what cannot be is false."""
    ask = with_site(TYPE="KNOWLEDGE")
    ask.result(SITE + "add", {"fields": {"TITLE": "S", "CODE": ""}})

    def call(name: str, **params: Any) -> Any:
        return ask.result(SITE + name, {"id": 1, **params})

    assert call("bindingToGroup", groupId=5) is True
    assert call("bindingToGroup", groupId=5) is False
    assert ask.result(SITE + "bindingToGroup", {"id": 2, "groupId": 6}) is False
    assert call("bindingToMenu", menuCode="crm:deal") is True
    assert call("bindingToMenu", menuCode="crm:deal") is False
    assert ask.result(SITE + "getGroupBindings") == [
        {
            "ENTITY_ID": "1",
            "ENTITY_TYPE": "S",
            "BINDING_ID": "5",
            "TITLE": "Shop",
            "PUBLIC_URL": "https://site1.portal.example/shop/",
        }
    ]
    assert ask.result(SITE + "getGroupBindings", {"groupId": 6}) == []
    (menu,) = ask.result(SITE + "getMenuBindings", {"menuCode": "crm:deal"})
    assert menu["BINDING_ID"] == "crm:deal"
    assert call("unbindingFromGroup", groupId=5) is True
    assert call("unbindingFromGroup", groupId=5) is False
    ask.portal.sites[1].denied = {"edit"}
    assert call("unbindingFromMenu", menuCode="crm:deal") is False
    assert call("bindingToGroup", groupId=7) is False
    ask.portal.sites[1].denied = set()
    assert call("unbindingFromMenu", menuCode="crm:deal") is True


def test_an_export_of_a_site_of_one_page() -> None:
    """What is given of the site is so of its page; some fields are never there."""
    ask = with_site(ADDITIONAL_FIELDS={"B24BUTTON_CODE": "x", "A": "Y", "B": "Y"})
    page(ask, "Home", ADDITIONAL_FIELDS={"A": "N"})
    ask.result(PAGE + "addblock", {"lid": 1, "fields": {"CODE": "0.menu"}})
    params = {"code": "mine", "name": "Mine", "hooks_disable": ["B"]}
    whole = ask.result(SITE + "fullExport", {"id": 1, "params": params})
    home = whole["items"]["mine"]

    assert (whole["code"], whole["site_code"], whole["type"]) == (
        "mine",
        "/shop/",
        "page",
    )
    assert whole["fields"]["LANDING_ID_INDEX"] == "mine"
    assert whole["fields"]["ADDITIONAL_FIELDS"] == {"A": "Y"}
    assert (home["name"], home["old_id"]) == ("Mine", "1")
    assert home["fields"]["ADDITIONAL_FIELDS"] == {"A": "N"}
    assert home["items"]["#block1"]["code"] == "0.menu"
    assert (whole["folders"], whole["layout"]) == ([], [])


def test_an_export_of_several_pages() -> None:
    """Each has its own name; folders are under the page that they show."""
    ask = with_folders()
    fields = {"PARENT_ID": 1, "INDEX_ID": page(ask, "Index", FOLDER_ID=2)}
    ask.result(SITE + "updateFolder", {"siteId": 1, "folderId": 2, "fields": fields})
    whole = ask.result(SITE + "fullExport", {"id": 1, "params": {"name": "Mine"}})

    assert [each["name"] for each in whole["items"].values()] == [
        "Home",
        "Deep",
        "Index",
    ]
    assert whole["folders"] == {"index": ["deep"]}
    assert whole["fields"]["LANDING_ID_404"] == "0"


def test_an_export_has_what_is_in_blocks() -> None:
    """Nodes, classes and attributes by selector, a registered block by its code."""
    ask = with_site()
    page(ask, "Home")
    for code in ("01.big_with_text", "02.three_cols_big_1", "03.other"):
        ask.result(PAGE + "addblock", {"lid": 1, "fields": {"CODE": code}})
    fields = {"NAME": "Own", "CONTENT": "<p>x</p>", "SECTIONS": "text", "PREVIEW": ""}
    number = ask.result("landing.repo.register", {"code": "mine", "fields": fields})
    own = ask.result(
        PAGE + "addblock", {"lid": 1, "fields": {"CODE": f"repo_{number}"}}
    )
    (home,) = ask.result(SITE + "fullExport", {"id": 1})["items"].values()
    cover, cards, plain = (home["items"][f"#block{block}"] for block in (1, 2, 3))

    assert cover["nodes"][".landing-block-node-img"] == [
        {"src": "https://cdn.example/cover.jpg"}
    ]
    assert cover["nodes"][".landing-block-node-link"] == [
        {"href": "#", "target": "_self", "text": "More"}
    ]
    assert cards["nodes"][".landing-block-node-icon"][0][-2:] == ["fa", "fa-check"]
    assert cards["style"] == {".landing-block-card": ["landing-block-card"] * 3}
    assert cards["attrs"][".landing-block-card"][2] == {"data-number": "2"}
    assert plain["nodes"][".landing-block-node-text"] == ["Text"]
    assert home["items"][f"#block{own}"]["repo_block"] == {
        "app_code": "",
        "xml_id": "mine",
    }
    assert "nodes" not in home["items"][f"#block{own}"]


def test_an_export_has_templates_and_special_pages() -> None:
    """Pages by their codes, in areas by their numbers; by its id what is none of it."""
    ask = with_site()
    page(ask, "Home", TPL_ID=2)
    page(ask, "Head")
    areas = {"1": 2, "2": 9}
    ask.result("landing.template.setLandingRef", {"id": 1, "data": areas})
    ask.result("landing.syspage.set", {"id": 1, "type": "cart", "lid": 2})
    whole = ask.result(SITE + "fullExport", {"id": 1})

    assert whole["items"]["home"]["layout"] == {
        "code": "header_footer",
        "ref": {"1": "head", "2": "9"},
    }
    assert whole["items"]["head"]["layout"] == []
    assert whole["syspages"] == {"cart": "head"}


def test_there_is_nothing_to_export() -> None:
    """An empty array for no site, for none in scope, and for no pages."""
    ask = with_site()
    export = SITE + "fullExport"

    assert ask.result(export, {"id": 1}) == []
    assert ask.result(export, {"id": 9}) == []
    page(ask, "Home")
    assert ask.result(export, {"id": 1, "params": {"scope": "GROUP"}}) == []
    assert ask.result(export, {"id": 1}) != []

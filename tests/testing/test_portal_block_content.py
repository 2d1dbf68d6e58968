"""What is in blocks: content, nodes, attributes, styles, files and manifests."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from asking import Asker

BLOCK = "landing.block."
PAGE = "landing.landing."

COVER = "01.big_with_text"
CARDS = "02.three_cols_big_1"
PLAIN = "04.1.one_col_fix_with_title"
FORM = "33.13.form_2_light_no_text"
MEDIA = "49.1.video_and_map"
MENU = "0.menu_02"

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n rest").decode()


def with_block(code: str = PLAIN) -> Asker:
    """A portal with pages 1 and 2, and the block 1 on the page 1."""
    ask = Asker()
    ask.portal.seed_pages(2)
    ask.result(PAGE + "addblock", {"lid": 1, "fields": {"CODE": code}})
    return ask


def change(ask: Asker, name: str, **params: Any) -> Any:
    """What a method answers for the block 1, or its error."""
    body = ask.ask(BLOCK + name, {"lid": 1, "block": 1, **params})
    return body.get("error", body.get("result"))


def content(ask: Asker) -> str:
    return ask.portal.pages[1].blocks[0].content


TITLE = ".landing-block-node-title"
TEXT = ".landing-block-node-text"
IMAGE = ".landing-block-node-img"
LINK = ".landing-block-node-link"
ICON = ".landing-block-node-icon"
VIDEO = ".landing-block-node-embed"
MAP = ".landing-block-node-map"

# A block, new values of its nodes, and what is in its HTML then.
NODES: list[tuple[str, dict[str, Any], str]] = [
    (PLAIN, {TITLE: "New"}, '<h2 class="landing-block-node-title">New</h2>'),
    (PLAIN, {TEXT: {"text": "<b>B</b>"}}, 'node-text"><b>B</b></div>'),
    (CARDS, {TITLE: "First"}, "First</h3>"),
    (CARDS, {TITLE + "@2": "Third"}, "Third</h3>"),
    (
        CARDS,
        {IMAGE: {"src": "http://a.example/b.png", "alt": 'A "B"', "id": 7}},
        'src="https://a.example/b.png" alt="A &quot;B&quot;" data-fileid="7"',
    ),
    (CARDS, {IMAGE: {"src": "/a.png", "src2x": "/b.png"}}, 'srcset="/b.png 2x"'),
    (
        CARDS,
        {IMAGE: {"src": "/a.png", "isLazy": "Y", "lazyOrigSrc": "/o.png"}},
        'data-lazy-img="Y" data-src="/o.png"',
    ),
    (COVER, {IMAGE: {"src": "/a.png"}}, 'style="background-image: url(/a.png)"'),
    (
        COVER,
        {LINK: {"text": "Go", "href": "/?a=1", "query": "utm=b", "target": "_blank"}},
        'btn" href="/?a=1&amp;utm=b" target="_blank">Go</a>',
    ),
    (COVER, {LINK: {"href": "/", "query": "a=b"}}, 'btn" href="/?a=b">More</a>'),
    (COVER, {LINK: {"text": "Go", "skipContent": True}}, ">More</a>"),
    (COVER, {LINK: {"attrs": {"data-url": "/u"}, "text": "Go"}}, 'data-url="/u">Go'),
    (CARDS, {ICON: ["fa", "fa-telegram"]}, 'class="landing-block-node-icon fa fa-tele'),
    (
        MEDIA,
        {VIDEO: {"src": "//v.example/2", "ratio": "embed-responsive-4by3"}},
        (
            '<div class="embed-responsive embed-responsive-4by3">'
            '<iframe class="landing-block-node-embed" src="//v.example/2"></iframe>'
        ),
    ),
    (MEDIA, {MAP: {"zoom": 12}}, 'data-map="{&quot;zoom&quot;:12}"'),
    (CARDS, {TITLE: {"attrs": {"title": "T"}}}, '"landing-block-node-title" title="T"'),
    (MENU, {".landing-block-node-menu": [{"text": "A", "href": "/a"}]}, 'menu"><li><a'),
]


@pytest.mark.parametrize(("code", "data", "expected"), NODES)
def test_nodes_are_written_by_their_types(
    code: str, data: dict[str, Any], expected: str
) -> None:
    """The manifest says what a selector is, and that says how it is written."""
    ask = with_block(code)

    assert change(ask, "updatenodes", data=data) is True
    assert expected in content(ask)


def test_only_the_node_that_is_meant_changes() -> None:
    """The first one without a place; all of them for attributes."""
    ask = with_block(CARDS)
    change(ask, "updatenodes", data={TITLE + "@1": "X"})
    assert [f"Card {n}<" in content(ask) for n in range(3)] == [True, False, True]

    change(ask, "updatenodes", data={TITLE: {"attrs": {"title": "T"}}})
    assert content(ask).count('title="T"') == 3


@pytest.mark.parametrize(
    "data", [{".unknown": "X"}, {TITLE + "@9": "X"}, {TITLE + "@-1": "X"}]
)
def test_what_the_manifest_does_not_have_is_passed_over(data: dict[str, Any]) -> None:
    """Without an error, and without a change."""
    ask = with_block()
    before = content(ask)

    assert change(ask, "updatenodes", data=data) is True
    assert content(ask) == before


def test_a_menu_is_replaced_or_added_to() -> None:
    """`appendMenu` keeps what is there."""
    ask = with_block(MENU)
    data = {".landing-block-node-menu": [{"text": "A", "href": "/a"}]}
    change(ask, "updatenodes", data=data, additional={"appendMenu": True})
    assert "Home" in content(ask)
    assert '<a href="/a">A</a>' in content(ask)

    change(ask, "updatenodes", data=data)
    assert "Home" not in content(ask)


def test_parameters_of_components_are_kept_as_far_as_they_are_editable() -> None:
    """They are no part of the HTML."""
    ask = with_block(MEDIA)
    data = {"bitrix:catalog.section": {"attrs": {"SECTION_ID": 8, "OTHER": 1}}}
    change(ask, "updatenodes", data=data)

    block = ask.portal.pages[1].blocks[0]
    assert block.components == {"bitrix:catalog.section": {"SECTION_ID": 8}}


# Attributes for elements of a block, and what is in its HTML then, or is not.
FORMS = ".bitrix24forms"
ATTRIBUTES: list[tuple[str, dict[str, Any], str, bool]] = [
    (FORM, {FORMS: {"data-b24form": "#crmFormInline45"}}, '="#crmFormInline45"', True),
    (FORM, {FORMS: {"data-other": "x"}}, "data-other", False),
    (FORM, {".other": {"data-b24form": "x"}}, '"x"', False),
    (FORM, {FORMS: {"data-b24form": [1, 2]}}, 'data-b24form="[1,2]"', True),
    (FORM, {FORMS: {"data-b24form": ["1"]}}, 'form="[&quot;1&quot;]"', True),
    (FORM, {FORMS: {"data-b24form": True}}, 'data-b24form="1"', True),
    (CARDS, {".landing-block-card@1": {"data-number": "x"}}, 'data-number="x"', True),
    (CARDS, {".landing-block-card@1": {"data-number": "x"}}, 'data-number="1"', False),
]


@pytest.mark.parametrize(("code", "data", "expected", "there"), ATTRIBUTES)
def test_attributes(
    code: str, data: dict[str, Any], expected: str, *, there: bool
) -> None:
    """Those that the manifest describes; arrays are kept as JSON, with its types."""
    ask = with_block(code)

    assert change(ask, "updateattrs", data=data) is True
    assert (expected in content(ask)) is there


def test_a_batch_makes_text_of_numbers() -> None:
    """Which is why such a call is to travel alone."""
    ask = with_block(FORM)
    ask.batch(
        {"c0": f"{BLOCK}updateattrs?lid=1&block=1&data[{FORMS}][data-b24form][]=1"}
    )

    assert "[&quot;1&quot;]" in content(ask)


# Styles, and what is in the HTML then.
STYLES: list[tuple[dict[str, Any], str]] = [
    ({TITLE: "one"}, '<h2 class="one">'),
    ({TITLE: ["one", "two"]}, '<h2 class="one two">'),
    ({TITLE: {"classList": ["one"], "style": {"color": "red"}}}, 'style="color: red"'),
    ({TITLE: {"style": {"top": "0"}}}, 'node-title" style="top: 0">'),
    ({".unknown": "one"}, '<h2 class="landing-block-node-title">'),
]


@pytest.mark.parametrize(("data", "expected"), STYLES)
def test_styles(data: dict[str, Any], expected: str) -> None:
    """Classes are replaced, styles merged, unknown selectors passed over."""
    ask = with_block()

    assert change(ask, "updateStyles", data=data) is True
    assert expected in content(ask)


def test_styles_inside_are_taken_off() -> None:
    """`affect` works on what is in the element, not on itself."""
    ask = with_block()
    html = (
        '<div class="landing-block-node-text" style="color: red">'
        '<b style="color: red; top: 0">x</b></div>'
    )
    change(ask, "updatecontent", content=html)
    data = {TEXT: {"affect": ["color"], "style": {"left": "0"}}}
    change(ask, "updateStyles", data=data)

    assert 'style="color: red; left: 0"' in content(ask)
    assert '<b style="top: 0">' in content(ask)


def test_a_background_image_outlives_a_style_that_is_not_given() -> None:
    """And other styles beside it do not."""
    ask = with_block()
    image = "background-image: url(/a.png)"
    html = f'<h2 class="landing-block-node-title" style="top: 0; {image}">x</h2>'
    change(ask, "updatecontent", content=html)
    change(ask, "updateStyles", data={TITLE: "one"})

    assert content(ask) == f'<h2 class="one" style="{image}">x</h2>'


def test_the_wrapper_has_styles_of_its_own() -> None:
    """`#wrapper` is around the content and not in it."""
    ask = with_block()
    before = content(ask)
    change(ask, "updateStyles", data={"#wrapper": {"style": {"top": "0"}}})
    html = change(ask, "getcontent", editMode=True)["content"]

    assert content(ask) == before
    assert 'style="top: 0"' in html


# A method of the block 1, and what it answers.
ANSWERS: list[tuple[str, dict[str, Any], Any]] = [
    ("changeAnchor", {"data": "about-us"}, True),
    ("changeAnchor", {"data": ""}, True),
    ("changeAnchor", {"data": "a"}, "BAD_ANCHOR"),
    ("changeAnchor", {"data": "1a"}, "BAD_ANCHOR"),
    ("changeAnchor", {"data": "a b"}, "BAD_ANCHOR"),
    ("changeAnchor", {"data": "a\n"}, "BAD_ANCHOR"),
    ("changeAnchor", {}, "MISSING_PARAMS"),
    ("changeAnchor", {"data": ["a"]}, "ERROR_ARGUMENT"),
    ("changeNodeName", {"data": {}}, "NODES_NOT_FOUND"),
    ("changeNodeName", {"data": "h1"}, "ERROR_ARGUMENT"),
    ("updatenodes", {"data": {}}, "NODES_NOT_FOUND"),
    ("updatenodes", {}, "MISSING_PARAMS"),
    ("updatenodes", {"block": 9, "data": {TITLE: "x"}}, "BLOCK_NOT_FOUND"),
    ("updatenodes", {"lid": 9, "data": {TITLE: "x"}}, "LANDING_NOT_EXIST"),
    ("updatenodes", {"lid": 2, "data": {TITLE: "x"}}, "BLOCK_NOT_FOUND"),
    ("updatenodes", {"block": "x", "data": {TITLE: "x"}}, "TYPE_ERROR"),
    ("updateattrs", {"data": {}}, True),
    ("updateStyles", {"data": "x"}, "ERROR_ARGUMENT"),
    ("updatecontent", {"content": ""}, True),
    ("updatecontent", {}, "MISSING_PARAMS"),
    ("getcontent", {}, "BLOCK_NOT_FOUND"),
    ("getcontent", {"lid": 9}, "LANDING_NOT_EXIST"),
    ("getmanifest", {}, "BLOCK_NOT_FOUND"),
    ("getmanifest", {"lid": None}, "MISSING_PARAMS"),
    ("getbyid", {"block": 9}, "BLOCK_NOT_FOUND"),
    ("getbyid", {"params": {"edit_mode": 1, "deleted": 1}}, "BLOCK_NOT_FOUND"),
    ("getbyid", {"block": None}, "MISSING_PARAMS"),
    ("getContentFromRepository", {}, "MISSING_PARAMS"),
    ("getmanifestfile", {"code": "repo_1"}, []),
    ("getmanifestfile", {"code": "unknown"}, []),
    ("getmanifestfile", {"code": "a b"}, []),
    ("getmanifestfile", {}, "MISSING_PARAMS"),
    ("getContentFromRepository", {"code": "unknown"}, None),
    ("getContentFromRepository", {"code": f"bitrix:{PLAIN}"}, None),
    ("getContentFromRepository", {"code": f"{PLAIN}@9"}, None),
    ("getrepository", {"section": "unknown"}, False),
    ("getrepository", {"section": ""}, False),
]


@pytest.mark.parametrize(("name", "params", "expected"), ANSWERS)
def test_answers(name: str, params: dict[str, Any], expected: Any) -> None:
    """What is wrong is said as documented, and what is not there as well."""
    assert change(with_block(), name, **params) == expected


def test_names_of_nodes() -> None:
    """Capitals and spaces do not matter, and any other tag is a div."""
    ask = with_block()
    change(ask, "changeNodeName", data={TITLE: " H1 ", TEXT + "@0": "b", ".a": "p"})

    assert '<h1 class="landing-block-node-title">Title</h1>' in content(ask)
    assert '<div class="landing-block-node-text">' in content(ask)


@pytest.mark.parametrize(
    ("designed", "marked"),
    [(True, True), ("true", True), (1, True), ("1", False), (False, False)],
)
def test_what_marks_a_block_as_designed(designed: Any, *, marked: bool) -> None:
    """True, "true" and 1; a batch's "1" is another value."""
    ask = with_block()

    assert change(ask, "updatecontent", content="x", designed=designed) is True
    assert change(ask, "getcontent", editMode=True)["designed"] is marked


def test_a_block_that_cannot_be_designed_is_left_alone() -> None:
    """The answer is null and no error."""
    ask = with_block(FORM)
    before = content(ask)

    assert change(ask, "updatecontent", content="x", designed=True) is None
    assert content(ask) == before


def test_rights_and_refusals() -> None:
    """Who may not edit is told so, and a test may hold an error against a block."""
    ask = with_block()
    ask.portal.pages[1].blocks[0].refuse = "INCORRECT_AFFECTED"
    assert change(ask, "updatenodes", data={TITLE: "x"}) == "INCORRECT_AFFECTED"

    ask.portal.pages[1].denied = {"edit"}
    assert change(ask, "updatenodes", data={TITLE: "x"}) == "ACCESS_DENIED"
    assert change(ask, "getcontent", editMode=True)["access"] == "D"


def test_visitors_see_a_change_after_publication() -> None:
    """Draft and published copy have ids and contents of their own."""
    ask = with_block()
    ask.result(PAGE + "publication", {"lid": 1})
    copy = ask.portal.pages[1].published[0].id
    change(ask, "updatenodes", data={TITLE: "New"})

    def shown() -> str:
        return str(change(ask, "getcontent", block=copy)["content"])

    assert "New" not in shown()
    assert change(ask, "updatenodes", block=copy, data={}) == "NODES_NOT_FOUND"
    assert change(ask, "updatenodes", block=copy, data={"a": 1}) == "BLOCK_NOT_FOUND"
    ask.result(PAGE + "publication", {"lid": 1})
    assert "New" in shown()
    assert f'id="b{copy}"' in shown()


def test_the_content_of_a_block() -> None:
    """With its wrapper or without; a hidden block has none for visitors."""
    ask = with_block()
    ask.result(PAGE + "hideblock", {"lid": 1, "block": 1})
    ask.result(PAGE + "publication", {"lid": 1})
    copy = ask.portal.pages[1].published[0].id
    change(ask, "changeAnchor", data="about-us")

    def read(**params: Any) -> Any:
        return change(ask, "getcontent", **params)

    draft = read(editMode=True)
    assert (draft["anchor"], draft["active"], draft["repoId"]) == (
        "about-us",
        False,
        None,
    )
    assert 'id="block1" data-id="1"' in draft["content"]
    assert read(editMode="1", params={"wrapper_show": "0"})["content"] == content(ask)
    assert read(block=copy)["content"] == ""
    assert read(block=copy, params={"force_unactive": 1})["content"] != ""


def test_one_block_by_its_id() -> None:
    """Of the draft or of what is published, and not of a page that is gone."""
    ask = with_block()
    ask.result(PAGE + "publication", {"lid": 1})
    copy = ask.portal.pages[1].published[0].id
    row = ask.result(BLOCK + "getbyid", {"block": copy, "params": {"get_content": 1}})

    assert (row["id"], row["lid"], row["name"]) == (copy, 1, "Title and text")
    assert "<h2" in row["content"]
    assert change(ask, "getbyid") == "BLOCK_NOT_FOUND"
    assert change(ask, "getbyid", params={"edit_mode": True})["id"] == 1
    ask.result(PAGE + "delete", {"lid": 1})
    assert change(ask, "getbyid", block=copy) == "BLOCK_NOT_FOUND"


def test_manifests() -> None:
    """The file says what its author wrote; on a page all parts are there."""
    ask = with_block(FORM)
    file = ask.result(BLOCK + "getmanifestfile", {"code": f"bitrix:{FORM}"})
    ready = change(ask, "getmanifest", params={"edit_mode": 1})

    assert set(file) == {"block", "style", "attrs", "assets", "callbacks"}
    assert file["callbacks"] == {"afterAdd": []}
    assert ready["callbacks"] == {"afteradd": []}
    assert ready["cards"] == ready["nodes"] == ready["menu"] == []
    assert ready["assets"]["ext"] == ["landing_form"]
    assert ready["code"] == FORM
    assert ready["preview"].endswith("/preview.jpg")


def test_the_repository() -> None:
    """Sections of blocks by code, with those of applications and saved copies."""
    ask = with_block()
    fields = {
        "NAME": "Own",
        "CONTENT": "<p>x</p>",
        "SECTIONS": "own,text",
        "PREVIEW": "",
    }
    number = ask.result("landing.repo.register", {"code": "own", "fields": fields})
    saved = ask.result(PAGE + "favoriteBlock", {"lid": 1, "block": 1})
    sections = ask.result(BLOCK + "getrepository")
    own = ask.result(BLOCK + "getrepository", {"section": "own"})

    assert {"favourite", "text", "cover", "own"} <= set(sections)
    assert list(own["items"]) == [f"repo_{number}"]
    assert own["items"][f"repo_{number}"]["repo_id"] == str(number)
    assert PLAIN in sections["text"]["items"]
    assert sections["favourite"]["items"][f"{PLAIN}@{saved}"]["favoriteMy"] is True
    assert ask.result(
        BLOCK + "getContentFromRepository", {"code": f"repo_{number}"}
    ) == ("<p>x</p>")
    assert ask.result(
        BLOCK + "getContentFromRepository", {"code": f"{PLAIN}@{saved}"}
    ) == content(ask)


def test_the_repository_is_that_of_the_scope() -> None:
    """A block for sites and shops is not there for a knowledge base."""
    ask = Asker()

    assert ask.result(BLOCK + "getrepository", {"section": "video"})["items"]
    assert not ask.result(
        BLOCK + "getrepository", {"section": "video", "scope": "KNOWLEDGE"}
    )


def test_a_registered_block_on_a_page() -> None:
    """It has the HTML and the manifest that were registered."""
    ask = Asker()
    ask.portal.seed_pages(1)
    manifest = {"nodes": {"p": {"name": "P", "type": "text"}}}
    fields = {"NAME": "Own", "CONTENT": "<p>x</p>", "SECTIONS": "own", "PREVIEW": ""}
    number = ask.result(
        "landing.repo.register", {"code": "a", "fields": fields, "manifest": manifest}
    )
    code = f"repo_{number}"
    ask.result(PAGE + "addblock", {"lid": 1, "fields": {"CODE": code}})

    assert change(ask, "updatenodes", data={"p": "new"}) is True
    found = change(ask, "getcontent", editMode=True, params={"wrapper_show": False})
    assert (found["repoId"], found["content"]) == (number, "<p>new</p>")
    assert found["manifest"]["nodes"]["p"]["code"] == "p"


# What a block of the repository was registered with, the scope, and what comes of it.
ADDED: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any], str | None]] = [
    ({}, {}, {}, None),
    ({"ACTIVE": "N"}, {}, {}, "BLOCK_CANT_BE_ADDED"),
    ({}, {"type": "page"}, {}, None),
    ({}, {"type": ["store", "smn"]}, {}, None),
    ({}, {"type": ["knowledge"]}, {}, "BLOCK_CANT_BE_ADDED"),
    ({}, {"type": ["knowledge"]}, {"scope": "KNOWLEDGE"}, None),
    ({}, {"type": ["page"]}, {"scope": "KNOWLEDGE"}, "BLOCK_CANT_BE_ADDED"),
]


@pytest.mark.parametrize(("fields", "block", "scope", "error"), ADDED)
def test_only_what_the_repository_offers_is_added(
    fields: dict[str, Any], block: Any, scope: dict[str, Any], error: str | None
) -> None:
    """addblock has the codes of getrepository in the same scope, and no others."""
    ask = Asker()
    kind = scope.get("scope", "PAGE")
    new = {"TITLE": "S", "CODE": "", "TYPE": kind}
    site = ask.result("landing.site.add", {"fields": new, **scope})
    page = {"TITLE": "P", "SITE_ID": site}
    lid = ask.result(PAGE + "add", {"fields": page, **scope})
    own = {"NAME": "Own", "CONTENT": "<p>x</p>", "SECTIONS": "own", "PREVIEW": ""}
    number = ask.result(
        "landing.repo.register",
        {"code": "a", "fields": {**own, **fields}, "manifest": {"block": block}},
    )
    code = {"CODE": f"repo_{number}"}

    offered = ask.result(BLOCK + "getrepository", {"section": "own", **scope})
    assert ask.code(PAGE + "addblock", {"lid": lid, "fields": code, **scope}) == error
    assert bool(offered) is (error is None)


def test_a_saved_copy_is_added_with_what_was_in_it() -> None:
    """Its code is <code>@<id>; a copy that is gone, or never was, cannot be added."""
    ask = with_block()
    change(ask, "updatenodes", data={TITLE: "Mine"})
    saved = ask.result(PAGE + "favoriteBlock", {"lid": 1, "block": 1})

    def added(code: str) -> Any:
        body = ask.ask(PAGE + "addblock", {"lid": 2, "fields": {"CODE": code}})
        return body.get("error", body.get("result"))

    number = added(f"{PLAIN}@{saved}")
    block = next(one for one in ask.portal.pages[2].blocks if one.id == number)
    assert (block.code, "Mine" in block.content) == (PLAIN, True)
    assert added(f"{PLAIN}@{saved + 100}") == "BLOCK_CANT_BE_ADDED"
    assert added("repo_999") == "BLOCK_CANT_BE_ADDED"


def test_a_block_without_content_cannot_be_added() -> None:
    """An empty CONTENT is none."""
    ask = with_block()
    fields = {"CODE": PLAIN, "CONTENT": ""}

    assert (
        ask.code(PAGE + "addblock", {"lid": 1, "fields": fields}) == "BLOCK_NOT_FOUND"
    )


# What is uploaded, and the name it is kept under, or the error.
FILES: list[tuple[dict[str, Any], str]] = [
    ({"picture": ["banner.png", PNG]}, "banner.png"),
    ({"picture": ["мой файл (1).png", PNG]}, "moy_fayl__1_.png"),
    ({"picture": "https://a.example/b/c.jpg?x=1"}, "c.jpg"),
    ({"picture": "https://a.example/b/c", "ext": "PNG"}, "c.png"),
    ({"picture": "https://a.example/b/c"}, "FILE_ERROR"),
    ({"picture": "/b/c.jpg"}, "FILE_ERROR"),
    ({"picture": ["banner.txt", PNG]}, "FILE_ERROR"),
    ({"picture": ["banner.svg", PNG]}, "FILE_ERROR"),
    ({"picture": ["banner.png", "aGVsbG8="]}, "FILE_ERROR"),
    ({"picture": ["banner.png", "a"]}, "FILE_ERROR"),
    ({"picture": ["banner.png"]}, "FILE_ERROR"),
    ({"picture": ["banner.png", PNG], "block": 9}, "BLOCK_NOT_FOUND"),
    ({}, "MISSING_PARAMS"),
]


@pytest.mark.parametrize(("params", "expected"), FILES)
def test_files(params: dict[str, Any], expected: str) -> None:
    """An image is kept for its block; anything else is refused."""
    ask = with_block()
    body = ask.ask(BLOCK + "uploadfile", {"block": 1, **params})

    if "error" in body:
        assert body["error"] == expected
        assert ask.portal.landing.files == {}
    else:
        assert body["result"] == {
            "id": 1,
            "src": f"https://cdn.portal.example/1/{expected}",
        }
        assert ask.portal.pages[1].blocks[0].images == {1}


def test_a_file_is_of_a_size_only_where_both_sides_are_given() -> None:
    """And temporary where that is asked for."""
    ask = with_block()
    for params in ({"width": 10}, {"width": 10, "height": "20"}):
        upload = {"block": 1, "picture": ["a.png", PNG], "params": params, "temp": 1}
        ask.result(BLOCK + "uploadfile", upload)

    one, two = ask.portal.landing.files.values()
    assert (one.size, two.size, one.temporary) == (None, (10, 20), True)


CARD = ".landing-block-card"


def numbers(ask: Asker) -> str:
    """The cards that are there, by their numbers; `*` is a new one."""
    parts = content(ask).split('class="landing-block-card"')[1:]
    marks = (part.split('data-number="')[1:] for part in parts)
    return "".join(mark[0][0] if mark else "*" for mark in marks)


NEW = '<div class="landing-block-card">New</div>'

# A method, its parameters, and the cards behind it, or the error.
CARD_CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("addcard", {"selector": CARD + "@0", "content": NEW}, "0*12"),
    ("addcard", {"selector": CARD + "@2", "content": NEW}, "012*"),
    ("addcard", {"selector": CARD, "content": NEW}, "*012"),
    ("addcard", {"selector": CARD + "@1", "content": " "}, "0112"),
    ("addcard", {"selector": CARD + "@3", "content": NEW}, "CARD_NOT_FOUND"),
    ("addcard", {"selector": TITLE + "@0", "content": NEW}, "CARD_NOT_FOUND"),
    ("addcard", {"selector": CARD + "@0"}, "MISSING_PARAMS"),
    ("addcard", {"selector": CARD, "content": NEW, "block": 9}, "BLOCK_NOT_FOUND"),
    ("clonecard", {"selector": CARD + "@2"}, "0122"),
    ("clonecard", {"selector": CARD}, "0012"),
    ("clonecard", {"selector": ".other"}, "CARD_NOT_FOUND"),
    ("removecard", {"selector": CARD + "@1"}, "02"),
    ("removecard", {"selector": CARD + "@"}, "12"),
    ("removecard", {"selector": CARD + "@x"}, "12"),
    ("removecard", {"selector": CARD}, "CARD_NOT_FOUND"),
    ("removecard", {"selector": CARD + "@3"}, "CARD_NOT_FOUND"),
    ("removecard", {"selector": CARD + "@-1"}, "CARD_NOT_FOUND"),
    ("removecard", {"lid": 9, "selector": CARD + "@1"}, "LANDING_NOT_EXIST"),
    ("updateCards", {"data": {CARD: {"source": [{"value": 2}, {"value": 0}]}}}, "20"),
    ("updateCards", {"data": {CARD: {"source": [{"value": "1"}, {}]}}}, "10"),
    (
        "updateCards",
        {"data": {CARD: {"source": [{"type": "preset", "value": "link"}, {}]}}},
        "*0",
    ),
    ("updateCards", {"data": {CARD: {"source": [{"value": 7}]}}}, ""),
    ("updateCards", {"data": {".other": {"source": []}}}, "012"),
    ("updateCards", {"data": {}}, "012"),
    ("updateCards", {}, "MISSING_PARAMS"),
]


@pytest.mark.parametrize(("name", "params", "expected"), CARD_CALLS)
def test_cards(name: str, params: dict[str, Any], expected: str) -> None:
    """Cards come, go and change places as documented, or it is said why not."""
    ask = with_block(CARDS)
    answer = change(ask, name, **params)

    assert (numbers(ask) if answer is True else answer) == expected


def test_nodes_in_cards_are_written_after_the_cards_are_arranged() -> None:
    """A place is that of the card as it is then; what is no map is passed over."""
    ask = with_block(CARDS)
    cards = {
        "source": [{"value": 2}, {"type": "preset", "value": "link"}],
        "values": [{TITLE + "@0": "A", TITLE + "@1": "B"}, "no map"],
    }
    change(ask, "updateCards", data={CARD: cards})

    assert numbers(ask) == "2*"
    assert content(ask).index(">A</h3>") < content(ask).index(">B</h3>")

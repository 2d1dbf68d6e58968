"""What wrappers send beyond the documented examples."""

import subprocess
import sys
from typing import Any, Literal

import pytest
from catalogue import public_modules

from bitrix_async._call import Call
from bitrix_async.rest import catalog, landing
from bitrix_async.rest.landing.block import AttributeValue, NodeValue, RepositorySection
from bitrix_async.rest.landing.landing import BlockContent, PlacedBlock
from bitrix_async.sansio.encoding import encode, key_of
from bitrix_async.sansio.retries import repeat_safe
from bitrix_async.sansio.typed import why_typed

blocks = landing.block
pages = landing.landing
repo = landing.repo
widgets = landing.repowidget
demos = landing.demos

BLOCK: repo.NewRepoBlock = {
    "NAME": "Banner",
    "CONTENT": "<div></div>",
    "SECTIONS": "cover",
    "PREVIEW": "",
}
roles = landing.role
sites = landing.site

SENT: list[tuple[Call[Any], dict[str, Any]]] = [
    (pages.publication(351), {"lid": 351}),
    (pages.publication(lid=351, scope="GROUP"), {"lid": 351, "scope": "GROUP"}),
    (pages.unpublic(351, scope=None), {"lid": 351}),
    (pages.mark_delete(1, mark=False), {"lid": 1, "mark": False}),
    (pages.copy(1, to_site_id=0), {"lid": 1, "toSiteId": 0}),
    (pages.copy(1, skip_system=True), {"lid": 1, "skipSystem": True}),
    (pages.move(1, to_folder_id=0), {"lid": 1, "toFolderId": 0}),
    (pages.get_list(), {}),
    (pages.get_list(select=[]), {"params": {"select": []}}),
    (pages.get_list(filter={}), {"params": {"filter": {}}}),
    (pages.get_list(get_urls=False), {"params": {"get_urls": False}}),
    (pages.update(1, {}), {"lid": 1, "fields": {}}),
    (pages.remove_entities(1, {}), {"lid": 1, "data": {}}),
    (pages.remove_entities(1, {"blocks": []}), {"lid": 1, "data": {"blocks": []}}),
    (pages.remove_entities(1, {"blocks": (7,)}), {"lid": 1, "data": {"blocks": [7]}}),
    (pages.favorite_block(1, 2), {"lid": 1, "block": 2}),
    (pages.favorite_block(1, 2, meta={}), {"lid": 1, "block": 2, "meta": {}}),
    (
        pages.favorite_block(1, 2, meta={"section": "text", "preview": 0}),
        {"lid": 1, "block": 2, "meta": {"section": "text", "preview": 0}},
    ),
    (
        pages.mark_deleted_block(1, 2, prevent_history=True),
        {"lid": 1, "block": 2, "preventHistory": True},
    ),
    (
        pages.add_block(1, {"CODE": "a"}, return_content=True),
        {"lid": 1, "fields": {"CODE": "a", "RETURN_CONTENT": "Y"}},
    ),
    (
        pages.add_block(1, {"CODE": "a"}, return_content=False),
        {"lid": 1, "fields": {"CODE": "a", "RETURN_CONTENT": "N"}},
    ),
    (pages.copy_block(1, 2), {"lid": 1, "block": 2}),
    (
        pages.move_block(1, 2, after_id=0),
        {"lid": 1, "block": 2, "params": {"AFTER_ID": 0}},
    ),
    (repo.get_list(), {}),
    (repo.get_list(select=[]), {"params": {"select": []}}),
    (repo.get_list(limit=5, offset=0), {"params": {"limit": 5, "offset": 0}}),
    (repo.check_content("<p>"), {"content": "<p>"}),
    (repo.unbind("LANDING_BLOCK_*"), {"code": "LANDING_BLOCK_*"}),
    (repo.unregister(""), {"code": ""}),
    (
        repo.register("a", BLOCK, manifest={}),
        {"code": "a", "fields": BLOCK, "manifest": {}},
    ),
    (widgets.debug(), {}),
    (widgets.debug(enable=False), {"enable": False}),
    (widgets.get_list(), {"params": {}}),
    (demos.get_list(), {}),
    (demos.get_list(filter={}), {"params": {"filter": {}}}),
    (demos.get_site_list("store"), {"type": "store"}),
    (demos.get_page_list("page", filter={}), {"type": "page", "filter": {}}),
    (demos.register([]), {"data": []}),
    (demos.register([{"code": "a"}]), {"data": [{"code": "a"}]}),
    (
        demos.register({"code": "a", "description": None, "layout": []}),
        {"data": {"code": "a", "description": None, "layout": []}},
    ),
    (
        demos.register({"code": "a"}, lang={}, lang_original="en"),
        {"data": {"code": "a"}, "params": {"lang": {}, "lang_original": "en"}},
    ),
    (
        demos.register({"code": "a"}, site_template_id=""),
        {"data": {"code": "a"}, "params": {"site_template_id": ""}},
    ),
    (blocks.get_list(1), {"lid": 1}),
    (blocks.get_list([1, 2]), {"lid": [1, 2]}),
    (blocks.get_list(1, deleted=False), {"lid": 1, "params": {"deleted": False}}),
    (blocks.get_by_id(1, edit_mode=True), {"block": 1, "params": {"edit_mode": True}}),
    (
        blocks.get_content(1, 2, edit_mode=False),
        {"lid": 1, "block": 2, "editMode": False},
    ),
    (blocks.get_repository(scope="GROUP"), {"scope": "GROUP"}),
    (blocks.get_repository(section=""), {"section": ""}),
    (
        blocks.add_card(1, 2, ".a", "", prevent_history=False),
        {
            "lid": 1,
            "block": 2,
            "selector": ".a",
            "content": "",
            "preventHistory": False,
        },
    ),
    (
        blocks.update_nodes(1, 2, {".a": {"attrs": {}}}),
        {"lid": 1, "block": 2, "data": {".a": {"attrs": {}}}},
    ),
    (
        blocks.update_nodes(1, 2, {}, append_menu=False),
        {"lid": 1, "block": 2, "data": {}, "additional": {"appendMenu": False}},
    ),
    (
        blocks.update_styles(1, 2, {".a": {"classList": [], "style": {}}, ".b": "c"}),
        {
            "lid": 1,
            "block": 2,
            "data": {".a": {"classList": [], "style": {}}, ".b": "c"},
        },
    ),
    (
        blocks.update_content(1, 2, "", designed=False),
        {"lid": 1, "block": 2, "content": "", "designed": False},
    ),
    (
        blocks.upload_file(1, "https://a.example/b", ext="png", temp=True),
        {"block": 1, "picture": "https://a.example/b", "ext": "png", "temp": True},
    ),
    (
        blocks.upload_file(1, ("a.png", "aGk="), resize_type=0),
        {"block": 1, "picture": ["a.png", "aGk="], "params": {"resize_type": 0}},
    ),
    (landing.syspage.set(1, "cart"), {"id": 1, "type": "cart"}),
    (landing.syspage.set(1, "cart", lid=0), {"id": 1, "type": "cart", "lid": 0}),
    (landing.syspage.get(1, active=False), {"id": 1, "active": False}),
    (landing.template.set_site_ref(1), {"id": 1}),
    (landing.template.set_site_ref(1, data={}), {"id": 1, "data": {}}),
    (
        landing.template.set_landing_ref(1, data={1: 0, 2: 5}),
        {"id": 1, "data": {"1": 0, "2": 5}},
    ),
    (landing.template.get_list(), {}),
    (catalog.product_image.delete(1, 2), {"productId": 1, "id": 2}),
    (catalog.product_image.delete(product_id=1, id=2), {"productId": 1, "id": 2}),
    (catalog.product_image.list(1, select=[]), {"productId": 1, "select": []}),
    (roles.enable(mode=False), {"mode": 0}),
    (roles.enable(mode=True, scope="GROUP"), {"mode": 1, "scope": "GROUP"}),
    (roles.set_access_codes(1), {"id": 1}),
    (roles.set_access_codes(1, codes=[]), {"id": 1, "codes": []}),
    (roles.set_rights(1, {}), {"id": 1, "rights": {}}),
    (
        roles.set_rights(1, {0: []}, additional=[]),
        {"id": 1, "rights": {"0": []}, "additional": []},
    ),
    (sites.set_rights(1), {"id": 1}),
    (sites.set_rights(0, rights={}), {"id": 0, "rights": {}}),
    (sites.set_rights("1", rights=[]), {"id": "1", "rights": []}),
    (sites.set_rights(1, rights={"U3": []}), {"id": 1, "rights": {"U3": []}}),
    (sites.get_public_url(3), {"id": 3}),
    (sites.get_public_url([]), {"id": []}),
    (sites.get_public_url((3, 4)), {"id": [3, 4]}),
    (sites.get_list(), {}),
    (sites.get_list(filter={}, limit=0), {"params": {"filter": {}, "limit": 0}}),
    (sites.full_export(1), {"id": 1}),
    (
        sites.full_export(1, edit_mode=False, hooks_disable=[], scope="GROUP"),
        {"id": 1, "params": {"edit_mode": "N", "hooks_disable": [], "scope": "GROUP"}},
    ),
    (sites.full_export(1, preview=""), {"id": 1, "params": {"preview": ""}}),
    (sites.mark_delete(1, mark=False), {"id": 1, "mark": False}),
    (sites.mark_folder_delete(1, mark=False), {"id": 1, "mark": False}),
    (sites.publication_folder(1), {"folderId": 1}),
    (sites.publication_folder(1, mark=False), {"folderId": 1, "mark": False}),
    (sites.update_folder(1, 2, {}), {"siteId": 1, "folderId": 2, "fields": {}}),
    (
        sites.update_folder(1, 2, {"PARENT_ID": None}),
        {"siteId": 1, "folderId": 2, "fields": {"PARENT_ID": None}},
    ),
    (
        sites.add_folder(1, {"TITLE": "a", "PARENT_ID": ""}),
        {"siteId": 1, "fields": {"TITLE": "a", "PARENT_ID": ""}},
    ),
    (sites.get_folders(1, filter={}), {"siteId": 1, "filter": {}}),
    (
        sites.get_folders(1, filter={"PARENT_ID": None, "DELETED": "Y"}),
        {"siteId": 1, "filter": {"PARENT_ID": None, "DELETED": "Y"}},
    ),
    (sites.get_group_bindings(), {}),
    (sites.get_menu_bindings(menu_code=""), {"menuCode": ""}),
]


@pytest.mark.parametrize(("call", "params"), SENT, ids=lambda part: repr(part)[:60])
def test_what_is_given_is_sent_and_nothing_else(
    call: Call[Any], params: dict[str, Any]
) -> None:
    """None is not given; zero, false and the empty are."""
    assert params == call.params


def test_the_type_of_the_result_follows_return_content() -> None:
    """An id by default, the content of the block when it is asked for."""
    assert pages.add_block(1, {"CODE": "a"}).returns is int
    assert pages.copy_block(1, 2, return_content=False).returns is int
    assert pages.add_block(1, {"CODE": "a"}, return_content=True).returns is (
        BlockContent
    )
    assert pages.copy_block(1, 2, return_content=True).returns is PlacedBlock
    assert pages.move_block(1, 2, return_content=True).returns is PlacedBlock


def test_the_type_of_the_result_follows_the_other_arguments() -> None:
    """A section or all of them; null only where a block is to be marked as designed."""
    assert blocks.get_repository().returns == dict[str, RepositorySection]
    assert blocks.get_repository(section="text").returns == (
        RepositorySection | Literal[False]
    )
    assert blocks.update_content(1, 2, "", designed=False).returns is bool
    assert blocks.update_content(1, 2, "", designed=True).returns == bool | None


def by_text(call: Call[Any]) -> bool:
    """Whether all that is sent means the same as text, as in a batch."""
    return not why_typed(key_of(call.method), call.params)


# New values of a node or of attributes, and whether text would do for them.
NODES: list[tuple[NodeValue, bool]] = [
    ("text", True),
    (["fa", "fa-check"], True),
    ({"src": "https://a.example/b.png", "id": 7}, True),
    ({"text": "a", "attrs": {}}, True),
    ({"zoom": 12}, False),
    ({"center": {"lat": 55.75, "lng": 37.61}, "markers": []}, False),
    ({"attrs": {"data-a": "b"}}, True),
    ({"attrs": {"data-a": 5}}, True),
    ({"attrs": {"data-a": ["b", {"c": "d"}]}}, True),
    ({"attrs": {"data-a": [1, 2]}}, False),
    ({"attrs": {"data-a": {"b": True}}}, False),
    ({"attrs": {"data-a": False}}, False),
    ({"attrs": {"data-a": 0.5}}, False),
]


@pytest.mark.parametrize(("value", "in_batch"), NODES)
def test_what_is_kept_as_json_never_travels_as_text(
    value: NodeValue, *, in_batch: bool
) -> None:
    """A list of numbers in an attribute would be one of texts after a batch."""
    cards: blocks.Cards = {"source": [{"value": 0}], "values": [{".a@0": value}]}

    assert by_text(blocks.update_nodes(1, 2, {".a": value})) is in_batch
    assert by_text(blocks.update_cards(1, 2, {".b": cards})) is in_batch


@pytest.mark.parametrize(
    ("value", "in_batch"),
    [("b", True), (5, True), (["b"], True), ([1], False), (True, False), (0.5, False)],
)
def test_an_attribute_that_is_not_text_travels_alone(
    value: AttributeValue, *, in_batch: bool
) -> None:
    """A whole number has one spelling alone, and in a list it is a number of JSON."""
    call = blocks.update_attrs(1, 2, {".a": {"title": "b"}, ".c": {"data-d": value}})

    assert by_text(call) is in_batch


def test_what_would_be_done_twice_is_not_repeated() -> None:
    """A menu grows with every repeat, cards move again; texts are only set again."""
    plain = blocks.update_nodes(1, 2, {".a": "b"})
    menu = blocks.update_nodes(1, 2, {".a": "b"}, append_menu=True)

    assert repeat_safe(plain)
    assert not repeat_safe(menu)
    assert not repeat_safe(blocks.update_cards(1, 2, {".a": {"source": [{}]}}))
    assert not repeat_safe(blocks.remove_card(1, 2, ".a@0"))


def test_the_type_of_the_result_follows_the_number_of_sites() -> None:
    """One address for one id, and addresses by ids for a list of them."""
    assert sites.get_public_url(3).returns is str
    assert sites.get_public_url([3]).returns == dict[int, str]
    assert sites.get_public_url(Call("a", {}, int).result).returns is str


def test_a_wrapper_does_not_write_into_what_it_is_given() -> None:
    """The caller's fields are theirs, before and after."""
    block: landing.landing.NewBlock = {"CODE": "a"}

    call = pages.add_block(1, block, return_content=True)
    block["CODE"] = "b"

    assert call.params["fields"] == {"CODE": "a", "RETURN_CONTENT": "Y"}
    assert block == {"CODE": "b"}


def test_a_result_stands_for_an_argument_of_a_later_call() -> None:
    """In arguments, and in the values of objects, it is handed on as it is."""
    site = landing.site.add({"TITLE": "Shop", "CODE": "shop"})
    page = pages.add({"TITLE": "Home", "SITE_ID": site.result})
    image = catalog.product_image.get(1, 2)

    assert page.params["fields"]["SITE_ID"] == site.result
    assert pages.publication(page.result).params["lid"] == page.result
    assert (
        catalog.product_image.delete(1, image.result["productImage"]["id"]).params["id"]
        == image.result["productImage"]["id"]
    )


def test_prepared_blocks_never_travel_in_a_batch() -> None:
    """The portal wants JSON's own true there, and a batch would make it "1"."""
    plain = pages.add_by_template(1, "a", fields={"TITLE": "b"})
    prepared = pages.add_by_template(
        1,
        "a",
        fields={
            "PREPARE_BLOCKS": True,
            "PREPARE_BLOCKS_DATA": {
                "02.one": {
                    "ACTION": "changeComponentParams",
                    "PARAMS": {"SECTION_ID": 8},
                }
            },
        },
    )

    assert by_text(plain)
    assert not by_text(prepared)


def test_content_is_checked_alone() -> None:
    """In a batch the splitter of another call could be the one that is used."""
    assert encode(repo.check_content("<p>")).command is None
    assert encode(repo.check_content("<p>", splitter="#")).command is None


def test_what_is_kept_as_it_comes_is_not_made_text() -> None:
    """A flag or a number in a manifest, an export or the data of a widget would be
    text in a batch; the result of another call keeps its types there."""
    params: widgets.WidgetParams = {
        "rootNode": "a",
        "handler": "b",
        "demoData": {"c": "d"},
    }
    widget: widgets.NewWidget = {
        "NAME": "Banner",
        "CONTENT": "<div></div>",
        "PREVIEW": "",
        "SECTIONS": "widgets_hr",
        "WIDGET_PARAMS": params,
    }

    assert by_text(repo.register("a", BLOCK))
    assert by_text(repo.register("a", BLOCK, manifest={"block": {"name": "A"}}))
    assert not by_text(
        repo.register("a", BLOCK, manifest={"block": {"dynamic": False}})
    )
    assert by_text(widgets.register("a", widget))
    assert not by_text(
        widgets.register(
            "a", {**widget, "WIDGET_PARAMS": {**params, "demoData": [420]}}
        )
    )
    assert by_text(demos.register({"code": "a"}))
    assert not by_text(demos.register({"code": "a", "version": 3}))
    assert by_text(demos.register(Call("landing.site.fullExport", {"id": 1}).result))


def test_an_export_is_registered_in_the_batch_that_makes_it() -> None:
    """The result of another call stands for the whole of a template's data."""
    export = Call("landing.site.fullExport", {"id": 1})

    assert demos.register(export.result).params == {"data": export.result}


def test_what_ends_in_the_same_state_may_be_repeated() -> None:
    """A second time leaves what the first one left; other answers are other states."""
    assert repeat_safe(widgets.debug(enable=True))
    assert repeat_safe(demos.register([{"code": "a"}]))
    assert repeat_safe(landing.syspage.delete_for_site(1))
    assert repeat_safe(landing.syspage.delete_for_landing(1))
    assert repeat_safe(landing.block.change_anchor(1, 2, "about"))
    assert repeat_safe(landing.block.change_node_name(1, 2, {".a": "h1"}))
    assert not repeat_safe(repo.unbind("LANDING_SETTINGS"))
    assert not repeat_safe(landing.site.binding_to_group(1, 2))


def test_a_name_stands_for_one_type() -> None:
    """Whoever reads it in an error or an annotation knows which type is meant."""
    types: dict[str, set[str]] = {}
    for module in public_modules():
        for name in getattr(module, "__all__", ()):
            if isinstance(kind := getattr(module, name), type):
                types.setdefault(name, set()).add(f"{kind.__module__}.{name}")

    assert len(types) > 50
    assert [every for every in types.values() if len(every) > 1] == []


def test_importing_rest_loads_no_wrapper() -> None:
    """Each module is paid for by whoever imports it."""
    code = (
        "import sys, bitrix_async.rest\n"
        "print([name for name in sys.modules if name.startswith('bitrix_async.rest.')])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"

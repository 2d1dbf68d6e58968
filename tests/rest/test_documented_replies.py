"""The documented answers, decoded by what the wrappers declare."""

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from invocations import (
    EXAMPLES,
    blocks,
    demos,
    images,
    pages,
    repo,
    sites,
    templates,
    widgets,
)

from bitrix_async._call import Call
from bitrix_async._convert import decode
from bitrix_async.rest import landing
from bitrix_async.rest.catalog.product_image import (
    FieldDescription,
    ProductImage,
    ProductImageResult,
    ProductImagesResult,
    SelectedProductImage,
)
from bitrix_async.rest.landing.block import (
    Block,
    BlockManifest,
    BlockMeta,
    ManifestFile,
    RepositoryBlock,
    RepositorySection,
    UploadedFile,
)
from bitrix_async.rest.landing.demos import (
    Localization,
    SelectedRegisteredTemplate,
    TemplateData,
)
from bitrix_async.rest.landing.landing import (
    BlockContent,
    Page,
    PlacedBlock,
    SelectedPage,
)
from bitrix_async.rest.landing.repo import CheckedContent, SelectedRepoBlock
from bitrix_async.rest.landing.role import Role
from bitrix_async.rest.landing.site import (
    Folder,
    GroupBinding,
    MenuBinding,
    SelectedSite,
)
from bitrix_async.rest.landing.syspage import SpecialPage
from bitrix_async.rest.landing.template import SelectedTemplate

REPLIES = Path(__file__).parents[1] / "replies"

CALLS: dict[str, Call[Any]] = {
    **EXAMPLES,
    "landing.block.getrepository.sections": blocks.get_repository(),
    "landing.block.updatecontent.undesigned": blocks.update_content(
        311, 6058, "", designed=True
    ),
    "landing.template.getLandingRef.none": templates.get_landing_ref(557),
    "landing.template.getSiteRef.none": templates.get_site_ref(157),
    "landing.landing.copyblock.id": pages.copy_block(351, 6428),
    "landing.landing.moveblock.id": pages.move_block(351, 26723),
}

IMAGE = ProductImage(
    id=1,
    name="test.jpeg",
    product_id=1,
    type="MORE_PHOTO",
    create_time="2024-10-17T10:48:05+02:00",
    download_url="http://dev.bx/rest/download.json?token=catalog",
    detail_url="/upload/iblock/6f1/bkm7jmwso31wisk423gtp28iagy2e8v0/test.jpeg",
)

EXPECTED: dict[str, Any] = {
    "landing.syspage.getSpecialPage": (
        "https://btest.bitrix24.shop/personalsection/?SECTION=private"
    ),
    "landing.template.getLandingRef": {1: 614, 2: 615, 3: 616},
    "landing.template.getLandingRef.none": True,
    "landing.template.getSiteRef": {1: 735, 2: 731},
    "landing.template.getlist": [
        SelectedTemplate(
            id=number,
            title=title,
            xml_id=xml_id,
            sort=number * 100,
            active=True,
            date_modify="10/10/2022 03:25:30 pm",
        )
        for number, title, xml_id in (
            (1, "With Header and Footer", "header_footer"),
            (2, "With Left Sidebar", "sidebar_left"),
        )
    ],
    "catalog.productImage.add": ProductImageResult(product_image=IMAGE),
    "catalog.productImage.delete": True,
    "landing.demos.getList": [
        SelectedRegisteredTemplate(
            id=9,
            xml_id="ftmlt/business",
            title="Business",
            type="page",
            date_modify="03/27/2026 14:18:15",
            manifest=False,
        )
    ],
    "landing.demos.register": [5, 7],
    "landing.demos.unregister": True,
    "landing.block.addcard": True,
    "landing.block.getlist": [
        Block(
            id=28181,
            lid=2215,
            code="0.menu_02",
            name="Menu with logo on the left and menu items on the right",
            active=True,
            meta=BlockMeta(
                lid=2215,
                created_by_id=779,
                modified_by_id=1295,
                date_create="09/13/2024 10:28:08 am",
                date_modify="03/26/2026 12:21:48 pm",
                site_type="PAGE",
                landing_title="",
                landing_tpl_code="bitrix.krayt_otdykh_na_prirode",
                site_tpl_code="empty",
                xml_id="",
                designer_mode="",
                favorite_meta="Array",
            ),
            content='<div id="b2884" class="block-wrapper block-0-menu-02">'
            '<header class="landing-block u-header u-header--float u-header--sticky">'
            "...</header></div>",
            css=[],
            js=[],
        )
    ],
    "landing.block.updatecontent": True,
    "landing.block.updatecontent.undesigned": None,
    "landing.block.uploadfile": UploadedFile(
        id=33873,
        src="https://cdn-com.bitrix24.com/b13743910/landing/fda/"
        "fda6c41d4b2b4f4d672601bd48c6aff1/nature.jpg",
    ),
    "landing.landing.addblock": 28597,
    "landing.landing.copyblock.id": 28607,
    "landing.landing.favoriteBlock": 28619,
    "landing.landing.getList": [
        SelectedPage(
            id=985,
            title="Detailed News",
            site_id=3,
            date_modify="10/10/2022 03:25:30 pm",
            domain_id="5",
        ),
        SelectedPage(
            id=573,
            title="Page Video",
            site_id=3,
            date_modify="10/10/2022 03:25:30 pm",
            domain_id="5",
        ),
    ],
    "landing.landing.getpublicurl": "https://b24-r8rseo.bitrix24site.com/spring-sale/",
    "landing.landing.markDelete": 2255,
    "landing.landing.publication": True,
    "landing.landing.removeEntities": True,
    "landing.landing.resolveIdByPublicUrl": 2231,
    "landing.landing.unpublic": True,
    "landing.repo.checkContent": CheckedContent(
        is_bad=True,
        content='<div style="color:red" oncl#AAA#ick="alert(1)">'
        '<ifr#AAA#ame src="//evil.com"></iframe></div>',
    ),
    "landing.repo.register": 7,
    "landing.repo.unbind": True,
    "landing.repo.unregister": True,
    "landing.repowidget.debug": True,
    "landing.repowidget.register": 10,
    "landing.repowidget.unregister": True,
    "landing.role.enable": True,
    "landing.role.getList": [
        Role(id=3, title="Administrator", xml_id="ADMIN"),
        Role(id=5, title="Manager", xml_id="MANAGER"),
    ],
    "landing.role.getRights": {0: ["read", "edit"], 5: ["read"]},
    "landing.site.add": 159,
    "landing.site.delete": True,
    "landing.site.getGroupBindings": [
        GroupBinding(
            entity_id=65,
            entity_type="S",
            binding_id=5,
            title="Knowledge Base in Dark Theme",
            public_url="https://bitrix24.com/knowledge/group/knowledge_base_in_dark_theme/",
        ),
        GroupBinding(
            entity_id=41,
            entity_type="S",
            binding_id=119,
            title="Knowledge Base",
            public_url="https://bitrix24.com/knowledge/group/knowledge_base/",
        ),
    ],
    "landing.site.getList": [
        SelectedSite(id=157, title="Randu Villa", type="PAGE"),
        SelectedSite(id=147, title="Test Test yesss", type="STORE"),
        SelectedSite(id=3, title="Fork Museum", type="PAGE"),
    ],
    "landing.site.getMenuBindings": [
        MenuBinding(
            entity_id=39,
            entity_type="S",
            binding_id="socialnetwork:group_notifications",
            title="Knowledge Base",
            public_url="https://bitrix24.com/knowledge/knowledge_base/",
        )
    ],
    "landing.site.getPreview": "/preview.jpg",
    "landing.site.getPublicUrl": {
        3: "https://vilka.bitrix24.site",
        135: "https://b24-odhzt3.bitrix24site.com",
    },
    "landing.site.getRights": ["read", "edit", "sett"],
    "landing.site.markDelete": 143,
    "landing.site.markFolderDelete": True,
    "landing.site.publication": 157,
    "landing.site.publicationFolder": True,
    "landing.site.unpublic": 157,
}


def reply(name: str) -> Any:
    return json.loads((REPLIES / name.partition(".")[0] / f"{name}.json").read_text())


def read(name: str) -> Any:
    return decode(reply(name), CALLS[name].returns, call=CALLS[name])


def models(value: Any) -> Iterator[Any]:
    if attrs.has(type(value)):
        yield value
        for field in attrs.fields(type(value)):
            yield from models(getattr(value, field.name))
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from models(part)


def test_there_is_an_answer_for_every_call() -> None:
    """A wrapper is checked when its documented answer is here, and no other is."""
    assert {path.stem for path in REPLIES.rglob("*.json")} == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_a_documented_answer_is_read_whole(name: str) -> None:
    """It decodes, and no field of it is unknown to its model."""
    for model in models(read(name)):
        assert model.extra == {}
        assert pickle.loads(pickle.dumps(model)) == model


@pytest.mark.parametrize("name", EXPECTED)
def test_a_documented_answer_is_read_right(name: str) -> None:
    """The value is the one a person reads on the page."""
    expected = EXPECTED[name]

    actual = read(name)

    assert expected == actual
    assert type(expected) is type(actual)


def test_a_moved_block_comes_with_its_content() -> None:
    """With RETURN_CONTENT=Y; the empty maps of PHP are maps, and null is None."""
    placed = read("landing.landing.moveblock")

    assert isinstance(placed, PlacedBlock)
    assert placed.result is True
    assert placed.content.id == 26723
    assert placed.content.repo_id is None
    assert placed.content.css == []
    assert placed.content.lang == {}
    assert placed.content.dynamic_params == {}
    assert placed.content.required_user_action is None
    assert placed.content.manifest["code"] == "31.3.two_cols_text_img_fix"


def test_an_added_block_comes_as_the_bare_content() -> None:
    """The page of addblock lists the fields that copyblock has one level down."""
    call = pages.add_block(351, {"CODE": "a"}, return_content=True)

    block = decode(reply("landing.landing.copyblock")["content"], call.returns)

    assert isinstance(block, BlockContent)
    assert block.anchor == "b28607"


def test_a_manifest_has_its_parts() -> None:
    """Empty maps of PHP are maps, and what the page leaves open is as it came."""
    manifest = read("landing.block.getmanifest")

    assert isinstance(manifest, BlockManifest)
    assert manifest.block.subtype == "form"
    assert manifest.cards == {}
    assert manifest.nodes["#wrapper"] == {"type": "styleimg", "code": "#wrapper"}
    assert manifest.style.nodes == {".bitrix24forms": {"type": "crm-form"}}
    assert manifest.assets.ext == ["landing_form"]
    assert manifest.callbacks == {"afteradd": {}}
    assert manifest.timestamp == 1751467642


def test_a_manifest_that_is_not_there_is_empty() -> None:
    """The portal answers an empty list for a code that it does not know."""
    file = read("landing.block.getmanifestfile")

    assert file.block.name == "Cover with Changing Background Images"
    assert decode([], blocks.get_manifest_file("x").returns) == ManifestFile()


def test_a_section_of_the_repository_has_blocks_by_code() -> None:
    """Standard blocks and an application's in one; False where there is no section."""
    section = read("landing.block.getrepository")
    sections = read("landing.block.getrepository.sections")
    standard, foreign = section.items.values()

    assert isinstance(section, RepositorySection)
    assert isinstance(standard, RepositoryBlock)
    assert (standard.repo_id, foreign.repo_id) == (False, 405)
    assert (standard.app_code, foreign.app_code) == (False, "krayt.monotovar")
    assert sections["favourite"].items == sections["favourite"].meta == {}
    assert decode(False, blocks.get_repository(section="x").returns) is False


def test_special_pages_are_a_map_or_none() -> None:
    """By their types; empty where a site has none, None where there is no site."""
    returns = CALLS["landing.syspage.get"].returns
    pages_by_type = read("landing.syspage.get")

    assert pages_by_type["cart"] == SpecialPage(
        type="cart", landing_id=2261, title="Cart", deleted=False, active=True
    )
    assert decode([], returns) == decode({}, returns) == {}
    assert decode(None, returns) is None
    assert decode("", CALLS["landing.syspage.getSpecialPage"].returns) == ""


def test_additional_fields_keep_the_types_of_their_values() -> None:
    """They are of several types, and no text among them is taken for a flag."""
    fields = read("landing.landing.getadditionalfields")

    assert fields["SETTINGS_PRICE_CODE"] == ["BASE"]
    assert fields["SETTINGS_SHOW_PRICE_COUNT"] == 1
    assert fields["GACOUNTER_USE"] == "N"
    assert decode([], CALLS["landing.landing.getadditionalfields"].returns) == {}


def test_folders_have_their_places() -> None:
    """Ids are numbers, and null is the top or no index page."""
    first, second, _ = read("landing.site.getFolders")

    assert first == Folder(
        id=1,
        parent_id=None,
        site_id=3,
        index_id=9,
        active=True,
        deleted=False,
        title="test page transfer",
        code="change",
        created_by_id=1,
        modified_by_id=29,
        date_create="11/12/2021 08:39:53 pm",
        date_modify="12/28/2021 03:04:04 pm",
    )
    assert second.index_id is None


def test_an_export_can_be_handed_on_as_it_was_read() -> None:
    """Reading changes nothing of it, and keeps what no page documents."""
    answer = {**reply("landing.site.fullExport"), "later": [1]}

    whole = decode(answer, CALLS["landing.site.fullExport"].returns)

    assert demos.register(whole).params == {"data": answer}
    assert whole["items"]["myfirstsite2026"]["items"]["#block28175"]["access"] == "X"


# What sites answer where there is nothing, and what that is read as.
NOTHING: list[tuple[Call[Any], Any, Any]] = [
    (sites.get_additional_fields(1), [], {}),
    (sites.get_additional_fields(1), None, None),
    (sites.full_export(1), [], None),
    (sites.get_public_url(1), "", ""),
    (sites.get_public_url([1]), [], {}),
    (sites.get_folders(1), [], []),
    (sites.get_rights(1), [], []),
    (landing.role.get_rights(1), [], {}),
    (landing.role.get_rights(1), [["read"]], {0: ["read"]}),
]


@pytest.mark.parametrize(("call", "answer", "expected"), NOTHING)
def test_nothing_is_read_as_what_it_stands_for(
    call: Call[Any], answer: Any, expected: Any
) -> None:
    """PHP's empty array is an empty map or list, and a map of 0 alone is a list."""
    assert decode(answer, call.returns) == expected


def test_images_are_whole_unless_they_were_selected() -> None:
    """Without `select` every field is there, with it those that were asked for."""
    answer = reply("catalog.productImage.list")

    whole = decode(answer, images.list(1).returns)
    part = decode({"productImages": [{"id": 7}]}, images.list(1, select=["id"]).returns)

    assert whole == ProductImagesResult(product_images=[IMAGE])
    assert part.product_images == [SelectedProductImage(id=7)]


def test_fields_of_an_image_are_described_by_their_wire_names() -> None:
    """The map of descriptions has the keys that `select` takes."""
    fields = read("catalog.productImage.getFields").product_image

    assert fields["productId"] == FieldDescription(
        is_immutable=False, is_read_only=False, is_required=True, type="string"
    )
    assert set(fields) == {
        "createTime",
        "detailUrl",
        "downloadUrl",
        "id",
        "name",
        "productId",
        "type",
    }


ROW = {
    "ID": "1",
    "TITLE": "Home",
    "CODE": "home",
    "SITE_ID": "2",
    "ACTIVE": "Y",
    "DELETED": "N",
    "FOLDER_ID": None,
    "TPL_ID": "",
}


def test_a_page_reads_what_the_table_of_fields_promises() -> None:
    """Flags are booleans, ids are numbers, and what is empty or not there is None."""
    (page,) = decode([ROW], pages.get_list().returns)

    assert page == Page(
        id=1, title="Home", code="home", site_id=2, active=True, deleted=False
    )


def test_columns_that_no_page_documents_are_kept() -> None:
    """`select` may ask for more than the documentation knows."""
    (page,) = decode([{**ROW, "VIEWS": "12"}], pages.get_list().returns)

    assert page.extra == {"VIEWS": "12"}
    assert page.id == 1


def test_publication_without_the_right_is_none() -> None:
    """The portal then answers null and no error."""
    assert decode(None, pages.publication(351).returns) is None


def test_a_model_is_short_in_a_log_and_shows_no_signed_link() -> None:
    """What is None or empty is left out, what is long is cut, a link is hidden."""
    (page,) = decode([{**ROW, "TITLE": "x" * 500}], pages.get_list().returns)

    assert repr(SelectedPage(id=1, active=True)) == "SelectedPage(id=1, active=True)"
    assert repr(page).startswith("Page(id=1, title='xx")
    assert len(repr(page)) < 160
    assert "token" not in repr(IMAGE)
    assert "test.jpeg" in repr(IMAGE)


def test_a_registered_block_reads_what_its_table_promises() -> None:
    """Ids are numbers and flags booleans; a manifest is a map, or False."""
    (block,) = read("landing.repo.getList")

    assert block.id == 5
    assert block.active is True
    assert block.created_by_id == 577
    assert block.site_template_id is None
    assert block.manifest["block"] == {"name": "Context full test block"}
    returns = repo.get_list(select=[]).returns
    assert decode([{"MANIFEST": False}], returns) == [SelectedRepoBlock(manifest=False)]
    assert decode([{"MANIFEST": []}], returns) == [SelectedRepoBlock(manifest={})]


def test_widgets_come_as_a_list_or_with_gaps() -> None:
    """The portal leaves out what is no widget, and PHP then prints an object."""
    (widget,) = read("landing.repowidget.getlist")
    rows = {"1": {"ID": "4"}, "3": {"ID": "6"}}
    found = decode(rows, widgets.get_list(select=["ID"]).returns)

    assert widget.manifest["block"]["subtype_params"]["rootNode"] == ".w-container"
    assert [row.id for row in found] == [4, 6]


def test_templates_of_the_wizard_come_by_their_codes() -> None:
    """Those of the portal have data and several types, registered ones neither; an
    empty map is a list to PHP."""
    templates = read("landing.demos.getPageList")
    registered = {
        "ID": "local@a",
        "TYPE": "PAGE",
        "ACTIVE": "Y",
        "REST": "7",
        "DATA": [],
    }
    returns = demos.get_page_list("page").returns
    own = decode({"local@a": registered}, returns)["local@a"]

    assert list(templates) == ["empty", "search-result"]
    assert templates["empty"].type == ["PAGE", "KNOWLEDGE", "GROUP", "MAINPAGE"]
    assert templates["empty"].data.items == []
    assert templates["empty"].data.old_id == 402
    assert templates["search-result"].available is None
    assert templates["search-result"].data.items["#block3430"]["code"] == "59.1.search"
    assert (own.type, own.active, own.rest) == ("PAGE", True, 7)
    assert own.data == TemplateData()
    assert decode([], returns) == {}


def test_areas_of_an_export_keep_their_numbers() -> None:
    """Reading changes nothing of what register is handed; here area 2 has no page."""
    layout = {"code": "header_footer", "ref": {"1": "head", "3": 617}}
    whole = {"code": "a", "layout": layout, "items": {"a": {"code": "a", "layout": []}}}

    read_back = decode(whole, sites.full_export(1).returns)

    assert read_back == whole
    assert demos.register(read_back).params == {"data": whole}
    assert decode({**whole, "layout": {"ref": ["a"]}}, sites.full_export(1).returns)


def test_an_export_with_nulls_is_read() -> None:
    """No index page, and a block of a webhook, which has no application's code."""
    repo_block = {"app_code": None, "xml_id": "mine"}
    items = {"#block1": {"code": "repo_7", "repo_block": repo_block}}
    whole = {
        "code": "a",
        "description": None,
        "fields": {"LANDING_ID_INDEX": None, "LANDING_ID_404": "0"},
        "items": {"a": {"code": "a", "fields": {"RULE": None}, "items": items}},
    }

    assert decode(whole, sites.full_export(1).returns) == whole


def test_the_localization_of_a_template_is_what_was_registered() -> None:
    """Phrases by language, as the page on localization shows; null for none."""
    lang = {"lang": {"de": {"Title": "Titel"}}, "lang_original": "en"}
    rows = [{"ID": 1, "LANG": lang}, {"ID": "2", "LANG": None}]

    assert decode(rows, demos.get_list(select=["ID", "LANG"]).returns) == [
        SelectedRegisteredTemplate(
            id=1, lang=Localization(lang={"de": {"Title": "Titel"}}, lang_original="en")
        ),
        SelectedRegisteredTemplate(id=2),
    ]

"""The documented answers, decoded by what the wrappers declare."""

import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from invocations import EXAMPLES, images, pages

from bitrix_async._call import Call
from bitrix_async._convert import decode
from bitrix_async.rest.catalog.product_image import (
    FieldDescription,
    ProductImage,
    ProductImageResult,
    ProductImagesResult,
    SelectedProductImage,
)
from bitrix_async.rest.landing.landing import BlockContent, Page, PlacedBlock

REPLIES = Path(__file__).parents[1] / "replies"

CALLS: dict[str, Call[Any]] = {
    **EXAMPLES,
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
    "catalog.productImage.add": ProductImageResult(product_image=IMAGE),
    "catalog.productImage.delete": True,
    "landing.landing.addblock": 28597,
    "landing.landing.copyblock.id": 28607,
    "landing.landing.favoriteBlock": 28619,
    "landing.landing.getList": [
        Page(
            id=985,
            title="Detailed News",
            site_id=3,
            date_modify="10/10/2022 03:25:30 pm",
            domain_id="5",
        ),
        Page(
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
    "landing.site.add": 159,
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


def test_additional_fields_keep_the_types_of_their_values() -> None:
    """They are of several types, and no text among them is taken for a flag."""
    fields = read("landing.landing.getadditionalfields")

    assert fields["SETTINGS_PRICE_CODE"] == ["BASE"]
    assert fields["SETTINGS_SHOW_PRICE_COUNT"] == 1
    assert fields["GACOUNTER_USE"] == "N"
    assert decode([], CALLS["landing.landing.getadditionalfields"].returns) == {}


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


ROW = {"ID": "1", "ACTIVE": "Y", "DELETED": "N", "FOLDER_ID": None, "TPL_ID": ""}


def test_a_page_reads_what_the_table_of_fields_promises() -> None:
    """Flags are booleans, ids are numbers, and what is empty or not there is None."""
    (page,) = decode([ROW], pages.get_list().returns)

    assert page == Page(id=1, active=True, deleted=False)


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

    assert repr(Page(id=1, active=True)) == "Page(id=1, active=True)"
    assert len(repr(page)) < 120
    assert "token" not in repr(IMAGE)
    assert "test.jpeg" in repr(IMAGE)

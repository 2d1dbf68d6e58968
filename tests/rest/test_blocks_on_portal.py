"""The wrappers of blocks, special pages and templates, against the local portal."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_async import Fault, Session
from bitrix_async.rest import landing
from bitrix_async.testing import MemoryTransport, Portal

if TYPE_CHECKING:
    from bitrix_async._call import Call

blocks = landing.block
pages = landing.landing
syspages = landing.syspage
templates = landing.template

CARDS = "02.three_cols_big_1"
TITLE = ".landing-block-node-title"
CARD = ".landing-block-card"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n rest").decode()


# One after the other on the block 1 of the page 1; the type that a checker is told is
# what decoding holds each answer to.
STEPS: list[Call[Any]] = [
    blocks.update_nodes(
        1,
        1,
        {
            TITLE + "@1": "50% & more = [a]",
            ".landing-block-node-icon": ["fa", "fa-telegram"],
            ".landing-block-node-link": {"href": "/?a=1&b=2#c", "attrs": {}},
            ".landing-block-node-img": {"src": "/a.png", "alt": "A", "id": 7},
        },
    ),
    blocks.update_attrs(1, 1, {CARD + "@0": {"data-number": [1, {"a": True}]}}),
    blocks.update_attrs(1, 1, {CARD + "@1": {"data-number": False}}),
    blocks.update_styles(1, 1, {"#wrapper": {"style": {"top": "0"}}, CARD: ["a b"]}),
    blocks.update_styles(1, 1, {CARD: {"classList": ["landing-block-card"]}}),
    blocks.change_anchor(1, 1, "about-us", prevent_history=True),
    blocks.change_node_name(1, 1, {TITLE: "h1"}),
    blocks.add_card(1, 1, CARD + "@2", '<div class="landing-block-card">+</div>'),
    blocks.clone_card(1, 1, CARD + "@0"),
    blocks.remove_card(1, 1, CARD + "@0"),
    blocks.update_cards(
        1,
        1,
        {CARD: {"source": [{"value": 1}, {"type": "preset", "value": "link"}]}},
    ),
    blocks.upload_file(1, ("a.png", PNG), width=1, height=1),
    blocks.get_content(1, 1, edit_mode=True),
    blocks.get_content(1, 1, edit_mode=True, wrapper_show=False),
    blocks.get_by_id(1, edit_mode=True, get_content=True),
    blocks.get_list([1, 2], edit_mode=True),
    blocks.get_list(1, edit_mode=False),
    blocks.get_manifest(1, 1, edit_mode=True),
    blocks.get_manifest_file(CARDS),
    blocks.get_manifest_file("unknown"),
    blocks.get_repository(),
    blocks.get_repository(section="columns", scope="KNOWLEDGE"),
    blocks.get_repository(section="unknown"),
    blocks.get_content_from_repository(CARDS),
    blocks.get_content_from_repository("unknown"),
    blocks.update_content(1, 1, "<p>x</p>", designed=True),
    blocks.update_content(1, 1, "<p>y</p>", designed=False),
    syspages.get(1),
    syspages.set(1, "cart", lid=2),
    syspages.set(1, "order", lid=0),
    syspages.get(1),
    syspages.get(1, active=True),
    syspages.get(9),
    syspages.get_special_page(1, "cart", additional={"a": "b c"}),
    syspages.set(1, "cart"),
    syspages.delete_for_landing(2),
    syspages.delete_for_site(1),
    templates.get_list(filter={"=ACTIVE": "Y"}, order={"SORT": "DESC"}, limit=2),
    templates.get_site_ref(1),
    templates.set_site_ref(1, data={1: 2, 2: 0}),
    templates.get_site_ref(1),
    templates.set_site_ref(1, data={}),
    templates.set_landing_ref(1, data={1: 2}),
    templates.get_landing_ref(1),
    templates.set_landing_ref(1),
    templates.get_landing_ref(1),
    blocks.remove_card(1, 1, CARD + "@9"),
    blocks.get_manifest(9, 1),
    templates.get_site_ref(9),
]


def prepared() -> Portal:
    portal = Portal(cost=0.0)
    portal.seed_pages(2)
    return portal


async def outcomes(*, batched: bool) -> tuple[list[str], int]:
    """What came of every step, with the block's HTML behind it; how many batches."""
    portal = prepared()
    seen: list[Any] = []
    async with Session(portal.webhook, transport=MemoryTransport(portal)) as bx:
        await bx(pages.add_block(1, {"CODE": CARDS}))
        for call in STEPS:
            if batched:
                seen += await asyncio.gather(
                    bx(call), bx(landing.landing.get_preview(1)), return_exceptions=True
                )
                seen.pop()
            else:
                seen += await asyncio.gather(bx(call.direct()), return_exceptions=True)
            seen.append(portal.pages[1].blocks[0].content)
    batches = sum(request.method == "batch" for request in portal.requests)
    return [str(one) for one in seen], batches


async def test_a_batch_does_what_a_request_of_its_own_does() -> None:
    """Every answer decodes, and is the same whichever way the call travelled."""
    direct, none = await outcomes(batched=False)
    batched, many = await outcomes(batched=True)

    assert batched == direct
    assert [text for text in direct if "@ result" in text] == []
    assert direct[-1] == "<p>y</p>"
    assert [text.split(": ")[1] for text in direct[-6::2]] == [
        "CARD_NOT_FOUND",
        "LANDING_NOT_EXIST",
        "ENTITY_NOT_FOUND",
    ]
    assert none == 0
    assert many > len(STEPS) / 2


async def test_a_picture_is_uploaded_and_put_into_a_block() -> None:
    """One request after the other in a batch, by what the first one answers."""
    portal = prepared()
    async with Session(portal.webhook, transport=MemoryTransport(portal)) as bx:
        block = await bx(pages.add_block(1, {"CODE": CARDS}))
        upload = blocks.upload_file(block, "https://a.example/b.png")
        image: blocks.ImageNode = {
            "src": upload.result["src"],
            "id": upload.result["id"],
        }
        file, changed = await bx.batch(
            upload, blocks.update_nodes(1, block, {".landing-block-node-img": image})
        )

        assert changed is True
        html = (await bx(blocks.get_content(1, block, edit_mode=True))).content
        assert f'src="{file.src}"' in html
        assert f'data-fileid="{file.id}"' in html


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (blocks.change_anchor(1, 1, "a"), "BAD_ANCHOR"),
        (blocks.change_node_name(1, 1, {}), "NODES_NOT_FOUND"),
        (blocks.update_nodes(1, 9, {TITLE: "x"}), "BLOCK_NOT_FOUND"),
        (blocks.clone_card(1, 1, TITLE), "CARD_NOT_FOUND"),
        (blocks.get_list([1, 9]), "LANDING_NOT_EXIST"),
        (blocks.get_by_id(1, edit_mode=True, scope="GROUP"), "BLOCK_NOT_FOUND"),
        (blocks.upload_file(1, ("a.txt", PNG)), "FILE_ERROR"),
        (templates.set_landing_ref(9), "ENTITY_NOT_FOUND"),
    ],
)
async def test_what_is_wrong_is_a_fault(call: Call[Any], code: str) -> None:
    """With the code that the docstring names."""
    portal = prepared()
    async with Session(portal.webhook, transport=MemoryTransport(portal)) as bx:
        await bx(pages.add_block(1, {"CODE": CARDS}))
        with pytest.raises(Fault) as caught:
            await bx(call)

    assert caught.value.code == code


async def test_a_menu_is_replaced_or_added_to() -> None:
    """Entries are maps; `append_menu` keeps those that are there."""
    portal = prepared()
    entry: blocks.MenuItem = {"text": "News", "href": "/news/"}
    menu = ".landing-block-node-menu"
    async with Session(portal.webhook, transport=MemoryTransport(portal)) as bx:
        block = await bx(pages.add_block(1, {"CODE": "0.menu_02"}))
        await bx(blocks.update_nodes(1, block, {menu: [entry]}))
        more: blocks.MenuItem = {"text": "Contacts", "href": "/news/"}
        await bx(blocks.update_nodes(1, block, {menu: [more]}, append_menu=True))
        content = (await bx(blocks.get_content(1, block, edit_mode=True))).content

    assert content.count('<a href="/news/">') == 2
    assert content.index("News") < content.index("Contacts")

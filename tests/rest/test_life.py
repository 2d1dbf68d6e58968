"""The life of a site, from its making to its end, by every way that calls can go."""

from __future__ import annotations

from base64 import b64decode, b64encode
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import attrs
from invocations import blocks, pages, sites

from bitrix_async import Call, Fault, Session
from bitrix_async.testing import MemoryTransport, Portal, run
from bitrix_async.testing.http import serve
from bitrix_async.testing.memory import EPOCH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from bitrix_async.rest import landing

    Results = Mapping[str, Any]
    Step = Callable[[Results], dict[str, Call[Any]]]
    Way = Callable[[Session, list[Call[Any]]], Awaitable[list[Any]]]

PICTURE = b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(256))).decode()
TITLE = ".landing-block-node-title"
IMAGE = ".landing-block-node-img"


def make(_: Results) -> dict[str, Call[Any]]:
    return {
        "site": sites.add(
            {
                "TITLE": "Shop",
                "CODE": "shop",
                "ADDITIONAL_FIELDS": {"THEME_CODE": "wedding"},
            }
        )
    }


def furnish(of: Results) -> dict[str, Call[Any]]:
    return {
        "folder": sites.add_folder(of["site"], {"TITLE": "News", "CODE": "news"}),
        "home": pages.add({"TITLE": "Home", "SITE_ID": of["site"]}),
        "slash": pages.add({"TITLE": "x", "SITE_ID": of["site"], "CODE": "a/b"}),
    }


def build(of: Results) -> dict[str, Call[Any]]:
    return {
        "article": pages.add(
            {
                "TITLE": "Opening",
                "SITE_ID": of["site"],
                "CODE": "opening",
                "FOLDER_ID": of["folder"],
            }
        ),
        "cover": pages.add_block(of["home"], {"CODE": "01.big_with_text"}),
        "text": pages.add_block(
            of["home"], {"CODE": "04.1.one_col_fix_with_title"}, return_content=True
        ),
    }


def upload(of: Results) -> dict[str, Call[Any]]:
    return {
        "picture": blocks.upload_file(of["cover"], ("hall.png", PICTURE)),
        "nothing": blocks.upload_file(of["cover"], ("hall.txt", PICTURE)),
    }


def write(of: Results) -> dict[str, Call[Any]]:
    home, cover, picture = of["home"], of["cover"], of["picture"]
    image: landing.block.ImageNode = {"src": picture.src, "id": picture.id}
    return {
        "nodes": blocks.update_nodes(home, cover, {TITLE: "Welcome", IMAGE: image}),
        "text nodes": blocks.update_nodes(home, of["text"].id, {TITLE: "We open"}),
        "anchor": blocks.change_anchor(home, cover, "hall"),
        "draft": blocks.get_content(home, cover, edit_mode=True),
        "unseen": blocks.get_list(home),
    }


def publish(of: Results) -> dict[str, Call[Any]]:
    return {
        "home published": pages.publication(of["home"]),
        "article published": pages.publication(of["article"]),
        "site published": sites.publication(of["site"]),
        "folders": sites.get_folders(of["site"], filter={"ACTIVE": "Y"}),
        "address": pages.get_public_url(of["article"]),
        "addresses": sites.get_public_url([of["site"], 99]),
        "seen": blocks.get_list(of["home"], get_content=True),
    }


def export(of: Results) -> dict[str, Call[Any]]:
    return {
        "export": sites.full_export(of["site"], code="ourshop", edit_mode=False),
        "wrong code": sites.full_export(of["site"], code="our-shop"),
    }


def withdraw(of: Results) -> dict[str, Call[Any]]:
    return {
        "article withdrawn": pages.unpublic(of["article"]),
        "site withdrawn": sites.unpublic(of["site"]),
        "states": pages.get_list(select=["ID", "ACTIVE"], order={"ID": "ASC"}),
    }


def trash(of: Results) -> dict[str, Call[Any]]:
    return {
        "trashed": sites.mark_delete(of["site"]),
        "out of reach": pages.publication(of["home"]),
        "no address": sites.get_public_url(of["site"]),
        "no sites": sites.get_list(),
    }


def restore(of: Results) -> dict[str, Call[Any]]:
    return {
        "restored": sites.mark_undelete(of["site"]),
        "sites": sites.get_list(select=["TITLE", "CODE", "ACTIVE"]),
        "folder trashed": sites.mark_folder_delete(of["folder"]),
        "folder restored": sites.mark_folder_undelete(of["folder"]),
    }


def end(of: Results) -> dict[str, Call[Any]]:
    return {
        "not empty": sites.delete(of["site"]),
        "article deleted": pages.delete(of["article"]),
        "home trashed": pages.mark_delete(of["home"]),
        "home hidden": pages.delete(of["home"]),
        "home restored": pages.mark_undelete(of["home"]),
        "home deleted": pages.delete(of["home"]),
        "deleted": sites.delete(of["site"]),
        "nobody": sites.get_list(filter={"=DELETED": ["Y", "N"]}),
    }


LIFE: list[Step] = [
    make,
    furnish,
    build,
    upload,
    write,
    publish,
    export,
    withdraw,
    trash,
    restore,
    end,
]


async def alone(bx: Session, calls: list[Call[Any]]) -> list[Any]:
    """One request after the other."""
    results = []
    for call in calls:
        try:
            results.append(await bx(call.direct()))
        except Fault as error:
            results.append(error)
    return results


async def together(bx: Session, calls: list[Call[Any]]) -> list[Any]:
    """In as few requests as can be."""
    return list(await bx.batch(*calls, halt=False, return_exceptions=True))


WAYS: dict[str, Way] = {"alone": alone, "together": together}


@asynccontextmanager
async def in_memory(portal: Portal) -> AsyncIterator[Session]:
    async with Session(portal.webhook, transport=MemoryTransport(portal)) as bx:
        yield bx


@asynccontextmanager
async def over_sockets(portal: Portal) -> AsyncIterator[Session]:
    async with serve(portal, epoch=EPOCH) as webhook, Session(webhook) as bx:
        yield bx


DOORS = {"memory": in_memory, "sockets": over_sockets}


async def lived(door: str, way: str) -> tuple[dict[str, Any], Portal]:
    """What every call of a life came to, and the portal that is left."""
    portal = Portal(seed=5)
    of: dict[str, Any] = {}
    async with DOORS[door](portal) as bx:
        for step in LIFE:
            calls = step(of)
            results = await WAYS[way](bx, list(calls.values()))
            of |= dict(zip(calls, results, strict=True))
            if step is write:
                of["files"] = [one.content for one in portal.landing.files.values()]
    return of, portal


def outcome(value: Any) -> Any:
    """A result without its moments; a fault by its code."""
    if isinstance(value, Fault):
        return value.code
    if attrs.has(type(value)):
        return {
            name: outcome(part)
            for name, part in attrs.asdict(value, recurse=False).items()
            if not name.startswith("date_")
        }
    if isinstance(value, list):
        return list(map(outcome, value))
    return value


# What the calls of a life come to, but for those whose results are objects.
CAME_TO: dict[str, Any] = {
    "site": 1,
    "folder": 1,
    "home": 1,
    "slash": "SLASH_IS_NOT_ALLOWED",
    "article": 2,
    "cover": 1,
    "nothing": "FILE_ERROR",
    "nodes": True,
    "text nodes": True,
    "anchor": True,
    "unseen": [],
    "home published": True,
    "article published": True,
    "site published": 1,
    "address": "https://site1.portal.example/news/opening/",
    "addresses": {1: "https://site1.portal.example"},
    "wrong code": "SYSTEM_ERROR",
    "article withdrawn": True,
    "site withdrawn": 1,
    "trashed": 1,
    "out of reach": "LANDING_NOT_EXIST",
    "no address": "",
    "no sites": [],
    "restored": 1,
    "folder trashed": True,
    "folder restored": True,
    "not empty": "SITE_IS_NOT_EMPTY",
    "article deleted": True,
    "home trashed": 1,
    "home hidden": "LANDING_NOT_EXIST",
    "home restored": 1,
    "home deleted": True,
    "deleted": True,
    "nobody": [],
}


def test_a_life_comes_to_what_is_documented() -> None:
    """Every call answers its type, and what was done before shows in what is read."""
    of, portal = run(lived("memory", "alone"))

    assert {name: outcome(of[name]) for name in CAME_TO} == CAME_TO
    assert of["files"] == [b64decode(PICTURE)]
    assert "Welcome" in of["draft"].content
    assert of["picture"].src in of["draft"].content
    assert of["draft"].anchor == "hall"
    assert [block.code for block in of["seen"]] == [
        "04.1.one_col_fix_with_title",
        "01.big_with_text",
    ]
    assert "We open" in of["seen"][0].content
    assert [(one.title, one.active) for one in of["folders"]] == [("News", True)]
    assert [(page.id, page.active) for page in of["states"]] == [(1, True), (2, False)]
    (site,) = of["sites"]
    assert (site.title, site.code, site.active) == ("Shop", "/shop/", False)
    assert not portal.pages
    assert not portal.sites


def test_an_export_holds_what_was_written() -> None:
    """Its pages, with their blocks and what is in these."""
    of, _ = run(lived("memory", "alone"))
    whole = of["export"]
    home, article = whole["items"].values()

    assert whole["code"] == "ourshop"
    assert whole["fields"]["ADDITIONAL_FIELDS"] == {"THEME_CODE": "wedding"}
    assert article["items"] == []
    cover = home["items"][f"#block{of['cover']}"]
    assert cover["code"] == "01.big_with_text"
    assert cover["anchor"] == "hall"
    assert cover["nodes"][TITLE] == ["Welcome"]
    assert cover["nodes"][IMAGE][0]["src"] == of["picture"].src


def test_a_life_is_the_same_by_every_way() -> None:
    """In memory and over sockets, alone and together: equal outcomes, each once."""
    lives = [run(lived(door, way)) for door in DOORS for way in WAYS]
    outcomes = [{name: outcome(one) for name, one in of.items()} for of, _ in lives]
    count = sum(len(step(lives[0][0])) for step in LIFE)

    assert all(one == outcomes[0] for one in outcomes)
    for (_, portal), way in zip(lives, [*WAYS, *WAYS], strict=True):
        assert len(portal.ledger.entries) == count
        assert (portal.request_count == count) is (way == "alone")
    assert lives[1][1].request_count < count / 2

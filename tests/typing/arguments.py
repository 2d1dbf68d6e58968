"""What the wrappers take and what they refuse; this file is only type-checked.

Every ignored line has to be an error, or the checker complains of the ignoring.
"""

from typing import Any, Unpack

from bitrix_async import (
    Call,
    FileStore,
    HowToRun,
    HowToWalk,
    JobSummary,
    OAuth,
    Session,
)
from bitrix_async.rest import catalog, landing

blocks = landing.block
pages = landing.landing
images = catalog.product_image

site = landing.site.add({"TITLE": "Shop", "CODE": "shop"})
page = pages.add({"TITLE": "Home", "SITE_ID": site.result})
ids: list[int] = [1, 2]

# A result of the right type stands for a value, in arguments and in objects.
pages.publication(page.result)
pages.get_public_url(pages.get_list().result[0]["ID"])
pages.add_block(page.result, {"CODE": "a", "AFTER_ID": pages.copy(1).result})
pages.remove_entities(1, {"blocks": ids})
pages.remove_entities(1, {"blocks": [pages.favorite_block(1, 2).result, 3]})
images.delete(1, images.get(1, 2).result["productImage"]["id"])
pages.publication(pages.get_public_url(1).result)  # type: ignore[arg-type]

landing.demos.register(Call("landing.site.fullExport", {"id": 1}).result)

# Parameters are a map, tokens are Tokens or a map, and a store is no path.
Call("crm.deal.list", [1])  # type: ignore[arg-type]
Call("crm.deal.list", None)  # type: ignore[arg-type]
OAuth("id", "secret", tokens={"access_token": "a"}, store=FileStore("tokens.json"))
OAuth("id", "secret", tokens="a")  # type: ignore[arg-type]
OAuth("id", "secret", store="tokens.json")  # type: ignore[arg-type]

# Words that the portal does not know.
pages.publication(1, scope="KNOWLEDGE")
pages.publication(1, scope="PAGE")  # type: ignore[arg-type]
pages.publication("1")  # type: ignore[arg-type]
pages.get_list(order={"ID": "DOWN"})  # type: ignore[dict-item]
images.list(1, select=["ID"])  # type: ignore[list-item]
images.add({"productId": 1, "type": "PHOTO"}, ("a.png", ""))  # type: ignore[typeddict-item]

# Keys of objects: missing, unknown, of another type.
pages.add({"TITLE": "Home"})  # type: ignore[typeddict-item]
pages.add({"TITLE": "Home", "SITE_ID": 1, "SITE": 1})  # type: ignore[typeddict-unknown-key]
pages.add({"TITLE": "Home", "SITE_ID": 1, "FOLDER": True})  # type: ignore[typeddict-item]
pages.update(1, {"FOLDER_ID": 0, "DELETED": "Y"})
pages.remove_entities(1, {"images": [{"block": 1}]})  # type: ignore[typeddict-item]
pages.favorite_block(1, 2, meta={"section": ["text"], "tpl_code": "bitrix24"})
pages.favorite_block(1, 2, meta={"tags": []})  # type: ignore[arg-type]

# Values of nodes, each of one kind; styles; cards.
blocks.update_nodes(1, 2, {".a": "text", ".b": ["fa"], ".c": {"src": "x", "alt": "y"}})
blocks.update_nodes(1, 2, {".a": {"href": "/", "attrs": {"data-url": "/"}}})
blocks.update_nodes(1, 2, {".a": {"attrs": {"data-x": 1}}})
blocks.update_nodes(1, 2, {".a": {"src": blocks.upload_file(1, "x").result["src"]}})
blocks.update_nodes(1, 2, {".a": {"source": 1}})  # type: ignore[dict-item]
entry: blocks.MenuItem = {"text": "News", "href": "/", "children": []}
blocks.update_nodes(1, 2, {".menu": [entry], ".b": ["c"]}, append_menu=True)
blocks.update_nodes(1, 2, {".menu": [{"text": "a", "href": "b"}]})
blocks.update_nodes(1, 2, {".menu": [{"text": "News"}]})  # type: ignore[list-item]
blocks.update_nodes(1, 2, {".a": 5})  # type: ignore[dict-item]
blocks.change_node_name(1, 2, {".a": "h1"})
blocks.change_node_name(1, 2, {".a": "b"})  # type: ignore[dict-item]
blocks.update_styles(1, 2, {".a": {"affect": ["color"]}, ".b": "c", ".d": ["e"]})
blocks.update_styles(1, 2, {".a": {"style": "color"}})  # type: ignore[dict-item]
blocks.update_cards(1, 2, {".a": {"source": [{"type": "card", "value": 0}]}})
blocks.update_cards(1, 2, {".a": {"source": [{"type": "copy"}]}})  # type: ignore[typeddict-item]
blocks.upload_file(1, ("a.png", "aGk="), resize_type=2)
blocks.upload_file(1, ("a.png", "aGk="), resize_type=3)  # type: ignore[arg-type]
blocks.get_list(ids)
# Sites and roles.
sites = landing.site
roles = landing.role
sites.set_rights(1, rights={"AU": ["read"]})
sites.set_rights(1, rights=[])
sites.set_rights(1, rights=["read"])  # type: ignore[list-item]
sites.set_rights(1, rights={"AU": ["write"]})  # type: ignore[list-item]
sites.get_folders(1, filter={"=DELETED": "N", "PARENT_ID": None})
sites.get_folders(1, filter={"PARENT_ID": "top"})  # type: ignore[arg-type]
sites.add_folder(
    site.result, {"TITLE": "a", "PARENT_ID": sites.add_folder(1, {"TITLE": "b"}).result}
)
sites.add_folder(1, {})  # type: ignore[typeddict-item]
sites.update_folder(1, 2, {"PARENT_ID": None})
sites.get_public_url([site.result, 3])
roles.set_rights(1, {0: ["read"]}, additional=["knowledge_create"])
roles.set_rights(1, {"0": ["read"]})  # type: ignore[dict-item]
roles.enable(mode=1)  # type: ignore[arg-type]

landing.syspage.set(1, "cart", lid=pages.copy(1).result)
landing.syspage.set(1, "basket")  # type: ignore[arg-type]
landing.template.set_site_ref(1, data={1: pages.copy(1).result})

# What is optional is never positional.
pages.publication(1, "GROUP")  # type: ignore[call-arg]
pages.favorite_block(1, 2, {})  # type: ignore[call-arg]

# Blocks, widgets and templates to be registered.
block: landing.repo.NewRepoBlock = {
    "NAME": "Banner",
    "CONTENT": "<div></div>",
    "SECTIONS": "cover",
    "PREVIEW": "",
}
manifest: landing.repo.Manifest = {
    "block": {"name": "Banner", "section": ["cover"], "type": ["page", "store"]},
    "cards": {
        ".card": {
            "name": "Column",
            "label": [".title"],
            "presets": {"a": {"name": "A", "html": "<b>", "values": {".title": "A"}}},
            "additional": {"attrs": [{"type": "text", "attribute": "data-a"}]},
        }
    },
    "nodes": {
        ".title": {"name": "Title", "type": "text"},
        ".image": {"type": "img", "dimensions": {"maxWidth": 1200}},
    },
    "style": {
        "block": {"type": ["block-default"]},
        "nodes": {".title": {"title": "Title", "type": "typo"}},
    },
    "attrs": {
        ".title": [
            {
                "name": "Mode",
                "type": "dropdown",
                "attribute": "data-view",
                "items": [{"name": "Short", "value": "short"}],
            },
            {"name": "Group", "attrs": [{"attribute": "a", "pseudo-class": ":hover"}]},
        ]
    },
    "menu": {".menu": {"item": ".item", "root": {"ulClassName": "a"}, "nodes": {}}},
    "assets": {"css": ["https://example.com/a.css"], "ext": ["landing_form"]},
    "lang_original": "en",
    "lang": {"de": {"Title": "Titel"}},
}
landing.repo.register("banner", block, manifest=manifest)
landing.repo.register("banner", {"NAME": "Banner"})  # type: ignore[typeddict-item]
landing.repo.register("banner", block, manifest={"node": {}})  # type: ignore[arg-type]
landing.repo.register(
    "banner",
    block,
    manifest={"nodes": {".title": {"type": "words"}}},  # type: ignore[arg-type]
)
landing.repo.register("banner", block, {})  # type: ignore[call-arg]
landing.repo.get_list(order={"ID": "asc"})  # type: ignore[dict-item]
landing.repo.get_list(limits=1)  # type: ignore[call-overload]
landing.repowidget.get_list(order={"ID": "asc"})
landing.repowidget.debug(enable="Y")  # type: ignore[arg-type]
landing.demos.get_site_list("PAGE")  # type: ignore[arg-type]
landing.demos.register({"code": "a", "items": {"a": {"code": "a", "items": []}}})
landing.demos.register([{"code": "a", "description": None, "layout": []}])
landing.demos.register({"name": "a"})  # type: ignore[arg-type]
landing.demos.register({"code": "a", "layout": ["b"]})  # type: ignore[arg-type]
landing.demos.register({"code": "a", "items": {"a": {"name": "b"}}})  # type: ignore[arg-type]


# Functions of one's own hand the options on, and know them.
async def nightly(bx: Session, **how: Unpack[HowToRun]) -> JobSummary:
    return await bx.run([pages.publication(1)], journal="pages.journal", **how)


async def titles(bx: Session, **how: Unpack[HowToWalk]) -> list[Any]:
    return [row["TITLE"] async for row in bx.rows(Call("crm.deal.list"), **how)]


async def uses(bx: Session) -> None:
    await nightly(bx, again={"refused"}, collect=True)
    await nightly(bx, again={"failed"})  # type: ignore[arg-type]
    await titles(bx, strategy="keyset", key="ID")
    await titles(bx, page=1)  # type: ignore[call-arg]

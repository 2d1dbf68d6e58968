"""landing.block.get*: what a block of a page has in it, and what its manifest says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._html import Element
from bitrix_async.testing._landing_gateway import (
    action,
    block_of,
    may,
    no_block,
    page_of,
    visible_page,
)
from bitrix_async.testing._landing_repository import preview_of, source_of
from bitrix_async.testing._landing_tables import date_text
from bitrix_async.testing._methods import param
from bitrix_async.testing._php import entries, truthy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.testing._landing_gateway import Array
    from bitrix_async.testing._landing_model import Block, Page
    from bitrix_async.testing._methods import Context, Handler


def html_of(block: Block, *, draft: bool) -> str:
    """The content with the element around it, as the editor or a visitor has it."""
    css = block.code.replace(".", "-")
    own: dict[str, str | None] = (
        {"id": f"block{block.id}", "data-id": str(block.id)}
        if draft
        else {"id": anchor_of(block)}
    )
    classes = {"class": f"block-wrapper block-{css}"}
    wrapper = Element("div", {**own, **classes, **block.wrapper})
    wrapper.children = [block.content]
    return str(wrapper)


def anchor_of(block: Block) -> str:
    return block.anchor or f"b{block.id}"


def content_of(context: Context, block: Block, html: str) -> dict[str, Any]:
    """What getcontent answers, and RETURN_CONTENT=Y asks for."""
    source = source_of(context, block.code)
    return {
        "id": block.id,
        "sections": ",".join(source.sections),
        "active": block.active,
        "access": access_of(context, context.portal.landing.pages[block.lid]),
        "anchor": anchor_of(block),
        "php": False,
        "designed": block.designed,
        "repoId": source.repo_id,
        "content": html,
        "content_ext": "",
        "css": [],
        "js": [],
        "assetStrings": [],
        "lang": [],
        "manifest": manifest_of(context, block),
        "dynamicParams": [],
    }


def access_of(context: Context, page: Page) -> str:
    """All, all but deletion, or nothing."""
    if not may(context, page, "edit"):
        return "D"
    return "X" if may(context, page, "delete") else "W"


def _content(
    context: Context,
    lid: int,
    block: int,
    *,
    edit_mode: bool = False,
    params: Array = None,
) -> Any:
    found = _on(page_of(context, lid), block, draft=edit_mode)
    hidden = not found.active and not edit_mode
    if hidden and not truthy(param(params, "force_unactive")):
        html = ""
    elif truthy(param(params, "wrapper_show", default=True)):
        html = html_of(found, draft=edit_mode)
    else:
        html = found.content
    return content_of(context, found, html)


def _on(page: Page, number: int, *, draft: bool) -> Block:
    """A block of the draft of a page, or of what is published."""
    if draft:
        return block_of(page, number)
    for block in page.published:
        if block.id == number:
            return block
    raise no_block()


def _by_id(context: Context, block: int, params: Array = None) -> Any:
    landing = context.portal.landing
    draft = truthy(param(params, "edit_mode"))
    found = landing.block(block) if draft else landing.shown(block)
    page = visible_page(context, found.lid) if found else None
    if found is None or page is None:
        raise no_block()
    if found.deleted != truthy(param(params, "deleted")):
        raise no_block()
    return block_row(context, page, found, params)


def block_row(
    context: Context, page: Page, block: Block, params: Array
) -> dict[str, Any]:
    """A block as the lists have it."""
    row = {
        "id": block.id,
        "lid": page.id,
        "code": block.code,
        "name": source_of(context, block.code).name,
        "active": block.active,
        "meta": _meta(context, page, block),
    }
    if truthy(param(params, "get_content")):
        html = html_of(block, draft=truthy(param(params, "edit_mode")))
        row |= {"content": html, "css": [], "js": []}
    return row


def _meta(context: Context, page: Page, block: Block) -> dict[str, Any]:
    """All of it is text (9.3)."""
    return {
        "LID": str(page.id),
        "FAVORITE_META": "",
        "CREATED_BY_ID": str(block.created_by),
        "DATE_CREATE": date_text(context, block.created),
        "MODIFIED_BY_ID": str(block.created_by),
        "DATE_MODIFY": date_text(context, block.modified),
        "SITE_TYPE": context.portal.landing.sites[page.site_id].type,
        "LANDING_TITLE": page.title,
        "LANDING_TPL_CODE": "",
        "SITE_TPL_CODE": "",
        "XML_ID": "",
        "DESIGNER_MODE": "",
    }


# -- manifests


def _manifest(context: Context, lid: int, block: int, params: Array = None) -> Any:
    draft = truthy(param(params, "edit_mode"))
    return manifest_of(context, _on(page_of(context, lid), block, draft=draft))


def manifest_of(context: Context, block: Block) -> dict[str, Any]:
    """The manifest made ready: its parts are there, styles sorted, nodes named."""
    source = source_of(context, block.code)
    own = source.manifest
    callbacks = entries(own.get("callbacks"))
    return {
        "cards": [],
        "attrs": [],
        "menu": [],
        **own,
        "nodes": {
            key: {**dict(entries(node)), "code": key}
            for key, node in entries(own.get("nodes"))
        },
        "style": _style(own.get("style")),
        "assets": {
            name: param(own.get("assets"), name, [])
            for name in ("css", "js", "ext", "class", "callbacks")
        },
        "callbacks": {str(name).lower(): part or {} for name, part in callbacks},
        "namespace": source.namespace,
        "code": block.code,
        "preview": "" if source.repo_id else preview_of(block.code),
        "timestamp": source.written,
    }


def _style(style: Any) -> dict[str, Any]:
    """A style that is not divided is that of nodes."""
    if param(style, "block") is not None or param(style, "nodes") is not None:
        return {"block": param(style, "block", []), "nodes": param(style, "nodes", [])}
    return {"block": [], "nodes": dict(entries(style))}


METHODS: Final[Mapping[str, Handler]] = {
    "landing.block.getbyid": action(_by_id),
    "landing.block.getcontent": action(_content),
    "landing.block.getmanifest": action(_manifest),
}

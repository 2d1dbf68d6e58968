"""landing.block.getrepository and its like: the blocks that a page can be given.

Three kinds have codes of three forms: `<code>` those of the library, `repo_<id>` those
that applications registered, `<code>@<id>` copies that users saved.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from bitrix_async.testing._landing_gateway import action, family
from bitrix_async.testing._landing_library import LIBRARY, PLAIN, LibraryBlock
from bitrix_async.testing._methods import param
from bitrix_async.testing._php import entries

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from bitrix_async.testing._landing_model import Block
    from bitrix_async.testing._landing_registry import Row
    from bitrix_async.testing._methods import Context, Handler

_CODE: Final = re.compile(r"(?:bitrix:)?([A-Za-z0-9._\-]+)\Z")
_REGISTERED: Final = re.compile(r"repo_([0-9]+)\Z")
_SAVED: Final = re.compile(r"[^@:]+@([0-9]+)\Z")

# When the files of the library were written: 2026-01-01.
_WRITTEN: Final = 1_767_225_600


@frozen
class Source:
    """What a block is made from, whoever made it."""

    name: str
    sections: tuple[str, ...]
    content: str
    manifest: Mapping[Any, Any]
    repo_id: int | None = None
    namespace: str = "bitrix"
    written: int = _WRITTEN
    designable: bool = True


def source_of(context: Context, code: str) -> Source:
    """The block of a code; a code that nobody has is a plain one of the library."""
    row = _registered(context, code)
    if row is None:
        block = LIBRARY.get(code, PLAIN)
        return Source(
            name=block.name,
            sections=block.sections,
            content=block.content,
            manifest=manifest_of(block),
            designable=block.designable,
        )
    return Source(
        name=row.fields["NAME"],
        sections=_sections(row),
        content=row.fields["CONTENT"],
        manifest=_own_manifest(row),
        repo_id=row.id,
        namespace=row.app or "",
        written=int(row.modified),
        designable=False,
    )


def saved_copy(context: Context, code: str) -> Block | None:
    """The copy that a user saved as `<code>@<id>`."""
    number = _SAVED.match(code)
    favorites = context.portal.landing.favorites
    return favorites.get(int(number[1])) if number else None


def _registered(context: Context, code: str) -> Row | None:
    number = _REGISTERED.match(code)
    blocks = context.portal.landing.registry.blocks
    return blocks.get(int(number[1])) if number else None


def _sections(row: Row) -> tuple[str, ...]:
    return tuple(name.strip() for name in row.fields["SECTIONS"].split(","))


def _own_manifest(row: Row) -> dict[Any, Any]:
    own = dict(entries(row.manifest))
    block = {"name": row.fields["NAME"], "section": list(_sections(row))}
    return {**own, "block": {**block, **dict(entries(own.get("block")))}}


def manifest_of(block: LibraryBlock) -> dict[str, Any]:
    """The manifest as its file has it."""
    own: dict[str, Any] = {
        "name": block.name,
        "section": list(block.sections),
        "dynamic": False,
    }
    if block.types:
        own["type"] = list(block.types)
    if block.subtype:
        own["subtype"] = block.subtype
    return {"block": own, **block.manifest}


def _manifest_file(_: Context, code: str) -> Any:
    """Only what is in a file: nothing of another namespace, nothing registered."""
    short = _CODE.match(code)
    block = LIBRARY.get(short[1]) if short else None
    return manifest_of(block) if block else []


def _content(context: Context, code: str) -> str | None:
    """None where no block has the code; a namespace is of no code here."""
    if _SAVED.match(code):
        saved = saved_copy(context, code)
        return saved.content if saved else None
    row = _registered(context, code)
    if row is not None:
        return str(row.fields["CONTENT"])
    block = LIBRARY.get(code)
    return block.content if block else None


# -- the repository


def _repository(context: Context, section: str | None = None) -> Any:
    sections = _sections_of(context)
    return sections if section is None else sections.get(section, False)


def _sections_of(context: Context) -> dict[str, Any]:
    saved = {
        f"{block.code}@{block.id}": _saved_row(context, block)
        for block in context.portal.landing.favorites.values()
    }
    sections = {"favourite": _section("Favorites", saved)}
    for code, row in _rows(context):
        for name in row["section"]:
            found = sections.setdefault(name, _section(name.capitalize(), {}))
            found["items"][code] = row
    return sections


def _section(name: str, items: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "meta": [],
        "new": False,
        "type": None,
        "specialType": None,
        "separator": False,
        "app_code": False,
        "items": items,
    }


def _rows(context: Context) -> Iterator[tuple[str, dict[str, Any]]]:
    for code, block in LIBRARY.items():
        if _fits(context, block.types):
            yield code, _library_row(context, code, block)
    for row in context.portal.landing.registry.blocks.values():
        if _offered(context, row):
            yield f"repo_{row.id}", _registered_row(row, _types_of(row))


def can_be_added(context: Context, code: str) -> bool:
    """Whether sites of the scope can be given it; what nobody has is a plain block."""
    if _SAVED.match(code):
        return saved_copy(context, code) is not None
    if _REGISTERED.match(code):
        row = _registered(context, code)
        return row is not None and _offered(context, row)
    return bool(code) and _fits(context, LIBRARY.get(code, PLAIN).types)


def _offered(context: Context, row: Row) -> bool:
    return row.fields.get("ACTIVE", "Y") != "N" and _fits(context, _types_of(row))


def _fits(context: Context, types: Collection[str]) -> bool:
    return not types or not {kind.lower() for kind in family(context)}.isdisjoint(types)


def _types_of(row: Row) -> list[str]:
    types = param(param(row.manifest, "block"), "type")
    return [str(kind) for _, kind in entries(types)]


def _library_row(context: Context, code: str, block: LibraryBlock) -> dict[str, Any]:
    return {
        "id": None,
        "name": block.name,
        "namespace": "bitrix",
        "new": False,
        "version": None,
        "type": list(block.types),
        "section": list(block.sections),
        "system": False,
        "description": "",
        "preview": f"//{context.portal.host}{preview_of(code)}",
        "restricted": False,
        "repo_id": False,
        "app_code": False,
        "only_for_license": "",
        "requires_updates": False,
    }


def preview_of(code: str) -> str:
    return f"/bitrix/blocks/bitrix/{code}/preview.jpg"


def _registered_row(row: Row, types: list[str]) -> dict[str, Any]:
    return {
        "id": None,
        "new": False,
        "name": row.fields["NAME"],
        "description": row.fields.get("DESCRIPTION"),
        "namespace": row.app or "",
        "type": types,
        "section": list(_sections(row)),
        "preview": row.fields["PREVIEW"],
        "restricted": True,
        "repo_id": str(row.id),
        "app_code": row.app or False,
        "requires_updates": False,
    }


def _saved_row(context: Context, block: Block) -> dict[str, Any]:
    name = param(block.meta, "name")
    sections = param(block.meta, "section")
    own = LIBRARY.get(block.code, PLAIN)
    return {
        **_library_row(context, block.code, own),
        "id": str(block.id),
        "name": str(name or own.name),
        "section": [str(part) for _, part in entries(sections)] or [sections or "text"],
        "favorite": True,
        "favoriteMy": block.created_by == context.caller.user,
    }


METHODS: Final[Mapping[str, Handler]] = {
    "landing.block.getContentFromRepository": action(_content),
    "landing.block.getmanifestfile": action(_manifest_file),
    "landing.block.getrepository": action(_repository),
}

"""The `landing` module: its methods, and pages by the thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bitrix_async.testing import (
    _landing_bindings,
    _landing_blocks,
    _landing_cards,
    _landing_changes,
    _landing_content,
    _landing_demos,
    _landing_export,
    _landing_files,
    _landing_folders,
    _landing_life,
    _landing_lists,
    _landing_pages,
    _landing_repo,
    _landing_repository,
    _landing_rights,
    _landing_sites,
    _landing_syspage,
    _landing_template,
)
from bitrix_async.testing._landing_library import LIBRARY
from bitrix_async.testing._landing_model import Block, Landing, Page, Site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.testing._methods import Handler

__all__ = ["METHODS", "Landing", "seed"]

METHODS: Final[Mapping[str, Handler]] = {
    **_landing_bindings.METHODS,
    **_landing_blocks.METHODS,
    **_landing_cards.METHODS,
    **_landing_changes.METHODS,
    **_landing_content.METHODS,
    **_landing_demos.METHODS,
    **_landing_export.METHODS,
    **_landing_files.METHODS,
    **_landing_folders.METHODS,
    **_landing_life.METHODS,
    **_landing_lists.METHODS,
    **_landing_pages.METHODS,
    **_landing_repo.METHODS,
    **_landing_repository.METHODS,
    **_landing_rights.METHODS,
    **_landing_sites.METHODS,
    **_landing_syspage.METHODS,
    **_landing_template.METHODS,
}

# When what was there before the test was made: 2026-01-01.
_BORN: Final = 1_767_225_600.0
_CODE: Final = "04.1.one_col_fix_with_title"


def seed(landing: Landing, count: int, *, blocks: int, published: bool) -> Site:
    """A site with so many pages, each with so many blocks."""
    number = landing.next_id("site")
    site = landing.sites[number] = Site(
        number, f"Site {number}", f"site{number}", _BORN, _BORN
    )
    for place in range(count):
        page = Page(
            landing.next_id("page"),
            number,
            f"Page {place}",
            f"page{place}",
            _BORN,
            _BORN,
        )
        page.blocks = [_block(landing, page.id) for _ in range(blocks)]
        if published:
            _publish(landing, page)
        landing.keep(page)
        site.index = site.index or page.id
    site.active = published and count > 0
    return site


def _block(landing: Landing, lid: int) -> Block:
    number = landing.next_id("block")
    return Block(number, lid, _CODE, 1, _BORN, _BORN, LIBRARY[_CODE].content)


def _publish(landing: Landing, page: Page) -> None:
    page.active = page.public = True
    page.date_public = _BORN
    _landing_life.publish_drafts(landing, page)

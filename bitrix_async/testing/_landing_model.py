"""Sites, pages and blocks as the `landing` module keeps them (protocol.md 9).

Tests arrange situations on these values: `refuse` makes publication answer that
error, `denied` takes rights away (`read`, `edit`, `sett`, `public`, `delete`), `locked`
and `area` guard a page against deletion, `locked` and `bought`, its domain, a site;
`by_ai` keeps a site from being exported. `page_limit`, `site_limit` (of published
sites) and `total_limit` (of all) are the plan's.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Any, Final

from attrs import define, field, frozen

from bitrix_async.testing._landing_access import Access
from bitrix_async.testing._landing_registry import Registry

# Codes of sites that exist without `scope`, and those that need one (9.1).
DEFAULT_FAMILY: Final = frozenset({"PAGE", "STORE", "SMN"})
FAMILIES: Final = {
    "KNOWLEDGE": frozenset({"KNOWLEDGE"}),
    "GROUP": frozenset({"GROUP"}),
    "MAINPAGE": frozenset({"MAINPAGE"}),
    "VIBE": frozenset({"MAINPAGE"}),
}

_NONE_DENIED: Final[frozenset[str]] = frozenset()


@define
class Folder:
    """A folder of a site; `parent` is 0 at the top, `index` without an index page."""

    id: int
    title: str
    code: str
    created: float
    modified: float
    created_by: int = 1
    modified_by: int = 1
    parent: int = 0
    index: int = 0
    active: bool = False
    deleted: bool = False


@frozen
class Binding:
    """A knowledge base in a menu (`kind` M) or a workgroup (G)."""

    kind: str
    place: str
    site_id: int


@define
class Site:
    """A site; times are by the portal's clock."""

    id: int
    title: str
    code: str
    created: float
    modified: float
    type: str = "PAGE"
    active: bool = False
    deleted: bool = False
    domain_id: str = "1"
    domain: str = ""
    description: str = ""
    xml_id: str = ""
    index: int = 0
    page_404: int = 0
    page_503: int = 0
    extra: dict[str, Any] = field(factory=dict)
    folders: dict[int, Folder] = field(factory=dict)
    denied: frozenset[str] | set[str] = _NONE_DENIED
    refuse: str | None = None
    page_limit: int | None = None
    created_by: int = 1
    modified_by: int = 1
    locked: bool = False
    bought: bool = False
    by_ai: bool = False
    special: dict[str, int] = field(factory=dict)
    areas: dict[int, int] = field(factory=dict)


@define
class Block:
    """A block of a page; `copy` is the id of its published copy, 0 without one.

    `wrapper` are attributes of the element around the content, `components` parameters
    of components in it. `refuse` makes a change of it answer that error.
    """

    id: int
    lid: int
    code: str
    created_by: int
    created: float
    modified: float
    content: str = ""
    active: bool = True
    deleted: bool = False
    public: bool = False
    copy: int = 0
    meta: Any = None
    images: set[int] = field(factory=set)
    anchor: str = ""
    designed: bool = False
    wrapper: dict[str, str] = field(factory=dict)
    components: dict[str, dict[str, Any]] = field(factory=dict)
    refuse: str | None = None


@frozen
class File:
    """An image that was uploaded for a block; a size where it was resized to one."""

    id: int
    block: int
    name: str
    content: bytes
    size: tuple[int, int] | None = None
    temporary: bool = False


@frozen
class Template:
    """A template of the view, with so many areas around the page itself."""

    id: int
    title: str
    xml_id: str
    sort: int
    areas: int
    active: bool = True

    @property
    def content(self) -> str:
        around = "".join(
            f"<aside>#AREA_{area + 1}#</aside>" for area in range(self.areas)
        )
        return f"{around}<main>#CONTENT#</main>"


_TEMPLATES: Final = (
    Template(1, "Without header and footer", "empty", 100, 0),
    Template(2, "With Header and Footer", "header_footer", 200, 2),
    Template(3, "With Left Sidebar", "sidebar_left", 300, 3),
)


@define
class Page:
    """A page: its draft `blocks`, in order, and the `published` copies of them."""

    id: int
    site_id: int
    title: str
    code: str
    created: float
    modified: float
    folder_id: int = 0
    active: bool = False
    public: bool = False
    deleted: bool = False
    description: str = ""
    xml_id: str = ""
    sitemap: bool = True
    folder: bool = False
    template: str = "0"
    date_public: str | float | None = None
    created_by: int = 1
    extra: dict[str, Any] | None = None
    blocks: list[Block] = field(factory=list)
    published: list[Block] = field(factory=list)
    denied: frozenset[str] | set[str] = _NONE_DENIED
    refuse: str | None = None
    locked: bool = False
    area: bool = False
    areas: dict[int, int] = field(factory=dict)

    def touch(self, now: float) -> None:
        """Any edit: the page has changes that are not published (9.2)."""
        self.public = False
        self.modified = now


@define
class Landing:
    """The module's tables.

    `closed` takes all access to the module away; `domain_error` is what the service
    that registers domains answers; `block_errors` are the errors that
    adding a block of some code answers, such as `BLOCK_WRONG_VERSION`.
    """

    sites: dict[int, Site] = field(factory=dict)
    pages: dict[int, Page] = field(factory=dict)
    favorites: dict[int, Block] = field(factory=dict)
    registry: Registry = field(factory=Registry)
    access: Access = field(factory=Access)
    bindings: list[Binding] = field(factory=list)
    site_limit: int | None = None
    total_limit: int | None = None
    domain_error: str | None = None
    closed: bool = False
    block_errors: dict[str, str] = field(factory=dict)
    files: dict[int, File] = field(factory=dict)
    templates: dict[int, Template] = field(
        factory=lambda: {template.id: template for template in _TEMPLATES}
    )
    _ids: dict[str, int] = field(factory=dict)
    _page_ids: list[int] = field(factory=list)
    _codes: dict[tuple[int, int, str], int] = field(factory=dict)
    _homes: dict[int, int] = field(factory=dict)
    _shown: dict[int, int] = field(factory=dict)

    def next_id(self, table: str) -> int:
        """The next id of a table; ids are never used twice."""
        number = self._ids[table] = self._ids.get(table, 0) + 1
        return number

    def folder(self, number: int) -> tuple[Site, Folder] | None:
        """A folder of any site, and the site."""
        for site in self.sites.values():
            if number in site.folders:
                return site, site.folders[number]
        return None

    # -- pages

    def keep(self, page: Page) -> None:
        """Stores a page, with its code taken."""
        self.pages[page.id] = page
        insort(self._page_ids, page.id)
        self._codes.setdefault(_place(page), page.id)
        for block in page.blocks:
            self._homes[block.id] = page.id

    def forget(self, page: Page) -> None:
        del self.pages[page.id]
        del self._page_ids[bisect_left(self._page_ids, page.id)]
        self._free(page)
        for block in page.blocks:
            self._homes.pop(block.id, None)
        for block in page.published:
            self._shown.pop(block.id, None)

    def taken(self, site_id: int, folder_id: int, code: str, but: int = 0) -> bool:
        """Whether another page has this code in this place."""
        return self._codes.get((site_id, folder_id, code), but) != but

    def put(self, page: Page, site_id: int, folder_id: int, code: str) -> None:
        """Gives a page its place; the old one is free."""
        self._free(page)
        page.site_id, page.folder_id, page.code = site_id, folder_id, code
        self._codes.setdefault(_place(page), page.id)

    def _free(self, page: Page) -> None:
        if self._codes.get(_place(page)) == page.id:
            del self._codes[_place(page)]

    def page_ids(self, first: int, last: float) -> list[int]:
        """The ids of pages in `first <= id <= last`, rising."""
        low = bisect_left(self._page_ids, first)
        high = bisect_left(self._page_ids, last + 1)
        return self._page_ids[low:high]

    def of_site(self, site: Site) -> list[Page]:
        return [page for page in self.pages.values() if page.site_id == site.id]

    # -- blocks

    def settle(self, block: Block, page: Page, place: int) -> None:
        """Puts a draft block into a page."""
        block.lid = page.id
        page.blocks.insert(place, block)
        self._homes[block.id] = page.id

    def unsettle(self, block: Block) -> None:
        page = self.pages[self._homes.pop(block.id)]
        page.blocks.remove(block)

    def block(self, number: int) -> Block | None:
        """A draft block of any page."""
        page = self.pages.get(self._homes.get(number, 0))
        blocks = page.blocks if page else []
        return next((block for block in blocks if block.id == number), None)

    def show(self, page: Page, blocks: list[Block]) -> None:
        """Puts published copies on a page, instead of those that are there."""
        for block in page.published:
            self._shown.pop(block.id, None)
        page.published = blocks
        self._shown |= dict.fromkeys([block.id for block in blocks], page.id)

    def shown(self, number: int) -> Block | None:
        """A published block of any page."""
        page = self.pages.get(self._shown.get(number, 0))
        blocks = page.published if page else []
        return next((block for block in blocks if block.id == number), None)


def _place(page: Page) -> tuple[int, int, str]:
    return (page.site_id, page.folder_id, page.code)

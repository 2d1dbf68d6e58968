"""How a list is walked: by its ids where that can be, else by numbers of rows.

| strategy  | how                                | for                               |
| --------- | ---------------------------------- | --------------------------------- |
| `keyset`  | page after page, by the last id    | a method that filters by its id   |
| `chained` | the same, many pages in a request  | the same                          |
| `ranges`  | the same, pieces side by side      | the same, in rising order         |
| `offset`  | by `start`, `limit` and `offset`   | any; not while the list changes   |

By itself a walk takes the first that is fast and loses nothing: `ranges` in rising
order, `chained` in falling order, `offset` where the method, its filter or the order
that the user asks for leaves nothing else. `listings` says what the methods can do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Literal,
    TypeAlias,
    TypedDict,
    Unpack,
    get_args,
)

from attrs import evolve, frozen

from bitrix_async._masks import without_links
from bitrix_async.sansio.encoding import key_of
from bitrix_async.sansio.keyset import Keyset, Reader, number_of
from bitrix_async.sansio.listings import Listing, listing_of, value_of
from bitrix_async.sansio.offsets import Offsets, limited, whole
from bitrix_async.sansio.ranges import Ranges

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_async._call import Call
    from bitrix_async.sansio.walks import Room, Walk

Strategy: TypeAlias = Literal["keyset", "chained", "ranges", "offset"]
"""How a list is walked; see the module's table."""

_STRATEGIES: Final = get_args(Strategy)


@frozen
class Plan:
    """A list and how it is going to be walked."""

    call: Call[Any]
    listing: Listing
    strategy: Strategy
    descending: bool = False

    @property
    def method(self) -> str:
        """What the portal knows the method by."""
        return key_of(self.call.method)

    def walk(self, room: Callable[[], Room], ahead: int) -> Walk:
        """The walk.

        `room` tells what may be asked for now, and `ahead` is how many requests may be
        under way, or read and not yet given.
        """
        if self.strategy == "offset":
            if self.listing.limit:
                return limited(self.call, self.listing)
            return Offsets(self.call, room, ahead).walk()
        reader = Reader(Keyset(self.call, self.listing, self.descending))
        ranges = Ranges(reader, room, ahead)
        if self.strategy == "keyset":
            ranges.most = 1
        return ranges.split() if self.strategy == "ranges" else ranges.by_id()


class HowToWalk(TypedDict, total=False):
    """How a list is to be walked, where that is not left to what is known of it.

    Attributes:
        strategy: see `Strategy`; None takes the fastest that the method allows.
        key: the id to walk by, as the filter spells it, such as `"ID"`; None: as the
            table says.
        page_size: rows that are asked for at a time, where the method has a limit;
            None: as the call has it, else fifty. Other methods have pages of a size
            of their own.
    """

    strategy: Strategy | None
    key: str | None
    page_size: int | None


def plan(call: Call[Any], **how: Unpack[HowToWalk]) -> Plan:
    """How to walk a list, which the user's own filter and order have a say in.

    Raises `ValueError` for what contradicts itself.
    """
    strategy, key = how.get("strategy"), how.get("key")
    page_size = how.get("page_size")
    _check(strategy, key, page_size)
    listing = _listing(call, key, page_size)
    obstacle = _obstacle(call, listing)
    descending = not obstacle and _way(call, listing).startswith("d")
    if strategy is None:
        by_id: Strategy = "chained" if descending else "ranges"
        return Plan(call, listing, "offset" if obstacle else by_id, descending)
    method = without_links(call.method)
    if strategy != "offset" and obstacle:
        raise ValueError(f"{method}: {strategy} cannot be used: {obstacle}")
    if strategy == "ranges" and descending:
        raise ValueError(
            f"{method}: ranges go in rising order: use chained in falling order"
        )
    return Plan(call, listing, strategy, descending)


def _check(strategy: str | None, key: str | None, page_size: int | None) -> None:
    if strategy is not None and strategy not in _STRATEGIES:
        known = ", ".join(map(repr, _STRATEGIES))
        raise ValueError(f"{strategy!r} is no strategy: {known}, or None to choose")
    if strategy == "offset" and key is not None:
        raise ValueError("key names an id to walk by, and offset walks by none")
    if key == "":
        raise ValueError("key is the name of the rows' id, such as 'ID'")
    if page_size is not None and (type(page_size) is not int or page_size < 1):
        raise ValueError("page_size is a number of rows, from 1")


def _listing(call: Call[Any], key: str | None, page_size: int | None) -> Listing:
    listing = listing_of(call)
    if key is not None:
        listing = evolve(listing, key=key)
    if not listing.limit:
        # A page may be shorter than is known, and its rows then end nothing.
        return evolve(listing, size=min(page_size or listing.size, listing.size))
    asked = whole(value_of(call.params, listing.limit))
    return evolve(listing, size=page_size or max(0, asked) or listing.size)


def _obstacle(call: Call[Any], listing: Listing) -> str:
    """Why a list cannot be walked by its ids; empty where it can."""
    if not listing.key:
        return "no id is known to walk its rows by: name one with key=..."
    wanted = value_of(call.params, listing.filter)
    if wanted and not isinstance(wanted, Mapping):
        return "a condition on the id cannot be added to a filter that is no map"
    for name, value in (wanted or {}).items():
        if str(name).lower() == "logic":
            return "a condition on the id cannot be added to a filter with a logic"
        if _bounds(str(name), listing.key) and number_of(value) is None:
            return f"the filter's {name} is no whole number"
    for offset in (("start",), listing.offset):
        if offset and whole(value_of(call.params, offset)) > 0:
            return "it begins at a number of rows"
    return _order_obstacle(call, listing)


def _bounds(name: str, key: str) -> bool:
    """Whether it is a condition that a walk makes narrower."""
    return name.lower() in (f"<={key}".lower(), f">={key}".lower())


def _order_obstacle(call: Call[Any], listing: Listing) -> str:
    order = value_of(call.params, listing.order)
    if not order:
        return ""
    if listing.scalar:
        names = [str(order)]
    else:
        names = [*map(str, order)] if isinstance(order, Mapping) else [""]
    if [name.lower() for name in names] != [listing.key.lower()]:
        return f"its order is another than by {listing.key}"
    return "" if _way(call, listing) in _WAYS else "its order has no direction"


# As the portal takes them, in any case; none is rising.
_WAYS: Final = frozenset({"asc", "desc", ""})


def _way(call: Call[Any], listing: Listing) -> str:
    """The direction of the user's own order, in lower case; empty: none is given."""
    order = value_of(call.params, listing.order)
    if listing.scalar:
        return str(value_of(call.params, (listing.scalar,)) or "").lower()
    return str(next(iter(order.values()))).lower() if order else ""

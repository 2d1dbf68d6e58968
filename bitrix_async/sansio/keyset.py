"""Pages by the id of the last row: the calls that ask for them, and what came.

The rule that nothing is lost: a page holds the next rows above an id, in rising order
of the id, so the next page begins above its last id, whatever else has changed. A page
that does not rise strictly from that id was not filtered, or not ordered, as asked:
the walk ends with an error, never with a loop or a hole.

`start=-1` spares the portal counting all rows for each page, which took 49.9 s against
0.1 s in the documentation's own example (protocol.md 7, huge-data.md).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from attrs import define, evolve, field, frozen

from bitrix_async._call import Call, Ref
from bitrix_async.errors import BadAnswer
from bitrix_async.sansio.listings import (
    Listing,
    Path,
    replaced,
    rows_of,
    value_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_COUNT: Final = -1
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")


def number_of(value: Any) -> int | None:
    """An id, which is a whole number or the text of one; None for anything else."""
    if isinstance(value, str):
        return int(value) if _WHOLE.fullmatch(value) else None
    return value if type(value) is int else None


@frozen
class Keyset:
    """A call whose rows are walked by their id.

    `call` is as its user made it; filter and order of that are kept.
    """

    call: Call[Any]
    listing: Listing
    descending: bool = False

    def page(self, after: int | Ref[Any] | None, upto: int | None = None) -> Call[Any]:
        """The call for the rows behind `after`, as far as `upto` itself."""
        return self._ask(self._filter(after, upto), descending=self.descending)

    def tail(self) -> Call[Any]:
        """The call for the rows at the other end."""
        return self._ask(self._filter(None, None), descending=not self.descending)

    def _ask(self, wanted: dict[str, Any] | None, *, descending: bool) -> Call[Any]:
        listing, way = self.listing, "DESC" if descending else "ASC"
        params = dict(self.call.params)
        if wanted is not None:
            params = replaced(params, listing.filter, wanted)
        if listing.scalar:
            params = replaced(params, listing.order, listing.key)
            params = replaced(params, (listing.scalar,), way)
        else:
            params = replaced(params, listing.order, {self._ordered(): way})
        if listing.limit:
            params = replaced(params, listing.limit, listing.size)
        else:
            params = replaced(params, ("start",), _NO_COUNT)
        return evolve(self.call, params=params, returns=Any)

    def _ordered(self) -> str:
        """The id as the user's own order spells it."""
        order = value_of(self.call.params, self.listing.order)
        return next(iter(order), self.listing.key) if order else self.listing.key

    def _filter(
        self, after: int | Ref[Any] | None, upto: int | None
    ) -> dict[str, Any] | None:
        if after is None and upto is None:
            return None
        wanted = dict(value_of(self.call.params, self.listing.filter) or {})
        behind, until = ("<", ">=") if self.descending else (">", "<=")
        if after is not None:
            wanted[_key_in(wanted, behind, self.listing.key)] = after
        if upto is not None:
            name = _key_in(wanted, until, self.listing.key)
            nearest = max if self.descending else min
            wanted[name] = nearest(upto, int(wanted.get(name, upto)))
        return wanted


def _key_in(wanted: Mapping[str, Any], operation: str, key: str) -> str:
    """How the user's filter spells a condition on the id."""
    name = f"{operation}{key}".lower()
    return next((one for one in wanted if one.lower() == name), f"{operation}{key}")


@define(eq=False)
class Reader:
    """Reads the pages of a list: finds rows and their ids, and checks their order.

    What the first page shows holds for the others: `path` leads to the rows, `name` is
    how they spell the id, and `size` is how many a full page has.
    """

    keyset: Keyset
    size: int = field(init=False)
    path: Path | None = field(default=None, init=False)
    name: str = field(default="", init=False)

    def __attrs_post_init__(self) -> None:
        self.size = self.keyset.listing.size

    def first(self, result: Any) -> list[Any]:
        """The rows of the first page, which may be any number."""
        rows, self.path = rows_of(result, self.keyset.call)
        if rows:
            self.name = self._named(rows[0])
            sure = self.keyset.listing.sure
            self.size = max(self.size, len(rows)) if sure else len(rows)
        return self._checked(rows, None)

    def next(self, result: Any, after: int | None) -> list[Any]:
        """The rows of a page behind an id."""
        rows, _ = rows_of(result, self.keyset.call)
        if rows and not self.name:
            self.name = self._named(rows[0])
        return self._checked(rows, after)

    def rows(self, result: Any) -> list[Any]:
        """The rows of a page in any order."""
        return rows_of(result, self.keyset.call)[0]

    def id_of(self, row: Any) -> int:
        """The id of a row; raises `BadAnswer` where it has none that is a number."""
        value = row.get(self.name) if isinstance(row, dict) else None
        number = value if type(value) is int else number_of(value)
        if number is not None:
            return number
        raise self._bad(f"a row's {self.name!r} is no whole number: {_INSTEAD}")

    def ends(self, rows: list[Any]) -> bool:
        """Whether no row is behind those of this page."""
        if self.keyset.listing.sure:
            return len(rows) < self.size
        return not rows

    @property
    def chains(self) -> bool:
        """Whether a page can begin where another one of its batch ends."""
        return self.path is not None

    def end_of(self, page: Call[Any]) -> Ref[Any]:
        """The id of the last row of a full page, for the next call of its batch."""
        return Ref(page, (*(self.path or ()), self.size - 1, self.name))

    def _checked(self, rows: list[Any], after: int | None) -> list[Any]:
        descending = self.keyset.descending
        for row in rows:
            number = self.id_of(row)
            if after is not None and (
                number >= after if descending else number <= after
            ):
                raise self._bad(_NOT_WALKED.format(self.keyset.listing.key))
            after = number
        return rows

    def _named(self, row: Any) -> str:
        key = self.keyset.listing.key
        names = [*row] if isinstance(row, dict) else []
        if key in names:
            return key
        found = [name for name in names if str(name).lower() == key.lower()]
        if not found:
            has = ", ".join(map(repr, names[:8])) or "no names"
            raise self._bad(
                f"its rows have no {key!r} (they have {has}): have it selected, name "
                f"their id by key=..., or {_INSTEAD}"
            )
        return str(found[0])

    def _bad(self, text: str) -> BadAnswer:
        return BadAnswer(text, call=self.keyset.call)


_INSTEAD: Final = "pass strategy='offset'"
_NOT_WALKED: Final = (
    "its rows do not follow each other by {!r}, as asked: the method does not filter "
    f"or order by it. Name another id by key=..., or {_INSTEAD}"
)

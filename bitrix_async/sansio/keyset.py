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
from operator import gt, itemgetter, lt
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen

from bitrix_async._call import Call, Ref
from bitrix_async._masks import shown
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
_NUMBERS: Final = frozenset({int})
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
    _form: _Form = field(init=False)

    @_form.default
    def _formed(self) -> _Form:
        wanted = dict(value_of(self.call.params, self.listing.filter) or {})
        behind, until = ("<", ">=") if self.descending else (">", "<=")
        return _Form(
            self._ordered(self.call.params, descending=self.descending),
            wanted,
            _key_in(wanted, behind, self.listing.key),
            _key_in(wanted, until, self.listing.key),
        )

    def page(self, after: int | Ref[Any] | None, upto: int | None = None) -> Call[Any]:
        """The call for the rows behind `after`, as far as `upto` itself."""
        form = self._form
        if after is None and upto is None:
            return self._call(form.params)
        wanted = {**form.wanted}
        if after is not None:
            wanted[form.behind] = after
        if upto is not None:
            nearest = max if self.descending else min
            wanted[form.until] = nearest(upto, int(wanted.get(form.until, upto)))
        return self._call(replaced(form.params, self.listing.filter, wanted))

    def tail(self) -> Call[Any]:
        """The call for the rows at the other end."""
        params = self.call.params
        return self._call(self._ordered(params, descending=not self.descending))

    def _call(self, params: Mapping[str, Any]) -> Call[Any]:
        call = self.call
        # A page has one of these, and evolve takes longer than all that is left.
        return Call(
            call.method,
            params,
            items=call.items,
            in_batch=call.in_batch,
            repeat_safe=call.repeat_safe,
            seconds=call.seconds,
        )

    def _ordered(
        self, params: Mapping[str, Any], *, descending: bool
    ) -> Mapping[str, Any]:
        """The parameters with the order, and without counting or with a limit."""
        listing, way = self.listing, "DESC" if descending else "ASC"
        if listing.scalar:
            params = replaced(params, listing.order, listing.key)
            params = replaced(params, (listing.scalar,), way)
        else:
            params = replaced(params, listing.order, {self._spelling(): way})
        if listing.limit:
            return replaced(params, listing.limit, listing.size)
        return replaced(params, ("start",), _NO_COUNT)

    def _spelling(self) -> str:
        """The id as the user's own order spells it."""
        order = value_of(self.call.params, self.listing.order)
        return next(iter(order), self.listing.key) if order else self.listing.key


@frozen
class _Form:
    """What all pages of a walk have in common: all but the bounds of the id.

    `wanted` is the user's own filter, `behind` and `until` how it spells the bounds.
    """

    params: Mapping[str, Any]
    wanted: Mapping[str, Any]
    behind: str
    until: str


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
        rows = self._found(result)
        if rows and not self.name:
            self.name = self._named(rows[0])
        return self._checked(rows, after)

    def rows(self, result: Any) -> list[Any]:
        """The rows of a page in any order."""
        return self._found(result)

    def _found(self, result: Any) -> list[Any]:
        """The rows where those of the first page were, if they are a list there."""
        if self.path and type(result) is dict:
            rows = result.get(self.path[0])
            if type(rows) is list:
                return rows
        return rows_of(result, self.keyset.call)[0]

    def ids(self, rows: list[Any]) -> list[int]:
        """The ids of rows; raises `BadAnswer` where one has none that is a number."""
        try:
            ids = [*map(itemgetter(self.name), rows)]
        except (KeyError, TypeError):
            return [*map(self.id_of, rows)]  # which says what is wrong with it
        if _NUMBERS.issuperset(map(type, ids)):
            return ids
        return [*map(self.id_of, rows)]

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
        ids = self.ids(rows)
        if after is not None:
            ids.insert(0, after)
        # A loop over rows would be most of the work there is with a page.
        if not all(map(gt if self.keyset.descending else lt, ids, ids[1:])):
            raise self._bad(_NOT_WALKED.format(self.keyset.listing.key))
        return rows

    def _named(self, row: Any) -> str:
        key = self.keyset.listing.key
        names = [*row] if isinstance(row, dict) else []
        if key in names:
            return key
        found = [name for name in names if str(name).lower() == key.lower()]
        if not found:
            has = ", ".join(map(shown, names[:8])) or "no names"
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

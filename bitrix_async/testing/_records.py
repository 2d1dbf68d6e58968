"""Records that are not stored but computed from their ids, with holes in between.

A million of them costs nothing until it is read, and reading one page costs a page:
the ids 1..`last` are there except the multiples of `gap`, so ranks and positions are
arithmetic. Records added later follow them; of those deleted there are few.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, overload

from attrs import define, field

if TYPE_CHECKING:
    from bitrix_async.testing._filters import Condition

from bitrix_async.testing._php import entries, intval


@define
class Records:
    """The ids of one kind of record, and the fields of those that were added.

    Args:
        last: the last id that is computed.
        gap: every id that this divides is missing; 0: none is.
    """

    last: int = 0
    gap: int = 7
    added: dict[int, dict[str, Any]] = field(factory=dict)
    _added_ids: list[int] = field(factory=list)
    _removed: list[int] = field(factory=list)
    _born: int = 0

    @classmethod
    def holding(cls, count: int, gap: int = 7) -> Records:
        """So many records, every id that `gap` divides left out."""
        return cls(count + ((count - 1) // (gap - 1) if gap and count else 0), gap)

    def add(self, fields: dict[str, Any]) -> int:
        """Stores a new record; its id, which no other had before."""
        number = self._born = max(self._born, self.last) + 1
        self.added[number] = fields
        self._added_ids.append(number)
        return number

    def remove(self, number: int) -> bool:
        """Deletes a record; whether it was there."""
        if number not in self:
            return False
        if self.added.pop(number, None) is not None:
            self._added_ids.remove(number)
        else:
            insort(self._removed, number)
        return True

    def __iter__(self) -> Iterator[int]:
        """The ids, rising."""
        computed = range(1, self.last + 1)
        yield from (number for number in computed if number in self)
        yield from self._added_ids

    def __contains__(self, number: int) -> bool:
        if number in self.added:
            return True
        if not 0 < number <= self.last or (self.gap and number % self.gap == 0):
            return False
        place = bisect_left(self._removed, number)
        return self._removed[place : place + 1] != [number]

    def rank(self, number: int) -> int:
        """How many ids are not above this number."""
        return self._computed(number) + bisect_right(self._added_ids, number)

    def at(self, place: int) -> int:
        """The id at a place, counted from 0."""
        computed = self._computed(self.last)
        if place >= computed:
            return self._added_ids[place - computed]
        if self._removed:
            numbers = range(1, self.last + 1)
            return numbers[bisect_left(numbers, place + 1, key=self._computed)]
        return place + 1 + (place // (self.gap - 1) if self.gap else 0)

    def among(self, places: range) -> list[int]:
        """The ids at some places."""
        if not places:
            return []
        if max(places[0], places[-1]) >= self._computed(self.last):
            return [*map(self.at, places)]
        if self._removed:
            return self._beside(places)
        if not self.gap:
            return [place + 1 for place in places]
        run = self.gap - 1
        return [place + 1 + place // run for place in places]

    def _beside(self, places: range) -> list[int]:
        """The same where some were removed: those that are there from the lowest on."""
        if abs(places.step) != 1:
            return [*map(self.at, places)]
        number = self.at(min(places[0], places[-1]))
        removed = bisect_left(self._removed, number)
        ids: list[int] = []
        while len(ids) < len(places):
            if self._removed[removed : removed + 1] == [number]:
                removed += 1
            elif not self.gap or number % self.gap:
                ids.append(number)
            number += 1
        return ids[:: places.step]

    def _computed(self, number: int) -> int:
        below = max(0, min(number, self.last))
        gone = bisect_right(self._removed, below)
        return below - (below // self.gap if self.gap else 0) - gone

    @property
    def end(self) -> int:
        """The largest id."""
        return max(self._born, self.last)


@define
class Range(Sequence[int]):
    """The ids of some records in `first <= id <= last`, as a sequence."""

    records: Records
    first: int
    last: int

    @property
    def _from(self) -> int:
        return self.records.rank(self.first - 1)

    def __len__(self) -> int:
        return max(0, self.records.rank(self.last) - self._from)

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[int]: ...
    def __getitem__(self, place: int | slice) -> int | Sequence[int]:
        if isinstance(place, slice):
            offset = self._from
            start, stop, step = place.indices(len(self))
            return self.records.among(range(offset + start, offset + stop, step))
        return self.records.at(self._from + range(len(self))[place])


def narrowed(
    records: Records, wanted: list[Condition], name: str
) -> tuple[Sequence[int], list[Condition]]:
    """The ids that conditions on the id leave, and the conditions that remain."""
    first, last = 1, records.end
    rest = []
    for condition in wanted:
        number = intval(condition.value)
        if condition.field.lower() != name or condition.operation not in _BOUNDS:
            rest.append(condition)
        elif condition.operation.startswith(">"):
            first = max(first, number + ("=" not in condition.operation))
        else:
            last = min(last, number - ("=" not in condition.operation))
    return _exact(records, Range(records, first, last), rest, name)


_BOUNDS = frozenset({">", ">=", "<", "<="})
_EXACT = frozenset({"", "=", "@"})


def _exact(
    records: Records, ids: Range, wanted: list[Condition], name: str
) -> tuple[Sequence[int], list[Condition]]:
    """Looks the ids up where a condition names them."""
    for condition in wanted:
        if condition.field.lower() == name and condition.operation in _EXACT:
            named = entries(condition.value) or [(0, condition.value)]
            numbers = sorted({intval(part) for _, part in named})
            kept = [n for n in numbers if ids.first <= n <= ids.last and n in records]
            return kept, [other for other in wanted if other is not condition]
    return ids, wanted

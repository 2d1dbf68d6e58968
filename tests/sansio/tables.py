"""A list that changes while it is walked, and a driver of walks that is in no hurry."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

from attrs import define, field

from bitrix_async import Call, Ref
from bitrix_async.sansio.replies import Done
from bitrix_async.sansio.walks import Ask, Page

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from bitrix_async import BitrixError
    from bitrix_async.sansio.replies import Row
    from bitrix_async.sansio.walks import Walk


def _nothing(_: set[int]) -> None:
    """Nobody changes the list."""


@define
class Table:
    """Rows by their ids, as `crm.item.list` gives them; `size` of them on a page.

    `change` is called before each call, and may add and delete. `faults` are what the
    calls of these numbers meet, or only those in batches. `gives` is another portal's
    idea of a page that begins at `start`, and `falls` whether it knows falling order.
    """

    ids: set[int]
    size: int = 50
    change: Callable[[set[int]], None] = _nothing
    faults: dict[int, BitrixError] = field(factory=dict)
    batches_only: bool = False
    gives: Callable[[int], Done] | None = None
    falls: bool = True
    calls: list[Call[Any]] = field(factory=list)
    requests: int = 0
    _sorted: list[int] | None = None

    def answer(self, ask: Ask) -> list[Row]:
        """What the calls come to, in order, with the portal's placeholders."""
        self.requests += 1
        results: list[tuple[Call[Any], Any]] = []
        rows: list[Row] = []
        for call in ask.calls:
            self.change(self.ids)
            self.calls.append(call)
            fault = self.faults.pop(len(self.calls), None)
            if fault is not None and (len(ask.calls) > 1 or not self.batches_only):
                return [*rows, *([fault] * (len(ask.calls) - len(rows)))]
            row = self.page(call, results)
            results.append((call, row.result))
            rows.append(row)
        return rows

    def page(self, call: Call[Any], before: list[tuple[Call[Any], Any]]) -> Done:
        """One page of the list."""
        params = {name.lower(): part for name, part in call.params.items()}
        start = int(params.get("start") or 0)
        if self.gives is not None:
            return self.gives(start)
        found = self._between(params.get("filter", {}), before)
        way = str(params.get("order", {}).get("id", "")).lower()
        if self.falls and way.startswith("desc"):
            found.reverse()
        offset = max(0, start)
        rows = [{"id": one} for one in found[offset : offset + self.size]]
        if start < 0:
            return Done({"items": rows})
        after = offset + self.size if offset + self.size < len(found) else None
        return Done({"items": rows}, None, len(found), after)

    def _between(self, wanted: dict[str, Any], before: Any) -> list[int]:
        if self._sorted is None or self.change is not _nothing:
            self._sorted = sorted(self.ids)
        low, high = 0, len(self._sorted)
        for name, given in wanted.items():
            place = _PLACES[name[:-2]](self._sorted, _number(given, before))
            if name[0] == ">":
                low = max(low, place)
            else:
                high = min(high, place)
        return self._sorted[low:high]


_PLACES = {">": bisect_right, ">=": bisect_left, "<": bisect_left, "<=": bisect_right}


def _number(value: Any, before: list[tuple[Call[Any], Any]]) -> int:
    """As PHP reads it: a placeholder that leads nowhere is an array, and 1."""
    if not isinstance(value, Ref):
        return int(value)
    found = next(result for call, result in before if call is value.source)
    for step in value.path:
        try:
            found = found[step]
        except (KeyError, IndexError):
            break
    return found if isinstance(found, int) else int(bool(found))


def walked(walk: Walk, table: Table, chance: Random, most: int = 10_000) -> list[Page]:
    """The pages of a walk whose asks are answered in any order, and late."""
    asked: list[Ask] = []
    pages: list[Page] = []
    answered = None
    for _ in range(most):
        try:
            step = walk.send(answered)
        except StopIteration:
            return pages
        answered = None
        if isinstance(step, Ask):
            asked.append(step)
        elif isinstance(step, Page):
            pages.append(step)
        else:
            ask = asked.pop(chance.randrange(len(asked)))
            answered = (ask, table.answer(ask))
    raise AssertionError("the walk does not end")

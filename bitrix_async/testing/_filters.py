"""Filters and orders of list methods: `{">=ID": 5, "@STAGE": [..]}`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import frozen

from bitrix_async.testing._php import entries, is_numeric

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row: TypeAlias = Any
Get: TypeAlias = Callable[[Row, str], Any]

_KEY: Final = re.compile(r"(!?=%|!?%=|!?%|!?@|!?=|!|><|>=|<=|>|<|)([^!=%@<>].*)\Z")


@frozen
class Condition:
    """One entry of a filter: an operation on a field."""

    field: str
    operation: str
    value: Any

    @property
    def is_equal(self) -> bool:
        return self.operation in ("", "=")

    def holds(self, found: Any) -> bool:
        negated = self.operation.startswith("!")
        test = _TESTS[self.operation.removeprefix("!") or "="]
        return test(found, self.value) != negated


def conditions(given: Any) -> list[Condition]:
    """The conditions of a filter, all of which must hold."""
    found = []
    for key, value in entries(given):
        parts = _KEY.match(str(key))
        if parts:
            found.append(Condition(parts[2], parts[1], value))
    return found


def matching(rows: Iterable[Row], wanted: list[Condition], get: Get) -> list[Row]:
    return [
        row
        for row in rows
        if all(condition.holds(get(row, condition.field)) for condition in wanted)
    ]


def ordered(rows: list[Row], order: Any, get: Get) -> list[Row]:
    """Sorted by each field in turn; equal rows keep their order."""
    for field, direction in reversed(entries(order)):
        rows = sorted(
            rows,
            key=lambda row, name=str(field): _rank(get(row, name)),  # type: ignore[misc]
            reverse=str(direction).lower().startswith("desc"),
        )
    return rows


def _rank(value: Any) -> tuple[int, float, str]:
    """Numbers before text, and nothing before both, as MySQL sorts a column."""
    if value is None or value == "":
        return (0, 0.0, "")
    text = _text(value)
    if is_numeric(text):
        return (1, float(text), "")
    return (2, 0.0, text.lower())


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "Y" if value else "N"
    return "" if value is None else str(value)


def _equal(found: Any, value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(_equal(found, part) for _, part in entries(value))
    return _rank(found) == _rank(value)


def _between(found: Any, value: Any) -> bool:
    bounds = [part for _, part in entries(value)]
    return len(bounds) > 1 and _rank(bounds[0]) <= _rank(found) <= _rank(bounds[1])


def _like(found: Any, value: Any) -> bool:
    pattern = ".*".join(map(re.escape, _text(value).split("%")))
    return re.fullmatch(pattern, _text(found), re.IGNORECASE | re.DOTALL) is not None


_TESTS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": _equal,
    "@": _equal,
    ">": lambda found, value: _rank(found) > _rank(value),
    ">=": lambda found, value: _rank(found) >= _rank(value),
    "<": lambda found, value: _rank(found) < _rank(value),
    "<=": lambda found, value: _rank(found) <= _rank(value),
    "><": _between,
    "%": lambda found, value: _text(value).lower() in _text(found).lower(),
    "=%": _like,
    "%=": _like,
}

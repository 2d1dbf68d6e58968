"""Single values of a result, as PHP is known to print them; see `_convert` for others.

* `bool`: `true` and `false`, `"Y"` and `"N"`, `1` and `0`, `"1"` and `"0"`; nothing
  else, for any other text would be a guess.
* `int`: an integer, or one in digits (`"351"`); not `true`, not `""`. A float never:
  JSON readers make an integer beyond 64 bits a float, which is another number.
* `float`: a number, or one in digits (`"12.50"`); finite.
* `Decimal`: the same, in the digits that it is printed with.
* `str`: text, or an integer, which becomes its digits: ids documented as text do arrive
  as numbers. A fraction is refused, it has more than one spelling.
* `datetime`: ISO 8601 with its offset (`"2026-01-31T09:00:00+03:00"`), as `crm` prints
  it. Modules that print it in the portal's culture name no zone: that is text.
* `date`: `"2026-01-31"`; a time of day is not left out.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from types import NoneType
from typing import TYPE_CHECKING, Any, Final

from bitrix_async._refusals import name_of, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from enum import Enum

_NEGATIVE: Final = re.compile(r"-[0-9]+")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(
    rf"{_DAY.pattern}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]+)?"
    r"(Z|[-+][0-9]{2}:[0-9]{2})"
)


def _bool(value: Any, _: Any) -> bool:
    if value is True or value is False:
        return value
    # Asked for its type first, because 1.0 is the same key as 1.
    if type(value) in (str, int) and (found := _FLAGS.get(value)) is not None:
        return found
    raise refusal("bool", value)


_FLAGS: Final = {"Y": True, "N": False, "1": True, "0": False, 1: True, 0: False}


def _int(value: Any, _: Any) -> int:
    if type(value) is int:
        return value
    if type(value) is str and (
        (value.isdigit() and value.isascii()) or _NEGATIVE.fullmatch(value)
    ):
        return int(value)
    raise refusal("int", value)


def _float(value: Any, _: Any) -> float:
    if type(value) in (float, int) or (type(value) is str and _NUMBER.fullmatch(value)):
        number = float(value)
        if isfinite(number):
            return number
    raise refusal("float", value)


def _decimal(value: Any, _: Any) -> Decimal:
    # The shortest text of a float is what PHP has printed.
    text = str(value) if type(value) in (float, int) else value
    if type(text) is str and _NUMBER.fullmatch(text):
        return Decimal(text)
    raise refusal("Decimal", value)


def _str(value: Any, _: Any) -> str:
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    raise refusal("str", value)


def _moment(value: Any, _: Any) -> datetime:
    if type(value) is str and _MOMENT.fullmatch(value):
        with suppress(ValueError):  # there is no such day, or no such hour
            return datetime.fromisoformat(value)
    raise refusal("datetime", value)


def _day(value: Any, _: Any) -> date:
    if type(value) is str and _DAY.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise refusal("date", value)


def _none(value: Any, _: Any) -> None:
    if value is not None:
        raise refusal("null", value)


SCALARS: Final[Mapping[Any, Callable[[Any, Any], Any]]] = {
    bool: _bool,
    int: _int,
    float: _float,
    Decimal: _decimal,
    str: _str,
    datetime: _moment,
    date: _day,
    NoneType: _none,
}

# What JSON has for those that are no type of its own.
NATIVE: Final[Mapping[Any, frozenset[type]]] = {
    Decimal: frozenset({int, float}),
    datetime: frozenset({str}),
    date: frozenset({str}),
}


def read_enum(kind: type[Enum]) -> Callable[[Any, Any], Enum]:
    """What reads a member of an enumeration, by the rule of its values' type."""
    kinds = {type(member.value) for member in kind}
    read = SCALARS.get(kinds.pop(), _same) if len(kinds) == 1 else _same

    def hook(value: Any, _: Any) -> Enum:
        try:
            member = kind(read(value, kind))
        except ValueError:  # also of what is no value of that type
            raise refusal(name_of(kind), value) from None
        # 1 == True, and one is not the other.
        if read is _same and type(member.value) is not type(value):
            raise refusal(name_of(kind), value)
        return member

    return hook


def _same(value: Any, _: Any) -> Any:
    return value

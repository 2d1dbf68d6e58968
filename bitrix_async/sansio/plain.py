"""Parameters as plain JSON, or the place where they cannot be.

What JSON has is kept; tuples, mappings, enumerations, decimals, dates, and UUIDs are
turned into it. Anything else, sets and bytes and objects and NaN, is an `EncodeError`
that names the place, before anything is sent.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from bitrix_async._call import Ref
from bitrix_async._masks import shown, without_links
from bitrix_async.errors import EncodeError
from bitrix_async.sansio.json import MAX_DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable


def plain(value: Any, path: str = "", depth: int = 0) -> Any:
    """The value as JSON has it; raises `EncodeError` with the place."""
    if depth > MAX_DEPTH:
        place = without_links(path)[:60]
        raise EncodeError(f"{place}...: nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, Mapping):
        return _plain_map(value, path, depth)
    if isinstance(value, list | tuple):
        return [
            plain(part, f"{path}[{index}]", depth + 1)
            for index, part in enumerate(value)
        ]
    return _plain_scalar(value, path)


def _plain_map(value: Mapping[Any, Any], path: str, depth: int) -> dict[str, Any]:
    made = {}
    for name, part in value.items():
        if not isinstance(name, str):
            raise _refusal(path or "params", f"the key {shown(name)} is not text")
        place = f"{path}.{name}" if path else name
        made[str(_plain_scalar(name, place))] = plain(part, place, depth + 1)
    return made


def _plain_scalar(value: Any, path: str) -> Any:
    for kinds, convert in _KINDS:
        if isinstance(value, kinds):
            try:
                return convert(value)
            except ValueError as error:
                raise _refusal(path, str(error)) from None
    kind = type(value).__name__
    raise _refusal(path, f"a value of type {kind} cannot be sent as JSON")


def _refusal(path: str, why: str) -> EncodeError:
    return EncodeError(f"{without_links(path)}: {why}")  # a key may be an address


def _plain_text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("the text holds half of a surrogate pair") from None
    return str(value)


def _plain_int(value: int) -> int:
    if not -(2**63) <= value < 2**63:
        raise ValueError("PHP has no integer that large: give it as text")
    return int(value)


def _plain_float(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number in JSON")
    return float(value)


def _plain_decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError(f"{value} is not a number in JSON")
    return format(value, "f")


def _plain_enum(value: Enum) -> Any:
    return _plain_scalar(value.value, type(value).__name__)


def _plain_date(value: date) -> str:
    # Bound late: a datetime prints its time as well.
    return value.isoformat()


def _same(value: Any) -> Any:
    return value


# In order: a bool is an int, an enumeration may be text, a datetime is a date.
_KINDS: Final[tuple[tuple[Any, Callable[[Any], Any]], ...]] = (
    ((bool, type(None), Ref), _same),
    (Enum, _plain_enum),
    (str, _plain_text),
    (int, _plain_int),
    (float, _plain_float),
    (Decimal, _plain_decimal),
    (date, _plain_date),
    (UUID, str),
)

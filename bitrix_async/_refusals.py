"""What is wrong with an answer, in words that may be shown.

They show a short text of the answer and no long one: it may be a signed link.
"""

from __future__ import annotations

import re
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin

from bitrix_async._masks import shown

# Long enough for a code or an id, too short for a token.
_SHOWN: Final = 12


class Refused(ValueError):
    """What is wrong with a value."""


def refusal(expected: str, value: object) -> Refused:
    return Refused(f"expected {expected}, got {_shown(value)}")


def _shown(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str() if len(value) > _SHOWN:
            return f"text of {len(value)} characters"
        case str():
            return f"text {shown(value)}"
        case int() | float():
            return f"number {value!r}"
        case list():
            return "a list"
    return "an object"


def name_of(kind: Any) -> str:
    """A type as an annotation spells it, without the modules."""
    if get_origin(kind) in (Union, UnionType):
        return " | ".join(map(name_of, get_args(kind)))
    if isinstance(kind, type) and not get_args(kind):
        return kind.__name__
    return re.sub(r"\w+\.", "", str(kind))

"""JSON text, read forgivingly and written strictly; the only importer of orjson.

orjson is about five times as fast as the standard library, and stricter than a
client may be: it refuses a whole answer for one lone surrogate, or for a byte order
mark. A batch answer holds up to fifty results, and one odd record must not lose the
other forty-nine, so what orjson refuses is read again by the standard library, with
its own excesses (NaN, infinities, endless nesting) refused.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

import orjson

# orjson writes 254 levels; PHP would read 512 (protocol.md 1.3).
MAX_DEPTH: Final = 250


_HALF: Final = re.compile("[\ud800-\udfff]")

_TOO_LARGE: Final = "a number is too large"


class NotJson(ValueError):
    """The text is not JSON; the message says no more than where it stops being so."""


def dumps(value: object) -> bytes:
    """JSON text in UTF-8; raises `TypeError` for what JSON has no form for."""
    return orjson.dumps(value)


# What orjson would write in a way of its own.
_BARE: Final = (
    orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


def bare(value: object) -> bytes | None:
    """The text of what is JSON as it stands; None where that is not sure."""
    try:
        text = orjson.dumps(value, option=_BARE)
    except TypeError:
        return None
    # A NaN would be one too.
    return None if b"null" in text else text


def loads(text: bytes) -> Any:
    """The value that JSON text stands for.

    Lone surrogates and invalid UTF-8 become U+FFFD. Raises `NotJson`, also for NaN,
    infinities and nesting beyond what an answer can hold.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass  # and no longer handled: the error holds the whole text
    return _forgiving(text)


def copied(value: Any) -> Any:
    """The same value of JSON, which shares no list or map with it, however deep."""
    top = [value]
    parts: list[Any] = [top]
    while parts:
        part = parts.pop()
        for key, inner in [*(part.items() if type(part) is dict else enumerate(part))]:
            if type(inner) in (dict, list):
                part[key] = inner.copy()
                parts.append(part[key])
    return top[0]


def _forgiving(text: bytes) -> Any:
    plain = text.decode("utf-8-sig", errors="replace")
    if not plain.lstrip().startswith(("{", "[", '"')):
        raise NotJson("the text does not begin as JSON does")
    try:
        return _mended(_DECODER.decode(plain))
    except RecursionError:
        reason = "nested too deep"
    except NotJson as error:
        reason = str(error)
    except ValueError as error:
        reason = f"not JSON from character {getattr(error, 'pos', 0)} on"
    raise NotJson(reason)


def _refuse(name: str) -> Any:
    raise NotJson(f"{name} is not a number in JSON")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise NotJson(_TOO_LARGE)
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:  # of so many digits that reading them would take long
        raise NotJson(_TOO_LARGE) from None


_DECODER: Final = json.JSONDecoder(
    parse_constant=_refuse, parse_float=_finite, parse_int=_whole
)


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mended(part) for part in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(part) for key, part in value.items()}
    return value

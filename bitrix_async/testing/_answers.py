"""What the server prints: JSON as PHP prints it, HTML pages, the `time` of a call.

protocol.md 1.7 and 1.8: non-ASCII text is not escaped, `/ < > & ' "` are, bytes that
are no UTF-8 become U+FFFD, and arrays with the keys 0..n-1 print as lists, the empty
one too. Floats without a fraction print as integers (json_encode of PHP 8.2).
"""

from __future__ import annotations

import codecs
import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from math import floor
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import orjson
from attrs import frozen

from bitrix_async._transport import Answer
from bitrix_async.testing._php import is_list, php_key

if TYPE_CHECKING:
    from collections.abc import Callable

TimeForm: TypeAlias = Literal["integers", "floats"]
"""The two generations of `time` (protocol.md 4.3)."""

# protocol.md 1.7
JSON_HEADERS: Final = {
    "content-type": "application/json; charset=utf-8",
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "origin, content-type, accept",
    "x-content-type-options": "nosniff",
}
HTML_HEADERS: Final = {"content-type": "text/html; charset=utf-8"}

_REASONS: Final = {
    404: "Not Found",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}
_ESCAPES: Final = (
    (b"/", b"\\/"),
    (b"<", b"\\u003C"),
    (b">", b"\\u003E"),
    (b"&", b"\\u0026"),
    (b"'", b"\\u0027"),
    ("\u2028".encode(), b"\\u2028"),
    ("\u2029".encode(), b"\\u2029"),
)
_BACKSLASHED: Final = re.compile(rb"\\(.)", re.DOTALL)

# Surrogates that stand for no byte (the others are those of `surrogateescape`).
_LONE: Final = re.compile("[\ud800-\udc7f\udd00-\udfff]")

# JSON_INVALID_UTF8_SUBSTITUTE, by the name under which codecs know it.
_SUBSTITUTE: Final = "bitrix_async.testing.php"

# What PHP takes for one character that went wrong: a first byte with as many bytes
# behind it as it asks for, up to one that begins a character (ext/standard/html.c).
_REST: Final = rb"[\x80-\xc1\xf5-\xff]"
_WRONG: Final = re.compile(
    rb"[\xc2-\xdf]%b?|[\xe0-\xef]%b{0,2}|[\xf0-\xf4]%b{0,3}" % (_REST, _REST, _REST)
)

# Above it PHP prints a float with an exponent (precision 17).
_WHOLE_BELOW: Final = 1e15


def answer(body: Any, status: int = 200) -> Answer:
    """A JSON answer as the portal's PHP gives it."""
    return Answer(status, JSON_HEADERS, php_json(body))


def refusal(code: str | int, description: str, status: int) -> Answer:
    """An error that is answered before any method is looked at."""
    return answer({"error": code, "error_description": description}, status)


def page(status: int) -> Answer:
    """The HTML page that a web server puts in place of an answer."""
    reason = _REASONS.get(status, "Error")
    text = f"<html><head><title>{status} {reason}</title></head><body></body></html>"
    return Answer(status, HTML_HEADERS, text.encode())


class Printed(dict[str, Any]):
    """A map that prints as it is: made of text in ASCII and numbers only.

    Answers are mostly these, and looking through them was most of their cost.
    """

    __slots__ = ()


def php_json(value: Any) -> bytes:
    """The text of PHP's `json_encode` with the flags of protocol.md 1.7."""
    text = orjson.dumps(_printable(value))
    for mark, escape in _ESCAPES:
        if mark in text:
            text = text.replace(mark, escape)
    if b"\\" in text:
        text = _BACKSLASHED.sub(_hex_quote, text)
    return text


def _hex_quote(found: re.Match[bytes]) -> bytes:
    return b"\\u0022" if found[1] == b'"' else found[0]


def _printable(value: Any) -> Any:
    mend = _MENDERS.get(type(value))
    return mend(value) if mend else _printable_other(value)


def _printable_other(value: Any) -> Any:
    """Subclasses of the types that have a mender."""
    if isinstance(value, dict):
        return _printable_map(value)
    if isinstance(value, list | tuple):
        return _printable_list(value)
    return value


def _printable_list(value: Any) -> list[Any]:
    return [_printable(part) for part in value]


def _printable_map(value: dict[Any, Any]) -> Any:
    if not value:
        return []
    first = next(iter(value))
    # Only an array that begins with the key 0 can be a list: spare the rest the look.
    if first == 0 or first == "0":
        keyed = {php_key(k) if isinstance(k, str) else k: v for k, v in value.items()}
        if is_list(keyed):
            return _printable_list(keyed.values())
    return {_printable_text(str(k)): _printable(part) for k, part in value.items()}


def _printable_text(text: str) -> str:
    return text if text.isascii() else _mended(text)


def _printable_float(number: float) -> float:
    whole = abs(number) < _WHOLE_BELOW and number % 1 == 0
    return int(number) if whole else number


def _mended(text: str) -> str:
    raw = _LONE.sub("\ufffd", text).encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", _SUBSTITUTE)


def _substituted(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = _WRONG.match(error.object, error.start)
    return "\ufffd", wrong.end() if wrong else error.start + 1


codecs.register_error(_SUBSTITUTE, _substituted)


def _as_it_is(value: Any) -> Any:
    return value


_MENDERS: Final[dict[type, Callable[[Any], Any]]] = {
    Printed: _as_it_is,
    bool: _as_it_is,
    dict: _printable_map,
    float: _printable_float,
    int: _as_it_is,
    list: _printable_list,
    str: _printable_text,
    type(None): _as_it_is,
}


@frozen
class Clock:
    """How a portal writes moments: its time zone, form and grain.

    `grain` is what the portal truncates "whole seconds" to: 1, or less where its
    time is scaled.
    """

    offset: timedelta
    form: TimeForm
    grain: float

    def iso(self, moment: float) -> str:
        """ISO 8601 with the portal's offset, as in `date_start`."""
        return _iso(floor(moment), self.offset)

    def culture(self, moment: float) -> str:
        """The portal's own format, as landing rows have it (protocol.md 9.3)."""
        return _culture(floor(moment), self.offset)

    def whole(self, moment: float) -> float:
        """Truncated to the grain."""
        return floor(moment / self.grain) * self.grain

    def block(self, start: float, finish: float) -> Printed:
        """The fields of `time` that every call has, in seconds (protocol.md 4.3)."""
        if self.form == "floats":
            opening, processing = start, finish - start
        else:
            opening = self.whole(start)
            processing = self.whole(finish) - opening
        return Printed(
            start=opening,
            finish=finish,
            duration=finish - opening,
            processing=processing,
            date_start=self.iso(start),
            date_finish=self.iso(finish),
        )


@lru_cache(maxsize=256)
def _iso(second: int, offset: timedelta) -> str:
    return datetime.fromtimestamp(second, timezone(offset)).isoformat()


@lru_cache(maxsize=256)
def _culture(second: int, offset: timedelta) -> str:
    moment = datetime.fromtimestamp(second, timezone(offset))
    return moment.strftime("%m/%d/%Y %I:%M:%S %p").lower()

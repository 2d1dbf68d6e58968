"""How PHP reads what a client sends: query strings, keys, truth and integers.

Rules, all held against the real thing by tests/testing/test_php_oracle.py:

1. PHP's strings are bytes. Here they are `str` decoded with `surrogateescape`, so
   that bytes which are no UTF-8 survive until an answer is printed.
2. A key that looks like a decimal integer of 64 bits *is* an integer.
3. PHP has one array for lists and maps. `parse_str` gives a dict, always; `arrays`
   turns it into the form the portal keeps: a list where the keys are 0..n-1 in
   order (an empty array is one), else a dict.

Source: php-src 8.2 main/php_variables.c (php_register_variable_ex) and protocol.md
2.4 and 1.8.
"""

from __future__ import annotations

import re
from math import isfinite
from typing import Any, Final
from urllib.parse import unquote_to_bytes

# PHP's defaults; the cloud's own values are not known (protocol.md 2.4).
MAX_INPUT_VARS: Final = 1000
MAX_INPUT_NESTING_LEVEL: Final = 64

_INT_MAX: Final = 2**63 - 1
_INT_MIN: Final = -(2**63)
_INTEGER: Final = re.compile(r"(?:0|-?[1-9][0-9]{0,18})\Z")
_LEADING_INTEGER: Final = re.compile(r"[ \t\n\r\v\f]*([+-]?[0-9]+)")
_LEADING_NUMBER: Final = re.compile(
    r"[ \t\n\r\v\f]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
)
_NUMERIC: Final = re.compile(_LEADING_NUMBER.pattern + r"[ \t\n\r\v\f]*\Z")
_SPACE: Final = " \t\n\r\v\f"
_MANGLED: Final = str.maketrans(" .", "__")
_MANGLED_REST: Final = str.maketrans(" .[", "___")

# Cookie prefixes that mangling must not bring about: PHP drops a value with a key
# that begins with one where the name as sent does not (php_variables.c).
_PREFIXES: Final = ("__Host-", "__Secure-")


class PhpArray(dict[str | int, Any]):
    """An array while it is built: it knows the key that `[]` takes next."""

    __slots__ = ("last",)

    def __init__(self) -> None:
        super().__init__()
        self.last: int | None = None

    def put(self, name: str, value: Any) -> None:
        key = php_key(name)
        self[key] = value
        if isinstance(key, int) and (self.last is None or key > self.last):
            self.last = key

    def append(self, value: Any) -> bool:
        """False where the largest integer is taken: PHP drops the value then."""
        key = 0 if self.last is None else self.last + 1
        if key > _INT_MAX:
            return False
        self[key] = value
        self.last = key
        return True

    def below(self, name: str | None) -> PhpArray | None:
        """The array at a key, in place of whatever stands there; None: no room."""
        found = None if name is None else self.get(php_key(name))
        if isinstance(found, PhpArray):
            return found
        fresh = PhpArray()
        return fresh if self.store(name, fresh) else None

    def store(self, name: str | None, value: Any) -> bool:
        if name is None:
            return self.append(value)
        self.put(name, value)
        return True


def php_key(text: str) -> str | int:
    """The key that a text becomes in a PHP array."""
    if text.isascii() and _INTEGER.match(text):
        number = int(text)
        return number if _INT_MIN <= number <= _INT_MAX else text
    return text


def parse_str(query: str) -> PhpArray:
    """What PHP's `parse_str` makes of a query string."""
    root = PhpArray()
    pairs = filter(None, query.partition("\0")[0].split("&"))
    for count, pair in enumerate(pairs):
        if count == MAX_INPUT_VARS:
            break
        name, _, value = pair.partition("=")
        if name.isidentifier():
            # Nothing to decode, mangle or split, and no integer: the common case.
            root[name] = url_decode(value)
            continue
        _register(root, url_decode(name).partition("\0")[0], url_decode(value))
    return root


def url_decode(text: str) -> str:
    if "%" not in text and "+" not in text:
        return text
    raw = text.replace("+", " ").encode("utf-8", "surrogateescape")
    return unquote_to_bytes(raw).decode("utf-8", "surrogateescape")


def _register(root: PhpArray, name: str, value: str) -> None:
    name = name.lstrip(" ")
    top, bracket, rest = name.partition("[")
    top = top.translate(_MANGLED)
    if not top:
        return
    if bracket and "]" not in rest:
        top += "_" + rest.translate(_MANGLED_REST)
        bracket = ""
    path, depth = _indexes(rest) if bracket else ([], 0)
    if depth > MAX_INPUT_NESTING_LEVEL:
        root.pop(php_key(top), None)
    else:
        _store(root, [top, *path], name, value)


def _forged(key: str | None, name: str) -> bool:
    return key is not None and any(
        key.startswith(prefix) and not name.startswith(prefix) for prefix in _PREFIXES
    )


def _indexes(rest: str) -> tuple[list[str | None], int]:
    """The keys in `a][b][]...`, None for an empty one, and how deep PHP went.

    Text behind a `]` ends them, as does a bracket that is never closed; PHP counts
    that one as a level.
    """
    keys: list[str | None] = []
    while True:
        at = 1 if rest[:1] in _SPACE and rest[1:2] == "]" else 0
        end = rest.find("]", at)
        if end < 0:
            return keys, len(keys) + 1
        keys.append(None if end == at else rest[:end])
        if rest[end + 1 : end + 2] != "[":
            return keys, len(keys)
        rest = rest[end + 2 :]


def _store(root: PhpArray, path: list[str | None], name: str, value: str) -> None:
    """Puts a value where the path says, making arrays on the way."""
    array: PhpArray | None = root
    for key in path[:-1]:
        if array is None or _forged(key, name):
            return
        array = array.below(key)
    if array is not None and not _forged(path[-1], name):
        array.store(path[-1], value)


def arrays(value: Any) -> Any:
    """The same value with each PHP array as a list or a dict (rule 3).

    Integers beyond 64 bits are floats to PHP.
    """
    if isinstance(value, PhpArray):
        return _formed(
            {
                key: part if type(part) is str else arrays(part)
                for key, part in value.items()
            }
        )
    if isinstance(value, dict):
        return _formed(
            {
                php_key(key) if isinstance(key, str) else int(key): arrays(part)
                for key, part in value.items()
            }
        )
    if isinstance(value, list | tuple):
        return [arrays(part) for part in value]
    if isinstance(value, int) and value > _INT_MAX:
        return float(value)
    return value


def _formed(array: dict[str | int, Any]) -> Any:
    return list(array.values()) if is_list(array) else array


def is_list(array: dict[Any, Any]) -> bool:
    """Whether the keys are 0..n-1 in order; an empty array's are."""
    return list(array) == list(range(len(array)))


def entries(array: Any) -> list[tuple[str | int, Any]]:
    """The keys and values of an array in either form; none of anything else."""
    if isinstance(array, dict):
        return list(array.items())
    if isinstance(array, list):
        return list(enumerate(array))
    return []


def truthy(value: Any) -> bool:
    """PHP's truth: `"0"` is false, `"false"` is true."""
    return bool(value) and value != "0"


def intval(value: Any) -> int:
    """PHP's `intval`: the integer a text begins with, else 0."""
    if isinstance(value, str):
        return _intval_of_text(value)
    if isinstance(value, float):
        return _wrapped(value)
    if isinstance(value, list | dict):
        return int(bool(value))
    return int(value or 0)


def _intval_of_text(text: str) -> int:
    number = _LEADING_NUMBER.match(text)
    if number is None:
        return 0
    whole = _LEADING_INTEGER.match(text)
    if whole and whole.end() == number.end():
        return max(_INT_MIN, min(int(whole[1]), _INT_MAX))
    value = float(number[1])
    return max(_INT_MIN, min(int(value), _INT_MAX)) if isfinite(value) else 0


def _wrapped(number: float) -> int:
    """A float as PHP casts it: beyond 64 bits it wraps, infinity is 0."""
    if not isfinite(number):
        return 0
    return (int(number) + 2**63) % 2**64 - 2**63


def is_numeric(text: str) -> bool:
    return bool(_NUMERIC.match(text))


def float_text(number: float) -> str:
    """A float as PHP prints it in text: without a fraction where it has none."""
    return str(int(number)) if number.is_integer() else repr(number)

"""Calls in a file: one JSON object a line.

    {"method": "crm.deal.update", "params": {"id": 7, "fields": {}}, "key": "deal 7"}

`params` may be left out, and `key` too, but then on all lines. Blank lines are passed
over. Nothing is sent of a file before all of it has been read once.
"""

from __future__ import annotations

import json
import math
import re
import shutil
import tempfile
from contextlib import ExitStack, contextmanager
from typing import IO, TYPE_CHECKING, Any, Final, NoReturn

import click
from attrs import define, field, frozen

from bitrix_async import Call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Keyed = tuple[str, Call[Any]]

_FIELDS: Final = frozenset({"method", "params", "key"})
# What `job --failed --json` says of a call, which is not read.
_TOLD_OF: Final = frozenset({"code", "error"})
_METHOD: Final = re.compile(r"[A-Za-z0-9_.]+")
# Bad lines that are told one by one.
_TOLD: Final = 10
# Of a number that is too large.
_SHOWN: Final = 40
# Of a pair, which JSON may escape one without the other; no file can hold it.
_HALF: Final = re.compile(r"[\ud800-\udfff]")


@frozen
class Bad:
    """A line that is no call, and why."""

    number: int
    reason: str


class _Odd(ValueError):
    """Why a line is no call."""


@define
class Lines:
    """The calls of a file that was read once: how many they are, and what is not one.

    `bad` has the first of the bad lines, `aside` the number of all.
    """

    name: str
    file: IO[bytes]
    count: int = 0
    aside: int = 0
    bad: list[Bad] = field(factory=list)

    def __iter__(self) -> Iterator[Call[Any] | Keyed]:
        """The calls; those with keys are pairs."""
        self.file.seek(0)
        for _, found in _read(self.file):
            if not isinstance(found, str):
                key, call = found
                yield call if key is None else (key, call)

    def told(self) -> Iterator[str]:
        """The bad lines, for people."""
        for one in self.bad:
            yield f"{self.name}:{one.number}: {one.reason}"
        if self.aside > len(self.bad):
            yield f"  and {self.aside - len(self.bad):,} more"


@contextmanager
def read(file: IO[bytes], name: str, *, skip_bad: bool) -> Iterator[Lines]:
    """Reads it once; what can be read only once is copied as long as the block lasts.

    Raises `UsageError` that names its bad lines, unless they are to be skipped.
    """
    with ExitStack() as stack:
        try:
            if not file.seekable():
                copy = stack.enter_context(tempfile.TemporaryFile())
                shutil.copyfileobj(file, copy)
                file = copy
            file.seek(0)
            lines = _looked_through(Lines(name, file), skip_bad=skip_bad)
        except OSError as error:
            raise click.UsageError(f"{name}: {error.strerror}") from None
        yield lines


def _looked_through(lines: Lines, *, skip_bad: bool) -> Lines:
    for number, found in _read(lines.file):
        if isinstance(found, str):
            lines.aside += 1
            if len(lines.bad) < _TOLD:
                lines.bad.append(Bad(number, found))
        else:
            lines.count += 1
    if lines.bad and not skip_bad:
        told = "\n".join(lines.told())
        text = f"{told}\nNothing was sent. --skip-bad runs the other lines."
        raise click.UsageError(text)
    return lines


def _read(
    lines: Iterable[bytes],
) -> Iterator[tuple[int, tuple[str | None, Call[Any]] | str]]:
    """Each line that is not blank, by its number: its call, or why it is none."""
    keys: set[int] = set()
    is_keyed: bool | None = None
    for number, line in enumerate(lines, 1):
        try:
            text = line.decode("utf-8-sig").strip()
            if not text:
                continue
            key, call = _call(text)
            is_keyed = (key is not None) if is_keyed is None else is_keyed
            _check(key, keys, is_keyed=is_keyed)
        except UnicodeDecodeError:
            yield number, "it is not UTF-8"
        except _Odd as error:
            yield number, str(error)
        else:
            yield number, (key, call)


def _check(key: str | None, keys: set[int], *, is_keyed: bool) -> None:
    if (key is not None) != is_keyed:
        raise _Odd("either all lines have a key, or none")
    if key is None:
        return
    # Not the texts: a million of them would be held.
    if hash(key) in keys:
        raise _Odd(f"a line before it has the same key, {key!a}")
    keys.add(hash(key))


def _call(text: str) -> tuple[str | None, Call[Any]]:
    try:
        value = json.loads(text, parse_constant=_refuse, parse_float=_float)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "nested too deep"
        raise _Odd(f"not JSON: {reason}") from None
    if not isinstance(value, dict):
        raise _Odd("it is not a JSON object")
    if odd := sorted(value.keys() - _FIELDS - _TOLD_OF):
        raise _Odd(f"{odd[0]!a} is none of method, params and key")
    return _key(value.get("key")), Call(_method(value), _params(value))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _float(digits: str) -> float:
    """Python would make an infinity of it, which JSON does not have."""
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits:.{_SHOWN}} is too large")
    return number


def _method(value: dict[str, Any]) -> str:
    method = value.get("method")
    if not isinstance(method, str) or not _METHOD.fullmatch(method):
        raise _Odd("method is not the name of one" if method else "it has no method")
    return method


def _params(value: dict[str, Any]) -> dict[str, Any]:
    params = value.get("params", {})
    if not isinstance(params, dict):
        raise _Odd("params is not an object")
    return params


def _key(key: object) -> str | None:
    if isinstance(key, str) and (half := _HALF.search(key)):
        raise _Odd(f"key has half a character, {half[0]!a}")
    if key is None or (isinstance(key, str) and key):
        return key
    if isinstance(key, int) and not isinstance(key, bool):
        return str(key)
    raise _Odd("key is neither text nor a number")

"""Ids of pages: as arguments, and in files.

A file has one id on a line. What follows a tab is not read, so that what `--failed`
wrote (id, tab, code, tab, description) is read back; blank lines are passed over, and
so is what follows a `#`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

# The portal's ids are PHP integers, and their first is 1.
_MOST: Final = 2**63 - 1
_ID: Final = r"[0-9]{1,19}"
_LINE: Final = re.compile(rf"\s*({_ID})?\s*(?:[\t#].*)?")
_SHOWN: Final = 40


def arguments(
    ctx: click.Context, param: click.Parameter, typed: tuple[str, ...]
) -> list[int]:
    """The ids of arguments, each once: click's callback."""
    for text in typed:
        if re.fullmatch(_ID, text) is None or not _is_id(int(text)):
            raise click.BadParameter(f"{_short(text)} is not a page id", ctx, param)
    return [*dict.fromkeys(map(int, typed))]


def read(lines: Iterable[bytes], name: str) -> list[int]:
    """The ids of a file, each once; raises `UsageError` that names the first junk."""
    found: dict[int, None] = {}
    for number, line in enumerate(lines, 1):
        text = line.decode("utf-8-sig", "replace").strip("\r\n")
        match = _LINE.fullmatch(text)
        if match is None or (match[1] and not _is_id(int(match[1]))):
            raise click.UsageError(f"{name}:{number}: {_short(text)} is not a page id")
        if match[1]:
            found[int(match[1])] = None
    return [*found]


def _is_id(number: int) -> bool:
    return 0 < number <= _MOST


def _short(text: str) -> str:
    cut = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return ascii(cut)

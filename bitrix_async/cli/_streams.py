"""Streams that were closed before the program began (`<&-`, `>&-`): Python has none."""

from __future__ import annotations

import os
import sys
from typing import IO


def fill() -> None:
    """Puts streams in their places that fail when they are used, and not before.

    Their files also keep the numbers 0 to 2 from those that are opened later: what is
    printed would be written into a journal.
    """
    # Each is opened the wrong way around, so that the system says what is wrong, and
    # is not closed, as Python's own are not.
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_WRONLY), "r", closefd=False)
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", closefd=False)
    # What is said is heard by nobody, as was asked for; that is no error.
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", closefd=False)


def name_of(file: IO[bytes]) -> str:
    """As an error has it."""
    name = getattr(file, "name", None)
    # That of a stream which was put in its place is a number.
    return name if isinstance(name, str) else "<stdin>"

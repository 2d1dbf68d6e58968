"""Files that a command writes beside its journal: never the journal itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from pathlib import Path

# What SQLite and the lock keep beside a journal is part of it.
_PARTS: Final = ("", "-wal", "-shm", "-journal", ".lock", ".lock-journal")


def check(option: str, path: Path, journal: Path | None) -> None:
    """Raises `UsageError` where what the option writes would be lost, or a job."""
    if str(path) == "-":
        raise click.UsageError(
            f"{option}: give a file; stdout, for which - stands, has other output"
        )
    if journal is not None and any(_same(path, part) for part in _parts(journal)):
        raise click.UsageError(f"{option}: {path} is the journal; give another file")


def _parts(journal: Path) -> list[Path]:
    # A link to a journal has its parts beside what it leads to.
    return [
        one.with_name(f"{one.name}{part}")
        for one in (journal, journal.resolve())
        for part in _PARTS
    ]


def _same(one: Path, other: Path) -> bool:
    """Also by another name, and where there is no such file yet."""
    try:
        return one.samefile(other)
    except OSError:
        return one.resolve() == other.resolve()

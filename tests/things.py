"""What tests of jobs work with: a portal of things, calls to it, and what is kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bitrix_async import Call, Journal
from bitrix_async.testing import Portal, PortalError

if TYPE_CHECKING:
    from pathlib import Path

    from bitrix_async import Entry, JobSummary


def working(**options: Any) -> Portal:
    """A portal with a method that sets, one that must run only once, and a delete."""
    portal = Portal(**options)
    gone: set[str] = set()

    def delete(_: object, params: dict[str, Any]) -> bool:
        if params["n"] in gone:
            raise PortalError("ERROR_NOT_FOUND", "no such thing")
        gone.add(params["n"])
        return True

    portal.on("thing.update", lambda *_: True)
    portal.on("thing.add", lambda *_: 7)
    portal.on("thing.delete", delete)
    return portal


def calls(count: int, method: str = "thing.add") -> list[Call[Any]]:
    return [Call(method, {"n": n}) for n in range(count)]


def now() -> float:
    return asyncio.get_running_loop().time()


def entries(path: Path, *states: Any) -> list[Entry]:
    with Journal.open(path) as journal:
        return [*journal.entries(*states)]


def summary(path: Path) -> JobSummary:
    with Journal.open(path) as journal:
        return journal.summary()

"""Whatever happens to the process, every call ends, and what runs once runs once.

These run on real sockets, in real time, and kill real processes; a portal's hour is
half a minute here.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import sys
from collections import Counter
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitrix_async import Journal
from bitrix_async.testing import Portal, PortalError
from bitrix_async.testing.http import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# Things that are updated when a job is well under way.
SOME = 100

CRASHING = Path(__file__).parent / "crashing.py"


class Things:
    """A portal that counts, for each thing, what was done to it."""

    def __init__(self, scale: float = 0.01) -> None:
        self.scale = scale
        self.portal = Portal(scale=scale, cost=0.35, cost_cv=0.5, keep=False)
        self.added: Counter[int] = Counter()
        self.updated: Counter[int] = Counter()
        self.deleted: set[int] = set()
        self.under_way = asyncio.Event()
        for name in ("add", "update", "delete", "get"):
            self.portal.on(f"thing.{name}", getattr(self, name))

    def add(self, _: object, params: dict[str, Any]) -> int:
        self.added[int(params["n"])] += 1
        return int(params["n"])

    def update(self, _: object, params: dict[str, Any]) -> bool:
        self.updated[int(params["n"])] += 1
        if len(self.updated) > SOME:
            self.under_way.set()
        return True

    def delete(self, _: object, params: dict[str, Any]) -> bool:
        if int(params["n"]) in self.deleted:
            raise PortalError("ERROR_NOT_FOUND", "there is no such thing")
        self.deleted.add(int(params["n"]))
        return True

    def get(self, _: object, params: dict[str, Any]) -> int | None:
        number = int(params["n"])
        return number if self.added[number] else None


@asynccontextmanager
async def crashing(
    things: Things, *arguments: object, timeout: float = 60.0
) -> AsyncIterator[asyncio.subprocess.Process]:
    async with serve(things.portal, workers=2) as url:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(CRASHING), url, *map(str, arguments)),
            *map(str, (things.scale, timeout)),
            stdout=asyncio.subprocess.PIPE,
        )
        yield process
        await process.wait()


async def found_by(process: asyncio.subprocess.Process) -> list[dict[str, Any]]:
    out, _ = await process.communicate()
    found: list[dict[str, Any]] = json.loads(out)
    return found


def is_sound(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as journal:
        return bool(journal.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def test_killed_fifty_times_and_run_to_the_end(tmp_path: Path) -> None:
    """Nothing is lost, nothing runs twice that must not, and all of it is told."""
    things, jobs, count, kills = Things(), 5, 500, 10

    async def killed() -> list[dict[str, Any]]:
        async with crashing(things, tmp_path, jobs, count, kills) as process:
            return await found_by(process)

    found = asyncio.run(killed())
    every = range(jobs * count)

    assert sum(one["killed"] for one in found) == jobs * kills
    assert [one["done"] for one in found] == [count] * jobs
    assert things.updated.keys() == {n for n in every if n % 4 == 0}
    assert things.added == dict.fromkeys((n for n in every if n % 4 in {1, 2}), 1)
    assert things.deleted == {n for n in every if n % 4 == 3}
    # Some were found to have been under way, and were looked for.
    assert things.portal.executed("thing.get") > 0
    for path in tmp_path.glob("*.journal"):
        assert is_sound(path)
        with Journal.open(path) as journal:
            assert [one.position for one in journal.entries("done")] == [*range(count)]


def test_stopped_for_longer_than_the_operating_window(tmp_path: Path) -> None:
    """A job that sleeps through all of its limits and answers goes on, and ends."""
    things, count = Things(scale=0.002), 2_400
    window = 600 * things.scale

    async def stopped() -> list[dict[str, Any]]:
        async with crashing(things, tmp_path, 1, count, 0, timeout=2.0) as process:
            await things.under_way.wait()
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(1.2 * window)
            assert len(things.updated) < count / 4
            process.send_signal(signal.SIGCONT)
            return await found_by(process)

    (found,) = asyncio.run(stopped())
    once = {n for n in range(count) if n % 4 in {1, 2}}

    assert found["done"] + found["unknown"] == count
    assert things.updated.keys() == {n for n in range(count) if n % 4 == 0}
    assert set(things.added.values()) == {1}
    assert len(once - things.added.keys()) <= found["unknown"]
    with Journal.open(tmp_path / "0.journal") as journal:
        done = {one.params["n"] for one in journal.entries("done")}
    assert once & done <= things.added.keys()

"""A process whose job has little room for its journal, and then has more.

    python filling.py room|limit FOLDER BYTES CALLS

`room`: the folder becomes a file system of that size, in a namespace of this process
(`unshare -rm`). `limit`: no file of the process may be larger. Prints what the job
raised, which calls the portal ran and which of them the journal knows of; and the
summary of the same job when there is room again.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitrix_async import BitrixError, Call, Journal, Limits, Session
from bitrix_async.testing import MemoryTransport, Portal, PortalLimits

if TYPE_CHECKING:
    from bitrix_async import Entry, JobSummary

SCALE = 0.001
# Nothing waits for a limit, and what the portal was left with is over in a moment.
FREE = Limits(burst=1e9, per_second=1e9).scaled(SCALE)


def mount(folder: str, how: str) -> None:
    command = ["mount", "-t", "tmpfs", "-o", how, "none", folder]
    subprocess.run(command, check=True)


def set_room(kind: str, folder: str, size: int) -> None:
    """Leave so much room; 0: as much as there is."""
    if kind == "limit":
        most = size or resource.RLIM_INFINITY
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    elif size:
        mount(folder, f"size={size}")
    else:
        mount(folder, "remount,size=100m")


async def run(portal: Portal, path: Path, count: int) -> JobSummary:
    async def check(entry: Entry) -> Any:
        done = portal.ledger.of("thing.add")
        return any(int(one.params["n"]) == entry.params["n"] for one in done) or None

    calls = (Call("thing.add", {"n": n, "title": "a title"}) for n in range(count))
    way = MemoryTransport(portal, round_trip=0.1 * SCALE)
    async with Session(portal.webhook, limits=FREE, transport=way) as bx:
        return await bx.run(calls, journal=path, check=check)


def known(path: Path) -> list[int]:
    """Calls of which the journal has that they have left."""
    try:
        with Journal.open(path) as journal:
            return [one.position for one in journal.entries("done", "sent", "unknown")]
    except BitrixError:
        return []


def main(kind: str, folder: str, size: str, count: str) -> None:
    path = Path(folder, "a.journal")
    limits = PortalLimits(burst=1e9, per_second=1e9)
    portal = Portal(limits=limits, cost=0.0, scale=SCALE)
    portal.on("thing.add", lambda *_: True)
    found: dict[str, Any] = {"raised": None, "text": ""}
    set_room(kind, folder, int(size))
    try:
        asyncio.run(run(portal, path, int(count)))
    except BitrixError as error:
        found |= {"raised": type(error).__name__, "text": str(error)}
    found["ran"] = [int(one.params["n"]) for one in portal.ledger.of("thing.add")]
    set_room(kind, folder, 0)
    found["known"] = known(path)
    summary = asyncio.run(run(portal, path, int(count)))
    found["done"] = summary.done
    found["ran_in_all"] = portal.executed("thing.add")
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])

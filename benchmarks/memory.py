"""What a stream holds in memory, by its length: the same, however long it is.

    uv run python benchmarks/memory.py [--calls 1000000] [--json FILE]

Streams of several lengths run through the portal in memory, in virtual time, and the
outcomes are counted and dropped. Peaks are what Python allocates (tracemalloc) above
what was there before the session, portal included. Tracing makes it slow: a million
calls take several minutes.
"""

from __future__ import annotations

import argparse
import json
import time
import tracemalloc
from pathlib import Path
from typing import Any

from bitrix_async import Call, Limits, Session
from bitrix_async.testing import MemoryTransport, Portal, PortalLimits, run

# As on Enterprise, where a stream is at its fastest.
LIMITS = PortalLimits.enterprise()


async def stream(count: int) -> None:
    portal = Portal(limits=LIMITS, cost=0.001, cost_cv=0.5, keep=False)
    portal.on("bench.echo", lambda *_: True)
    way = MemoryTransport(portal, workers=4)
    async with Session(portal.webhook, limits=Limits.enterprise(), transport=way) as bx:
        ended = 0
        async for outcome in bx.stream(
            Call("bench.echo", {"n": number}) for number in range(count)
        ):
            ended += outcome.ok
    assert ended == portal.executed("bench.echo") == count


def peak(count: int) -> dict[str, Any]:
    begun = time.perf_counter()
    tracemalloc.start()
    run(stream(count))
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {"calls": count, "peak": used, "seconds": time.perf_counter() - begun}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    run(stream(1_000))  # what is made once, and kept
    print(f"{'calls':>10} {'peak':>10} {'run time':>9}")
    rows = []
    for part in (100, 10, 1):
        row = peak(max(1, options.calls // part))
        rows.append(row)
        size, seconds = row["peak"] / 2**20, row["seconds"]
        print(f"{row['calls']:10,} {size:6.2f} MiB {seconds:7.1f} s", flush=True)
    print(f"longest beside shortest: {rows[-1]['peak'] / rows[0]['peak']:.2f}x")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()

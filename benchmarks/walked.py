"""What each walk tells `lists.py`: how long it took, and which ids it gave."""

import json
import resource
import sys
import time
from collections.abc import AsyncIterator
from typing import Any


async def report(rows: AsyncIterator[Any]) -> None:
    """Walk, and print one line of JSON; an error is part of it."""
    ids: list[int] = []
    first, error = None, ""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    try:
        async for row in rows:
            if first is None:
                first = time.perf_counter() - begun
            ids.append(int(row["id"]))
    except Exception as failure:  # noqa: BLE001  # whatever the client raises is told
        error = f"{type(failure).__name__}: {failure}"[:200]
    took = time.perf_counter() - begun
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    told = {
        "seconds": took,
        "first": first,
        "error": error,
        "megabytes": grown / 1024,
        "cpu": time.process_time(),
        "ids": ids,
    }
    json.dump(told, sys.stdout)

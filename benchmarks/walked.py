"""What each walk tells `lists.py`: how long it took, and which ids it gave."""

import asyncio
import json
import math
import os
import re
import resource
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

NOT_DONE = "not done"


async def report(rows: AsyncIterator[Any]) -> None:
    """Walk, and print one line of JSON; an error is part of it.

    The environment says how many seconds it may take; what came until then is told.
    """
    limit = float(os.environ["LISTS_TIMEOUT"])
    ids: list[int] = []
    first, error = None, ""
    memory = peak()
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(limit):
            async for row in rows:
                if first is None:
                    first = time.perf_counter() - begun
                ids.append(int(row["id"]))
    except TimeoutError:
        error = NOT_DONE
    except Exception as failure:  # noqa: BLE001  # whatever the client raises is told
        error = f"{type(failure).__name__}: {failure}"[:200]
    took = time.perf_counter() - begun
    told = {
        "seconds": took,
        "first": first,
        "error": error,
        "megabytes": peak() - memory,
        "cpu": time.process_time(),
        "ids": ids,
    }
    json.dump(told, sys.stdout)


def peak() -> float:
    """The most memory so far, in MB; that of `getrusage` begins with the parent's."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else math.nan

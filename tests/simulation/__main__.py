"""`python -m tests.simulation --seeds 20000 [--first N] [--jobs N] [--trace]`."""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Final

from .run import simulate, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .run import Report

# Seeds that a process takes at a time.
_CHUNK: Final = 20


def main() -> int:
    """Run the seeds; 1 where something broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seeds", type=int, default=500, help="how many to run")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--trace", action="store_true", help="print what was sent")
    asked = parser.parse_args()
    began = time.perf_counter()
    seeds = range(asked.first, asked.first + asked.seeds)
    if asked.trace or asked.jobs == 1:
        failed = _tell(simulate(seed, trace=asked.trace) for seed in seeds)
    else:
        with ProcessPoolExecutor(asked.jobs) as pool:
            failed = _tell(pool.map(simulate, seeds, chunksize=_CHUNK))
    print(f"{failed} broken; {time.perf_counter() - began:.1f} s")
    return int(failed > 0)


def _tell(reports: Iterable[Report]) -> int:
    """Print what came of the seeds; how many are broken."""
    failed = calls = requests = runs = 0
    for report in reports:
        runs += 1
        calls, requests = calls + report.calls, requests + report.requests
        if report.trace:
            print(report.trace)
        if report.broken:
            failed += 1
            print(told(report), flush=True)
    print(f"{runs} seeds, {calls} calls in {requests} requests: ", end="")
    return failed


if __name__ == "__main__":
    sys.exit(main())

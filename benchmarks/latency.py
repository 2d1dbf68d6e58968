"""How long an interactive call takes: on an idle portal, and beside each kind of job.

    uv run python benchmarks/latency.py [--seeds 1 2 3] [--json FILE]

The calls come at random, once a second on average, and take 0.05 s of work and 0.1 s
on the way. Virtual time, so the figures are the same in every run; those of several
seeds are put together. The portal works on four requests at once.
"""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scenarios import Bulk, Figures, Latency, Stage, beside, idle, storm

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

KINDS: Final[dict[str, Callable[..., Figures]]] = {
    "idle portal": idle,
    "50,000 x 0.002 s (rate limit)": partial(beside, Bulk("a", 50_000, 0.002)),
    "20,000 x 0.05 s (operating limit)": partial(beside, Bulk("a", 20_000, 0.05)),
    "3,000 x 0.5 s (operating limit)": partial(beside, Bulk("a", 3_000, 0.5)),
    "600 x 5 s (operating limit)": partial(beside, Bulk("a", 600, 5.0)),
    "800 x 0.5 s (no limit)": partial(beside, Bulk("a", 800, 0.5)),
    "3,000 x 0.5 s, one worker": partial(beside, Bulk("a", 3_000, 0.5), workers=1),
    "bucket filled by others for 60 s": partial(
        storm, Bulk("a", 20_000, 0.002), Stage.callers
    ),
}
PERCENTS: Final = (50, 95, 99, 100)


def measure(seeds: Sequence[int]) -> dict[str, dict[str, float]]:
    """Plays each kind, and prints it as it ends."""
    marks = " ".join(f"{_name(percent):>8}" for percent in PERCENTS)
    print(f"{'interactive calls beside':34} {'calls':>6} {marks}")
    found = {}
    for kind, play in KINDS.items():
        runs = [play(seed=seed).latency.seconds for seed in seeds]
        every = Latency(sorted(second for run in runs for second in run))
        row = {_name(percent): every[percent] for percent in PERCENTS}
        cells = " ".join(f"{value:6.2f} s" for value in row.values())
        print(f"{kind:34} {len(every.seconds):6} {cells}", flush=True)
        found[kind] = {"calls": len(every.seconds), **row}
    return found


def _name(percent: int) -> str:
    return "max" if percent == 100 else f"p{percent}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = measure(options.seeds)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()

"""A decision costs the same however many calls wait."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from deciding import measure


def test_a_decision_looks_at_lines_and_never_at_calls() -> None:
    """Functions called for a request of a thousand waiting calls, and of 100,000."""
    measure(10)  # the first decision of a process fills caches
    some, many = measure(1_000), measure(100_000)

    assert (many.to_wait, many.to_send) == (some.to_wait, some.to_send)
    assert many.to_wait < 2_000

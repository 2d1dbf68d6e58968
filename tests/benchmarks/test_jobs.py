"""What a job's journal costs, held where it does not depend on the machine."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from jobs import measure, show


def test_a_journal_costs_little(capsys: pytest.CaptureFixture[str]) -> None:
    """Resuming takes no memory for calls that are done, and a call some bytes."""
    work = measure(count=300, rounds=1, seconds=0.5, paced_rounds=1, kept=30_000)
    found = asyncio.run(work)
    few, many = found["resume"]
    show(found)

    assert (few["count"], many["count"]) == (300, 30_000)
    for how in ("journal", "calls"):
        assert many[how]["mib"] < few[how]["mib"] + 8
    assert many["journal"]["seconds"] < 5
    assert many["bytes"] < 120
    shown = capsys.readouterr().out
    assert "resuming 30,000 calls" in shown
    assert "at 2 requests a second" in shown

"""The benchmark of lists works, and what it has to find is found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from lists import HERE, Bench, Case, without_cpu


@pytest.mark.parametrize(
    ("case", "times", "requests"),
    [
        (Case(100_000), 1.0, 44),
        (Case(200_000), 1.22, 82),
        (
            Case(100_000, work=True),
            1.13,
            72,
        ),  # shorter at the end: all workers have some
    ],
)
def test_a_long_list_is_not_far_from_its_bound(
    case: Case, times: float, requests: int
) -> None:
    """In virtual time: every row once, the first one with the first answer.

    That has the last page as well.
    """
    found = without_cpu(case)

    assert found.is_right
    assert found.ordered
    assert found.first <= 0.2 + 2 * 0.07
    assert found.seconds <= (times + 0.001) * case.bound()[0]
    assert found.requests <= requests
    assert found.refused == 0


@pytest.mark.parametrize("flags", [[], ["--work", "--changing"]])
def test_the_command(tmp_path: Path, flags: list[str]) -> None:
    """It measures through sockets, in processes, and says who was right."""
    out = tmp_path / "found.json"
    command = [sys.executable, str(HERE / "lists.py"), "--rows", "700"]
    options = ["--scale", "0.2", "--peers", "--json", str(out), *flags]
    ended = subprocess.run(
        [*command, *options], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.stderr == ""
    walks = json.loads(out.read_text())["walks"]

    assert {walk["who"] for walk in walks} >= {"bitrix_async"}
    for walk in walks:
        assert (walk["lost"], walk["doubled"], walk["error"]) == (0, 0, "")
        assert walk["ordered"]
    assert ended.stdout.count("every row once, in order") == len(walks)


@pytest.mark.parametrize(
    ("program", "timeout", "said"),
    [
        ("raise ValueError('no')", 9.0, "lost 258; it crashed: ValueError: no"),
        ("import time; time.sleep(9)", 0.4, "lost 258; not done in 2 s"),
    ],
)
def test_what_a_client_lost_is_said(program: str, timeout: float, said: str) -> None:
    """Also where it crashed, or did not come to an end."""
    bench = Bench(Case(258, scale=0.2), timeout=timeout)
    found = bench.walk("other", [sys.executable, "-c", program])

    assert not found.is_right
    assert said in found.line(1.0)

"""Whatever breaks, every call has one outcome, and it is the truth."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bitrix_async._dispatch import Dispatcher
from bitrix_async.testing import Portal
from bitrix_async.testing._faults import Trouble

from .lifetime import MOST, sizes
from .planted import BUGS, SEEDS, Bug, caught
from .portals import METHODS
from .run import simulate, simulate_many, told
from .weather import TROUBLES

ROOT = Path(__file__).parents[2]
CHUNK = 50


@pytest.mark.parametrize("chunk", range(SEEDS // CHUNK))
def test_seeds(chunk: int) -> None:
    """Five hundred worlds, each with calls, users and troubles of its own."""
    failed = simulate_many(chunk * CHUNK, CHUNK)

    assert not failed, "\n".join(map(told, failed))


@pytest.mark.parametrize("seed", [17, 62])
def test_a_seed_is_run_the_same_way_again(seed: int) -> None:
    """All that was on the wire, and when, is the same."""
    first, second = simulate(seed), simulate(seed)

    assert first.requests > 5
    assert first == second


def test_a_seed_is_the_same_in_another_process() -> None:
    """So that what CI finds can be looked at anywhere."""
    code = "from tests.simulation.run import simulate; print(simulate(5).digest)"
    out = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONHASHSEED": "1"},  # which this process has not
        capture_output=True,
        text=True,
        check=True,
    )

    assert out.stdout.strip() == simulate(5).digest


@pytest.mark.filterwarnings("ignore:unclosed <Session:ResourceWarning")
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.text)
def test_planted_bugs_are_found(bug: Bug) -> None:
    """What the simulation is worth: a bug that is put in is found soon."""
    found = caught(bug, [bug.shown_by]) or caught(bug)
    gc.collect()  # of sessions that could not be closed for it

    assert found is not None
    assert found[0] < SEEDS


def test_what_breaks_says_how_to_see_it_again() -> None:
    """With a command that can be pasted."""
    with BUGS[0].planted():
        report = next(filter(lambda r: r.broken, map(simulate, range(20))))
        text = told(report)

    assert f"python -m tests.simulation --first {report.seed} --seeds 1" in text


def test_all_kinds_of_calls_and_troubles_are_met() -> None:
    """The weights leave none of them out, and each trouble is one of the portal's."""
    ran = set()
    portal = Portal()
    for _, kind, rule in TROUBLES:
        portal.trouble(kind, **rule)  # type: ignore[arg-type]
    assert all(isinstance(one, Trouble) for one in portal.troubles)
    for seed in range(20):
        ran |= simulate(seed).methods
    assert ran >= set(METHODS)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_session_that_lives_long_keeps_nothing(seed: int) -> None:
    """Neither of calls that have ended, nor of trouble that is over."""
    assert max(sizes(seed, 2_000)) <= MOST


def test_what_is_kept_is_found() -> None:
    """One object for each call is enough."""

    def leaky(whole: Any) -> Any:
        def ticket(self: Any, *args: Any) -> Any:
            made = whole(self, *args)
            self.__dict__.setdefault("kept", []).append(made)
            return made

        return ticket

    with Bug("what has ended is kept", Dispatcher, "ticket", leaky).planted():
        assert max(sizes(0, 2_000)) > MOST

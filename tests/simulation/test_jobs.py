"""However often it is killed, a job comes to its end, and its journal is true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from bitrix_async._gate import Gate
from bitrix_async._recorder import Recorder
from bitrix_async.sansio import jobs, opened

from .jobs import simulate
from .planted import Bug

if TYPE_CHECKING:
    from bitrix_async._journal_moves import Move

CHUNK, SEEDS = 20, 40
# Bugs are found by one of the first.
SOON = 10


@pytest.mark.parametrize("first", range(0, SEEDS, CHUNK))
def test_seeds(first: int) -> None:
    """Forty jobs, each with troubles and kills of its own."""
    faults = [
        f"seed {seed}: {text}"
        for seed in range(first, first + CHUNK)
        for text in simulate(seed)[:3]
    ]

    assert not faults, "\n".join(faults)


def unwaited(_: Any) -> Any:
    async def written(*_: object) -> None:
        """Write nothing."""

    return written


def forgetful(whole: Any) -> Any:
    def move(self: Recorder, *moves: Move) -> None:
        kept = [one for one in moves if one[4][1] != "done" or one[4][0][0] % 7]
        whole(self, *kept)

    return move


BUGS: Final = (
    Bug("a mark is not waited for", Gate, "_written", unwaited),
    Bug("no call leaves a mark", opened, "leave_marks", lambda _: lambda *_: False),
    Bug("some ends are forgotten", Recorder, "move", forgetful),
    Bug(
        "what was cut off runs again",
        jobs.FOUND,
        ("sent", False),
        lambda _: "waiting",
    ),
    Bug(
        "whatever goes unanswered goes again",
        jobs,
        "_fate",
        lambda whole: lambda *args, **_: whole(*args, safe=True),
    ),
)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.text)
def test_planted_bugs_are_found(bug: Bug) -> None:
    """What the simulation is worth: a bug that is put in is found soon."""
    with bug.planted():
        assert any(map(simulate, range(SOON)))

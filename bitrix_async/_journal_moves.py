"""What is written when a job's calls come in and go on: rows and statements.

The rows are those of the view `moves` of `_journal_file`, which makes groups, changes
and tallies of them. Nothing here knows a database.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from bitrix_async.sansio import packs
from bitrix_async.sansio.jobs import OPEN, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bitrix_async.sansio.courses import Tallies
    from bitrix_async.sansio.packs import Given

T = TypeVar("T")

Values: TypeAlias = "tuple[Any, ...]"

# Calls go on: their group's first position, their method, the state and the code that
# they had, and what they are now (`Change`).
Move: TypeAlias = "tuple[int, str, State, str, tuple[Any, ...]]"

# Where a change has the places, the state and the code.
_PLACES, _STATE, _CODE = 0, 1, 5

_MISSED: Final[frozenset[State]] = frozenset({"refused", "unknown"})

# Of a row, and of its two halves: what becomes of a group, and of a tally.
_COLUMNS: Final = 10
_ROW: Final = f"({', '.join('?' * _COLUMNS)})"
_NO_TALLY: Final = (None,) * 4
_NO_CHANGE: Final = (None,) * (_COLUMNS - len(_NO_TALLY))

# Rows in a statement at the most; and more than a step come in steps, as each other
# number of them is another text for SQLite to read. Those left over say nothing.
_MOST: Final = 48
_STEP: Final = 8

# As many methods as are counted each by itself.
_FEW: Final = 4


def added(first: int, given: Given, at: float) -> tuple[list[Values], Tallies, int]:
    """The rows of a group that comes in, what the tallies change by, and its bytes."""
    pack, counts = packs.pack_calls(given), _counts([c.method for c in given.calls])
    tallies: Tallies = {("waiting", name, ""): many for name, many in counts.items()}
    group = (first, packs.crc(pack), pack, len(given.calls), 0, at, *_NO_TALLY)
    return [group, *_rows_of(tallies)], tallies, len(pack)


def changed(moves: Sequence[Move]) -> list[Values]:
    """The rows of calls that go on."""
    tallies = Counter[tuple[State, str, str]]()
    tally(tallies, moves)
    return [*_changes_of(moves), *_rows_of(tallies)]


def tally(tallies: Counter[tuple[State, str, str]], moves: Iterable[Move]) -> None:
    """Change them by calls that go on."""
    for _, method, was, was_code, change in moves:
        count = len(change[_PLACES])
        code = change[_CODE] if len(change) > _CODE else ""
        tallies[was, method, was_code] -= count
        tallies[change[_STATE], method, code] += count


def is_leaving(moves: Iterable[Move]) -> bool:
    """Whether calls are among them that must be known to have left."""
    return any(change[_STATE] == "sent" for *_, change in moves)


def statements(rows: Sequence[Values]) -> list[tuple[str, Sequence[Any]]]:
    """What writes the rows: each SQL and its values."""
    return [*map(_statement, pieces(rows, _MOST))]


def pieces(values: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    """The same, so many at a time."""
    return (values[at : at + most] for at in range(0, len(values), most))


def _statement(rows: Sequence[Values]) -> tuple[str, Sequence[Any]]:
    count = len(rows)
    if count > _STEP:
        count = -(-count // _STEP) * _STEP
    left_over = [None] * (_COLUMNS * (count - len(rows)))
    sql = f"INSERT INTO moves VALUES {', '.join([_ROW] * count)}"  # noqa: S608  # of marks
    return sql, [*chain(*rows), *left_over]


def _rows_of(tallies: Tallies) -> list[Values]:
    return [(*_NO_CHANGE, *key, count) for key, count in tallies.items() if count]


def _changes_of(moves: Iterable[Move]) -> Iterator[Values]:
    """A row for each group: what is added to it, and to the counts of its calls."""
    changes: defaultdict[int, list[Any]] = defaultdict(list)
    counts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for first, _, was, _, change in moves:
        changes[first].append(change)
        count, now = len(change[_PLACES]), change[_STATE]
        counts[first][0] += count * ((now in OPEN) - (was in OPEN))
        counts[first][1] += count * ((now in _MISSED) - (was in _MISSED))
    for first, some in changes.items():
        pack = packs.pack_changes(some)
        yield (first, packs.crc(pack), pack, *counts[first], None, *_NO_TALLY)


def _counts(names: list[str]) -> dict[str, int]:
    """How many of each there are; most often there are few, and a look finds all."""
    found = dict.fromkeys(names, 0)
    few = len(found) <= _FEW
    return {name: names.count(name) for name in found} if few else Counter(names)

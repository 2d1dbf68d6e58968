"""What is written of calls of many methods is whole, in however many statements."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from bitrix_async import Call
from bitrix_async._journal_book import Book
from bitrix_async._journal_file import JournalFile
from bitrix_async._journal_moves import changed, statements
from bitrix_async.sansio.packs import Given

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bitrix_async._journal_moves import Move


@contextmanager
def written(path: Path) -> Iterator[Book]:
    file = JournalFile(path, writes=True)
    book = Book(file)
    book.begin("portal.example", "", 0.0)
    yield book
    file.close()


def names(count: int) -> list[str]:
    return [f"thing.method{n}" for n in range(count)]


def done(count: int) -> list[Move]:
    """The calls of a group end, each of its own method."""
    change = (1.0, None, [True])
    return [
        (0, name, "waiting", "", ([place], "done", *change))
        for place, name in enumerate(names(count))
    ]


# About what one of them is counted in, what one statement takes, and much more.
@pytest.mark.parametrize("count", [1, 4, 5, 7, 8, 9, 47, 48, 49, 300])
def test_a_group_of_many_methods(tmp_path: Path, count: int) -> None:
    """What is given back, and what is written, is how many of each there are."""
    given = Given([Call(name, {"n": n}) for n in range(2) for name in names(count)])
    with written(tmp_path / "a") as book:
        came = book.add(0, given, 5.0, sends=True)
        (head,) = book.heads()
        kept = [call for _, call in book.found(head)]
        kept_tallies = book.tallies()

    assert came == kept_tallies == {("waiting", name, ""): 2 for name in names(count)}
    assert (head.count, head.open, head.missed) == (2 * count, 2 * count, 0)
    assert kept == given.calls


@pytest.mark.parametrize("count", [1, 4, 5, 7, 8, 9, 47, 48, 49, 300])
def test_calls_of_many_methods_end(tmp_path: Path, count: int) -> None:
    """All of them have ended, and none waits, in however many statements."""
    with written(tmp_path / "a") as book:
        book.add(0, Given([*map(Call, names(count))]), 5.0, sends=True)
        book.write(done(count))
        (head,) = book.heads()
        states = {entry.state for entry in book.entries(head)}
        tallies = book.tallies()

    assert {key: many for key, many in tallies.items() if many} == {
        ("done", name, ""): 1 for name in names(count)
    }
    assert (head.open, states) == (0, {"done"})


def test_few_texts_for_any_number_of_rows() -> None:
    """SQLite reads each statement once, not once for each number of rows."""
    texts = {
        sql for count in range(1, 200) for sql, _ in statements(changed(done(count)))
    }

    assert len(texts) <= 15

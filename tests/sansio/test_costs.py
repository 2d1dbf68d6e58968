"""What answers tell of what a call takes."""

from __future__ import annotations

import pytest

from bitrix_async.sansio.costs import CostBook, of_batch, of_direct


def test_neighbours_finish_tells_what_a_command_took() -> None:
    """An integer `start` is useless, but `finish` is exact (protocol.md 4.3)."""
    took = of_batch([None, 100.9, 101.4], 100.0, 9.0)

    assert took == [None, None, pytest.approx(0.5)]


def test_an_exact_start_tells_of_the_first_command_too() -> None:
    """In the older form every time is a float."""
    assert of_batch([100.75, 101.0], 100.25, 9.0) == [0.5, 0.25]


def test_the_first_command_took_what_the_others_left() -> None:
    """An integer `start` may be a second early; the answer's time bounds it."""
    assert of_batch([100.75, 101.0], 100.0, 0.5) == [0.25, 0.25]


def test_a_failed_command_hides_the_one_behind_it() -> None:
    """It has no time of its own, and its work is in the next one's difference."""
    assert of_batch([None, 101.5, 102.0], 100.25, 9.0) == [None, None, 0.5]


def test_a_direct_call_took_no_longer_than_its_answer() -> None:
    """`duration` may be a second too long; the clock on this side bounds it."""
    assert of_direct(1.2, 0.3) == [0.3]
    assert of_direct(0.1, 0.3) == [0.1]
    assert of_direct(None, 0.3) == [None]


def test_an_estimate_follows_what_it_sees() -> None:
    """The first call sets it, later ones move it, and it forgets slowly."""
    book = CostBook(unknown=0.3)
    assert not book.of("m").known
    assert book.of("m").mean == 0.3

    book.learn("m", [])
    assert not book.of("m").known
    book.learn("m", [1.0])
    assert book.of("m").mean == 1.0
    book.learn("m", [2.0] * 200)
    assert book.of("m").mean == pytest.approx(2.0, abs=0.01)


def test_an_estimate_knows_its_spread() -> None:
    """Costs that vary leave a wider margin."""
    book = CostBook()
    for _ in range(50):
        book.learn("m", [0.5, 1.5])

    assert book.of("m").total(10) > 10 * book.of("m").mean + 2


def test_the_book_is_bounded() -> None:
    """Ten thousand methods do not fill the memory, and the used ones stay."""
    book = CostBook()
    for number in range(10_000):
        book.learn("kept", [1.0])
        book.learn(f"m{number}", [1.0])

    assert book.of("kept").known
    assert not book.of("m0").known

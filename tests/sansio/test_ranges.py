"""Lists of all kinds in few round trips and few requests, and how their ids are cut."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from portal import planner_of
from tables import Table

from bitrix_async import Call
from bitrix_async.sansio.paging import plan
from bitrix_async.sansio.pieces import Ends, Piece
from bitrix_async.sansio.rooms import room_for
from bitrix_async.sansio.walks import Ask, Page, Room

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_async.sansio.walks import Answered

ITEMS: Call[Any] = Call("crm.item.list", {"entityTypeId": 2})
PERMITS = 44
PAGES = 50


def walked(
    table: Table, *, cheap: bool, least: int, call: Call[Any] = ITEMS
) -> tuple[list[int], int]:
    """The ids in order, and the round trips: all that was asked is answered at once."""
    spent = rounds = 0
    asked: list[Ask] = []
    answered: list[Answered] = []
    found: list[int] = []

    def room() -> Room:
        left = PERMITS - spent
        return Room(PAGES, max(0, left), 0, cheap, least, max(1, left - 10))

    walk = plan(call).walk(room, 50)
    step = next(walk)
    while True:
        given = None
        if isinstance(step, Ask):
            asked.append(step)
            spent += 1
        elif isinstance(step, Page):
            found += [row["id"] for row in step.rows]
        else:
            if not answered:
                rounds += 1
                answered = [(ask, table.answer(ask)) for ask in asked]
                asked.clear()
            given = answered.pop(0)
        try:
            step = walk.send(given)
        except StopIteration:
            return found, rounds


def by_chance(density: float) -> Callable[[int], set[int]]:
    def ids(count: int) -> set[int]:
        return set(Random(5).sample(range(1, int(count / density)), count))

    return ids


def with_a_hole(count: int) -> set[int]:
    """Twice as many ids as there are rows are missing at one place."""
    third = count // 3
    return {*range(1, third), *range(third + 2 * count, 3 * count)}


def old_ones_deleted(count: int) -> set[int]:
    """A fifth of the rows lie far from each other, the others without holes."""
    chance, old = Random(6), count // 5
    return {
        *chance.sample(range(1, 3 * count), old),
        *range(3 * count, 4 * count - old),
    }


def in_clusters(count: int) -> set[int]:
    """Runs of hundreds of ids, thousands from each other."""
    chance, at = Random(7), 1
    ids: set[int] = set()
    while len(ids) < count:
        run = chance.randrange(200, 3000)
        ids.update(range(at, at + run))
        at += run + chance.randrange(100, 10_000)
    return ids


LISTS: dict[str, Callable[[int], set[int]]] = {
    "dense": lambda count: set(range(1, count + 1)),
    "every seventh missing": lambda count: (
        set(range(1, count * 7 // 6)) - set(range(0, count * 7 // 6, 7))
    ),
    "some by chance": by_chance(0.9),
    "half by chance": by_chance(0.5),
    "most by chance": by_chance(0.05),
    "hole": with_a_hole,
    "old ones deleted": old_ones_deleted,
    "clusters": in_clusters,
}


@pytest.mark.parametrize(
    ("kind", "count", "rounds", "requests"),
    [
        ("dense", 3000, 2, 3),
        ("dense", 100_000, 2, 41),
        ("every seventh missing", 3000, 2, 3),
        ("every seventh missing", 100_000, 2, 43),
        ("some by chance", 20_000, 2, 10),
        ("some by chance", 100_000, 2, 43),
        ("half by chance", 20_000, 2, 10),
        ("half by chance", 100_000, 2, 43),
        ("most by chance", 20_000, 2, 11),
        ("hole", 20_000, 2, 25),
        ("hole", 100_000, 4, 43),
        ("old ones deleted", 20_000, 4, 11),
        ("old ones deleted", 100_000, 5, 44),
        ("clusters", 20_000, 2, 37),
        ("clusters", 100_000, 9, 77),
    ],
)
def test_few_round_trips(kind: str, count: int, rounds: int, requests: int) -> None:
    """Two where the list is as its ends are; hardly more requests where it is not."""
    table = Table(LISTS[kind](count))
    found, took = walked(table, cheap=True, least=PAGES)

    assert found == sorted(table.ids)
    assert took <= rounds
    assert table.requests <= requests


@pytest.mark.parametrize("kind", [*LISTS])
@pytest.mark.parametrize("count", [3000, 20_000])
def test_pages_that_cost_time_are_hardly_asked_for_in_vain(
    kind: str, count: int
) -> None:
    """And are spread over the permits, so that they come side by side."""
    table = Table(LISTS[kind](count))
    found, took = walked(table, cheap=False, least=6)

    assert found == sorted(table.ids)
    assert took <= 6
    assert len(table.calls) <= 1.5 * len(table.ids) / PAGES + 40
    assert table.requests >= 13


def test_a_chain_is_not_spread() -> None:
    """In falling order nothing goes side by side: few requests, whatever pages cost."""
    table = Table(set(range(1, 10_001)))
    falling: Call[Any] = Call(
        "crm.item.list", {"entityTypeId": 2, "order": {"id": "DESC"}}
    )
    found, _ = walked(table, cheap=False, least=6, call=falling)

    assert found == [*range(10_000, 0, -1)]
    assert table.requests <= 10


# --- pieces ---------------------------------------------------------------------------


def test_the_density_of_what_is_between_the_ends_is_theirs() -> None:
    """Counted between their rows: the first row of a page tells nothing of a hole."""
    ends = Ends(range(0, 100, 2), range(1000, 1100, 2))
    between = ends.between()

    assert (between.after, between.upto) == (98, 999)
    assert (between.density, between.seen) == (0.5, 100)
    assert not ends.differ
    assert Ends(range(50), range(1000, 1100, 2)).differ


@pytest.mark.parametrize(
    ("first", "last", "meet"),
    [
        (range(1, 51), range(51, 101), True),
        (range(1, 51), range(40, 90), True),
        (range(1, 51), range(52, 102), False),
    ],
)
def test_ends_that_meet(first: range, last: range, meet: bool) -> None:
    """No id is between them."""
    assert Ends(first, last).meet is meet


def test_where_no_id_is_missing_nothing_is_doubted() -> None:
    """And the fewer rows were seen, the more there may be."""
    dense = Piece(0, 5000, 1.0, 50)
    few, many = (Piece(0, 5000, 0.5, seen) for seen in (50, 5000))

    assert (dense.expected(50), dense.beyond(50)) == (100, 0)
    assert few.beyond(50) > many.beyond(50) > 0


def test_pieces_cover_all_ids_once() -> None:
    """However they are cut; a piece that is small enough stays whole."""
    pieces = Piece(10, 5010, 0.5).split(7)
    rest = pieces[0].cut(100)

    assert rest is not None
    ends = [pieces[0], rest, *pieces[1:]]
    assert [one.after for one in ends] == [10, *(one.upto for one in ends[:-1])]
    assert ends[-1].upto == 5010
    assert pieces[1].cut(5000) is None


def test_only_large_pieces_are_looked_at() -> None:
    """A page of each, where it has some."""
    small, large = Piece(0, 700), Piece(0, 10_000)

    assert small.looked_at(50, 50) == [small]
    assert len(large.looked_at(50, 50)) == 25
    assert {piece.expected(50) for piece in large.looked_at(50, 50)} == {1}


def test_pages_that_take_nothing_at_all() -> None:
    """A mean sinks with each of them, until what it goes into is no finite number."""
    planner = planner_of()
    for took in (0.3, *[0.0] * 300):
        planner.accounts.costs.learn("m", [took] * 50)
    assert 0 < planner.accounts.estimate("m").mean < 1e-308

    room = room_for(planner, "m", 0, 0.0)
    assert room.pages == room.least == 50

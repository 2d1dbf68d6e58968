"""Walks over a list: every row once, in order, whatever happens to the list."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import Table, walked

from bitrix_async import BadAnswer, Call, Fault, Unanswered
from bitrix_async.sansio.listings import TABLE, rows_of
from bitrix_async.sansio.paging import Strategy, plan
from bitrix_async.sansio.replies import Done
from bitrix_async.sansio.walks import Ask, Page, Room

if TYPE_CHECKING:
    from collections.abc import Callable

ITEMS: Call[Any] = Call("crm.item.list", {"entityTypeId": 2})
BY_ID: tuple[Strategy, ...] = ("keyset", "chained", "ranges")


def ids(pages: list[Page]) -> list[int]:
    return [row["id"] for page in pages for row in page.rows]


@st.composite
def clusters(draw: st.DrawFn) -> set[int]:
    """Ids with holes of any size: runs, dense and sparse, far from each other."""
    found: set[int] = set()
    at = 1
    for _ in range(draw(st.integers(0, 4))):
        at += draw(st.integers(0, 5000))
        count, step = draw(st.integers(1, 60)), draw(st.integers(1, 40))
        found.update(range(at, at + count * step, step))
        at += count * step
    return found


@settings(max_examples=100, deadline=None)
@given(
    ids_=clusters(),
    size=st.integers(1, 12),
    room=st.builds(
        Room,
        pages=st.integers(1, 9),
        requests=st.integers(-2, 40),
        waiting=st.integers(0, 3),
        cheap=st.booleans(),
        least=st.integers(1, 9),
        spread=st.integers(-3, 9),
    ),
    ahead=st.integers(1, 4),
    strategy=st.sampled_from((None, *BY_ID)),
    seed=st.integers(0, 2**32),
    calm=st.booleans(),
    descending=st.booleans(),
    above=st.none() | st.integers(0, 4000),
    upto=st.none() | st.integers(0, 9000),
)
def test_rows_that_are_there_throughout_are_given_once(
    ids_: set[int],
    size: int,
    room: Room,
    ahead: int,
    strategy: Strategy | None,
    seed: int,
    calm: bool,
    descending: bool,
    above: int | None,
    upto: int | None,
) -> None:
    """In order, and no id twice, while rows come and go before every single page."""
    chance = Random(seed)
    always, ever = set(ids_), set(ids_)
    most = max(ids_, default=0) + 500

    def change(now: set[int]) -> None:
        if calm or chance.random() < 0.5:
            return
        for number in chance.sample(range(1, most), 3):
            if number in now:
                now.discard(number)
                always.discard(number)
            else:
                now.add(number)
                ever.add(number)

    wanted = {">id": above, "<=id": upto}
    wanted = {name: value for name, value in wanted.items() if value is not None}
    params: dict[str, Any] = {"filter": wanted} if wanted else {}
    if descending:
        params["order"] = {"id": "desc"}
    strategy = None if strategy == "ranges" and descending else strategy
    walk = plan(Call("crm.item.list", params), strategy=strategy, page_size=size).walk(
        lambda: room, ahead
    )
    found = ids(walked(walk, Table(set(ids_), size, change), chance))

    def asked_for(numbers: set[int]) -> set[int]:
        low, high = above or 0, most if upto is None else upto
        return {one for one in numbers if low < one <= high}

    assert found == sorted(set(found), reverse=descending)
    assert asked_for(always) <= set(found) <= asked_for(ever)


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(0, 900),
    size=st.integers(2, 20),
    room=st.integers(1, 50),
    start=st.integers(0, 200),
    seed=st.integers(0, 2**32),
)
def test_offsets_give_every_row_of_a_list_that_rests(
    count: int, size: int, room: int, start: int, seed: int
) -> None:
    """In order, from the user's own start on."""
    table = Table(set(range(1, count + 1)), size)
    call = Call("crm.item.list", {"start": start} if start else {})
    walk = plan(call, strategy="offset").walk(lambda: Room(room), 3)

    assert ids(walked(walk, table, Random(seed))) == [*range(start + 1, count + 1)]


@settings(max_examples=40, deadline=None)
@given(ids_=clusters(), strategy=st.sampled_from(BY_ID), seed=st.integers(0, 2**32))
def test_what_is_asked_is_hardly_more_than_there_is(
    ids_: set[int], strategy: Strategy, seed: int
) -> None:
    """Chains too long and pieces too many cost at most as much again."""
    table = Table(set(ids_), 10)
    walk = plan(ITEMS, strategy=strategy, page_size=10).walk(lambda: Room(20), 4)
    walked(walk, table, Random(seed))
    pages = len(ids_) // 10 + 1

    assert len(table.calls) <= 2 * pages + 60


@pytest.mark.parametrize(
    ("room", "requests", "calls"),
    [(Room(50), 43, 1.03), (Room(50, requests=44, cheap=True), 44, 1.08)],
)
def test_an_even_list_costs_no_more_requests_than_its_pages_need(
    room: Room, requests: int, calls: float
) -> None:
    """100,000 rows with holes: 40 requests of 50 pages, the first page and the last.

    Where permits wait for nothing and pages cost little there are some more.
    """
    table = Table({n for n in range(1, 116_667) if n % 7})
    walk = plan(ITEMS).walk(lambda: room, 50)
    found = ids(walked(walk, table, Random(1)))

    assert found == sorted(table.ids)
    assert table.requests <= requests
    assert len(table.calls) <= calls * len(table.ids) / 50


@pytest.mark.parametrize(
    ("count", "requests"),
    [(0, 1), (1, 1), (50, 1), (51, 1), (99, 1), (100, 1), (101, 2)],
)
def test_where_both_ends_meet_that_is_the_list(count: int, requests: int) -> None:
    """Less than two pages are one request, and one page costs one call in vain."""
    table = Table(set(range(1, count + 1)))
    pages = walked(plan(ITEMS).walk(lambda: Room(50), 20), table, Random(1))

    assert ids(pages) == [*range(1, count + 1)]
    assert all(page.rows for page in pages)
    assert (table.requests, len(table.calls)) == (requests, requests + 1)


@pytest.mark.parametrize("place", [1, 2])
def test_an_end_that_a_batch_did_not_give_is_asked_for_alone(place: int) -> None:
    """The walk is as wide as ever behind it: no chain has to grow first."""
    table = Table(set(range(1, 10_001)))
    table.faults = {place: Unanswered("cut")}
    walk = plan(ITEMS).walk(lambda: Room(20), 20)

    assert ids(walked(walk, table, Random(1))) == [*range(1, 10_001)]
    assert table.requests <= 1 + 2 + 1 + 11


def test_whoever_looks_at_the_first_page_asks_for_no_more() -> None:
    """Many requests would be for nothing where the reader breaks off."""
    table = Table(set(range(1, 10_001)))
    walk = plan(ITEMS).walk(lambda: Room(50), 20)
    ask = next(walk)
    assert isinstance(ask, Ask)
    walk.send(None)
    first = walk.send((ask, table.answer(ask)))

    assert isinstance(first, Page)
    assert ids([first]) == [*range(1, 51)]


def test_a_method_that_does_not_order_loses_no_row() -> None:
    """A page of one row does not tell whether it is the last one."""
    table = Table(set(range(1, 31)), size=1, falls=False)
    walk = plan(Call("my.list"), key="id").walk(lambda: Room(9), 4)

    assert ids(walked(walk, table, Random(1))) == [*range(1, 31)]


def test_what_is_read_ahead_is_bounded() -> None:
    """While nobody takes the second page, no more than the window is asked for."""
    table = Table(set(range(1, 50_000)))
    walk = plan(ITEMS).walk(lambda: Room(10), 4)
    answered = None
    asked: list[Ask] = []
    pages = 0
    while pages < 5:
        step = walk.send(answered)
        answered = None
        if isinstance(step, Ask):
            asked.append(step)
        elif isinstance(step, Page):
            pages += 1
        else:
            ask = asked.pop()  # the last first: all others are kept
            answered = (ask, table.answer(ask))

    assert len(table.calls) + sum(len(ask.calls) for ask in asked) < 3 * 4 * 10


# --- trouble --------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", [*BY_ID, "offset"])
@pytest.mark.parametrize("place", [1, 2, 5, 9])
def test_a_failure_comes_after_the_rows_before_it(
    strategy: Strategy, place: int
) -> None:
    """A call that fails for good ends the walk with its error; no row is skipped."""
    table = Table(set(range(1, 1001)))
    table.faults = {n: Fault("NO", "no") for n in range(place, 200)}
    walk = plan(ITEMS, strategy=strategy).walk(lambda: Room(4), 2)
    pages: list[Page] = []

    with pytest.raises(Fault, match="NO"):
        collect(walk, table, pages)
    found = ids(pages)
    assert found == [*range(1, len(found) + 1)]


@pytest.mark.parametrize("strategy", ["chained", "ranges"])
def test_a_batch_that_failed_goes_on_page_by_page(strategy: Strategy) -> None:
    """What was not answered is asked for again, by itself; every row comes once."""
    table = Table(set(range(1, 2001)), batches_only=True)
    table.faults = {n: Unanswered("cut") for n in (2, 7, 8, 20)}
    walk = plan(ITEMS, strategy=strategy).walk(lambda: Room(8), 3)

    assert ids(walked(walk, table, Random(1))) == [*range(1, 2001)]


def collect(walk: Any, table: Table, pages: list[Page]) -> None:
    asked: list[Ask] = []
    answered = None
    while True:
        step = walk.send(answered)
        answered = None
        if isinstance(step, Ask):
            asked.append(step)
        elif isinstance(step, Page):
            pages.append(step)
        else:
            ask = asked.pop(0)
            answered = (ask, table.answer(ask))


def page_of(*ids_: object, after: int | None = None) -> Done:
    return Done({"items": [{"id": one} for one in ids_]}, None, None, after)


# What portals do that walks must not believe: the same rows whatever is asked, more for
# ever, a next page that is this one, no order, no ids, ids that are no numbers.
ODD: dict[str, Callable[[int], Done]] = {
    "stubborn": lambda _: page_of(*range(1, 51)),
    "looping": lambda start: page_of(*range(50), after=start + 50),
    "standing": lambda _: page_of(*range(50), after=0),
    "counting": lambda start: Done({"items": [{"id": 1}]}, None, 9, start + 1),
    "shuffled": lambda _: page_of(3, 1, 2),
    "nameless": lambda _: Done({"items": [{"title": "a"}, {"title": "b"}]}),
    "lettered": lambda _: page_of("a", "b"),
}


@pytest.mark.parametrize(
    ("odd", "strategy", "says"),
    [
        ("stubborn", "keyset", "do not follow each other by 'id'"),
        ("stubborn", "chained", "do not follow each other by 'id'"),
        ("stubborn", "ranges", "do not follow each other by 'id'"),
        ("shuffled", "keyset", "pass strategy='offset'"),
        ("looping", "offset", "two pages have the same rows"),
        ("standing", "offset", "the walk would loop"),
        ("counting", "offset", "does not know offsets"),
        ("nameless", "ranges", "its rows have no 'id' (they have 'title')"),
        ("lettered", "ranges", "no whole number: pass strategy='offset'"),
    ],
)
def test_a_list_that_cannot_be_walked_says_what_to_pass(
    odd: str, strategy: Strategy, says: str
) -> None:
    """It ends with an error; never with a loop, a hole or a row twice."""
    walk = plan(ITEMS, strategy=strategy).walk(lambda: Room(4), 2)

    with pytest.raises(BadAnswer) as raised:
        walked(walk, Table(set(), gives=ODD[odd]), Random(1), most=100)
    assert says in str(raised.value)
    assert raised.value.call is not None


def test_a_list_that_changes_is_not_hidden() -> None:
    """Offsets lose a row when one before is deleted: all that came, then an error."""
    table = Table(set(range(1, 301)))

    def change(now: set[int]) -> None:
        if len(table.calls) == 3:
            now.discard(10)

    table.change = change
    pages: list[Page] = []

    with pytest.raises(BadAnswer, match="the total was 300, then 299"):
        collect(plan(ITEMS, strategy="offset").walk(lambda: Room(9), 2), table, pages)
    assert len(ids(pages)) == 299


# --- choosing -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "params", "strategy"),
    [
        ("crm.item.list", {}, "ranges"),
        ("CRM.Item.List", {}, "ranges"),
        ("crm.deal.list", {"order": {"ID": "ASC"}}, "ranges"),
        ("crm.deal.list", {"ORDER": {"id": "asc"}}, "ranges"),
        ("crm.deal.list", {"order": {"ID": "DESC"}}, "chained"),
        ("crm.deal.list", {"order": {"TITLE": "ASC"}}, "offset"),
        ("crm.deal.list", {"order": {"TITLE": "ASC", "ID": "ASC"}}, "offset"),
        ("crm.deal.list", {"order": {"ID": "up"}}, "offset"),
        ("crm.deal.list", {"order": ["ID"]}, "offset"),
        ("crm.deal.list", {"filter": {"LOGIC": "OR", "0": {"ID": 1}}}, "offset"),
        ("crm.deal.list", {"filter": [{"ID": 1}]}, "offset"),
        ("crm.deal.list", {"filter": {"<=ID": "9x"}}, "offset"),
        ("crm.deal.list", {"filter": {"<=ID": "9", ">=id": 3, "<ID": "9x"}}, "ranges"),
        ("crm.deal.list", {"start": 100}, "offset"),
        ("crm.deal.list", {"start": -1}, "ranges"),
        ("user.get", {"sort": "ID", "order": "DESC"}, "chained"),
        ("user.get", {"sort": "NAME"}, "offset"),
        ("user.get", {}, "ranges"),
        ("landing.landing.getList", {"params": {"filter": {"SITE_ID": 1}}}, "ranges"),
        ("landing.landing.getList", {"params": {"order": {"TITLE": "ASC"}}}, "offset"),
        ("landing.landing.getList", {"params": {"offset": 10}}, "offset"),
        ("crm.status.list", {}, "offset"),
        ("no.such.list", {}, "offset"),
    ],
)
def test_which_strategy(method: str, params: dict[str, Any], strategy: str) -> None:
    """The fastest that the method, the filter and the order leave."""
    assert plan(Call(method, params)).strategy == strategy


@pytest.mark.parametrize(
    ("how", "params", "says"),
    [
        ({"strategy": "fast"}, {}, "'fast' is no strategy: 'keyset', 'chained'"),
        ({"strategy": "offset", "key": "ID"}, {}, "offset walks by none"),
        ({"key": ""}, {}, "such as 'ID'"),
        ({"page_size": 0}, {}, "from 1"),
        ({"page_size": "50"}, {}, "a number of rows"),
        ({"strategy": "keyset"}, {"order": {"TITLE": "ASC"}}, "another than by id"),
        ({"strategy": "ranges"}, {"order": {"id": "DESC"}}, "use chained"),
        ({"strategy": "chained"}, {"filter": {"logic": "OR"}}, "with a logic"),
    ],
)
def test_contradictions_are_named_at_once(
    how: Any, params: dict[str, Any], says: str
) -> None:
    """Before anything is sent, with what to do instead."""
    with pytest.raises(ValueError, match=says):
        plan(Call("crm.item.list", params), **how)


@pytest.mark.parametrize("strategy", [None, *BY_ID, "offset"])
@pytest.mark.parametrize("page_size", [1, 20, 50, 51, 1000])
def test_a_wrong_page_size_loses_no_row(
    strategy: Strategy | None, page_size: int
) -> None:
    """A method without a limit has pages of its own size, whatever is said of it."""
    table = Table(set(range(1, 1026)))
    walk = plan(ITEMS, strategy=strategy, page_size=page_size).walk(lambda: Room(9), 3)

    assert ids(walked(walk, table, Random(1))) == [*range(1, 1026)]


def test_an_unknown_method_is_walked_by_the_key_that_is_named() -> None:
    """Its page may have any size: the end is a page without rows."""
    table = Table(set(range(1, 101)), size=7)
    walk = plan(Call("my.items.list"), key="id").walk(lambda: Room(5), 2)

    assert ids(walked(walk, table, Random(1))) == [*range(1, 101)]


# --- what is asked --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("params", "second"),
    [
        ({}, {">id": 50}),
        ({"filter": {"stageId": "NEW"}}, {"stageId": "NEW", ">id": 50}),
        ({"filter": {">ID": 3}}, {">ID": 50}),
        ({"filter": {">=Id": 3}}, {">=Id": 3, ">id": 50}),
        ({"FILTER": {"<id": 90}}, {"<id": 90, ">id": 50}),
        ({"filter": {"@id": [1, 70]}}, {"@id": [1, 70], ">id": 50}),
    ],
)
def test_the_users_filter_is_kept(params: Any, second: Any) -> None:
    """With the cursor beside it, in the user's spelling; `start` spares counting."""
    walk = plan(Call("crm.item.list", params), strategy="keyset").walk(
        lambda: Room(1), 1
    )
    ask = next(walk)
    assert isinstance(ask, Ask)
    sent = ask.calls[0].params
    assert sent.get("filter", sent.get("FILTER", {})) == params.get(
        "filter", params.get("FILTER", {})
    )
    next(walk)
    rows = [{"id": n} for n in range(1, 51)]
    ask = walk.send((ask, [Done({"items": rows})]))

    assert isinstance(ask, Ask)
    sent = ask.calls[0].params
    assert sent.get("filter", sent.get("FILTER")) == second
    assert (sent["order"], sent["start"]) == ({"id": "ASC"}, -1)
    assert len([name for name in sent if name.lower() == "filter"]) == 1


@pytest.mark.parametrize(
    ("method", "row", "filter_", "order"),
    [
        ("tasks.task.list", {"id": "7"}, {">ID": 7}, {"ID": "ASC"}),
        ("crm.deal.list", {"ID": "7"}, {">ID": 7}, {"ID": "ASC"}),
        ("crm.item.list", {"Id": 7}, {">id": 7}, {"id": "ASC"}),
    ],
)
def test_filter_and_row_may_spell_the_id_differently(
    method: str, row: Any, filter_: Any, order: Any
) -> None:
    """The filter as the table has it, the row as it comes."""
    walk = plan(Call(method), strategy="keyset", page_size=1).walk(lambda: Room(1), 1)
    ask = next(walk)
    next(walk)
    assert isinstance(ask, Ask)
    second = walk.send((ask, [Done([row])]))

    assert isinstance(second, Ask)
    assert second.calls[0].params["filter"] == filter_
    assert second.calls[0].params["order"] == order


# --- rows -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "items", "rows", "path"),
    [
        ([1, 2], None, [1, 2], ()),
        ([], None, [], ()),
        ({"items": [{"n": 1}]}, None, [{"n": 1}], ("items",)),
        ({"tasks": [], "more": "x"}, None, [], ("tasks",)),
        ({"7": {"id": 7}, "9": {"id": 9}}, None, [{"id": 7}, {"id": 9}], None),
        ({"templates": {"7": {"id": 7}}}, None, [{"id": 7}], None),
        ({"a": [1], "b": [2]}, "b", [2], ("b",)),
        ({"a": {"x": {"n": 1}}}, "a", [{"n": 1}], None),
        ([], "a", [], ("a",)),
    ],
)
def test_where_rows_are_found(result: Any, items: Any, rows: Any, path: Any) -> None:
    """Lists, lists in maps, and maps of rows, with `[]` for an empty one."""
    assert rows_of(result, Call("m", items=items)) == (rows, path)


def test_a_map_by_codes_is_rows_where_the_table_says_so() -> None:
    """It looks like a record; and a record in its place is refused all the same."""
    call: Call[Any] = Call("landing.demos.getpagelist")

    assert rows_of({"empty": {"ID": "empty"}}, call) == ([{"ID": "empty"}], None)
    assert rows_of([], call) == ([], ())
    with pytest.raises(BadAnswer, match="no telling where its rows are"):
        rows_of({"ID": "empty", "TITLE": "Ada"}, call)


@pytest.mark.parametrize(
    ("result", "items"),
    [
        ({"ID": "1", "NAME": "Ada"}, None),
        ({"product": {"id": 1}}, None),
        ({"NAME": "Ada", "UF_DEPARTMENT": [1]}, None),
        ({"id": 1, "products": [{"id": 7}]}, None),
        ({"a": [{}], "b": [{}]}, None),
        (True, None),
        (7, None),
        (None, None),
        ({"items": [1]}, "rows"),
    ],
)
def test_what_is_no_list_is_refused(result: Any, items: Any) -> None:
    """With what to pass, and without a value of the answer."""
    with pytest.raises(BadAnswer, match=r"items=|no 'rows' in it") as raised:
        rows_of(result, Call("user.current", items=items))
    assert "Ada" not in str(raised.value)


def test_the_table_is_one() -> None:
    """No method stands in two rows of it."""
    from bitrix_async.sansio import listings

    names = [one for methods, _ in listings._GROUPS for one in methods.split()]
    assert len(names) == len(set(names)) == len(TABLE)

"""Lists through the session while rows come and go, calls fail, and readers leave."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_async import BadAnswer, Call, Fault, Session
from bitrix_async.testing import Portal, PortalError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_async.sansio.paging import Strategy
    from bitrix_async.testing import Context

    Open = Callable[..., Session]

ITEMS: Call[Any] = Call("crm.item.list", {"entityTypeId": 2})
FALLING: Call[Any] = Call("crm.item.list", {**ITEMS.params, "order": {"id": "DESC"}})
LIGHT = {"crm.item.list": 0.001, "my.list": 0.001}


def seeded(count: int, **options: Any) -> Portal:
    portal = Portal(**{"costs": LIGHT, "keep": False, **options})
    portal.seed_items(count)
    return portal


def rows_of(portal: Portal) -> set[int]:
    return set(portal.crm.kinds[2])


async def walked(bx: Session, call: Call[Any], **how: Any) -> list[int]:
    return [row["id"] async for row in bx.rows(call, **how)]


# --- rows come and go -----------------------------------------------------------------


async def move(portal: Portal, always: set[int], *, chance: Random) -> None:
    """Adds and deletes rows for two seconds; `always` is what stays throughout."""
    records = portal.crm.kinds[2]
    for _ in range(200):
        await asyncio.sleep(0.01)
        for _ in range(3):
            records.add({"title": "new"})
            number = chance.randrange(1, records.end + 1)
            records.remove(number)
            always.discard(number)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("call", "strategy"),
    [
        (ITEMS, None),
        (ITEMS, "keyset"),
        (ITEMS, "chained"),
        (ITEMS, "ranges"),
        (FALLING, None),
        (FALLING, "keyset"),
    ],
)
async def test_rows_that_stay_come_once(
    session_of: Open, call: Call[Any], strategy: Strategy | None, seed: int
) -> None:
    """In order, and no other twice, while hundreds are added and deleted."""
    portal = seeded(3000)
    before, always = rows_of(portal), rows_of(portal)
    async with session_of(portal) as bx:
        moving = asyncio.ensure_future(move(portal, always, chance=Random(seed)))
        found = await walked(bx, call, strategy=strategy)
        moving.cancel()

    assert found == sorted(set(found), reverse=call is FALLING)
    assert always <= set(found)
    assert len(before - always) > 20


@pytest.mark.parametrize("adds", [True, False])
async def test_offsets_say_that_the_total_changed(session_of: Open, adds: bool) -> None:
    """After all rows that came: some may be missing or doubled, and that is said."""
    portal = seeded(3000)
    records = portal.crm.kinds[2]
    found: list[int] = []
    async with session_of(portal, connections=2) as bx:
        with pytest.raises(BadAnswer, match="the total was 3000, then ") as raised:
            async for row in bx.rows(ITEMS, strategy="offset"):
                found.append(row["id"])
                if len(found) == 60:
                    records.add({}) if adds else records.remove(1)

    assert "name an id to walk it by: key=" in str(raised.value)
    assert len(found) >= 2999


# --- forms of lists -------------------------------------------------------------------


def limited(rows: list[Any], most: int) -> Callable[[Context, Any], Any]:
    """A method with LIMIT and OFFSET that gives no more than `most` rows at once."""

    def handler(_: Context, params: Any) -> list[Any]:
        offset, limit = int(params["OFFSET"]), int(params["LIMIT"])
        return rows[offset : offset + min(limit, most)]

    return handler


@pytest.mark.parametrize("how", [{}, {"page_size": 7}, {"page_size": 500}])
async def test_a_limit_that_the_portal_lowers(session_of: Open, how: Any) -> None:
    """Fewer rows than were asked for are no end, where the most is not documented."""
    portal = Portal()
    rows = [{"id": n} for n in range(1, 205)]
    portal.on("im.search.user.list", limited(rows, 40))
    call = Call[Any]("im.search.user.list", {"FIND": "a"})
    async with session_of(portal) as bx:
        assert await walked(bx, call, **how) == [*range(1, 205)]


async def test_a_list_that_is_a_map_of_many_pages(session_of: Open) -> None:
    """By the id, page after page: no placeholder leads to the last row of a map."""

    def handler(_: Context, params: Any) -> Any:
        after = int(dict(params.get("filter") or {}).get(">ID", 0))
        page = range(after + 1, min(after + 51, 421))
        return {str(n): {"id": n} for n in page} or []

    portal = Portal(costs=LIGHT)
    portal.on("my.list", handler)
    async with session_of(portal) as bx:
        assert await walked(bx, Call("my.list"), key="ID") == [*range(1, 421)]


@pytest.mark.parametrize("start", [0, 25, 50, 99])
async def test_a_start_of_ones_own(session_of: Open, start: int) -> None:
    """From the page that it falls on, as the portal has it; each row once."""
    call = Call[Any]("crm.item.list", {"entityTypeId": 2, "start": start})
    async with session_of(seeded(1000)) as bx:
        found = await walked(bx, call, strategy="offset")

    first = start // 50 * 50
    assert found == [n for n in range(1, 1200) if n % 7][:1000][first:]


async def test_filter_and_order_of_ones_own(session_of: Open) -> None:
    """They are kept: between two ids, of one stage, falling; or by another field."""
    params = {"filter": {">id": 100, "<=id": "900", "stageId": "WON"}}
    call = Call[Any]("crm.item.list", {**FALLING.params, **params})
    by_stage = Call[Any]("crm.item.list", {**ITEMS.params, "order": {"stageId": "asc"}})
    async with session_of(seeded(1000)) as bx:
        found = await walked(bx, call)
        stages = [row["stageId"] async for row in bx.rows(by_stage)]

    assert found == [n for n in range(900, 100, -1) if n % 7 and n % 6 == 4]
    assert (len(stages), stages) == (1000, sorted(stages))


# --- what cannot be walked ------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "how", "says"),
    [
        ([{"NAME": "a"}], {"key": "ID"}, r"no 'ID' \(they have 'NAME'\)"),
        ([{"ID": "a"}], {"key": "ID"}, "no whole number: pass strategy='offset'"),
        ([{"ID": 1}], {"key": "ID"}, "does not filter or order by it"),
        ([1, 2], {"key": "ID"}, "they have no names"),
        ({"ID": 1}, {}, "name their key"),
        (None, {}, "name their key"),
    ],
)
async def test_what_is_wrong_with_a_list_is_said(
    session_of: Open, rows: Any, how: Any, says: str
) -> None:
    """And what to pass: never an endless loop, never rows twice."""
    portal = Portal(costs=LIGHT)
    portal.on("my.list", lambda *_: rows)
    async with session_of(portal) as bx:
        with pytest.raises(BadAnswer, match=says) as raised:
            async for _ in bx.rows(Call("my.list"), **how):
                pass
        assert raised.value.call == Call("my.list")
        assert bx.stats().requests <= 3


# --- trouble, and readers that leave --------------------------------------------------


def refusing(portal: Portal, number: int) -> None:
    """Pages with an id from this one on are refused for good."""
    list_ = portal.methods.find("crm.item.list")

    def handler(context: Context, params: Any) -> Any:
        page = list_(context, params)
        if any(row["id"] >= number for row in page.result["items"]):
            raise PortalError("ACCESS_DENIED", "no")
        return page

    portal.on("crm.item.list", handler)


@pytest.mark.parametrize("strategy", [None, "keyset", "chained", "ranges", "offset"])
async def test_a_refusal_comes_after_the_rows_before_it(
    session_of: Open, strategy: Strategy | None
) -> None:
    """Rows without a hole, then the portal's error; nothing goes on behind it."""
    portal = seeded(5000)
    refusing(portal, 2000)
    found: list[int] = []
    async with session_of(portal) as bx:
        with pytest.raises(Fault, match="ACCESS_DENIED"):
            async for page in bx.pages(ITEMS, strategy=strategy):
                found += [row["id"] for row in page]
        sent = bx.stats().sent
        await asyncio.sleep(60)

        assert (bx.stats().sent, bx.stats().waiting) == (sent, 0)
    assert found == [n for n in range(1, 2000) if n % 7][: len(found)]
    assert len(found) >= 1650


@pytest.mark.parametrize("strategy", [None, "keyset", "chained", "offset"])
async def test_a_reader_that_is_cancelled_leaves_nothing(
    session_of: Open, strategy: Strategy | None
) -> None:
    """Unsent pages do not leave, those under way harm nobody; the session goes on."""
    portal = seeded(20_000, costs={"crm.item.list": 0.1})
    async with session_of(portal) as bx:
        reading = asyncio.ensure_future(walked(bx, ITEMS, strategy=strategy))
        await asyncio.sleep(3)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        sent = bx.stats().sent
        await asyncio.sleep(60)

        assert (bx.stats().sent, bx.stats().waiting) == (sent, 0)
        assert bx.stats().in_flight == 0
        assert (await bx(Call("user.current")))["ID"] == "1"


async def test_a_reader_that_breaks_off_leaves_nothing(session_of: Open) -> None:
    """Also where nobody closes the iterator: it ends when it is dropped."""
    async with session_of(seeded(20_000, costs={"crm.item.list": 0.1})) as bx:
        async for row in bx.rows(ITEMS):
            if row["id"] > 10:
                break
        await asyncio.sleep(60)
        sent = bx.stats().sent
        await asyncio.sleep(600)

        assert (bx.stats().sent, bx.stats().waiting) == (sent, 0)
        assert sent < 200


async def test_two_readers_of_one_list(session_of: Open) -> None:
    """Each gets all rows, in order."""
    async with session_of(seeded(3000)) as bx:
        one, other = await asyncio.gather(walked(bx, ITEMS), walked(bx, ITEMS))

    assert one == other == [n for n in range(1, 4000) if n % 7][:3000]

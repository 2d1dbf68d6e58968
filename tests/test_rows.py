"""Lists through the session: every row once and typed, fast, in constant memory."""

from __future__ import annotations

import asyncio
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from attrs import frozen

from bitrix_async import (
    BadAnswer,
    Call,
    DecodeError,
    EncodeError,
    Fault,
    Session,
    SessionClosed,
    Unanswered,
)
from bitrix_async.rest import landing
from bitrix_async.testing import MemoryTransport, Portal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bitrix_async.sansio.paging import Strategy

    Open = Callable[..., Session]

ITEMS: Call[Any] = Call("crm.item.list", {"entityTypeId": 2})
LIGHT = {"crm.item.list": 0.001, "crm.deal.list": 0.001}


def seeded(count: int, **options: Any) -> Portal:
    portal = Portal(**{"costs": LIGHT, "keep": False, **options})
    portal.seed_items(count)
    return portal


async def ids(rows: AsyncIterator[Any], name: str = "id") -> list[int]:
    return [int(row[name]) async for row in rows]


def now() -> float:
    return asyncio.get_running_loop().time()


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 99, 100, 2400, 6000])
@pytest.mark.parametrize("strategy", [None, "keyset", "chained", "ranges", "offset"])
@pytest.mark.parametrize("method", ["crm.item.list", "crm.deal.list"])
async def test_every_row_once_in_order(
    session_of: Open, method: str, strategy: Strategy | None, count: int
) -> None:
    """Whatever the length, the strategy, and the form of the rows."""
    portal = seeded(count)
    name = "id" if method == "crm.item.list" else "ID"
    call = Call(method, {"entityTypeId": 2})
    async with session_of(portal) as bx:
        found = await ids(bx.rows(call, strategy=strategy), name)

    assert found == [n for n in range(1, 2 * count + 1) if n % 7][:count]


async def test_the_first_row_comes_with_the_first_answer(session_of: Open) -> None:
    """And a short list is one request."""
    async with session_of(seeded(30)) as bx:
        begun = now()
        await anext(bx.rows(ITEMS))
        first = now() - begun
        await ids(bx.rows(ITEMS))

        assert first < 0.2
        assert bx.stats().requests == 2


@pytest.mark.parametrize(("connections", "trips"), [(50, 2), (20, 4)])
async def test_a_long_list_takes_its_pages_over_the_rate(
    connections: int, trips: int
) -> None:
    """100,000 rows: 40 requests of 50 pages are fewer than the bucket holds.

    They take two round trips, as few as can be where the ids are not known beforehand:
    the ends of the list, and all that is between them; or as often as there are
    connections for it.
    """
    portal = seeded(100_000, cost=0.0, costs={})
    transport = MemoryTransport(portal, round_trip=0.2)
    async with Session(
        portal.webhook, transport=transport, connections=connections
    ) as bx:
        found = await ids(bx.rows(ITEMS))

        assert len(found) == 100_000
        assert found == sorted(set(found))
        assert now() < trips * 0.2 + 0.01
        assert bx.stats().requests <= 44
        assert bx.stats().sent <= 1.08 * 2000


async def test_memory_does_not_grow_with_the_list(session_of: Open) -> None:
    """Three times the rows, no more memory."""
    peaks = []
    for count in (7_500, 22_500):  # a batch of 2,500 rows is read ahead
        async with session_of(seeded(count), connections=1) as bx:
            tracemalloc.start()
            async for _ in bx.rows(ITEMS):
                pass
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()

    assert peaks[1] < 1.3 * peaks[0]


async def test_rows_that_come_during_the_walk_lose_none(session_of: Open) -> None:
    """The portal adds deals while it is read: those of the beginning come once."""
    portal = seeded(5000)
    asked = 0
    async with session_of(portal) as bx:
        found = []
        async for page in bx.pages(Call("crm.deal.list"), strategy="chained"):
            found += [int(row["ID"]) for row in page]
            if asked < 20:
                asked += 1
                await bx(Call("crm.deal.add", {"fields": {"TITLE": "new"}}))

    assert found == sorted(set(found))
    assert set(found) >= {n for n in range(1, 5834) if n % 7}


# --- types ----------------------------------------------------------------------------


@frozen
class Item:
    id: int
    title: str


async def test_rows_are_of_the_declared_type(session_of: Open) -> None:
    """`list[T]` gives T by T, and pages of them."""
    call = Call("crm.item.list", {"entityTypeId": 2}, list[Item])
    async with session_of(seeded(120)) as bx:
        rows = [row async for row in bx.rows(call)]
        pages = [page async for page in bx.pages(call)]

    assert rows[0] == Item(1, "Item 1")
    assert [len(page) for page in pages] == [50, 20, 50]
    assert [row for page in pages for row in page] == rows


async def test_a_row_of_another_type_is_named(session_of: Open) -> None:
    """With its place on the page, and the call."""
    call = Call("crm.item.list", {"entityTypeId": 2}, list[int])
    async with session_of(seeded(3)) as bx:
        with pytest.raises(DecodeError, match="@ result") as raised:
            await anext(bx.rows(call))
    assert raised.value.call is not None


async def test_a_wrapper_with_limit_and_offset_inside_its_params(
    session_of: Open,
) -> None:
    """Pages of a site, typed, by their id and a limit of fifty at a time."""
    portal = Portal(costs={"landing.landing.getlist": 0.001})
    site = portal.seed_pages(260)
    call = landing.landing.get_list(filter={"SITE_ID": site.id}, select=["ID", "TITLE"])
    async with session_of(portal) as bx:
        rows = [row async for row in bx.rows(call)]
        assert [row.id for row in rows] == [*portal.pages]
        assert portal.executed("landing.landing.getlist", params=None) == 0
        limits = [entry.params["params"]["limit"] for entry in portal.ledger.entries]
        assert {int(limit) for limit in limits} == {50}

        large = [row.id async for row in bx.rows(call, page_size=200)]
        assert large == [*portal.pages]
        by_offset = [row.id async for row in bx.rows(call, strategy="offset")]
        assert by_offset == [*portal.pages]


async def test_a_list_that_is_complete_at_once(session_of: Open) -> None:
    """One request, of the call as it was given, for a model that holds the rows."""
    portal = Portal()
    portal.on("my.list", lambda _, params: [params] if params else [{"n": "1"}])
    async with session_of(portal) as bx:
        assert [row async for row in bx.rows(Call("my.list"))] == [{"n": "1"}]
        assert bx.stats().requests == 1


async def test_rows_in_a_map_and_rows_under_a_key(session_of: Open) -> None:
    """Maps keyed by id, and the key that the call names."""
    portal = Portal()
    rows = {str(n): {"id": n} for n in range(5, 8)}
    portal.on("my.map", lambda *_: {"templates": rows})
    portal.on("my.two", lambda *_: {"a": [{"id": 1}], "b": [{"id": 2}]})
    async with session_of(portal) as bx:
        assert await ids(bx.rows(Call("my.map"))) == [5, 6, 7]
        assert await ids(bx.rows(Call("my.two", items="b"))) == [2]


async def test_maps_by_codes_are_typed_rows(session_of: Open) -> None:
    """With one request: templates of the wizard, special pages of a site."""
    portal = Portal()
    site = portal.seed_pages(1)
    lid = next(iter(portal.pages))
    async with session_of(portal) as bx:
        pages = [row.id async for row in bx.rows(landing.demos.get_page_list("page"))]
        sites = [row.id async for row in bx.rows(landing.demos.get_site_list("page"))]
        nothing = landing.demos.get_page_list("page", filter={"XML_ID": "none"})
        assert [row async for row in bx.rows(nothing)] == []
        await bx(landing.syspage.set(site.id, "mainpage", lid=lid))
        special = [row async for row in bx.rows(landing.syspage.get(site.id))]

        assert (pages, sites) == (["empty", "search-result"], ["empty"])
        assert [(row.type, row.landing_id) for row in special] == [("mainpage", lid)]
        assert bx.stats().requests == 5

        assert await bx(landing.syspage.get(site.id + 1)) is None
        with pytest.raises(BadAnswer, match="is not there, or not for this user"):
            await ids(bx.rows(landing.syspage.get(site.id + 1)))


# --- trouble --------------------------------------------------------------------------


async def test_what_is_no_list(session_of: Open) -> None:
    """An error that says what to pass; a type that is no list is refused at once."""
    async with session_of(Portal()) as bx:
        with pytest.raises(BadAnswer, match="items="):
            await ids(bx.rows(Call("user.current")))
        with pytest.raises(ValueError, match=r"give Call\(..., list\[...\]\)"):
            bx.rows(Call("user.current", {}, int))
        with pytest.raises(ValueError, match="is no strategy"):
            bx.rows(ITEMS, strategy="fast")  # type: ignore[call-overload]
        with pytest.raises(EncodeError):
            await ids(bx.rows(Call("crm.item.list", {"filter": {"id": b"1"}})))
        with pytest.raises(Fault, match="ERROR_METHOD_NOT_FOUND"):
            await ids(bx.rows(Call("no.such.list")))


async def test_a_field_that_the_filter_does_not_know(session_of: Open) -> None:
    """The portal's own error, with the call."""
    call = Call("crm.item.list", {"entityTypeId": 2, "filter": {"nope": 1}})
    async with session_of(seeded(500)) as bx:
        with pytest.raises(Fault, match="INVALID_ARG_VALUE"):
            await ids(bx.rows(call))


@pytest.mark.parametrize("kind", ["reset", "page", "broken", "busy", "missing"])
@pytest.mark.parametrize("strategy", [None, "keyset", "chained", "offset"])
async def test_trouble_on_the_way_loses_no_row(
    session_of: Open, strategy: Strategy | None, kind: Any
) -> None:
    """Reads are repeated; every row still comes once, in order."""
    portal = seeded(6000)
    for skip in (0, 1, 2):
        portal.trouble(kind, skip=skip, method="crm.item.list")
    async with session_of(portal) as bx:
        found = await ids(bx.rows(ITEMS, strategy=strategy))

    assert found == [n for n in range(1, 7000) if n % 7][:6000]


async def test_a_method_that_may_not_travel_in_a_batch(session_of: Open) -> None:
    """Its pages go one by one, and none is lost."""
    portal = seeded(1000, forbidden_in_batch=["crm.item.list"])
    async with session_of(portal) as bx:
        assert len(await ids(bx.rows(ITEMS))) == 1000


async def test_what_a_batch_cannot_carry_is_asked_for_directly(
    session_of: Open,
) -> None:
    """A null in the filter: page by page, as JSON."""
    call = Call("crm.item.list", {"entityTypeId": 2, "filter": {"comments": None}})
    async with session_of(seeded(300)) as bx:
        assert len(await ids(bx.rows(call))) == 300
        assert bx.stats().batches == 0


async def test_the_operating_limit_is_waited_for(session_of: Open) -> None:
    """Expensive pages: the method is parked, and the walk goes on when it may."""
    portal = seeded(20_000, costs={"crm.item.list": 3.0})
    async with session_of(portal) as bx:
        found = await ids(bx.rows(ITEMS))

    assert found == [n for n in range(1, 24_000) if n % 7][:20_000]


async def test_leaving_the_loop_ends_the_walk(session_of: Open) -> None:
    """What was read ahead is dropped, what is unsent does not leave."""
    async with session_of(seeded(20_000), connections=2) as bx:
        rows = bx.rows(ITEMS)
        async for row in rows:
            if row["id"] > 500:
                break
        await rows.aclose()
        sent = bx.stats().sent
        await asyncio.sleep(60)

        assert bx.stats().sent == sent
        assert bx.stats().waiting == 0


async def test_a_closed_session_says_so(session_of: Open) -> None:
    """Before a walk and in the middle of it; nobody is left waiting."""
    bx = session_of(seeded(50_000))
    rows = bx.rows(ITEMS)
    await anext(rows)
    await bx.aclose()
    with pytest.raises((SessionClosed, Unanswered)):
        async for _ in rows:
            pass
    with pytest.raises(SessionClosed):
        await anext(bx.rows(ITEMS))


async def test_lone_calls_pass_a_walk(session_of: Open) -> None:
    """Rows are bulk: an interactive call waits for no page of them."""
    portal = seeded(100_000, costs={"crm.item.list": 0.1})
    async with session_of(portal) as bx:
        rows = bx.rows(ITEMS)
        await anext(rows)
        await asyncio.sleep(1)
        begun = now()
        await bx(Call("user.current"))

        assert now() - begun < 0.3
        await rows.aclose()

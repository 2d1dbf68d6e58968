"""What a session promises to those who await calls, on the portal in memory."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from attrs import field, make_class

from bitrix_async import (
    AuthFault,
    Call,
    DecodeError,
    EncodeError,
    Fault,
    LimitExceeded,
    Limits,
    MethodUnknown,
    NotSent,
    Session,
    SessionClosed,
    Unanswered,
)
from bitrix_async._buckets import bucket_for
from bitrix_async.rest import catalog, landing
from bitrix_async.testing import MemoryTransport, Portal, PortalLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    Open = Callable[..., Session]

PUBLICATION = "landing.landing.publication"


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_a_lone_call_is_one_direct_request_without_delay(
    portal: Portal, session_of: Open
) -> None:
    """No linger: it takes the way there and back, and the work, and nothing else."""
    portal = Portal(cost=0.0)
    async with session_of(portal) as bx:
        await bx(Call("user.current"))

        assert now() == pytest.approx(0.1)
    assert [request.method for request in portal.requests] == ["user.current"]


async def test_a_thousand_publications_awaited_at_once(
    portal: Portal, session_of: Open
) -> None:
    """Each caller gets its own answer, each page runs once, in few requests."""
    portal.seed_pages(990)
    lids = [*portal.pages, *range(1_000_001, 1_000_011)]
    async with session_of(portal, workers=4) as bx:
        calls = [landing.landing.publication(lid) for lid in lids]
        results = await asyncio.gather(*map(bx, calls), return_exceptions=True)

    for lid, result in zip(lids, results, strict=True):
        if lid > 1_000_000:
            assert isinstance(result, Fault)
            assert result.code == "LANDING_NOT_EXIST"
            assert result.call == landing.landing.publication(lid)
        else:
            assert result is True
    runs = Counter(int(entry.params["lid"]) for entry in portal.ledger)
    assert runs == dict.fromkeys(lids, 1)
    assert portal.request_count <= 60
    assert not portal.refused


async def test_only_what_must_be_direct_is_direct(
    portal: Portal, session_of: Open
) -> None:
    """Awaited together, most calls share a request and the odd one goes beside it."""
    portal.on("echo", lambda _, params: params)
    async with session_of(portal) as bx:
        results = await asyncio.gather(
            *(bx(Call("echo", {"n": n})) for n in range(4)),
            bx(Call("echo", {"null": None, "empty": [], "text": "$result[c0]"})),
        )

    assert results[:4] == [{"n": str(n)} for n in range(4)]
    assert results[4] == {"null": None, "empty": [], "text": "$result[c0]"}
    assert sorted(request.commands for request in portal.requests) == [1, 4]


async def test_a_method_that_refuses_batches_still_succeeds(session_of: Open) -> None:
    """And the second time it is not tried in a batch."""
    portal = Portal(forbidden_in_batch=["user.current"])
    async with session_of(portal) as bx:
        for expected in (1 + 3, 3):
            before = portal.request_count
            await asyncio.gather(
                *(bx(Call("user.current", {"n": n})) for n in range(3))
            )

            assert portal.request_count - before == expected
    assert portal.executed("user.current") == 6


async def test_cancelling_one_of_fifty(portal: Portal, session_of: Open) -> None:
    """The other 49 get their answers, and the unsent call does not leave."""
    portal.on("echo", lambda _, params: params)
    async with session_of(portal) as bx:
        tasks = [
            asyncio.ensure_future(_await(bx, Call("echo", {"n": n}))) for n in range(50)
        ]
        await asyncio.sleep(0)
        tasks[7].cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)

    assert isinstance(results.pop(7), asyncio.CancelledError)
    numbers = [int(result["n"]) for result in results if isinstance(result, dict)]
    assert numbers == [n for n in range(50) if n != 7]
    assert portal.executed("echo", n="7") == 0


async def test_cancelling_what_is_under_way_harms_nobody(
    portal: Portal, session_of: Open
) -> None:
    """Its answer comes and is dropped; its batch mates get theirs."""
    portal.on("echo", lambda _, params: params)
    async with session_of(portal) as bx:
        tasks = [
            asyncio.ensure_future(_await(bx, Call("echo", {"n": n}))) for n in range(5)
        ]
        await asyncio.sleep(0.02)
        tasks[2].cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)

    assert [r["n"] for r in results if isinstance(r, dict)] == ["0", "1", "3", "4"]


async def _await(bx: Session, call: Call[Any]) -> Any:
    return await bx(call)


async def test_wrappers_give_typed_results(portal: Portal, session_of: Open) -> None:
    """The five methods that this project exists for, and their documented errors."""
    portal.seed_pages(1, blocks=2)
    ((lid, page),) = portal.pages.items()
    block_id = page.blocks[0].id
    async with session_of(portal) as bx:
        assert await bx(landing.landing.publication(lid)) is True
        assert await bx(landing.landing.unpublic(lid)) is True
        copy = await bx(landing.landing.favorite_block(lid, block_id))
        assert type(copy) is int
        assert await bx(landing.landing.remove_entities(lid, {"blocks": [block_id]}))
        with pytest.raises(Fault) as caught:
            await bx(landing.landing.favorite_block(lid, block_id))
        assert caught.value.code == "BLOCK_NOT_FOUND"
        with pytest.raises(Fault) as caught:
            await bx(catalog.product_image.delete(1, 10**9))
        assert caught.value.code == "0"


async def test_errors_of_a_call_are_its_own(portal: Portal, session_of: Open) -> None:
    """One failure among results harms nobody, and says which call it was."""
    portal.on("echo", lambda _, params: params)
    async with session_of(portal) as bx:
        results: Any = await asyncio.gather(
            bx(Call("echo", {"n": 1})),
            bx(Call("no.such.method")),
            bx(Call("echo", {"n": 1}, int)),
            bx(Call("echo", {"n": b"1"})),
            return_exceptions=True,
        )

    good, unknown, wrong, odd = results
    assert good == {"n": "1"}
    assert isinstance(unknown, MethodUnknown)
    assert isinstance(wrong, DecodeError)
    assert "expected int, got an object @ result" in str(wrong)
    assert isinstance(odd, EncodeError)
    assert portal.executed("echo") == 2


async def test_wrong_credentials_tell_everybody(portal: Portal) -> None:
    """A batch that is refused whole gives each call the error, and no secret."""
    transport = MemoryTransport(portal)
    address = "https://portal.example/rest/1/wr0ngs3cret/"
    async with Session(address, transport=transport) as bx:
        results = await asyncio.gather(
            *(bx(Call("user.current")) for _ in range(3)), return_exceptions=True
        )

    assert {type(error) for error in results} == {AuthFault}
    assert "wr0ngs3cret" not in repr(results) + str(results[0]) + repr(bx)


async def test_a_reply_has_what_stands_beside_the_result(
    portal: Portal, session_of: Open
) -> None:
    """total and next of a list, and the portal's time."""
    portal.seed_items(120)
    async with session_of(portal) as bx:
        reply = await bx.reply(Call("crm.item.list", {"entityTypeId": 2}))

    assert reply.total is not None
    assert reply.next == 50
    assert reply.time is not None
    assert reply.time.operating is not None


async def test_a_refused_rate_is_unseen(portal: Portal, session_of: Open) -> None:
    """Another client fills the bucket: calls wait, nobody gets an error, no storm."""
    portal.on("echo", lambda _, params: params)
    async with session_of(portal) as bx:
        await bx(Call("user.current"))
        portal.fill_bucket(MemoryTransport(portal).epoch + now())
        before = portal.request_count
        results = await asyncio.gather(*(bx(Call("echo", {"n": n})) for n in range(20)))

    assert len(results) == 20
    assert portal.request_count - before <= 6


async def test_a_parked_method_stops_nobody(portal: Portal, session_of: Open) -> None:
    """At its operating limit one method waits for its basket; another passes."""
    portal = Portal(costs={"slow": 5.0, "quick": 0.01})
    for name in ("slow", "quick"):
        portal.on(name, lambda _, params: params)
    async with session_of(portal) as bx:
        await bx(Call("slow"))
        slow = [bx(Call("slow", {"n": n})) for n in range(110)]
        await asyncio.sleep(300)
        assert bx.stats().waits_for == "operating"
        begun = now()
        await bx(Call("quick"))

        assert now() - begun < 0.2
        assert bx.stats().methods["slow"].parked_for > 0
        await asyncio.gather(*slow)
        assert now() > 600
    assert portal.executed("slow") == 111
    assert not portal.refused


async def test_a_call_gives_up_in_time(portal: Portal, session_of: Open) -> None:
    """`within` ends the wait with an error that says when to come back."""
    portal.spend("user.current", 500, MemoryTransport(portal).epoch)
    async with session_of(portal) as bx:
        with pytest.raises(LimitExceeded):
            await bx(Call("user.current").within(30))

        assert now() == pytest.approx(30)


async def test_a_call_that_gives_up_says_what_it_met(
    portal: Portal, session_of: Open
) -> None:
    """Not only that its time was over: why it was not sent the last time."""
    portal.trouble("refused", times=None)
    async with session_of(portal) as bx:
        with pytest.raises(NotSent, match=r"within 0.4 s: the connection was refused"):
            await bx(Call("user.current").within(0.4))


@pytest.mark.parametrize("count", [1, 60, 3000])
async def test_a_portal_that_is_down_is_told_of_soon(
    portal: Portal, session_of: Open, count: int
) -> None:
    """However many calls wait for it: what could not be sent, could not for all."""
    portal.trouble("refused", times=None)
    async with session_of(portal) as bx:
        calls = [bx(Call("crm.deal.add", {"n": n})) for n in range(count)]
        errors = await asyncio.gather(*calls, return_exceptions=True)
        assert {type(error) for error in errors} == {NotSent}
        assert 7 < now() < 25
        assert portal.request_count < 20

        portal.troubles.clear()
        assert await bx(Call("user.current"))


async def test_timeouts_of_asyncio_work(portal: Portal, session_of: Open) -> None:
    """Whoever stops awaiting takes the call out."""
    portal.spend("user.current", 500, MemoryTransport(portal).epoch)
    async with session_of(portal) as bx:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(30):
                await bx(Call("user.current"))

        assert bx.stats().waiting == 0


async def test_closing_tells_everybody(portal: Portal, session_of: Open) -> None:
    """Unsent calls get SessionClosed, those under way Unanswered; nothing is left."""
    bx = session_of(portal, connections=1)
    first = bx(Call("crm.deal.add", {"fields": {"TITLE": "x"}}))
    await asyncio.sleep(0.06)
    second = bx(Call("user.current"))
    await bx.aclose()
    await bx.aclose()

    with pytest.raises(Unanswered):
        await first
    with pytest.raises(SessionClosed):
        await second
    with pytest.raises(SessionClosed):
        await bx(Call("user.current"))


async def test_closing_before_anything_left(portal: Portal, session_of: Open) -> None:
    """A request whose task has not begun was not sent."""
    bx = session_of(portal)
    waiting = bx(Call("user.current"))
    await asyncio.sleep(0)
    await bx.aclose()

    with pytest.raises(SessionClosed):
        await waiting
    assert portal.request_count == 0


async def test_forgotten_results_make_no_noise(
    portal: Portal, session_of: Open
) -> None:
    """A call that nobody awaits any more leaves no warning when the session closes."""
    async with session_of(portal) as bx:
        bx(Call("user.current"))
    del bx
    gc.collect()


async def test_a_session_stays_on_its_loop(portal: Portal, session_of: Open) -> None:
    """Use from another loop is a clear error, not a hang."""
    bx = session_of(portal)
    await bx(Call("user.current"))

    def elsewhere() -> None:
        async def use() -> None:
            await bx(Call("user.current"))

        asyncio.run(use())

    with pytest.raises(RuntimeError, match="event loop"):
        await asyncio.to_thread(elsewhere)
    await bx.aclose()


async def test_stats_tell_what_was_done(portal: Portal, session_of: Open) -> None:
    """Requests, batches, calls, and each method's operating time."""
    portal.seed_pages(20)
    async with session_of(portal) as bx:
        calls = [*map(landing.landing.publication, portal.pages)]
        await asyncio.gather(*map(bx, calls[1:]))
        await bx(calls[0])  # answers that overtake each other leave the report behind
        stats = bx.stats()

    assert stats.sent == stats.done == 20
    assert stats.requests == portal.request_count
    assert stats.batches == sum(entry.method == "batch" for entry in portal.requests)
    method = stats.methods[PUBLICATION]
    assert method.operating == pytest.approx(20 * 0.279, rel=0.01)
    assert method.limit == 480.0
    assert method.estimate == pytest.approx(0.279, rel=0.1)  # the way is in it


async def test_nobody_waits_in_a_session_that_is_closed(
    portal: Portal, session_of: Open
) -> None:
    """What was waited for until then is told; after that nothing is."""
    async with session_of(portal) as bx:
        calls = [bx(Call("user.current").direct().once()) for _ in range(100)]
        await asyncio.sleep(5)
        before = bx.stats()
    assert before.waits_for == "rate"
    await asyncio.gather(*calls, return_exceptions=True)
    await asyncio.sleep(1000)

    stats = bx.stats()
    assert stats.waits_for == ""
    assert stats.waited == pytest.approx(before.waited, abs=0.1)


async def test_a_portal_without_limits_and_without_times(session_of: Open) -> None:
    """Where nothing is reported there is no operating limit to wait for."""
    unlimited = PortalLimits.self_hosted()
    portal = Portal(limits=unlimited, reporting="none", cost=2.0)
    portal.on("slow", lambda _, params: params)
    async with session_of(portal, limits=Limits.self_hosted()) as bx:
        await asyncio.gather(*(bx(Call("slow", {"n": n})) for n in range(1000)))

        assert "operating" not in bx.stats().waited
    assert portal.executed("slow") == 1000


async def test_a_server_of_ones_own_that_reports(session_of: Open) -> None:
    """Its limiter may be on: its figures hold nobody, and its refusals are unseen."""
    portal = Portal(limits=PortalLimits(burst=1e9, operating=420.0), cost=0.5)
    portal.on("slow", lambda _, params: params)
    async with session_of(portal, limits=Limits.self_hosted()) as bx:
        begun = now()
        await asyncio.gather(*(bx(Call("slow", {"n": n})) for n in range(800)))
        assert now() - begun < 400
        assert not portal.refused

        await asyncio.gather(*(bx(Call("slow", {"n": n})) for n in range(800)))
        assert now() - begun < 2 * 600
    assert portal.executed("slow") == 1600


async def test_sessions_on_one_portal_share_its_bucket(portal: Portal) -> None:
    """Two that each kept to the limit would break it together."""
    portal.on("echo", lambda _, params: params)
    transport = MemoryTransport(portal)
    sessions = [Session(portal.webhook, transport=transport) for _ in range(3)]
    calls = [bx(Call("echo").direct()) for _ in range(40) for bx in sessions]
    await asyncio.gather(*calls)
    for bx in sessions:
        await bx.aclose()

    assert not portal.refused
    assert portal.executed("echo") == 120
    assert now() > 30


async def test_sessions_on_different_portals_do_not_wait_for_each_other() -> None:
    """Each portal has a bucket of its own."""
    portals = [Portal(host=f"portal{n}.example", cost=0.0) for n in range(2)]
    for portal in portals:
        portal.on("echo", lambda _, params: params)
    sessions = [
        Session(one.webhook, transport=MemoryTransport(one), connections=50)
        for one in portals
    ]
    calls = [bx(Call("echo").direct()) for _ in range(50) for bx in sessions]
    await asyncio.gather(*calls)
    for bx in sessions:
        await bx.aclose()

    assert now() < 1


async def test_shared_buckets_end_with_their_sessions(portal: Portal) -> None:
    """Nothing is kept of portals that nobody uses any more."""
    loop = asyncio.get_running_loop()
    limits = Limits()
    bucket = bucket_for(loop, "x.example", limits)
    assert bucket_for(loop, "x.example", limits) is bucket
    assert bucket_for(loop, "y.example", limits) is not bucket
    alive = weakref.ref(bucket)
    del bucket
    gc.collect()

    assert alive() is None


async def test_the_same_read_is_asked_once(portal: Portal, session_of: Open) -> None:
    """Callers who wait for it at the same time share an answer, each a copy of it."""
    async with session_of(portal) as bx:
        users = await asyncio.gather(*(bx(Call("user.current")) for _ in range(5)))
        users[0]["NAME"] = "changed"

        assert portal.executed("user.current") == 1
        assert users[1] == users[4]
        assert users[1]["NAME"] != "changed"
        await bx(Call("user.current"))
    assert portal.executed("user.current") == 2


async def test_types_of_one_name_are_told_apart(
    portal: Portal, session_of: Open
) -> None:
    """A shared answer is read as the type of who began it: only the same type shares.

    Types that are written out anew, as `list[int]` is, are the same all the same.
    """
    portal.on("a.list", lambda *_: {"id": "1"})
    one, other = (make_class("Row", {"id": field(type=int)}) for _ in range(2))
    assert repr(one) == repr(other)
    async with session_of(portal) as bx:
        mine, yours = await asyncio.gather(
            bx(Call("a.list", {}, one)), bx(Call("a.list", {}, other))
        )
        assert (type(mine), type(yours)) == (one, other)
        assert portal.executed("a.list") == 2
        await asyncio.gather(*(bx(Call("a.list", {}, dict[str, int])) for _ in "12"))

    assert portal.executed("a.list") == 3


async def test_writes_are_never_shared(portal: Portal, session_of: Open) -> None:
    """Two equal adds are two deals."""
    add = Call("crm.deal.add", {"fields": {"TITLE": "x"}}, int)
    async with session_of(portal) as bx:
        ids = await asyncio.gather(*(bx(add) for _ in range(3)))

    assert len(set(ids)) == 3


@pytest.mark.parametrize("first", [True, False], ids=["first", "second"])
async def test_a_read_that_runs_once_is_not_shared(
    portal: Portal, session_of: Open, first: bool
) -> None:
    """It would be repeated for whoever else asks, or they would not get a repeat."""
    read = Call("user.current")
    calls = (read.once(), read) if first else (read, read.once())
    portal.trouble("reset", runs=True)
    async with session_of(portal) as bx:
        told = await asyncio.gather(*map(bx, calls), return_exceptions=True)

    once, again = told if first else reversed(told)
    assert isinstance(once, Unanswered)
    assert isinstance(again, dict)
    assert portal.executed("user.current") == 3


async def test_leaving_a_shared_read_harms_nobody(
    portal: Portal, session_of: Open
) -> None:
    """Only when the last has gone is the call taken out."""
    async with session_of(portal) as bx:
        first, second, third = (bx(Call("user.current")) for _ in range(3))
        first.cancel()
        assert (await second)["ID"] == (await third)["ID"]
        gone = [bx(Call("profile")) for _ in range(2)]
        for one in gone:
            one.cancel()
        assert bx.stats().waiting == 0
    assert portal.executed("profile") == 0

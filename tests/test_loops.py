"""Sessions and event loops: wrong ones, many, one after the other, forgotten."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
import sys
import threading
import warnings
import weakref
from asyncio.subprocess import PIPE, STDOUT
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_async import AiohttpTransport, Call, NotSent, Post, Session, SessionClosed
from bitrix_async._buckets import _shared
from bitrix_async.hooks import LogHook
from bitrix_async.testing import MemoryTransport, Portal
from bitrix_async.testing.http import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    Use = Callable[[Session], Awaitable[Any]]

USER = Call("user.current")
LIST = Call("crm.item.list", {"entityTypeId": 2})


async def stream(bx: Session) -> None:
    async for outcome in bx.stream([USER]):
        outcome.unwrap()


async def fed(bx: Session) -> None:
    async def calls() -> AsyncIterator[Call[Any]]:
        yield USER

    async for outcome in bx.stream(calls()):
        outcome.unwrap()


async def rows(bx: Session) -> None:
    async for _ in bx.rows(LIST):
        pass


async def call(bx: Session) -> None:
    await bx(USER)


async def reply(bx: Session) -> None:
    await bx.reply(USER)


async def batch(bx: Session) -> None:
    await bx.batch(USER, LIST)


USES: list[Use] = [call, reply, batch, stream, fed, rows]


async def close(bx: Session) -> None:
    await bx.aclose()


# --- wrong ones -----------------------------------------------------------------------


@pytest.mark.parametrize("hooks", [(), (LogHook(),)], ids=["", "hooks"])
@pytest.mark.parametrize("use", USES)
async def test_after_closing(use: Use, portal: Portal, hooks: Any) -> None:
    """Every way to use it says that it is closed, and nothing is sent."""
    transport = MemoryTransport(portal)
    async with Session(portal.webhook, transport=transport, hooks=hooks) as bx:
        pass
    with pytest.raises(SessionClosed, match="the session is closed"):
        await use(bx)
    async with bx:
        with pytest.raises(SessionClosed):
            await use(bx)
    assert portal.request_count == 0


@pytest.mark.parametrize("hooks", [(), (LogHook(),)], ids=["", "hooks"])
@pytest.mark.parametrize("use", [*USES, close])
async def test_on_another_loop(use: Use, portal: Portal, hooks: Any) -> None:
    """In another thread or not: a clear error, and no harm to those on its own."""
    transport = MemoryTransport(portal)
    async with Session(portal.webhook, transport=transport, hooks=hooks) as bx:
        waiting = bx(USER)

        def elsewhere() -> None:
            with pytest.raises(RuntimeError, match="event loop of its first use"):
                asyncio.run(use(bx))  # type: ignore[arg-type]  # they are coroutines

        await asyncio.to_thread(elsewhere)
        assert (await waiting)["ID"]
        await use(bx)


def test_without_a_loop(portal: Portal) -> None:
    """Python's own error; a session may be made before there is a loop."""
    bx = Session(portal.webhook, transport=MemoryTransport(portal))
    with pytest.raises(RuntimeError, match="no running event loop"):
        bx(USER)


def test_from_a_thread_without_a_loop() -> None:
    """The same; `run_coroutine_threadsafe` is the way."""

    async def main() -> Any:
        async with serve(Portal(cost=0.0)) as url, Session(url) as bx:
            loop = asyncio.get_running_loop()

            def elsewhere() -> Any:
                with pytest.raises(RuntimeError, match="no running event loop"):
                    bx(USER)
                return asyncio.run_coroutine_threadsafe(_awaited(bx), loop).result(10)

            return await asyncio.to_thread(elsewhere)

    assert asyncio.run(main())["ID"]


async def _awaited(bx: Session) -> Any:
    return await bx(USER)


def test_a_transport_on_another_loop() -> None:
    """Its connections belong to the first: said before anything is sent."""
    transport = AiohttpTransport()

    async def first() -> None:
        async with serve(Portal(cost=0.0)) as url:
            async with Session(url, transport=transport) as bx:
                await bx(USER)
            await asyncio.to_thread(asyncio.run, second(url))
            await transport.aclose()

    async def second(url: str) -> None:
        with pytest.raises(NotSent, match="event loop"):
            await transport.post(Post(f"{url}user.current", b"{}", 1.0))

    asyncio.run(first())


# --- many -----------------------------------------------------------------------------


async def test_a_hundred_sessions(portal: Portal) -> None:
    """On one portal: each caller gets its own, the limit is kept, nothing is left."""
    portal.on("echo", lambda _, params: params)
    transport = MemoryTransport(portal)
    sessions = [Session(portal.webhook, transport=transport) for _ in range(100)]
    calls = [
        (bx, Call("echo", {"of": number, "n": n}))
        for n in range(10)
        for number, bx in enumerate(sessions)
    ]
    results = await asyncio.gather(*(bx(one) for bx, one in calls))
    for bx in sessions:
        await bx.aclose()

    asked = [{k: str(v) for k, v in one.params.items()} for _, one in calls]
    assert results == asked
    assert portal.executed("echo") == 1000
    assert not portal.refused
    alive = [weakref.ref(bx._dispatcher) for bx in sessions]
    del sessions, calls, bx
    await asyncio.sleep(0)
    gc.collect()
    assert not any(ref() for ref in alive)


async def test_sessions_of_two_portals_do_not_mix() -> None:
    """Side by side in one task group, with one transport for both."""
    portals = [Portal(host=f"{name}.example", cost=0.0) for name in ("a", "b")]
    for portal in portals:
        host = portal.host
        portal.on("whose", lambda *_, host=host: host)
    sessions = [Session(p.webhook, transport=MemoryTransport(p)) for p in portals]
    waiting = [bx(Call("whose", {"n": n})) for n in range(60) for bx in sessions]
    came = await asyncio.gather(*waiting)
    for bx in sessions:
        await bx.aclose()

    assert came == ["a.example", "b.example"] * 60


def test_one_after_the_other() -> None:
    """A transport that was closed opens again, for a new session and on a new loop."""
    transport = AiohttpTransport()
    portal = Portal(cost=0.0)

    async def main() -> None:
        async with serve(portal) as url:
            for _ in range(2):
                async with Session(url, transport=transport) as bx:
                    await bx(USER)
                await transport.aclose()
            async with Session(url) as bx:
                await bx(USER)

    for _ in range(2):
        asyncio.run(main())
    assert portal.executed("user.current") == 6


# --- forgotten ------------------------------------------------------------------------


@contextmanager
def resource_warnings() -> Iterator[list[str]]:
    """What was warned of, and that a later collection has nothing to add."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        texts: list[str] = []
        yield texts
        gc.collect()
    texts += [str(w.message) for w in seen if w.category is ResourceWarning]


@asynccontextmanager
async def door(portal: Portal, kind: str) -> AsyncIterator[tuple[str, Any]]:
    if kind == "memory":
        yield portal.webhook, {"transport": MemoryTransport(portal)}
        return
    async with serve(portal) as url:
        yield url, {}


@pytest.mark.parametrize("hooks", [(), (LogHook(),)], ids=["", "hooks"])
@pytest.mark.parametrize("kind", ["memory", "sockets"])
@pytest.mark.parametrize("use", USES)
async def test_forgotten_without_closing(
    use: Use, kind: str, portal: Portal, hooks: Any
) -> None:
    """Exactly one warning, without the secret; connections are closed all the same."""
    async with door(portal, kind) as (url, options):
        with resource_warnings() as texts:
            bx = Session(url, hooks=hooks, **options)
            await use(bx)
            gone = weakref.ref(bx._dispatcher)
            del bx
            gc.collect()
            await asyncio.sleep(0.1)
    assert gone() is None
    (text,) = texts
    assert text.startswith("unclosed <Session ")
    assert portal.code not in text


async def test_forgotten_with_a_call_under_way(portal: Portal) -> None:
    """The warning, and the call comes to its end."""
    with resource_warnings() as texts:
        waiting = Session(portal.webhook, transport=MemoryTransport(portal))(USER)
        assert (await waiting)["ID"]
        del waiting
    assert len(texts) == 1


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy])
async def test_neither_copied_nor_pickled(take: Any, portal: Portal) -> None:
    """It has connections and a loop; a copy would close what the other one uses."""
    async with Session(portal.webhook, transport=MemoryTransport(portal)) as bx:
        await bx(Call("user.current"))
        with pytest.raises(TypeError, match="open one where it is used"):
            take(bx)


async def test_what_was_never_used_is_not_missed(portal: Portal) -> None:
    """Nor what was closed: no warning."""
    with resource_warnings() as texts:
        Session(portal.webhook)
        AiohttpTransport()
        async with Session(portal.webhook, transport=MemoryTransport(portal)) as bx:
            await bx(USER)
        del bx
    assert texts == []


async def test_a_transport_that_nobody_closes() -> None:
    """One warning in place of aiohttp's two; the session itself is closed."""
    async with serve(Portal(cost=0.0)) as url:
        with resource_warnings() as texts:
            transport = AiohttpTransport()
            async with Session(url, transport=transport) as bx:
                await bx(USER)
            del transport, bx
            gc.collect()
            await asyncio.sleep(0.1)
    assert texts == ["unclosed AiohttpTransport: await its `aclose()`"]


FORGETFUL = """
import asyncio, sys
from bitrix_async import Call, Session

async def main():
    {keep}
    bx = Session(sys.argv[1])
    await bx(Call("user.current"))

asyncio.run(main())
"""


def said_by(keep: str, *options: str) -> list[str]:
    """What a process prints that ends without closing; the portal goes on."""

    async def main() -> list[str]:
        async with serve(Portal(cost=0.0)) as url:
            code = FORGETFUL.format(keep=keep)
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, *options, "-c", code, url), stdout=PIPE, stderr=STDOUT
            )
            said, _ = await process.communicate()
        return said.decode().splitlines()

    return asyncio.run(main())


def test_forgotten_by_a_process_that_ends() -> None:
    """One warning of ours, where warnings are asked for, and no line of aiohttp's."""
    said = said_by("pass", "-W", "always")

    assert len([line for line in said if "Warning: " in line]) == 1
    assert "ResourceWarning: unclosed <Session" in said[0]
    assert said_by("pass") == []


def test_kept_to_the_end_of_the_process() -> None:
    """By a global name, say: aiohttp, which knows of no session, says nothing."""
    said = said_by("global bx", "-W", "always")

    assert any("ResourceWarning: unclosed <Session" in line for line in said)
    assert not any("aiohttp" in line or "Unclosed" in line for line in said)
    assert said_by("global bx") == []


def test_nothing_is_kept_of_a_loop_that_has_ended() -> None:
    """Neither its sessions nor the buckets that they shared."""
    portal = Portal(cost=0.0)

    async def main() -> weakref.ref[Any]:
        async with serve(portal) as url, Session(url) as bx:
            await bx(USER)
            return weakref.ref(bx)

    before = set(_shared)
    gone = asyncio.run(main())
    gc.collect()
    assert gone() is None
    assert set(_shared) <= before
    assert threading.active_count() == 1


# --- another loop altogether ----------------------------------------------------------


def test_on_uvloop() -> None:
    """A job, a list, an error and a closing under way, on real sockets."""
    uvloop = pytest.importorskip("uvloop", reason="uvloop is not made for this system")
    portal = Portal(scale=0.001)
    portal.seed_pages(200)
    portal.seed_items(140)
    portal.trouble("reset", method="landing.landing.publication")

    async def main() -> None:
        async with serve(portal) as url:
            bx = Session(url)
            calls = [
                Call("landing.landing.publication", {"lid": lid}, bool)
                for lid in portal.pages
            ]
            assert all(await asyncio.gather(*map(bx, calls)))
            for use in USES:
                await use(bx)
            left = bx(Call("user.current").direct())
            await bx.aclose()
            with pytest.raises(SessionClosed):
                await left

    with asyncio.Runner(loop_factory=uvloop.new_event_loop, debug=True) as runner:
        reports: list[Any] = []
        runner.get_loop().set_exception_handler(lambda _, what: reports.append(what))
        runner.run(main())
    assert not reports

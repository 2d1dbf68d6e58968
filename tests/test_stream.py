"""A job of any length runs in constant memory, each call with its own outcome."""

from __future__ import annotations

import asyncio
import tracemalloc
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from bitrix_async import Call, EncodeError, Fault, Session, SessionClosed
from bitrix_async.testing import Portal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    Open = Callable[..., Session]


def echo(portal: Portal) -> Portal:
    portal.on("echo", lambda _, params: params)
    return portal


async def test_every_call_has_its_outcome(portal: Portal, session_of: Open) -> None:
    """Results, errors of the portal, and calls that cannot be sent, all as values."""
    echo(portal)
    calls = [Call("echo", {"n": n}) for n in range(200)]
    calls[10] = Call("no.such.method", {"n": 10})
    calls[20] = Call("echo", {"n": b"20"})
    calls[30] = Call("echo", {"n": 30}, int)
    outcomes = {}
    async with session_of(portal) as bx:
        async for outcome in bx.stream(calls):
            assert outcome.call not in outcomes
            outcomes[outcome.call if outcome.call != calls[20] else 20] = outcome

    assert len(outcomes) == 200
    assert outcomes[calls[0]].result == {"n": "0"}
    assert outcomes[calls[0]].ok
    assert isinstance(outcomes[calls[10]].error, Fault)
    assert isinstance(outcomes[20].error, EncodeError)
    assert "expected int" in str(outcomes[calls[30]].error)


async def test_a_job_pulls_only_as_fast_as_calls_end(session_of: Open) -> None:
    """The iterable is read a window ahead, never to its end."""
    portal = echo(Portal(cost=0.5))
    pulled = 0

    def calls() -> Iterator[Call[Any]]:
        nonlocal pulled
        for n in range(100_000):
            pulled += 1
            yield Call("echo", {"n": n})

    ended = 0
    async with session_of(portal) as bx:
        async for _ in bx.stream(calls()):
            ended += 1
            assert pulled - ended <= 2000
            if ended == 500:
                break

    assert pulled < 3000


async def test_memory_does_not_grow_with_the_job(session_of: Open) -> None:
    """Five times the calls, no more memory."""
    portal = echo(Portal(cost=0.0005, keep=False))
    peaks = []
    async with session_of(portal, workers=4, connections=4) as bx:
        for length in (1_000, 5_000):  # the window is of 400
            tracemalloc.start()
            async for _ in bx.stream(Call("echo", {"n": n}) for n in range(length)):
                pass
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()

    assert peaks[1] < 1.3 * peaks[0]


async def test_leaving_the_loop_takes_out_what_is_unsent(
    portal: Portal, session_of: Open
) -> None:
    """What was sent runs, what was not does not, and the session goes on."""
    portal = echo(Portal(cost=1.0))
    async with session_of(portal) as bx:
        stream = bx.stream(Call("echo", {"n": n}) for n in range(1000))
        async for _ in stream:
            break
        await stream.aclose()

        assert bx.stats().waiting == 0
        await bx(Call("user.current"))
    assert portal.executed("echo") <= 110


async def test_a_cancelled_scope_takes_out_what_is_unsent(
    portal: Portal, session_of: Open
) -> None:
    """A scope of anyio ends every wait in it, that for the slow iterable too."""

    async def calls() -> AsyncIterator[Call[Any]]:
        for n in range(10_000):
            yield Call("echo", {"n": n})

    async with session_of(echo(portal), connections=1) as bx:
        with anyio.move_on_after(1):
            async with aclosing(bx.stream(calls())) as outcomes:
                async for _ in outcomes:
                    pass

        assert bx.stats().waiting == 0
        sent = portal.request_count
        await asyncio.sleep(1000)
    assert portal.request_count == sent


async def test_an_error_of_the_iterable_is_raised(
    portal: Portal, session_of: Open
) -> None:
    """After the outcomes of what was handed in, some of which may have run."""

    def calls() -> Iterator[Call[Any]]:
        yield Call("echo")
        raise LookupError("no more")

    ended = []
    async with session_of(echo(portal)) as bx:
        with pytest.raises(LookupError, match="no more"):
            async for outcome in bx.stream(calls()):
                ended.append(outcome)  # noqa: PERF401  # what came before the error

        assert bx.stats().waiting == 0
    assert [outcome.ok for outcome in ended] == [True]


async def test_an_async_iterable_may_be_slow(portal: Portal, session_of: Open) -> None:
    """Outcomes come while the next call is still to be had."""

    async def calls() -> AsyncIterator[Call[Any]]:
        for n in range(5):
            yield Call("echo", {"n": n})
            await asyncio.sleep(100)

    loop = asyncio.get_running_loop()
    times = []
    async with session_of(echo(portal)) as bx:
        async for outcome in bx.stream(calls()):
            assert outcome.ok
            times.append(loop.time())

    assert [round(time, -2) for time in times] == [0, 100, 200, 300, 400]


async def test_an_error_of_an_async_iterable_is_raised(
    portal: Portal, session_of: Open
) -> None:
    """After the outcomes of what was handed in."""

    async def calls() -> AsyncIterator[Call[Any]]:
        yield Call("echo")
        await asyncio.sleep(1)
        raise LookupError("no more")

    ended = []
    async with session_of(echo(portal)) as bx:
        with pytest.raises(LookupError, match="no more"):
            async for outcome in bx.stream(calls()):
                ended.append(outcome)  # noqa: PERF401  # what came before the error

    assert len(ended) == 1


async def test_a_closed_session_ends_the_job(portal: Portal, session_of: Open) -> None:
    """Not with an outcome for each of endlessly many calls."""
    bx = session_of(echo(portal))
    await bx.aclose()
    with pytest.raises(SessionClosed):
        async for _ in bx.stream(Call("echo") for _ in iter(int, 1)):
            pass


async def test_a_session_closed_in_the_middle_tells_of_each_call(
    portal: Portal, session_of: Open
) -> None:
    """Of every call that was taken, before it says that it takes no more."""
    taken: list[int] = []
    ended: list[int] = []

    def calls() -> Iterator[Call[Any]]:
        for n in range(10_000):
            taken.append(n)
            yield Call("echo", {"n": n})

    bx = session_of(echo(portal), connections=2)

    async def use() -> None:
        async for outcome in bx.stream(calls()):
            ended.append(outcome.call.params["n"])  # noqa: PERF401  # up to an error

    user = asyncio.ensure_future(use())
    await asyncio.sleep(1.02)
    assert bx.stats().in_flight
    await bx.aclose()
    with pytest.raises(SessionClosed):
        await user

    assert sorted(ended) == taken[:-1]
    assert len(taken) < 10_000


async def test_calls_beside_a_job_do_not_wait_for_it(session_of: Open) -> None:
    """A lone call passes a job of expensive ones."""
    portal = Portal(costs={"echo": 0.5}, cost=0.0)
    echo(portal)
    async with session_of(portal) as bx:
        job = bx.stream(Call("echo", {"n": n}) for n in range(400))
        await anext(job)
        begun = asyncio.get_running_loop().time()
        await bx(Call("user.current"))

        assert asyncio.get_running_loop().time() - begun < 0.3
        await job.aclose()

"""The table "What happens when" of the README, line by line."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from attrs import evolve

from bitrix_async import (
    BadAnswer,
    BitrixError,
    Call,
    DecodeError,
    Fault,
    LimitExceeded,
    NotSent,
    Session,
    SessionClosed,
    Unanswered,
)
from bitrix_async.sansio.retries import ATTEMPTS
from bitrix_async.testing import MemoryTransport, Portal
from bitrix_async.testing.memory import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable

    Open = Callable[..., Session]

SAFE = Call("echo", {"n": 1}, dict[str, int]).repeatable()
ONCE = Call("echo", {"n": 1}, dict[str, int]).once()


class Came(NamedTuple):
    """What calls came to that shared a batch, and how many requests that took."""

    first: Any
    others: list[Any]
    sent: int


async def outcome(
    call: Call[Any], session_of: Open, kind: Any, *, times: int | None, **rule: Any
) -> Came:
    """What a call comes to that meets this trouble so often, in a batch with others."""
    portal = Portal(cost=0.0)
    portal.on("echo", lambda _, params: params)
    portal.trouble(kind, times=times, where={"n": 1}, **rule)
    async with session_of(portal) as bx:
        beside = [Call("echo", {"n": n}) for n in (2, 3)]
        calls = [call, *(one.repeatable() for one in beside)]
        first, *others = await bx.batch(*calls, halt=False, return_exceptions=True)
    return Came(first, others, portal.request_count)


OTHERS = [{"n": "2"}, {"n": "3"}]


@pytest.mark.parametrize("call", [SAFE, ONCE], ids=["safe", "once"])
async def test_not_sent(call: Call[Any], session_of: Open) -> None:
    """Again, up to 4 times, whatever call it is; then NotSent."""
    came = await outcome(call, session_of, "refused", times=ATTEMPTS - 1)
    assert came == ({"n": 1}, OTHERS, 5)
    came = await outcome(call, session_of, "refused", times=None)
    assert type(came.first) is NotSent
    assert came.sent == 5


@pytest.mark.parametrize("call", [SAFE, ONCE], ids=["safe", "once"])
async def test_refused_for_a_limit(call: Call[Any], session_of: Open) -> None:
    """Again, when the limit allows: who awaits it does not see it."""
    came = await outcome(call, session_of, "busy", times=7)
    assert came == ({"n": 1}, OTHERS, 8)
    rule = {"code": "OPERATION_TIME_LIMIT", "status": 429}
    came = await outcome(call, session_of, "fault", times=3, **rule)
    assert (came.first, came.others) == ({"n": 1}, OTHERS)


@pytest.mark.parametrize("call", [SAFE, ONCE], ids=["safe", "once"])
async def test_answered_with_an_error(call: Call[Any], session_of: Open) -> None:
    """A Fault with its code, at once; the others of the batch have their results."""
    rule = {"code": "E_CODE", "description": "why"}
    first, others, sent = await outcome(call, session_of, "fault", times=None, **rule)
    assert type(first) is Fault
    assert (first.code, first.description, first.call) == ("E_CODE", "why", call)
    assert (others, sent) == (OTHERS, 1)


@pytest.mark.parametrize("kind", ["reset", "silence", "page", "cut", "broken"])
async def test_sent_and_not_answered(kind: str, session_of: Open) -> None:
    """Safe: again, up to 4 times, then Unanswered; any other: Unanswered at once."""
    error = BadAnswer if kind == "broken" else Unanswered
    came = await outcome(SAFE, session_of, kind, times=ATTEMPTS - 1)
    assert came == ({"n": 1}, OTHERS, 5)
    came = await outcome(SAFE, session_of, kind, times=None)
    assert (type(came.first), came.sent) == (error, 5)
    came = await outcome(ONCE, session_of, kind, times=None)
    assert (type(came.first), came.sent) == (error, 1)


@pytest.mark.parametrize(("call", "runs"), [(SAFE, 5), (ONCE, 1)], ids=["safe", "once"])
async def test_no_row(call: Call[Any], runs: int, session_of: Open) -> None:
    """Safe: again, up to 4 times, then BadAnswer; any other: BadAnswer at once."""
    portal = Portal(cost=0.0)
    portal.on("echo", lambda _, params: params)
    portal.trouble("missing", times=None, where={"n": 1})
    twin = evolve(call, params={"n": 1, "is": "twin"})  # they share each request
    async with session_of(portal) as bx:
        waiting = [bx(one) for one in (call, twin, Call("echo", {"n": 2}))]
        *lost, found = await asyncio.gather(*waiting, return_exceptions=True)

    assert [type(error) for error in lost] == [BadAnswer] * 2
    assert found == {"n": "2"}
    assert portal.executed("echo", n=1) == 2 * runs


@pytest.mark.parametrize("call", [SAFE, ONCE], ids=["safe", "once"])
async def test_not_of_the_declared_type(call: Call[Any], session_of: Open) -> None:
    """DecodeError with the path, for that call alone; it ran, and is not sent again."""
    portal = Portal(cost=0.0)
    portal.on("echo", lambda _, params: {"n": "one"} if params["n"] == "1" else params)
    async with session_of(portal) as bx:
        calls = [call, *(Call("echo", {"n": n}) for n in (2, 3))]
        first, *others = await bx.batch(*calls, return_exceptions=True)
    assert type(first) is DecodeError
    assert "expected int, got text 'one' @ result.n" in str(first)
    assert (others, portal.request_count) == (OTHERS, 1)


@pytest.mark.parametrize("call", [SAFE, ONCE], ids=["safe", "once"])
async def test_cancelled_before_it_is_sent(call: Call[Any], session_of: Open) -> None:
    """It does not leave; those that would have shared its request do."""
    portal = Portal(cost=0.0)
    portal.on("echo", lambda _, params: params)
    async with session_of(portal) as bx:
        waiting = [bx(one) for one in (call, *(Call("echo", {"n": n}) for n in (2, 3)))]
        waiting[0].cancel()
        assert await asyncio.gather(*waiting[1:]) == OTHERS
    assert portal.executed("echo", n=1) == 0


async def test_closed_before_it_is_sent(portal: Portal) -> None:
    """SessionClosed: it was not sent; what was is Unanswered, whatever call it is."""
    portal.on("echo", lambda _, params: params)
    bx = Session(portal.webhook, transport=MemoryTransport(portal), connections=1)
    sent = bx(SAFE)
    await asyncio.sleep(0.02)
    unsent = bx(ONCE)
    await bx.aclose()
    errors = await asyncio.gather(sent, unsent, return_exceptions=True)

    assert [type(error) for error in errors] == [Unanswered, SessionClosed]
    assert all(isinstance(error, BitrixError) for error in errors)


@pytest.mark.parametrize("call", [SAFE, ONCE], ids=["safe", "once"])
async def test_out_of_time(call: Call[Any], session_of: Open) -> None:
    """NotSent; where it waited for a limit LimitExceeded, which says until when."""
    portal = Portal(cost=0.0)
    portal.on("echo", lambda _, params: params)
    portal.trouble("refused", times=None)
    async with session_of(portal) as bx:
        with pytest.raises(NotSent):
            await bx(call.within(0.4))
        portal.troubles.clear()
        await bx(Call("user.current"))
        portal.spend("echo", 500, EPOCH + asyncio.get_running_loop().time())
        with pytest.raises(LimitExceeded) as caught:
            await bx(call.within(30))
    assert caught.value.retry_at is not None
    assert portal.executed("echo") == 0

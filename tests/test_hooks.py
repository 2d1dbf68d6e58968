"""What hooks are told, and that they harm nobody."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections import Counter
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

import attrs
import pytest

from bitrix_async import (
    Call,
    DecodeError,
    EncodeError,
    Fault,
    LimitExceeded,
    NotSent,
    Session,
    Unanswered,
    hooks,
)
from bitrix_async._dispatch import Dispatcher
from bitrix_async._jobs import Batch, Job, Tagged
from bitrix_async._rows import Walker
from bitrix_async.hooks import (
    CallFinished,
    CallRetried,
    CallStarted,
    Limited,
    LogHook,
    PortalRenamed,
    RequestAnswered,
    RequestSent,
    TokenRefreshed,
)
from bitrix_async.testing import MemoryTransport, Portal

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_async import Post
    from bitrix_async.hooks import Event

    Open = Callable[..., Session]

USER = Call("user.current")
ADD = Call("crm.deal.add", {"fields": {"TITLE": "x"}})


class Seen(list["Event"]):
    """A hook that keeps what it is told."""

    __call__ = list.append

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self if type(event) is kind]

    @property
    def kinds(self) -> list[type]:
        return [type(event) for event in self]


def ignore(event: Event) -> None:
    """Who listens to nothing."""


def echoing(**options: Any) -> Portal:
    portal = Portal(**options)
    portal.on("echo", lambda _, params: params)
    return portal


async def test_a_lone_call_from_start_to_finish(session_of: Open) -> None:
    """Four events, in order, with the numbers that tie them together."""
    seen = Seen()
    async with session_of(Portal(cost=0.0), hooks=(seen,)) as bx:
        await bx(USER)

    assert seen.kinds == [CallStarted, RequestSent, RequestAnswered, CallFinished]
    started, sent, answered, finished = cast("list[Any]", seen)
    took: Any = pytest.approx(0.1)
    assert started == CallStarted(started.number, USER)
    assert sent == RequestSent(
        sent.number, "user.current", "portal.example", {started.number: USER}
    )
    assert answered == RequestAnswered(sent.number, "user.current", took, 200)
    assert finished == CallFinished(started.number, USER, took)


async def test_a_batch_names_all_of_its_calls(session_of: Open) -> None:
    """Fifty calls leave under their numbers, and each ends for itself."""
    seen = Seen()
    calls = [Call("echo", {"n": n}) for n in range(50)]
    async with session_of(echoing(cost=0.0), hooks=(seen,)) as bx:
        await asyncio.gather(*map(bx, calls))

    numbers = {event.number: event.call for event in seen.of(CallStarted)}
    assert [*numbers.values()] == calls
    sent = seen.of(RequestSent)
    assert {event.method for event in sent} == {"echo", "batch"}  # the first probes
    assert {n: c for event in sent for n, c in event.calls.items()} == numbers
    assert {event.number: event.call for event in seen.of(CallFinished)} == numbers


async def test_equal_reads_are_in_one_request_and_end_each(session_of: Open) -> None:
    """They share a command; whoever handed one in is told of as having got it."""
    seen = Seen()
    async with session_of(Portal(), hooks=(seen,)) as bx:
        await asyncio.gather(*(bx(USER) for _ in range(3)))

    (sent,) = seen.of(RequestSent)
    assert len(sent.calls) == len(seen.of(CallFinished)) == 3


async def test_who_has_left_is_told_of_no_more(session_of: Open) -> None:
    """Others who ask for the same still wait: what is sent is theirs alone."""
    seen = Seen()
    portal = Portal()
    portal.trouble("reset", times=2)
    async with session_of(portal, hooks=(seen,)) as bx:
        leaves, stays = bx(USER), bx(USER)
        await asyncio.sleep(0.05)
        leaves.cancel()
        await stays

    (left,) = [event.number for event in seen.of(CallFinished) if event.cancelled]
    assert [left in event.calls for event in seen.of(RequestSent)] == [
        True,
        False,
        False,
    ]
    assert left not in [event.number for event in seen.of(CallRetried)]


async def _streamed(bx: Session, *calls: Call[Any]) -> None:
    async for _ in bx.stream(calls):
        pass


async def _batched(bx: Session, *calls: Call[Any]) -> None:
    await bx.batch(*calls, halt=False, return_exceptions=True)


async def _gathered(bx: Session, *calls: Call[Any]) -> None:
    await asyncio.gather(*map(bx, calls), return_exceptions=True)


async def _replied(bx: Session, *calls: Call[Any]) -> None:
    await asyncio.gather(*map(bx.reply, calls), return_exceptions=True)


WAYS = [_gathered, _streamed, _batched, _replied]
ENDS: list[tuple[Call[Any], type[BaseException] | None]] = [
    (USER, None),
    (Call("no.such"), Fault),
    (Call("echo", {"n": 1}, int), DecodeError),
]


@pytest.mark.parametrize("way", WAYS)
async def test_every_way_in_tells_how_each_call_ends(
    way: Any, session_of: Open
) -> None:
    """With the error that its caller gets, be it of the portal or of the type."""
    seen = Seen()
    calls = [call for call, _ in ENDS]
    async with session_of(echoing(), hooks=(seen,)) as bx:
        await way(bx, *calls)

    assert [event.call for event in seen.of(CallStarted)] == calls
    ended = {event.call: event.error for event in seen.of(CallFinished)}
    for call, kind in ENDS:
        assert isinstance(ended[call], kind or type(None))
    numbers = Counter(event.number for event in seen.of(CallFinished))
    assert numbers == Counter(event.number for event in seen.of(CallStarted))


@pytest.mark.parametrize("way", [_gathered, _streamed])
async def test_what_cannot_be_sent_ends_too(way: Any, session_of: Open) -> None:
    """It starts and finishes, and no request leaves."""
    seen = Seen()
    async with session_of(Portal(), hooks=(seen,)) as bx:
        await way(bx, Call("echo", {"n": b""}))
        await asyncio.sleep(0)  # from 3.12 on gather() returns before it is told

    assert seen.kinds == [CallStarted, CallFinished]
    assert isinstance(seen[1].error, EncodeError)  # type: ignore[union-attr]


async def test_a_cancelled_call_is_told_as_cancelled(session_of: Open) -> None:
    """Whether its caller, its stream or its batch was."""
    seen = Seen()
    async with session_of(Portal(), hooks=(seen,)) as bx:
        for way in WAYS:
            task = asyncio.ensure_future(way(bx, ADD, ADD))
            await asyncio.sleep(0.02)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.sleep(1)

    ended = seen.of(CallFinished)
    assert [(event.cancelled, event.error) for event in ended] == [(True, None)] * 8


TROUBLES: list[tuple[dict[str, Any], Call[Any], list[type]]] = [
    ({"kind": "refused"}, ADD, [NotSent]),
    ({"kind": "reset", "runs": True}, USER, [Unanswered]),
    ({"kind": "reset"}, ADD, []),
    ({"kind": "busy"}, ADD, [LimitExceeded]),
    ({"kind": "page", "times": 2}, USER, [Unanswered, Unanswered]),
    ({"kind": "fault"}, USER, []),
]


@pytest.mark.parametrize(("trouble", "call", "again"), TROUBLES)
async def test_each_sending_again_is_told_with_its_reason(
    trouble: dict[str, Any], call: Call[Any], again: list[type], session_of: Open
) -> None:
    """And not that of a call that ends with it."""
    portal, seen = Portal(), Seen()
    portal.trouble(**trouble)
    async with session_of(portal, hooks=(seen,)) as bx:
        await asyncio.gather(bx(call), return_exceptions=True)

    retried = seen.of(CallRetried)
    assert [type(event.error) for event in retried] == again
    assert all(event.error.call == call for event in retried)
    assert len(seen.of(RequestSent)) == len(seen.of(RequestAnswered)) == len(again) + 1
    if again and again[0] is not LimitExceeded:
        assert [event.attempt for event in retried] == [*range(1, len(again) + 1)]
        assert all(event.wait >= 0.5 for event in retried)


async def test_a_request_that_nobody_answers(session_of: Open) -> None:
    """It ends without a status and with what the transport says."""
    portal, seen = Portal(), Seen()
    portal.trouble("silence")
    async with session_of(portal, hooks=(seen,), timeout=7.0) as bx:
        await asyncio.gather(bx(ADD), return_exceptions=True)

    (answered,) = seen.of(RequestAnswered)
    assert (answered.seconds, answered.status) == (7.0, None)
    assert type(answered.error) is Unanswered


async def test_waiting_for_the_rate_is_told(session_of: Open) -> None:
    """Once for each wait, however many calls come meanwhile."""
    seen = Seen()
    async with session_of(echoing(cost=0.0), hooks=(seen,), connections=99) as bx:
        calls = [Call("echo", {"n": n}).direct() for n in range(52)]
        await asyncio.gather(*map(bx, calls))

    limited = seen.of(Limited)
    assert [(event.cause, event.method) for event in limited] == [("rate", None)] * 2
    assert all(0 < event.seconds <= 0.5 for event in limited)


async def test_waiting_for_the_operating_time_is_told(session_of: Open) -> None:
    """With the method that waits; another passes and is not named."""
    portal, seen = Portal(costs={"user.current": 0.01}, cost=5.0), Seen()
    portal.on("slow", lambda _, params: params)
    async with session_of(portal, hooks=(seen,)) as bx:
        await bx(Call("slow"))
        job = asyncio.gather(*(bx(Call("slow", {"n": n})) for n in range(110)))
        await asyncio.sleep(300)
        await bx(USER)
        await job

    limited = seen.of(Limited)
    assert {(event.cause, event.method) for event in limited} == {("operating", "slow")}
    assert limited[0].seconds > 100
    assert len(limited) <= 3


current: ContextVar[str] = ContextVar("current", default="nobody")


async def test_calls_are_told_in_the_context_of_their_caller(session_of: Open) -> None:
    """So that a hook that logs finds what its caller has bound."""
    found: list[tuple[type, str]] = []

    def hook(event: Event) -> None:
        if isinstance(event, CallStarted | CallFinished):
            found.append((type(event), current.get()))

    async def caller(bx: Session, way: Any) -> None:
        current.set(way.__name__)
        await way(bx, USER)

    async with session_of(Portal(), hooks=(hook,)) as bx:
        for way in WAYS:
            await asyncio.create_task(caller(bx, way))

    expected = [(k, w.__name__) for w in WAYS for k in (CallStarted, CallFinished)]
    assert found == expected


@pytest.mark.parametrize(
    "failure", [ValueError, asyncio.CancelledError, RecursionError]
)
async def test_a_hook_that_raises_harms_no_call(
    failure: type[BaseException], session_of: Open, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged once, without the secret, and the hooks behind it are told."""
    portal, seen = echoing(), Seen()

    def broken(event: Event) -> None:
        raise failure(f"at {portal.webhook}")

    async with session_of(portal, hooks=(broken, seen)) as bx:
        for way in WAYS:
            await way(bx, USER)
        assert await bx(Call("echo", {"n": 1})) == {"n": 1}

    (record,) = caplog.records
    assert "broken" in record.getMessage()
    assert failure.__name__ in record.getMessage()
    assert portal.code not in caplog.text
    assert len(seen.of(CallFinished)) == 5


async def _coroutine(event: Event) -> None: ...


class _AsyncHook:
    async def __call__(self, event: Event) -> None: ...


@pytest.mark.parametrize("hook", [_coroutine, _AsyncHook(), "s3cret"])
def test_what_is_no_hook_is_refused_at_once(hook: Any) -> None:
    """A coroutine function would never run; nothing else would be called at all."""
    with pytest.raises(TypeError, match="plain function") as caught:
        Session(Portal().webhook, hooks=(hook,))
    assert "s3cret" not in str(caught.value)


async def test_a_hook_may_hand_calls_in(session_of: Open) -> None:
    """The session is in order whenever it tells of something."""
    portal, extra = echoing(), []
    later = Call("echo", {"later": "x"})

    def hook(event: Event) -> None:
        if isinstance(event, CallFinished) and event.call == USER:
            extra.append(bx(later))

    async with session_of(portal, hooks=(hook,)) as bx:
        await _streamed(bx, USER)
        await bx(USER)
        results = await asyncio.gather(*extra)

    assert results == [{"later": "x"}] * 2


async def test_nothing_is_kept_of_calls_that_have_ended(session_of: Open) -> None:
    """A long job with hooks is in constant memory as well."""
    async with session_of(echoing(), hooks=(ignore,)) as bx:
        await _streamed(bx, *(Call("echo", {"n": n}) for n in range(300)))
        await _gathered(bx, *(Call("echo", {"n": n}) for n in range(300)))
        gc.collect()

        assert not bx._dispatcher._watches  # type: ignore[attr-defined]


async def test_the_pages_of_a_list_are_told_of(session_of: Open) -> None:
    """Each is a call, also those that end because nobody reads on."""
    portal = Portal(costs={"crm.item.list": 0.001})
    portal.seed_items(400)
    events: list[Event] = []
    async with session_of(portal, hooks=(events.append,)) as bx:
        items = Call("crm.item.list", {"entityTypeId": 2})
        assert len([row async for row in bx.rows(items)]) == 400
        begun = [e.number for e in events if isinstance(e, CallStarted)]
        ended = [e.number for e in events if isinstance(e, CallFinished)]
        assert sorted(begun) == sorted(ended)
        assert len(begun) >= 8
        rows = bx.rows(items)
        for _ in range(50):  # the first page: what follows it is not asked for yet
            await anext(rows)
        reader = asyncio.ensure_future(anext(rows))
        await asyncio.sleep(0.01)
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        await rows.aclose()

    last = [event for event in events if isinstance(event, CallFinished)][-1]
    assert last.cancelled


async def test_without_hooks_nothing_of_them_is_there(session_of: Open) -> None:
    """The classes that do the work are those that know no hooks."""
    async with session_of(Portal()) as bx:
        assert tuple(bx._shell) == (Dispatcher, Job, Tagged, Batch, Walker)
        assert type(bx._dispatcher) is Dispatcher


async def test_what_nobody_awaits_is_still_complained_of(session_of: Open) -> None:
    """Telling a hook of an error is not hearing it, as asyncio sees it."""
    heard: list[str] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: heard.append(context["message"]))
    async with session_of(Portal(), hooks=(ignore,)) as bx:
        bx(Call("no.such"))
        await asyncio.sleep(1)
        gc.collect()

    assert ["never retrieved" in text for text in heard] == [True]


# --- logging ------------------------------------------------------------------------


TOKEN = Call("app.save", {"token_of": {"access_token": "t0ken"}, "n": 1})
LINES: list[tuple[Event, str, str]] = [
    (CallStarted(1, TOKEN), "DEBUG", "call 1 started: Call('app.save', {"),
    (RequestSent(2, "batch", "h", {3: USER, 4: ADD}), "DEBUG", "batch, calls 3, 4"),
    (RequestAnswered(2, "batch", 0.25, 502), "DEBUG", "0.250 s: HTTP status 502"),
    (RequestAnswered(2, "m", 1, error=NotSent("no way")), "DEBUG", "s: no way"),
    (CallRetried(1, USER, 2, NotSent("off"), 1.5), "INFO", "again in 1.5 s: off"),
    (CallRetried(1, USER, 1, Fault("E")), "INFO", "again when it may: E"),
    (Limited("rate", None, 2.0), "INFO", "everything waits 2.0 s for the limit of"),
    (Limited("operating", "a.b", 9.0), "INFO", "a.b waits 9.0 s"),
    (TokenRefreshed("h"), "INFO", "the token for h was refreshed"),
    (PortalRenamed("h", "i"), "WARNING", "the portal h is i now"),
    (CallFinished(1, USER, 0.5), "DEBUG", "call 1, user.current, ended after 0.500 s"),
    (CallFinished(1, USER, 0.5, Fault("E")), "WARNING", "s: E"),
    (CallFinished(1, USER, 0.5, cancelled=True), "DEBUG", "s: cancelled"),
]


@pytest.mark.parametrize(("event", "level", "text"), LINES)
def test_each_event_is_one_line(
    event: Event, level: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    """At its level, with the event beside it, and without what is masked."""
    caplog.set_level(logging.DEBUG, "bitrix_async")
    LogHook()(event)

    (record,) = caplog.records
    assert (record.name, record.levelname) == ("bitrix_async", level)
    assert text in record.getMessage()
    assert "t0ken" not in record.getMessage()
    assert record.event is event  # type: ignore[attr-defined]


def test_every_kind_of_event_is_frozen_and_has_a_line() -> None:
    """None is forgotten where all are listed."""
    kinds = {type(event) for event, _, _ in LINES}
    named = {getattr(hooks, name) for name in hooks.__all__}

    assert kinds == {kind for kind in named if attrs.has(kind)} - {LogHook}
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        LINES[0][0].number = 2  # type: ignore[union-attr,misc]


async def test_levels_that_are_off_cost_no_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing is put into words that nobody will read."""
    caplog.set_level(logging.INFO, "bitrix_async")

    class Unsaid(Call[Any]):
        def __repr__(self) -> str:
            raise AssertionError

    LogHook()(CallStarted(1, Unsaid("m")))
    assert not caplog.records


class Foreign(MemoryTransport):
    """A transport that is not ours, and raises what it likes."""

    async def post(self, post: Post) -> Any:
        raise LookupError(f"cannot reach {post.url}")


async def test_a_transport_that_is_not_ours_is_told_of_without_its_text() -> None:
    """Its message may hold the address."""
    portal, seen = Portal(), Seen()
    async with Session(portal.webhook, transport=Foreign(portal), hooks=[seen]) as bx:
        await asyncio.gather(bx(ADD), return_exceptions=True)

    (answered,) = seen.of(RequestAnswered)
    assert answered.error == Unanswered("the transport failed (LookupError)")
    assert portal.code not in repr(seen)

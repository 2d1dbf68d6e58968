"""An explicit batch: calls in order, with references, in as few requests as can be."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_async import (
    BadAnswer,
    Call,
    EncodeError,
    Fault,
    NotSent,
    Session,
    SessionClosed,
    Unanswered,
)
from bitrix_async.rest import landing
from bitrix_async.testing import Portal, PortalError
from bitrix_async.testing.memory import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable

    Open = Callable[..., Session]


@pytest.fixture
def portal() -> Portal:
    portal = Portal()
    portal.on("echo", lambda _, params: params)
    portal.on("one", lambda *_: {"ID": "7", "LIST": [10, 20], "NULL": None})
    portal.on("number", lambda *_: 42)

    def fail(*_: object) -> None:
        raise PortalError("BROKEN", "it broke")

    portal.on("fail", fail)
    return portal


async def test_a_later_call_uses_an_earlier_result(
    portal: Portal, session_of: Open
) -> None:
    """A site and its first page in one request."""
    site = landing.site.add({"TITLE": "Shop", "CODE": "shop"})
    page = landing.landing.add({"TITLE": "Home", "SITE_ID": site.result})
    async with session_of(portal) as bx:
        site_id, page_id = await bx.batch(site, page)

    assert portal.pages[page_id].site_id == site_id
    assert portal.request_count == 1


async def test_references_reach_into_results(portal: Portal, session_of: Open) -> None:
    """A key, an index, and a whole result, as they were."""
    one, number = Call("one"), Call("number")
    user = Call(
        "echo",
        {"id": one.result["ID"], "item": one.result["LIST"][1], "n": number.result},
    )
    async with session_of(portal) as bx:
        *_, result = await bx.batch(one, number, user)

    assert result == {"id": "7", "item": 20, "n": 42}
    assert portal.request_count == 1


async def test_a_scope_that_only_the_portal_knows(
    portal: Portal, session_of: Open
) -> None:
    """Such a call shares a request with none: its scope would stay for the others."""
    portal.on("scope", lambda *_: "knowledge")
    scope = Call("scope")
    pages = Call("landing.landing.getList", {"scope": scope.result})
    async with session_of(portal) as bx:
        for call in (pages, pages.direct()):
            assert await bx.batch(scope, Call("landing.site.getList"), call)

    assert [*portal.ledger][-1].params == {"scope": "knowledge"}


@pytest.mark.parametrize("times", [1, 2])
async def test_parameters_that_hold_themselves(
    portal: Portal, session_of: Open, times: int
) -> None:
    """They have no end, and are an error like others that cannot be sent."""
    endless: list[Any] = []
    endless += [endless] * times
    calls = [Call("echo", {"p": endless}), Call("echo", {"p": {"a": (endless,)}})]
    async with session_of(portal) as bx:
        for call in calls:
            with pytest.raises(EncodeError, match="nested deeper") as caught:
                await bx.batch(Call("echo"), call)
            assert caught.value.call == call
            assert hash(call) == hash(call.direct())
            with pytest.raises(EncodeError, match="nested deeper"):
                await bx(call)

    assert portal.request_count == 0


async def test_results_come_in_the_order_asked(
    portal: Portal, session_of: Open
) -> None:
    """A hundred and twenty calls are three requests, and one tuple."""
    async with session_of(portal) as bx:
        await bx(Call("echo"))
        results = await bx.batch(*(Call("echo", {"n": n}) for n in range(120)))

    assert [result["n"] for result in results] == [str(n) for n in range(120)]
    assert portal.request_count == 1 + 3


async def test_a_failure_halts_and_is_raised(portal: Portal, session_of: Open) -> None:
    """What stands behind it does not run."""
    async with session_of(portal) as bx:
        with pytest.raises(Fault, match="BROKEN"):
            await bx.batch(Call("echo"), Call("fail"), Call("echo"))

    assert portal.executed("echo") == 1


async def test_a_halted_batch_names_what_was_not_run(
    portal: Portal, session_of: Open
) -> None:
    """With `return_exceptions` the results before the failure are kept."""
    async with session_of(portal) as bx:
        before, failed, behind = await bx.batch(
            Call("echo", {"n": 1}), Call("fail"), Call("echo"), return_exceptions=True
        )

    assert before == {"n": "1"}
    assert isinstance(failed, Fault)
    assert isinstance(behind, NotSent)
    assert "fail: BROKEN" in str(behind)
    assert behind.__cause__ == failed


async def test_without_halt_only_dependents_are_lost(
    portal: Portal, session_of: Open
) -> None:
    """The portal would hand a dependent the whole map of results; it is not sent."""
    fail = Call("fail")
    async with session_of(portal) as bx:
        _, dependent, free = await bx.batch(
            fail,
            Call("echo", {"id": fail.result}),
            Call("echo", {"n": 1}),
            halt=False,
            return_exceptions=True,
        )

    assert isinstance(dependent, NotSent)
    assert free == {"n": 1}
    assert portal.executed("echo") == 1


async def test_without_halt_references_still_work(
    portal: Portal, session_of: Open
) -> None:
    """They are filled in between two requests."""
    one = Call("one")
    async with session_of(portal) as bx:
        _, result = await bx.batch(
            one, Call("echo", {"id": one.result["ID"]}), halt=False
        )

    assert result == {"id": "7"}


async def test_what_cannot_travel_is_sent_between(
    portal: Portal, session_of: Open
) -> None:
    """A null or user text in one call does not break the order or the references."""
    one = Call("one")
    text = "see $result[c0][ID]"
    async with session_of(portal) as bx:
        _, null, risky, last = await bx.batch(
            one,
            Call("echo", {"id": one.result["ID"], "null": None}),
            Call("echo", {"text": text}),
            Call("echo", {"id": one.result["ID"]}),
        )

    assert null == {"id": "7", "null": None}
    assert risky == {"text": text}
    assert last == {"id": "7"}
    assert [entry.method for entry in portal.ledger] == ["one", "echo", "echo", "echo"]


async def test_a_missing_step_is_found_out(portal: Portal, session_of: Open) -> None:
    """The portal runs the call with what it reached; that is not passed over."""
    one = Call("one")
    for path in ("NOPE", "NULL"):
        async with session_of(portal) as bx:
            _, dependent = await bx.batch(
                one, Call("echo", {"id": one.result[path]}), return_exceptions=True
            )

        assert isinstance(dependent, BadAnswer)
        assert "ran the call with something else" in str(dependent)


async def test_a_source_without_a_row_leaves_a_doubt(
    portal: Portal, session_of: Open
) -> None:
    """Nothing shows what the portal put in the place of its result."""
    portal.trouble("missing", method="one")
    one = Call("one")
    async with session_of(portal) as bx:
        source, dependent = await bx.batch(
            one, Call("echo", {"id": one.result["ID"]}), return_exceptions=True
        )

    assert isinstance(source, BadAnswer)
    assert isinstance(dependent, BadAnswer)
    assert "has no result" in str(dependent)


async def test_a_session_that_is_closed_between_two_requests(
    portal: Portal, session_of: Open
) -> None:
    """What was to leave next is told so, and does not wait for ever."""
    bx = session_of(portal)
    alone = (Call("one", {"null": None}), Call("echo", {"null": None}))
    batch = asyncio.ensure_future(bx.batch(*alone, halt=False, return_exceptions=True))
    await asyncio.sleep(0.01)
    await bx.aclose()
    sent, unsent = await batch

    assert isinstance(sent, Unanswered)
    assert isinstance(unsent, SessionClosed)


async def test_scopes_are_kept_apart(portal: Portal, session_of: Open) -> None:
    """The portal would keep the first call's scope for the second."""
    in_group = Call("landing.site.getList", {"scope": "GROUP"})
    without = Call("landing.site.getList")
    async with session_of(portal) as bx:
        await bx(landing.site.add({"TITLE": "Shop", "CODE": "shop"}))
        groups, sites = await bx.batch(in_group, without)

    assert groups == []
    assert len(sites) == 1


async def test_a_method_that_refuses_batches_is_sent_between(session_of: Open) -> None:
    """The refusal halts the portal's batch; the rest goes on behind it."""
    portal = Portal(forbidden_in_batch=["one"])
    portal.on("one", lambda *_: {"ID": "7"})
    portal.on("echo", lambda _, params: params)
    one = Call("one")
    async with session_of(portal) as bx:
        first, _, last = await bx.batch(
            Call("echo", {"n": 1}), one, Call("echo", {"id": one.result["ID"]})
        )

    assert (first, last) == ({"n": "1"}, {"id": "7"})
    assert portal.executed("echo", n=1) == 1


async def test_an_operating_refusal_inside_is_waited_for(session_of: Open) -> None:
    """What ran before it is not run again."""
    portal = Portal()
    portal.on("echo", lambda _, params: params)
    portal.on("one", lambda *_: {"ID": "7"})
    async with session_of(portal) as bx:
        await bx(Call("user.current"))
        portal.spend("one", 490, EPOCH)
        first, second, third = await bx.batch(
            Call("echo", {"n": 1}), Call("one"), Call("echo", {"n": 2})
        )

    assert (first, second, third) == ({"n": "1"}, {"ID": "7"}, {"n": "2"})
    assert portal.executed("echo", n=1) == 1


BAD: list[tuple[Callable[[], tuple[Call[Any], ...]], str]] = [
    (lambda: (Call("echo", {"id": Call("one").result}),), "not before it"),
    (lambda: (one := Call("echo", {}), Call("echo", {"x": b"1"}), one), "type bytes"),
]


@pytest.mark.parametrize(("calls", "text"), BAD)
async def test_nothing_is_sent_of_a_batch_that_cannot_be(
    portal: Portal,
    session_of: Open,
    calls: Callable[[], tuple[Call[Any], ...]],
    text: str,
) -> None:
    """An error in the last call is found before the first one runs."""
    async with session_of(portal) as bx:
        with pytest.raises(EncodeError, match=text):
            await bx.batch(*calls())

    assert portal.request_count == 0


async def test_a_batch_of_nothing(portal: Portal, session_of: Open) -> None:
    """Nothing asked, nothing sent."""
    async with session_of(portal) as bx:
        assert await bx.batch() == ()

    assert portal.request_count == 0

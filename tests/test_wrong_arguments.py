"""What is given wrongly is refused where it is given, and the words help."""

from __future__ import annotations

import asyncio
from math import inf as INF  # noqa: N812  # a value of tables
from math import nan as NAN  # noqa: N812
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest
from attrs import frozen

from bitrix_async import (
    AiohttpTransport,
    Call,
    FileStore,
    Journal,
    Limits,
    OAuth,
    RetryBudget,
    Session,
    SessionClosed,
    Tokens,
)
from bitrix_async.hooks import LogHook
from bitrix_async.rest import landing
from bitrix_async.testing import Portal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Open = Callable[..., Session]

WEBHOOK = "https://portal.example/rest/1/s3cret/"
SECRET = "s3cret"

# Arguments of a session -> the error. A wrong number was once met on the way: a write
# ended as one that may have run, and without connections nothing ever ended.
SESSIONS: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"auth": None}, TypeError, "auth is the address of a webhook, or .* not NoneType"),
    ({"auth": WEBHOOK.encode()}, TypeError, "not bytes"),
    ({"limits": {"burst": 1}}, TypeError, "limits is a Limits, not dict"),
    ({"budget": 5}, TypeError, "budget is a RetryBudget, not int"),
    ({"timeout": None}, TypeError, "timeout is a number of seconds, not NoneType"),
    ({"timeout": "5"}, TypeError, "timeout is a number of seconds, not str"),
    ({"timeout": 0}, ValueError, "timeout is a number of seconds, above 0: 0"),
    ({"timeout": -1.0}, ValueError, "above 0: -1.0"),
    ({"timeout": float("nan")}, ValueError, "above 0: nan"),
    ({"timeout": float("inf")}, ValueError, "above 0: inf"),
    (
        {"connections": "5"},
        TypeError,
        "connections is a whole number of requests, not str",
    ),
    ({"connections": 1.5}, TypeError, "not float"),
    ({"connections": True}, TypeError, "not bool"),
    ({"timeout": True}, TypeError, "not bool"),
    (
        {"connections": 0},
        ValueError,
        "connections is a whole number of requests, from 1: 0",
    ),
    ({"connections": -1}, ValueError, "from 1: -1"),
    ({"transport": "http"}, TypeError, "transport has post and aclose"),
    ({"transport": AiohttpTransport}, TypeError, "not the class AiohttpTransport"),
    ({"hooks": [LogHook]}, TypeError, "a hook is a plain function: LogHook is not"),
]


@pytest.mark.parametrize(("given", "kind", "words"), SESSIONS, ids=repr)
def test_sessions(given: dict[str, Any], kind: type[Exception], words: str) -> None:
    """At once, by the argument's name, and never with a value that may be a secret."""
    with pytest.raises(kind, match=words) as caught:
        Session(**{"auth": WEBHOOK, **given})

    assert SECRET not in str(caught.value)


# What a call waited for ever with, or what ended the loop that sends.
NUMBERS: list[tuple[type, dict[str, Any], type[Exception], str]] = [
    (Limits, {"burst": 0.5}, ValueError, "burst is a number of requests, from 1: 0.5"),
    (Limits, {"burst": NAN}, ValueError, "from 1: nan"),
    (Limits, {"burst": True}, TypeError, "burst is a number of requests, not bool"),
    (Limits, {"per_second": 0}, ValueError, "above 0: 0"),
    (Limits, {"per_second": "2"}, TypeError, "number of requests, not str"),
    (Limits, {"operating": None}, TypeError, "operating is a number of seconds, not"),
    (
        Limits,
        {"window": INF},
        ValueError,
        "window is a number of seconds, above 0: inf",
    ),
    (Limits, {"batch_size": 1.5}, TypeError, "a whole number of commands, not float"),
    (Limits, {"batch_size": 51}, ValueError, "commands, from 1 to 50: 51"),
    (Limits, {"batch_size": True}, TypeError, "not bool"),
    (Limits, {"batch_seconds": NAN}, ValueError, "above 0: nan"),
    (RetryBudget, {"reserve": -1}, ValueError, "a number of repeats, from 0: -1"),
    (RetryBudget, {"per_answer": NAN}, ValueError, "from 0: nan"),
    (RetryBudget, {"per_second": "1"}, TypeError, "not str"),
    (AiohttpTransport, {"connections": 0}, ValueError, "connections, from 1: 0"),
    (AiohttpTransport, {"connections": 1.5}, TypeError, "not float"),
    (AiohttpTransport, {"max_answer": NAN}, TypeError, "whole number of bytes"),
    (AiohttpTransport, {"max_answer": -1}, ValueError, "bytes, from 1: -1"),
    (AiohttpTransport, {"proxy": SECRET}, ValueError, "begins with http://"),
    (AiohttpTransport, {"proxy": SECRET.encode()}, TypeError, "not bytes"),
    (AiohttpTransport, {"trust_env": "no"}, TypeError, "True or False, not str"),
]


@pytest.mark.parametrize(("make", "given", "kind", "words"), NUMBERS, ids=repr)
def test_numbers(
    make: type, given: dict[str, Any], kind: type[Exception], words: str
) -> None:
    """Those that nothing can be sent with are refused by their name, at once."""
    with pytest.raises(kind, match=words) as caught:
        make(**given)

    assert SECRET not in str(caught.value)


async def test_numbers_at_the_bounds(session_of: Open) -> None:
    """What is refused above is what does not work; the least and the most do."""
    least = Limits(burst=1, batch_size=1, batch_seconds=0.001)
    most = Limits(INF, INF, INF, 600, 50, INF)
    for limits in (least, most):
        async with session_of(Portal(), limits=limits, budget=RetryBudget(INF)) as bx:
            calls = [Call("user.current", {"n": n}) for n in range(60)]
            assert len(await asyncio.gather(*map(bx, calls))) == 60


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Call("m", [SECRET]), "params is a map .* not list"),  # type: ignore[arg-type]
        (lambda: Call("m", SECRET), "params is a map .* not str"),  # type: ignore[arg-type]
        (lambda: Call("m", None), "params is a map .* not NoneType"),  # type: ignore[arg-type]
        (lambda: OAuth("a", "b", tokens=SECRET), "tokens is a Tokens, .* not str"),  # type: ignore[arg-type]
        (lambda: OAuth("a", "b", store=SECRET), "a FileStore, not str"),  # type: ignore[arg-type]
        (lambda: OAuth("a", "b", store=FileStore), "a FileStore, not type"),  # type: ignore[arg-type]
        (lambda: Call("m").within("3"), "real number, not str"),  # type: ignore[arg-type]
    ],
)
def test_values(make: Callable[[], object], words: str) -> None:
    """A call and an application are not made of what they cannot work with."""
    with pytest.raises(TypeError, match=words) as caught:
        make()

    assert SECRET not in str(caught.value)


def test_no_time() -> None:
    """It was one without end, once."""
    with pytest.raises(ValueError, match="nan"):
        Call("m").within(float("nan"))


def test_what_is_given_rightly() -> None:
    """Any map makes parameters, and any pair of `load` and `save` is a store."""
    call = Call("m", MappingProxyType({"a": [1]}))

    assert call == Call("m", {"a": [1]})
    assert type(call.params) is dict
    tokens = Tokens("a", "r", client_endpoint="https://portal.example/rest/")
    assert OAuth("a", "b", tokens=tokens, store=FileStore("t")).tokens is tokens


@pytest.mark.parametrize("given", ["user.current", None, [Call("m")], Call("m").result])
async def test_no_calls(given: Any, session_of: Open) -> None:
    """A method's name is no call, nor is a list of calls, and nothing is sent."""
    portal = Portal()
    async with session_of(portal) as bx:
        with pytest.raises(TypeError, match=r"Call\('user.current'\), not "):
            bx(given)
        with pytest.raises(TypeError, match="a session runs calls"):
            bx.reply(given)
        with pytest.raises(TypeError, match="a session runs calls"):
            [outcome async for outcome in bx.stream([given])]
        with pytest.raises(TypeError, match="not "):
            await bx.batch(Call("m"), given)
        with pytest.raises(TypeError, match="not "):
            bx.rows(given)

    assert portal.request_count == 0


@pytest.mark.parametrize("given", ["user.current", None, [Call("m")], Call(5)])  # type: ignore[arg-type]
async def test_no_calls_for_a_closed_session(given: Any, session_of: Open) -> None:
    """What is no call is no call all the same."""
    bx = session_of(Portal())
    await bx.aclose()
    for hand_in in (bx, bx.reply, bx.batch):
        with pytest.raises(TypeError, match=r"Call\('user.current'\), not "):
            await hand_in(given)
    with pytest.raises(TypeError, match="not "):
        [outcome async for outcome in bx.stream([given])]
    with pytest.raises(TypeError, match="not "):
        [row async for row in bx.rows(given)]


@pytest.mark.parametrize("call", ["user.current", Call("m").result, Call(5), 7])  # type: ignore[arg-type]
def test_the_text_of_an_error_does_not_fail(call: Any) -> None:
    """Whatever stands in the place of its call."""
    assert str(SessionClosed("the session is closed", call=call)).endswith("closed")


class Unread:
    """What no rule reads."""


@frozen
class Holds:
    it: Unread


@frozen
class Undefined:
    it: Nowhere  # type: ignore[name-defined]  # noqa: F821


# Each would have run, and then ended with an error.
@pytest.mark.parametrize(
    ("call", "words"),
    [
        (Call(5), "a method is a name: .*, not int"),  # type: ignore[arg-type]
        (Call(None), "not NoneType"),  # type: ignore[arg-type]
        (Call([SECRET]), "not list"),  # type: ignore[arg-type]
        (Call("x.add", {}, Unread), "result of x.add .* no rule reads Unread"),
        (Call("x.add", {}, list[Unread | None]), "no rule reads Unread"),
        (Call("x.add", {}, Holds), "no rule reads Unread"),
        (Call("x.add", {}, Undefined), "NameError: name 'Nowhere' is not defined"),
        (Call("x.add", {}, SECRET), "a value of str is no type"),  # type: ignore[arg-type]
        (Call("x.add", {}, [int]), "a value of list is no type"),  # type: ignore[arg-type]
    ],
)
async def test_calls_that_cannot_end_well(
    call: Call[Any], words: str, session_of: Open, tmp_path: Path
) -> None:
    """Of a method that is no name, or of a type that nothing is: nothing is sent."""
    portal = Portal()
    async with session_of(portal) as bx:
        with pytest.raises(TypeError, match=words) as caught:
            bx(call)
        with pytest.raises(TypeError, match=words):
            bx.reply(call)
        with pytest.raises(TypeError, match=words):
            [outcome async for outcome in bx.stream([call])]
        with pytest.raises(TypeError, match=words):
            await bx.batch(Call("user.current"), call)
        with pytest.raises(TypeError, match=words):
            await bx.run([call], journal=tmp_path / "journal")

    assert SECRET not in str(caught.value)
    assert portal.request_count == 0


async def test_rows_that_nothing_reads(session_of: Open) -> None:
    """They are found before the first page is asked for."""
    portal = Portal()
    async with session_of(portal) as bx:
        with pytest.raises(TypeError, match="no rule reads Unread"):
            [row async for row in bx.rows(Call("crm.deal.list", {}, list[Unread]))]

    assert portal.request_count == 0


# An option that is spelt wrong is not one that is left out.
@pytest.mark.parametrize("name", ["stratgy", "pagesize", "limit"])
async def test_no_option_of_a_list(name: str, session_of: Open) -> None:
    """It names the options that there are, before anything is sent."""
    portal = Portal()
    async with session_of(portal) as bx:
        for walk in (bx.rows, bx.pages):
            with pytest.raises(TypeError, match=f"'{name}': strategy, key, page_size"):
                walk(Call("crm.deal.list"), **{name: 50})  # type: ignore[call-overload]

    assert portal.request_count == 0


async def told(_: object) -> str:
    return ""


@pytest.mark.parametrize(
    ("how", "kind", "words"),
    [
        ({"on_progres": print}, TypeError, "'on_progres': job, key, check, again"),
        ({"on_progress": told}, TypeError, "on_progress is a plain function: told"),
        ({"key": told}, TypeError, "key is a plain function: told is not"),
        ({"again": {"failed"}}, ValueError, "'refused' and 'unknown', not 'failed'"),
        ({"again": {"unknown", "done"}}, ValueError, "not 'done', 'unknown'"),
        ({"again": "unknown"}, ValueError, "a set of .* not 'unknown'"),
    ],
    ids=repr,
)
async def test_no_option_of_a_job(
    how: Any, kind: type[Exception], words: str, session_of: Open, tmp_path: Path
) -> None:
    """Neither is a call sent nor a journal made."""
    portal = Portal()
    path = tmp_path / "journal"
    async with session_of(portal) as bx:
        with pytest.raises(kind, match=words):
            await bx.run([landing.landing.publication(1)], journal=path, **how)

    assert portal.request_count == 0
    assert not path.exists()


async def test_options_of_a_job(session_of: Open, tmp_path: Path) -> None:
    """What is refused above is what is not understood; these are."""
    path = tmp_path / "journal"
    async with session_of(Portal()) as bx:
        job = [landing.landing.publication(404)]
        for again in (set(), {"refused"}, ["refused", "unknown"]):
            await bx.run(job, journal=path, again=again, key=None)  # type: ignore[arg-type]

    with Journal.open(path) as journal:
        assert journal.summary().runs == 3

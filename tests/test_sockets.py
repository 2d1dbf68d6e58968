"""What networks and servers do to a session on real sockets, in virtual time."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from wire import http, serving

from bitrix_async import (
    Call,
    Limits,
    NotSent,
    Session,
    Unanswered,
)
from bitrix_async.testing import Portal
from bitrix_async.testing.http import _reset, serve
from bitrix_async.testing.memory import EPOCH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from wire import Reader, Writer

USER = Call("user.current")


def now() -> float:
    return asyncio.get_running_loop().time()


def echoing(**options: Any) -> Portal:
    portal = Portal(cost=0.0, **options)
    portal.on("echo", lambda _, params: params)
    return portal


def port_of(url: str) -> int:
    return int(url.split(":")[2].partition("/")[0])


# --- an answer that breaks off --------------------------------------------------------


@pytest.mark.parametrize("how", ["cut", "reset"])
@pytest.mark.parametrize("safe", [True, False], ids=["safe", "once"])
async def test_a_connection_that_breaks_in_the_middle(how: Any, *, safe: bool) -> None:
    """Of a batch that ran: what is safe goes again, the rest is in doubt."""
    portal = echoing()
    portal.trouble(how, runs=True)
    calls = [Call("echo", {"n": n}) for n in range(20)]
    calls = [call.repeatable() if safe else call.once() for call in calls]
    async with serve(portal, epoch=EPOCH) as url, Session(url) as bx:
        came = await bx.batch(*calls, return_exceptions=True)

    runs = [portal.executed("echo", n=n) for n in range(20)]
    if safe:
        assert came == tuple({"n": str(n)} for n in range(20))
        assert runs == [2] * 20
    else:
        assert {type(one) for one in came} == {Unanswered}
        assert runs == [1] * 20


# --- connections that are kept --------------------------------------------------------


async def half_closed(reader: Reader, writer: Writer) -> None:
    """The server will say no more, and goes on listening."""
    writer.write_eof()
    await reader.read()


async def closed(_: Reader, writer: Writer) -> None:
    writer.close()


async def broken(_: Reader, writer: Writer) -> None:
    _reset(writer.transport)  # type: ignore[arg-type]  # a transport of sockets


@pytest.mark.parametrize("end", [half_closed, closed, broken])
async def test_a_kept_connection_that_has_ended(
    end: Callable[[Reader, Writer], Awaitable[None]],
) -> None:
    """Is not used again: calls that run once only pass, though no answer was lost."""
    asked = []

    async def server(reader: Reader, writer: Writer) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split()[0])
        asked.append(await reader.readexactly(length))
        writer.write(http(b'{"result":%d}' % len(asked)))
        await writer.drain()
        await end(reader, writer)
        writer.close()

    async with await asyncio.start_server(server, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        async with Session(f"http://127.0.0.1:{port}/rest/1/s3cret/") as bx:
            for n in range(1, 6):
                assert await bx(Call("echo", {"n": n}).once()) == n
                await asyncio.sleep(0.01)

    assert len(asked) == 5


async def test_a_connection_is_kept_where_it_may_be() -> None:
    """One for a hundred calls, one after the other."""
    asked: dict[Writer, int] = {}

    async def server(request: bytes, writer: Writer) -> None:
        asked[writer] = asked.get(writer, 0) + 1
        writer.write(http(b'{"result":true}'))

    async with (
        serving(server) as url,
        Session(url.removesuffix("m"), limits=Limits.self_hosted()) as bx,
    ):
        for n in range(100):
            assert await bx(Call("echo", {"n": n}))
    assert [*asked.values()] == [100]


# --- servers that go away -------------------------------------------------------------


async def test_a_server_that_restarts_during_a_job() -> None:
    """Every call has an outcome: what is done ran once, what is not done is named."""
    portal, down = Portal(cost=0.0), asyncio.Event()

    def echo(_: object, params: Any) -> Any:
        if int(params["n"]) == 150:
            down.set()
        return params

    portal.on("echo", echo)
    async with AsyncExitStack() as before, AsyncExitStack() as after:
        url = await before.enter_async_context(serve(portal, epoch=EPOCH))

        async def restart() -> None:
            await down.wait()
            await before.aclose()
            await asyncio.sleep(3)
            again = serve(portal, port=port_of(url), epoch=EPOCH)
            await after.enter_async_context(again)

        restarting = asyncio.ensure_future(restart())
        async with Session(url) as bx:
            calls = (Call("echo", {"n": n}).once() for n in range(600))
            outcomes = [outcome async for outcome in bx.stream(calls)]
        await restarting

    assert {type(one.error) for one in outcomes if not one.ok} <= {Unanswered}
    assert sum(one.ok for one in outcomes) > 300
    for outcome in outcomes:
        ran = portal.executed("echo", n=outcome.call.params["n"])
        assert ran == 1 if outcome.ok else ran <= 1
    assert sorted(one.call.params["n"] for one in outcomes) == [*range(600)]


async def test_refused_for_five_seconds_and_then_back() -> None:
    """Nobody sees it: it was not sent, so all of it goes again, also what is once."""
    portal = echoing()
    async with serve(portal) as url:
        port = port_of(url)
    async with AsyncExitStack() as life:

        async def come_back() -> None:
            await asyncio.sleep(5)
            await life.enter_async_context(serve(portal, port=port, epoch=EPOCH))

        coming = asyncio.ensure_future(come_back())
        async with Session(url) as bx:
            calls = [bx(Call("echo", {"n": n}).once()) for n in range(100)]
            came = await asyncio.gather(*calls)
            assert [int(one["n"]) for one in came] == [*range(100)]
            assert 5 < now() < 20
        await coming

    assert portal.executed("echo") == 100


NOBODY = {
    "nobody listens": (
        "http://127.0.0.1:9",
        "no connection (ClientConnectorError, ECONNREFUSED)",
    ),
    "a name that is not known": ("https://no-such-portal.invalid", "name is not known"),
}


@pytest.mark.parametrize("name", NOBODY)
async def test_nobody_there(name: str) -> None:
    """A typed error in bounded time that says what it was, and not where in full."""
    origin, text = NOBODY[name]
    async with Session(f"{origin}/rest/1/s3cret/") as bx:
        calls = [bx(Call("echo", {"n": n})) for n in range(60)]
        came = await asyncio.gather(*calls, return_exceptions=True)

    assert {type(error) for error in came} == {NotSent}
    assert all(text in str(error) and "s3cret" not in str(error) for error in came)
    assert 7 < now() < 60


# --- TLS ------------------------------------------------------------------------------


def by_nobody(names: str) -> ssl.SSLContext:
    """The certificate of an authority that nobody trusts."""
    return serving_as(trustme.CA().issue_cert(names))


def serving_as(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@asynccontextmanager
async def by_tls(context: ssl.SSLContext, said: list[bytes]) -> AsyncIterator[str]:
    """A server that keeps what it was told."""

    async def server(reader: Reader, writer: Writer) -> None:
        said.append(await reader.read())
        writer.close()

    async with await asyncio.start_server(server, "127.0.0.1", 0, ssl=context) as one:
        yield f"https://127.0.0.1:{one.sockets[0].getsockname()[1]}/rest/1/s3cret/"


@pytest.mark.parametrize("names", ["127.0.0.1", "elsewhere.example"])
async def test_a_certificate_that_nobody_trusts(names: str) -> None:
    """Nothing is sent, the secret in the address least of all; and it is said why."""
    said: list[bytes] = []
    async with by_tls(by_nobody(names), said) as url, Session(url) as bx:
        with pytest.raises(NotSent, match="certificate is not valid") as caught:
            await bx(USER)

    assert not any(said)
    assert "s3cret" not in str(caught.value)
    assert now() < 60

"""The transport against servers that do anything, on real sockets."""

from __future__ import annotations

import asyncio
import gzip
import logging
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from wire import http, saying, serving

from bitrix_async import (
    AiohttpTransport,
    Answer,
    BadAnswer,
    BitrixError,
    NotSent,
    Post,
    Unanswered,
    __version__,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from wire import Reader, Server, Writer


async def post(url: str, timeout: float = 60.0, **options: Any) -> Answer:
    transport = AiohttpTransport(**options)
    try:
        return await transport.post(Post(url, b'{"a":1}', timeout))
    finally:
        await transport.aclose()


async def test_an_answer_comes_as_it_is() -> None:
    """Status, headers in lower case, and body; whatever the status."""
    server = saying(http(b"no", "400 Bad Request", "X-Some: Thing"))
    async with serving(server) as url:
        answer = await post(url)

    assert (answer.status, answer.body) == (400, b"no")
    assert answer.headers["x-some"] == "Thing"


async def test_what_is_sent() -> None:
    """A POST with a user agent and no cookies; the connection is kept."""
    requests, writers = [], set()

    async def server(request: bytes, writer: Writer) -> None:
        requests.append(request)
        writers.add(writer)
        writer.write(http(b"{}", "200 OK", "Set-Cookie: PHPSESSID=x; path=/"))

    transport = AiohttpTransport()
    async with serving(server) as url:
        for _ in range(3):
            await transport.post(Post(url, b"{}", 60.0, {"X-A": "b"}))
        await transport.aclose()

    assert len(writers) == 1
    for request in requests:
        assert request.startswith(b"POST /rest/1/s3cret/m HTTP/1.1\r\n")
        assert f"User-Agent: bitrix-async/{__version__}\r\n".encode() in request
        assert b"X-A: b\r\n" in request
        assert b"cookie" not in request.lower()


async def test_no_redirect_is_followed() -> None:
    """Body and secret would go to another host."""
    asked = []

    async def elsewhere(request: bytes, writer: Writer) -> None:
        asked.append(request)
        writer.write(http(b"{}"))

    async with serving(elsewhere) as other:
        for status in ("301", "302", "303", "307", "308"):
            redirect = saying(http(b"", f"{status} Moved", f"Location: {other}"))
            async with serving(redirect) as url:
                assert (await post(url)).status == int(status)

    assert not asked


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
async def test_packed_answers_are_unpacked(pack: Callable[[bytes], bytes]) -> None:
    """gzip and deflate, as a front end may choose (protocol.md 1.7)."""
    encoding = "gzip" if pack is gzip.compress else "deflate"
    packed = http(pack(b"x" * 5000), "200 OK", f"Content-Encoding: {encoding}")
    async with serving(saying(packed[:300], packed[300:])) as url:
        assert (await post(url)).body == b"x" * 5000


FAILURES: list[tuple[Server, type[BitrixError], str]] = [
    (saying(close=True), Unanswered, "closed|broke"),
    (saying(http(b"x" * 100)[:-50], close=True), Unanswered, "cut short"),
    (saying(b"HTTP/1.1 200 OK\r\nContent-Le", close=True), Unanswered, "closed"),
    (saying(b"SSH-2.0-OpenSSH\r\n\r\n", close=True), Unanswered, "not HTTP"),
    (saying(), Unanswered, "no answer in time"),
    (saying(http(b"x" * 5000)), BadAnswer, "larger than the cap"),
    (
        saying(http(gzip.compress(b"x" * 10**6), "200 OK", "Content-Encoding: gzip")),
        BadAnswer,
        "larger than the cap",
    ),
    (
        saying(http(b"not gzip at all", "200 OK", "Content-Encoding: gzip")),
        BadAnswer,
        "compression is broken",
    ),
    (
        saying(
            http(gzip.compress(b"y" * 900)[:-9], "200 OK", "Content-Encoding: gzip")
        ),
        Unanswered,
        "cut short",
    ),
]


@pytest.mark.parametrize(("server", "kind", "text"), FAILURES)
async def test_every_failure_is_a_typed_error_without_the_address(
    server: Server,
    kind: type[BitrixError],
    text: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What aiohttp raises would print the webhook's secret."""
    caplog.set_level(logging.DEBUG)
    async with serving(server) as url:
        with pytest.raises(kind, match=text) as caught:
            await post(url, timeout=5.0, max_answer=1000)

    error = caught.value
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__
    assert "s3cret" not in f"{error!r} {error} {caplog.text}"


@pytest.mark.parametrize("host", ["a..b", ".example", f"{'a' * 64}.example"])
async def test_a_name_that_nobody_can_have(host: str) -> None:
    """Nothing was sent: the resolver was not even asked, and its error is no answer."""
    with pytest.raises(NotSent, match="the address is not valid") as caught:
        await post(f"http://{host}/rest/1/s3cret/m")

    assert "s3cret" not in str(caught.value)


async def test_a_drip_ends() -> None:
    """A byte now and then keeps no request alive beyond its time."""

    async def drip(_: bytes, writer: Writer) -> None:
        writer.write(http(b"x" * 100)[:-100])
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with serving(drip) as url:
        with pytest.raises(Unanswered, match="in time"):
            await post(url, timeout=2.0)


@pytest.mark.parametrize("late", [0.0, 0.5])
async def test_an_answer_that_nobody_asked_for(late: float) -> None:
    """Is nobody's: not the next request's, whose own would then be the one behind's."""
    asked: list[bytes] = []

    async def server(request: bytes, writer: Writer) -> None:
        asked.append(request)
        writer.write(http(b"%d" % len(asked)))
        await writer.drain()
        await asyncio.sleep(late)
        writer.write(http(b"of nobody"))

    transport = AiohttpTransport()
    async with serving(server) as url:
        for number in (b"1", b"2", b"3"):
            answer = await transport.post(Post(url, b"{}", 60.0))
            assert answer.body == number
            await asyncio.sleep(1)
        await transport.aclose()


async def test_a_server_that_speaks_first() -> None:
    """Is none of HTTP: nothing is sent to it, and it is not tried for ever."""
    met: list[bytes] = []

    async def banner(reader: Reader, writer: Writer) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        met.append(await reader.read())
        writer.close()

    listening = await asyncio.start_server(banner, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    with pytest.raises((NotSent, Unanswered)):
        await post(f"http://127.0.0.1:{port}/rest/1/s3cret/m", connections=3)
    listening.close()
    assert len(met) <= 4


async def test_nobody_listens() -> None:
    """A refused connection has certainly not reached the portal."""
    async with serving(saying()) as url:
        pass
    with pytest.raises(NotSent, match="no connection"):
        await post(url)


async def test_a_name_that_nobody_knows() -> None:
    """Nor has a name that does not resolve."""
    with pytest.raises(NotSent):
        await post("http://no-such-portal.invalid/rest/1/s3cret/m")


async def test_what_is_not_tls_is_not_spoken_to() -> None:
    """The request does not leave where no secure connection can be made."""

    async def plain(_: Reader, writer: Writer) -> None:
        writer.write(http(b"{}", "400 Bad Request"))
        writer.close()

    listening = await asyncio.start_server(plain, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    with pytest.raises(NotSent, match=r"no (secure )?connection"):
        await post(f"https://127.0.0.1:{port}/rest/1/s3cret/m")
    listening.close()


async def test_certificates_are_checked() -> None:
    """There is no way to switch it off."""
    transport = AiohttpTransport()
    connector = transport._open().connector

    assert connector is not None
    assert connector._ssl is True  # type: ignore[attr-defined]
    await transport.aclose()

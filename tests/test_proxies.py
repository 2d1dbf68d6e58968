"""Through a proxy, on real sockets."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from attrs import define, field

from bitrix_async import AiohttpTransport, BitrixError, Call, NotSent, Session
from bitrix_async.testing import Portal
from bitrix_async.testing.http import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@define
class Proxy:
    """Passes requests for plain http on, and refuses tunnels."""

    requests: list[bytes] = field(factory=list)
    address: str = ""
    _tasks: set[asyncio.Task[None] | None] = field(factory=set)

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._tasks.add(asyncio.current_task())
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.requests.append(head)
            if head.startswith(b"CONNECT"):
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            else:
                writer.write(await self._passed_on(head, reader))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    async def _passed_on(self, head: bytes, reader: asyncio.StreamReader) -> bytes:
        line, _, rest = head.partition(b"\r\n")
        verb, url, version = line.split()
        host, _, path = url.removeprefix(b"http://").partition(b"/")
        length = int(rest.lower().split(b"content-length:")[1].split()[0])
        name, _, port = host.decode().partition(":")
        theirs, ours = await asyncio.open_connection(name, int(port))
        ours.write(b"%b /%b %b\r\nConnection: close\r\n" % (verb, path, version) + rest)
        ours.write(await reader.readexactly(length))
        answer = await theirs.read()
        ours.close()
        return answer

    async def ended(self) -> None:
        await asyncio.gather(*(task for task in self._tasks if task))


@asynccontextmanager
async def proxying() -> AsyncIterator[Proxy]:
    proxy = Proxy()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield proxy
        await proxy.ended()


async def asked(address: str, transport: AiohttpTransport) -> None:
    try:
        async with Session(address, transport=transport) as bx:
            await bx(Call("user.current"))
    finally:
        await transport.aclose()


def test_a_proxy_that_is_named() -> None:
    """Every request goes through it, with its password, which is not printed."""

    async def main() -> None:
        portal = Portal(cost=0.0)
        async with serve(portal) as address, proxying() as proxy:
            transport = AiohttpTransport(proxy=f"http://user:s3cret@{proxy.address}")
            assert "s3cret" not in repr(transport)
            await asked(address, transport)
        (head,) = proxy.requests
        assert head.startswith(f"POST {address}user.current HTTP/1.1".encode())
        assert b"Basic " + b64encode(b"user:s3cret") in head
        assert portal.executed("user.current") == 1

    asyncio.run(main())


@pytest.mark.parametrize("trust", [True, False])
def test_a_proxy_of_the_environment(
    trust: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Only where it is asked for."""

    async def main() -> None:
        portal = Portal(cost=0.0)
        async with serve(portal) as address, proxying() as proxy:
            monkeypatch.setenv("http_proxy", f"http://{proxy.address}")
            await asked(address, AiohttpTransport(trust_env=trust))
        assert len(proxy.requests) == trust
        assert portal.executed("user.current") == 1

    monkeypatch.setenv("NETRC", str(tmp_path / "none"))
    for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    asyncio.run(main())


def test_a_proxy_that_makes_no_tunnel() -> None:
    """Nothing was sent, the secret least of all: the proxy saw the name alone."""

    async def main() -> None:
        async with proxying() as proxy:
            transport = AiohttpTransport(proxy=f"http://user:s3cret@{proxy.address}")
            with pytest.raises(BitrixError) as caught:
                call = Call("user.current").within(0.5)
                async with Session(
                    "https://portal.example/rest/1/c0de/", transport=transport
                ) as bx:
                    await bx(call)
            await transport.aclose()
        assert isinstance(caught.value, NotSent)
        assert "s3cret" not in str(caught.value)
        assert proxy.requests[0].startswith(b"CONNECT portal.example:443 HTTP/1.1")
        assert b"c0de" not in b"".join(proxy.requests)

    asyncio.run(main())


def test_a_proxy_that_is_not_there() -> None:
    """Is a connection that was not made."""

    async def main() -> None:
        transport = AiohttpTransport(proxy="http://127.0.0.1:9")
        with pytest.raises(NotSent):
            async with Session(
                "https://portal.example/rest/1/c0de/", transport=transport
            ) as bx:
                await bx(Call("user.current").within(0.3))
        await transport.aclose()

    asyncio.run(main())

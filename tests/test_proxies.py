"""Through a proxy, on real sockets."""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from base64 import b64encode
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import pytest
import trustme
from attrs import define, field

from bitrix_async import AiohttpTransport, BitrixError, Call, NotSent, Session
from bitrix_async.testing import Portal
from bitrix_async.testing.http import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@define
class Proxy:
    """Passes requests for plain http on; makes tunnels to one port, or refuses them."""

    leads_to: int | None = None
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
            if head.startswith(b"CONNECT") and self.leads_to is not None:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                return await piped(reader, writer, self.leads_to)
            elif head.startswith(b"CONNECT"):
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            else:
                writer.write(await self._passed_on(head, reader))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
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


async def piped(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int
) -> None:
    """What comes goes to the port, and what it says comes back."""
    theirs, ours = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(poured(reader, ours), poured(theirs, writer))


async def poured(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):  # whoever has gone hears no more
        while part := await reader.read(1 << 16):
            writer.write(part)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def by_tls(port: int, certificate: trustme.LeafCert) -> AsyncIterator[int]:
    """A port at which what listens at the other is spoken to by TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    server = await asyncio.start_server(
        lambda reader, writer: piped(reader, writer, port),
        "127.0.0.1",
        ssl=context,
    )
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def proxying(leads_to: int | None = None) -> AsyncIterator[Proxy]:
    proxy = Proxy(leads_to)
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


# In a process of its own, which alone trusts the authority of the test.
TUNNELLED = """
import asyncio, sys
from bitrix_async import AiohttpTransport, BitrixError, Call, Session

async def main(proxy, seconds):
    transport = AiohttpTransport(proxy=proxy)
    address = "https://portal.example/rest/1/c0de/"
    async with Session(address, transport=transport) as bx:
        for n in range(3):
            try:
                print((await bx(Call("user.current").within(float(seconds))))["ID"])
            except BitrixError as error:
                print(repr(error))
    await transport.aclose()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "not trusted"])
def test_a_tunnel(trusted: bool, tmp_path: Path) -> None:
    """Through it the proxy carries what it cannot read, to whom it names alone."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    certificate = (authority if trusted else trustme.CA()).issue_cert("portal.example")

    async def main() -> tuple[str, list[bytes], Portal]:
        portal = Portal(cost=0.0, code="c0de")
        async with (
            serve(portal) as address,
            by_tls(int(address.split(":")[2].partition("/")[0]), certificate) as port,
            proxying(port) as proxy,
        ):
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                TUNNELLED,
                f"http://user:s3cret@{proxy.address}",
                "5" if trusted else "0.4",  # which then are waited for
                env={**os.environ, "SSL_CERT_FILE": str(tmp_path / "authority.pem")},
                stdout=asyncio.subprocess.PIPE,
            )
            said, _ = await asyncio.wait_for(child.communicate(), 30)
        return said.decode(), proxy.requests, portal

    said, requests, portal = asyncio.run(main())
    for head in requests:
        assert head.startswith(b"CONNECT portal.example:443 HTTP/1.1")
        assert b"Basic " + b64encode(b"user:s3cret") in head
        assert b"c0de" not in head
    if trusted:
        assert said.split() == ["1", "1", "1"]
        assert portal.executed("user.current") == 3
    else:
        assert said.count("NotSent(") == 3
        assert "certificate is not valid" in said
        assert portal.request_count == 0
    assert "c0de" not in said
    assert "s3cret" not in said

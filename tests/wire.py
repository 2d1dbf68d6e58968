"""Servers that do anything, on real sockets."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Reader: TypeAlias = asyncio.StreamReader
    Writer: TypeAlias = asyncio.StreamWriter
    Server: TypeAlias = Callable[[bytes, Writer], Awaitable[None]]


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[str]:
    """A server that reads a whole request and then does as it is told."""

    open_: dict[Writer, asyncio.Task[None] | None] = {}

    async def serve(reader: Reader, writer: Writer) -> None:
        open_[writer] = asyncio.current_task()
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().split(b"content-length:")[1].split()[0])
                body = await reader.readexactly(length)
                await server(head + body, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/rest/1/s3cret/m"
    finally:
        listening.close()
        for writer in open_:
            writer.transport.abort()
        await asyncio.gather(*(task for task in open_.values() if task))


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def saying(*parts: bytes, close: bool = False) -> Server:
    async def server(_: bytes, writer: Writer) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if close:
            writer.transport.abort() if not parts else writer.close()

    return server

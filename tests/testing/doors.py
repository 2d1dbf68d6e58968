"""Both doors of a portal, opened for a test in the same way."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import orjson

from bitrix_async._transport import AiohttpTransport, Answer, Post
from bitrix_async.testing import MemoryTransport, Portal
from bitrix_async.testing.http import serve
from bitrix_async.testing.memory import EPOCH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_async._transport import Transport

DOORS = ["memory", "http"]
HEADERS = {"Content-Type": "application/json"}


class Client:
    """Posts calls to a webhook."""

    def __init__(self, transport: Transport, webhook: str) -> None:
        self.transport = transport
        self.webhook = webhook

    async def post(
        self, method: str, params: Any = None, timeout: float = 100
    ) -> Answer:
        body = orjson.dumps(params or {})
        post = Post(self.webhook + method, body, timeout, HEADERS)
        return await self.transport.post(post)

    async def ask(self, method: str, params: Any = None) -> Any:
        return json.loads((await self.post(method, params)).body)


@asynccontextmanager
async def opened(
    door: str, portal: Portal, workers: int | None = None
) -> AsyncIterator[Client]:
    if door == "memory":
        memory = MemoryTransport(portal, round_trip=0, workers=workers)
        yield Client(memory, portal.webhook)
        return
    http = AiohttpTransport()
    try:
        async with serve(portal, workers=workers, epoch=EPOCH) as webhook:
            yield Client(http, webhook)
    finally:
        await http.aclose()


def now() -> float:
    return asyncio.get_running_loop().time()

"""The door of real sockets: an HTTP server on the loopback interface.

    async with serve(portal) as webhook:
        ...  # webhook is http://127.0.0.1:PORT/rest/1/<code>/

Work takes real time. To make ten minutes pass in six seconds scale the portal, not
the door: `Portal(scale=0.01)` keeps its limits, costs and reports in step with each
other, and with a client whose `Limits` are scaled alike.

Each request has a clock of its own, which begins when a worker takes it and moves by
exactly the work it does. The server sleeps after it, and leaves out what is too short
to sleep: 50 commands of 0.1 ms are charged 5 ms, and slept in one piece.

A connection cannot be refused by who has accepted it: that trouble is a reset here.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from aiohttp import web
from attrs import define, field

from bitrix_async._transport import Answer
from bitrix_async.testing._answers import page
from bitrix_async.testing._faults import NoAnswer
from bitrix_async.testing._requests import PortalRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_async.testing._serving import Work
    from bitrix_async.testing.portal import Portal

# Below the resolution of timers: such a sleep would last ten times as long.
_SHORTEST_SLEEP: Final = 0.001

# What is still worked on when the door closes has this long to end, in seconds.
_LAST_ORDERS: Final = 0.1

# SO_LINGER with no time to linger makes the system send RST instead of FIN.
_RESET: Final = struct.pack("ii", 1, 0)


@asynccontextmanager
async def serve(
    portal: Portal,
    *,
    port: int = 0,
    workers: int | None = None,
    epoch: float | None = None,
    round_trip: float = 0.0,
) -> AsyncIterator[str]:
    """Serves a portal; the value is the URL of its webhook.

    Raises, when it closes, what handlers of the portal raised that was no
    `PortalError`: the client has seen status 500.

    Args:
        portal: what to serve.
        port: where on 127.0.0.1; 0 takes a free one.
        workers: how many requests are worked on at once; the others queue.
        epoch: the portal's clock, in unix seconds, when the loop's time is 0; by
            default the portal's clock is the computer's.
        round_trip: seconds on the way, half before the portal and half after it.
    """
    loop_now = asyncio.get_running_loop().time()
    door = _Door(
        portal,
        time.time() - loop_now if epoch is None else epoch,
        asyncio.Semaphore(workers) if workers else None,
        round_trip / 2,
    )
    # The handler of a client that has gone works on, as PHP does.
    server = web.Server(door.answer, access_log=None, handler_cancellation=False)
    runner = web.ServerRunner(server, shutdown_timeout=_LAST_ORDERS)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{portal.webhook_path}"
    finally:
        door.closing.set()
        await runner.cleanup()
    if door.bugs:
        raise ExceptionGroup("handlers of the portal failed", door.bugs)


@define
class _Door:
    portal: Portal
    epoch: float
    workers: asyncio.Semaphore | None
    half: float = 0.0
    closing: asyncio.Event = field(factory=asyncio.Event)
    bugs: list[Exception] = field(factory=list)

    @property
    def now(self) -> float:
        return self.epoch + asyncio.get_running_loop().time()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        asked = PortalRequest(
            request.method,
            request.rel_url.raw_path,
            request.rel_url.raw_query_string,
            {name.lower(): value for name, value in request.headers.items()},
            # Not request.read(), which knows a largest size.
            await request.content.read(),
        )
        try:
            await asyncio.sleep(self.half)
            given = await self._worked(self.portal.run(asked, self.now))
            await asyncio.sleep(self.half)
        except NoAnswer as ended:
            return await self._no_answer(request, ended)
        except Exception as error:  # noqa: BLE001 # a bug of a handler: the test's
            self.bugs.append(error)
            given = page(500)
        return web.Response(status=given.status, headers=given.headers, body=given.body)

    async def _worked(self, work: Work[Answer]) -> Answer:
        """The work of one request, at the pace of real time."""
        step = _begun(work)
        if isinstance(step, Answer):
            return step
        if self.workers is None:
            return await self._at_pace(work)
        async with self.workers:
            return await self._at_pace(work)

    async def _at_pace(self, work: Work[Answer]) -> Answer:
        at = self.now
        while True:
            step = _stepped(work, at)
            if isinstance(step, Answer):
                return step
            at += step
            ahead = at - self.now
            if ahead >= _SHORTEST_SLEEP:
                await asyncio.sleep(ahead)

    async def _no_answer(
        self, request: web.BaseRequest, ended: NoAnswer
    ) -> web.StreamResponse:
        response = web.StreamResponse()
        if ended.how == "silence":
            await self.closing.wait()
        elif ended.how == "cut" and ended.part is not None:
            response = await _half(request, ended.part)
        else:
            _reset(request.transport)
        return response


def _begun(work: Work[Answer]) -> float | Answer:
    try:
        return next(work)
    except StopIteration as ended:
        return _answer_of(ended)


def _stepped(work: Work[Answer], now: float) -> float | Answer:
    try:
        return work.send(now)
    except StopIteration as ended:
        return _answer_of(ended)


def _answer_of(ended: StopIteration) -> Answer:
    given: Answer = ended.value
    return given


async def _half(request: web.BaseRequest, given: Answer) -> web.StreamResponse:
    """Promises the whole body, sends a half of it and closes."""
    response = web.StreamResponse(status=given.status, headers=given.headers)
    response.content_length = len(given.body)
    await response.prepare(request)
    await response.write(given.body[: len(given.body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def _reset(transport: asyncio.Transport | None) -> None:
    if transport is None:
        return
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()

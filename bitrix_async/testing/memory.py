"""The door without sockets: a `Transport` straight into a portal.

Nothing here waits for real time of its own: it sets timers of the running loop, so on
a `VirtualLoop` a day passes at once, in the same order every time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from attrs import define

from bitrix_async._transport import MAX_ANSWER
from bitrix_async.errors import BadAnswer, NotSent, Unanswered
from bitrix_async.testing._faults import NoAnswer
from bitrix_async.testing._requests import PortalRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_async._transport import Answer, Post
    from bitrix_async.testing._serving import Work
    from bitrix_async.testing.portal import Portal

# The portal's clock when the loop's reads 0: 2026-01-01, at the edge of a basket.
EPOCH: Final = 1_767_225_600.0


class MemoryTransport:
    """Takes requests to a portal and its answers back, in the loop's time.

    A request that the client gives up, by its timeout or by cancelling, is worked on
    to its end: the portal does not know.

    Args:
        portal: where the requests go, whatever the host in their URL.
        round_trip: seconds on the way, half before the portal and half after it.
        workers: how many requests the portal works on at once; the others queue.
        epoch: the portal's clock, in unix seconds, when the loop's time is 0.
        max_answer: bytes of an answer; a larger one is a `BadAnswer`.
    """

    def __init__(
        self,
        portal: Portal,
        *,
        round_trip: float = 0.1,
        workers: int | None = None,
        epoch: float = EPOCH,
        max_answer: int = MAX_ANSWER,
    ) -> None:
        self.portal = portal
        self.epoch = epoch
        self.max_answer = max_answer
        self.half = round_trip / 2
        self._free = workers
        self._queue: deque[_Visit] = deque()
        self._closed = False

    async def post(self, post: Post) -> Answer:
        """See `Transport.post`."""
        if self._closed:
            raise NotSent("the transport is closed")
        loop = asyncio.get_running_loop()
        visit = _Visit(self, loop, _request(post), loop.create_future())
        loop.call_later(self.half, visit.arrive)
        limit = loop.call_later(post.timeout, visit.give_up)
        try:
            return await visit.answered
        finally:
            limit.cancel()

    async def aclose(self) -> None:
        """Refuses what comes later; what is on its way is answered."""
        self._closed = True

    def take_worker(self, visit: _Visit) -> None:
        """Begins the work at once, or when a worker is free."""
        if self._free == 0:
            self._queue.append(visit)
            return
        if self._free is not None:
            self._free -= 1
        visit.begin()

    def worker_is_free(self) -> None:
        """The next request that waits for a worker begins."""
        if self._queue:
            self._queue.popleft().begin()
        elif self._free is not None:
            self._free += 1


def _request(post: Post) -> PortalRequest:
    url = urlsplit(post.url)
    headers = {name.lower(): value for name, value in post.headers.items()}
    headers.setdefault("host", url.netloc)
    return PortalRequest("POST", url.path, url.query, headers, post.body)


@define(eq=False)
class _Visit:
    """One request on its way; moved on by timers, so that no task can be left."""

    door: MemoryTransport
    loop: asyncio.AbstractEventLoop
    request: PortalRequest
    answered: asyncio.Future[Answer]
    _work: Work[Answer] | None = None
    _working: bool = False

    @property
    def now(self) -> float:
        return self.door.epoch + self.loop.time()

    def arrive(self) -> None:
        work = self._work = self.door.portal.run(self.request, self.now)
        if self._step(lambda: next(work)) is not None:
            self.door.take_worker(self)

    def begin(self) -> None:
        self._working = True
        self._go_on()

    def _go_on(self) -> None:
        work = self._work
        assert work is not None  # noqa: S101 # `arrive` has set it
        seconds = self._step(lambda: work.send(self.now))
        if seconds is not None:
            self.loop.call_later(seconds, self._go_on)

    def _step(self, step: Callable[[], float]) -> float | None:
        """The seconds until the next step; None where there is none."""
        try:
            return step()
        except StopIteration as ended:
            self._leave(self._answer, ended.value)
        except NoAnswer as ended:
            self._leave(self._no_answer, ended)
        except Exception as error:  # noqa: BLE001 # a bug of a handler: the test's
            self._leave(self._fail, error)
        return None

    def _leave(self, deliver: Callable[[Any], None], what: object) -> None:
        if self._working:
            self.door.worker_is_free()
        self.loop.call_later(self.door.half, deliver, what)

    def _answer(self, answer: Answer) -> None:
        if len(answer.body) > self.door.max_answer:
            self._fail(BadAnswer("the answer is larger than the cap"))
        elif not self.answered.done():
            self.answered.set_result(answer)

    def _fail(self, error: BaseException) -> None:
        if not self.answered.done():
            self.answered.set_exception(error)

    def _no_answer(self, ended: NoAnswer) -> None:
        if ended.how == "refused":
            self._fail(NotSent("the connection was refused"))
        elif ended.how != "silence":
            self._fail(Unanswered("the connection was lost"))

    def give_up(self) -> None:
        self._fail(Unanswered("the portal did not answer in time"))

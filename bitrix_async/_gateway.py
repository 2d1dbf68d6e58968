"""The way to one portal: under the name that it has now, as whom, and by what.

It takes the steps that `sansio` decides on: follows a portal that was renamed
(`moves`), and gets new tokens (`renewal`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from bitrix_async._stores import turn_of
from bitrix_async._transport import Post
from bitrix_async.errors import BadAnswer, BitrixError, NotSent
from bitrix_async.hooks import PortalRenamed, TokenRefreshed
from bitrix_async.sansio.moves import MOST_MOVES, new_origin
from bitrix_async.sansio.renewal import Ask, Keeper, Load, Pause, Save

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_async._stores import TokenStore
    from bitrix_async._transport import Answer, Transport
    from bitrix_async.hooks import Event
    from bitrix_async.sansio.renewal import Step, Steps

# Without it the portal reads the body as a query: protocol.md 1.3.
_JSON: Final = {"Content-Type": "application/json"}
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class Credentials(Protocol):
    """Where to send, and as whom."""

    @property
    def host(self) -> str:
        """The portal, by its name and port."""
        ...

    def address(self, method: str) -> str:
        """The address to post a call of the method to: a secret."""
        ...

    def headers(self) -> dict[str, str]:
        """What authorizes the request beside its address."""
        ...

    def at(self, origin: str) -> Self:
        """The same for a portal that has been renamed."""
        ...


class Gateway:
    """Sends to a portal; `report` tells the hooks."""

    def __init__(
        self,
        transport: Transport,
        credentials: Credentials,
        timeout: float,
        report: Callable[[Event], None],
        store: TokenStore | None = None,
    ) -> None:
        self._transport = transport
        self._credentials = credentials
        self._timeout = timeout
        self._report = report
        self._store = store

    @property
    def host(self) -> str:
        """The portal's name and port now; empty where only the store knows it."""
        return self._credentials.host

    # --- requests -------------------------------------------------------------------

    async def post(self, method: str, body: bytes) -> Answer:
        """Send a request, and again where the portal is under a new name.

        Raises what a transport does, and `BadAnswer` for a redirect that is not
        followed.
        """
        # A traceback may be printed with what variables hold; a Post does not print.
        post = self._addressed(method, body)
        del body
        for _ in range(MOST_MOVES + 1):
            answer = await self._transport.post(post)
            origin = new_origin(post.url, answer.status, answer.headers)
            if origin is None:
                return answer
            # Another request may have come back with the news before.
            if post.url == self._credentials.address(method):
                self._move(origin)
            post = self._addressed(method, post.body)
        raise BadAnswer(f"the portal was renamed more than {MOST_MOVES} times")

    def _addressed(self, method: str, body: bytes) -> Post:
        url = self._credentials.address(method)
        return Post(url, body, self._timeout, _JSON | self._credentials.headers())

    def _move(self, origin: str) -> None:
        before = self.host
        self._credentials = self._credentials.at(origin)
        self._report(PortalRenamed(before, self.host))

    # --- tokens ---------------------------------------------------------------------

    async def renew(self) -> Keeper:
        """Get the next pair of tokens, or the first; whose keeper says what came.

        Sessions that share a store renew one after the other.
        Raises `AuthFault` and `NotSent`.
        """
        keeper = self._credentials
        assert isinstance(keeper, Keeper)  # noqa: S101  # others are never asked to
        assert self._store is not None  # noqa: S101  # whoever has a keeper has one
        async with turn_of(self._store):
            await self._renew(keeper.renew())
        if keeper.asked:
            self._report(TokenRefreshed(keeper.host))
        return keeper

    async def _renew(self, steps: Steps) -> None:
        try:
            step = next(steps)
            while True:
                step = steps.send(await self._take(step))
        except StopIteration:
            pass
        finally:
            steps.close()

    async def _take(self, step: Step) -> Any:
        match step:
            case Ask():
                return await self._ask(step)
            case Pause():
                return await asyncio.sleep(step.seconds)
            case Load() | Save():
                return await self._open_store(step)

    async def _ask(self, ask: Ask) -> tuple[int, bytes] | BitrixError:
        try:
            answer = await self._transport.post(
                Post(ask.url, ask.form, self._timeout, _FORM)
            )
        except BitrixError as error:
            return error
        except Exception as failure:  # noqa: BLE001  # a transport that is not ours
            return NotSent(f"the transport failed ({type(failure).__name__})")
        return answer.status, answer.body

    async def _open_store(self, step: Load | Save) -> Any:
        store = self._store
        assert store is not None  # noqa: S101  # whoever has a keeper has a store
        try:
            if isinstance(step, Save):
                return await store.save(step.tokens)
            return await store.load()
        except Exception as failure:  # noqa: BLE001  # whatever a store may raise
            # Not `from` it: what a store raises may hold what it was to keep.
            name = type(failure).__name__
            raise NotSent(f"the store of the tokens failed ({name})") from None

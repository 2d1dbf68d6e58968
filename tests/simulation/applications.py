"""Sessions of an application: their tokens, and the store that keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field

from bitrix_async import MemoryStore, OAuth, Tokens
from bitrix_async.testing.memory import EPOCH

if TYPE_CHECKING:
    from random import Random

    from bitrix_async.testing import Portal

_APP, _SECRET = "app", "client-secret"


@define
class Store:
    """Keeps tokens, but fails now and then; `failures` counts how often."""

    random: Random
    often: float
    failures: int = 0
    _inner: MemoryStore = field(factory=MemoryStore)

    async def load(self) -> Tokens | None:
        self._fail()
        return await self._inner.load()

    async def save(self, tokens: Tokens) -> None:
        self._fail()
        await self._inner.save(tokens)

    def _fail(self) -> None:
        if self.random.random() < self.often:
            self.failures += 1
            raise OSError("the disk is full")


def installed(
    portal: Portal, random: Random, count: int
) -> tuple[list[str | OAuth], Store]:
    """The credentials of so many sessions, which share one pair of tokens and a store.

    The pair is good for an hour, or for minutes, so that it ends in the middle.
    """
    portal.oauth.lifetime = random.choice((3600.0, 3600.0, 100.0))
    pair = portal.oauth.install(_APP, _SECRET, now=EPOCH)
    tokens = Tokens(
        *pair, f"https://{portal.host}/rest/", expires=EPOCH + portal.oauth.lifetime
    )
    store = Store(random, random.choice((0.0, 0.0, 0.3)))
    return [OAuth(_APP, _SECRET, tokens, store=store) for _ in range(count)], store

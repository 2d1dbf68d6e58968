"""What a function gives, remembered for the arguments that come again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

K = TypeVar("K")
V = TypeVar("V")


class Memo(dict[K, V]):
    """`memo[key]` is `find(key)`, found once; `most` keys are remembered, then no more.

    `functools.lru_cache` forgets those that come no more, for twice the price of a
    look: this one is for names, of which there are as many as a program has.
    """

    def __init__(self, find: Callable[[K], V], most: int = 4096) -> None:
        super().__init__()
        self._find = find
        self._most = most

    def __missing__(self, key: K) -> V:
        value = self._find(key)
        if len(self) < self._most:
            self[key] = value
        return value

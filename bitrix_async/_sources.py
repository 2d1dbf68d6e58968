"""Where a job's calls come from: anything that can be iterated, a group at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import evolve

from bitrix_async._call import Call, check_calls
from bitrix_async.sansio.packs import Given

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Item: TypeAlias = "Call[Any] | tuple[str, Call[Any]]"
Calls: TypeAlias = "Iterable[Item] | AsyncIterable[Item]"

# Calls that are taken at once, or read ahead: some milliseconds of whoever makes them.
_AT_ONCE: Final = 1024


class Source:
    """Takes calls from an iterable; `key` gives each the caller's name of it."""

    def __init__(self, calls: Calls, key: Callable[[Call[Any]], str] | None) -> None:
        self._key = key
        self._ahead = _Ahead(calls) if isinstance(calls, AsyncIterable) else None
        self._iterator = iter(()) if isinstance(calls, AsyncIterable) else iter(calls)

    async def take(self, count: int, *, whole: bool = False) -> Given:
        """Up to that many, and none at the end.

        Fewer where more would have to be waited for, unless `whole`.
        """
        items = await self._some(count)
        while whole and self._ahead is not None and len(items) < count:
            more = await self._some(count - len(items))
            if not more:
                break
            items += more
        return self._given(items)

    async def _some(self, count: int) -> list[Any]:
        if self._ahead is None:
            return await self._taken(count)
        return await self._ahead.take(count)

    async def has_keys(self) -> bool:
        """Whether its calls have keys, as far as the next one tells; true of none."""
        if self._key is not None:
            return True
        items = await self._some(1)
        if self._ahead is not None:
            self._ahead.put_back(items)
        else:
            self._iterator = chain(items, self._iterator)
        return not items or not isinstance(items[0], Call)

    async def _taken(self, count: int) -> list[Any]:
        """So many of an iterable, or all; others have their turn meanwhile."""
        items: list[Any] = []
        for at in range(0, count, _AT_ONCE):
            if len(items) < at:
                break
            if at:
                await asyncio.sleep(0)
            items += islice(self._iterator, min(_AT_ONCE, count - at))
        return items

    def _given(self, items: list[Any]) -> Given:
        if self._key is None and _are_bare(items):
            return Given(items)
        pairs = [*map(self._keyed, items)]
        keys = [key for key, _ in pairs]
        has_keys = any(key is not None for key in keys)
        return Given([call for _, call in pairs], keys if has_keys else None)

    def _keyed(self, item: Item) -> tuple[str | None, Call[Any]]:
        key: str | None = None
        match item:
            case Call():
                call = item
                if self._key is not None:
                    key = _text(self._key(call))
            case (str(key), Call() as call):
                key = _text(key)
            case _:
                raise TypeError("a job is given calls, or pairs of a key and a call")
        check_calls(call)
        # A job waits for as long as it must.
        return key, call if call.seconds is None else evolve(call, seconds=None)

    async def aclose(self) -> None:
        """Nothing more is taken."""
        if self._ahead is not None:
            await self._ahead.aclose()


def _are_bare(items: list[Any]) -> bool:
    """Whether they are calls alone, which wait for as long as they must."""
    for item in items:  # as a comprehension it would take twice as long
        if type(item) is not Call or type(item.method) is not str:
            return False
        if item.seconds is not None:
            return False
    return True


def _text(key: object) -> str:
    """A key; what SQLite could not keep as text would be none the next time."""
    if not isinstance(key, str):
        raise TypeError(f"a key is text, not {type(key).__name__}")
    key.encode()  # raises `ValueError`
    return key


class _Ahead:
    """Reads an async iterable a little ahead, so that what is there is known."""

    def __init__(self, calls: AsyncIterable[Item]) -> None:
        self._calls = calls
        self._there: deque[Item] = deque()
        self._changed = asyncio.Event()
        self._reader: asyncio.Future[None] | None = None

    async def take(self, count: int) -> list[Item]:
        if self._reader is None:
            self._reader = asyncio.ensure_future(self._read())
            self._reader.add_done_callback(lambda _: self._changed.set())
        while not self._there and not self._reader.done():
            self._changed.clear()
            await self._changed.wait()
        taken = [self._there.popleft() for _ in range(min(count, len(self._there)))]
        self._changed.set()
        if not taken:
            await self._reader  # raises what the iterable has
        return taken

    def put_back(self, items: list[Any]) -> None:
        """They are taken next."""
        self._there.extendleft(reversed(items))

    async def _read(self) -> None:
        async for item in self._calls:
            self._there.append(item)
            self._changed.set()
            while len(self._there) >= _AT_ONCE:
                self._changed.clear()
                await self._changed.wait()

    async def aclose(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

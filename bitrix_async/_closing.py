"""Closing goes to its end, or callers would wait for ever."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import anyio

if TYPE_CHECKING:
    from collections.abc import Coroutine


async def to_its_end(closing: Coroutine[Any, Any, None]) -> None:
    """Await it; who is cancelled meanwhile hears of that when it has ended."""
    task = asyncio.ensure_future(closing)
    cancelled: asyncio.CancelledError | None = None
    with anyio.CancelScope(shield=True):  # which would cancel again at every turn
        while not task.done():
            try:
                await asyncio.wait({task})
            except asyncio.CancelledError as error:
                cancelled = error
    if cancelled is not None:
        raise cancelled
    task.result()

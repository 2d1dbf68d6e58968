"""One bucket of requests for all sessions of a process on the same portal.

The portal counts requests by its own name and the source address (protocol.md 4.1), so
two sessions that each kept to the limit would break it together. Sessions of one clock
share; loops with a clock of their own, as tests have, keep their buckets apart.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, TypeAlias
from weakref import WeakKeyDictionary, WeakValueDictionary

from bitrix_async.sansio.limits import LeakyBucket

if TYPE_CHECKING:
    import asyncio

    from bitrix_async.sansio.limits import Limits

_Key: TypeAlias = tuple[str, float, float, float]
_Buckets: TypeAlias = "WeakValueDictionary[_Key, LeakyBucket]"

# Loops of asyncio and uvloop tell the system's monotonic time, within a tick.
_SAME: Final = 1.0

_shared: _Buckets = WeakValueDictionary()
_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, _Buckets] = WeakKeyDictionary()


def bucket_for(
    loop: asyncio.AbstractEventLoop, host: str, limits: Limits
) -> LeakyBucket:
    """The bucket of the portal, made where there is none; it lives while it is used."""
    same_clock = abs(loop.time() - time.monotonic()) < _SAME
    buckets = (
        _shared if same_clock else _by_loop.setdefault(loop, WeakValueDictionary())
    )
    key = (host, *limits.requests)
    bucket = buckets.get(key)
    if bucket is None:
        bucket = buckets[key] = LeakyBucket(*limits.requests)
    return bucket

"""b24api: `iter_list_keyset`, which chooses its plan itself."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

from b24api import (
    Bitrix24,
    ExecutionPolicy,
    IdentityCoercion,
    IdentitySpec,
    ReplaySafety,
    Request,
    ResultSelector,
    RouteKind,
)
from walked import report

LIST = Request(
    "crm.item.list",
    {"entityTypeId": 2},
    replay_safety=ReplaySafety.SAFE,
    route=RouteKind.BARE,
)


async def walk(webhook: str, _: str) -> AsyncIterator[Any]:
    # Its own default stops at 100,000 ids and 900 s.
    policy = ExecutionPolicy(max_identity_keys=10_000_000, max_elapsed=3600.0)
    async with Bitrix24.from_webhook(webhook, policy=policy) as client:
        stream = client.iter_list_keyset(
            LIST,
            selector=ResultSelector(("items",)),
            identity=IdentitySpec(("id",), "id", "id", IdentityCoercion.EXACT_INTEGER),
        )
        async with stream:
            async for row in stream:
                yield row


if __name__ == "__main__":
    asyncio.run(report(walk(*sys.argv[1:])))

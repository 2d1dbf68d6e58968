"""fast-bitrix24: `get_all`, which asks for all offsets in batches, side by side."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

from fast_bitrix24 import BitrixAsync
from walked import report


async def walk(webhook: str, scale: str) -> AsyncIterator[Any]:
    client = BitrixAsync(webhook, verbose=False, requests_per_second=2 / float(scale))
    for row in await client.get_all("crm.item.list", {"entityTypeId": 2}):
        yield row


if __name__ == "__main__":
    asyncio.run(report(walk(*sys.argv[1:])))

"""b24pysdk: `as_list_fast`, chains of pages by id, one request after the other.

The SDK speaks https only; the portal on this machine has no certificate.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

from b24pysdk import BitrixWebhook, Client
from walked import report


def over_http() -> None:
    # A function of the same name hides the module.
    caller = sys.modules["b24pysdk.api.callers.call_method"]
    caller._MethodCaller._base_url = property(  # noqa: SLF001  # no setting for it
        lambda self: f"http://{self._domain}/rest"
    )


async def walk(webhook: str, _: str) -> AsyncIterator[Any]:
    over_http()
    url = urlsplit(webhook)
    token = url.path.removeprefix("/rest/").strip("/")
    client = Client(BitrixWebhook(domain=url.netloc, webhook_token=token))
    for row in client.crm.item.list(entity_type_id=2).as_list_fast().result:
        yield row


if __name__ == "__main__":
    asyncio.run(report(walk(*sys.argv[1:])))

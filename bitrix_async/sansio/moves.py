"""A portal that has been renamed, told from every other redirect.

protocol.md 6.2: the old name answers with a redirect to the same path at the new one. A
request may be repeated there, as it was not run. Anything else is not followed: body
and secret would go where nobody knows who reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bitrix_async.errors import BadAnswer
from bitrix_async.sansio.auth import is_loopback, split_address

if TYPE_CHECKING:
    from collections.abc import Mapping

# Documented is 302; 301 was seen, and the other two mean the same: protocol.md 10.
_STATUSES: Final = frozenset({301, 302, 307, 308})

# How often one request follows.
MOST_MOVES: Final = 2


def new_origin(url: str, status: int, headers: Mapping[str, str]) -> str | None:
    """Where the portal of a request to `url` is now; None where it did not move.

    The value is scheme, name and port. Raises `BadAnswer`, which names no more than
    the other host, for a redirect that is not a rename.
    """
    if not 300 <= status < 400:
        return None
    old, new = urlsplit(url), split_address(headers.get("location", ""))
    if new is None:
        raise BadAnswer(f"HTTP status {status} leads nowhere")
    is_rename = (
        status in _STATUSES
        and (new.path, new.query, new.fragment) == (old.path, old.query, "")
        and new.netloc.lower() != old.netloc.lower()
    )
    is_local = is_loopback(old.hostname or "") and is_loopback(new.hostname or "")
    if not is_rename or not (new.scheme == "https" or is_local):
        raise BadAnswer(
            f"HTTP status {status} leads to {new.scheme}://{new.hostname}, not to the "
            "portal under a new name: it is not followed"
        )
    return f"{new.scheme}://{new.netloc}"

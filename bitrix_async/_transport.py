"""The one seam for I/O: a `Transport` posts bytes and returns what came back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class Post:
    """One HTTP POST; what may hold a secret is not printed.

    `timeout` is for the whole request, in seconds.
    """

    url: str = field(repr=False)
    body: bytes = field(repr=False)
    timeout: float
    headers: Mapping[str, str] = field(factory=dict, repr=False)


@frozen
class Answer:
    """What came back, whatever its status. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Transport(Protocol):
    """Sends requests, many at a time; decides nothing.

    `post` raises `NotSent` where the request certainly did not reach the portal,
    `Unanswered` where it may have, and `BadAnswer` where what came back is too large.
    It follows no redirect and repeats nothing.
    """

    async def post(self, post: Post) -> Answer:
        """Send one request and return the whole answer."""
        ...

    async def aclose(self) -> None:
        """Close every connection."""
        ...

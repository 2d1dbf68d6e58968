"""The one seam for I/O: a `Transport` posts bytes and returns what came back.

aiohttp's own habits that must not happen here (measured.md A.3): following redirects,
which would carry body and token to another host; keeping cookies; inflating a small
answer without a bound; and exceptions that print the address, which is a secret.
"""

from __future__ import annotations

import asyncio
import ssl
import warnings
import zlib
from errno import errorcode
from typing import TYPE_CHECKING, Any, Final, Protocol
from weakref import finalize

import aiohttp
from attrs import define, field, frozen

from bitrix_async._numbers import Number
from bitrix_async._version import __version__
from bitrix_async.errors import BadAnswer, BitrixError, NotSent, Unanswered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.connector import Connection


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
    headers: Mapping[str, str] = field(repr=False)  # a redirect has the address
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


# What an ordinary bucket lets go at once is fifty requests: protocol.md 4.1.
CONNECTIONS: Final = 50

# An answer of 50 full list pages is below 1 MB: measured.md B.1.
MAX_ANSWER: Final = 64 * 2**20

# How long a connection may take to be made, TLS included; and how long an idle one is
# kept, which is below what servers keep: measured.md A.1, A.3.
_CONNECT: Final = 10.0
_KEEP_ALIVE: Final = 15.0

_HEADERS: Final = {
    "User-Agent": f"bitrix-async/{__version__}",
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
}

# What aiohttp raises, in the order to look it up, and what it means for a request.
FAILURES: Final[tuple[tuple[type[BaseException], type[BitrixError], str], ...]] = (
    (aiohttp.ClientConnectorCertificateError, NotSent, "the certificate is not valid"),
    (aiohttp.ClientConnectorDNSError, NotSent, "the portal's name is not known"),
    (aiohttp.ClientSSLError, NotSent, "no secure connection"),
    (aiohttp.ClientHttpProxyError, NotSent, "the proxy makes no connection"),
    (aiohttp.ClientConnectorError, NotSent, "no connection"),
    (aiohttp.ConnectionTimeoutError, NotSent, "no connection in time"),
    (aiohttp.InvalidURL, NotSent, "the address is not valid"),
    (aiohttp.ServerDisconnectedError, Unanswered, "the connection was closed"),
    (aiohttp.ClientPayloadError, Unanswered, "the answer was cut short"),
    (TimeoutError, Unanswered, "no answer in time"),
    (aiohttp.ClientOSError, Unanswered, "the connection broke"),
    (aiohttp.ClientError, Unanswered, "the answer was not HTTP"),
    (ssl.SSLError, Unanswered, "the secure connection broke"),
    (OSError, Unanswered, "the connection broke"),
    (UnicodeDecodeError, Unanswered, "the answer was not HTTP"),
    # The resolver is given a name that IDNA refuses: nothing has been sent.
    (UnicodeError, NotSent, "the address is not valid"),
)


@define(eq=False)
class AiohttpTransport:
    """Pooled keep-alive connections, on one event loop until it is closed.

    Args:
        connections: how many may be open at once.
        max_answer: bytes of an answer, as sent and as unpacked.
        proxy: the address of an HTTP proxy, which may hold a user and a password. To a
            portal with https it carries what it cannot read.
        trust_env: whether to take proxies from `HTTPS_PROXY` and `NO_PROXY`, and their
            passwords from `~/.netrc`, as aiohttp does.
    """

    connections: int = field(
        default=CONNECTIONS, validator=Number("connections", least=1, whole=True)
    )
    max_answer: int = field(
        default=MAX_ANSWER, validator=Number("bytes", least=1, whole=True)
    )
    proxy: str | None = field(default=None, repr=False, kw_only=True)
    trust_env: bool = field(default=False, kw_only=True)
    # Whether it says that nobody has closed it; a session says that of its own.
    warns: bool = field(default=True, init=False, repr=False)
    _client: aiohttp.ClientSession | None = field(default=None, init=False, repr=False)
    _loop: asyncio.AbstractEventLoop | None = field(
        default=None, init=False, repr=False
    )
    _abandoned: finalize[..., Any] | None = field(default=None, init=False, repr=False)

    @proxy.validator
    def _check_proxy(self, _: object, proxy: Any) -> None:
        if not isinstance(proxy, str | None):
            raise TypeError(f"proxy is an address, not {type(proxy).__name__}")
        # Not what it is: it may hold a password.
        if proxy is not None and not proxy.startswith(("http://", "https://")):
            raise ValueError("proxy is an address that begins with http:// or https://")

    @trust_env.validator
    def _check_trust_env(self, _: object, trust_env: Any) -> None:
        if not isinstance(trust_env, bool):  # the text "no" would be a yes
            kind = type(trust_env).__name__
            raise TypeError(f"trust_env is True or False, not {kind}")

    async def post(self, post: Post) -> Answer:
        """Send one request; see `Transport`."""
        try:
            return await self._post(post)
        except (aiohttp.ClientError, BitrixError, OSError, UnicodeError) as error:
            failure = _failure(error)
        # Not in the handler: aiohttp's error and its frames would be its context, and
        # they hold the address.
        raise failure

    async def aclose(self) -> None:
        """Close every connection."""
        client, self._client = self._client, None
        if client is not None and self._abandoned is not None:
            self._abandoned.detach()
            await client.close()
            # aiohttp closes TLS connections behind the next turn of the loop.
            await asyncio.sleep(0)

    async def _post(self, post: Post) -> Answer:
        async with self._open().post(
            post.url,
            data=post.body,
            headers=post.headers,
            timeout=aiohttp.ClientTimeout(post.timeout, sock_connect=_CONNECT),
            allow_redirects=False,
        ) as response:
            body = await self._read(response)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, headers, body)

    def _open(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._client is not None and self._loop is not loop:
            raise NotSent("a transport belongs to the event loop that it is open on")
        if self._client is None:
            self._client = aiohttp.ClientSession(
                connector=_Connector(
                    limit=self.connections, keepalive_timeout=_KEEP_ALIVE
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=_HEADERS,
                auto_decompress=False,
                proxy=self.proxy,
                trust_env=self.trust_env,
            )
            self._loop = loop
            self._abandoned = finalize(
                self, _abandon, self._client, loop, warns=self.warns
            )
        return self._client

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        encoding = response.headers.get("Content-Encoding", "")
        unpack = _Unpacker(encoding, self.max_answer)
        async for chunk in response.content.iter_any():
            unpack.feed(chunk)
        return unpack.body()


@define(eq=False)
class OwnTransport(AiohttpTransport):
    """That of a session, which says itself that nobody has closed it."""

    warns: bool = field(default=False, init=False, repr=False)

    def abandon(self) -> None:
        """Close what nobody will close, without waiting; it opens again for a request.

        A session does not leave it to the collector, which may come when the loop is
        closed: its connections would be reported one by one.
        """
        self._client = None
        if self._abandoned is not None:
            self._abandoned()


def _abandon(
    client: aiohttp.ClientSession, loop: asyncio.AbstractEventLoop, *, warns: bool
) -> None:
    """Close what nobody will close, with one warning in place of aiohttp's two."""
    connector = client.connector
    client.detach()
    if connector is not None and not loop.is_closed():
        loop.call_soon_threadsafe(_drop, connector)
    if warns:
        text = "unclosed AiohttpTransport: await its `aclose()`"
        warnings.warn(text, ResourceWarning, stacklevel=2)


def _drop(connector: aiohttp.BaseConnector) -> None:
    closing = connector.close().__await__()
    next(iter(closing), None)
    closing.close()


class _Connector(aiohttp.TCPConnector):
    """Gives no connection on which something came that nobody had asked for.

    aiohttp would take it for the answer to the next request, and that request's answer
    for the one behind it.
    """

    async def connect(self, *asked: Any, **options: Any) -> Connection:
        for _ in range(self.limit + 1):  # the last of them is a new one
            connection = await super().connect(*asked, **options)
            if connection.protocol is None or not connection.protocol.should_close:
                return connection
            connection.close()
        raise NotSent("the server speaks before it is asked")

    def __del__(self, _: object = None) -> None:
        """Nothing: `_abandon` has said it."""


def _failure(error: BaseException) -> BitrixError:
    if isinstance(error, BitrixError):
        return error.bare()
    for kind, meaning, text in FAILURES:
        if isinstance(error, kind):
            return meaning(f"{text} ({_cause(error)})")
    return Unanswered(f"the request failed ({type(error).__name__})")


def _cause(error: BaseException) -> str:
    """What may be said of it: its own text may hold an address."""
    name, number = type(error).__name__, getattr(error, "errno", None)
    return f"{name}, {errorcode.get(number, f'errno {number}')}" if number else name


# Of what gzip and deflate begin with: 32 + 15 lets zlib look at the header itself.
_EITHER_HEADER: Final = 47


class _Unpacker:
    """Collects an answer and unpacks it, never beyond a bound."""

    def __init__(self, encoding: str, most: int) -> None:
        packed = encoding.lower() in {"gzip", "deflate", "x-gzip"}
        self._zlib = zlib.decompressobj(_EITHER_HEADER) if packed else None
        self._parts: list[bytes] = []
        self._left = most

    def feed(self, chunk: bytes) -> None:
        if self._zlib is None:
            self._keep(chunk)
            return
        try:
            # One byte more than is left shows that there is too much.
            self._keep(self._zlib.decompress(chunk, self._left + 1))
        except zlib.error:
            raise BadAnswer("the answer's compression is broken") from None

    def body(self) -> bytes:
        if self._zlib is not None and self._parts and not self._zlib.eof:
            raise Unanswered("the answer was cut short")
        return b"".join(self._parts)

    def _keep(self, part: bytes) -> None:
        self._left -= len(part)
        if self._left < 0:
            raise BadAnswer("the answer is larger than the cap")
        self._parts.append(part)

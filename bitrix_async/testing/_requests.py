"""An HTTP request as it reaches the portal, and what PHP reads from it."""

from __future__ import annotations

import re
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import quote_plus

import orjson
from attrs import field, frozen

from bitrix_async.testing._php import arrays, entries, intval, parse_str

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message

_V2: Final = re.compile(r"/rest/(?:(\d+)/([^/]+)/)?([^/]*)/?\Z")
_V3: Final = re.compile(r"/rest/api/(?:(\d+)/([^/]+)/)?([^/]+)/?\Z")

# protocol.md 1.1: stripped in v2 only, by the last dot.
_SUFFIX: Final = re.compile(r"\.(?:json|xml)\Z")

# protocol.md 1.6: they never reach a method.
RESERVED: Final = frozenset({
    "access_token", "ap", "aplogin", "auth", "auth_connector", "method", "sessid",
    "start", "state", "token",
})  # fmt: skip

# PHP's json_decode as the server calls it (protocol.md 1.3).
_JSON_DEPTH: Final = 512


@frozen
class PortalRequest:
    """One HTTP request; names of headers are in lower case.

    Args:
        verb: `GET` or `POST`.
        path: the path of the URL, without the query.
        query: the raw query string.
        headers: in lower case; `host` is what a renamed portal looks at.
        body: the raw body.
    """

    verb: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """What its body is said to be, in lower case; empty where nothing is said."""
        return self.headers.get("content-type", "").lower()


@frozen
class Route:
    """Where a path leads: a method, called by a webhook or by an application."""

    version: Literal[2, 3]
    method: str
    user: int | None
    code: str | None


def is_loopback(host: str) -> bool:
    """Whether a host, with its port, is this machine's own."""
    return host.partition(":")[0] in {"127.0.0.1", "localhost"}


def find_route(path: str) -> Route | None:
    v3 = _V3.match(path)
    if v3:
        return _route(3, v3, v3[3])
    v2 = _V2.match(path)
    return _route(2, v2, _SUFFIX.sub("", v2[3])) if v2 else None


def _route(version: Literal[2, 3], found: re.Match[str], method: str) -> Route:
    return Route(version, method, int(found[1]) if found[1] else None, found[2])


def read_params(request: PortalRequest) -> Any:
    """Query and body together; the body wins (protocol.md 1.3)."""
    query = read_query(request)
    body = _body(request) if request.verb == "POST" else []
    if not query:
        return body
    return arrays({**_keyed(query), **_keyed(body)})


def read_query(request: PortalRequest) -> Any:
    return arrays(parse_str(request.query)) if request.query else []


def _keyed(array: Any) -> dict[Any, Any]:
    return array if isinstance(array, dict) else dict(enumerate(array))


def is_json(request: PortalRequest) -> bool:
    return "application/json" in request.content_type or "+json" in request.content_type


def _body(request: PortalRequest) -> Any:
    if is_json(request):
        value = read_json(request.body)
        return value if isinstance(value, dict | list) else []
    if request.content_type.startswith("multipart/form-data"):
        return arrays(parse_str(_multipart(request)))
    return arrays(parse_str(request.body.decode("utf-8", "surrogateescape")))


def read_json(body: bytes) -> Any:
    """As json_decode reads it; None where it is malformed, which v2 never says."""
    try:
        value = orjson.loads(body)
        # So many levels take so many brackets: few bodies need the longer look.
        if body.count(b"[") + body.count(b"{") >= _JSON_DEPTH and _too_deep(value):
            return None
        return arrays(value)
    except (ValueError, RecursionError):
        return None


def _too_deep(value: Any) -> bool:
    """PHP counts what is in the innermost array as a level, even nothing."""
    level = [value]
    for _ in range(_JSON_DEPTH - 1):
        level = [part for array in level for _, part in entries(array)]
    return any(isinstance(part, dict | list) for part in level)


def _multipart(request: PortalRequest) -> str:
    """The fields of a form, written as the query string that PHP reads alike."""
    # The boundary is a matter of case: not from `content_type`.
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    form = BytesParser(policy=HTTP).parsebytes(head + request.body)
    return "&".join(
        f"{quote_plus(str(part.get_param('name', '', 'content-disposition')))}="
        f"{quote_plus(_payload(part))}"
        for part in form.iter_parts()
        if part.get_filename() is None
    )


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def without_reserved(params: Any) -> tuple[Any, int | None]:
    """What is left for the method, and `start` (protocol.md 1.6)."""
    if not isinstance(params, dict) or RESERVED.isdisjoint(params):
        return params, None
    start = intval(params["start"]) if "start" in params else None
    rest = {key: part for key, part in params.items() if key not in RESERVED}
    return arrays(rest), start

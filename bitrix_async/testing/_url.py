"""PHP's `parse_url`, of which a batch uses the path and the query.

It is no parser of URLs by any standard: `m:80?x=1` is the scheme `m` with the path
`80`, and a raw `#` ends everything. Held against the real thing by
tests/testing/test_php_oracle.py. Source: php-src 8.2 ext/standard/url.c
(php_url_parse_ex2).
"""

from __future__ import annotations

import re
from typing import Final

from attrs import frozen

_SCHEME: Final = re.compile(r"[A-Za-z0-9+.\-]+\Z")
_PORT: Final = re.compile(r"[0-9]{1,5}(?=/|\Z)")
_SHORT_NUMBER: Final = re.compile(r"[0-9]{0,5}(?=/|\Z)")
_STRTOL: Final = re.compile(r"[ \t\n\r\v\f]*([+-]?[0-9]+)")
_CONTROL: Final = dict.fromkeys((*range(32), 127), "_")
_PORT_MAX: Final = 65535


@frozen
class Url:
    """What a batch takes of a URL; None where a part is not there."""

    path: str | None = None
    query: str | None = None


def parse_url(text: str) -> Url | None:
    """The parts as PHP 8.2 finds them; None where PHP gives false."""
    colon = text.find(":")
    if colon > 0:
        return _after_scheme(text, colon)
    if colon == 0:
        return _port(text, colon)
    if text.startswith("//"):
        return _authority(text[2:], has_port=False)
    return _just_path(text)


def _after_scheme(text: str, colon: int) -> Url | None:
    if not _SCHEME.match(text[:colon]):
        return _no_scheme(text, colon)
    rest = text[colon + 1 :]
    if not rest:
        return Url()
    if not rest.startswith("/"):
        return _port(text, colon) if _SHORT_NUMBER.match(rest) else _just_path(rest)
    if not rest.startswith("//"):
        return _just_path(rest)
    return _after_slashes(text[:colon], rest[2:])


def _no_scheme(text: str, colon: int) -> Url | None:
    before_query = colon < min(
        place for place in (text.find("?"), text.find("#"), len(text)) if place >= 0
    )
    if colon + 1 < len(text) and before_query:
        return _port(text, colon)
    if text.startswith("//"):
        return _authority(text[2:], has_port=False)
    return _just_path(text)


def _after_slashes(scheme: str, rest: str) -> Url | None:
    if scheme.lower() == "file" and rest.startswith("/"):
        # file:///c:/dir/file.txt loses the slash before its drive.
        return _just_path(rest[1:] if rest[2:3] == ":" else rest)
    return _authority(rest, has_port=False)


def _port(text: str, colon: int) -> Url | None:
    """A colon that may stand before a port, as in `host:80/path`."""
    rest = text[colon + 1 :]
    relative = text.startswith("//")
    number = _PORT.match(rest)
    if number:
        if int(number[0]) > _PORT_MAX:
            return None
        # PHP takes port 0 for none, and then looks for one again.
        has_port = int(number[0]) != 0
        return _authority(text[2:] if relative else text, has_port=has_port)
    if not rest:
        return None
    return _authority(text[2:], has_port=False) if relative else _just_path(text)


def _authority(text: str, *, has_port: bool) -> Url | None:
    end = min(place for place in (*map(text.find, "/?#"), len(text)) if place >= 0)
    host = text[:end].rpartition("@")[2]
    if not (host.startswith("[") and text[end - 1 : end] == "]"):
        name, colon, port = host.rpartition(":")
        if colon:
            if not has_port and not _is_port(port):
                return None
            host = name
    if not host:
        return None
    return _just_path(text[end:]) if end < len(text) else Url()


def _is_port(text: str) -> bool:
    if not text:
        return True
    number = _STRTOL.match(text)
    return len(text.encode("utf-8", "surrogateescape")) <= len("65535") and bool(
        number and 0 <= int(number[1]) <= _PORT_MAX
    )


def _just_path(text: str) -> Url:
    path, mark, query = text.partition("#")[0].partition("?")
    return Url(
        # An empty path is kept only where there is nothing else either.
        path.translate(_CONTROL) if path or not text else None,
        query.translate(_CONTROL) if mark else None,
    )

"""How a batch reads one command: `method?query`, with placeholders (protocol.md 2.4).

`parse_url`, then `parse_str`, then the placeholders of 2.5: text that looks like
`$result[a][ID]` is replaced even where it was percent-encoded, there is no escape,
and what follows it up to the next white space is swallowed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._php import arrays, float_text, parse_str, php_key
from bitrix_async.testing._url import parse_url

if TYPE_CHECKING:
    from collections.abc import Mapping

# What needs none of parse_url's rules: no colon, no fragment, no leading slash.
_SIMPLE: Final = re.compile(r"([A-Za-z0-9_.]+)(?:\?([^:#\x00-\x1f\x7f]*))?\Z")

# protocol.md 2.5; white space as PCRE's \s sees it without the u flag.
_PLACEHOLDER: Final = re.compile(
    r"\$(result|next|total|time|error)([^ \t\n\v\f\r]*)", re.IGNORECASE
)
_PART: Final = re.compile(r"\[([^\[\]]+)\]")
_OFFSET: Final = re.compile(r"[+-]?[0-9]+\Z")


def parse_command(command: str) -> tuple[str, Any]:
    """The method's name and the parameters that the server reads from a command."""
    simple = _SIMPLE.match(command)
    if simple:
        return simple[1], arrays(parse_str(simple[2] or ""))
    url = parse_url(command)
    if url is None:
        return "", []
    return url.path or "", arrays(parse_str(url.query or ""))


def expand(value: Any, collections: Mapping[str, Any]) -> Any:
    """The value with its placeholders replaced, keys left alone.

    `collections` holds what `result`, `next`, `total`, `time` and `error` stand for.
    """
    if isinstance(value, str):
        return _expand_text(value, collections) if "$" in value else value
    if isinstance(value, dict):
        return {key: expand(part, collections) for key, part in value.items()}
    if isinstance(value, list):
        return [expand(part, collections) for part in value]
    return value


def _expand_text(text: str, collections: Mapping[str, Any]) -> Any:
    whole = _PLACEHOLDER.fullmatch(text)
    if whole:
        return _replacement(whole, collections)
    return _PLACEHOLDER.sub(lambda found: _inserted(found, collections), text)


def _replacement(found: re.Match[str], collections: Mapping[str, Any]) -> Any:
    parts = _PART.findall(found[2])
    if not parts:
        return found[0]
    whole = value = collections.get(found[1])
    for part in parts:
        below = _step(value, part)
        if below is None:
            break
        value = below
    # PHP copies arrays: a result made of this one must not end up inside itself.
    return dict(whole) if value is whole and isinstance(whole, dict) else value


def _inserted(found: re.Match[str], collections: Mapping[str, Any]) -> str:
    """Only strings and numbers go into longer text; anything else stays as it is."""
    value = _replacement(found, collections)
    if isinstance(value, float):
        return float_text(value)
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    return found[0]


def _step(value: Any, part: str) -> Any:
    """One `[part]`; None where nothing is there, or null."""
    if isinstance(value, dict):
        return value.get(part, value.get(php_key(part)))
    if isinstance(value, list):
        key = php_key(part)
        return value[key] if isinstance(key, int) and 0 <= key < len(value) else None
    if isinstance(value, str) and _OFFSET.match(part):
        return _byte(value, int(part))
    return None


def _byte(text: str, offset: int) -> str | None:
    raw = text.encode("utf-8", "surrogateescape")
    if not -len(raw) <= offset < len(raw):
        return None
    return raw[offset : offset + 1 or None].decode("utf-8", "surrogateescape")

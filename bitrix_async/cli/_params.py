"""Parameters of a call as they are typed: `KEY=VALUE` is text, `KEY:=JSON` is JSON.

Keys are nested as PHP has them, so that they look as in the documentation:

    fields[TITLE]=Home  filter[>=ID]=351  select[]=ID  select[]=TITLE  start:=50
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

_Node: TypeAlias = dict[str, Any] | list[Any]

_TYPED: Final = re.compile(r"([^\[\]=:]+)((?:\[[^\[\]]*\])*)(:?=)(.*)", re.DOTALL)
_KEY: Final = re.compile(r"\[([^\[\]]*)\]")


def parse(typed: Iterable[str], text: str | None) -> dict[str, Any]:
    """The parameters; raises `UsageError` that names what cannot be read."""
    params = _object(text) if text is not None else {}
    for one in typed:
        _add(params, one)
    return params


def _object(text: str) -> dict[str, Any]:
    value = _json(text, "--json")
    if not isinstance(value, dict):
        raise click.UsageError("--json: the parameters are a JSON object: {...}")
    return value


def _add(params: dict[str, Any], typed: str) -> None:
    match = _TYPED.fullmatch(typed)
    if match is None:
        raise click.UsageError(f"{typed!a}: it is neither KEY=VALUE nor KEY:=JSON")
    name, keys, sign, text = match.groups()
    value = text if sign == "=" else _json(text, f"{name}{keys}")
    try:
        _put(params, [name, *_KEY.findall(keys)], value)
    except _Twice:
        raise click.UsageError(f"{name}{keys}: it is given twice") from None


class _Twice(Exception):
    """A key has a value already, or one that cannot hold another."""


def _put(node: _Node, keys: list[str], value: Any) -> None:
    key, *rest = keys
    if isinstance(node, list) == bool(key):
        raise _Twice
    if isinstance(node, list):
        node.append(_nested(rest, value))
    elif not rest or key not in node:
        if key in node:
            raise _Twice
        node[key] = _nested(rest, value)
    elif isinstance(node[key], dict | list):
        _put(node[key], rest, value)
    else:
        raise _Twice


def _nested(keys: list[str], value: Any) -> Any:
    """The value under keys that are all new."""
    for key in reversed(keys):
        value = {key: value} if key else [value]
    return value


def _json(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "nested too deep"
        raise click.UsageError(f"{place}: not JSON: {reason}") from None

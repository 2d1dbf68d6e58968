"""Parameters as a batch command, and whether they would survive the journey.

A batch carries each of its calls as text, `method?query`, which PHP reads with
`parse_url` and `parse_str` (protocol.md 2.4), and in which the server then expands
its placeholders (2.5). The rule of this file: **a call travels in a batch only if the
server would read from the text what it would have read from JSON, up to scalars
being strings.** Where it would not, the call goes alone, as JSON; where it cannot be
JSON either, it is an `EncodeError` that names the place.

What is lost in a batch, and therefore goes alone:

* null, and an empty list or map: a query has no form for them;
* names that PHP rewrites or splits: `a.b`, `a b`, `a[b`, a name that is empty;
* text that the server would expand, `$result[`: there is no escape (2.5);
* more variables than `max_input_vars` surely allows, or nested deeper than 64: PHP
  drops them in silence;
* floats that PHP prints otherwise than they are;
* a bool or a number where a method minds: `typed`;
* what is large: files in base64.

The walk is in two gears. The quick one knows text, ints, bools, floats, lists and
maps of these, and gives up at anything else. Only then the slow one makes the values
plain, or finds out where they cannot be sent.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from bitrix_async._call import Ref
from bitrix_async._masks import shown
from bitrix_async.errors import EncodeError
from bitrix_async.sansio import typed
from bitrix_async.sansio.memo import Memo
from bitrix_async.sansio.plain import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitrix_async._call import Call

# `max_input_vars` of PHP, which nobody has established for the cloud: 2.4.
MAX_LEAVES: Final = 1000
# `max_input_nesting_level` of PHP: 2.4.
MAX_NESTING: Final = 64
# Ours: fifty commands of this size make a request of 5 MB, below any server's limit.
MAX_COMMAND: Final = 100_000

# Methods that refuse to be batched (2.3), that would set the landing scope of the
# commands behind them by other means than the parameter `scope` (9.1, 9.3), or whose
# splitter is that of the first such call in the batch (the portal's source).
ALONE: Final = frozenset(
    {
        "batch",
        "download",
        "upload",
        "landing.site.setscope",
        "landing.site.fullexport",
        "landing.repo.checkcontent",
    }
)

# Old methods that read their parameters by position: reference/README.md section 4.
POSITIONAL: Final = (
    "task.checklistitem.",
    "task.comment.",
    "task.commentitem.",
    "task.elapseditem.",
    "task.item.",
    "task.items.",
    "task.logitem.",
)

# Top-level names that never reach a method (1.6), with what to say of each.
RESERVED: Final[Mapping[str, str]] = {
    "token": "the portal would take the call for a signed link and refuse it",
    **dict.fromkeys(
        ("auth", "access_token", "sessid", "ap", "aplogin"),
        "credentials are the session's, and are not given with a call",
    ),
    **dict.fromkeys(("state", "method"), "the portal keeps this name for itself"),
}

_RESERVED: Final = frozenset(RESERVED)

# Of PHP's integers, of 64 bits.
_LEAST: Final = -(2**63)
_LARGEST: Final = 2**63 - 1
# Python compares ints below it more quickly: most are.
_QUICK: Final = 2**30

NO_NAMES: Final[Mapping[int, str]] = {}

_METHOD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*")
_EXPANDED: Final = re.compile(r"\$(?:result|next|total|time|error)", re.IGNORECASE)
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]*")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_.~-]+")
_STEP: Final = re.compile(r"[^\s\[\]]+")


class Encoded(NamedTuple):
    """How a call is sent.

    `method` is what the portal knows its method by. `command` is its text inside a
    batch, or None where it must go alone, and then `why` tells the reason. `params`
    are its parameters as plain JSON. `scope` is its landing scope: `scope_of`.
    """

    method: str
    command: str | None
    params: Mapping[str, Any]
    scope: str | None
    why: str

    def __repr__(self) -> str:
        how = f"alone: {self.why}" if self.command is None else "in a batch"
        return f"<{self.method}, {how}>"


# The same, for those who take it apart at once: to make an `Encoded` costs five times
# what a tuple does.
Parts: TypeAlias = "tuple[str, str | None, Mapping[str, Any], str | None, str]"

# What the quick walk says of a value that it does not know: no reason to go alone.
_ODD: Final = ""


class _Alone(Exception):
    """The quick walk met what a batch cannot carry, or what it does not know."""


def encode(call: Call[Any], names: Mapping[int, str] = NO_NAMES) -> Encoded:
    """How a call is to be sent; raises `EncodeError` where it cannot be.

    `names` gives the keys of the calls before it in the same request, by identity:
    references to these are written as placeholders.
    """
    return Encoded(*parts_of(call, names))


def parts_of(call: Call[Any], names: Mapping[int, str] = NO_NAMES) -> Parts:
    """What `encode` gives, as its parts."""
    params = call.params
    method, why, minds, has_scope = _KNOWN[call.method]
    scope = scope_of(call) if has_scope else None
    try:
        if not call.in_batch:
            why = "asked to be direct"
        elif minds and not why:
            why = typed.why_typed(method, params)
        if not method:
            _refuse_name(call.method)
        if not why:
            try:
                command = _command(call.method, params, names)
            except _Alone as alone:
                why = str(alone)
            else:
                return method, command, params, scope, ""
        if not _RESERVED.isdisjoint(params):
            _refuse_reserved(params)
        return _slowly(call, names, scope, why)
    except EncodeError as error:
        raise error.of(call) from None


def _known(method: str) -> tuple[str, str, bool, bool]:
    """What the name of a method tells.

    Its key; why its calls always go alone, empty where they need not; whether it minds
    that values are text; whether it has a landing scope.
    """
    key = key_of(method)
    has_scope = method[:8].lower() == "landing."
    return key, _why_always(key), key in typed.METHODS, has_scope


_KNOWN: Final[Memo[str, tuple[str, str, bool, bool]]] = Memo(_known)


@lru_cache(4096)
def key_of(method: str) -> str:
    """The name that the portal knows a method by (1.2), empty if it is no name."""
    if not _METHOD.fullmatch(method):
        return ""
    return "" if method.endswith((".json", ".xml")) else method.lower()


def scope_of(call: Call[Any]) -> str | None:
    """The landing scope of a call, None where the method has none.

    A batch is of calls of one scope: the portal keeps it on (protocol.md 9.1).
    """
    *_, has_scope = _KNOWN[call.method]
    if not has_scope:
        return None
    scope = call.params.get("scope", "")
    return repr(scope) if isinstance(scope, Ref) else str(scope)


def _refuse_name(method: str) -> None:
    raise EncodeError(
        f"{shown(method)} is not the name of a method: give it as documented, such as "
        "'user.current', without parameters, path or .json"
    )


def _refuse_reserved(params: Mapping[str, Any]) -> None:
    for name in RESERVED.keys() & params.keys():
        raise EncodeError(f"parameter {name!r} cannot be sent: {RESERVED[name]}")


def _why_always(method: str) -> str:
    """Why calls of a method always go alone, empty where they need not."""
    if method in ALONE:
        return "its method is not allowed in a batch"
    if method.startswith(POSITIONAL):
        return "its method reads parameters by position"
    return ""


# --- the quick walk ---------------------------------------------------------------


def _command(method: str, params: Mapping[str, Any], names: Mapping[int, str]) -> str:
    if not params:
        return method
    parts: list[str] = []
    for name, value in params.items():
        kind = type(value)
        if kind is int and 0 <= value < _QUICK:
            parts.append(f"{_TOP[name]}{value}")
        elif (write := _WRITERS.get(kind)) is not None:
            parts.append(_TOP[name] + write(value))
        else:
            _walk(parts, _TOP[name][:-1], value, names, 1)
    command = method + "?" + "&".join(parts)
    if len(command) > MAX_LEAVES:  # each is longer than one character
        _refuse_large(parts, command)
    return command


def _refuse_large(parts: list[str], command: str) -> None:
    if len(parts) > MAX_LEAVES:
        raise _Alone("it has more variables than PHP surely reads")
    if len(command) > MAX_COMMAND:
        raise _Alone("it is large")


def _walk(
    parts: list[str], prefix: str, value: Any, names: Mapping[int, str], depth: int
) -> None:
    if depth >= MAX_NESTING:
        raise _Alone("it is nested deeper than PHP reads")
    for step, part in _steps(value, names):
        write = _WRITERS.get(type(part))
        if write is not None:
            parts.append(f"{prefix}{step}={write(part)}")
        else:
            _walk(parts, prefix + step, part, names, depth + 1)


def _steps(value: Any, names: Mapping[int, str]) -> list[tuple[str, Any]]:
    kind = type(value)
    if kind is dict and value:
        return [(_INNER[name], part) for name, part in value.items()]
    if kind is list and value:
        return [(f"[{index}]", part) for index, part in enumerate(value)]
    if kind is Ref:
        return [("", _Quoted(placeholder(value, names)))]
    if value is None or kind is dict or kind is list:
        raise _Alone("a query has no form for null or an empty list or map")
    raise _Alone(_ODD)


class _Quoted(str):
    """Text that is to be expanded, and is already fit for a query."""

    __slots__ = ()


def placeholder(ref: Ref[Any], names: Mapping[int, str]) -> str:
    """`$result[c0][ID]` for the result of a call in the same request, quoted."""
    name = names.get(id(ref.source))
    if name is None:
        raise EncodeError(
            f"{ref!r} is not known here: a Ref stands for an earlier call of the same "
            "Session.batch"
        )
    for step in ref.path:
        if not _STEP.fullmatch(str(step)):
            raise EncodeError(f"{ref!r}: the portal cannot look up {shown(step)}")
    path = "".join(f"[{step}]" for step in (name, *ref.path))
    return _quoted("$result" + path)


def _text(value: str) -> str:
    if "$" in value and _EXPANDED.search(value):
        raise _Alone("the portal would expand its text")
    if "\0" in value:
        raise _Alone("it holds a NUL")
    return _quoted(value)


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    try:
        return _UNSAFE.sub(_escape, value)
    except UnicodeEncodeError:
        raise _Alone(_ODD) from None


def _escape(match: re.Match[str]) -> str:
    return "%" + match[0].encode().hex("%")


def _float(value: float) -> str:
    # PHP prints fourteen significant digits, and 1.0E+25: its setting `precision`.
    text = f"{value:.14g}"
    if "e" in text or not math.isfinite(value) or float(text) != value:
        raise _Alone("PHP would print a number otherwise")
    if text == "-0":
        raise _Alone("PHP would print a number otherwise")
    return text


def _int(value: int) -> str:
    if not _LEAST <= value <= _LARGEST:
        raise _Alone(_ODD)
    return str(value)


def _bool(value: bool) -> str:  # noqa: FBT001  # a row of the table below
    # "false" is true to PHP: protocol.md 2.4.
    return "1" if value else "0"


_WRITERS: Final[Mapping[type, Callable[[Any], str]]] = {
    str: _text,
    int: _int,
    bool: _bool,
    float: _float,
    _Quoted: str,
}


def _top(name: str) -> str:
    # A reserved one is refused by `parts_of`, which asks where this one has failed.
    if name in _RESERVED or not _survives(name) or any(mark in name for mark in ". []"):
        raise _Alone("PHP would rewrite the name of a parameter")
    return _quoted(name) + "="


def _inner(name: str) -> str:
    if not _survives(name) or "]" in name or "[" in name:
        raise _Alone("PHP would split the name of a parameter")
    return f"[{_quoted(name)}]"


_TOP: Final[Memo[str, str]] = Memo(_top)
_INNER: Final[Memo[str, str]] = Memo(_inner, 16384)


def _survives(name: object) -> bool:
    if type(name) is not str:
        raise _Alone(_ODD)
    return bool(name) and name == name.strip() and "\0" not in name


# --- the slow walk ----------------------------------------------------------------


def _slowly(
    call: Call[Any], names: Mapping[int, str], scope: str | None, why: str
) -> Parts:
    method, params = key_of(call.method), plain(call.params)
    if not why:
        try:
            command = _command(call.method, params, names)
        except _Alone as alone:
            why = str(alone)
        else:
            return method, command, params, scope, ""
    _refuse_refs(params)
    return method, None, params, scope, why


def _refuse_refs(value: Any) -> None:
    if isinstance(value, Ref):
        raise EncodeError(
            f"{value!r} cannot be sent: this call goes alone, and only a batch knows "
            "the results of other calls"
        )
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            _refuse_refs(part)

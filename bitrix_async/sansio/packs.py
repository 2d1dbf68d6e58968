"""How a journal writes calls down: many of them in one text.

A row in a table for each call, and another when it ends, would cost half of what the
call itself costs the client. So calls are kept in groups. The calls of a group are one
JSON text, and whatever happens to some of them later is another, of *changes*: what is
known of a call is what the last change says that names it. Both are only ever added.
Calls that go on together, as those of a request do, have one change.

A text is a list with an item for each call,

    calls     [method, params]   [method, params, key]   [method, params, key, how]
    changes   [places, state, at]   [..., sent_at]   [..., sent_at, results]
              [..., sent_at, null, code, error]

`places` are those of the calls in their group, and `results` as many; `how` holds what
`Call` was told beside its parameters. What cannot be JSON has null for its params: it
cannot be sent either. Parameters keep their order, which some methods read them by.
"""

from __future__ import annotations

import json
import zlib
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bitrix_async._call import Call
from bitrix_async.errors import EncodeError
from bitrix_async.sansio.jobs import OPEN, Entry
from bitrix_async.sansio.json import dumps, loads
from bitrix_async.sansio.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bitrix_async.sansio.jobs import State

# Calls in a group at the most: what is read at once, and what waits for one write.
GROUP: Final = 1024

# The fields of `Call` beside method and params that a later run needs, and what they
# are where nothing was said. Its type is not among them: results are kept as JSON. Nor
# is how long it may take: a job waits for as long as it must.
_HOW: Final[Mapping[str, Any]] = {
    "items": None,
    "in_batch": True,
    "repeat_safe": None,
}


class Broken(ValueError):
    """A text is not what was written."""


class Change(NamedTuple):
    """What has become of calls; the last ones may be left out where it is written.

    `results` are as many as `places`, where there are any.
    """

    places: Sequence[int]
    state: State
    at: float
    sent_at: float | None = None
    results: Sequence[Any] | None = None
    code: str = ""
    error: str = ""


def crc(text: bytes) -> int:
    """What tells that a text is what was written: SQLite itself does not look."""
    return zlib.crc32(text)


# --- calls ------------------------------------------------------------------------


def pack_calls(calls: Iterable[tuple[str | None, Call[Any]]]) -> bytes:
    """The text of a group, of its calls with their keys."""
    rows = [
        [call.method, call.params]
        if key is None
        and call.repeat_safe is None
        and call.in_batch
        and call.items is None
        else _row(key, call)
        for key, call in calls
    ]
    try:
        return dumps(rows)
    except TypeError:
        return dumps([[row[0], _plain(row[1]), *row[2:]] for row in rows])


def _row(key: str | None, call: Call[Any]) -> list[Any]:
    told = ((name, getattr(call, name), usual) for name, usual in _HOW.items())
    how = {name: value for name, value, usual in told if value != usual}
    row = [call.method, call.params, key]
    return [*row, how] if how else row


def _plain(params: Any) -> Any:
    try:
        made = plain(params)
        dumps(made)
    except (EncodeError, TypeError):
        return None
    return made


def unpack_calls(text: bytes) -> list[list[Any]]:
    """The rows of a group; see `call_of` and `key_of`."""
    return _rows(text)


def call_of(row: Sequence[Any]) -> Call[Any] | None:
    """The call as it was; its result will be JSON. None where it cannot be sent."""
    if row[1] is None:
        return None
    how = row[3] if len(row) > 3 else {}  # see above
    return Call(row[0], row[1], **how)


def key_of(row: Sequence[Any]) -> str | None:
    """What the caller knows it by."""
    return row[2] if len(row) > 2 else None  # see above


# --- changes ----------------------------------------------------------------------


def pack_changes(changes: Sequence[Sequence[Any]]) -> bytes:
    """The text of some changes in one group, each as short as it can be."""
    try:
        return dumps(changes)
    except TypeError:  # an integer beyond 64 bits, which orjson does not write
        return json.dumps(changes).encode()


def unpack_changes(text: bytes) -> list[Change]:
    """The changes of a text."""
    try:
        changes = [Change(*row) for row in _rows(text)]
        whole = all(
            one.results is None or len(one.results) == len(one.places)
            for one in changes
        )
    except TypeError:
        raise Broken("a change has another form") from None
    if not whole:
        raise Broken("a change has no result for each of its calls")
    return changes


def _rows(text: bytes) -> list[list[Any]]:
    try:
        rows: list[list[Any]] = loads(text)
    except ValueError:
        raise Broken("a text is not JSON") from None
    return rows


# --- both -------------------------------------------------------------------------


def entries_of(
    first: int,
    added_at: float,
    rows: Sequence[Sequence[Any]],
    changes: Iterable[Change],
) -> list[Entry]:
    """The calls of a group, with the last that is known of each."""
    last: dict[int, tuple[Change, Any]] = {}
    for change in changes:
        results = repeat(None) if change.results is None else change.results
        last.update(zip(change.places, zip(repeat(change), results)))  # noqa: B905  # endless
    return [
        _entry(first + place, added_at, row, *last.get(place, (None, None)))
        for place, row in enumerate(rows)
    ]


def _entry(
    position: int,
    added_at: float,
    row: Sequence[Any],
    last: Change | None,
    result: Any,
) -> Entry:
    params = row[1] or {}
    if last is None:
        return Entry(position, key_of(row), row[0], params, added_at=added_at)
    return Entry(
        position,
        key_of(row),
        row[0],
        params,
        last.state,
        result,
        last.code,
        last.error,
        added_at,
        last.at if last.state == "sent" else last.sent_at,
        None if last.state in OPEN else last.at,
    )

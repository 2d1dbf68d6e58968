"""How a journal writes calls down: many of them in one text.

A row in a table for each call, and another when it ends, would cost half of what the
call itself costs the client. So calls are kept in groups. The calls of a group are one
JSON text, and whatever happens to some of them later is another, of *changes*: what is
known of a call is what the last change says that names it. Both are only ever added.
Calls that go on together, as those of a request do, have one change.

The calls of a group are four columns, of which the last ones may be left out,

    calls     [methods, params]   [methods, params, keys]   [methods, params, keys, how]

where what is the same for all of them stands once instead of a list. `how` holds what
`Call` was told beside its parameters; null: nothing. What cannot be JSON has null for
its params: it cannot be sent either. Parameters keep their order, which some methods
read them by. A list of changes has an item for each,

    changes   [places, state, at]   [..., sent_at]   [..., sent_at, results]
              [..., sent_at, null, code, error]

with the `places` of the calls in their group, `[[first, count]]` where they follow each
other, and as many `results`.
"""

from __future__ import annotations

import json
import zlib
from itertools import groupby, repeat
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bitrix_async._call import Call
from bitrix_async.errors import EncodeError
from bitrix_async.sansio.jobs import OPEN, Entry
from bitrix_async.sansio.json import bare, dumps, loads
from bitrix_async.sansio.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bitrix_async.sansio.jobs import State

# Calls in a group at the most: what is read at once, and what waits for one write.
GROUP: Final = 4096
# And in the first one, of which nobody knows yet how long its calls are.
FEW: Final = 256
# Bytes that its text should have: it is read in one go, while everybody else waits.
_TEXT: Final = 1 << 20
# Calls of a group that are looked at together when it is compared: of so many at once
# the garbage collector takes no notice.
PIECE: Final = 128

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


class Given(NamedTuple):
    """Calls of a job in order, with the keys that the caller has for them.

    `keys` is None where there are none, and has None for a call that has none.
    """

    calls: Sequence[Call[Any]]
    keys: Sequence[str | None] | None = None


class Row(NamedTuple):
    """A call as it is written down; see `call_of`."""

    method: str
    params: Any
    key: str | None
    how: Mapping[str, Any]


class Packing:
    """The text of a group, made a piece at a time.

    Whoever only compares need not hold all the calls of a group: those that live long
    are what the garbage collector looks at, again and again.
    """

    def __init__(self) -> None:
        self._methods: list[str] = []
        self._params: list[memoryview] = []
        self._keys: list[str | None] = []
        self._how: list[Mapping[str, Any]] = []

    def add(self, given: Given) -> None:
        """The next `PIECE` of the calls, or what is left of them."""
        calls = given.calls
        if not calls:
            return
        self._methods += [call.method for call in calls]
        self._params.append(_params([call.params for call in calls]))
        self._keys += given.keys or repeat(None, len(calls))
        self._how += map(_how, calls) if _are_told(calls) else repeat({}, len(calls))

    def text(self) -> bytes:
        """The text of all of them."""
        is_told = any(self._how)
        has_keys = self._keys.count(None) < len(self._keys)
        parts: list[bytes | memoryview] = [b"[", dumps(_once(self._methods)), b",["]
        for params in self._params:
            parts += (params, b",")
        parts[-1] = b"]" if self._params else b",[]"
        if is_told or has_keys:
            parts += (b",", dumps(self._keys if has_keys else None))
        if is_told:
            parts += (b",", dumps(_once(self._how)))
        return b"".join((*parts, b"]"))  # put together once: it may be long


def fitting(count: int, size: int) -> int:
    """How many calls the next group should have: so many of them have such a text."""
    return max(1, min(GROUP, count * _TEXT // size))


def pack_calls(given: Given) -> bytes:
    """The text of a group."""
    calls, keys = given
    packing = Packing()
    for at in range(0, len(calls), PIECE):
        some = slice(at, at + PIECE)
        packing.add(Given(calls[some], keys and keys[some]))
    return packing.text()


def _params(params: list[Any]) -> memoryview:
    """As JSON, without the brackets."""
    text = bare(params) or dumps([*map(_plain, params)])
    return memoryview(text)[1:-1]


def _once(values: list[Any]) -> Any:
    """The value that all of them are, or a list of them."""
    is_one = values and values.count(values[0]) == len(values)
    return values[0] if is_one else values


def _are_told(calls: Iterable[Call[Any]]) -> bool:
    """Whether any of them was told something of `_HOW`."""
    for call in calls:
        if call.items is not None or not call.in_batch or call.repeat_safe is not None:
            return True
    return False


def _how(call: Call[Any]) -> dict[str, Any]:
    told = ((name, getattr(call, name), usual) for name, usual in _HOW.items())
    return {name: value for name, value, usual in told if value != usual}


def _plain(params: Any) -> Any:
    try:
        made = plain(params)
        dumps(made)
    except (EncodeError, TypeError):
        return None
    return made


def unpack_calls(text: bytes) -> list[Row]:
    """The calls of a group."""
    try:
        methods, params, keys, how = [*_list(text), None, None][:4]
        columns = (
            repeat(methods) if isinstance(methods, str) else methods,
            params,
            repeat(None) if keys is None else keys,
            repeat(how or {}) if isinstance(how, dict | None) else how,
        )
        counts = {len(each) for each in columns if not isinstance(each, repeat)}
        rows = [*map(Row, *columns)]
    except (TypeError, ValueError):
        raise Broken("a group of calls has another form") from None
    if counts != {len(rows)}:
        raise Broken("a group has not as many of each")
    return rows


def call_of(row: Row) -> Call[Any] | None:
    """The call as it was; its result will be JSON. None where it cannot be sent."""
    if row.params is None:
        return None
    return Call(row.method, row.params, **row.how)


def as_written(call: Call[Any]) -> Row:
    """The call as it will be read again; without a key."""
    return unpack_calls(pack_calls(Given([call])))[0]


# --- changes ----------------------------------------------------------------------


def together(
    keys: Sequence[Any], *columns: Sequence[Any]
) -> Iterator[tuple[Any, Sequence[Sequence[Any]]]]:
    """The columns in pieces of which the keys are the same; most often there is one."""
    if keys and keys.count(keys[0]) == len(keys):
        yield keys[0], columns
        return
    at = 0
    for key, alike in groupby(keys):
        end = at + len([*alike])
        yield key, [column[at:end] for column in columns]
        at = end


def pack_changes(changes: Sequence[Sequence[Any]]) -> bytes:
    """The text of some changes in one group, each as short as it can be."""
    changes = [(_run(places), *what) for places, *what in changes]
    try:
        return dumps(changes)
    except TypeError:  # an integer beyond 64 bits, which orjson does not write
        return json.dumps(changes).encode()


def _run(places: Sequence[int]) -> Sequence[Any]:
    """The places, as short as they can be."""
    first, count = places[0], len(places)
    is_run = count > 1 and [*range(first, first + count)] == places
    return [[first, count]] if is_run else places


def _places(run: Sequence[Any]) -> Sequence[int]:
    if len(run) != 1 or not isinstance(run[0], list):
        return run
    first, count = run[0]
    if not 0 <= first < first + count <= GROUP:
        raise ValueError("more than a group has")
    return range(first, first + count)


def unpack_changes(text: bytes) -> list[Change]:
    """The changes of a text."""
    try:
        changes = [Change(_places(run), *what) for run, *what in _list(text)]
        whole = all(
            one.results is None or len(one.results) == len(one.places)
            for one in changes
        )
    except (TypeError, ValueError):
        raise Broken("a change has another form") from None
    if not whole:
        raise Broken("a change has no result for each of its calls")
    return changes


def _list(text: bytes) -> list[Any]:
    try:
        values: list[Any] = loads(text)
    except ValueError:
        raise Broken("a text is not JSON") from None
    return values


# --- both -------------------------------------------------------------------------


def entries_of(
    first: int,
    added_at: float,
    rows: Sequence[Row],
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
    row: Row,
    last: Change | None,
    result: Any,
) -> Entry:
    params = row.params or {}
    if last is None:
        return Entry(position, row.key, row.method, params, added_at=added_at)
    return Entry(
        position,
        row.key,
        row.method,
        params,
        last.state,
        result,
        last.code,
        last.error,
        added_at,
        last.at if last.state == "sent" else last.sent_at,
        None if last.state in OPEN else last.at,
    )

"""The calls of a run, in groups: what waits in the journal, then what is new."""

from __future__ import annotations

from functools import partial
from itertools import count, repeat
from typing import TYPE_CHECKING, Any, cast

from bitrix_async._review import refuse, unlike
from bitrix_async.errors import JournalMismatch
from bitrix_async.sansio.opened import Open
from bitrix_async.sansio.packs import Given, as_written

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterator, Sequence

    from bitrix_async._call import Call
    from bitrix_async._recorder import Recorder
    from bitrix_async._sources import Source
    from bitrix_async.sansio.opened import Opened


async def groups(
    recorder: Recorder, source: Source | None
) -> AsyncGenerator[Iterator[Opened]]:
    """What waits in the journal, then what the source has, written down before."""
    async for head in recorder.heads("open"):
        found = await recorder.do(partial(recorder.book.found, head))
        for entry, call in found:
            if entry.state == "waiting" and call is None:
                refuse(recorder, head, entry)
        yield (
            (_left(head.first, entry.sent_at), entry.position - head.first, call)
            for entry, call in found
            if entry.state == "waiting" and call is not None
        )
    if source is not None:
        while (given := await source.take(recorder.fitting)).calls:
            yield await _added(recorder, given, sends=True)
        await recorder.complete()


def _left(first: int, sent_at: float | None) -> Open:
    """Of calls that left in an earlier run, if ever."""
    return Open(first, sent_at=sent_at, doubted=sent_at is not None)


async def collect(
    recorder: Recorder, source: Source, is_stopped: Callable[[], bool]
) -> None:
    """Write down all that the source has, unless the run is stopped."""
    while (given := await source.take(recorder.fitting, whole=True)).calls:
        await _added(recorder, given, sends=False)
        if is_stopped():
            return
    await recorder.complete()


async def _added(recorder: Recorder, given: Given, *, sends: bool) -> Iterator[Opened]:
    """Write down those of the calls that are new, and give them back."""
    first = recorder.size
    given = await _new(recorder, given)
    if given.calls:
        await recorder.add(given, sends=sends)
    return zip(repeat(Open(first)), count(), given.calls)


async def _new(recorder: Recorder, given: Given) -> Given:
    is_keyed = given.keys is not None
    if recorder.is_keyed is None:
        await recorder.set_keyed(is_keyed)
    if is_keyed is not recorder.is_keyed or (given.keys and None in given.keys):
        raise unlike(recorder)
    if given.keys is None:
        return given
    known = await recorder.do(partial(recorder.book.known, given.keys))
    fresh: dict[str, Call[Any]] = {}
    twice: list[tuple[int, str, Call[Any]]] = []
    for key, call in zip(cast("Sequence[str]", given.keys), given.calls, strict=True):
        position = known.get(key)
        if position is None:
            first = fresh.setdefault(key, call)
            if first is not call and as_written(first) != as_written(call):
                raise _two_calls(recorder, key)
        elif position >= recorder.began:  # another run may have been given another
            twice.append((position, key, call))
    if twice:
        other = await recorder.do(partial(recorder.book.differing, twice))
        if other is not None:
            raise _two_calls(recorder, other)
    return Given([*fresh.values()], [*fresh])


def _two_calls(recorder: Recorder, key: str) -> JournalMismatch:
    text = f"two different calls have the key {key!r}: only the first would be sent"
    return JournalMismatch(text, path=recorder.path)

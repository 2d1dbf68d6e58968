"""The calls of a run, in groups: what waits in the journal, then what is new."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import define

from bitrix_async.errors import JournalMismatch
from bitrix_async.sansio.packs import GROUP

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from bitrix_async._call import Call
    from bitrix_async._journal_book import Keyed
    from bitrix_async._recorder import Recorder
    from bitrix_async._sources import Source
    from bitrix_async.sansio.jobs import State


@define(eq=False)
class Open:
    """A call that has not ended: where it is written, and what is known of it.

    `doubted` says that an earlier run may have sent it, `missed_at` since when it goes
    unanswered, and `rounds` how often it did while others did not.
    """

    first: int
    place: int
    call: Call[Any]
    state: State = "waiting"
    sent_at: float | None = None
    doubted: bool = False
    missed_at: float | None = None
    rounds: int = 0


async def groups(
    recorder: Recorder, source: Source | None
) -> AsyncGenerator[Iterator[Open]]:
    """What waits in the journal, then what the source has, written down before."""
    async for head in recorder.heads("open"):
        found = await recorder.do(partial(recorder.book.found, head))
        yield (
            Open(
                head.first,
                entry.position - head.first,
                call,
                sent_at=entry.sent_at,
                doubted=entry.sent_at is not None,
            )
            for entry, call in found
            if entry.state == "waiting" and call is not None
        )
    if source is not None:
        while calls := await source.take(GROUP):
            yield await _added(recorder, calls, sends=True)
        await recorder.complete()


async def collect(recorder: Recorder, source: Source) -> None:
    """Write down all that the source has."""
    while calls := await source.take(GROUP, whole=True):
        await _added(recorder, calls, sends=False)
    await recorder.complete()


async def _added(
    recorder: Recorder, calls: list[Keyed], *, sends: bool
) -> Iterator[Open]:
    """Write down those of the calls that are new, and give them back."""
    first = recorder.size
    calls = await _new(recorder, calls)
    if calls:
        await recorder.add(calls, sends=sends)
    return (Open(first, place, call) for place, (_, call) in enumerate(calls))


async def _new(recorder: Recorder, calls: list[Keyed]) -> list[Keyed]:
    keys = [key for key, _ in calls if key is not None]
    if recorder.is_keyed is None:
        await recorder.set_keyed(bool(keys))
    if len(keys) != (len(calls) if recorder.is_keyed else 0):
        text = "either all calls of a job have keys, or none has"
        raise JournalMismatch(text, path=recorder.path)
    if not keys:
        return calls
    known = await recorder.do(partial(recorder.book.known, keys))
    fresh: dict[str | None, Keyed] = {}
    for key, call in calls:
        if key not in known:
            fresh.setdefault(key, (key, call))
    return [*fresh.values()]

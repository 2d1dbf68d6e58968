"""What a run finds in its journal, and what that is taken for; nothing is sent here."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from bitrix_async.errors import BitrixError, JournalMismatch
from bitrix_async.sansio.jobs import FOUND, ends_in
from bitrix_async.sansio.packs import PIECE, Packing
from bitrix_async.sansio.retries import repeat_safe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from bitrix_async._call import Call
    from bitrix_async._journal_book import Head
    from bitrix_async._recorder import Recorder
    from bitrix_async._sources import Source
    from bitrix_async.sansio.jobs import Entry, State

# Why a call is not taken for what it was found as: a code, and words.
_CUT_OFF: Final = ("Unanswered", "the run ended while the call was under way")
_NO_JSON: Final = ("EncodeError", "it cannot be sent as JSON")


async def compare(recorder: Recorder, source: Source | None) -> None:
    """That the source has the calls of the journal, in its order, where it is to.

    Calls with keys are known by these, wherever they stand. Raises `JournalMismatch`.
    """
    if source is None:
        if not recorder.is_complete:
            text = "not all calls of the job are in the journal: give them again"
            raise JournalMismatch(text, path=recorder.path)
    elif recorder.is_keyed:
        if not await source.has_keys():
            raise unlike(recorder)
    else:
        async for head in recorder.heads():
            taken = await _taken(source, head.count)
            await recorder.do(partial(recorder.book.compare, head, taken))


def unlike(recorder: Recorder) -> JournalMismatch:
    """The error for calls without keys, where others have some."""
    text = "either all calls of a job have keys, or none has"
    return JournalMismatch(text, path=recorder.path)


async def _taken(source: Source, count: int) -> bytes:
    """The text of the next calls; none of them is kept."""
    packing = Packing()
    for at in range(0, count, PIECE):
        packing.add(await source.take(min(PIECE, count - at), whole=True))
    return packing.text()


async def reopen(recorder: Recorder, again: Collection[State]) -> None:
    """Take calls for what they are now, and states of `again` for waiting."""
    async for head in recorder.heads("open OR missed"):
        for entry, call in await recorder.do(partial(recorder.book.found, head)):
            state, why = _taken_for(entry, call, again)
            if state != entry.state:
                _move(recorder, head, entry, state, None, *why)
    await recorder.flush()


def refuse(recorder: Recorder, head: Head, entry: Entry) -> None:
    """A call that waits has no form that could be sent."""
    _move(recorder, head, entry, "refused", None, *_NO_JSON)


def _taken_for(
    entry: Entry, call: Call[Any] | None, again: Collection[State]
) -> tuple[State, tuple[str, str]]:
    if call is None:
        return "refused", _NO_JSON
    state = FOUND[entry.state, repeat_safe(call)]
    if state in again:
        return "waiting", ("", "")
    return state, _CUT_OFF if state == "unknown" else ("", "")


async def settle(
    recorder: Recorder,
    check: Callable[[Entry], Awaitable[Any]] | None,
    pace: float,
    *,
    waits: bool,
) -> bool:
    """Ask the caller about calls that are unknown; whether any are to be sent again.

    Those that the portal may still be working on are left, unless `waits`.
    """
    is_any = False
    if check is None:
        return False
    await recorder.flush()
    async for head in recorder.heads("missed"):
        found = await recorder.do(partial(recorder.book.entries, head))
        unknown = [entry for entry in found if entry.state == "unknown"]
        wait = max((ends_in(one, recorder.now(), pace) for one in unknown), default=0.0)
        if waits:
            await asyncio.sleep(wait)
        else:
            now = recorder.now()
            unknown = [one for one in unknown if not ends_in(one, now, pace)]
        results = await asyncio.gather(*map(check, unknown), return_exceptions=True)
        for entry, result in zip(unknown, results, strict=True):
            is_any |= result is None
            _settle(recorder, head, entry, result)
    await recorder.flush()
    return is_any


def _settle(recorder: Recorder, head: Head, entry: Entry, result: Any) -> None:
    if isinstance(result, BitrixError):
        return
    if isinstance(result, BaseException):
        raise result
    state: State = "waiting" if result is None else "done"
    _move(recorder, head, entry, state, [result])


def _move(
    recorder: Recorder, head: Head, entry: Entry, state: State, *what: Any
) -> None:
    places = [entry.position - head.first]
    # What was refused has not run, and is in no doubt.
    sent_at = None if entry.state == "refused" else entry.sent_at
    change = (places, state, recorder.now(), sent_at, *what)
    recorder.move((head.first, entry.method, entry.state, entry.code, change))

"""Where a job meets what is rare: it ends all the same, and its journal is true."""

from __future__ import annotations

import asyncio
import math
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from things import calls, entries, now, summary, working

from bitrix_async import (
    AuthFault,
    Call,
    Journal,
    JournalMismatch,
    Limits,
    NotSent,
    Session,
    SessionClosed,
)
from bitrix_async.testing import MemoryTransport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from bitrix_async import Progress
    from bitrix_async._transport import Answer, Post

    Open = Callable[..., Session]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.journal"


class Answering(MemoryTransport):
    """A portal whose answers for one call come a turn of the loop later."""

    async def post(self, post: Post) -> Answer:
        try:
            return await super().post(post)
        finally:
            if b'"n":1' in post.body:
                await asyncio.sleep(0)


# --- what is counted ----------------------------------------------------------------


async def test_methods_are_counted_as_they_are_spelt(
    session_of: Open, path: Path
) -> None:
    """A job that is done has nothing left, whatever capitals its methods have."""
    portal = working()
    names = "thing.Add", "Thing.update"
    job = [Call(name, {"n": n}) for n in range(100) for name in names]
    async with session_of(portal) as bx:
        ended = await bx.run(job, journal=path)
    with Journal.open(path) as journal:
        tallies = journal._book.tallies()

    assert (ended.done, ended.methods) == (200, {})
    assert {key: many for key, many in tallies.items() if many} == {
        ("done", name, ""): 100 for name in names
    }


async def test_a_rate_is_never_below_nothing(session_of: Open, path: Path) -> None:
    """Not where calls that were unknown are found not to have run, and go again."""
    portal = working()
    portal.trouble("reset", times=3)
    told: list[Progress] = []

    async def check(_: object) -> None:
        """None of them ran."""

    async with session_of(portal) as bx:
        ended = await bx.run(
            calls(300), journal=path, check=check, on_progress=told.append
        )

    assert ended.done == 300
    assert min(one.rate for one in told) == 0


# --- what has surely not run --------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "rule", "raised"),
    [
        ("error", {"code": "PAYMENT_REQUIRED", "status": 401}, AuthFault),
        ("refused", {}, NotSent),
    ],
)
async def test_what_was_not_run_waits_in_every_run(
    session_of: Open, path: Path, kind: Any, rule: Any, raised: type[Exception]
) -> None:
    """However often the portal refuses, or is not there: nothing is in doubt."""
    portal = working()
    portal.trouble(kind, times=None, skip=1, **rule)
    for _ in range(3):
        async with session_of(portal) as bx:
            with pytest.raises(raised):
                await bx.run(calls(200), journal=path)
        kept = summary(path)
        assert (kept.waiting, kept.unknown) == (199, 0)
        assert not [one for one in entries(path, "waiting") if one.sent_at]

    portal.troubles.clear()
    async with session_of(portal) as bx:
        assert (await bx.run(calls(200), journal=path)).ok
    assert portal.executed("thing.add") == 200


async def test_a_delete_that_was_refused(session_of: Open, path: Path) -> None:
    """Asked for again it is refused again: it had not run the first time."""
    portal = working()
    portal.trouble("fault", code="ERROR_NOT_FOUND", times=None)
    job = calls(1, "thing.delete")
    async with session_of(portal) as bx:
        assert (await bx.run(job, journal=path)).refused == 1
        ended = await bx.run(job, journal=path, again={"refused"})

    assert (ended.done, ended.refused) == (0, 1)


async def test_what_was_cut_off_runs_again_where_it_may(
    session_of: Open, path: Path
) -> None:
    """Who takes the risk of what is unknown takes it in the run that finds it so."""
    portal = working()
    portal.trouble("silence", times=1)
    async with session_of(portal) as bx:
        running = asyncio.ensure_future(bx.run(calls(1), journal=path))
        await asyncio.sleep(1)
        copy = path.with_name("b.journal")
        assert summary(path).sent == 1
        with (
            closing(sqlite3.connect(path)) as found,
            closing(sqlite3.connect(copy)) as kept,
        ):
            found.backup(kept)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    async with session_of(portal) as bx:
        assert (await bx.run(calls(1), journal=copy, again={"unknown"})).ok


# --- a portal that is away, and a call that is never answered ------------------------


@pytest.mark.parametrize("kind", ["silence", "reset"])
async def test_the_last_call_is_never_answered(
    session_of: Open, path: Path, kind: Any
) -> None:
    """The portal is asked whether it is there: the call is given up, not the job."""
    portal = working()
    portal.trouble(kind, times=None, method="thing.update", where={"n": 99})
    async with session_of(portal) as bx:
        for _ in range(2):  # and in a run in which nothing else is left
            begun = now()
            ended = await bx.run(calls(100, "thing.update"), journal=path)
            assert (ended.done, ended.unknown) == (99, 1)
            assert now() - begun < 1_800


async def test_calls_that_come_seldom(session_of: Open, path: Path) -> None:
    """One that is never answered does not hold back those behind it."""
    portal = working()
    portal.trouble("page", times=None, method="thing.update", where={"n": 2})

    async def seldom() -> AsyncIterator[Call[Any]]:
        for call in calls(12, "thing.update"):
            yield call
            await asyncio.sleep(100)

    async with session_of(portal) as bx:
        ended = await bx.run(seldom(), journal=path)

    assert (ended.done, ended.unknown) == (11, 1)
    assert now() < 1_300


async def test_nothing_is_risked_to_find_a_portal_that_is_away(
    session_of: Open, path: Path
) -> None:
    """What must run only once is not sent to see whether anybody answers."""
    portal = working()
    limits = Limits(burst=5)
    async with session_of(portal, limits=limits) as bx:
        running = asyncio.ensure_future(bx.run(calls(2_000), journal=path))
        await asyncio.sleep(8)
        portal.trouble("silence", times=None)
        await asyncio.sleep(100)  # what is under way has gone unanswered
        unknown = summary(path).unknown
        await asyncio.sleep(1_200)
        assert summary(path).unknown == unknown > 0
        portal.troubles.clear()
        ended = await running

    assert ended.done + unknown == 2_000


async def test_two_ends_a_turn_apart(path: Path) -> None:
    """The last call is missed when the one before it has been taken: it goes again."""
    portal = working()
    portal.trouble("reset", times=5, method="thing.update", where={"n": 1})
    way = Answering(portal, round_trip=0.1)
    job = [call.direct() for call in calls(3, "thing.update")]
    async with Session(portal.webhook, transport=way) as bx:
        assert (await bx.run(job, journal=path)).ok


# --- what cannot be sent ------------------------------------------------------------


@pytest.mark.parametrize("collect", [False, True])
@pytest.mark.parametrize("value", [math.nan, math.inf, b"x", {1}, object()])
async def test_what_json_cannot_say(
    session_of: Open, path: Path, value: Any, collect: bool
) -> None:
    """It is refused at once, and is not sent as something else later."""
    portal = working()
    job = [Call("thing.update", {"n": 1, "v": value}), *calls(1, "thing.update")]
    async with session_of(portal) as bx:
        ended = await bx.run(job, journal=path, collect=collect)
        assert (ended.done, ended.codes) == (1, {"EncodeError": 1})
        ended = await bx.run(None, journal=path, again={"refused"})

    assert (ended.done, ended.codes) == (1, {"EncodeError": 1})
    assert portal.executed("thing.update") == 1


async def test_what_is_written_as_text(session_of: Open, path: Path) -> None:
    """A null and a UUID arrive by way of the journal as they do by themselves."""
    portal = working()
    number = UUID(int=7)
    call = Call("thing.update", {"n": 1, "id": number, "none": None})
    async with session_of(portal) as bx:
        await bx(call)
        assert (await bx.run([call], journal=path, collect=True)).ok
    first, second = portal.ledger.of("thing.update")

    assert first.params == second.params == {"n": 1, "id": str(number), "none": None}


# --- sources and keys ---------------------------------------------------------------


@pytest.mark.parametrize("key", [7, None, "half a \ud800"])
async def test_keys_that_are_no_text(session_of: Open, path: Path, key: Any) -> None:
    """They would not be found again: nothing is sent."""
    portal = working()
    async with session_of(portal) as bx:
        with pytest.raises((TypeError, ValueError), match=r"key|surrogates"):
            await bx.run(calls(3), journal=path, key=lambda _: key)

    assert portal.request_count == 0


@pytest.mark.parametrize("slowly", [False, True])
async def test_calls_without_the_keys_of_the_journal(
    session_of: Open, path: Path, slowly: bool
) -> None:
    """What waits in the journal is not sent before that is found out."""
    portal = working()

    async def source() -> AsyncIterator[Call[Any]]:
        for call in calls(100):
            yield call

    async with session_of(portal) as bx:
        portal.trouble("error", code="PAYMENT_REQUIRED", status=401)
        with pytest.raises(AuthFault):
            await bx.run(calls(100), journal=path, key=lambda c: str(c.params["n"]))
        with pytest.raises(JournalMismatch, match="have keys"):
            await bx.run(source() if slowly else calls(100), journal=path)
        assert portal.executed("thing.add") == 0
        ended = await bx.run(
            source() if slowly else calls(100),
            journal=path,
            key=lambda c: str(c.params["n"]),
        )

    assert ended.done == portal.executed("thing.add") == 100


async def test_a_source_that_was_cancelled(session_of: Open, path: Path) -> None:
    """A job whose calls end that way is not done."""

    async def source() -> AsyncIterator[Call[Any]]:
        yield calls(1)[0]
        raise asyncio.CancelledError

    async with session_of(working()) as bx:
        with pytest.raises(asyncio.CancelledError):
            await bx.run(source(), journal=path)
    with Journal.open(path) as journal:
        assert [run.ending for run in journal.runs()] == ["stopped"]
        assert journal.summary().done == 1


# --- how it ends --------------------------------------------------------------------


@pytest.mark.parametrize("turns", [1, 2, 3, 5, 8])
async def test_cancelled_while_it_begins(
    session_of: Open, path: Path, turns: int
) -> None:
    """The journal is let go of, whatever was being done with it."""
    async with session_of(working()) as bx:
        first = asyncio.ensure_future(bx.run(calls(10), journal=path))
        for _ in range(turns):
            await asyncio.sleep(0)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)

        assert (await bx.run(calls(10), journal=path)).ok
    assert first.cancelled()


async def test_cancelled_again_and_again(session_of: Open, path: Path) -> None:
    """What is under way is written down all the same, and no error is left behind."""
    async with session_of(working()) as bx:
        running = asyncio.ensure_future(bx.run(calls(300), journal=path))
        await asyncio.sleep(0.06)
        while not running.done():
            running.cancel()
            await asyncio.sleep(0)
    with Journal.open(path) as journal:
        assert journal.runs()[-1].ending == "stopped"


@pytest.mark.parametrize("how", ["check", "collect"])
async def test_who_watches_stops_it_before_it_has_begun(
    session_of: Open, path: Path, how: str
) -> None:
    """Nothing is sent then."""
    portal = working()

    def stop(_: object) -> None:
        raise ZeroDivisionError

    async def check(_: object) -> None:
        """Nothing is unknown."""

    more: Any = {"check": check} if how == "check" else {"collect": True}
    async with session_of(portal) as bx:
        with pytest.raises(ZeroDivisionError):
            await bx.run(calls(5_000), journal=path, on_progress=stop, **more)

    assert portal.request_count == 0


async def test_stopped_while_calls_are_taken(session_of: Open, path: Path) -> None:
    """The others are not read, nothing is sent, and the job begins anew."""
    portal = working()
    read = 0

    async def source() -> AsyncIterator[Call[Any]]:
        nonlocal read
        for call in calls(60_000):
            read += 1
            if not read % 1_000:
                await asyncio.sleep(1)
            yield call

    def stop(seen: Progress) -> None:
        if seen.waiting:
            raise ZeroDivisionError

    async with session_of(portal) as bx:
        with pytest.raises(ZeroDivisionError):
            await bx.run(source(), journal=path, collect=True, on_progress=stop)
        assert read < 10_000
        assert portal.request_count == 0
        assert (await bx.run(calls(5), journal=path, collect=True)).done == 5


async def test_closed_while_more_calls_are_waited_for(
    session_of: Open, path: Path
) -> None:
    """Who runs a job hears of it at once."""

    async def source() -> AsyncIterator[Call[Any]]:
        yield calls(1)[0]
        await asyncio.Event().wait()

    bx = session_of(working())
    running = asyncio.ensure_future(bx.run(source(), journal=path))
    await asyncio.sleep(10)
    await bx.aclose()
    with pytest.raises(SessionClosed):
        await running

    assert now() < 11
    assert summary(path).done == 1


@pytest.mark.parametrize("judged", [True, "bad", ValueError("bad")])
async def test_a_judge_that_gives_no_error_of_ours(
    session_of: Open, path: Path, judged: Any
) -> None:
    """It stops the job; what has run is known to have run."""
    portal = working()
    async with session_of(portal) as bx:
        with pytest.raises(TypeError, match="judge"):
            await bx.run(calls(30), journal=path, judge=lambda *_: judged)

    kept = summary(path)
    assert kept.done == portal.executed("thing.add")
    assert kept.unknown == kept.sent == 0


async def test_a_short_job_on_a_portal_that_is_renamed(
    session_of: Open, path: Path
) -> None:
    """The journal is of both names, also where the job ends a moment later."""
    portal = working()
    portal.trouble("rename", host="new.example")
    async with session_of(portal) as bx:
        assert (await bx.run(calls(5), journal=path)).ok
    async with session_of(portal) as bx:
        assert (await bx.run(calls(8), journal=path)).done == 8

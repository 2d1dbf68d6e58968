"""A job is run by way of its journal, in as many runs as it takes."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from things import calls, entries, now, summary, working

from bitrix_async import (
    AuthFault,
    Call,
    Journal,
    JournalMismatch,
    MemoryStore,
    NotSent,
    OAuth,
    Session,
    SessionClosed,
    Tokens,
)
from bitrix_async.hooks import CallFinished, CallStarted
from bitrix_async.testing import MemoryTransport, Portal
from bitrix_async.testing.memory import EPOCH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from bitrix_async import Entry, Progress
    from bitrix_async.hooks import Event

    Open = Callable[..., Session]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.journal"


# --- what is kept -------------------------------------------------------------------


async def test_what_came_of_each_call_is_kept(session_of: Open, path: Path) -> None:
    """Results as the portal gave them, refusals with their code, in order."""
    job = calls(3_000)
    job[7] = Call("no.such.method")
    job[9] = Call("thing.add", {"n": b"9"})
    job[11] = Call("thing.update", {"n": {"ID": [1, 2]}}, str).direct()
    async with session_of(working()) as bx:
        ended = await bx.run(job, journal=path)

    assert (ended.done, ended.refused, ended.total) == (2_998, 2, 3_000)
    assert ended.codes == {"ERROR_METHOD_NOT_FOUND": 1, "EncodeError": 1}
    assert ended.is_complete
    assert not ended.ok
    assert ended == summary(path)
    kept = entries(path)
    assert [entry.position for entry in kept] == [*range(3_000)]
    assert [entry.position for entry in entries(path, "refused")] == [7, 9]
    assert (kept[11].params, kept[11].result) == ({"n": {"ID": [1, 2]}}, True)
    assert sum(entry.result == 7 for entry in kept) == 2_997
    assert all(one.added_at <= (one.ended_at or 0) for one in kept)


async def test_what_is_done_is_not_sent_again(session_of: Open, path: Path) -> None:
    """The same calls with the same journal: nothing is left to do."""
    portal = working()
    async with session_of(portal) as bx:
        first = await bx.run(calls(100), journal=path)
        again = await bx.run(calls(100), journal=path)
        kept = await bx.run(journal=path)

    assert first.ok
    assert [again.done, kept.done] == [100, 100]
    assert kept.runs == 3
    assert portal.executed("thing.add") == 100


async def test_a_clock_that_was_set_back(session_of: Open, path: Path) -> None:
    """A later run may be earlier by the clock; it goes on all the same."""
    portal = working()
    async with session_of(portal) as bx:
        await bx.run(calls(3_000), journal=path)
        ended = await bx.run(calls(4_000), journal=path)
    with Journal.open(path) as journal:
        first, second = journal.runs()

    assert second.began_at < first.seen_at - 5
    assert ended.ok
    assert portal.executed("thing.add") == 4_000


# --- calls that may have run --------------------------------------------------------


@pytest.mark.parametrize("trouble", ["reset", "page", "broken", "cut"])
@pytest.mark.parametrize("runs", [False, True])
async def test_what_runs_once_is_not_sent_again(
    session_of: Open, path: Path, trouble: Any, *, runs: bool
) -> None:
    """A call without a whole answer is unknown; those that are safe go again."""
    portal = working()
    portal.trouble(trouble, times=2, method="thing.add", runs=runs)
    job = [*calls(60), *calls(60, "thing.update")]
    async with session_of(portal) as bx:
        ended = await bx.run(job, journal=path)
        again = await bx.run(job, journal=path)

    assert ended.unknown > 0
    assert ended.done == 120 - ended.unknown
    assert (again.done, again.unknown) == (ended.done, ended.unknown)
    assert {one.method for one in entries(path, "unknown")} == {"thing.add"}
    assert max(len(portal.ledger.of("thing.add", n=n)) for n in range(60)) == 1


@pytest.mark.parametrize(
    ("found", "state", "ran"), [(7, "done", 1), (None, "done", 2), ("?", "unknown", 1)]
)
async def test_the_caller_knows_whether_it_ran(
    session_of: Open, path: Path, found: Any, state: str, ran: int
) -> None:
    """What ran is done, what did not is sent, and what nobody knows stays unknown."""
    portal = working()
    portal.trouble("reset", method="thing.add", runs=True)
    asked: list[float] = []

    async def check(entry: Entry) -> Any:
        asked.append(now())
        assert entry.params == {"n": 0}
        if found == "?":
            raise NotSent("it could not be looked up")
        return found

    async with session_of(portal) as bx:
        await bx.run(calls(1), journal=path, check=check)
    (entry,) = entries(path)

    assert (entry.state, portal.executed("thing.add")) == (state, ran)
    # Not while the portal may be working on it.
    assert asked[0] >= 60


async def test_what_a_check_raises_ends_the_job(session_of: Open, path: Path) -> None:
    """A mistake in it is not taken for an answer."""
    portal = working()
    portal.trouble("reset", method="thing.add")

    async def check(entry: Entry) -> Any:
        return entry.params["no such"]

    async with session_of(portal) as bx:
        with pytest.raises(KeyError):
            await bx.run(calls(10), journal=path, check=check)

    assert summary(path).unknown > 0


@pytest.mark.parametrize("state", ["refused", "unknown"])
async def test_again(session_of: Open, path: Path, state: Any) -> None:
    """Whoever says so has calls of a state run again, and only once."""
    portal = working()
    kind = "fault" if state == "refused" else "reset"
    portal.trouble(kind, times=2, method="thing.add", where={"n": 0}, code="NO")  # type: ignore[arg-type]
    async with session_of(portal) as bx:
        first = await bx.run(calls(1), journal=path)
        left = await bx.run(calls(1), journal=path)
        second = await bx.run(calls(1), journal=path, again={state})
        third = await bx.run(calls(1), journal=path, again={state})

    seen = [getattr(one, state) for one in (first, left, second, third)]
    assert seen == [1, 1, 1, 0]
    assert third.ok


async def test_a_delete_that_an_earlier_run_has_sent(
    session_of: Open, path: Path
) -> None:
    """There is nothing left to delete: that is what was asked for."""
    portal = working()
    async with session_of(portal) as bx:
        portal.trouble("silence", method="thing.delete", runs=True)
        job = asyncio.ensure_future(
            bx.run(calls(1, "thing.delete"), journal=path),
        )
        await asyncio.sleep(5)
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        assert summary(path).sent == 1
        ended = await bx.run(calls(1, "thing.delete"), journal=path)

    assert ended.ok
    assert [one.error for one in portal.ledger.of("thing.delete")] == [
        None,
        "ERROR_NOT_FOUND",
    ]


async def test_a_delete_that_is_given_up_by_the_session(
    session_of: Open, path: Path
) -> None:
    """It may have run when the job hands it in again: that nothing is left is right."""
    portal = working()
    async with session_of(portal) as bx:
        await bx(Call("thing.update"))
        portal.trouble("silence", method="thing.delete", runs=True, times=5)
        job = [Call("thing.update"), *calls(1, "thing.delete")]
        ended = await bx.run(job, journal=path)

    assert len(portal.ledger.of("thing.delete")) == 6
    assert ended.done == 2


# --- where calls come from ----------------------------------------------------------


async def test_keys(session_of: Open, path: Path) -> None:
    """A call is known by its key, wherever it stands, and whatever else it says."""
    portal = working()
    job = calls(1_500)

    def key(call: Call[Any]) -> str:
        return f"page-{call.params['n']}"

    async with session_of(portal) as bx:
        await bx.run(job[::-1], journal=path, key=key)
        pairs = [(key(call), Call("thing.add", {"n": -1})) for call in job]
        ended = await bx.run([*pairs, *pairs, ("new", Call("thing.add"))], journal=path)

    assert ended.done == 1_501
    assert portal.executed("thing.add") == 1_501
    assert entries(path)[0].key == "page-1499"


async def test_a_key_is_any_text(session_of: Open, path: Path) -> None:
    """Two keys that begin alike are two keys, whatever comes then."""
    portal = working()
    keys = ["a", "a\0b", "a\0c", "a'b", 'a"b', "a\\b", "ä\n"]
    job = [*zip(keys, calls(len(keys)), strict=True)]
    async with session_of(portal) as bx:
        await bx.run(job, journal=path)
        ended = await bx.run(job, journal=path)

    assert ended.done == portal.executed("thing.add") == len(keys)
    assert [entry.key for entry in entries(path)] == keys


@pytest.mark.parametrize("key", ["page-100", ""])
@pytest.mark.parametrize("apart", [1, 2_500])
async def test_one_key_for_two_calls(
    session_of: Open, path: Path, apart: int, key: str
) -> None:
    """The second would never be sent, and nobody would hear of it."""
    portal = working()
    given = [(f"page-{n}", call) for n, call in enumerate(calls(3_000))]
    given[100] = (key, given[100][1])
    given.insert(100 + apart, (key, Call("thing.delete", {"n": 100})))
    async with session_of(portal) as bx:
        with pytest.raises(JournalMismatch, match=f"the key {key!r}"):
            await bx.run(given, journal=path)
        del given[100 + apart]
        given.insert(100 + apart, given[100])
        ended = await bx.run(given, journal=path)

    assert ended.done == portal.executed("thing.add") == 3_000


@pytest.mark.parametrize("wrong", [351, ("a", 5), ("a", "b", Call("thing.add"))])
async def test_no_calls(session_of: Open, path: Path, wrong: Any) -> None:
    """What is no call is said to be none."""
    async with session_of(working()) as bx:
        with pytest.raises(TypeError, match="calls, or pairs"):
            await bx.run([wrong], journal=path)


async def test_a_source_that_takes_its_time(session_of: Open, path: Path) -> None:
    """A call leaves when it is there, and is not kept until others come."""

    async def slowly() -> AsyncIterator[Call[Any]]:
        for call in calls(5):
            yield call
            await asyncio.sleep(100)

    portal = working()
    async with session_of(portal) as bx:
        ended = await bx.run(slowly(), journal=path)

    assert ended.ok
    ran = [entry.at - EPOCH for entry in portal.ledger.of("thing.add")]
    assert [round(at, -2) for at in ran] == [0, 100, 200, 300, 400]


async def test_calls_that_are_long(session_of: Open, path: Path) -> None:
    """They are written, and read again, a few at a time."""
    portal = working()
    job = [Call("thing.update", {"n": n, "text": "x" * 10_000}) for n in range(600)]
    async with session_of(portal) as bx:
        assert (await bx.run(job, journal=path)).ok
        assert (await bx.run(job, journal=path)).done == len(job)

    with closing(sqlite3.connect(path)) as journal:
        sizes = [size for (size,) in journal.execute("SELECT length(pack) FROM calls")]
    assert sum(sizes) > 6_000_000
    assert max(sizes[1:]) < 1 << 20


async def test_others_have_their_turn(session_of: Open, path: Path) -> None:
    """However many calls there are, no more than a thousand are made in one go."""
    made, most = 0, 0

    def over() -> None:
        nonlocal made
        made = 0

    def counted() -> Iterator[Call[Any]]:
        nonlocal made, most
        for call in calls(10_000, "thing.update"):
            if not made:
                asyncio.get_running_loop().call_soon(over)
            made += 1
            most = max(most, made)
            yield call

    async with session_of(working()) as bx:
        assert (await bx.run(counted(), journal=path, collect=True)).ok

    assert most == 1_024


async def test_taken_as_a_whole(session_of: Open, path: Path) -> None:
    """Collected first, a job needs its source no more, whenever it is stopped."""
    portal = working()
    async with session_of(portal) as bx:
        portal.trouble("expired", times=None)
        with pytest.raises(AuthFault):
            await bx.run(iter(calls(5_000)), journal=path, collect=True)
        assert summary(path).is_complete
        portal.troubles.clear()
        ended = await bx.run(journal=path)

    assert ended.ok
    assert portal.executed("thing.add") == ended.total == 5_000


# --- a portal that is away ----------------------------------------------------------


@pytest.mark.parametrize("kind", ["refused", "page"])
async def test_away_for_half_an_hour(session_of: Open, path: Path, kind: Any) -> None:
    """The job waits for the portal, and loses nothing."""
    portal = working()
    job = calls(2_000, "thing.update")
    told: list[Progress] = []
    async with session_of(portal) as bx:
        running = asyncio.ensure_future(
            bx.run(job, journal=path, on_progress=told.append)
        )
        await asyncio.sleep(5)
        portal.trouble(kind, times=None)
        await asyncio.sleep(1_800)
        assert told[-1].waits_for == "portal"
        portal.troubles.clear()
        ended = await running

    assert ended.ok
    assert portal.executed("thing.update") == 2_000


async def test_away_for_too_long(session_of: Open, path: Path) -> None:
    """After an hour the job stops; what is not done waits in the journal."""
    portal = working()
    async with session_of(portal) as bx:
        running = asyncio.ensure_future(bx.run(calls(5_000), journal=path))
        await asyncio.sleep(20)
        portal.trouble("refused", times=None)
        with pytest.raises(NotSent):
            await running
        assert 3_600 < now() < 3_800
        kept = summary(path)
        assert kept.done + kept.waiting == kept.total
        portal.troubles.clear()
        ended = await bx.run(calls(5_000), journal=path)

    assert ended.done == portal.executed("thing.add") == 5_000


async def test_never_there(session_of: Open, path: Path) -> None:
    """A portal that was never reached is not waited for."""
    portal = working()
    portal.trouble("refused", times=None)
    async with session_of(portal) as bx:
        with pytest.raises(NotSent):
            await bx.run(calls(10), journal=path)
        assert now() < 60

    assert summary(path).waiting == 10


async def test_one_call_that_is_never_answered(session_of: Open, path: Path) -> None:
    """It does not stop the others, and is given up as unknown."""
    portal = working()
    portal.trouble("page", times=None, method="thing.update", where={"n": 13})
    async with session_of(portal) as bx:
        ended = await bx.run(calls(500, "thing.update"), journal=path)
        assert now() < 1_800

    assert (ended.done, ended.unknown) == (499, 1)
    assert [one.params for one in entries(path, "unknown")] == [{"n": 13}]


async def test_refused_credentials(session_of: Open, path: Path) -> None:
    """All calls would fare the same: they wait for better ones."""
    portal = working()
    async with session_of(portal) as bx:
        running = asyncio.ensure_future(bx.run(calls(5_000), journal=path))
        await asyncio.sleep(20)
        portal.trouble("expired", times=None)
        with pytest.raises(AuthFault):
            await running
    kept = summary(path)

    assert kept.done + kept.waiting == kept.total
    portal.troubles.clear()
    async with session_of(portal) as bx:
        ended = await bx.run(calls(5_000), journal=path)
    assert ended.done == portal.executed("thing.add") == 5_000


async def test_a_method_without_its_scope(session_of: Open, path: Path) -> None:
    """What the portal says of one method does not stop the others."""
    portal = working()
    code = "insufficient_scope"
    portal.trouble("fault", times=None, method="thing.add", code=code)
    async with session_of(portal) as bx:
        ended = await bx.run([*calls(50), *calls(50, "thing.update")], journal=path)

    assert (ended.done, ended.refused) == (50, 50)


# --- calls that a limit refuses -----------------------------------------------------


def crashed(path: Path) -> Path:
    """The journal as a process would leave it that was killed now."""
    copy = path.with_suffix(".copy")
    with closing(sqlite3.connect(path)) as one, closing(sqlite3.connect(copy)) as other:
        one.backup(other)
    return copy


async def test_refused_calls_are_not_in_doubt(session_of: Open, path: Path) -> None:
    """They wait for minutes, and whoever goes on after a crash runs them."""
    portal = working()
    async with session_of(portal) as bx:
        portal.spend("thing.add", 500, EPOCH + now())  # as nobody here knows
        running = asyncio.ensure_future(bx.run(calls(50), journal=path))
        await asyncio.sleep(10)
        assert portal.refused["OPERATION_TIME_LIMIT"]
        assert not portal.executed("thing.add")
        copy = crashed(path)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        kept = entries(copy)
        assert {(one.state, one.sent_at) for one in kept} == {("waiting", None)}
        ended = await bx.run(calls(50), journal=copy)

    assert ended.done == portal.executed("thing.add") == 50


async def test_when_a_call_left_is_when_it_left_last(
    session_of: Open, path: Path
) -> None:
    """After a crash nobody looks whether it ran while the portal may work on it."""
    portal = working()
    async with session_of(portal) as bx:
        portal.spend("thing.add", 500, EPOCH + now())
        running = asyncio.ensure_future(bx.run(calls(1), journal=path))
        portal.trouble("slow", skip=1, seconds=30)
        await asyncio.sleep(10)
        assert portal.refused["OPERATION_TIME_LIMIT"]
        await asyncio.sleep(60)
        (entry,) = entries(crashed(path), "sent")
        await running

    assert entry.sent_at is not None
    assert entry.sent_at - entry.added_at > 10


# --- the run itself -----------------------------------------------------------------


async def test_cancelled(session_of: Open, path: Path) -> None:
    """What has ended is written, what has not left waits, the rest was sent."""
    portal = working()
    async with session_of(portal) as bx:
        running = asyncio.ensure_future(bx.run(calls(5_000), journal=path))
        await asyncio.sleep(20)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        kept = summary(path)
        assert 0 < kept.done < kept.total
        assert kept.sent <= 20 * 50
        await asyncio.sleep(100)
        assert portal.executed("thing.add") <= kept.done + kept.sent

        ran = {one.params["n"] for one in portal.ledger.of("thing.add")}

        async def check(entry: Entry) -> Any:
            return 7 if str(entry.params["n"]) in ran else None

        ended = await bx.run(calls(5_000), journal=path, check=check)

    assert ended.done == portal.executed("thing.add") == 5_000


async def test_cancelled_by_a_scope(session_of: Open, path: Path) -> None:
    """A scope of anyio ends every wait in it, but not those for what is written."""
    portal = working()
    async with session_of(portal) as bx:
        with anyio.move_on_after(20):
            await bx.run(calls(5_000), journal=path)
        kept = summary(path)
        assert 0 < kept.done < kept.total
        await asyncio.sleep(100)
        assert portal.executed("thing.add") <= kept.done + kept.sent
        assert bx.stats().waiting == 0


async def test_the_session_is_closed(session_of: Open, path: Path) -> None:
    """The run ends with it, and what is not done waits."""
    portal = working()
    bx = session_of(portal)
    running = asyncio.ensure_future(bx.run(calls(5_000), journal=path))
    await asyncio.sleep(20)
    await bx.aclose()
    with pytest.raises(SessionClosed):
        await running
    kept = summary(path)

    assert kept.done + kept.waiting + kept.unknown == kept.total
    with pytest.raises(SessionClosed):
        await bx.run(calls(5_000), journal=path)


async def test_two_jobs_share_the_portal(session_of: Open, tmp_path: Path) -> None:
    """Together they keep its limits, and neither waits for the other's end."""
    portal = working()
    async with session_of(portal) as one, session_of(portal) as other:
        ended = await asyncio.gather(
            one.run(calls(3_000), journal=tmp_path / "a"),
            one.run(calls(3_000, "thing.update"), journal=tmp_path / "b"),
            other.run(calls(3_000, "thing.delete"), journal=tmp_path / "c"),
        )

    assert [one.done for one in ended] == [3_000] * 3
    assert portal.refused.total() == 0


async def test_hooks_are_told_of_each_call(session_of: Open, path: Path) -> None:
    """As of calls that are handed in one by one."""
    events: list[Event] = []
    portal = working()
    job = calls(100)
    job[3] = Call("thing.add", {"n": b"3"})
    job[4] = Call("no.such.method")
    async with session_of(portal, hooks=[events.append]) as bx:
        await bx.run(job, journal=path)
    started = {one.number for one in events if isinstance(one, CallStarted)}
    finished = [one for one in events if isinstance(one, CallFinished)]

    assert len(started) == 100
    assert {one.number for one in finished} == started
    assert sum(one.error is not None for one in finished) == 2


async def test_progress(session_of: Open, path: Path) -> None:
    """It counts up to all, and says when a method that is held goes on."""
    portal = working(costs={"thing.update": 0.5})
    told: list[tuple[float, Progress]] = []
    async with session_of(portal) as bx:
        await bx.run(
            calls(1_500, "thing.update"),
            journal=path,
            on_progress=lambda seen: told.append((now(), seen)),
        )
        end = now()
    ended = [seen.ended for _, seen in told]

    assert ended == sorted(ended)
    first, last = told[0][1], told[-1][1]
    assert (first.waiting, first.total, first.seconds_left) == (0, None, None)
    assert (last.done, last.waiting, last.total) == (1_500, 0, 1_500)
    assert last.seconds_left == 0
    held = [(at, seen) for at, seen in told if seen.resumes_at]
    assert held
    # Once it is held, what is left is told within a quarter.
    for at, seen in held:
        assert seen.seconds_left == pytest.approx(end - at, rel=0.25, abs=60)


@pytest.mark.parametrize("where", ["on_progress", "judge"])
async def test_what_the_caller_raises(session_of: Open, path: Path, where: str) -> None:
    """It ends the job, and is raised."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async with session_of(working()) as bx:
        with pytest.raises(ZeroDivisionError):
            await bx.run(calls(5_000), journal=path, **{where: broken})  # type: ignore[arg-type]
    kept = summary(path)

    assert kept.done + kept.waiting == kept.total


# --- which portal -------------------------------------------------------------------


async def test_an_application_whose_store_knows_the_portal(path: Path) -> None:
    """A journal of another portal is refused before anything is sent."""
    portal = working()
    other = working(host="other.example")
    async with of_store(portal) as bx:
        ended = await bx.run(calls(10), journal=path)
    async with of_store(other) as bx:
        with pytest.raises(JournalMismatch):
            await bx.run(calls(10), journal=path)

    assert ended.portal == portal.host
    assert other.request_count == 0


async def test_an_application_without_tokens(path: Path) -> None:
    """Nobody knows which portal it is of, and no journal is begun."""
    way = MemoryTransport(working())
    async with Session(OAuth("app", "secret"), transport=way) as bx:
        with pytest.raises(NotSent):
            await bx.run(calls(10), journal=path)

    assert not os.path.exists(path)  # noqa: ASYNC240, PTH110  # of a moment


def of_store(portal: Portal) -> Session:
    pair = portal.oauth.install("app", "secret", now=EPOCH)
    store = MemoryStore()
    store._tokens = Tokens(*pair, f"https://{portal.host}/rest/")
    auth = OAuth("app", "secret", store=store)
    return Session(auth, transport=MemoryTransport(portal))


async def test_a_portal_that_is_renamed(session_of: Open, path: Path) -> None:
    """The journal is of both names."""
    portal = working()
    async with session_of(portal) as bx:
        running = asyncio.ensure_future(bx.run(calls(3_000), journal=path))
        await asyncio.sleep(5)
        portal.trouble("rename", times=None, host="new.example")
        assert (await running).ok
        assert (await bx.run(calls(3_000), journal=path)).ok
    async with session_of(portal) as bx:
        assert (await bx.run(calls(3_000), journal=path)).ok

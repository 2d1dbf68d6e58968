"""Those who wait for the journal share what it writes; whoever is alone waits not."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_async import Call, JournalError, JournalFull, Limits, Session
from bitrix_async._recorder import _APART, _SOON, Recorder, unix_clock
from bitrix_async.sansio.packs import Given
from bitrix_async.testing import MemoryTransport, Portal, PortalLimits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bitrix_async._transport import Answer, Post
    from bitrix_async.sansio.jobs import State

COUNT = 20
FREE = PortalLimits(burst=1e9, per_second=1e9)


class Telling(MemoryTransport):
    """Tells of each request that leaves."""

    def __init__(self, portal: Portal) -> None:
        super().__init__(portal)
        self.left: asyncio.Queue[Post] = asyncio.Queue()

    async def post(self, post: Post) -> Answer:
        self.left.put_nowait(post)
        return await super().post(post)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.journal"


@asynccontextmanager
async def recording(path: Path) -> AsyncIterator[Recorder]:
    recorder = Recorder(path, unix_clock())
    await recorder.open("portal.example", "")
    await recorder.add(Given([Call("thing.add")] * COUNT), sends=True)
    yield recorder
    await recorder.close()


async def mark(recorder: Recorder, place: int, among: int | None = None) -> float:
    """Write the mark of a call down; how long it took, in seconds."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    recorder.move((0, "thing.add", "waiting", "", ([place], "sent", 1.0, 1.0)))
    await recorder.flush(among=among)
    return loop.time() - begun


def end(recorder: Recorder, place: int, was: State = "sent") -> None:
    """A call has ended; nobody waits until that is written."""
    recorder.move((0, "thing.add", was, "", ([place], "done", 2.0, 1.0, [7])))


def writes(path: Path) -> int:
    with closing(sqlite3.connect(path)) as journal:
        return int(journal.execute("SELECT count(*) FROM changes").fetchone()[0])


async def test_a_mark_by_itself_does_not_wait(path: Path) -> None:
    """Requests that a portal's limits keep apart are written down at once."""
    async with recording(path) as recorder:
        for place in range(COUNT):
            assert await mark(recorder, place) < _APART / 2
            await asyncio.sleep(_APART)

    assert writes(path) == COUNT


async def test_marks_of_one_turn_share_a_write(path: Path) -> None:
    """Requests that leave at the same moment do not wait for each other."""
    async with recording(path) as recorder:
        took = await asyncio.gather(*(mark(recorder, n) for n in range(COUNT)))

        assert max(took) < _APART / 2

    assert writes(path) == 1


async def test_marks_of_a_burst_share_a_write(path: Path) -> None:
    """The first is written at once, and all others together, a moment later."""
    async with recording(path) as recorder:
        first = asyncio.ensure_future(mark(recorder, 0))
        await asyncio.sleep(_APART / 10)
        others = asyncio.gather(*(mark(recorder, n) for n in range(1, COUNT)))

        assert await first < _APART / 2
        assert max(await others) <= _APART
        assert recorder.tallies["sent", "thing.add", ""] == COUNT

    assert writes(path) == 2


@pytest.mark.parametrize("others", [0, 1])
async def test_marks_that_all_wait(path: Path, others: int) -> None:
    """Nothing comes that could share their write: it begins at once."""
    async with recording(path) as recorder:
        await mark(recorder, 0)
        among = COUNT - 1 + others
        took = await asyncio.gather(
            *(mark(recorder, n, among) for n in range(1, COUNT))
        )

        assert (max(took) < _APART / 2) is (others == 0)

    assert writes(path) == 2


async def test_an_end_that_nobody_waits_for(path: Path) -> None:
    """What must run only once is not left in doubt for long."""
    async with recording(path) as recorder:
        await mark(recorder, 0)
        end(recorder, 0)
        await asyncio.sleep(0.9 * _SOON)
        assert writes(path) == 1
        await asyncio.sleep(0.2 * _SOON)
        assert writes(path) == 2
        end(recorder, 1, "waiting")  # and may be repeated
        await asyncio.sleep(2 * _SOON)

    assert writes(path) == 2


async def test_an_end_that_a_mark_takes_along(path: Path) -> None:
    """A job that goes on writes no more for its ends than for its marks."""
    async with recording(path) as recorder:
        for place in range(COUNT):
            await mark(recorder, place)
            end(recorder, place)
            await asyncio.sleep(0.9 * _SOON)
            assert writes(path) == place + 1


async def test_an_end_that_cannot_be_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept for the next write, and counts meanwhile; whoever waits is told."""

    def fail(*_: Any) -> None:
        raise JournalFull("the disk is full", path=path)

    async with recording(path) as recorder:
        await mark(recorder, 0)
        end(recorder, 0)
        with monkeypatch.context() as patch:
            patch.setattr(recorder.book, "write", fail)
            await asyncio.sleep(2 * _SOON)
            assert recorder.tallies["done", "thing.add", ""] == 1
            with pytest.raises(JournalFull):
                await recorder.flush()
        assert writes(path) == 1
        await recorder.flush()
        kept = Counter(recorder.book.tallies())

    assert writes(path) == 2
    assert kept["done", "thing.add", ""] == 1
    assert kept == recorder.tallies


async def test_a_mark_that_waits_when_the_journal_is_closed(path: Path) -> None:
    """Whoever waits for it is told that it is not written."""
    async with recording(path) as recorder:
        await mark(recorder, 0)
        late = asyncio.ensure_future(mark(recorder, 1))
        await asyncio.sleep(0)
    with pytest.raises(JournalError, match="has ended"):
        await late

    assert writes(path) == 1


@pytest.mark.parametrize("after", [0.0, 0.5, 0.9, 1.1])
async def test_stopped_while_marks_wait(path: Path, after: float) -> None:
    """Nothing has left that is not written, nothing is lost, and nobody is stuck."""
    portal = Portal(limits=FREE)
    portal.on("thing.add", lambda *_: 7)
    apart = Limits(burst=1, per_second=5 / _APART)  # requests, not in one turn
    calls = [Call("thing.add", {"n": n}) for n in range(600)]
    way = Telling(portal)
    async with Session(portal.webhook, limits=apart, transport=way) as bx:
        running = asyncio.ensure_future(bx.run(calls, journal=path))
        for _ in range(2):  # one to try, and the first of many
            await way.left.get()
        await asyncio.sleep(after * _APART)
        assert way.left.empty() is (after < 1)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await asyncio.sleep(100)  # what has left runs to its end

    async def look(entry: Any) -> int | None:
        return 7 if entry.position in ran else None

    ran = {int(one.params["n"]) for one in portal.ledger.of("thing.add")}
    async with Session(portal.webhook, transport=MemoryTransport(portal)) as bx:
        summary = await bx.run(calls, journal=path, check=look)

    assert summary.done == len(calls)
    assert portal.executed("thing.add") == len(calls)


async def test_a_portal_that_answers_soon(path: Path) -> None:
    """What must run only once is not slowed down by its marks."""
    portal = Portal(limits=FREE, cost=0.0)
    portal.on("thing.add", lambda *_: 7)
    calls = [Call("thing.add", {"n": n}) for n in range(4_000)]
    way = MemoryTransport(portal, round_trip=_APART / 5)
    limits = Limits(burst=1_000, per_second=1_000)
    now = asyncio.get_running_loop().time
    async with Session(
        portal.webhook, limits=limits, transport=way, connections=4
    ) as bx:
        begun = now()
        assert [one.ok async for one in bx.stream(calls)] == [True] * len(calls)
        streamed = now()
        assert (await bx.run(calls, journal=path)).ok

        assert now() - streamed < 1.5 * (streamed - begun)

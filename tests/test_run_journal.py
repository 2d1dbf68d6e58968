"""A journal that cannot be used says why, before anything is sent, and keeps all."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_async import (
    Call,
    Journal,
    JournalDamaged,
    JournalError,
    JournalFull,
    JournalLocked,
    JournalMismatch,
    JournalTooNew,
    Session,
)
from bitrix_async._journal_file import JournalFile
from bitrix_async._recorder import Recorder, unix_clock
from bitrix_async._run import JobRun
from bitrix_async.testing import MemoryTransport, Portal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bitrix_async import JobSummary

    Open = Callable[..., Session]


@pytest.fixture
def portal() -> Portal:
    portal = Portal()
    portal.on("thing.add", lambda *_: 7)
    return portal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.journal"


def calls(count: int, title: str = "") -> list[Call[Any]]:
    return [Call("thing.add", {"n": n, "title": title}) for n in range(count)]


async def run(portal: Portal, path: Path, given: Any, **how: Any) -> JobSummary:
    way = MemoryTransport(portal)
    async with Session(portal.webhook, transport=way) as bx:
        return await bx.run(given, journal=path, **how)


def content(path: Path) -> bytes:
    return path.read_bytes()


def spoil(path: Path, sql: str, *values: Any) -> None:
    with closing(sqlite3.connect(path)) as journal:
        journal.execute(sql, values)
        journal.commit()


# --- what it is of ------------------------------------------------------------------


async def test_of_another_portal(portal: Portal, path: Path) -> None:
    """Its calls are not sent to a portal that they were not meant for."""
    await run(portal, path, calls(10))
    other = Portal(host="other.example")
    other.on("thing.add", lambda *_: 7)
    with pytest.raises(JournalMismatch, match=r"portal\.example.*other\.example"):
        await run(other, path, calls(10))

    assert other.request_count == 0


JOBS: dict[str, tuple[list[Call[Any]], dict[str, Any], str]] = {
    "another name": (calls(10), {"job": "unpublish"}, "'publish', not of 'unpublish'"),
    "another call": ([*calls(5), *calls(10, "b")[5:]], {"job": "publish"}, "call 5 is"),
    "fewer calls": (calls(9), {"job": "publish"}, "call 9 is not what it was"),
    "others": ([Call("user.current")], {"job": "publish"}, "call 0 is not what"),
    "with keys": ([("a", c) for c in calls(10)], {"job": "publish"}, "call 0|keys"),  # type: ignore[misc]
}


@pytest.mark.parametrize("name", JOBS)
async def test_of_another_job(portal: Portal, path: Path, name: str) -> None:
    """A job is known by its name, and by its calls: nothing is sent for another."""
    await run(portal, path, calls(10), job="publish")
    before = portal.request_count
    other, how, text = JOBS[name]
    with pytest.raises(JournalMismatch, match=text):
        await run(portal, path, other, **how)

    assert portal.request_count == before
    assert (await run(portal, path, calls(10), job="publish")).done == 10


@pytest.mark.parametrize("count", [0, 1, 128, 256, 1_000, 1_024, 1_500])
async def test_fewer_calls_than_before(portal: Portal, path: Path, count: int) -> None:
    """Wherever they end, the first that is missing is named."""
    await run(portal, path, calls(2_000))
    with pytest.raises(JournalMismatch, match=f"call {count} is not what it was"):
        await run(portal, path, calls(count))

    assert portal.executed("thing.add") == 2_000


async def test_more_calls_than_before(portal: Portal, path: Path) -> None:
    """A job that has grown goes on with what is new."""
    await run(portal, path, calls(10))
    summary = await run(portal, path, calls(15))

    assert summary.done == 15
    assert portal.executed("thing.add") == 15


# --- a file that cannot be used -----------------------------------------------------


async def test_another_process_works_on_it(portal: Portal, path: Path) -> None:
    """The second refuses; whoever only reads does not mind."""
    await run(portal, path, calls(10))
    file = JournalFile(path, writes=True)
    try:
        with pytest.raises(JournalLocked, match="another process"):
            await run(portal, path, calls(20))
        with Journal.open(path) as journal:
            assert journal.summary().done == 10
            assert journal.is_running()
    finally:
        file.close()

    assert portal.executed("thing.add") == 10
    assert (await run(portal, path, calls(20))).done == 20


def test_the_lock_is_removed_and_still_held_by_one(path: Path) -> None:
    """However many take turns, no two have the journal, and no file stays."""
    held, most = 0, [0]
    counting = threading.Lock()

    def take() -> None:
        nonlocal held
        for _ in range(15):
            try:
                file = JournalFile(path, writes=True)
            except JournalLocked:
                continue
            with counting:
                held += 1
                most[0] = max(most[0], held)
            with counting:
                held -= 1
            file.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [1]
    assert [*path.parent.iterdir()] == [path]


async def test_a_lock_of_a_process_that_was_killed(portal: Portal, path: Path) -> None:
    """Its file stops nobody, and goes with the next job."""
    lock = path.with_name(f"{path.name}.lock")
    lock.touch()
    assert (await run(portal, path, calls(10))).done == 10

    assert not lock.exists()


async def test_of_a_later_version(portal: Portal, path: Path) -> None:
    """It is left as it is, by who writes and by who reads."""
    await run(portal, path, calls(10))
    spoil(path, "PRAGMA user_version = 99")
    before = content(path)
    with pytest.raises(JournalTooNew, match="format 99"):
        await run(portal, path, calls(20))
    with pytest.raises(JournalTooNew):
        Journal.open(path)

    assert content(path) == before
    assert portal.executed("thing.add") == 10


def no_database(path: Path) -> None:
    path.write_text("351\n352\n" * 1000)


def another_database(path: Path) -> None:
    spoil(path, "CREATE TABLE pages (id)")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:8192])


def bit_flipped(path: Path) -> None:
    sql = "replace(CAST(pack AS TEXT), 'thing.add', 'thing.adz')"
    spoil(path, f"UPDATE calls SET pack = CAST({sql} AS BLOB)")


def of_another_type(path: Path) -> None:
    spoil(path, "UPDATE calls SET pack = CAST(pack AS TEXT)")


def change_lost(path: Path) -> None:
    spoil(path, "UPDATE changes SET pack = x'5b5d'")


def calls_lost(path: Path) -> None:
    spoil(path, "DELETE FROM calls")


@pytest.mark.parametrize(
    "damage",
    [no_database, another_database, cut, bit_flipped, of_another_type, calls_lost],
)
async def test_damaged(
    portal: Portal, path: Path, damage: Callable[[Path], None]
) -> None:
    """What is not whole is not gone on with, and not written to."""
    if damage not in {no_database, another_database}:
        await run(portal, path, calls(3_000))
    damage(path)
    before, sent = content(path), portal.request_count
    with pytest.raises(JournalDamaged):
        await run(portal, path, calls(3_000))

    assert portal.request_count == sent
    if damage in {no_database, another_database, cut}:
        assert content(path) == before


async def test_changes_that_are_damaged(portal: Portal, path: Path) -> None:
    """Nobody is told that a call waits that may be done."""
    await run(portal, path, calls(10))
    change_lost(path)
    with pytest.raises(JournalDamaged), Journal.open(path) as journal:
        [*journal.entries()]


def in_no_folder(path: Path) -> Path:
    return path / "b.journal"


def a_folder(path: Path) -> Path:
    path.mkdir()
    return path


def of_the_system(path: Path) -> Path:
    return type(path)("/proc/a.journal")


def read_only(path: Path) -> Path:
    path.parent.chmod(0o500)
    return path


@pytest.mark.parametrize("place", [in_no_folder, a_folder, of_the_system, read_only])
async def test_where_nothing_can_be_written(
    portal: Portal, path: Path, place: Callable[[Path], Path]
) -> None:
    """A path where no file can be is an error that names it."""
    if place is read_only and not os.getuid():
        pytest.skip("root may write everywhere")
    where = place(path)
    try:
        with pytest.raises(JournalError, match=where.name):
            await run(portal, where, calls(10))
    finally:
        path.parent.chmod(0o700)

    assert portal.request_count == 0


@pytest.mark.parametrize("place", ["there is none", "empty", "a folder"])
def test_nothing_to_read(path: Path, place: str) -> None:
    """Reading makes no journal."""
    if place == "empty":
        path.touch()
    elif place == "a folder":
        path.mkdir()
    with pytest.raises(JournalError):
        Journal.open(path)


async def test_nothing_is_written_after_the_end(path: Path) -> None:
    """Whoever still waits for a mark is told, and sends nothing."""
    recorder = Recorder(path, unix_clock())
    await recorder.open("portal.example", "")
    await recorder.close()
    recorder.move((0, "thing.add", "waiting", "", ([0], "sent", 1.0, 1.0)))

    with pytest.raises(JournalError, match="has ended"):
        await recorder.flush()


# --- a disk that is full ------------------------------------------------------------


@pytest.mark.parametrize("pages", [10, 11, 13, 15])
async def test_no_room_left(portal: Portal, path: Path, pages: int) -> None:
    """It stops, has sent nothing that is not written down, and goes on with room."""
    job = calls(3_000, "a title")
    way = MemoryTransport(portal)
    async with Session(portal.webhook, transport=way) as bx:
        recorder = Recorder(path, unix_clock(), most_pages=pages)
        make = _maker(bx)
        with pytest.raises(JournalFull):
            await JobRun(make, bx._dispatcher, recorder, {})(iter(job))
    ran = portal.executed("thing.add")
    with Journal.open(path) as journal:
        summary = journal.summary()
        sent = {one.params["n"] for one in journal.entries("done", "sent", "unknown")}

    assert summary.total < 3_000
    assert ran <= len(sent)
    assert {int(one.params["n"]) for one in portal.ledger.of("thing.add")} <= sent
    summary = await run(portal, path, job, check=lambda _: _seven())
    assert summary.done == 3_000
    assert portal.executed("thing.add") == 3_000


def _maker(bx: Session) -> Callable[[], Any]:
    return lambda: bx._shell.tagged(bx._dispatcher, bx._window)


async def _seven() -> int:
    return 7


# --- sources ------------------------------------------------------------------------


async def test_a_source_that_fails(portal: Portal, path: Path) -> None:
    """Its error ends the job; what it gave before is kept, and gone on with."""

    def broken() -> Iterator[Call[Any]]:
        yield from calls(3_000)
        raise ValueError("line 3001 is no JSON")

    with pytest.raises(ValueError, match="line 3001"):
        await run(portal, path, broken())
    assert (await run(portal, path, calls(4_000))).done == 4_000
    assert portal.executed("thing.add") == 4_000


async def test_a_source_that_fails_before_anything_is_sent(
    portal: Portal, path: Path
) -> None:
    """Taken as a whole, nothing of it is sent, and it begins anew."""

    def broken() -> Iterator[Call[Any]]:
        yield from calls(3_000, "wrong")
        raise ValueError("line 3001 is no JSON")

    with pytest.raises(ValueError, match="line 3001"):
        await run(portal, path, broken(), collect=True)
    assert portal.request_count == 0
    with pytest.raises(JournalMismatch, match="give them again"):
        await run(portal, path, None)
    summary = await run(portal, path, calls(2_000, "right"), collect=True)

    assert summary.done == summary.total == 2_000

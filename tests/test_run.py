"""A job is run by way of its journal, in as many runs as it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_async import Call, Journal, Session
from bitrix_async.testing import Portal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Open = Callable[..., Session]


def working(**options: Any) -> Portal:
    """A portal with a method that reads, and one that must run only once."""
    portal = Portal(**options)
    portal.on("thing.get", lambda _, params: params)
    portal.on("thing.add", lambda *_: 7)
    return portal


def calls(count: int, method: str = "thing.add") -> list[Call[Any]]:
    return [Call(method, {"n": n}) for n in range(count)]


async def test_what_came_of_each_call_is_kept(session_of: Open, tmp_path: Path) -> None:
    """Results as the portal gave them, refusals with their code, in order."""
    portal = working()
    job = calls(300)
    job[7] = Call("no.such.method")
    job[9] = Call("thing.add", {"n": b"9"})
    async with session_of(portal) as bx:
        summary = await bx.run(job, journal=tmp_path / "a.journal")

    assert (summary.done, summary.refused, summary.total) == (298, 2, 300)
    assert summary.codes == {"ERROR_METHOD_NOT_FOUND": 1, "EncodeError": 1}
    assert summary.is_complete
    assert not summary.ok
    with Journal.open(tmp_path / "a.journal") as journal:
        assert journal.summary() == summary
        entries = [*journal.entries()]
        assert [*range(300)] == [entry.position for entry in entries]
        assert {7, 9} == {entry.position for entry in journal.entries("refused")}
        assert sum(entry.result == 7 for entry in entries) == 298


async def test_what_is_done_is_not_sent_again(session_of: Open, tmp_path: Path) -> None:
    """The same calls with the same journal: nothing is left to do."""
    portal = working()
    async with session_of(portal) as bx:
        first = await bx.run(calls(100), journal=tmp_path / "a.journal")
        again = await bx.run(calls(100), journal=tmp_path / "a.journal")
        kept = await bx.run(journal=tmp_path / "a.journal")

    assert first.ok
    assert (again.done, again.runs) == (100, 2)
    assert (kept.done, kept.runs) == (100, 3)
    assert portal.executed("thing.add") == 100

"""What a journal's file holds, read and written as values; blocks, as the file does."""

from __future__ import annotations

from functools import partial
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import define, evolve, field, frozen

from bitrix_async._journal_moves import added, changed, is_leaving, pieces, statements
from bitrix_async.errors import JournalDamaged, JournalMismatch
from bitrix_async.sansio import packs
from bitrix_async.sansio.courses import (
    MOST,
    PERIOD,
    JobSummary,
    Requests,
    Run,
    Sample,
    by_code,
    by_state,
    merged,
    still_open,
    thinned,
)
from bitrix_async.sansio.json import dumps, loads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bitrix_async._call import Call
    from bitrix_async._journal_file import JournalFile
    from bitrix_async._journal_moves import Move, Values
    from bitrix_async.sansio.courses import Tallies
    from bitrix_async.sansio.jobs import Entry
    from bitrix_async.sansio.packs import Change, Given

# Keys in a statement: SQLite took 999 values in one until 2020.
_KEYS: Final = 256

# Groups whose heads are read at once.
_AT_ONCE: Final = 500


@frozen
class Head:
    """A group, without its calls."""

    first: int
    count: int
    open: int
    missed: int
    added_at: float


@define
class Figures:
    """What is to be written of the course of the job: nothing depends on it."""

    at: float = 0.0
    requests: list[Requests] = field(factory=list)
    sample: Sample | None = None

    def __bool__(self) -> bool:
        return bool(self.requests) or self.sample is not None

    def add(self, before: Figures | None) -> None:
        """Those before, which were not written."""
        if before is not None:
            self.requests = before.requests + self.requests
            self.sample = self.sample or before.sample


class Book:
    """A journal's content."""

    def __init__(self, file: JournalFile) -> None:
        self.file = file
        # How many calls the next group should have.
        self.fitting = packs.FEW
        self._has_sent = False

    # --- what it is of ----------------------------------------------------------------

    def meta(self) -> dict[str, Any]:
        """What is known of the job as a whole."""
        return dict(self.file.rows("SELECT name, value FROM meta"))

    def note(self, **values: Any) -> None:
        """Keep what is known of the job as a whole."""
        sql = "INSERT OR REPLACE INTO meta VALUES (?, ?)"
        self.file.run_many(sql, values.items())

    def complete(self) -> None:
        """All calls of the job are here, and need be given no more."""
        with self.file.transaction(outlives_power=True):
            self.note(is_complete=1)

    def begin(self, portal: str, job: str, at: float) -> None:
        """A process begins to work on it; it must be the same portal and job.

        What no process has sent anything of, nor read to its end, begins anew.
        """
        with self.file.transaction():
            meta = self.meta()
            if meta and not meta.get("is_complete") and not meta.get("has_sent"):
                for table in ("groups", "calls", "changes", "keys", "tallies"):
                    self.file.run(f"DELETE FROM {table}")  # noqa: S608  # of this list
                self.note(is_keyed=None)
            if not meta:
                self.note(portal=portal, job=job, began_at=at, period=PERIOD)
            self._match("portal", portal, meta.get("portal"), meta.get("renamed"))
            self._match("job", job, meta.get("job"))
            self.file.run("INSERT INTO runs (began_at, seen_at) VALUES (?, ?)", at, at)

    def _match(self, name: str, given: str, *known: str | None) -> None:
        if given and known[0] and given not in known:
            text = f"the journal is of the {name} {known[0]!r}, not of {given!r}"
            raise self._mismatch(text)

    def _mismatch(self, text: str) -> JournalMismatch:
        return JournalMismatch(text, path=self.file.path)

    # --- calls that are there ---------------------------------------------------------

    def compare(self, head: Head, text: bytes) -> None:
        """That this is the text of a group; raises `JournalMismatch`."""
        kept = self._pack(head.first)
        if text == kept:
            return
        now, then = packs.unpack_calls(text), packs.unpack_calls(kept)
        place = next(
            (n for n, row in enumerate(then) if n >= len(now) or row != now[n]), 0
        )
        raise self._mismatch(
            f"call {head.first + place} is not what it was: the journal is of another "
            "job, or its calls have changed (give calls keys where they may)"
        )

    def known(self, keys: Sequence[str | None]) -> dict[str, int]:
        """Where the calls of the job stand that have one of these keys."""
        known: dict[str, int] = {}
        for some in pieces(keys, _KEYS):
            marks = ", ".join("?" * len(some))
            sql = f"SELECT * FROM keys WHERE key IN ({marks})"  # noqa: S608  # of these
            known.update(self.file.rows(sql, *some))
        return known

    def differing(self, calls: Iterable[tuple[int, str, Call[Any]]]) -> str | None:
        """The key of a call that is not the one at its position; None if all are."""
        first, rows = 0, list[packs.Row]()
        for position, key, call in sorted(calls, key=itemgetter(0)):
            if not first <= position < first + len(rows):
                sql = "SELECT max(first) FROM groups WHERE first <= ?"
                first = self.file.rows(sql, position)[0][0]
                rows = packs.unpack_calls(self._pack(first))
            if rows[position - first]._replace(key=None) != packs.as_written(call):
                return key
        return None

    def size(self) -> int:
        """How many calls it has."""
        rows = self.file.rows("SELECT coalesce(max(first + count), 0) FROM groups")
        return int(rows[0][0])

    # --- calls come in, and go on -----------------------------------------------------

    def add(self, first: int, given: Given, at: float, *, sends: bool) -> Tallies:
        """Write a group of new calls down; `sends` where they will leave now.

        Gives what the tallies change by.
        """
        rows, tallies, size = added(first, given, at)
        self.fitting = packs.fitting(len(given.calls), size)
        is_first = sends and not self._has_sent
        also: list[Callable[[], None]] = []
        if given.keys is not None:
            also.append(partial(self._name, first, given.keys))
        if is_first:
            also.append(partial(self.note, has_sent=1))
        self._write(rows, also, outlives_power=None)
        self._has_sent |= is_first
        return tallies

    def write(self, moves: Sequence[Move], figures: Figures | None = None) -> None:
        """Write all of it down, or nothing."""
        also = [] if figures is None else [partial(self._figure, figures)]
        self._write(changed(moves), also, outlives_power=is_leaving(moves) or None)

    def _write(
        self,
        rows: Sequence[Values],
        also: Sequence[Callable[[], None]],
        *,
        outlives_power: bool | None,
    ) -> None:
        ways = statements(rows)
        if not also and len(ways) == 1:
            self.file.run_alone(*ways[0], outlives_power=outlives_power)
            return
        with self.file.transaction(outlives_power=outlives_power):
            for sql, values in ways:
                self.file.run_many(sql, [values])
            for work in also:
                work()

    def _name(self, first: int, keys: Sequence[str | None]) -> None:
        pairs = [*zip(keys, range(first, first + len(keys)), strict=True)]
        for some in pieces(pairs, _KEYS):
            marks = ", ".join(["(?, ?)"] * len(some))
            sql = f"INSERT INTO keys VALUES {marks}"  # noqa: S608  # of marks
            self.file.run(sql, *chain(*some))

    def _figure(self, figures: Figures) -> None:
        self._insert(merged(figures.requests, self.period()))
        if figures.sample is not None:
            self._sample(figures.sample)
        self._seen(None, figures.at)

    def end(self, ending: str, at: float) -> None:
        """The process ends its work."""
        with self.file.transaction(outlives_power=True):
            self._seen(ending, at)

    def _seen(self, ending: str | None, at: float) -> None:
        sql = (
            "UPDATE runs SET ending = coalesce(?, ending), seen_at = ? "
            "WHERE id = (SELECT max(id) FROM runs)"
        )
        self.file.run(sql, ending, at)

    # --- the course -------------------------------------------------------------------

    def _sample(self, sample: Sample) -> None:
        sql = "INSERT INTO samples (at, pack) VALUES (?, ?)"
        self.file.run(sql, sample.at, dumps(sample.row()))
        ids = [row[0] for row in self.file.rows("SELECT id FROM samples ORDER BY id")]
        if len(ids) <= MOST:
            return
        dropped = {*ids} - {*thinned(ids)}
        self.file.run_many("DELETE FROM samples WHERE id = ?", [(i,) for i in dropped])
        period = 2 * self.period()
        self.note(period=period)
        rows = merged(self.requests(), period)
        self.file.run("DELETE FROM requests")
        self._insert(rows)

    def _insert(self, requests: Iterable[Requests]) -> None:
        self.file.run_many(
            "INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "count = count + excluded.count, commands = commands + excluded.commands, "
            "seconds = seconds + excluded.seconds",
            [
                (r.at, r.kind, r.status or 0, r.count, r.commands, r.seconds)
                for r in requests
            ],
        )

    def period(self) -> float:
        """Seconds for which there is one sample."""
        return float(self.meta().get("period", PERIOD))

    # --- reading ----------------------------------------------------------------------

    def some_heads(self, after: int, which: str = "1") -> list[Head]:
        """The next groups behind that position; `which` is SQL on them."""
        sql = (
            f"SELECT * FROM groups WHERE first > ? AND ({which}) ORDER BY first LIMIT ?"  # noqa: S608
        )
        return [Head(*row) for row in self.file.rows(sql, after, _AT_ONCE)]

    def heads(self, which: str = "1") -> Iterator[Head]:
        """The groups in order; reads some at a time."""
        after = -1
        while heads := self.some_heads(after, which):
            yield from heads
            after = heads[-1].first

    def entries(self, head: Head) -> list[Entry]:
        """The calls of a group, with what is known of each."""
        return [entry for entry, _ in self.found(head)]

    def found(self, head: Head) -> list[tuple[Entry, Call[Any] | None]]:
        """The same with the call; None where it cannot be sent."""
        changes: list[Change] = []
        try:
            rows = packs.unpack_calls(self._pack(head.first))
            sql = "SELECT crc, pack FROM changes WHERE first = ? ORDER BY number"
            for crc, pack in self.file.rows(sql, head.first):
                changes += packs.unpack_changes(self._whole(crc, pack))
        except packs.Broken as error:
            raise JournalDamaged(str(error), path=self.file.path) from None
        entries = packs.entries_of(head.first, head.added_at, rows, changes)
        return [*zip(entries, map(packs.call_of, rows), strict=True)]

    def _pack(self, first: int) -> bytes:
        rows = self.file.rows("SELECT crc, pack FROM calls WHERE first = ?", first)
        if not rows:
            raise JournalDamaged(f"calls {first} and on are gone", path=self.file.path)
        return self._whole(*rows[0])

    def _whole(self, crc: int, pack: bytes) -> bytes:
        if type(pack) is not bytes or packs.crc(pack) != crc:
            raise JournalDamaged("a text is not what was written", path=self.file.path)
        return pack

    def tallies(self) -> Tallies:
        """How many calls are where."""
        rows = self.file.rows("SELECT state, method, code, count FROM tallies")
        return {(state, method, code): count for state, method, code, count in rows}

    def summary(self) -> JobSummary:
        """The job as a whole."""
        with self.file.snapshot():
            meta, tallies, runs = self.meta(), self.tallies(), self.runs()
        return JobSummary(
            portal=meta.get("portal", ""),
            job=meta.get("job", ""),
            is_complete=bool(meta.get("is_complete")),
            **cast("dict[str, Any]", by_state(tallies)),
            codes=by_code(tallies, "refused", "unknown"),
            methods=still_open(tallies),
            began_at=meta.get("began_at", 0.0),
            seen_at=runs[-1].seen_at if runs else 0.0,
            runs=len(runs),
        )

    def runs(self) -> list[Run]:
        """The processes that worked on it, in order."""
        rows = self.file.rows("SELECT began_at, seen_at, ending FROM runs ORDER BY id")
        return [Run(began, seen, ending or "") for began, seen, ending in rows]

    def samples(self) -> list[Sample]:
        """Its moments, in order."""
        rows = self.file.rows("SELECT pack FROM samples ORDER BY id")
        return [Sample.of(loads(pack)) for (pack,) in rows]

    def requests(self) -> list[Requests]:
        """Its requests, in order."""
        rows = self.file.rows("SELECT * FROM requests ORDER BY at, kind, status")
        return [evolve(Requests(*row), status=row[2] or None) for row in rows]

"""A journal's file: SQLite, and nothing of what it is for; the only importer of it.

**What is there when.** The file is in WAL mode. What was committed outlives a process
that is killed, whatever `synchronous` says. When a machine loses its power, FULL keeps
every commit, by an fsync for each; NORMAL is whole afterwards, but may have forgotten
the last commits. *At most once* stands on a mark that is written before a call leaves,
and a mark that is forgotten sends a page twice: a transaction with such a mark is
FULL, and keeps all that was committed before it. Anything else is as the one before
it, for to change it costs as much as an fsync. What is forgotten of new calls is read
again from where they come from; what is forgotten of others runs again where that is
safe, and is unknown where it is not.

**Who may write.** One process, which holds the lock of a second file, `*.lock`, as long
as it runs: SQLite's own lock of an empty database, which the system drops with the
process. Who has it removes the file before it lets go, and who gets it looks whether
the file is still the one that is there. It stays behind a process that was killed,
until the next one ends, and where the system removes no file that is open (Windows).
Whoever reads needs no lock and stops nobody.

Everything here blocks, and belongs into a thread. What SQLite raises leaves as the
`JournalError` that says what to do.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from bitrix_async.errors import (
    JournalDamaged,
    JournalError,
    JournalFull,
    JournalLocked,
    JournalTooNew,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

# In the head of the file, for `file` and for us: "Bx24".
_APPLICATION: Final = 0x42783234
VERSION: Final = 1

_SCHEMA: Final = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
-- A group of calls, of which the first has that position: how many they are, how many
-- of them are still to end, and how many were refused or are unknown.
CREATE TABLE groups (
  first INTEGER PRIMARY KEY, count INTEGER NOT NULL, open INTEGER NOT NULL,
  missed INTEGER NOT NULL, added_at REAL NOT NULL
);
-- What they are, and what became of them: see sansio/packs.py.
CREATE TABLE calls (
  first INTEGER PRIMARY KEY, crc INTEGER NOT NULL, pack BLOB NOT NULL
);
CREATE TABLE changes (
  first INTEGER, number INTEGER, crc INTEGER NOT NULL, pack BLOB NOT NULL,
  PRIMARY KEY (first, number)
) WITHOUT ROWID;
-- Of calls that the caller has keys for.
CREATE TABLE keys (key TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
-- How many calls are where, so that nobody has to count them.
CREATE TABLE tallies (
  state TEXT, method TEXT, code TEXT, count INTEGER NOT NULL,
  PRIMARY KEY (state, method, code)
) WITHOUT ROWID;
-- Each process that worked on the job.
CREATE TABLE runs (
  id INTEGER PRIMARY KEY, began_at REAL NOT NULL, seen_at REAL NOT NULL, ending TEXT
);
CREATE TABLE samples (id INTEGER PRIMARY KEY, at REAL NOT NULL, pack BLOB NOT NULL);
CREATE TABLE requests (
  at REAL, kind TEXT, status INTEGER, count INTEGER NOT NULL,
  commands INTEGER NOT NULL, seconds REAL NOT NULL, PRIMARY KEY (at, kind, status)
) WITHOUT ROWID;
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {VERSION};
"""

# Of who writes, and not in the file: one statement for all that changes when calls come
# in and when they go on. Between two statements a thread lets others run, and waits for
# its turn again, which costs as much as the statements do. A row is a new group, which
# has a time, a change of one, a tally, or nothing.
_WRITING: Final = """
PRAGMA temp_store = MEMORY;
CREATE TEMP VIEW moves (first, crc, pack, open, missed, at, state, method, code, count)
  AS VALUES (0, 0, x'', 0, 0, 0.0, '', '', '', 0);
CREATE TEMP TRIGGER added INSTEAD OF INSERT ON moves WHEN new.at IS NOT NULL BEGIN
  INSERT INTO groups VALUES (new.first, new.open, new.open, new.missed, new.at);
  INSERT INTO calls VALUES (new.first, new.crc, new.pack);
END;
CREATE TEMP TRIGGER changed INSTEAD OF INSERT ON moves
WHEN new.at IS NULL AND new.pack IS NOT NULL BEGIN
  INSERT INTO changes SELECT new.first, coalesce(max(number), 0) + 1, new.crc, new.pack
    FROM changes WHERE first = new.first;
  UPDATE groups SET open = open + new.open, missed = missed + new.missed
    WHERE first = new.first AND (new.open != 0 OR new.missed != 0);
END;
CREATE TEMP TRIGGER tallied INSTEAD OF INSERT ON moves WHEN new.state IS NOT NULL BEGIN
  INSERT INTO tallies VALUES (new.state, new.method, new.code, new.count)
    ON CONFLICT DO UPDATE SET count = count + excluded.count;
END;
"""

# Bytes. The texts of calls are long, and a system call for each 4 KiB of them costs the
# kernel more than all of SQLite; what calls go on by is short, and needs a few pages.
_PAGE: Final = 16 * 1024

# How long somebody else's moment with the file is waited for, in seconds.
_BUSY: Final = 5.0
# And for somebody who only looks whether there is one, in milliseconds.
_GLANCE: Final = 250


class JournalFile:
    """An open journal. `write` is None where it is only read."""

    def __init__(self, path: Path, *, writes: bool, most_pages: int = 0) -> None:
        self.path = path
        self._outlives_power = False
        self._lock: sqlite3.Connection | None = None
        self._db: sqlite3.Connection | None = None
        try:
            with self.told():
                if writes:
                    self._lock = _locked(path)
                    self._db = _made(path, most_pages)
                else:
                    self._db = _read(path)
        except BaseException:
            self.close()
            raise

    # --- SQL --------------------------------------------------------------------------

    def rows(self, sql: str, *values: Any) -> list[Any]:
        """What a query gives."""
        with self.told():
            return self._connection.execute(sql, values).fetchall()

    def run(self, sql: str, *values: Any) -> None:
        """One statement."""
        with self.told():
            self._connection.execute(sql, values)

    def run_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """One statement for each row."""
        with self.told():
            self._connection.executemany(sql, rows)

    @contextmanager
    def transaction(self, *, outlives_power: bool | None = None) -> Iterator[None]:
        """All of it is kept when this ends, or nothing; see above.

        `outlives_power` None: as in the last one, whichever is less work.
        """
        with self.told():
            self._set(outlives_power)
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def run_alone(
        self, sql: str, values: Sequence[Any], *, outlives_power: bool | None
    ) -> None:
        """One statement that changes something, a transaction by itself."""
        with self.told():
            self._set(outlives_power)
            # For a single row `execute` asks for its number afterwards, and lets other
            # threads run meanwhile: their turn costs more than the statement.
            self._connection.executemany(sql, [values])

    def _set(self, outlives_power: bool | None) -> None:  # noqa: FBT001  # a property
        if outlives_power not in {None, self._outlives_power}:
            level = "FULL" if outlives_power else "NORMAL"
            self._connection.execute(f"PRAGMA synchronous = {level}")
            self._outlives_power = bool(outlives_power)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reads see the same moment."""
        with self.told():
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                self._connection.execute("ROLLBACK")

    @contextmanager
    def told(self) -> Iterator[None]:
        """What SQLite raises, as what to do about it."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raised = _told(error, self.path)
        else:
            return
        raise raised

    def close(self) -> None:
        """Close it, and let go of the lock. Idempotent."""
        if self._db is not None:
            self._db.close()
        if self._lock is not None:
            with suppress(OSError):  # what stays does no harm
                _lock_of(self.path).unlink()
            self._lock.close()
        self._db = self._lock = None

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._db is None:
            raise JournalError("the journal is closed", path=self.path)
        return self._db


# --- opening ----------------------------------------------------------------------


def _connected(path: Path, mode: str) -> sqlite3.Connection:
    # Threads take turns: whoever has the file uses it from one at a time.
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY,
        isolation_level=None,
        check_same_thread=False,
    )


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def is_locked(path: Path) -> bool:
    """Whether a process works on the journal."""
    before = _identity(_lock_of(path))
    if before is None:
        return False
    try:
        with closing(_connected(_lock_of(path), "ro")) as lock:
            lock.execute("PRAGMA busy_timeout = 0")
            lock.execute("SELECT count(*) FROM sqlite_schema")
    except sqlite3.OperationalError as error:
        if _is_busy(error):
            return True
        if _identity(_lock_of(path)) == before:
            raise
    return False


def _locked(path: Path) -> sqlite3.Connection:
    """The lock; who had it before removes the file, perhaps while this one waits."""
    while True:
        os.close(os.open(_lock_of(path), os.O_RDWR | os.O_CREAT, 0o600))
        before = _identity(_lock_of(path))
        lock = _connected(_lock_of(path), "rwc")
        try:
            lock.execute(f"PRAGMA busy_timeout = {_GLANCE}")
            lock.execute("BEGIN EXCLUSIVE")
            failed = None
        except sqlite3.OperationalError as error:
            failed = error
        if before is not None and _identity(_lock_of(path)) == before:
            if failed is None:
                return lock
            lock.close()
            raise _refused(failed, path)
        lock.close()  # of a file that nobody else will find


def _refused(error: sqlite3.OperationalError, path: Path) -> Exception:
    if not _is_busy(error):
        return error
    return JournalLocked("another process works on this journal", path=path)


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY


def _identity(path: Path) -> tuple[int, int, int] | None:
    """What tells a file from another at its path; None where there is none.

    A number that is free again soon belongs to another file, of another time.
    """
    try:
        seen = path.stat()
    except FileNotFoundError:
        return None
    return seen.st_dev, seen.st_ino, seen.st_ctime_ns


def _made(path: Path, most_pages: int) -> sqlite3.Connection:
    # Its owner's alone: the parameters of a job may be anybody's data.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    db = _connected(path, "rw")
    with _closed_on_error(db):
        if most_pages:
            db.execute(f"PRAGMA max_page_count = {int(most_pages)}")
        is_new = not _checked(db, path)
        if is_new:
            db.execute(f"PRAGMA page_size = {_PAGE}")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        if is_new:
            db.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}COMMIT;")
        db.executescript(_WRITING)
    return db


def _read(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise JournalError("there is no journal", path=path)
    # Whoever closes it last tidies up behind a process that was killed, where it may.
    db = _connected(path, "rw" if os.access(path, os.W_OK) else "ro")
    with _closed_on_error(db):
        db.execute("PRAGMA query_only = ON")
        if not _checked(db, path):
            raise JournalError("the journal is empty", path=path)
    return db


@contextmanager
def _closed_on_error(db: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        db.close()
        raise


def _checked(db: sqlite3.Connection, path: Path) -> bool:
    """Whether it is a journal already; raises where it is anything else but empty."""
    application, version = (
        db.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("application_id", "user_version")
    )
    tables = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if application != _APPLICATION and (application or tables):
        raise JournalDamaged("the file is not a journal", path=path)
    if version > VERSION:
        text = f"a later version of bitrix_async has written it (format {version})"
        raise JournalTooNew(text, path=path)
    return bool(tables)


# SQLite's result codes -> what to do. https://sqlite.org/rescode.html
_KINDS: Final[dict[int, type[JournalError]]] = {
    sqlite3.SQLITE_FULL: JournalFull,
    sqlite3.SQLITE_CORRUPT: JournalDamaged,
    sqlite3.SQLITE_NOTADB: JournalDamaged,
}
# What it calls an I/O error where the disk does not take what is to be written, and the
# system says something else than that it is full: a quota, or the size of a file.
_NOT_TAKEN: Final = {sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}


def _told(error: sqlite3.Error | OSError, path: Path) -> JournalError:
    code = getattr(error, "sqlite_errorcode", None) or 0
    if code in _NOT_TAKEN:
        text = "the disk does not take more: it is full, has a quota, or fails"
        return JournalFull(text, path=path)
    kind = _KINDS.get(code & 0xFF, JournalError)
    text = getattr(error, "strerror", None) or str(error)
    return kind(text, path=path)

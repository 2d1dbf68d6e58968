"""A job's journal, to be read: while the job runs, after its end, or after a crash.

    with Journal.open("pages.journal") as journal:
        print(journal.summary())
        for entry in journal.entries("refused", "unknown"):
            print(entry.position, entry.method, entry.code, entry.params)

`Session.run` writes it. Reading needs no lock and stops nobody; what is read is of one
moment for each summary, and of one moment for each few hundred entries. Everything
here blocks for as long as the disk does.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from bitrix_async._journal_book import Book
from bitrix_async._journal_file import JournalFile, is_locked
from bitrix_async.sansio.courses import (
    JobSummary,
    MethodSample,
    Requests,
    Run,
    Sample,
    by_code,
)
from bitrix_async.sansio.jobs import STATES, Entry, State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike
    from types import TracebackType

__all__ = [
    "Entry",
    "JobSummary",
    "Journal",
    "MethodSample",
    "Requests",
    "Run",
    "Sample",
    "State",
]

# Which groups can have calls in that state.
_WHERE: Final[dict[State, str]] = {
    "waiting": "open",
    "sent": "open",
    "done": "open + missed < count",
    "refused": "missed",
    "unknown": "missed",
}


class Journal:
    """An open journal; see `Journal.open`."""

    def __init__(self, file: JournalFile) -> None:
        self._book = Book(file)

    @classmethod
    def open(cls, path: str | PathLike[str]) -> Self:
        """Open a journal to read it.

        Raises `JournalDamaged` for a file that is none, `JournalTooNew` for one of a
        later version, and `JournalError` for one that cannot be opened.
        """
        return cls(JournalFile(Path(path), writes=False))

    @property
    def path(self) -> Path:
        """Its file."""
        return self._book.file.path

    def summary(self) -> JobSummary:
        """How many calls are where; quick, however many they are."""
        return self._book.summary()

    def codes(self, *states: State) -> dict[str, int]:
        """The calls in these states by their code; quick, as the summary is."""
        return by_code(self._book.tallies(), *states)

    def entries(self, *states: State) -> Iterator[Entry]:
        """The calls in order, of these states or of all; in constant memory."""
        wanted = {*(states or STATES)}
        which = " OR ".join(sorted({_WHERE[state] for state in wanted}))
        for head in self._book.heads(which):
            for entry in self._book.entries(head):
                if entry.state in wanted:
                    yield entry

    def samples(self) -> list[Sample]:
        """The job's moments in order, a bounded number of them; see `courses`."""
        return self._book.samples()

    def requests(self) -> list[Requests]:
        """The job's requests by stretches of time, a bounded number of them."""
        return self._book.requests()

    def is_running(self) -> bool:
        """Whether a process works on the job now."""
        file = self._book.file
        with file.told():
            return is_locked(file.path)

    def runs(self) -> list[Run]:
        """The processes that worked on the job, in order."""
        return self._book.runs()

    def close(self) -> None:
        """Close the file. Idempotent."""
        self._book.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Journal {str(self.path)!r}>"

"""What the portal did, so that a test can say once, at most once, or never."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Via: TypeAlias = Literal["direct", "batch"]


@frozen
class Entry:
    """A method that ran.

    `params` are as the server read them: text in a batch, typed in JSON; `error` is
    the code it answered with, None where it succeeded; `at` is when it ended, in
    seconds of the portal's clock.
    """

    method: str
    params: Any
    at: float
    via: Via
    request: int
    error: str | None = None

    @property
    def ok(self) -> bool:
        """Whether it had a result."""
        return self.error is None


@frozen
class RequestEntry:
    """An HTTP request: `status` is None where no answer was given."""

    number: int
    method: str
    commands: int
    at: float
    status: int | None


@define
class Ledger:
    """Every method that ran, in order, and counts of what was refused.

    With `keep=False` only the counts are kept, whatever the length of the job.
    """

    keep: bool = True
    entries: list[Entry] = field(factory=list)
    counts: Counter[str] = field(factory=Counter)

    def add(self, entry: Entry) -> None:
        """Count a call that ran, and keep it."""
        if entry.ok:
            self.counts[entry.method] += 1
        if self.keep:
            self.entries.append(entry)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def of(self, method: str, /, **params: object) -> list[Entry]:
        """The runs of a method with at least these parameters, failed ones too.

        A number equals its text, since a batch makes text of it.
        """
        if not self.keep:
            raise LookupError("the ledger was told to keep counts only")
        name = method.lower()
        return [
            entry
            for entry in self.entries
            if entry.method == name and holds(entry.params, params)
        ]


def holds(given: Any, wanted: Mapping[str, object]) -> bool:
    """Whether the parameters have at least these; a number equals its text."""
    if not wanted:
        return True
    return isinstance(given, dict) and all(
        key in given and as_text(given[key]) == as_text(value)
        for key, value in wanted.items()
    )


def as_text(value: Any) -> Any:
    """The value as a batch would have carried it: every leaf a text."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        return {str(key): as_text(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [as_text(part) for part in value]
    return value

"""What a job came to: for people, for programs, and for the next run."""

from __future__ import annotations

import json
import shlex
import sys
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import asdict, frozen
from rich.table import Table
from rich.text import Text

from bitrix_async.cli._escapes import shown
from bitrix_async.cli._job import misses
from bitrix_async.cli._progress import WAITS
from bitrix_async.cli._screen import say, stdout
from bitrix_async.cli._secrets import hidden
from bitrix_async.report.words import count, duration

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from bitrix_async import State
    from bitrix_async.cli._job import Ended, Miss
    from bitrix_async.cli._keeping import Keeping

# Calls that have ended, and are not done.
_ENDED: Final[tuple[State, ...]] = ("refused", "unknown", "sent")
# The jobs of commands: what stands for their calls, and how these are given.
_PAGES: Final = ("PAGES", "their ids, --from FILE or --site ID")
GIVEN: Final = {
    "run": ("CALLS", "the file of them"),
    "publish": _PAGES,
    "unpublish": _PAGES,
}
# Rows on a terminal; a pipe gets all of them.
_ROWS: Final = 20
# A wait below this is not worth a word; seconds.
_BRIEF: Final = 0.05


@frozen
class Report:
    """A job that has ended.

    Args:
        name: of the job, and of the command that goes on with it.
        past: what was done, as in "published".
        noun: to what, as in "page".
        ended: what came of it.
        keeping: where it is kept.
        path: the journal, which may be gone soon.
        aside: lines that are no call; None where no lines are read.
    """

    name: str
    past: str
    noun: str
    ended: Ended
    keeping: Keeping
    path: Path
    aside: int | None = None

    def misses(self) -> Iterator[Miss]:
        """What is not done. What waits in a journal that is kept is not missed."""
        yield from misses(self.path, *_ENDED)
        if self.keeping.path is None:
            yield from misses(self.path, "waiting")

    def printed(self) -> str:
        """One JSON object."""
        ended, stats = self.ended, self.ended.moment.stats
        aside = {} if self.aside is None else {"set_aside": self.aside}
        return json.dumps(
            {
                "done": ended.summary.done,
                "failed": [*map(asdict, misses(self.path, "refused"))],
                "unknown": [*map(asdict, misses(self.path, "unknown", "sent"))],
                "left": [one.key for one in misses(self.path, "waiting")],
                "interrupted": ended.interrupted,
                "stopped": hidden(ended.stopped) or None,
                **aside,
                "requests": stats.requests,
                "calls_per_request": round(stats.calls_per_request, 2),
                "waited": rounded(stats.waited),
                "seconds": round(ended.moment.seconds, 3),
            }
        )

    def told(self) -> None:
        """Summary for people."""
        for text in self._lines():
            say(text)

    def _lines(self) -> Iterator[str]:
        ended, summary, moment = self.ended, self.ended.summary, self.ended.moment
        stats = moment.stats
        earlier = f", {self.keeping.earlier:,} of them before" * self.keeping.resume
        done = f"{summary.done:,} of {count(summary.total, self.noun)}{earlier}"
        requests = f"{count(stats.requests, 'request')} in {duration(moment.seconds)}"
        each = f", {stats.calls_per_request:,.1f} calls in each" * bool(stats.requests)
        yield f"{self.past.capitalize()} {done}: {requests}{each}."
        if waits := waited(stats.waited):
            yield f"Waited for {waits}."
        if summary.refused:
            yield f"{summary.refused:,} failed: {codes(summary.codes)}."
        if ended.unknown:
            yield (
                f"{ended.unknown:,} unknown: sent, but no answer came; they may be "
                f"{self.past}."
            )
        if ended.left:
            yield f"{ended.left:,} left."
        if ended.stopped:
            yield f"Stopped: {hidden(ended.stopped)}."
        yield from self._journal()

    def _journal(self) -> Iterator[str]:
        path = self.keeping.path
        if path is None:
            return
        is_complete = self.ended.summary.is_complete
        if not is_complete:
            yield lacking(self.name)
        if self.ended.left or not is_complete:
            scale = self.ended.moment.scale
            scaled = "" if scale == 1 else f" --scale {scale:g}"
            resume = command(self.name, path, is_complete=is_complete)
            yield f"To go on: {resume}{scaled}"
        yield f"To look at it: bitrix-async job {shlex.quote(str(path))}"


def tell(report: Report, failed: Path | None, *, as_json: bool) -> None:
    """Write, print and say it."""
    written = 0
    try:
        # Before anything is printed, which fails where nobody reads it.
        if failed is not None:
            written = write(failed, report.misses())
    finally:
        try:
            click.echo(report.printed()) if as_json else listed(report.misses(), _ROWS)
        finally:  # that there is no room to print it does not hide what is done
            report.told()
    if written:
        say(f"Written to {failed}, which --from reads.")


def command(name: str, path: Path, *, is_complete: bool) -> str:
    """What goes on with a job, of which the journal may not have all calls."""
    given = "" if is_complete else f" {GIVEN[name][0]}"
    return f"bitrix-async {name}{given} --journal {shlex.quote(str(path))} --resume"


def lacking(name: str) -> str:
    """That a job was stopped while its calls were taken, and what follows from it."""
    place, how = GIVEN[name]
    return f"The journal has not all of its calls: give them again, for {place} {how}."


def listed(missed: Iterable[Miss], rows: int) -> None:
    """Calls that are not done, on stdout: as `--from` reads them, if not seen."""
    if not sys.stdout.isatty():
        for miss in missed:
            click.echo(_row(miss), nl=False)
        return
    table = Table("call", "code", "description", box=None, header_style="dim")
    more = 0
    for number, miss in enumerate(missed):
        more = max(0, number + 1 - rows)
        if not more:
            key, code, description = _cells(miss)
            table.add_row(Text(key), Text(code, "red"), Text(description))
    if table.rows:
        stdout().print(table)
    if more:
        say(f"  and {more:,} more, which a pipe would get, or the file of --failed")


def write(path: Path, missed: Iterable[Miss]) -> int:
    """Keeps the calls that are not done, and gives their number."""
    number = 0
    try:
        with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
            for number, miss in enumerate(missed, 1):  # noqa: B007  # after the loop
                file.write(_row(miss))
    except OSError as error:
        raise click.ClickException(f"--failed: {path}: {error.strerror}") from None
    return number


def _row(miss: Miss) -> str:
    return "\t".join(_cells(miss)) + "\n"


def _cells(miss: Miss) -> list[str]:
    cells = (miss.key, miss.code, hidden(miss.description))
    return [shown(" ".join(cell.split())) for cell in cells]


def codes(counts: Mapping[str, int]) -> str:
    """How many of each code, the most frequent first."""
    return ", ".join(f"{code} {number:,}" for code, number in counts.items())


def waited(causes: Mapping[str, float]) -> str:
    """How long it was waited for what."""
    return ", ".join(
        f"{WAITS.get(cause, cause)} {duration(seconds)}"
        for cause, seconds in sorted(causes.items(), key=lambda item: -item[1])
        if seconds >= _BRIEF
    )


def rounded(seconds: Mapping[str, float]) -> dict[str, Any]:
    """For JSON."""
    return {cause: round(value, 3) for cause, value in seconds.items()}

"""What a job on pages came to: for people, for programs, and for the next run."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import asdict, frozen
from rich.table import Table
from rich.text import Text

from bitrix_async.cli._progress import WAITS
from bitrix_async.cli._screen import say, stdout
from bitrix_async.cli._secrets import hidden

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from bitrix_async.cli._job import Job, Miss
    from bitrix_async.cli._progress import Moment

# Rows on a terminal; a pipe gets all of them.
_ROWS: Final = 20
# A wait below this is not worth a word; seconds.
_BRIEF: Final = 0.05


@frozen
class Report:
    """A job that has ended, in `past` as in "published"."""

    past: str
    job: Job
    moment: Moment

    def printed(self) -> str:
        """One JSON object."""
        job, stats = self.job, self.moment.stats
        return json.dumps(
            {
                "done": len(job.done),
                "failed": [*map(asdict, job.failed)],
                "unknown": [*map(asdict, job.unknown)],
                "not_sent": [miss.lid for miss in job.unsent],
                "interrupted": job.interrupted,
                "requests": stats.requests,
                "calls_per_request": round(stats.calls_per_request, 2),
                "waited": rounded(stats.waited),
                "seconds": round(self.moment.seconds, 3),
            }
        )

    def told(self) -> None:
        """Summary for people."""
        for text in self._lines():
            say(text)

    def _lines(self) -> Iterator[str]:
        job, moment = self.job, self.moment
        stats = moment.stats
        pages = count(len(job.lids), "page")
        yield (
            f"{self.past.capitalize()} {len(job.done):,} of {pages} in "
            f"{moment.seconds:,.1f} s: {count(stats.requests, 'request')}, "
            f"{stats.calls_per_request:,.1f} calls in each."
        )
        if waits := waited(stats.waited):
            yield f"Waited for {waits}."
        if job.failed:
            yield f"{len(job.failed):,} failed: {_codes(job.failed)}."
        if job.unknown:
            yield (
                f"{len(job.unknown):,} unknown: sent, but no answer came; they may be "
                f"{self.past}."
            )
        if job.unsent:
            yield f"{len(job.unsent):,} not sent."
        if job.stopped:
            yield f"Stopped: {job.stopped}."


def listed(misses: list[Miss]) -> None:
    """The pages that are not done, on stdout: as `--from` reads them, if not seen."""
    if not sys.stdout.isatty():
        click.echo("".join(map(_row, misses)), nl=False)
        return
    if not misses:
        return
    table = Table("page", "code", "description", box=None, header_style="dim")
    for miss in misses[:_ROWS]:
        table.add_row(str(miss.lid), Text(miss.code, "red"), Text(miss.description))
    stdout().print(table)
    if len(misses) > _ROWS:
        say(f"  and {len(misses) - _ROWS:,} more; --failed FILE has all of them")


def write(path: Path, misses: Iterable[Miss]) -> None:
    """Keeps the pages that are not done."""
    try:
        path.write_text("".join(map(_row, misses)), "utf-8", "backslashreplace")
    except OSError as error:
        raise click.ClickException(f"--failed: {path}: {error.strerror}") from None


def _row(miss: Miss) -> str:
    description = " ".join(hidden(miss.description).split())
    return f"{miss.lid}\t{' '.join(miss.code.split())}\t{description}\n"


def count(number: int, what: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _codes(misses: Iterable[Miss]) -> str:
    """How many of each code, the most frequent first."""
    counted = Counter(miss.code or "no code" for miss in misses)
    return ", ".join(f"{code} {number:,}" for code, number in counted.most_common())


def waited(causes: Mapping[str, float]) -> str:
    """How long it was waited for what."""
    return ", ".join(
        f"{WAITS.get(cause, cause)} {seconds:,.1f} s"
        for cause, seconds in sorted(causes.items(), key=lambda item: -item[1])
        if seconds >= _BRIEF
    )


def rounded(seconds: Mapping[str, float]) -> dict[str, Any]:
    """For JSON."""
    return {cause: round(value, 3) for cause, value in seconds.items()}

"""`job`: how far a job is, whether or not a process is at it."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from attrs import frozen

from bitrix_async import Journal
from bitrix_async.cli import _beside
from bitrix_async.cli._escapes import shown
from bitrix_async.cli._job import Miss
from bitrix_async.cli._progress import WAITS
from bitrix_async.cli._report import GIVEN, command, lacking, listed
from bitrix_async.cli._screen import as_json, say
from bitrix_async.report import page, report
from bitrix_async.report.words import clock, count, day, duration, number, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bitrix_async import Entry, JobSummary, State
    from bitrix_async.journal import Run, Sample

# Seconds over which a rate is taken.
_LATELY: Final = 30.0
# Of columns.
_WIDE: Final = 10
_CODE: Final = 30
_NUMBER: Final = 10


@frozen
class _Status:
    """A job at a moment; times are unix seconds.

    Args:
        summary: how many calls are where.
        runs: the processes that worked on it.
        sample: the last moment that is known.
        lately: calls that ended in a second.
        codes: those of the `failed` and the `unknown`.
        running: whether a process is at it now.
        now: when it was looked at.
    """

    summary: JobSummary
    runs: Sequence[Run]
    sample: Sample | None
    lately: float
    codes: Mapping[str, Mapping[str, int]]
    running: bool
    now: float

    @classmethod
    def of(cls, journal: Journal) -> _Status:
        """As the journal has it."""
        runs, samples = journal.runs(), journal.samples()
        began = runs[-1].began_at if runs else 0.0
        return cls(
            summary=journal.summary(),
            runs=runs,
            sample=samples[-1] if samples else None,
            lately=rate_of(samples, began),
            codes={
                "failed": journal.codes("refused"),
                "unknown": journal.codes("unknown"),
            },
            running=journal.is_running(),
            now=time.time(),
        )

    @property
    def left(self) -> int:
        """Calls that are still to be sent."""
        return self.summary.waiting + (self.summary.sent if self.running else 0)

    @property
    def unknown(self) -> int:
        """Calls that may have run; those of a process that was killed among them."""
        return self.summary.unknown + (0 if self.running else self.summary.sent)

    @property
    def seconds(self) -> float:
        """For how long processes were at it."""
        since = self.now - self.runs[-1].seen_at if self.running else 0.0
        return sum(run.seen_at - run.began_at for run in self.runs) + max(0.0, since)

    @property
    def rate(self) -> float:
        """Calls that end in a second; that ended, where nobody is at it."""
        if self.running:
            return self.lately
        ended = self.summary.total - self.summary.waiting - self.summary.sent
        return ended / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long it will go on yet, as the process that ran it last has told."""
        if not self.left or self.sample is None or self.sample.seconds_left is None:
            return None
        passed = self.now - self.sample.at if self.running else 0.0
        return max(0.0, self.sample.seconds_left - passed)

    @property
    def resumes_at(self) -> dict[str, float]:
        """Methods that are held for their limit, and until when."""
        methods = self.sample.methods if self.sample is not None else {}
        return {
            name: one.parked_until
            for name, one in methods.items()
            if one.parked_until is not None and one.parked_until > self.now
        }


def rate_of(samples: Sequence[Sample], began: float) -> float:
    """Calls that ended in a second, lately, of a run that began at that unix time.

    Between two runs is time in which nothing ends, and what failed may go again.
    """
    samples = [one for one in samples if one.at >= began]
    if not samples:
        return 0.0
    last = samples[-1]
    first = next(
        (one for one in reversed(samples) if last.at - one.at >= _LATELY), samples[0]
    )
    ended = _ended(last) - _ended(first)
    return max(0.0, ended / (last.at - first.at)) if last.at > first.at else 0.0


def _ended(sample: Sample) -> int:
    return sum(sample.counts.get(one, 0) for one in ("done", "refused", "unknown"))


@click.command(
    short_help="Show how far a job is, and what failed.",
    epilog="""\b
Examples:
  bitrix-async job pages.journal
  bitrix-async job pages.journal --report report.html
  bitrix-async job pages.journal --failed > failed.txt
""",
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--failed", is_flag=True, help="List the calls that were refused.")
@click.option("--unknown", is_flag=True, help="List those that may have run.")
@click.option("--json", "json", is_flag=True, help="As JSON; of a list, a line a call.")
@click.option(
    "--report",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="HTML",
    help="Write a page that shows how it went.",
)
def job(
    file: Path, target: Path | None, *, failed: bool, unknown: bool, json: bool
) -> None:
    """Show the job whose journal is FILE: how far it is, and what failed.

    The job may go on meanwhile, and is not disturbed.
    """
    with Journal.open(file) as journal:
        if target is not None:
            _beside.check("--report", target, file)
            _write(target, journal)
        states = [*_states(journal, failed=failed, unknown=unknown)]
        if states:
            _list(journal.entries(*states), json=json)
        elif json:
            click.echo(as_json(_values(_Status.of(journal))))
        elif target is None:
            for line in _lines(_Status.of(journal), file):
                click.echo(shown(line))


def _write(target: Path, journal: Journal) -> None:
    try:
        target.write_text(page(report(journal)), "utf-8", "xmlcharrefreplace")
    except OSError as error:
        raise click.UsageError(f"--report: {target}: {error.strerror}") from None
    say(f"Written to {target}.")


def _states(journal: Journal, *, failed: bool, unknown: bool) -> Iterator[State]:
    if failed:
        yield "refused"
    if unknown:
        yield "unknown"
        if not journal.is_running():
            yield "sent"


def _list(entries: Iterator[Entry], *, json: bool) -> None:
    if json:
        for entry in entries:
            click.echo(as_json(_told(entry)))
    else:
        listed(map(Miss.of, entries), rows=sys.maxsize)


def _told(entry: Entry) -> dict[str, object]:
    key = {} if entry.key is None else {"key": entry.key}
    call = {"method": entry.method, "params": dict(entry.params)}
    miss = Miss.of(entry)
    return {**call, **key, "code": miss.code, "error": miss.description}


def _values(status: _Status) -> dict[str, object]:
    summary = status.summary
    left = status.seconds_left
    return {
        "job": summary.job,
        "portal": summary.portal,
        "running": status.running,
        "complete": summary.is_complete,
        "total": summary.total,
        "done": summary.done,
        "failed": summary.refused,
        "unknown": status.unknown,
        "left": status.left,
        "codes": dict(summary.codes),
        "rate": round(status.rate, 3),
        "began_at": summary.began_at,
        "seen_at": summary.seen_at,
        "seconds": round(status.seconds, 3),
        "seconds_left": None if left is None else round(left, 3),
        "ends_at": status.now + left if left and status.running else None,
        "resumes_at": status.resumes_at,
        "runs": summary.runs,
    }


# --- for people ---------------------------------------------------------------------


def _lines(status: _Status, file: Path) -> Iterator[str]:
    summary = status.summary
    yield f"{summary.job or 'A job'} at {summary.portal}: {_verdict(status)}"
    yield ""
    yield from _counts(status)
    yield ""
    yield from _times(status)
    # A job of another name is a program's, which alone can go on with it.
    if not status.running and summary.job in GIVEN:
        advice = [*_advice(status, file)]
        yield from ["", *advice] if advice else ()


def _advice(status: _Status, file: Path) -> Iterator[str]:
    """What may be done about what is not done."""
    name, is_complete = status.summary.job, status.summary.is_complete
    resume = command(name, file, is_complete=is_complete)
    if not is_complete:
        yield lacking(name)
    if status.left or not is_complete:
        yield f"To go on: {resume}"
    if status.summary.refused:
        yield f"To try again what failed: {resume} --again failed"
    if status.unknown:
        yield f"To run again what may have run: {resume} --again unknown"


def _verdict(status: _Status) -> str:
    summary = status.summary
    if status.running:
        return "it runs"
    if summary.ok:
        return "all is done"
    if status.left or not summary.is_complete:
        return f"stopped at {_when(summary.seen_at, status.now)}"
    return f"it has ended, {summary.total - summary.done:,} not done"


def _when(at: float, now: float) -> str:
    same = day(at) == day(now)
    return clock(at, seconds=True) if same else f"{clock(at)} on {day(at)}"


def _counts(status: _Status) -> Iterator[str]:
    summary = status.summary
    for name, value in (
        ("done", summary.done),
        ("failed", summary.refused),
        ("unknown", status.unknown),
        ("left", status.left),
    ):
        share = percent(value, summary.total)
        yield f"  {name:<{_CODE}}{value:>{_NUMBER},}{share:>{_NUMBER}}"
        for code, many in status.codes.get(name, {}).items():
            yield f"    {code:<{_CODE - 2}}{many:>{_NUMBER},}"


def _times(status: _Status) -> Iterator[str]:
    summary, sample = status.summary, status.sample
    runs = f" in {count(summary.runs, 'run')}" if summary.runs > 1 else ""
    yield _row("began", _when(summary.began_at, status.now))
    yield _row("took", f"{duration(status.seconds)}{runs}")
    yield _row("rate", f"{number(status.rate)} a second")
    left = status.seconds_left
    if left is not None:
        ends = f", until {_when(status.now + left, status.now)}" * status.running
        yield _row("time left", f"about {duration(left)}{ends}")
    if status.running and sample is not None and sample.waits_for:
        yield _row("waits for", WAITS.get(sample.waits_for, sample.waits_for))
    for name, at in status.resumes_at.items():
        yield _row("parked", f"{name}, goes on at {_when(at, status.now)}")


def _row(name: str, text: str) -> str:
    return f"  {name:<{_WIDE}}  {text}"

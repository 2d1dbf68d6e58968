"""A report of what a journal holds, in memory that does not grow with the job."""

from __future__ import annotations

import time
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Final

from bitrix_async._masks import shown, without_links
from bitrix_async.report._axes import step_for
from bitrix_async.report._course import bins, spans
from bitrix_async.report._facts import Failure, Kind, Missed, Report, Requests, Totals
from bitrix_async.report._operating import methods

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bitrix_async.journal import Entry, JobSummary, Journal, Run, State
    from bitrix_async.journal import Requests as Stretch

# Bins of a report at the most, and calls that are named for one code.
_BINS: Final = 120
_NAMED: Final = 100
# A journal that nothing has come of yet still has a width; seconds.
_SHORTEST: Final = 0.1


def report(journal: Journal) -> Report:
    """What is to be told of a job, finished or not.

    It reads calls that failed until it has some for each code.
    """
    summary, running = journal.summary(), journal.is_running()
    runs, samples, requests = journal.runs(), journal.samples(), journal.requests()
    began, ended = summary.began_at, max(summary.began_at, summary.seen_at)
    step = step_for(max(ended - began, _SHORTEST), _BINS)
    course = spans(runs, samples, _counts(summary))
    return Report(
        title=summary.job,
        portal=summary.portal,
        began=began,
        ended=ended,
        running=running,
        totals=_totals(summary, running=running),
        failures=_failures(journal.codes("refused"), journal.entries("refused")),
        unknown=_unknown(journal, summary, running=running),
        step=step,
        bins=bins(course, requests, began, ended, step),
        methods=methods(runs, samples, ended),
        requests=_requests(requests, is_whole=all_told(runs, running=running)),
        journal=journal.path.name,
        written=time.time(),
    )


def _counts(summary: JobSummary) -> dict[State, int]:
    return {
        "done": summary.done,
        "refused": summary.refused,
        "unknown": summary.unknown,
    }


def _totals(summary: JobSummary, *, running: bool) -> Totals:
    # What was sent when its process ended may have run.
    lost = 0 if running else summary.sent
    return Totals(
        all=summary.total if summary.is_complete else None,
        done=summary.done,
        refused=summary.refused,
        unknown=summary.unknown + lost,
        waiting=summary.waiting + summary.sent - lost,
    )


def _failures(
    counts: Mapping[str, int], refused: Iterable[Entry]
) -> tuple[Failure, ...]:
    named: dict[str, list[Missed]] = {code: [] for code in counts}
    short = {code: min(count, _NAMED) for code, count in counts.items()}
    for entry in refused if short else ():
        if entry.code in short:
            named[entry.code].append(_missed(entry))
            if len(named[entry.code]) == short[entry.code]:
                del short[entry.code]
        if not short:
            break
    return tuple(
        Failure(code, count, tuple(named[code])) for code, count in counts.items()
    )


def _unknown(
    journal: Journal, summary: JobSummary, *, running: bool
) -> tuple[Missed, ...]:
    wanted: list[State] = ["unknown"] if summary.unknown else []
    wanted += ["sent"] if summary.sent and not running else []
    found = journal.entries(*wanted) if wanted else ()
    return tuple(map(_missed, islice(found, _NAMED)))


def _missed(entry: Entry) -> Missed:
    """By its key, or else by its place and what it is."""
    key = entry.key
    if key is None:
        key = f"{entry.position + 1}: {entry.method} {shown(entry.params)}"
    return Missed(without_links(key), without_links(entry.error))


def all_told(runs: Sequence[Run], *, running: bool) -> bool:
    """Whether no process was killed; the last one goes on, where one is `running`."""
    return all(run.ending for run in (runs[:-1] if running else runs))


def _requests(stretches: Iterable[Stretch], *, is_whole: bool) -> Requests:
    kinds: dict[str, Kind] = {}
    statuses: Counter[int | None] = Counter()
    for one in stretches:
        statuses[one.status] += one.count
        before = kinds.get(one.kind, Kind(one.kind))
        kinds[one.kind] = before.plus(one.count, one.commands, one.seconds)
    by_name = tuple(kinds[kind] for kind in sorted(kinds))
    return Requests(by_name, dict(statuses), is_whole)

"""`run`: any calls, from a file or a pipe, as a job with a journal."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import IO, TYPE_CHECKING

import click
from attrs import evolve

from bitrix_async.cli import _exits, _lines
from bitrix_async.cli._job import Work
from bitrix_async.cli._job import run as run_job
from bitrix_async.cli._keeping import journal_options
from bitrix_async.cli._order import connections_option, json_option
from bitrix_async.cli._report import Report, tell
from bitrix_async.cli._screen import say
from bitrix_async.cli._streams import name_of
from bitrix_async.cli._target import target_options
from bitrix_async.report.words import count

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from bitrix_async.cli._job import Ended
    from bitrix_async.cli._keeping import Keeping
    from bitrix_async.cli._lines import Lines
    from bitrix_async.cli._target import Target


@click.command(
    short_help="Run any calls of a file, with a journal.",
    epilog="""\b
Each line of CALLS is a JSON object; params and key may be left out:
  {"method": "crm.deal.update", "params": {"id": 7}, "key": "deal 7"}

\b
Examples:
  bitrix-async run calls.jsonl --journal calls.journal
  make-calls | bitrix-async run - --journal calls.journal
  bitrix-async run --journal calls.journal --resume
  bitrix-async job calls.journal --failed --json > failed.jsonl
""",
)
@click.argument("source", type=click.File("rb"), required=False, metavar="[CALLS]")
@click.option("--skip-bad", is_flag=True, help="Run what can be read, and no more.")
@journal_options(required=True)
@json_option
@connections_option
@target_options
def run(
    target: Target,
    source: IO[bytes] | None,
    keeping: Keeping,
    connections: int,
    *,
    skip_bad: bool,
    as_json: bool,
) -> None:
    """Run the calls in the file CALLS, or - for stdin, and keep what comes of each.

    Nothing is sent before all of CALLS has been read: a line that is no call stops the
    job, or is set aside with --skip-bad. What is done is not sent again by --resume.
    A call that must run only once, such as an `add`, runs at most once, come what may.
    """
    if source is None and not keeping.resume:
        raise click.UsageError("which calls? Give a file of them, or - for stdin")
    target = evolve(target, connections=connections)
    with _read(source, skip_bad=skip_bad) as lines, keeping.opened() as path:
        total = 0 if lines is None else lines.count
        work = Work("run", "Running", lines, again=keeping.again, total=total)
        ended = asyncio.run(_done(target, work, path))
        aside = 0 if lines is None else lines.aside
        report = Report("run", "done", "call", ended, keeping, path, aside)
        tell(report, None, as_json=as_json)
        if lines is not None:
            _say_aside(lines)
    click.get_current_context().exit(ended.status or (_exits.FAILED if aside else 0))


def _read(
    source: IO[bytes] | None, *, skip_bad: bool
) -> AbstractContextManager[Lines | None]:
    if source is None:
        return nullcontext()
    return _lines.read(source, name_of(source), skip_bad=skip_bad)


async def _done(target: Target, work: Work, path: Path) -> Ended:
    async with target.session() as bx:
        return await run_job(work, bx, path, target.scale)


def _say_aside(lines: Lines) -> None:
    for text in lines.told():
        say(text)
    if lines.aside:
        say(f"{count(lines.aside, 'line')} set aside.")

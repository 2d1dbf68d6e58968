"""What a job's journal costs: CPU beside the same stream, time to resume, and disk.

    uv run python benchmarks/jobs.py [--calls 50000] [--rounds 7] [--seconds 30]
                                     [--paced-rounds 3] [--kept 1000000] [--json FILE]

CPU: `Session.stream` and `Session.run` send the same calls to the same portal, in a
process of its own, through real sockets and as fast as they can; which of the two goes
first alternates. Time is the process's CPU, the journal's thread included. A machine
that does other things changes its pace by the second, so each job is compared with the
stream beside it: `share` is how much of a job's CPU is the journal's, by the median of
these ratios, and `median` the ratio itself; `least` is that of the least of all rounds.
A job is of 50,000 calls, as one that publishes pages for hours. What it costs however
few they are, to open a journal and to close it, is told apart (`of calls` is without
it), and so is how much of it is the kernel's: an fsync is work of the disk's driver,
which a stream has not.

The same at the pace of a portal, two requests a second, for `--seconds`: so most jobs
run. A process that mostly sleeps begins with a cold cache each time that it wakes, and
each write of the journal is such a time.

Resuming: a journal of that many calls that are all done, made without a portal, is run
again in a process of its own, with the same calls and without them; nothing is left to
send. Memory is the most that the process has held.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from overhead import FREE, TEXT, portal

from bitrix_async import Call, Limits, Session
from bitrix_async._journal_book import Book
from bitrix_async._journal_file import JournalFile
from bitrix_async.sansio.packs import GROUP, Given
from bitrix_async.testing import MemoryTransport, Portal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from bitrix_async._journal_moves import Move

    Calls = list[Call[Any]]


def publishing(count: int) -> Iterator[Call[bool]]:
    """Pages that are published: safe to repeat, and small."""
    return (
        Call("bench.update", {"lid": n, "scope": "KNOWLEDGE"}, bool)
        for n in range(count)
    )


def writing(count: int) -> Iterator[Call[bool]]:
    """Blocks with a text: safe to repeat, and larger."""
    return (
        Call(
            "bench.update", {"lid": n, "block": n, "data": {".text@0": TEXT * 3}}, bool
        )
        for n in range(count)
    )


def adding(count: int) -> Iterator[Call[bool]]:
    """Pages that are made: each must run only once, and is marked before it leaves."""
    return (
        Call("bench.add", {"fields": {"TITLE": f"Page {n}", "SITE_ID": 1}}, bool)
        for n in range(count)
    )


KINDS = {"publish": publishing, "write": writing, "add, once only": adding}


# --- CPU ----------------------------------------------------------------------------


class Cost(NamedTuple):
    """Seconds of CPU, and how many of them were the kernel's."""

    seconds: float
    kernel: float


# A portal's own pace (protocol.md 4.1), and nothing before it.
PACED = Limits(burst=1, per_second=2)


async def cost(
    url: str, work: Callable[[Session], Awaitable[None]], limits: Limits
) -> Cost:
    async with Session(url, limits=limits, connections=8) as bx:
        await bx(Call("bench.echo"))
        gc.collect()
        kernel, begun = kernel_time(), time.process_time()
        await work(bx)
        return Cost(time.process_time() - begun, kernel_time() - kernel)


def kernel_time() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_stime


async def streamed(calls: Calls, bx: Session) -> None:
    ended = 0
    async for outcome in bx.stream(calls):
        ended += outcome.ok
    assert ended == len(calls)


async def journalled(calls: Calls, path: Path, bx: Session) -> None:
    summary = await bx.run(calls, journal=path)
    assert summary.done == len(calls)


async def pair(
    url: str, calls: Calls, number: int, limits: Limits
) -> tuple[Cost, Cost, Cost, int]:
    """What a stream, a job and a job without calls cost; and the journal's size."""
    with tempfile.TemporaryDirectory() as folder:
        path, none = Path(folder, "a.journal"), Path(folder, "none.journal")
        works = [partial(streamed, calls), partial(journalled, calls, path)]
        turn = 1 if number % 2 else -1
        costs = [await cost(url, work, limits) for work in works[::turn]][::turn]
        alone = await cost(url, partial(journalled, [], none), limits)
        return costs[0], costs[1], alone, path.stat().st_size  # noqa: ASYNC240  # of a moment


async def overhead(
    url: str, calls: Calls, rounds: int, limits: Limits
) -> dict[str, float]:
    pairs = [await pair(url, calls, number, limits) for number in range(rounds)]
    streams, jobs, alone, sizes = zip(*pairs, strict=True)
    stream, job, fixed = min(streams), min(jobs), min(alone)
    ratios = [job.seconds / stream.seconds for stream, job, *_ in pairs]
    of_calls = [
        (job.seconds - fixed.seconds) / stream.seconds for stream, job, *_ in pairs
    ]
    ratio = statistics.median(ratios)
    return {
        "share": 1 - 1 / ratio,
        "ratio": ratio,
        "ratio_of_least": job.seconds / stream.seconds,
        "ratio_of_calls": statistics.median(of_calls),
        "stream_us": stream.seconds / len(calls) * 1e6,
        "job_us": job.seconds / len(calls) * 1e6,
        "kernel_us": (job.kernel - stream.kernel) / len(calls) * 1e6,
        "fixed_ms": fixed.seconds * 1e3,
        "bytes": sizes[-1] / len(calls),
    }


# --- resuming -----------------------------------------------------------------------


# Calls that end together: those of a request.
TOGETHER = 50


def write_done(path: Path, count: int) -> None:
    """A journal of calls that are all done, written as a job writes it."""
    host = Portal().host
    file = JournalFile(path, writes=True)
    book = Book(file)
    book.begin(host, "", 0.0)
    calls = publishing(count)
    first = 0
    while group := [*islice(calls, GROUP)]:
        book.add(first, Given(group), 1.0, sends=True)
        book.write([*moved(first, group)])
        first += len(group)
    book.note(is_complete=1, is_keyed=0)
    file.close()


def moved(first: int, calls: Calls) -> Iterator[Move]:
    for place in range(0, len(calls), TOGETHER):
        places = [*range(place, min(place + TOGETHER, len(calls)))]
        results = [True] * len(places)
        change = (places, "done", 1795277748.064, 1795277747.064, results)
        yield first, calls[place].method, "waiting", "", change


async def resume(path: Path, count: int, how: str) -> dict[str, float]:
    local = Portal()
    begun = time.perf_counter()
    async with Session(local.webhook, transport=MemoryTransport(local)) as bx:
        calls = publishing(count) if how == "calls" else None
        summary = await bx.run(calls, journal=path)
    assert summary.done == count
    assert not local.request_count
    return {
        "seconds": time.perf_counter() - begun,
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def resumed(count: int) -> dict[str, Any]:
    found: dict[str, Any] = {"count": count}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.journal")
        write_done(path, count)
        found["bytes"] = path.stat().st_size / count
        begun = time.perf_counter()
        deque(publishing(count), 0)
        found["source"] = {"seconds": time.perf_counter() - begun}
        for how in ("calls", "journal"):
            command = [sys.executable, __file__, "--resume", str(path), how, str(count)]
            found[how] = json.loads(subprocess.check_output(command, env=os.environ))
    return found


WAYS = {"journal": "from the journal alone", "calls": "compared with the calls again"}


# --- running it ---------------------------------------------------------------------


async def measure(
    count: int, rounds: int, seconds: float, paced_rounds: int, kept: int
) -> dict[str, Any]:
    # First: the most that a process has held counts from what had begun it.
    resumes = [resumed(max(1, kept // 100)), resumed(kept)]
    paced = int(seconds * PACED.per_second * TOGETHER)
    with portal() as url:
        return {
            "resume": resumes,
            "overhead": await overheads(url, count, rounds, FREE),
            "paced": await overheads(url, paced, paced_rounds, PACED),
        }


async def overheads(
    url: str, count: int, rounds: int, limits: Limits
) -> dict[str, dict[str, float]]:
    return {
        name: await overhead(url, [*make(count)], rounds, limits)
        for name, make in KINDS.items()
    }


def show(found: dict[str, Any]) -> None:
    show_costs("CPU at full speed", found["overhead"])
    show_costs(f"at {PACED.per_second:g} requests a second", found["paced"])
    for row in found["resume"]:
        print(
            f"resuming {row['count']:,} calls that are done, {row['bytes']:.0f} B each"
        )
        for how, text in WAYS.items():
            seen = row[how]
            print(f"  {text:32} {seen['seconds']:6.2f} s {seen['mib']:7.1f} MiB")
        print(f"  {'to make the calls alone':32} {row['source']['seconds']:6.2f} s")


def show_costs(title: str, rows: dict[str, dict[str, float]]) -> None:
    names = "share", "median", "least", "of calls", "stream", "job", "kernel", "a job"
    heads = (f"{name:>9}" for name in (*names, "disk"))
    print(f"{title:22}", *heads)
    for name, row in rows.items():
        keys = ("ratio", "ratio_of_least", "ratio_of_calls")
        share = f"{100 * row['share']:7.1f} %"
        ratios = [share, *(f"{row[key]:8.2f}x" for key in keys)]
        times = [f"{row[f'{key}_us']:6.1f} µs" for key in ("stream", "job", "kernel")]
        rest = [f"{row['fixed_ms']:6.1f} ms", f"{row['bytes']:7.0f} B"]
        print(f"{name:22}", *ratios, *times, *rest)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--paced-rounds", type=int, default=3)
    parser.add_argument("--kept", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--resume", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.resume:
        path, how, count = options.resume
        print(json.dumps(asyncio.run(resume(Path(path), int(count), how))))
        return
    work = measure(
        options.calls,
        options.rounds,
        options.seconds,
        options.paced_rounds,
        options.kept,
    )
    found = asyncio.run(work)
    show(found)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()

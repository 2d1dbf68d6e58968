"""What the client costs, in CPU, beside a loop written by hand for the same work.

    uv run python benchmarks/overhead.py [--calls 5000] [--rounds 15] [--json FILE]

Both send the same calls in batches of fifty, eight at a time, to the same portal in a
process of its own, through real sockets, and decode every result with orjson. Rounds
alternate; the figures are medians of ratios of process CPU time, which tell more than
seconds on a busy machine. Import time and memory of a waiting call come after.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import statistics
import subprocess
import sys
import time
import tracemalloc
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp
import orjson

from bitrix_async import Call, Limits, Session
from bitrix_async.testing import Portal, PortalLimits
from bitrix_async.testing.http import serve

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    Calls = list[Call[Any]]
    Shape = Callable[[Session, Calls], Awaitable[None]]

TEXT = "Мы делаем страницы, которые <b>открываются быстро</b> и читаются легко. "

# Nothing waits here: the limiter runs, but has nothing to limit.
FREE = Limits(burst=1e9, per_second=1e9)


def tiny(count: int) -> Calls:
    return [Call("bench.echo", {"id": n}) for n in range(count)]


def mixed(count: int) -> Calls:
    """One third block updates in Cyrillic, one third pages, one third filters."""
    kinds: list[Callable[[int], dict[str, Any]]] = [
        lambda n: {"lid": n, "block": n + 1, "data": {".text@0": TEXT * 3}},
        lambda n: {"fields": {"TITLE": f"Page {n}", "SITE_ID": n, "SITEMAP": "Y"}},
        lambda n: {"filter": {">ID": n, "TITLE": "Home"}, "select": ["ID", "TITLE"]},
    ]
    return [Call("bench.echo", kinds[n % 3](n)) for n in range(count)]


# --- the loop written by hand -------------------------------------------------------


def encoded(value: Any, prefix: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, part in value.items():
            name = quote(str(key), safe="")
            yield from encoded(part, f"{prefix}[{name}]" if prefix else name)
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from encoded(part, f"{prefix}[{index}]")
    else:
        yield f"{prefix}={quote(str(value), safe='')}"


async def by_hand(client: aiohttp.ClientSession, url: str, calls: Calls) -> None:
    batches = [calls[n : n + 50] for n in range(0, len(calls), 50)]
    results: list[Any] = []

    async def work() -> None:
        while batches:
            commands = {
                f"c{n}": f"{call.method}?{'&'.join(encoded(call.params, ''))}"
                for n, call in enumerate(batches.pop())
            }
            body = orjson.dumps({"cmd": commands, "halt": 0})
            headers = {"Content-Type": "application/json"}
            async with client.post(f"{url}batch", data=body, headers=headers) as reply:
                answer = orjson.loads(await reply.read())
            rows = answer["result"]["result"]
            results.extend(rows[key] for key in commands)

    await asyncio.gather(*(work() for _ in range(8)))
    assert len(results) == len(calls)


# --- the session --------------------------------------------------------------------


async def gathered(bx: Session, calls: Calls) -> None:
    assert len(await asyncio.gather(*map(bx, calls))) == len(calls)


async def streamed(bx: Session, calls: Calls) -> None:
    ended = [outcome async for outcome in bx.stream(calls)]
    assert sum(outcome.ok for outcome in ended) == len(calls)


async def task_for_each(bx: Session, calls: Calls) -> None:
    async def one(call: Call[Any]) -> Any:
        return await bx(call)

    tasks = [asyncio.create_task(one(call)) for call in calls]
    assert len(await asyncio.gather(*tasks)) == len(calls)


SHAPES: dict[str, Shape] = {
    "gather(*map(bx, calls))": gathered,
    "stream": streamed,
    "a task for each call": task_for_each,
}


async def cpu(work: Awaitable[None]) -> float:
    gc.collect()  # what others have left is not this one's
    begun = time.process_time()
    await work
    return time.process_time() - begun


async def ratios(url: str, calls: Calls, shape: Shape, rounds: int) -> dict[str, float]:
    found, ours, theirs = [], [], []
    async with aiohttp.ClientSession() as client:
        for number in range(rounds + 1):
            by = await cpu(by_hand(client, url, calls))
            async with Session(url, limits=FREE, connections=8) as bx:
                await bx(Call("bench.echo"))
                used = await cpu(shape(bx, calls))
            if number:  # the first warms caches up
                found.append(used / by)
                ours.append(used / len(calls) * 1e6)
                theirs.append(by / len(calls) * 1e6)
    return {
        "ratio": statistics.median(found),
        "session_us": statistics.median(ours),
        "by_hand_us": statistics.median(theirs),
    }


# --- imports and memory -------------------------------------------------------------


def import_seconds(module: str) -> float:
    code = (
        f"import time; begun = time.perf_counter(); import {module}; "
        "print(time.perf_counter() - begun)"
    )
    runs = [
        float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(7)
    ]
    return statistics.median(runs)


async def bytes_for_a_waiting_call(count: int = 20_000) -> float:
    limits = Limits(burst=1, per_second=1e-6)
    async with Session("http://127.0.0.1:9/rest/1/x/", limits=limits) as bx:
        calls = tiny(count)
        tracemalloc.start()
        waiting = [bx(call) for call in calls]
        used = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        for future in waiting:
            future.cancel()
        return used / count


# --- running it ---------------------------------------------------------------------


async def portal_process() -> None:
    limits = PortalLimits(burst=1e9, per_second=1e9)
    portal = Portal(limits=limits, cost=0.0, keep=False)
    for name in ("echo", "update", "add"):
        portal.on(f"bench.{name}", lambda *_: True)
    async with serve(portal) as url:
        print(url, flush=True)
        await asyncio.to_thread(sys.stdin.read)


@contextmanager
def portal() -> Iterator[str]:
    command = [sys.executable, __file__, "--serve"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        assert process.stdin is not None
        process.stdin.close()


async def measure(count: int, rounds: int) -> dict[str, Any]:
    table: dict[str, Any] = {}
    with portal() as url:
        for payload, make in (("tiny", tiny), ("mixed", mixed)):
            for name, shape in SHAPES.items():
                row = await ratios(url, make(count), shape, rounds)
                table[f"{payload}, {name}"] = row
    return {
        "overhead": table,
        "import_seconds": {
            name: import_seconds(name) for name in ("aiohttp", "bitrix_async")
        },
        "bytes_for_a_waiting_call": await bytes_for_a_waiting_call(),
    }


def show(found: dict[str, Any]) -> None:
    print(f"{'CPU of the client':42} {'ratio':>6} {'session':>9} {'by hand':>9}")
    for name, row in found["overhead"].items():
        ours, theirs = f"{row['session_us']:.1f} µs", f"{row['by_hand_us']:.1f} µs"
        print(f"{name:42} {row['ratio']:5.2f}x {ours:>9} {theirs:>9}")
    for name, seconds in found["import_seconds"].items():
        print(f"import {name:35} {seconds * 1000:5.0f} ms")
    waiting = found["bytes_for_a_waiting_call"] / 1024
    print(f"{'memory of a waiting call':42} {waiting:5.2f} KiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(portal_process())
        return
    found = asyncio.run(measure(options.calls, options.rounds))
    show(found)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()

"""A long list to its end: how fast, and with every row once, beside other clients.

    uv run python benchmarks/lists.py [--rows 100000] [--scale 1] [--work] [--changing]
        [--peers [NAME ...]] [--json FILE]

One portal for each walk, in a process of its own, through real sockets: 200 ms there
and back, a bucket of 50 requests and 2 a second, ids with holes. With --work a page
takes what it took in the documentation's example (protocol.md 7): 0.0685 s, and 20.9 us
for each row of the list where the client has them counted; the portal works on eight
requests at once. With --changing it adds and deletes 200 rows a second meanwhile; then
what counts is the rows that are there throughout.

What is possible stands beside it. The *bound* is computed: the requests that are
needed over the rate, and two round trips, since only a client that knows the ids
beforehand can ask for what is behind the first page before that has come. The *floors*
are measured: clients that know every id beforehand, send prepared batches over bare
aiohttp and read them with orjson; one of them waits for both ends of the list first,
as whoever does not know the ids has to. The walk of this package in virtual time has
no CPU in it.

Times are seconds of the portal: with --scale 5 each lasts five, so that the computer's
own work is a fifth of what it is otherwise. The peers are measured where they have an
environment:

    uv venv --python 3.13 benchmarks/peers/.venv
    uv pip install --python benchmarks/peers/.venv -r benchmarks/peers/requirements.txt
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson
from attrs import asdict, define, evolve, frozen
from walked import NOT_DONE, report

from bitrix_async import Call, Limits, Session
from bitrix_async.testing import MemoryTransport, Portal, run
from bitrix_async.testing.http import serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

HERE = Path(__file__).parent
PEERS = HERE / "peers"

ROUND_TRIP = 0.2
BURST, PER_SECOND, BATCH, PAGE = 50, 2.0, 50, 50
# Of the bucket, what the floors leave: they do not wait for a portal that is behind.
SPARE = 5
# The documentation's example: a page without counting, and 2,387,743 rows counted.
WORK = 0.0685
COUNTING = (49.8999 - WORK) / 2_387_743
WORKERS = 8
# Rows that come and go in a second, with --changing, in ten steps.
CHANGES = 200
OTHERS = ("fast_bitrix24", "b24pysdk", "b24api")
INSTALL = __doc__.rstrip().splitlines()[-2:]


@frozen
class Case:
    """A list and the portal that it is on."""

    rows: int = 100_000
    scale: float = 1.0
    work: bool = False
    changing: bool = False

    @property
    def workers(self) -> int | None:
        return WORKERS if self.work else None

    def portal(self) -> Portal:
        cost, counting = (WORK, COUNTING) if self.work else (0.0, 0.0)
        portal = Portal(scale=self.scale, cost=cost, counting=counting, keep=False)
        portal.seed_items(self.rows)
        return portal

    def session(self, webhook: str, **options: Any) -> Session:
        return Session(webhook, limits=Limits().scaled(self.scale), **options)

    @property
    def requests(self) -> int:
        """The least: batches of fifty pages of fifty rows."""
        return math.ceil(math.ceil(self.rows / PAGE) / BATCH)

    def bound(self) -> tuple[float, str]:
        """Seconds that no client can do without, and why."""
        rate = max(0, self.requests - BURST) / PER_SECOND
        work = math.ceil(self.rows / PAGE) * WORK / WORKERS if self.work else 0.0
        least = max(rate, work) + 2 * ROUND_TRIP
        why = (
            f"{self.rows} rows are {self.requests} requests of {BATCH} pages; {BURST} "
            f"at once and {PER_SECOND:g} a second take {rate:.1f} s, the portal's work "
            f"{work:.1f} s, and two round trips (who does not know the ids cannot ask "
            "for what is behind the first page before it is there) "
            f"{2 * ROUND_TRIP:.1f} s: {least:.1f} s"
        )
        return least, why


# --- the portal -----------------------------------------------------------------------


async def portal(case: Case) -> None:
    """Serve until stdin ends; then print what was there throughout."""
    one = case.portal()
    always = set(one.crm.kinds[2])
    way = ROUND_TRIP * case.scale
    async with serve(one, round_trip=way, workers=case.workers) as webhook:
        print(webhook, flush=True)
        ended = asyncio.ensure_future(asyncio.to_thread(sys.stdin.read))
        chance = Random(1)
        while case.changing and not ended.done():
            await asyncio.sleep(case.scale / 10)
            change(one, chance, always)
        await ended
    refused = sum(one.refused.values())
    told = {"always": sorted(always), "refused": refused}
    print(json.dumps({**told, "requests": one.request_count}))


def change(one: Portal, chance: Random, always: set[int]) -> None:
    records = one.crm.kinds[2]
    for _ in range(CHANGES // 20):
        records.add({"title": "new"})
        number = chance.randrange(1, records.end + 1)
        records.remove(number)
        always.discard(number)


# --- walks ----------------------------------------------------------------------------


async def ours(case: Case, webhook: str) -> AsyncIterator[Any]:
    async with case.session(webhook) as bx:
        async for row in bx.rows(Call("crm.item.list", {"entityTypeId": 2})):
            yield row


async def floor_after_ends(case: Case, webhook: str) -> AsyncIterator[Any]:
    """The same behind a round trip for both ends of the list."""
    async for row in floor(case, webhook, ends_first=True):
        yield row


async def floor(
    case: Case, webhook: str, *, ends_first: bool = False
) -> AsyncIterator[Any]:
    """The ids are known: the portal leaves out every seventh."""
    ids = [n for n in range(1, 2 * case.rows) if n % 7][: case.rows]
    ends = [0, *ids[PAGE - 1 : -1 : PAGE], *ids[-1:]]
    commands = [
        f"crm.item.list?entityTypeId=2&filter[%3Eid]={after}&filter[%3C%3Did]={upto}"
        "&order[id]=ASC&start=-1"
        for after, upto in pairwise(ends)
    ]
    batches = [commands[at : at + BATCH] for at in range(0, len(commands), BATCH)]
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=BURST),
        headers={"content-type": "application/json"},
    ) as http:

        async def post(number: int, batch: list[str]) -> dict[str, Any]:
            late = max(0, number - BURST + SPARE) / PER_SECOND
            await asyncio.sleep(late * case.scale)
            cmd = {f"c{at}": command for at, command in enumerate(batch)}
            body = orjson.dumps({"cmd": cmd})
            async with http.post(f"{webhook}batch", data=body) as answer:
                answer.raise_for_status()
                told = orjson.loads(await answer.read())
                return told["result"]["result"]  # type: ignore[no-any-return]

        if ends_first:
            page = "crm.item.list?entityTypeId=2&start=-1&order[id]="
            await post(0, [f"{page}ASC", f"{page}DESC"])
        asked = [asyncio.ensure_future(post(*one)) for one in enumerate(batches)]
        for one in asked:
            for page in (await one).values():
                for row in page["items"]:
                    yield row


WALKS = {"ours": ours, "floor": floor, "floor_after_ends": floor_after_ends}


def without_cpu(case: Case) -> Walked:
    """The walk of this package in virtual time."""
    one = evolve(case, scale=1.0).portal()
    came: list[float] = []
    ids: list[int] = []

    async def walk() -> tuple[float, int]:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        way = MemoryTransport(one, round_trip=ROUND_TRIP, workers=case.workers)
        async with Session(one.webhook, transport=way) as bx:
            async for page in bx.pages(Call("crm.item.list", {"entityTypeId": 2})):
                came.append(loop.time() - begun)
                ids.extend(row["id"] for row in page)
            return loop.time() - begun, bx.stats().requests

    seconds, requests = run(walk)
    return Walked(
        "in virtual time",
        seconds,
        came[0],
        *compared(ids, set(one.crm.kinds[2])),
        requests=requests,
        refused=sum(one.refused.values()),
    )


# --- side by side ---------------------------------------------------------------------


def compared(ids: list[int], always: set[int]) -> tuple[int, int, bool]:
    """Rows that were lost, rows that came again, and whether they were in order."""
    return len(always - set(ids)), len(ids) - len(set(ids)), ids == sorted(ids)


@frozen
class Walked:
    """What came of one walk, in seconds of the portal; `lost` of the rows throughout.

    `cpu` is the client's, in real seconds, start of the interpreter included, and
    `megabytes` what it grew by during the walk.
    """

    who: str
    seconds: float
    first: float
    lost: int
    doubled: int
    ordered: bool
    requests: int
    refused: int
    cpu: float = 0.0
    megabytes: float = 0.0
    error: str = ""

    @property
    def is_right(self) -> bool:
        """Every row once; nobody promises an order but this package."""
        return not (self.lost or self.doubled or self.error)

    def line(self, bound: float) -> str:
        faults = [
            f"lost {self.lost}" if self.lost else "",
            f"doubled {self.doubled}" if self.doubled else "",
            "" if self.ordered else "not in order",
            self.error,
        ]
        return (
            f"{self.who:16} {self.seconds:7.2f} {self.seconds / bound:8.2f} "
            f"{self.first:7.2f} {self.requests:8} {self.refused:7} "
            f"{self.cpu:7.1f} {self.megabytes:5.0f}  "
            f"{'; '.join(filter(None, faults)) or 'every row once, in order'}"
        )


TITLES = (
    f"{'':16} {'seconds':>7} {'x bound':>8} {'1st row':>7} {'requests':>8} "
    f"{'refused':>7} {'CPU, s':>7} {'MB':>5}"
)


@define
class Bench:
    """Runs walks one after the other, each on a portal of its own."""

    case: Case
    timeout: float

    def walk(self, who: str, command: list[str]) -> Walked:
        """`command` is given the webhook, and how long a second lasts."""
        served = subprocess.Popen(
            [*itself(self.case), "--portal"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert served.stdout is not None
        webhook = served.stdout.readline().strip()
        try:
            told = self._run([*command, webhook, str(self.case.scale)])
        finally:
            after = json.loads(served.communicate()[0].splitlines()[-1])
        first = math.nan if told["first"] is None else told["first"]
        return Walked(
            who,
            told["seconds"] / self.case.scale,
            first / self.case.scale,
            *compared(told["ids"], set(after["always"])),
            requests=after["requests"],
            refused=after["refused"],
            cpu=told["cpu"],
            megabytes=told["megabytes"],
            error=told["error"],
        )

    def _run(self, command: list[str]) -> dict[str, Any]:
        """What the walk tells of itself; it may crash, or not come to an end."""
        limit = {"LISTS_TIMEOUT": str(self.timeout)}
        late = f"not done in {self.timeout / self.case.scale:g} s"
        try:
            ended = subprocess.run(
                command,
                env={**os.environ, "PYTHONPATH": str(HERE), **limit},
                capture_output=True,
                text=True,
                timeout=_PATIENCE * self.timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {**_NOTHING, "seconds": self.timeout, "error": late}
        if ended.returncode:
            said = ended.stderr.strip().splitlines()[-1:] or [""]
            return {**_NOTHING, "error": f"it crashed: {said[0][:200]}"}
        told: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
        if told["error"] == NOT_DONE:
            told["error"] = f"{late}: {len(told['ids'])} rows"
        return told


# A walk is told to end in time; one that does not listen is ended.
_PATIENCE = 1.2

_NOTHING: dict[str, Any] = {
    "seconds": math.nan, "first": None, "megabytes": 0.0, "cpu": 0.0, "ids": []
}  # fmt: skip


def itself(case: Case) -> list[str]:
    flags = [f"--{name}" for name in ("work", "changing") if getattr(case, name)]
    sizes = ["--rows", str(case.rows), "--scale", str(case.scale)]
    return [sys.executable, __file__, *sizes, *flags]


def compare(case: Case, timeout: float, peers: Sequence[str]) -> list[Walked]:
    """Measures, and prints what is found at once."""
    bench = Bench(case, timeout)
    least, why = case.bound()
    print(f"bound: {why}\n{TITLES}")
    walked: list[Walked] = []

    def told(one: Walked) -> None:
        walked.append(one)
        print(one.line(least), flush=True)

    if not case.changing:
        told(without_cpu(case))
        for name in ("floor", "floor_after_ends"):
            told(bench.walk(name, [*itself(case), "--walk", name]))
    mine = bench.walk("bitrix_async", [*itself(case), "--walk", "ours"])
    told(mine)
    for one in filter(lambda walk: walk.is_right, walked[1:-1]):
        print(f"{'':16} {mine.seconds / one.seconds:.2f} times {one.who}")
    python = PEERS / ".venv" / "bin" / "python"
    if peers and not python.exists():
        print("\n".join(["peers: not measured, not installed:", *INSTALL]))
        return walked
    for name in peers:
        one = bench.walk(name, [str(python), str(PEERS / f"walk_{name}.py")])
        told(one)
        if one.is_right:
            print(f"{'':16} {one.seconds / mine.seconds:.1f} times as long")
    return walked


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--work", action="store_true")
    parser.add_argument("--changing", action="store_true")
    parser.add_argument("--peers", nargs="*", choices=OTHERS, default=OTHERS)
    parser.add_argument("--timeout", type=float, default=120.0, help="of a walk, in s")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--portal", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--walk", choices=[*WALKS], help=argparse.SUPPRESS)
    parser.add_argument("given", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    case = Case(options.rows, options.scale, options.work, options.changing)
    if options.portal:
        asyncio.run(portal(case))
    elif options.walk:
        asyncio.run(report(WALKS[options.walk](case, options.given[0])))
    else:
        walked = compare(case, options.timeout, options.peers)
        if options.json:
            found = {"bound": case.bound()[0], "walks": [*map(asdict, walked)]}
            options.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()

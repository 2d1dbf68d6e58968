"""A process whose jobs are killed, again and again, and then run to their end.

    python crashing.py URL FOLDER JOBS CALLS KILLS SCALE TIMEOUT

Each attempt is a process of its own, made by fork: to import all again would take
longer than what is of interest. Prints, for each job, how many attempts were killed,
and the summary of the last.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

import attrs
from attrs import evolve, frozen

from bitrix_async import Call, Limits, Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_async import Entry, JobSummary

# Some are safe to repeat, some must run only once, and some are deletes.
METHODS = ("thing.update", "thing.add", "thing.add", "thing.delete")

# Seconds in which the portal ends what it was left with.
QUIET = 2.0


@frozen
class Job:
    url: str
    journal: str
    things: range
    scale: float
    timeout: float
    checks: bool = False

    def calls(self) -> Iterator[Call[Any]]:
        return (Call(METHODS[n % 4], {"n": n}) for n in self.things)

    async def run(self) -> JobSummary:
        limits = Limits().scaled(self.scale)
        async with Session(self.url, limits=limits, timeout=self.timeout) as bx:

            async def check(entry: Entry) -> Any:
                return await bx(Call("thing.get", {"n": entry.params["n"]}))

            return await bx.run(
                self.calls(),
                journal=self.journal,
                check=check if self.checks else None,
            )


def attempt(job: Job, seconds: float) -> bool:
    """Whether the job was killed before its end."""
    child = os.fork()
    if not child:
        asyncio.run(job.run())
        os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == signal.SIGKILL


def main(arguments: list[str]) -> None:
    url, folder = arguments[:2]
    count, size, kills = map(int, arguments[2:5])
    scale, timeout = map(float, arguments[5:])
    jobs = [
        Job(
            url,
            f"{folder}/{number}.journal",
            range(number * size, (number + 1) * size),
            scale,
            timeout,
        )
        for number in range(count)
    ]
    chance = random.Random(0)
    killed = [
        sum(attempt(job, chance.uniform(0.005, 0.2)) for _ in range(kills))
        for job in jobs
    ]
    if kills:
        time.sleep(QUIET)
    ended = [asyncio.run(evolve(job, checks=bool(kills)).run()) for job in jobs]
    summaries = map(attrs.asdict, ended)
    found = [{"killed": n, **one} for n, one in zip(killed, summaries, strict=True)]
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])

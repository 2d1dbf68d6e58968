"""What jobs take beside the bound, and interactive calls beside jobs, by policy.

    uv run python benchmarks/makespan.py [--rows NAME...] [--json FILE] [--plot FILE]

Everything runs in virtual time on the portal in memory, so the figures are the same in
every run. The other policies are small plain clients on the same portal. Each puts
calls together first come, first served, fifty in a batch, four batches at a time (as
many as the portal works on), and keeps the rate limit; they differ in what they do
about the operating limit:

    until refused  sends until a command is refused, then waits and sends it again
    stop short     waits when 5 s are left of the limit
    slow down      the official JavaScript SDK's: waits ever longer above 80 % of it
    .. apart       the same, and each interactive call is a request of its own

`x bound` is the time that the job took in bounds (measured.md C.2), `refused` commands
for operating time and the most of them in ten minutes, `wrong` calls that ended with
an error, as where the portal cut their request at 60 s. A plot needs matplotlib.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
import time
from collections import deque
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import orjson
from attrs import asdict, define, field
from scenarios import (
    BURST,
    OPERATING,
    PER_SECOND,
    WINDOW,
    Bulk,
    Figures,
    Stage,
    alone,
    beside,
    burst,
    fast_with_slow,
    idle,
    session,
    shared,
    storm,
)

from bitrix_async import BitrixError, Call, Outcome, Unanswered
from bitrix_async._transport import Post
from bitrix_async.sansio.limits import LeakyBucket

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

    from scenarios import Opener

    from bitrix_async._transport import Transport

    Waiting: TypeAlias = tuple[Call[Any], Callable[[Outcome[Any]], None]]

# --- the policies -------------------------------------------------------------------

# What the JavaScript SDK waits at most before a request.
_SLOWEST: Final = 7.0


@define(eq=False)
class Plain:
    """Calls in batches, first come, first served."""

    webhook: str
    transport: Transport
    stop_at: float = math.inf
    slow_from: float = math.inf
    apart: bool = False
    window: int = 2000
    _queue: deque[Waiting] = field(factory=deque)
    _some: asyncio.Event = field(factory=asyncio.Event)
    _senders: list[asyncio.Task[None]] = field(factory=list)
    _held_until: float = 0.0
    _bucket: LeakyBucket = field(factory=partial(LeakyBucket, BURST, PER_SECOND))

    def __call__(self, call: Call[Any], /) -> Awaitable[Any]:
        ended: asyncio.Future[Outcome[Any]]
        ended = asyncio.get_running_loop().create_future()
        if self.apart:
            return self._alone(call)
        self._put(call, ended.set_result)
        return _unwrapped(ended)

    async def stream(
        self, calls: Iterable[Call[Any]], /
    ) -> AsyncIterator[Outcome[Any]]:
        ended: asyncio.Queue[Outcome[Any]] = asyncio.Queue()
        waiting = 0
        for call in calls:
            self._put(call, ended.put_nowait)
            waiting += 1
            if waiting >= self.window:
                yield await ended.get()
                waiting -= 1
        for _ in range(waiting):
            yield await ended.get()

    async def aclose(self) -> None:
        for sender in self._senders:
            sender.cancel()
        await asyncio.gather(*self._senders, return_exceptions=True)

    def _put(self, call: Call[Any], settle: Callable[[Outcome[Any]], None]) -> None:
        if not self._senders:
            self._senders += [asyncio.create_task(self._work()) for _ in range(4)]
        self._queue.append((call, settle))
        self._some.set()

    async def _work(self) -> None:
        while True:
            await self._some.wait()
            await self._permit(lambda: self._held_until)
            batch = [self._queue.popleft() for _ in range(min(50, len(self._queue)))]
            if not self._queue:
                self._some.clear()
            if batch:
                self._bucket.take(asyncio.get_running_loop().time())
                await self._send(batch)

    async def _permit(self, held_until: Callable[[], float]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            until = max(held_until(), self._bucket.ready_at(loop.time()))
            if until <= loop.time():
                return
            await asyncio.sleep(until - loop.time())

    async def _post(self, method: str, body: Any) -> tuple[int, Any]:
        headers = {"Content-Type": "application/json"}
        post = Post(self.webhook + method, orjson.dumps(body), 75.0, headers)
        answer = await self.transport.post(post)
        return answer.status, orjson.loads(answer.body) if answer.status == 200 else {}

    async def _alone(self, call: Call[Any]) -> Any:
        await self._permit(lambda: 0.0)
        self._bucket.take(asyncio.get_running_loop().time())
        status, body = await self._post(call.method, dict(call.params))
        if status != 200:
            raise Unanswered(f"the portal answered {status}")
        return body["result"]

    async def _send(self, batch: Sequence[Waiting]) -> None:
        commands = {
            f"c{at}": f"{call.method}?n={call.params['n']}"
            for at, (call, _) in enumerate(batch)
        }
        try:
            status, body = await self._post("batch", {"halt": 0, "cmd": commands})
            if status != 200:
                raise Unanswered(f"the portal answered {status}")
        except BitrixError as error:
            for call, settle in batch:
                settle(Outcome(call, error=error))
            return
        rows = {name: dict(part or {}) for name, part in _maps(body["result"])}
        refused = []
        for key, (call, settle) in zip(commands, batch, strict=True):
            if key in rows["result"]:
                settle(Outcome(call, result=rows["result"][key]))
            else:
                refused.append((call, settle))
        self._queue.extendleft(reversed(refused))
        if refused:
            self._some.set()
        self._heed(body, rows["result_time"].values(), refused=bool(refused))

    def _heed(self, body: Any, times: Iterable[Any], *, refused: bool) -> None:
        """Waits for as long as the policy says after such an answer."""
        now = asyncio.get_running_loop().time()
        there = body["time"]["finish"]
        reports = [(one["operating"], one["operating_reset_at"]) for one in times]
        used, reset_at = max(reports, default=(0.0, there + WINDOW / 10))
        if refused or used >= self.stop_at:
            wait = reset_at - there + 1.0
        else:
            above = (used - self.slow_from) / (OPERATING - self.slow_from)
            wait = _SLOWEST * min(1.0, max(0.0, above)) if above > 0 else 0.0
        self._held_until = max(self._held_until, now + wait)


def _maps(result: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """PHP prints an empty map as a list."""
    return result.items()


async def _unwrapped(ended: asyncio.Future[Outcome[Any]]) -> Any:
    return (await ended).unwrap()


POLICIES: dict[str, Opener] = {
    "bitrix_async": session,
    "until refused": Plain,
    "stop short": partial(Plain, stop_at=OPERATING - 5),
    "slow down": partial(Plain, slow_from=0.8 * OPERATING),
    ".. apart": partial(Plain, slow_from=0.8 * OPERATING, apart=True),
}

# --- the table ----------------------------------------------------------------------

HEAVY: Final = Bulk("a", 3_000, 0.5)
LIGHT: Final = Bulk("a", 50_000, 0.002)
SECOND: Final = Bulk("c", 20_000, 0.002)
HUNDREDTHS: Final = Bulk("a", 20_000, 0.05)
HALVES: Final = Bulk("a", 5_000, 0.5)
PAGES: Final = Bulk("a", 600, 5.0)
SHORT: Final = Bulk("a", 800, 0.5)
INTERACTIVE: Final = ("heavy+interactive", "light+interactive")

# What is played, by name; those that other policies play too.
COMPARED: dict[str, Callable[..., Figures]] = {
    "20000x0.05": partial(alone, HUNDREDTHS),
    "5000x0.5": partial(alone, HALVES),
    "600x5": partial(alone, PAGES),
    INTERACTIVE[0]: partial(beside, HEAVY),
    INTERACTIVE[1]: partial(beside, LIGHT),
    "two-jobs": partial(alone, HEAVY, SECOND),
}
ROWS: dict[str, Callable[..., Figures]] = {
    "50000x0.002": partial(alone, LIGHT),
    "5000x0.5-k1": partial(alone, HALVES, workers=1),
    "5000x0.5-k8": partial(alone, HALVES, workers=8),
    "800x0.5": partial(alone, SHORT),
    "20000x0.002": partial(alone, SECOND),
    "shared-budget": partial(shared, HEAVY),
    "charges-batch": partial(alone, HEAVY, reporting="batch"),
    "reports-on-one": partial(alone, HEAVY, reporting="first"),
    "reports-nothing": partial(alone, HEAVY, reporting="none"),
    "storm": partial(storm, SECOND, Stage.callers),
    "idle": idle,
    "hundred-at-once": burst,
    "fast-with-slow": fast_with_slow,
}

Table: TypeAlias = "dict[tuple[str, str], Figures]"


def measure(names: Sequence[str]) -> Table:
    """Plays the rows, and prints each as it ends."""
    print(HEAD)
    table: Table = {}
    for name in names:
        row = (COMPARED | ROWS)[name]
        for policy, opener in POLICIES.items() if name in COMPARED else [("", session)]:
            if policy == ".. apart" and name not in INTERACTIVE:
                continue  # there is nothing to send apart
            table[name, policy or "bitrix_async"] = seen = row(opener=opener)
            print(line(name, policy or "bitrix_async", seen), flush=True)
    return table


HEAD: Final = (
    f"{'row':18} {'policy':14} {'end s':>7} {'x bound':>7} {'2nd s':>6} "
    f"{'requests':>8} {'refused':>11} {'503':>4} {'wrong':>5} {'longest':>7} "
    f"{'mean':>7} {'p50':>7} {'p95':>7} {'max':>7}"
)


def line(name: str, policy: str, seen: Figures) -> str:
    first, *others = seen.ends.values()
    second = others[0] if others else math.nan
    refused = f"{seen.refused} ({seen.refused_in_window})"
    # A job that lost calls is not a fast one.
    ratio = math.nan if seen.wrong else seen.ratio
    texts = [
        f"{name:18} {policy:14} {_cell(first, 7, 0)} {_cell(ratio, 7, 3)}",
        f"{_cell(second, 6, 0)} {seen.requests:8} {refused:>11} {seen.too_many:4}",
        f"{seen.wrong:5} {_cell(seen.longest, 7, 1)} {_cell(seen.latency.mean, 7, 2)}",
        *(_cell(seen.latency[percent], 7, 2) for percent in (50, 95, 100)),
    ]
    if seen.meanwhile:
        texts.append(f" {seen.meanwhile:.2f}/s, back after {seen.back_after:.1f} s")
    return " ".join(texts)


def _cell(value: float, width: int, digits: int) -> str:
    return f"{'-' if math.isnan(value) else f'{value:.{digits}f}':>{width}}"


def as_json(table: Table) -> str:
    rows = []
    for (name, policy), seen in table.items():
        values = asdict(seen, recurse=False, filter=lambda at, _: at.repr is not False)
        latency = seen.latency
        values["latency"] = {
            f"p{percent}": latency[percent] for percent in (50, 95, 99, 100)
        } | {"mean": latency.mean, "calls": len(latency.seconds)}
        rows.append({"row": name, "policy": policy, "ratio": seen.ratio, **values})
    # JSON has no NaN: what was not measured is null.
    return json.dumps(orjson.loads(orjson.dumps(rows)), indent=2)


# --- the plot -----------------------------------------------------------------------


# How each policy is drawn: some do the same, and none may hide another.
STYLES: Final[dict[str, dict[str, Any]]] = {
    "bitrix_async": {"color": "tab:blue", "linewidth": 2.6},
    "until refused": {"color": "tab:orange", "linewidth": 4.5, "alpha": 0.5},
    "stop short": {"color": "tab:green", "linestyle": "--"},
    "slow down": {"color": "tab:red", "linestyle": ":", "linewidth": 2.2},
    ".. apart": {"color": "tab:purple"},
}


def plot(table: Table, path: Path) -> None:
    """Operating time above; the latency of interactive calls beside two jobs below."""
    from matplotlib.figure import Figure  # noqa: PLC0415  # only plots need it

    figure = Figure(figsize=(12, 9), layout="constrained")
    above, *below = figure.subplot_mosaic("AA;BC").values()
    for name, axes in zip(INTERACTIVE, below, strict=True):
        _latency(axes, name, _runs(table, name))
    _operating(above, INTERACTIVE[0], _runs(table, INTERACTIVE[0]))
    figure.legend(
        *above.get_legend_handles_labels(), loc="outside lower center", ncols=5
    )
    figure.savefig(path, dpi=130)


def _runs(table: Table, name: str) -> dict[str, Figures]:
    return {policy: seen for (row, policy), seen in table.items() if row == name}


def _operating(axes: Any, name: str, runs: dict[str, Figures]) -> None:
    for policy, seen in runs.items():
        times, used = zip(*seen.operating, strict=True)
        axes.plot([at / 60 for at in times], used, label=policy, **STYLES[policy])
    axes.axhline(OPERATING, color="black", linestyle="--", linewidth=1)
    text = f"limit of the portal, {OPERATING:.0f} s in ten minutes"
    axes.annotate(text, (4, OPERATING), (0, 6), textcoords="offset points")
    axes.set(
        xlabel="time, minutes", ylabel="operating time used by the job's method, s"
    )
    axes.set(title=f"{name}: operating time, until the job's end", ylim=(0, 560))
    axes.grid(alpha=0.3)


def _latency(axes: Any, name: str, runs: dict[str, Figures]) -> None:
    for policy, seen in runs.items():
        seconds = seen.latency.seconds
        parts = [100 * (at + 1) / len(seconds) for at in range(len(seconds))]
        axes.plot(seconds, parts, **STYLES[policy])
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set(xlabel="latency of an interactive call, s", ylabel="% that took no longer")
    axes.set_title(f"{name}: latency of the interactive calls")
    axes.grid(alpha=0.3, which="both")


# --- running it ---------------------------------------------------------------------


def main() -> None:
    known = [*COMPARED, *ROWS]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", nargs="+", choices=known, default=known)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    if options.plot:
        if find_spec("matplotlib") is None:
            sys.exit("--plot needs matplotlib: pip install 'bitrix-async[plot]'")
        options.rows = list(dict.fromkeys([*options.rows, *INTERACTIVE]))
    begun = time.perf_counter()
    table = measure(options.rows)
    print(f"measured in {time.perf_counter() - begun:.0f} s")
    if options.json:
        options.json.write_text(as_json(table))
    if options.plot:
        plot(table, options.plot)


if __name__ == "__main__":
    main()

"""What the optimizer is put through, in virtual time: the same figures in every run.

Each scenario plays one client against the portal in memory and returns what was seen
there. The figures to reach stand in tests/benchmarks; makespan.py prints them beside
those of other policies, which are clients like any other.

    from scenarios import Bulk, beside

    print(beside(Bulk("a", 3000, 0.5)).latency[95])

Costs are lognormal (cv 0.5) around their mean, the round trip is 0.1 s, and the portal
works on `workers` requests at once; the others queue there.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from attrs import define, evolve, field, frozen

from bitrix_async import BitrixError, Call, Session
from bitrix_async.testing import MemoryTransport, Portal, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

    from bitrix_async import Outcome
    from bitrix_async._transport import Answer, Post, Transport
    from bitrix_async.testing._limits import Reporting

    Act: TypeAlias = Callable[["Stage", "Client"], Any]
    Opener: TypeAlias = Callable[[str, Transport], "Client"]

BURST: Final = 50
PER_SECOND: Final = 2.0
OPERATING: Final = 480.0
WINDOW: Final = 600.0

# How often others use the portal, and how often its operating time is read.
_TICK: Final = 0.1
_READ: Final = 5.0


# --- the reference ------------------------------------------------------------------


@frozen
class Bulk:
    """That many calls of a method whose mean cost is `cost` seconds."""

    method: str
    count: int
    cost: float

    def calls(self) -> Iterable[Call[Any]]:
        return (Call(self.method, {"n": number}) for number in range(self.count))


def bound(
    job: Bulk, workers: int, *, budget: float = OPERATING, weight: float = 1.0
) -> float:
    """Seconds that no client can do the job in, as measured.md C.2 derives them.

    `budget` is the operating seconds of a window, and `weight` what of a second of
    work is charged to it.
    """
    work = job.count * job.cost
    requests = math.ceil(job.count / 50)
    rate = max(0.0, (requests - BURST) / PER_SECOND)
    operating = 0.0
    if weight:
        # The last calls to start before the limit are charged beyond it, one a worker.
        window = budget / weight + workers * job.cost
        full = max(0, math.ceil(work / window) - 1)
        operating = full * WINDOW + (work - full * window) / workers
    return max(rate, operating, work / workers) + 0.1


# What interactive callers ask for, once a second on average.
ASKED: Final = Bulk("b", 0, 0.05)


# --- what was seen ------------------------------------------------------------------


@frozen
class Latency:
    """How long calls took, in seconds, shortest first; NaN where there were none."""

    seconds: Sequence[float] = field(repr=False)

    def __getitem__(self, percent: float) -> float:
        """That many percent of them took no longer."""
        place = math.ceil(percent / 100 * len(self.seconds)) - 1
        return self.seconds[place] if self.seconds else math.nan

    @property
    def mean(self) -> float:
        return sum(self.seconds) / len(self.seconds) if self.seconds else math.nan


@frozen(kw_only=True)
class Figures:
    """One scenario; NaN is what it does not measure."""

    ends: dict[str, float]  # of each job
    bound: float  # what the first job cannot end before
    wrong: int  # calls with an error or another's result, and those that ran again
    requests: int  # refused ones included
    refused: int  # commands, for their operating time
    refused_in_window: int  # the most of them in any ten minutes, whenever they begin
    too_many: int  # requests refused for their number (503)
    longest: float  # seconds from a request's leaving to its answer
    tokens: float  # the least that was free in the portal's bucket
    latency: Latency  # of the interactive calls
    waited: dict[str, float]  # what the session says that calls waited for
    operating: Sequence[tuple[float, float]] = field(repr=False)  # of the first job
    meanwhile: float = 0.0  # requests a second in a storm
    back_after: float = 0.0  # seconds from its end to full speed

    @property
    def ratio(self) -> float:
        """How many times the bound the first job took."""
        return next(iter(self.ends.values())) / self.bound


# --- the stage ----------------------------------------------------------------------


class Client(Protocol):
    """What is measured: a `Session`, or a policy to compare it with."""

    def __call__(self, call: Call[Any], /) -> Awaitable[Any]: ...
    def stream(self, calls: Iterable[Call[Any]], /) -> AsyncIterator[Outcome[Any]]: ...
    async def aclose(self) -> None: ...


def session(webhook: str, transport: Transport) -> Client:
    return Session(webhook, transport=transport)


@define(eq=False)
class Watch:
    """The way to the portal, and what passed there."""

    door: MemoryTransport
    left: list[float] = field(factory=list)
    passed: list[float] = field(factory=list)
    refusals: list[float] = field(factory=list)
    longest: float = 0.0
    fullest: float = 0.0

    async def post(self, post: Post) -> Answer:
        loop = asyncio.get_running_loop()
        left = loop.time()
        self.left.append(left)
        try:
            answer = await self.door.post(post)
        finally:
            self._look(left, loop.time())
        if answer.status != 503:
            self.passed.append(left)
        return answer

    def _look(self, left: float, now: float) -> None:
        portal = self.door.portal
        self.longest = max(self.longest, now - left)
        # The portal brings it up to date when a request comes, which is its peak.
        self.fullest = max(self.fullest, portal.bucket.level)
        new = portal.refused["OPERATION_TIME_LIMIT"] - len(self.refusals)
        self.refusals += [now] * new

    async def aclose(self) -> None: ...


@define(eq=False)
class Stage:
    """A portal, the way to it, and what comes of the calls; it plays once."""

    jobs: Sequence[Bulk]
    workers: int | None = 4
    seed: int = 1
    opener: Opener = session
    reporting: Reporting = "command"
    portal: Portal = field(init=False)
    watch: Watch = field(init=False)
    ends: dict[str, float] = field(factory=dict)
    took: list[float] = field(factory=list)
    wrong: int = 0
    asked: Counter[str] = field(factory=Counter)
    waited: dict[str, float] = field(factory=dict)
    operating: list[tuple[float, float]] = field(factory=list)
    over: bool = False

    def __attrs_post_init__(self) -> None:
        costs = {job.method: job.cost for job in (*self.jobs, ASKED)}
        self.portal = Portal(
            costs=costs,
            cost_cv=0.5,
            keep=False,
            seed=self.seed,
            reporting=self.reporting,
        )
        for method in costs:
            self.portal.on(method, lambda _, params: params.get("n"))
        self.watch = Watch(MemoryTransport(self.portal, workers=self.workers))

    def play(self, *beside: Act, act: Act | None = None, least: float = 600) -> Figures:
        """Does the jobs, or `act`, and beside it what lasts as long; not for ever."""
        run(self._play(act or Stage.work, beside, 4 * least + 2 * WINDOW))
        return self._figures(least)

    async def _play(self, act: Act, beside: Iterable[Act], patience: float) -> None:
        client = self.opener(self.portal.webhook, self.watch)
        try:
            async with asyncio.timeout(patience), asyncio.TaskGroup() as group:
                for other in (Stage.read, *beside):
                    group.create_task(other(self, client))
                await act(self, client)
                self.over = True
        finally:
            if isinstance(client, Session):
                self.waited.update(client.stats().waited)
            await client.aclose()

    @property
    def time(self) -> float:
        return asyncio.get_running_loop().time()

    @property
    def now(self) -> float:
        """By the portal's clock."""
        return self.watch.door.epoch + self.time

    async def ask(self, client: Client, call: Call[Any], *, timed: bool = True) -> None:
        """One call of an interactive caller."""
        begun = self.time
        self.asked[call.method] += 1
        try:
            self.wrong += str(await client(call)) != str(call.params["n"])
        except BitrixError:
            self.wrong += 1
        if timed:
            self.took.append(self.time - begun)

    async def work(self, client: Client) -> None:
        await asyncio.gather(*(self._do(client, job) for job in self.jobs))

    async def _do(self, client: Client, job: Bulk) -> None:
        async for outcome in client.stream(job.calls()):
            self.asked[job.method] += 1
            right = str(outcome.result) == str(outcome.call.params["n"])
            self.wrong += not (outcome.ok and right)
        self.wrong += job.count - self.asked[job.method]
        self.ends[job.method] = self.time

    async def read(self, _: Client) -> None:
        """Reads what the first job's method has used of its operating time."""
        name, caller = self.jobs[0].method, f"webhook:{self.portal.code}"
        while not self.over:
            used = self.portal.meter.operating.used(caller, name, self.now)
            self.operating.append((self.time, used))
            await asyncio.sleep(_READ)

    async def callers(self, client: Client) -> None:
        """Interactive calls as they come from many people (Poisson)."""
        chance, number = Random(self.seed), 0
        async with asyncio.TaskGroup() as group:
            while not self.over:
                await asyncio.sleep(chance.expovariate(1.0))
                number += 1
                group.create_task(self.ask(client, Call(ASKED.method, {"n": number})))

    def _figures(self, least: float) -> Figures:
        again = (self.portal.executed(name) - n for name, n in self.asked.items())
        return Figures(
            ends={job.method: self.ends.get(job.method, math.nan) for job in self.jobs},
            bound=least,
            wrong=self.wrong + sum(max(0, more) for more in again),
            requests=len(self.watch.left),
            refused=len(self.watch.refusals),
            refused_in_window=_most_within(self.watch.refusals, WINDOW),
            too_many=self.portal.refused["QUERY_LIMIT_EXCEEDED"],
            longest=self.watch.longest,
            tokens=BURST - self.watch.fullest,
            latency=Latency(sorted(self.took)),
            waited=self.waited,
            operating=self.operating,
        )


def _most_within(times: Sequence[float], seconds: float) -> int:
    """The most of some moments, in their order, that lie within so many seconds."""
    first = most = 0
    for last, time in enumerate(times):
        while times[first] <= time - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


# --- the scenarios ------------------------------------------------------------------


def alone(*jobs: Bulk, workers: int = 4, **stage: Any) -> Figures:
    """Jobs side by side, with nobody else; the bound is that of the first."""
    # What of a second is charged: protocol.md 4.2.
    weight = {"batch": 0.5, "none": 0.0}.get(stage.get("reporting", ""), 1.0)
    least = bound(jobs[0], workers, weight=weight)
    return Stage(jobs, workers, **stage).play(least=least)


def beside(job: Bulk, *, workers: int = 4, **stage: Any) -> Figures:
    """A job, and interactive calls until it has ended."""
    least = bound(job, workers)
    return Stage((job,), workers, **stage).play(Stage.callers, least=least)


def idle(seconds: float = 1800.0, **stage: Any) -> Figures:
    """The same interactive calls on a portal that has nothing else to do."""

    async def act(*_: Any) -> None:
        await asyncio.sleep(seconds)

    return Stage((ASKED,), **stage).play(Stage.callers, act=act, least=seconds)


def shared(job: Bulk, *, part: float = 0.3, workers: int = 4, **stage: Any) -> Figures:
    """Another process uses a part of the same method's budget, evenly, all the time.

    The bound for both is that of the job with what the other one leaves of a window.
    It is a little high: when the job first fills the window, the other has not used
    its part of it yet. That is `part` of one window's budget, once.
    """
    least = bound(job, workers, budget=OPERATING * (1 - part))

    async def other(stage: Stage, _: Client) -> None:
        while not stage.over:
            each = part * OPERATING / WINDOW * _TICK
            stage.portal.spend(job.method, each, stage.now)
            await asyncio.sleep(_TICK)

    return Stage((job,), workers, **stage).play(other, least=least)


def storm(
    job: Bulk, *beside: Act, begin: float = 30.0, seconds: float = 60.0, **stage: Any
) -> Figures:
    """In the middle of a job, another client keeps the bucket full for a time.

    Full speed is that of the bucket's leak, over ten seconds, in requests that pass.
    """
    scene, end = Stage((job,), **stage), begin + seconds

    async def other(stage: Stage, _: Client) -> None:
        await asyncio.sleep(begin)
        while stage.time < end:
            stage.portal.fill_bucket(stage.now)
            await asyncio.sleep(_TICK)

    seen = scene.play(*beside, other, least=bound(job, 4))
    passed = sorted(left - end for left in scene.watch.passed if left >= end)
    spans = zip(passed, passed[int(10 * PER_SECOND) - 1 :], strict=False)
    back_after = next((one for one, last in spans if last - one <= 10), math.inf)
    sent = sum(begin <= left < end for left in scene.watch.left)
    return evolve(seen, meanwhile=sent / seconds, back_after=back_after)


def burst(count: int = 100, cost: float = 0.28, **stage: Any) -> Figures:
    """Calls of a method that nobody has called, all at once."""
    job = Bulk("a", count, cost)

    async def act(stage: Stage, client: Client) -> None:
        await asyncio.gather(*(stage.ask(client, call) for call in job.calls()))

    return Stage((job,), None, **stage).play(act=act)


def fast_with_slow(*, workers: int | None = None, **stage: Any) -> Figures:
    """50 calls of 5 ms at once with 50 of 3 s; latency is that of the fast ones.

    Each method has been called before.
    """
    slow, fast = jobs = Bulk("slow", 50, 3.0), Bulk("fast", 50, 0.005)

    async def act(stage: Stage, client: Client) -> None:
        for job in jobs:
            await stage.ask(client, Call(job.method, {"n": 0}), timed=False)
        await asyncio.sleep(60.0)
        quick = (stage.ask(client, call) for call in fast.calls())
        others = (stage.ask(client, call, timed=False) for call in slow.calls())
        await asyncio.gather(*others, *quick)

    return Stage(jobs, workers, **stage).play(act=act)

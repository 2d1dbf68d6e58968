"""Who uses the sessions, and how: each takes the world, and a session's number."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, Final

import anyio
from attrs import define, field

from bitrix_async import BitrixError, Call, SessionClosed

from .portals import LISTED
from .world import LEFT, Case, Result

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from bitrix_async import Outcome

    from .world import World

# What echoes its parameters, so that others can build on its result.
_SOURCES: Final = ("sim.item.get", "sim.item.add", "sim.item.list")


async def alone(world: World, session: int) -> None:
    """One call after the other."""
    for _ in range(world.random.randint(1, 6)):
        case = world.case(session)
        await case.run(world.sessions[session](case.call))
        await world.pause(3)


async def together(world: World, session: int) -> None:
    """Many calls at once."""
    bx = world.sessions[session]
    cases = [world.case(session) for _ in range(world.random.randint(2, 40))]
    await asyncio.gather(*(case.run(bx(case.call)) for case in cases))


async def replied(world: World, session: int) -> None:
    """A result with what stands beside it."""
    case = world.case(session)

    async def result() -> Any:
        return (await world.sessions[session].reply(case.call)).result

    await case.run(result())


async def cancelling(world: World, session: int) -> None:
    """Some of many lose patience."""
    bx = world.sessions[session]
    cases = [world.case(session) for _ in range(world.random.randint(2, 20))]
    tasks = [asyncio.ensure_future(case.run(bx(case.call))) for case in cases]
    for case, task in zip(cases, tasks, strict=True):
        if world.random.random() < 0.3:
            case.touched = True
            await world.pause(world.random.choice((0.0, 0.1, 3.0)))
            if not task.done():
                task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    _unstarted(cases)


async def crowd(world: World, session: int) -> None:
    """Several who want the same, of whom some leave."""
    bx = world.sessions[session]
    first = world.case(session, method="sim.item.get", bare=True)
    cases = [first]
    cases += [
        Case(first.id, first.call, first.safe, session, first.expected)
        for _ in range(world.random.randint(1, 5))
    ]
    world.cases += cases[1:]
    tasks = [asyncio.ensure_future(case.run(bx(case.call))) for case in cases]
    if world.random.random() < 0.5:
        await world.pause(world.random.choice((0.0, 0.2)))
        leaving = world.random.randrange(len(cases))
        cases[leaving].touched = True
        tasks[leaving].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    _unstarted(cases)


async def hurried(world: World, session: int) -> None:
    """Calls with an end of their own."""
    bx = world.sessions[session]
    cases = [world.case(session) for _ in range(world.random.randint(1, 8))]
    seconds = world.random.choice((0.01, 0.3, 5.0, 100.0))
    for case in cases:
        case.touched, case.seconds = True, seconds
    await asyncio.gather(*(case.run(bx(case.call.within(seconds))) for case in cases))


async def scoped(world: World, session: int) -> None:
    """Under the time-outs of asyncio and of anyio."""
    case = world.case(session)
    case.touched = True
    seconds = world.random.choice((0.01, 0.3, 5.0, 100.0))
    awaited = world.sessions[session](case.call)
    if world.random.random() < 0.5:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await case.run(awaited)
    else:
        with anyio.move_on_after(seconds):
            await case.run(awaited)


async def chained(world: World, session: int) -> None:
    """An explicit batch, whose later calls use the results of earlier ones."""
    random = world.random
    hasty = 0.3 if random.random() < 0.3 else 0.0
    cases: list[Case] = []
    sources: list[Case] = []
    for _ in range(random.randint(2, random.choice((9, 9, 9, 9, 70)))):
        params: dict[str, Any] = {}
        method = random.choice(_SOURCES) if random.random() < 0.6 else None
        source = None
        if sources and random.random() < 0.7:
            method = method or random.choice(_SOURCES)
            source = random.choice(sources)
            params["of"] = source.call.result["id"]
        case = world.case(session, method=method, **params)
        if source is not None:
            case.expected = {**case.expected, "of": source.id}
            case.source = source.id
        case.group = True
        if random.random() < hasty:
            _hurry(case, random.uniform(0, 2))
        cases.append(case)
        if method is not None:
            sources.append(case)
    if any(case.call.seconds for case in cases):
        for case in cases:
            case.touched = True
    # What is ahead of it makes it wait, so that some of it is given up there.
    ahead = range(6 if hasty else 0)
    others = [world.case(session, method="sim.slow.get") for _ in ahead]
    bx = world.sessions[session]
    async with asyncio.TaskGroup() as tasks:
        for other in others:
            tasks.create_task(other.run(bx(other.call.direct())))
        await _batched(world, session, cases)


async def _batched(world: World, session: int, cases: list[Case]) -> None:
    halt = world.random.random() < 0.6
    patience = world.random.choice((None, None, None, 0.2, 2.0))
    told: tuple[Any, ...] = ()
    with anyio.move_on_after(patience):
        calls = [case.call for case in cases]
        bx = world.sessions[session]
        told = await bx.batch(*calls, halt=halt, return_exceptions=True)
    if not told:
        for case in cases:
            case.touched = True
            case.end(LEFT)
    for case, one in zip(cases, told, strict=False):
        case.end(one if isinstance(one, Exception) else Result(one))


@define
class Job:
    """The calls of a stream: `ended` of them have, and some are in a `hurry`."""

    world: World
    session: int
    hurry: float
    cases: dict[int, Case] = field(factory=dict)
    ended: int = 0

    def calls(self, length: int) -> Iterator[Call[Any]]:
        random = self.world.random
        most = self.world.sessions[self.session]._window + 1
        for _ in range(length):
            case = self.world.case(self.session)
            self.cases[case.id] = case
            if random.random() < self.hurry:
                _hurry(case, random.uniform(0, 10))
            yield case.call
            if len(self.cases) - self.ended > most:
                self.world.faults.append(f"a stream read more than {most} ahead")

    async def slowly(self, length: int) -> AsyncIterator[Call[Any]]:
        for call in self.calls(length):
            yield call
            await asyncio.sleep(0.05)

    def end(self, outcome: Outcome[Any]) -> None:
        self.cases[outcome.call.params["id"]].end_with(outcome)
        self.ended += 1


async def streamed(world: World, session: int) -> None:
    """A job, of which the end is not always waited for."""
    bx, random = world.sessions[session], world.random
    length = random.choice((3, 30, 60, 150))
    most = random.choice((length, length, length // 2 + 1))
    patience = random.choice((None, None, None, 20.0))
    job = Job(world, session, random.choice((0.0, 0.0, 0.1)))
    source: Any = random.choice((job.calls, job.calls, job.slowly))(length)
    with anyio.move_on_after(patience) as scope:
        try:
            async with aclosing(bx.stream(source)) as outcomes:
                async for outcome in outcomes:
                    job.end(outcome)
                    if job.ended == most:
                        break
        except SessionClosed as error:
            [*job.cases.values()][-1].end(error)
    if job.ended == most or scope.cancelled_caught:
        _leave(job.cases)


async def walked(world: World, session: int) -> None:
    """A list to its end, or to where somebody has read enough."""
    bx, random = world.sessions[session], world.random
    order = random.choice(("ASC", "DESC"))
    strategies = ("chained", "keyset", *(("ranges",) if order == "ASC" else ()))
    call = Call("crm.item.list", {"entityTypeId": 2, "order": {"id": order}})
    rows = bx.rows(call, strategy=random.choice(strategies))
    enough = random.choice((len(LISTED), len(LISTED), 70))
    ids: list[int] = []
    broken = False
    try:
        async with aclosing(rows):
            async for row in rows:
                ids.append(int(row["id"]))
                if len(ids) == enough:
                    break
    except BitrixError:
        broken = True
    listed = LISTED if order == "ASC" else LISTED[::-1]
    if ids != listed[: len(ids)] or (len(ids) < enough and not broken):
        world.faults.append(f"a list of {len(ids)} rows is not as it should be")


def _hurry(case: Case, seconds: float) -> None:
    case.touched, case.call = True, case.call.within(seconds)


def _leave(cases: dict[int, Case]) -> None:
    """Nobody waits for the others any more."""
    for case in cases.values():
        if not case.ends:
            case.touched = True
            case.end(LEFT)


def _unstarted(cases: list[Case]) -> None:
    """A task that is cancelled before its first step has no time to say so."""
    for case in cases:
        if case.touched and not case.ends:
            case.end(LEFT)


# Who comes, and how often.
ACTORS: Final[tuple[tuple[int, Callable[[World, int], Awaitable[None]]], ...]] = (
    (20, alone),
    (20, together),
    (5, replied),
    (10, cancelling),
    (6, crowd),
    (6, hurried),
    (6, scoped),
    (27, chained),
    (10, streamed),
    (5, walked),
)


async def visit(world: World) -> None:
    """Somebody comes, some time, and does something."""
    (actor,) = world.random.choices(
        [row[1] for row in ACTORS], [row[0] for row in ACTORS]
    )
    session = world.random.randrange(len(world.sessions))
    await world.pause(60)
    await actor(world, session)


async def close(world: World) -> None:
    """Somebody closes a session in the middle of it all."""
    session = world.random.randrange(len(world.sessions))
    world.closed.add(session)
    await world.pause(90)
    await world.close(session)

"""Cancelled or closed at any moment, on any loop: what a session owes holds.

Each way to use a session is run again and again, and stopped one turn of the event
loop later each time, until it comes to its end before.
"""

from __future__ import annotations

import asyncio
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, field

from bitrix_async import (
    BitrixError,
    Call,
    NotSent,
    OAuth,
    Outcome,
    Session,
    SessionClosed,
    Tokens,
)
from bitrix_async.testing import MemoryTransport, Portal
from bitrix_async.testing.clock import VirtualLoop
from bitrix_async.testing.memory import EPOCH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Way = Callable[[Session, "Ledger"], Awaitable[Any]]

# Virtual seconds within which everything has ended, whatever was stopped when.
SOON = 30.0


# --- a loop that does something at one of its turns -----------------------------------


class TurningLoop(VirtualLoop):
    """Counts its turns, and does one thing when it has come to the turn for it."""

    turns = 0
    at = -1
    act: Callable[[], object] = staticmethod(lambda: None)

    def _run_once(self) -> None:
        super()._run_once()  # type: ignore[misc]  # what asyncio itself overrides
        if self.turns == self.at:
            self.act()
        self.turns += 1


# --- what a session is used for -------------------------------------------------------


@define
class Ledger:
    """The calls that were handed in, and what each came to; None while it is open."""

    once: bool = True
    outcomes: dict[int, Outcome[Any] | None] = field(factory=dict)

    def call(self, n: int) -> Call[Any]:
        """One that is counted by the portal, and runs once only."""
        self.outcomes[n] = None
        return Call("echo", {"n": n}).once()

    async def keep(self, n: int, result: Awaitable[Any]) -> None:
        call = Call("echo", {"n": n})
        try:
            self.outcomes[n] = Outcome(call, await result)
        except BitrixError as error:
            self.outcomes[n] = Outcome(call, error=error)


async def alone(bx: Session, ledger: Ledger) -> None:
    await ledger.keep(0, bx(ledger.call(0)))


async def together(bx: Session, ledger: Ledger) -> None:
    waiting = [(n, bx(ledger.call(n))) for n in range(4)]
    async with asyncio.TaskGroup() as group:
        for n, result in waiting:
            group.create_task(ledger.keep(n, result))


async def batched(bx: Session, ledger: Ledger) -> None:
    calls = [ledger.call(n) for n in range(3)]
    results = await bx.batch(*calls, return_exceptions=True)
    for n, came in enumerate(results):
        error = came if isinstance(came, BitrixError) else None
        ledger.outcomes[n] = Outcome(calls[n], None if error else came, error)


async def streamed(bx: Session, ledger: Ledger) -> None:
    await follow(bx.stream(ledger.call(n) for n in range(5)), ledger)


async def follow(job: AsyncIterator[Outcome[Any]], ledger: Ledger) -> None:
    try:
        async for outcome in job:
            ledger.outcomes[outcome.call.params["n"]] = outcome
    except SessionClosed as error:
        call: Any = error.call  # which could not be handed in any more
        ledger.outcomes[call.params["n"]] = Outcome(call, error=error)
        raise


async def fed(bx: Session, ledger: Ledger) -> None:
    async def calls() -> AsyncIterator[Call[Any]]:
        for n in range(5):
            await asyncio.sleep(0.01)
            yield ledger.call(n)

    await follow(bx.stream(calls()), ledger)


async def listed(bx: Session, _: Ledger) -> None:
    rows = [row async for row in bx.rows(Call("crm.item.list", {"entityTypeId": 2}))]
    assert len(rows) == 140


async def shared(bx: Session, _: Ledger) -> None:
    await asyncio.gather(bx(Call("user.current")), bx(Call("user.current")))


async def timed(bx: Session, ledger: Ledger) -> None:
    waiting = bx(ledger.call(0).within(0.12))
    try:
        async with asyncio.timeout(0.08):
            await ledger.keep(0, waiting)
    except TimeoutError:
        del ledger.outcomes[0]  # nobody waits for it any more


async def repeated(bx: Session, ledger: Ledger) -> None:
    ledger.once = False
    await ledger.keep(0, bx(ledger.call(0).repeatable()))


WAYS = [alone, together, batched, streamed, fed, listed, shared, timed, repeated]

# What the portal does meanwhile.
TROUBLES = ["none", "reset", "expired"]


@define
class World:
    """A portal in memory, a session on it, and what was asked of both."""

    trouble: str
    ledger: Ledger = field(factory=Ledger)
    portal: Portal = field(factory=lambda: Portal(cost=0.01))
    bx: Session = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.portal.on("echo", lambda _, params: params)
        self.portal.seed_items(140)
        pair = self.portal.oauth.install("app", "secret", now=EPOCH)
        auth = OAuth("app", "secret", Tokens(*pair, "https://portal.example/rest/"))
        if self.trouble == "expired":
            self.portal.oauth.expire()
        elif self.trouble == "reset":
            self.portal.trouble("reset", method="echo")
            self.portal.trouble("reset", method="crm.item.list", runs=True)
        self.bx = Session(auth, transport=MemoryTransport(self.portal))

    def check(self) -> None:
        """What holds of every call, whatever was stopped when."""
        for n, outcome in self.ledger.outcomes.items():
            ran = self.portal.executed("echo", n=n)
            assert ran <= 1 or not self.ledger.once, "it ran twice"
            if outcome is None:
                continue
            if outcome.error is None:
                result: Any = outcome.result
                assert {"n": str(result["n"])} == {"n": str(n)}, "somebody else's"
                assert ran >= 1
            elif isinstance(outcome.error, NotSent | SessionClosed):
                assert ran == 0, "it ran, and was said not to have been sent"
        assert not self.bx._dispatcher._tasks
        stats = self.bx.stats()
        assert (stats.waiting, stats.in_flight) == (0, 0)


def turning(
    world: World,
    main: Callable[[TurningLoop], Awaitable[None]],
    at: int = -1,
    *,
    debug: bool = False,
) -> bool:
    """Runs it; whether the turn for the act came before its end."""
    reports: list[Any] = []
    with asyncio.Runner(loop_factory=TurningLoop, debug=debug) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, TurningLoop)
        loop.set_exception_handler(lambda _, context: reports.append(context))
        loop.slow_callback_duration = 1e9

        async def whole() -> None:
            await main(loop)
            left = asyncio.all_tasks() - {asyncio.current_task()}
            assert not left

        loop.at = at
        runner.run(whole())
        assert loop.time() < SOON
        world.check()
    assert not reports
    return loop.turns > at


async def finished(task: asyncio.Task[Any]) -> BaseException | None:
    await asyncio.wait({task})
    return asyncio.CancelledError() if task.cancelled() else task.exception()


def turns_of(run: Callable[[int], bool]) -> int:
    """Runs it with the act at each turn, up to its end; how many there were."""
    return next(at for at in count() if not run(at))


# What somebody may see who is stopped, or whose session is closed.
ENDS = (asyncio.CancelledError, TimeoutError, BitrixError, ExceptionGroup)


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("way", WAYS)
def test_cancelled_at_every_turn(way: Way, trouble: str) -> None:
    """Whoever is cancelled hears that; neighbours get theirs, and nothing is left."""

    def run(at: int) -> bool:
        world = World(trouble)

        async def main(loop: TurningLoop) -> None:
            async with world.bx as bx:
                task = asyncio.ensure_future(way(bx, world.ledger))
                beside = asyncio.ensure_future(bx.reply(Call("profile")))
                loop.act = task.cancel
                error = await finished(task)
                loop.act = lambda: None
                assert error is None or isinstance(error, ENDS), repr(error)
                assert (await beside).result["ID"]
                assert await bx(Call("echo", {"after": 1}).repeatable())

        return turning(world, main, at)

    assert turns_of(run) > 20


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("way", WAYS)
def test_closed_at_every_turn(way: Way, trouble: str) -> None:
    """It takes no time, everyone gets an outcome, and what comes after is told."""

    def run(at: int) -> bool:
        world, closing = World(trouble), []

        async def close() -> None:
            began = asyncio.get_running_loop().time()
            await world.bx.aclose()
            assert asyncio.get_running_loop().time() - began < 6.0
            with pytest.raises(SessionClosed):
                await world.bx(Call("profile"))

        async def main(loop: TurningLoop) -> None:
            loop.act = lambda: closing.append(asyncio.ensure_future(close()))
            task = asyncio.ensure_future(way(world.bx, world.ledger))
            error = await finished(task)
            loop.act = lambda: None
            assert error is None or isinstance(error, ENDS), repr(error)
            assert not isinstance(error, asyncio.CancelledError)
            await asyncio.gather(*closing)
            await world.bx.aclose()
            assert None not in world.ledger.outcomes.values()

        return turning(world, main, at)

    assert turns_of(run) > 20


@pytest.mark.parametrize("way", WAYS)
def test_closing_that_is_cancelled_at_every_turn(way: Way) -> None:
    """It goes to its end all the same; then whoever was cancelled hears of it."""

    def run(at: int) -> bool:
        world = World("expired")

        async def main(loop: TurningLoop) -> None:
            task = asyncio.ensure_future(way(world.bx, world.ledger))
            await asyncio.sleep(0.14)
            closing = asyncio.ensure_future(world.bx.aclose())
            await asyncio.sleep(0)
            loop.act = closing.cancel
            await finished(closing)
            loop.act = lambda: None
            error = await finished(task)
            assert error is None or isinstance(error, ENDS), repr(error)
            assert "closed" in repr(world.bx)

        return turning(world, main, at)

    assert turns_of(run) > 10


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("way", WAYS)
def test_in_asyncio_debug_mode(way: Way, trouble: str) -> None:
    """Nothing is awaited never, called from a wrong thread or reported."""
    world = World(trouble)

    async def main(_: TurningLoop) -> None:
        async with world.bx as bx:
            await finished(asyncio.ensure_future(way(bx, world.ledger)))

    turning(world, main, debug=True)

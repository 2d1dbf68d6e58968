"""What a run consists of: a portal, sessions on it, and the calls that are made."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING, Any

from attrs import define, field

from bitrix_async import BitrixError, Call, Limits, RetryBudget, Session
from bitrix_async.testing import MemoryTransport

from .applications import installed
from .ears import Ear
from .portals import ENDLESS, METHODS, portal_of
from .wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_async import OAuth, Outcome
    from bitrix_async.testing import Portal

    from .applications import Store

CANCELLED, LEFT = "cancelled", "left"
# An answer may be as large as this, in bytes: all that is asked for is smaller.
MAX_ANSWER = 1 << 19


@define
class Result:
    """A result, told from an error."""

    value: Any


@define(eq=False)
class Case:
    """One call that somebody made, and what they were told of it.

    `touched` says that its caller may end it himself, and `seconds` after which time
    it is given up; `group` that it is of an explicit batch, whose calls are not sent
    again one by one; `source` is the id of the call whose result it uses.
    """

    id: int
    call: Call[Any]
    safe: bool
    session: int
    expected: dict[str, Any]
    touched: bool = False
    group: bool = False
    seconds: float | None = None
    source: int | None = None
    began: float = field(factory=lambda: asyncio.get_running_loop().time())
    ended: float = 0.0
    ends: list[Any] = field(factory=list)

    def end(self, told: object) -> None:
        self.ended = asyncio.get_running_loop().time()
        self.ends.append(told)

    def end_with(self, outcome: Outcome[Any]) -> None:
        self.end(outcome.error if outcome.error is not None else Result(outcome.result))

    async def run(self, awaited: Any) -> None:
        """Await it, and keep what it came to."""
        try:
            self.end(Result(await awaited))
        except BitrixError as error:
            self.end(error)
        except asyncio.CancelledError:
            self.end(CANCELLED)
            raise


@define(eq=False)
class World:
    """Everything that a seed says.

    `generous` is a retry budget without end, `foreign` that others use the portal too.
    """

    seed: int
    random: Random
    portal: Portal
    wire: Wire
    sessions: list[Session]
    ears: list[Ear | None]
    store: Store | None
    generous: bool
    foreign: bool
    cases: list[Case] = field(factory=list)
    closed: set[int] = field(factory=set)
    faults: list[str] = field(factory=list)

    @property
    def tokens_failed(self) -> bool:
        """Whether somebody may have had to do without tokens."""
        failed = self.store is not None and self.store.failures
        return bool(failed or self.wire.failed_renewals)

    def case(
        self,
        session: int,
        *,
        method: str | None = None,
        bare: bool = False,
        **params: Any,
    ) -> Case:
        """A new call, of some method with some parameters, or no more than an id."""
        random = self.random
        if method is None:
            weights = [row[0] for row in METHODS.values()]
            (method,) = random.choices([*METHODS], weights)
            if random.random() < 0.003:
                method = ENDLESS[0]
        safe = METHODS[method][1] if method in METHODS else True
        number = len(self.cases) + 1
        extra = {} if bare else self._extra(method)
        params = {"id": number, **extra, **params}
        call: Call[Any] = Call(method, params)
        dice = random.random()
        if dice < 0.03:
            call, safe = call.once(), False
        elif dice < 0.06:
            call, safe = call.repeatable(), True
        elif dice < 0.08:
            call = call.direct()
        case = Case(number, call, safe, session, params)
        self.cases.append(case)
        return case

    def _extra(self, method: str) -> dict[str, Any]:
        dice = self.random.random()
        if method.startswith("landing"):
            return {"scope": "GROUP"} if dice < 0.3 else {}
        if dice < 0.04:
            return {"null": None}
        if dice < 0.06:
            return {"text": "see $result[c0][id]"}
        if dice < 0.1:
            return {"fields": {"A[]": [1, "Ж"], "b": {"c": True, "d": 0.1}, "e": "y"}}
        return {"text": f"Ж&=#{self.random.randrange(1000)}"} if dice < 0.5 else {}

    async def pause(self, most: float) -> None:
        await asyncio.sleep(self.random.uniform(0, most))

    async def close(self, session: int) -> None:
        """Close a session, which takes no longer than its last renewal may."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        await self.sessions[session].aclose()
        if (took := loop.time() - began) > _CLOSING:
            self.faults.append(f"closing took {took} s")


# Seconds that closing takes at the most.
_CLOSING = 10.0


def world(seed: int) -> World:
    """The world of a seed; made on the loop that it runs on."""
    random = Random(seed)
    limits = Limits(
        burst=random.choice((5, 10, 50, 50)),
        operating=random.choice((40.0, 480.0, 480.0)),
    )
    portal = portal_of(seed, limits)
    inner = MemoryTransport(
        portal,
        round_trip=random.choice((0.02, 0.1, 0.5)),
        workers=random.choice((None, 1, 2, 4)),
        max_answer=MAX_ANSWER,
    )
    wire = Wire(inner)
    generous = random.random() < 0.8
    budget = RetryBudget(1e6) if generous else RetryBudget(5, 0.1, 0.1)
    count = random.choice((1, 1, 2, 3))
    auths: list[str | OAuth] = [portal.webhook] * count
    store = None
    if random.random() < 0.25:
        auths[:], store = installed(portal, random, count)
    ears = [Ear() if random.random() < 0.5 else None for _ in auths]
    seeded = _seeded(random.random)
    sessions = [
        seeded(
            auth,
            transport=wire,
            limits=limits,
            budget=budget,
            timeout=random.choice((60.0, 60.0, 20.0)),
            connections=random.choice((1, 2, 4, 20)),
            hooks=() if ear is None else (ear,),
        )
        for auth, ear in zip(auths, ears, strict=True)
    ]
    foreign = random.random() < 0.15
    return World(seed, random, portal, wire, sessions, ears, store, generous, foreign)


def _seeded(jitter: Callable[[], float]) -> type[Session]:
    """A session whose waits are drawn from the seed too."""

    class Seeded(Session):
        _jitter = staticmethod(lambda: jitter)

    return Seeded

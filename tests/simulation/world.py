"""What a run consists of: a portal, sessions on it, and the calls that are made."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from bitrix_async import (
    BitrixError,
    Call,
    Limits,
    OAuth,
    RetryBudget,
    Session,
    Tokens,
)
from bitrix_async.testing import MemoryTransport, Portal, PortalError, PortalLimits
from bitrix_async.testing.memory import EPOCH

from .wire import Wire

if TYPE_CHECKING:
    from bitrix_async import Outcome

# Method -> how often, whether twice is as good as once, seconds. Written down here,
# not asked of the package: the table there is what is tested.
METHODS: Final[dict[str, tuple[int, bool, float]]] = {
    "sim.item.get": (20, True, 0.05),
    "sim.item.list": (8, True, 0.3),
    "sim.item.update": (10, True, 0.1),
    "sim.item.delete": (8, True, 0.05),
    "sim.item.add": (22, False, 0.1),
    "sim.item.send": (10, False, 0.02),
    "sim.slow.get": (3, True, 4.0),
    "sim.slow.add": (3, False, 4.0),
    "sim.alone.get": (4, True, 0.05),
    "sim.broken.get": (3, True, 0.05),
    "landing.sim.get": (8, True, 0.05),
}
# It never ends in time: the web server cuts it, and whatever shares its request.
ENDLESS: Final = ("sim.endless.get", 70.0)

CANCELLED, LEFT = "cancelled", "left"


@define(eq=False)
class Case:
    """One call that somebody made, and what they were told of it.

    `touched` says that its caller may end it himself; `group` that it is of an explicit
    batch, whose calls are not repeated one by one; `source` is the id of the call whose
    result it uses.
    """

    id: int
    call: Call[Any]
    safe: bool
    session: int
    expected: dict[str, Any]
    touched: bool = False
    group: bool = False
    source: int | None = None
    ends: list[Any] = field(factory=list)

    def end(self, told: object) -> None:
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


@define
class Result:
    """A result, told from an error."""

    value: Any


@define(eq=False)
class World:
    """Everything that a seed says."""

    seed: int
    random: Random
    portal: Portal
    wire: Wire
    sessions: list[Session]
    generous: bool
    foreign: bool
    application: bool
    cases: list[Case] = field(factory=list)
    closed: set[int] = field(factory=set)
    faults: list[str] = field(factory=list)

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
        return {"text": f"Ж&=#{self.random.randrange(1000)}"} if dice < 0.5 else {}

    async def pause(self, most: float) -> None:
        await asyncio.sleep(self.random.uniform(0, most))


def world(seed: int) -> World:
    """The world of a seed; made on the loop that it runs on."""
    random = Random(seed)
    limits = Limits(
        burst=random.choice((5, 10, 50, 50)),
        operating=random.choice((40.0, 480.0, 480.0)),
    )
    portal = _portal(seed, limits)
    inner = MemoryTransport(
        portal,
        round_trip=random.choice((0.02, 0.1, 0.5)),
        workers=random.choice((None, 1, 2, 4)),
    )
    wire = Wire(inner)
    generous = random.random() < 0.8
    budget = RetryBudget(1e6) if generous else RetryBudget(5, 0.1, 0.1)
    application = random.random() < 0.25
    sessions = [
        _session(_auth(portal, application=application), wire, limits, budget, random)
        for _ in range(random.choice((1, 1, 2, 3)))
    ]
    foreign = random.random() < 0.15
    return World(seed, random, portal, wire, sessions, generous, foreign, application)


def _auth(portal: Portal, *, application: bool) -> str | OAuth:
    if not application:
        return portal.webhook
    pair = portal.oauth.install("app", "client-secret", now=EPOCH)
    expires = EPOCH + portal.oauth.lifetime
    tokens = Tokens(*pair, f"https://{portal.host}/rest/", expires=expires)
    return OAuth("app", "client-secret", tokens)


def _session(
    auth: str | OAuth, wire: Wire, limits: Limits, budget: RetryBudget, random: Random
) -> Session:
    class Seeded(Session):
        """Its waits are drawn from the seed too."""

        _jitter = staticmethod(lambda: random.random)

    return Seeded(
        auth,
        transport=wire,
        limits=limits,
        budget=budget,
        timeout=random.choice((60.0, 60.0, 20.0)),
        connections=random.choice((1, 2, 4, 20)),
    )


def _portal(seed: int, limits: Limits) -> Portal:
    portal = Portal(
        seed=seed,
        limits=PortalLimits(
            burst=limits.burst, per_second=limits.per_second, operating=limits.operating
        ),
        costs={name: row[2] for name, row in METHODS.items()} | dict([ENDLESS]),
        cost_cv=0.3,
        forbidden_in_batch=["sim.alone.get"],
    )
    for name in (*METHODS, ENDLESS[0]):
        portal.on(name, _echo)
    portal.on("sim.broken.get", _fail)
    portal.on("sim.item.delete", _deleter())
    portal.on("landing.sim.get", _scoped)
    return portal


def _echo(_: object, params: Any) -> Any:
    return params


def _fail(*_: object) -> Any:
    raise PortalError("SIM_BROKEN", "it is broken")


def _scoped(context: Any, params: Any) -> Any:
    """As the landing module has it: a scope stays in force for what comes behind."""
    scope = params.get("scope") or context.process.statics.get("scope", "")
    context.process.statics["scope"] = scope
    return {**params, "in": scope}


def _deleter() -> Any:
    gone: set[str] = set()

    def delete(_: object, params: Any) -> Any:
        if str(params["id"]) in gone:
            raise PortalError("NOT_FOUND", "there is no such item")
        gone.add(str(params["id"]))
        return True

    return delete

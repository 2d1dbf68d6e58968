"""The portal of a run, and the methods that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing import Portal, PortalError, PortalLimits

if TYPE_CHECKING:
    from bitrix_async import Limits

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

# The ids that a list has: a few pages of them, with gaps.
LISTED: Final = [n for n in range(1, 152) if n % 7]


def portal_of(seed: int, limits: Limits) -> Portal:
    """A portal with these limits; its costs are drawn from the seed."""
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
    portal.seed_items(len(LISTED), gap=7)
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

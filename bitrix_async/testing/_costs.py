"""How long methods take, in seconds of the portal's nominal time.

The figures are what the examples of the documentation report: `operating` where it is
above 0.1, else `processing` of the older examples with floats. A method whose example
reads 0 took less than 0.1 (protocol.md 4.2) and has the default.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp, log, sqrt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

DEFAULT: Final = 0.05

COSTS: Final = {
    "app.info": 0.005,
    "catalog.productimage.add": 1.12,
    "catalog.productimage.delete": 0.45,
    "catalog.productimage.get": 0.20,
    "catalog.productimage.getfields": 0.025,
    "catalog.productimage.list": 0.195,
    "crm.deal.add": 0.68,
    "crm.deal.get": 0.21,
    "crm.deal.list": 0.25,
    "crm.item.list": 0.245,
    "landing.landing.addblock": 0.105,
    "landing.landing.addbytemplate": 1.45,
    "landing.landing.copy": 0.99,
    "landing.landing.delete": 0.186,
    "landing.landing.deleteblock": 0.133,
    "landing.landing.favoriteblock": 0.211,
    "landing.landing.publication": 0.279,
    "landing.landing.unpublic": 0.148,
    "landing.landing.update": 0.1,
    "landing.site.add": 0.14,
    "landing.site.publication": 0.14,
    "method.get": 0.0002,
    "methods": 0.00003,
    "profile": 0.001,
    "scope": 0.00002,
    "server.time": 0.00004,
    "user.current": 0.0013,
}


def drawn(mean: float, spread: float, random: Random) -> float:
    """One cost: lognormal with that mean and coefficient of variation."""
    if not spread or not mean:
        return mean
    return exp(random.gauss(*_normal(mean, spread)))


@lru_cache
def _normal(mean: float, spread: float) -> tuple[float, float]:
    """Mean and deviation of the cost's logarithm."""
    variance = log(1 + spread * spread)
    return log(mean) - variance / 2, sqrt(variance)

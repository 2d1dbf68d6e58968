"""What a call of a method is expected to take on the portal, in seconds.

What an answer tells of it (protocol.md 4.3): `duration` is exact only where `start`
is a float; in the integer form it is up to a second too long. `finish` is exact in
both, and the commands of a batch run one after the other, so the difference of two
neighbours' `finish` is what the second of them took.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# A method that nobody has seen: `landing.landing.publication` of the documentation
# took 0.28 s, and most take less.
UNKNOWN: Final = 0.3

# An estimate is the mean of about this many last calls: measured.md C.6.
_MEMORY: Final = 20
# Methods that are remembered; Bitrix24 documents 1,668.
_METHODS: Final = 2000


@define
class Estimate:
    """The mean and the variance of what a method's calls took."""

    mean: float
    variance: float = 0.0
    count: int = 0

    @property
    def known(self) -> bool:
        return self.count > 0

    def total(self, calls: int, beside: float = 0.0) -> float:
        """What so many calls take, with a margin for doubt of two deviations.

        The doubt is of the calls `beside` them as well.
        """
        return calls * self.mean + 2 * math.sqrt((calls + beside) * self.variance)

    def learn(self, took: Iterable[float]) -> None:
        """More calls took that long, in this order."""
        count, mean, variance = self.count, self.mean, self.variance
        for seconds in took:
            count += 1
            weight = 1 / count if count < _MEMORY else 1 / _MEMORY
            off = seconds - mean
            mean += weight * off
            variance = (1 - weight) * (variance + weight * off * off)
        self.count, self.mean, self.variance = count, mean, variance


@define(eq=False)
class CostBook:
    """Estimates by method; the least recently used ones are forgotten."""

    unknown: float = UNKNOWN
    _known: OrderedDict[str, Estimate] = field(factory=OrderedDict, init=False)

    def of(self, method: str) -> Estimate:
        """The estimate of a method; of one that is not known, a careful guess."""
        return self._known.get(method) or Estimate(self.unknown)

    def learn(self, method: str, took: Sequence[float]) -> None:
        """Calls of the method took that long, in this order."""
        if not took:
            return
        estimate = self._known.get(method)
        if estimate is None:
            estimate = self._known[method] = Estimate(took[0])
            if len(self._known) > _METHODS:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(method)
        estimate.learn(took)


def of_direct(duration: float | None, at_most: float) -> dict[int, float]:
    """What a direct call took; `at_most` is what its answer left time for."""
    return {} if duration is None else {0: max(0.0, min(duration, at_most))}


def of_batch(
    finishes: Sequence[float | None], start: float | None, at_most: float
) -> dict[int, float]:
    """What the commands of a batch took: seconds by their index.

    A command that has no `finish`, because it failed, hides the one behind it. The
    first is known exactly only where `start` is; otherwise it took no longer than
    the others left of `at_most`.
    """
    took: dict[int, float] = {}
    before = finishes[0]
    for index, finish in enumerate(finishes):
        if index and finish is not None and before is not None:
            took[index] = max(0.0, finish - before)
        before = finish
    if finishes[0] is not None and start is not None:
        if start.is_integer() and len(took) < len(finishes) - 1:
            return took
        rest = math.inf if not start.is_integer() else at_most - sum(took.values())
        took[0] = max(0.0, min(finishes[0] - start, rest))
    return took

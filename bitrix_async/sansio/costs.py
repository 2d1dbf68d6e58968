"""What a call of a method is expected to take on the portal, in seconds.

What an answer tells of it (protocol.md 4.3): `duration` is exact only where `start`
is a float; in the integer form it is up to a second too long. `finish` is exact in
both, and the commands of a batch run one after the other, so the difference of two
neighbours' `finish` is what the second of them took.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from contextlib import suppress
from functools import lru_cache
from itertools import pairwise, repeat
from operator import mul, sub
from typing import TYPE_CHECKING, Final, cast

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Sequence

# A method that nobody has seen: `landing.landing.publication` of the documentation
# took 0.28 s, and most take less.
UNKNOWN: Final = 0.3

# An estimate is the mean of about this many last calls: measured.md C.6.
_MEMORY: Final = 20
_KEPT: Final = 1 - 1 / _MEMORY
# Methods that are remembered; Bitrix24 documents 1,668.
_METHODS: Final = 2000


@define
class Estimate:
    """The mean and the variance of what a method's calls took.

    It is `sure` when they had results, each of which tells what it took.
    """

    mean: float
    variance: float = 0.0
    count: int = 0
    sure: bool = False

    @property
    def known(self) -> bool:
        return self.count > 0

    def total(self, calls: int, beside: float = 0.0) -> float:
        """What so many calls take, with a margin for doubt of two deviations.

        The doubt is of the calls `beside` them as well.
        """
        return calls * self.mean + 2 * math.sqrt((calls + beside) * self.variance)

    def learn(self, took: Sequence[float]) -> None:
        """More calls took that long, in this order."""
        early = max(0, _MEMORY - 1 - self.count)
        for seconds in took[:early]:
            self.count += 1
            self._weigh((seconds,), (1 / self.count,), 1 - 1 / self.count)
        if late := took[early:]:
            self.count += len(late)
            weights, kept = _fading(len(late))
            self._weigh(late, weights, kept)

    def doubt(self, least: float) -> None:
        """Calls of a request that was cut took `least` each, or longer.

        It stands for one call, so that the next results soon bring the estimate down
        again, where it was something else that took the time.
        """
        self.mean, self.variance = least, 0.0
        self.count, self.sure = 1, False

    def _weigh(
        self, took: Sequence[float], weights: Sequence[float], kept: float
    ) -> None:
        """Move to the weighted mean; `kept` is the weight of what was known."""
        offs = [*map(sub, took, repeat(self.mean))]
        weighed = [*map(mul, weights, offs)]
        shift = sum(weighed)
        squares = sum(map(mul, weighed, offs))
        self.mean += shift
        # Never below zero, as rounding would have it.
        self.variance = max(0.0, kept * self.variance + squares - shift * shift)


@lru_cache
def _fading(count: int) -> tuple[tuple[float, ...], float]:
    """The weights of so many calls, of which the last weighs most, and of all before.

    Each moves the mean by one part in `_MEMORY` when it comes.
    """
    ages = range(count - 1, -1, -1)
    return tuple(_KEPT**age / _MEMORY for age in ages), _KEPT**count


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
        if took:
            estimate = self._kept(method, took[0])
            if not estimate.sure:  # all that was known is one call's word
                estimate.count, estimate.sure = min(estimate.count, 1), True
            estimate.learn(took)

    def guess(self, method: str, took: float, calls: int) -> None:
        """Calls that had an error took about that long, where no result tells."""
        if not self.of(method).sure:
            self._kept(method, took).learn((took,) * calls)

    def doubt(self, method: str, least: float) -> None:
        """A call of the method that was not answered took that long, or longer."""
        if least > self.of(method).mean:
            self._kept(method, least).doubt(least)

    def _kept(self, method: str, mean: float) -> Estimate:
        """The estimate that is kept of a method, which may be used last of all."""
        estimate = self._known.get(method)
        if estimate is not None:
            self._known.move_to_end(method)
            return estimate
        estimate = self._known[method] = Estimate(mean)
        if len(self._known) > _METHODS:
            self._known.popitem(last=False)
        return estimate


def of_direct(duration: float | None, at_most: float) -> list[float | None]:
    """What a direct call took; `at_most` is what its answer left time for."""
    return [None if duration is None else max(0.0, min(duration, at_most))]


def of_batch(
    finishes: Sequence[float | None], start: float | None, at_most: float
) -> list[float | None]:
    """What each command of a batch took, in seconds; None where nothing tells.

    A command that has no `finish`, because it failed, hides the one behind it. The
    first is known exactly only where `start` is; otherwise it took no longer than
    the others left of `at_most`.
    """
    gaps = _gaps(finishes)
    return [_first(finishes[0], gaps, start, at_most), *gaps]


def of_all(start: float | None, finish: float | None, at_most: float) -> float:
    """What all commands of a batch took, or a direct call whose answer has no time."""
    if start is None or finish is None:
        return at_most
    return max(0.0, min(finish - start, at_most))


def _gaps(finishes: Sequence[float | None]) -> list[float | None]:
    """From each one's end to the next one's."""
    ends = cast("Sequence[float]", finishes)
    with suppress(TypeError):  # of one that has none
        gaps = [*map(sub, ends[1:], ends)]
        if min(gaps, default=0.0) >= 0.0:
            return cast("list[float | None]", gaps)
    return [
        None if end is None or before is None else max(0.0, end - before)
        for before, end in pairwise(finishes)
    ]


def _first(
    finish: float | None,
    gaps: Sequence[float | None],
    start: float | None,
    at_most: float,
) -> float | None:
    if finish is None or start is None:
        return None
    took = finish - start
    if start.is_integer():
        if None in gaps:
            return None
        took = min(took, at_most - sum(cast("Sequence[float]", gaps)))
    return max(0.0, took)

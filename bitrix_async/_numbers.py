"""Numbers that something can be done with; others are refused where they are given.

They would be met while calls are on their way: as the end of the loop that sends, or
as a wait without end. A flag is no number here, and neither is nan.
"""

from __future__ import annotations

from math import inf
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from attrs import Attribute


@frozen
class Number:
    """What a number has to be: a validator of attrs, or used by `check`.

    Args:
        of: what it is a number of.
        least: what it is at the least, or `above`.
        most: what it is at the most; without it also without end, unless `finite`.
        whole: whether it counts things.
    """

    of: str
    least: float = 0
    most: float = inf
    above: bool = False
    whole: bool = False
    finite: bool = False

    def __call__(self, _: object, attribute: Attribute[Any], value: Any) -> None:
        self.check(attribute.name, value)

    def check(self, name: str, value: Any) -> None:
        """Raise `TypeError` for what is no number, `ValueError` out of bounds."""
        kind: Any = Integral if self.whole else Real
        if isinstance(value, bool) or not isinstance(value, kind):
            # Its kind alone: it may be a secret in a wrong place.
            raise TypeError(f"{name} is {self}, not {type(value).__name__}")
        is_above = value > self.least if self.above else value >= self.least
        if not is_above or value > self.most or (self.finite and value == inf):
            raise ValueError(f"{name} is {self}, {self._bounds()}: {value}")

    def __str__(self) -> str:
        return f"a {'whole ' if self.whole else ''}number of {self.of}"

    def _bounds(self) -> str:
        begins = f"{'above' if self.above else 'from'} {self.least:g}"
        return begins if self.most == inf else f"{begins} to {self.most:g}"

"""Operating time as it is checked, charged and reported (protocol.md 4.2)."""

from __future__ import annotations

from math import isinf
from typing import TYPE_CHECKING, Any, Final

from attrs import define

from bitrix_async.testing._limits import BATCH_WEIGHT, Operating, Reporting, Tab

if TYPE_CHECKING:
    from bitrix_async.testing._answers import Clock
    from bitrix_async.testing._ledger import Via
    from bitrix_async.testing._methods import Caller

_BATCH: Final = "batch"

# PHP's clock counts microseconds; below them is rounding of whoever hands in the time.
_DIGITS: Final = 6


@define
class Meter:
    """The operating limit of a portal, in one of the ways that it is reported."""

    operating: Operating
    clock: Clock
    reporting: Reporting

    @property
    def off(self) -> bool:
        return self.reporting == "none" or isinf(self.operating.limits.operating)

    def charges(self, method: str, via: Via) -> str:
        """The method that a call is charged to."""
        return _BATCH if via == "batch" and self.reporting == "batch" else method

    def refuses(self, caller: Caller, method: str, via: Via, now: float) -> bool:
        """Whether a call of this method may not begin."""
        if self.off or (via == "batch" and self.reporting == "batch"):
            return False
        return self.operating.refuses(caller.client, method, now)

    def refuses_batch(self, caller: Caller, now: float) -> bool:
        """Only where the batch itself is what is charged."""
        return self.reporting == "batch" and self.refuses(caller, _BATCH, "direct", now)

    def charge(
        self,
        tab: Tab,
        caller: Caller,
        method: str,
        via: Via,
        seconds: float,
        now: float,
    ) -> dict[str, Any]:
        """Counts what a call took; what its `time` says of it."""
        if self.off:
            return {}
        charged = self.charges(method, via)
        if charged is not method:
            seconds *= BATCH_WEIGHT
        stored = tab.add(charged, round(seconds, _DIGITS))
        if stored:
            self.operating.charge(caller.client, charged, stored, now)
        if charged is not method:
            return self._nothing(now)
        return self._stamp(caller, method, now)

    def of_batch(self, caller: Caller, started: float, now: float) -> dict[str, Any]:
        """What the `time` of a batch itself says."""
        if self.off:
            return {}
        if self.reporting == "batch":
            return self._stamp(caller, _BATCH, now)
        return self._nothing(started)

    def _stamp(self, caller: Caller, method: str, now: float) -> dict[str, Any]:
        reset_at = self.operating.reset_at(caller.client, method, now)
        return {
            "operating_reset_at": self.clock.whole(reset_at),
            "operating": self.operating.used(caller.client, method, now),
        }

    def _nothing(self, now: float) -> dict[str, Any]:
        reset_at = now + self.operating.limits.window
        return {"operating_reset_at": self.clock.whole(reset_at), "operating": 0}


def only_first(stamps: list[tuple[str, dict[str, Any]]]) -> None:
    """The first command of a method carries its last total, the others 0."""
    totals = {method: time.get("operating", 0) for method, time in stamps}
    for method, time in stamps:
        time["operating"] = totals.pop(method, 0)

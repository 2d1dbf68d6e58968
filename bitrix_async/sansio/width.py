"""Whether the portal has workers free for more requests at once.

How many requests a portal works on side by side is not documented. It shows in the
answers: what a request took beyond its own work and the way there and back was spent
waiting for a worker. Spreading calls over more requests then only spends tokens.
"""

from __future__ import annotations

import math
from typing import Final

from attrs import define, field

# The last few requests count.
_WEIGHT: Final = 0.2
# Waiting for a fifth as long as the work itself takes: the workers are busy.
_BUSY: Final = 0.2


@define(eq=False)
class Width:
    """What requests waited for a worker, beside what they worked; seconds."""

    _way: float = field(default=math.inf, init=False)
    _work: float = field(default=0.0, init=False)
    _waited: float = field(default=0.0, init=False)

    @property
    def saturated(self) -> bool:
        """Whether more requests at once would only wait."""
        return self._waited > _BUSY * self._work

    @property
    def before(self) -> float:
        """What passes before the work on a request begins: the way there, a queue."""
        return self._waited + (self._way / 2 if self._way < math.inf else 0.0)

    def learn(self, elapsed: float, work: float) -> None:
        """A request was answered after `elapsed`, of which it worked `work`."""
        beside = max(0.0, elapsed - work)
        self._way = min(self._way, beside)
        self._work += _WEIGHT * (work - self._work)
        self._waited += _WEIGHT * (beside - self._way - self._waited)

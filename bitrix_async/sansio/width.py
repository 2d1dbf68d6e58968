"""How many requests the portal works on side by side, as far as answers show it.

It is not documented. What a request took beyond its own work, and the way there and
back, was spent waiting for a worker: with `sent` requests under way on fewer workers,
each waits as long as it takes to work off the others. More requests at once than there
are workers only stand in a queue there, in front of whatever comes next.
"""

from __future__ import annotations

import math
from typing import Final

from attrs import define, field

# The last few requests count.
_WEIGHT: Final = 0.2
# Waiting for a fifth as long as the work itself takes: the workers are busy.
_BUSY: Final = 0.2
# A request with less work, in seconds, tells nothing: its wait is chance, and it does
# not hold a worker for long.
TELLING: Final = 0.4


@define(eq=False)
class Width:
    """The portal's workers; `pace` is its second, `most` how many requests may go.

    `workers` is believed to be at least what has been seen without waiting.
    """

    pace: float = 1.0
    workers: float = field(default=math.inf, init=False)
    _way: float = field(default=math.inf, init=False)
    _work: float = field(default=0.0, init=False)
    _waited: float = field(default=0.0, init=False)

    @property
    def saturated(self) -> bool:
        """Whether more requests at once would only wait."""
        return self._waited > _BUSY * self._work

    @property
    def way(self) -> float:
        """There and back, at the least."""
        return self._way if self._way < math.inf else 0.0

    @property
    def before(self) -> float:
        """What passes before the work on a request begins: the way there, a queue."""
        return self._waited + self.way / 2

    def learn(self, elapsed: float, work: float, sent: int) -> None:
        """A request was answered after `elapsed`, of which it worked `work`.

        `sent` requests with work to tell of were under way when it left, itself among
        them.
        """
        beside = max(0.0, elapsed - work)
        self._way = min(self._way, beside)
        waited = beside - self._way
        self._work += _WEIGHT * (work - self._work)
        self._waited += _WEIGHT * (waited - self._waited)
        if work < TELLING * self.pace:
            return
        if waited > _BUSY * work:
            seen = max(1.0, sent * work / (work + waited))
            known = min(self.workers, float(sent))
            self.workers = known + _WEIGHT * (seen - known)
        elif sent > self.workers:
            self.workers += _WEIGHT * (sent - self.workers)

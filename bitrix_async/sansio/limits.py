"""The portal's two limits, as far as a client can know them.

**Requests** (protocol.md 4.1). One leaky bucket for a portal and source address: each
HTTP request adds one, and `per_second` leak away. Above `burst` the portal answers
503. Whether refused requests count is unknown; this model counts them.

**Operating time** (4.2). For each method, and each application or webhook, the portal
adds up the seconds that its handler ran in ten baskets of a tenth of the window. A
basket is forgotten one window after its first charge. Before each command the portal
compares the sum with the limit; the command that crosses it still ends. The figure
`operating` in an answer is that sum: it is never added up, and a 0 says nothing,
because a command may be reported by another one's figure.

All times are seconds by one clock, which the caller chooses.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

from attrs import define, evolve, field, frozen

from bitrix_async._numbers import Number

# A tenth of the window, one minute of ten: protocol.md 4.2.
BASKETS: Final = 10

# `operating_reset_at` is in whole seconds of a window of 600: protocol.md 4.2.
_GRAIN: Final = 1 / 600


@frozen
class Limits:
    """What the portal allows, in requests and seconds.

    Args:
        burst: requests that may be sent at once (limits.md of the documentation).
        per_second: requests a second after that.
        operating: seconds of work of one method in one window.
        window: the length of the window.
        batch_size: commands in a `batch` request; the portal runs no more than 50.
        batch_seconds: expected work in one `batch`; the portal cuts a request at 60.
    """

    burst: float = field(default=50, validator=Number("requests", least=1))
    per_second: float = field(default=2.0, validator=Number("requests", above=True))
    operating: float = field(default=480.0, validator=Number("seconds", above=True))
    window: float = field(
        default=600.0, validator=Number("seconds", above=True, finite=True)
    )
    batch_size: int = field(
        default=50, validator=Number("commands", least=1, most=50, whole=True)
    )
    batch_seconds: float = field(default=6.0, validator=Number("seconds", above=True))

    @classmethod
    def enterprise(cls) -> Limits:
        """The limits of the Enterprise plan."""
        return cls(burst=250, per_second=5.0)

    @classmethod
    def self_hosted(cls) -> Limits:
        """A portal on a server of one's own: no limit of requests or operating time."""
        return cls(burst=math.inf, per_second=math.inf, operating=math.inf)

    def scaled(self, scale: float) -> Limits:
        """The limits of a portal on which a second lasts `scale` seconds."""
        return evolve(
            self,
            per_second=self.per_second / scale,
            operating=self.operating * scale,
            window=self.window * scale,
            batch_seconds=self.batch_seconds * scale,
        )

    @property
    def pace(self) -> float:
        """One second of an ordinary portal: what the planner measures its waits in."""
        return self.window / 600

    @property
    def requests(self) -> tuple[float, float, float]:
        """What a bucket of requests is made of: burst, rate and pace."""
        return self.burst, self.per_second, self.pace


@define(eq=False)
class LeakyBucket:
    """How many requests may leave now, and when the next one may.

    `burst` and `per_second` are the caller's until the portal refuses a request. From
    then on they are no more than an ordinary portal's, and twice as much after each
    time of calm: a plan is found again, and no burst that is too large, or without a
    bound, is sent twice. `pace` is the portal's second.
    """

    burst: float
    per_second: float
    pace: float = 1.0
    _told: tuple[float, float] = field(init=False)
    _free: float = field(init=False)
    _at: float = field(default=-math.inf, init=False)
    _crowd: int = field(default=1, init=False)
    _refused_at: float = field(default=-math.inf, init=False)
    _until: float = field(default=-math.inf, init=False)
    _eased_at: float = field(default=math.inf, init=False)

    def __attrs_post_init__(self) -> None:
        self._told = self.burst, self.per_second
        self._free = self.burst

    def free(self, now: float) -> float:
        """How many requests may leave at once; below 0 after a refusal."""
        since = now - self._at
        if since <= 0:  # not a product of 0 and infinity
            return self._free
        return min(self.burst, self._free + since * self.per_second)

    def level(self, now: float) -> float:
        """How full it is."""
        free = self.free(now)
        return 0.0 if math.isinf(free) else self.burst - free

    def take(self, now: float) -> None:
        """One request leaves."""
        self._set(self.free(now) - 1, now)
        if now - self._eased_at >= _CALM * self.pace:
            self._believe(2 * self.per_second, now)

    def ready_at(self, now: float, reserve: float = 0.0) -> float:
        """When one request may leave that keeps `reserve` others free."""
        free, need = self.free(now), 1 + reserve
        return now if free >= need - _DUST else now + (need - free) / self.per_second

    def refused(self, now: float) -> None:
        """The portal says that it is full, whatever was believed here.

        The refused request may have been counted, so one more must leak away; but
        not without end, since nobody knows that it was. Where it is full again as soon
        as that was waited for, others use it too, and each time twice as much must
        leak: if refused requests count, all who ask in between would keep it full.
        """
        free = min(0.0, self.free(now))
        self._believe(_ORDINARY.per_second / self.pace, now)
        if now >= self._until:  # not of a request that left before the last refusal
            is_again = now - self._until <= self._until - self._refused_at
            self._crowd = min(2 * self._crowd, _REFUSED_COUNT) if is_again else 1
            self._refused_at = now
        self._set(max(free - self._crowd, -_REFUSED_COUNT), now)
        self._until = self.ready_at(now)

    def _believe(self, per_second: float, now: float) -> None:
        """Go by that rate, and a burst in proportion, where the caller's are above."""
        burst, most = self._told
        self.per_second = min(most, per_second)
        times = self.per_second * self.pace / _ORDINARY.per_second
        self.burst = min(burst, _ORDINARY.burst * max(1.0, times))
        self._eased_at = now

    def _set(self, free: float, now: float) -> None:
        self._free, self._at = free, max(now, self._at)


# What any portal of the cloud allows: protocol.md 4.1.
_ORDINARY: Final = Limits()

# Seconds in which such a portal's bucket runs empty. Who has not been refused in that
# time is not one of those who keep it full.
_CALM: Final = _ORDINARY.burst / _ORDINARY.per_second

# So many refused requests are believed to be counted, or left to others: 4 s of an
# ordinary portal.
_REFUSED_COUNT: Final = 8

# Sums of floats differ from themselves by this much.
_DUST: Final = 1e-9


@define(eq=False)
class _Basket:
    index: int
    expires_at: float
    seconds: float = 0.0


@define(eq=False)
class OperatingBudget:
    """What a method has used of its operating time, by the portal's clock."""

    limit: float
    window: float
    reported: bool = field(default=False, init=False)
    probing: bool = field(default=False, init=False)
    _baskets: deque[_Basket] = field(factory=deque, init=False)
    _blocked_until: float = field(default=-math.inf, init=False)

    def used(self, now: float) -> float:
        """Seconds that are in the baskets."""
        self._forget(now)
        return sum(basket.seconds for basket in self._baskets)

    def forgotten(self, now: float) -> tuple[tuple[float, float], ...]:
        """In how many seconds how much of it will be, the next first."""
        self._forget(now)
        return tuple((one.expires_at - now, one.seconds) for one in self._baskets)

    def charge(self, at: float, seconds: float) -> None:
        """A call of ours took that long and ended then."""
        if seconds > 0:
            self._basket(at).seconds += seconds

    def report(
        self, now: float, operating: float, reset_at: float | None, ours: float = 0.0
    ) -> None:
        """The portal says how much is used.

        The report wins over the model: what it has beyond the model and `ours`, the
        work of ours on its way that it may already hold, was done by somebody else.
        """
        if operating <= 0:
            return
        self.reported = True
        self.probing = False
        used = self.used(now)
        if operating > used + ours:
            self._add(now, operating - used - ours, reset_at)
        elif operating < used:
            for basket in self._baskets:
                basket.seconds *= operating / used
        if reset_at is not None and self._baskets:
            oldest = self._baskets[0]
            latest = oldest.expires_at + self.window / BASKETS
            oldest.expires_at = max(oldest.expires_at, min(reset_at, latest))

    def refused(self, now: float) -> None:
        """The portal refused a command: the sum is over the limit.

        Where the model had come near, its baskets tell when to go on. Otherwise
        somebody else has used the time, nobody knows when: ask again a basket later,
        and with one call first.
        """
        self.reported = self.probing = True
        short = self.limit - self.used(now)
        if math.isinf(short) or short > self.limit / 20:
            self._blocked_until = now + self.window / BASKETS
            return
        if short >= 0:
            self._basket(now).seconds += short + self.limit / 1000
        self._blocked_until = self.ready_at(now, self.limit / 1000)

    def admitted(self, now: float) -> None:
        """The portal let a call run, whatever it says of the sum: the probe is over.

        A call that left before the refusal, and is answered while it stands, is none.
        """
        if not self.blocked(now):
            self.probing = False

    def blocked(self, now: float) -> bool:
        """Whether a refusal still stands."""
        return now < self._blocked_until

    def ready_at(self, now: float, need: float) -> float:
        """When `need` more seconds fit below the limit; `now` where they do."""
        if not self.reported:
            return now
        ready = max(now, self._blocked_until)
        if math.isinf(self.limit):
            return ready
        over = self.used(now) + need - self.limit
        for basket in self._baskets:
            if over <= _DUST:
                break
            over -= basket.seconds
            ready = max(ready, basket.expires_at + self.window * _GRAIN)
        return ready

    def _add(self, now: float, seconds: float, reset_at: float | None) -> None:
        if not self._baskets and reset_at is not None and reset_at > now:
            opened = reset_at - self.window
            index = math.floor(opened / (self.window / BASKETS))
            self._baskets.append(_Basket(index, reset_at))
        self._basket(now).seconds += seconds

    def _basket(self, at: float) -> _Basket:
        """The basket of that time; charges may come in a little out of order."""
        index = math.floor(at / (self.window / BASKETS))
        for place in range(len(self._baskets), 0, -1):
            basket = self._baskets[place - 1]
            if basket.index == index:
                basket.expires_at = min(basket.expires_at, at + self.window)
                return basket
            if basket.index < index:
                break
        else:
            place = 0
        basket = _Basket(index, at + self.window)
        self._baskets.insert(place, basket)
        return basket

    def _forget(self, now: float) -> None:
        while self._baskets and self._baskets[0].expires_at <= now:
            self._baskets.popleft()

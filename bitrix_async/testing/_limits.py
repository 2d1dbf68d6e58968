"""The limits of the cloud as the server keeps them, not as a client models them.

1. The request rate is one leaky bucket: +1 for each HTTP request, -`per_second` each
   second, refused above `burst` (protocol.md 4.1).
2. The operating time is kept for each client and method in baskets of a tenth of the
   window. A basket is forgotten a whole window after its first charge. A call is
   refused while the sum is above the limit, so the one that crosses the line ends
   (protocol.md 4.2).
3. What a method takes within one request is stored only from the moment that it has
   taken more than 0.1 s there (4.2).

Times are seconds of the portal's clock and are handed in.
"""

from __future__ import annotations

from math import inf
from typing import Final, Literal, TypeAlias

from attrs import define, evolve, field, frozen

Reporting: TypeAlias = Literal["command", "first", "batch", "none"]
"""Where a batch reports `operating` (protocol.md 4.2 and 10).

`command`: each command carries its method's total (source and documentation).
`first`: the first command of a method carries it, the others 0.
`batch`: the batch is charged as a method at half weight, its commands read 0 (#539).
`none`: no operating limit, the fields are absent (self-hosted).
"""

# protocol.md 4.2: a total up to this in one request and method is not stored.
_UNSTORED: Final = 0.1

# #459/#539 in protocol.md 4.2: "about half weight".
BATCH_WEIGHT: Final = 0.5


@frozen(kw_only=True)
class PortalLimits:
    """What the portal allows; seconds and counts.

    Args:
        burst: how many requests the bucket holds (50; 250 on Enterprise).
        per_second: how fast it leaks (2; 5 on Enterprise).
        operating: seconds of a method in one window; 480 by the helpdesk, 420 in code.
        window: how long a basket counts; there are ten.
        unstored: what one method may take in one request without being counted.
        cut: when a request that is still running is cut by the web server.
        refused_count: whether a request refused by the bucket fills it further.
    """

    burst: float = 50
    per_second: float = 2.0
    operating: float = 480.0
    window: float = 600.0
    unstored: float = _UNSTORED
    cut: float = 60.0
    refused_count: bool = True

    @classmethod
    def enterprise(cls) -> PortalLimits:
        """The limits of the Enterprise plan."""
        return cls(burst=250, per_second=5.0)

    @classmethod
    def self_hosted(cls) -> PortalLimits:
        """No limit but the web server's own (protocol.md 4.1 and 4.2)."""
        return cls(burst=inf, operating=inf)

    def scaled(self, scale: float) -> PortalLimits:
        """The same limits where time passes that much faster: 0.01 is 100 times."""
        return evolve(
            self,
            per_second=self.per_second / scale,
            operating=self.operating * scale,
            window=self.window * scale,
            unstored=self.unstored * scale,
            cut=self.cut * scale,
        )


@define
class Bucket:
    """The leaky bucket of the request rate."""

    limits: PortalLimits
    level: float = 0.0
    _at: float = -inf

    def admits(self, now: float) -> bool:
        """Whether one more request passes; counts it."""
        self._leak(now)
        passes = self.level + 1 <= self.limits.burst
        if passes or self.limits.refused_count:
            self.level += 1
        return passes

    def fill(self, now: float) -> None:
        """Others have used all of it."""
        self._leak(now)
        self.level = max(self.level, self.limits.burst)

    def _leak(self, now: float) -> None:
        if now > self._at:
            leaked = (now - self._at) * self.limits.per_second
            self.level = max(0.0, self.level - leaked)
            self._at = now


@define
class _Basket:
    seconds: float
    expires: float


@define
class _Account:
    """The baskets of one method of one client; `expires` is the oldest one's."""

    baskets: dict[int, _Basket] = field(factory=dict)
    total: float = 0.0
    expires: float = inf

    def settle(self, now: float) -> None:
        """Forgets what no longer counts."""
        if now < self.expires:
            return
        live = {n: each for n, each in self.baskets.items() if each.expires > now}
        self.baskets = live
        self.total = sum(basket.seconds for basket in live.values())
        self.expires = min((basket.expires for basket in live.values()), default=inf)


@define
class Operating:
    """What each method of each client has used."""

    limits: PortalLimits
    _accounts: dict[tuple[str, str], _Account] = field(factory=dict)

    def used(self, client: str, method: str, now: float) -> float:
        """The sum of the baskets that still count."""
        return self._settled(client, method, now).total

    def refuses(self, client: str, method: str, now: float) -> bool:
        return self.used(client, method, now) > self.limits.operating

    def charge(self, client: str, method: str, seconds: float, now: float) -> None:
        account = self._settled(client, method, now)
        number = int(now // (self.limits.window / 10))
        fresh = _Basket(0.0, now + self.limits.window)
        basket = account.baskets.setdefault(number, fresh)
        basket.seconds += seconds
        account.total += seconds
        account.expires = min(account.expires, basket.expires)

    def reset_at(self, client: str, method: str, now: float) -> float:
        """When the oldest basket is forgotten; a window from now if there is none."""
        expires = self._settled(client, method, now).expires
        return expires if expires < inf else now + self.limits.window

    def _settled(self, client: str, method: str, now: float) -> _Account:
        account = self._accounts.get((client, method))
        if account is None:
            account = self._accounts[client, method] = _Account()
        account.settle(now)
        return account


@define
class Tab:
    """What the methods of one request have taken so far (rule 3)."""

    limits: PortalLimits
    _taken: dict[str, float] = field(factory=dict)

    def add(self, method: str, seconds: float) -> float:
        """How much of it is to be stored now."""
        before = self._taken.get(method, 0.0)
        after = self._taken[method] = before + seconds
        if after <= self.limits.unstored:
            return 0.0
        return seconds if before > self.limits.unstored else after

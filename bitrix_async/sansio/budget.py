"""How much a session may repeat: so that a portal that is down gets less, not more.

A request that meets trouble and whose calls go again takes one from the budget,
however many calls it held, because requests are what burdens a portal. Every request
that is answered puts a part of one back, and so does time, for sessions that rarely
ask. When it is spent, calls end with their first error: the caller learns that the
portal is down, and the portal is spared. A refusal for a limit is no trouble and costs
nothing: the wait for the limit is spared already.

It is what finagle and tower call a retry budget, gRPC (A6) retry throttling and the
AWS SDKs a retry quota; measured.md A.1.
"""

from __future__ import annotations

from typing import Final

from attrs import define, field, frozen

from bitrix_async._numbers import Number

_REPEATS: Final = Number("repeats")


@frozen
class RetryBudget:
    """What a session may repeat.

    Args:
        reserve: repeats in hand at the start, and at the most. What a bucket lets go
            while all of it breaks, 50 requests at once and 2 a second, is 100 within
            25 s: they carry a session through a restart of the portal.
        per_answer: what an answered request adds. With a tenth, a portal that fails
            now and then is asked a tenth more than without repeats, and no more.
        per_second: what a second adds; a tenth is six repeats a minute, which a
            portal that is down does not feel.

    `RetryBudget(0, 0, 0)` repeats nothing.
    """

    reserve: float = field(default=100.0, validator=_REPEATS)
    per_answer: float = field(default=0.1, validator=_REPEATS)
    per_second: float = field(default=0.1, validator=_REPEATS)


@define(eq=False)
class Purse:
    """What of a budget is left; `pace` is the portal's second."""

    budget: RetryBudget
    pace: float = 1.0
    _left: float = field(init=False)
    _at: float = field(default=0.0, init=False)

    def __attrs_post_init__(self) -> None:
        self._left = self.budget.reserve

    def left(self, now: float) -> float:
        """Repeats that are in hand."""
        earned = max(0.0, now - self._at) / self.pace * self.budget.per_second
        return min(self.budget.reserve, self._left + earned)

    def deposit(self, now: float) -> None:
        """A request was answered."""
        self._left = min(self.budget.reserve, self.left(now) + self.budget.per_answer)
        self._at = max(now, self._at)

    def withdraw(self, now: float) -> bool:
        """Whether the calls of one more request may go again; if so, it is paid for."""
        left = self.left(now)
        if left < 1:
            return False
        self._left = left - 1
        self._at = max(now, self._at)
        return True

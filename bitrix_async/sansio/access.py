"""Whether requests may leave with the credentials that there are.

Theory of operation. A portal refuses an expired token before it runs anything, so a
refused call goes back to its place and nothing leaves until there are new tokens: one
renewal, however many calls were refused. Refusals of requests that had left before the
pair in use came say nothing about it. A pair that is refused just after the server gave
it will not be helped by another, nor is a call that was refused too often: that is
final, and so no loop can be. A renewal that fails fails all who wait; whoever comes
after begins anew.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from attrs import define, field

from bitrix_async.sansio.decisions import Renew, Wait

if TYPE_CHECKING:
    from bitrix_async.errors import Fault

# A pair is new for so long, in seconds. It is good for an hour: protocol.md 6.1.
_NEW: Final = 60.0
# Refusals that one call lives through.
_DENIALS: Final = 2
# A pair is renewed before this part of its time is left: a minute of an hour, which
# is as long as a request may take.
_LAST_PART: Final = 1 / 60

# protocol.md 5.2: v2 tells an expired token from the rest, v3 has one code for all.
_EXPIRED: Final = "expired_token"
_V3: Final = "BITRIX_REST_V3_"
_UNAUTHORIZED: Final = 401
# What the portal may say of a token that has been replaced.
_REPLACED: Final = frozenset({_EXPIRED, "invalid_token"})


@define(eq=False)
class Access:
    """Follows the credentials in use; `renewable` where they can be renewed.

    Credentials that are not there yet are `missing`: the first call asks for them.
    `pace` is one second of an ordinary portal.
    """

    renewable: bool = False
    pace: float = 1.0
    missing: bool = False
    _refused: bool = field(default=False, init=False)
    _under_way: bool = field(default=False, init=False)
    _since: float = field(default=-math.inf, init=False)
    _new_until: float = field(default=-math.inf, init=False)
    _renew_at: float = field(default=math.inf, init=False)
    _failed_at: float = field(default=-math.inf, init=False)

    def next(self, now: float) -> Renew | Wait | None:
        """Renew now, or wait for that; None where requests may leave."""
        if self._under_way:
            return Wait(math.inf, "tokens")
        if not (self.missing or self._refused or now >= self._renew_at):
            return None
        self._under_way = True
        return Renew()

    def heeds(self, fault: Fault, sent_at: float) -> bool:
        """Whether a refusal is of the token of a request that left at `sent_at`."""
        if not self.renewable:
            return False
        if sent_at < self._since and fault.code in _REPLACED:
            return True
        is_v3 = fault.code.startswith(_V3) and fault.status == _UNAUTHORIZED
        return is_v3 or fault.code == _EXPIRED

    def goes_again(self, sent_at: float, denials: int, now: float) -> bool:
        """Whether a call that was refused so often before is sent once more."""
        if sent_at < self._since:
            return True
        is_final = now < self._new_until or denials >= _DENIALS
        if is_final or sent_at < self._failed_at:
            return False
        self._refused = True
        return True

    def renewed(self, now: float, seconds: float | None, *, is_new: bool) -> None:
        """There is a pair, good for so many seconds; `is_new` as the server gave it."""
        self._end()
        self._since = now
        self._new_until = now + _NEW * self.pace if is_new else now
        if seconds is not None:
            early = now + seconds * (1 - _LAST_PART)
            self._renew_at = max(early, self._new_until)

    def failed(self, now: float) -> bool:
        """A renewal failed: whether those who wait fail with it.

        They do not where the pair in use had not been refused yet.
        """
        was_early = not self.missing and not self._refused
        missing = self.missing
        self._end()
        self.missing = missing
        if not was_early:
            self._failed_at = now
        return not was_early

    def _end(self) -> None:
        self._under_way = self._refused = self.missing = False
        self._renew_at = math.inf

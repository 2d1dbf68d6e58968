"""A job's calls: what is known of each, and what is next for it.

A call of a job is in one of five states. What it goes to when it ends:

| what came of it                          | once only | safe to repeat          |
| ---------------------------------------- | --------- | ----------------------- |
| a result                                 | done      | done                    |
| it was not sent, or refused for a limit  | waiting   | waiting                 |
| the portal refuses the credentials       | waiting, and the job stops          |
| any other error of the portal            | refused   | refused                 |
| it cannot be sent as it is               | refused   | refused                 |
| it was sent, and no whole answer came    | unknown   | waiting, then unknown   |

And what a later run of the job does with what it finds in the journal:

| found   | once only                          | safe to repeat |
| ------- | ---------------------------------- | -------------- |
| waiting | runs it                            | runs it        |
| sent    | it is unknown: it may have run     | runs it        |
| unknown | leaves it, or asks the caller      | runs it        |
| refused | leaves it                          | leaves it      |
| done    | leaves it                          | leaves it      |

`sent` is written before a call leaves that must run only once, and only for these: of
the others it would change nothing. Deletes are an exception: one that runs again finds
nothing to delete, and that is an error only where it is sure that it had not run.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Literal,
    TypeAlias,
    get_args,
)

from attrs import define, field, frozen

from bitrix_async._masks import shown
from bitrix_async.errors import (
    AuthFault,
    BitrixError,
    EncodeError,
    Fault,
    LimitExceeded,
    SessionClosed,
)
from bitrix_async.sansio.retries import Known, is_delete, known_of, repeat_safe, safety

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async._call import Call

State: TypeAlias = Literal["waiting", "sent", "done", "refused", "unknown"]
"""What is known of a call; see the tables above."""

STATES: Final[tuple[State, ...]] = get_args(State)

# States in which a call is still to end.
OPEN: Final[frozenset[State]] = frozenset({"waiting", "sent"})


@frozen
class Entry:
    """A call of a job, with what is known of it. Times are unix seconds.

    Args:
        position: its place in the job, from 0.
        key: what the caller knows it by, None where no keys were given.
        method: its method.
        params: its parameters.
        state: what is known of it.
        result: what the portal gave, as JSON; None where it is not done.
        code: why it is refused or unknown: the portal's code, or the error's name.
        error: the same in words.
        added_at: when it was taken into the journal.
        sent_at: when it left last, as far as is known.
        ended_at: when it ended; None where it has not.
    """

    position: int
    key: str | None
    method: str
    params: Mapping[str, Any] = field(repr=shown)
    state: State = "waiting"
    result: Any = field(default=None, repr=shown)
    code: str = ""
    error: str = ""
    added_at: float = 0.0
    sent_at: float | None = None
    ended_at: float | None = None


class Then(Enum):
    """What follows from an error of a call."""

    END = "the call has ended"
    AGAIN = "it goes again, when its limit allows"
    AWAY = "it goes again, when the portal is back"
    DOUBTED = "the same, though it may have run"
    LOST = "the call has ended in doubt, and others wait until the portal is back"
    STOP = "so would the others: the run stops"


@frozen
class Verdict:
    """What an error makes of its call: its state, why in words, and what follows."""

    state: State
    then: Then
    code: str
    error: str


# Of `AuthFault`, what the portal says of one method and not of the credentials:
# protocol.md 5.2.
_OF_A_METHOD: Final = frozenset(
    {"insufficient_scope", "METHOD_CONFIRM_DENIED", "METHOD_CONFIRM_WAITING"}
)


def verdict(error: BitrixError, *, safe: bool) -> Verdict:
    """What an error makes of its call; the first table above."""
    code, text = type(error).__name__, error.message
    if isinstance(error, Fault):
        code, text = error.code or code, error.description
    return Verdict(*_fate(error, code, safe=safe), code, text)


def _fate(error: BitrixError, code: str, *, safe: bool) -> tuple[State, Then]:
    known = known_of(error)
    if isinstance(error, EncodeError):
        return "refused", Then.END
    if isinstance(error, SessionClosed):
        return "waiting", Then.STOP
    if known is Known.NOT_RUN:
        is_limit = isinstance(error, LimitExceeded)
        return "waiting", Then.AGAIN if is_limit else Then.AWAY
    if isinstance(error, AuthFault) and code not in _OF_A_METHOD:
        return "waiting", Then.STOP
    if known is Known.ANSWERED:
        return "refused", Then.END
    return ("waiting", Then.DOUBTED) if safe else ("unknown", Then.LOST)


def leaves_a_mark(call: Call[Any]) -> bool:
    """Whether it has to be written down before the call leaves."""
    leaves = leave_marks(call.method, call.repeat_safe)
    return not repeat_safe(call) if leaves is None else leaves


def leave_marks(method: str, told: bool | None) -> bool | None:  # noqa: FBT001  # of Call
    """The same of all calls of a method; None where their parameters decide."""
    if is_delete(method):
        return True
    safe = safety(method, told=told)
    return None if safe is None else not safe


# (found, safe to repeat) -> what a later run takes it for
FOUND: Final[Mapping[tuple[State, bool], State]] = {
    ("waiting", True): "waiting",
    ("waiting", False): "waiting",
    ("sent", True): "waiting",
    ("sent", False): "unknown",
    ("done", True): "done",
    ("done", False): "done",
    ("refused", True): "refused",
    ("refused", False): "refused",
    ("unknown", True): "waiting",
    ("unknown", False): "unknown",
}

# A request is over by then, whatever became of it: the portal cuts it after 60 s
# (protocol.md 2.8), and it may have been on its way for a moment.
_OVER: Final = 70.0


def ends_in(entry: Entry, now: float, pace: float) -> float:
    """In how many seconds the portal surely does not work on the call any more.

    Before that it would be too soon to look whether the call ran. `pace` is what a
    second of the portal lasts. A clock that was set may say anything, but no more.
    """
    if entry.sent_at is None:
        return 0.0
    over = _OVER * pace
    return min(over, max(0.0, entry.sent_at + over - now))


# What the portal is given to come back, in its seconds: waits that double from one
# second to a minute, for an hour. A run that has heard nothing of it yet has no reason
# to think that it will.
_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 60.0
_PATIENCE: Final = 3600.0
# A call that alone goes unanswered, while others are answered, is handed in so often.
ROUNDS: Final = 3


@define(eq=False)
class Outage:
    """A portal that cannot be reached, or that does not answer.

    It `is_on` from the first call that is missed until anything is answered; what is
    to be sent waits meanwhile, and the portal is asked for its time at `held_until`:
    that tells a portal that is away from a call that it never answers, and risks no
    call. `pace` is what a second of the portal lasts.
    """

    pace: float
    is_on: bool = field(default=False, init=False)
    held_until: float = field(default=-math.inf, init=False)
    _answered_at: float = field(default=-math.inf, init=False)
    _since: float = field(default=0.0, init=False)
    _wait: float = field(default=0.0, init=False)
    _away: float = field(default=0.0, init=False)

    def answered(self, now: float) -> None:
        """The portal has answered a call, with whatever."""
        self._answered_at = now
        self._away = self.away(now)
        self.is_on = False
        self._wait = 0.0

    @property
    def was_heard(self) -> bool:
        """Whether the portal has answered anything in this run."""
        return self._answered_at > -math.inf

    def answered_since(self, at: float) -> bool:
        """Whether it has answered a call after that."""
        return self._answered_at > at

    def away(self, now: float) -> float:
        """For how long it has been so by now, in seconds, in all."""
        return self._away + (now - self._since if self.is_on else 0.0)

    def missed(self, now: float) -> bool:
        """A call got no answer; whether the run should go on all the same."""
        if not self.is_on:
            self.is_on = True
            self._since = now
        if now >= self.held_until:
            self._wait = min(max(2 * self._wait, _FIRST_WAIT), _LONGEST_WAIT)
            self.held_until = now + self._wait * self.pace
        return self.was_heard and now - self._since < _PATIENCE * self.pace

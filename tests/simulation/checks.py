"""What must hold when a run is over, whatever happened in it.

Of each call, from what its caller was told, what the wire saw, and what the portal ran:

* It has one outcome.
* It was told in time, where it was to be, and nothing was sent for it afterwards.
* Once-only: it ran at most once, and was not sent again after a sending in doubt.
* Done: it ran with its parameters, an answer said so, and the result is made of them.
* NotSent, SessionClosed, LimitExceeded: it never ran, and no sending is in doubt.
* Unanswered, BadAnswer: some sending of it, or of its batch, was in doubt.
* Fault: an answer gave this code for it.
* Nobody interfered, and it may be repeated: it was, before its caller got an error, or
  the portal could not be reached as often while it waited.

Hooks were told the same. What holds of the whole is in `leftovers`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from bitrix_async import (
    BadAnswer,
    BitrixError,
    DecodeError,
    Fault,
    LimitExceeded,
    NotSent,
    SessionClosed,
    Unanswered,
)
from bitrix_async.testing._ledger import as_text

from .ears import NOT_TAKEN, misheard, told_of
from .wire import DONE, DOUBT, HALTED, MOVED
from .world import CANCELLED, LEFT, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .wire import Sending
    from .world import Case, World

# Sendings of a call in all, as the README says.
_ATTEMPTS: Final = 5
# What ends a call at once, whatever it met before; the first may be helped, by a token
# that is not refused itself.
_FINAL: Final = {"fault expired_token", "fault OVERLOAD_LIMIT", "fault NO_AUTH_FOUND"}
# Sums of floats differ from themselves by this much.
_DUST: Final = 1e-6


@define
class Known:
    """What is known of the calls of one id: of one, or of a crowd who want the same.

    `ran` is with which parameters, and `told_at` when the last of them was told.
    """

    sendings: list[Sending]
    ran: list[Any] = field(factory=list)
    crowd: int = 0
    told_at: float = 0.0


def broken(world: World) -> Iterator[str]:
    """What does not hold, in words."""
    yield from world.faults
    known = _known(world)
    for case in world.cases:
        for text in _of_case(world, case, known[case.id]):
            what = f"{case.call!r} of session {case.session}"
            yield f"{what}: {text}; {_story(world, case)}"
    for number, ear in enumerate(world.ears):
        if ear is not None:
            yield from misheard(ear, _heard(world, number))


def _known(world: World) -> dict[int, Known]:
    known = {case.id: Known(world.wire.of(case.id)) for case in world.cases}
    for case in world.cases:
        one = known[case.id]
        one.crowd, one.told_at = one.crowd + 1, max(one.told_at, case.ended)
    for entry in world.portal.ledger:
        if "id" in entry.params:
            known[int(entry.params["id"])].ran.append(entry.params)
    return known


def _heard(world: World, session: int) -> Iterator[tuple[Case, str]]:
    """The calls of a session, and what its hooks must have been told of each."""
    for case in world.cases:
        if case.session != session or LEFT in case.ends:
            continue
        (told,) = case.ends[:1] or (None,)
        heard = "cancelled" if told == CANCELLED else told_of(told)
        if heard != NOT_TAKEN:
            yield case, heard


def _story(world: World, case: Case) -> str:
    sent = ", ".join(f"{s.at:.2f} #{s.request} {s.end}" for s in world.wire.of(case.id))
    return f"told {case.ends}, sent [{sent}]"


def _of_case(world: World, case: Case, known: Known) -> Iterator[str]:
    if len(case.ends) != 1:
        yield f"{len(case.ends)} outcomes"
        return
    yield from _in_time(case, known)
    sendings, ran = known.sendings, known.ran
    if not case.safe:
        if len(ran) > known.crowd:
            yield f"ran {len(ran)} times"
        before = sendings[: -known.crowd]
        if any(sending.end in {DOUBT, DONE} for sending in before):
            yield "was sent again though it may have run"
    (told,) = case.ends
    if isinstance(told, Result):
        yield from _done(case, told.value, sendings, ran)
    elif isinstance(told, BitrixError):
        yield from _failed(world, case, told, sendings, len(ran))
    elif told not in {CANCELLED, LEFT}:
        yield f"ended with {told!r}"


def _in_time(case: Case, known: Known) -> Iterator[str]:
    """Nothing is sent for who has been told, and who is to be told in time is."""
    sendings = known.sendings
    follows = sendings[-2:-1] and sendings[-2].end == MOVED
    if sendings and sendings[-1].at > known.told_at and not follows:
        yield f"was sent at {sendings[-1].at}, when its caller had been told"
    if case.seconds is not None and case.ended > case.began + case.seconds + _DUST:
        yield f"was to end within {case.seconds} s, and took {case.ended - case.began}"


def _done(
    case: Case, value: Any, sendings: list[Sending], ran: list[Any]
) -> Iterator[str]:
    ends = {sending.end for sending in sendings}
    deleted = case.call.method.endswith("delete")
    if as_text(case.expected) not in map(as_text, ran):
        yield f"is done, but ran with {ran}"
    if DONE not in ends and not (deleted and {DOUBT, "fault NOT_FOUND"} <= ends):
        yield "is done, but no answer says so"
    expected: Any = True if deleted else case.expected
    if case.call.method.startswith("landing"):
        expected = {**case.expected, "in": case.expected.get("scope", "")}
    if as_text(value) != as_text(expected):
        yield f"got {value!r} for {expected!r}"


def _failed(
    world: World, case: Case, error: BitrixError, sendings: list[Sending], runs: int
) -> Iterator[str]:
    ends = [sending.end for sending in sendings]
    doubted = DOUBT in ends
    if isinstance(error, NotSent | SessionClosed | LimitExceeded):
        if runs or doubted or DONE in ends:
            yield f"is {type(error).__name__}, but may have run ({runs} times)"
    elif isinstance(error, Fault):
        if f"fault {error.code}" not in ends and not world.tokens_failed:
            yield f"is a Fault that no answer holds: {error.code}"
        if error.code == "NOT_FOUND":
            yield "is not found, though it was its own delete that removed it"
    elif isinstance(error, Unanswered | BadAnswer):
        doubted |= any(one.end == DOUBT for one in world.wire.of(case.source or 0))
        if not doubted and not (case.touched and sendings):
            yield f"is {type(error).__name__}, but no sending is in doubt"
    elif isinstance(error, DecodeError):
        yield "cannot be decoded"
    if isinstance(error, BadAnswer) and ends[-1:] == [HALTED]:
        yield "was not run by a halted batch, and is not told so"
    yield from _given_up(world, case, error, ends)


def _missed(world: World, case: Case) -> int:
    """Requests that could not be sent since it came, its own or not."""
    return sum(case.began <= at <= case.ended for at in world.wire.missed)


def _given_up(
    world: World, case: Case, error: BitrixError, ends: list[str]
) -> Iterator[str]:
    """Nobody interfered: nothing is given up before its time."""
    if case.touched or case.group or case.session in world.closed or not world.generous:
        return
    if world.tokens_failed or not _FINAL.isdisjoint(ends):
        return
    if isinstance(error, LimitExceeded | SessionClosed):
        yield f"gave up with {error!r}"
    tries = sum(end in {DOUBT, "not sent", "fault CONNECTION_ERROR"} for end in ends)
    may_go_again = case.safe or isinstance(error, NotSent)
    trouble = isinstance(error, NotSent | Unanswered | BadAnswer)
    too_soon = trouble and may_go_again and tries < _ATTEMPTS
    if too_soon and _missed(world, case) < _ATTEMPTS:
        yield f"was given up after {tries} sendings"

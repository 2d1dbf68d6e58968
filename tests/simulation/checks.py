"""What must hold when a run is over, whatever happened in it.

Of each call, from what its caller was told, what the wire saw, and what the portal ran:

* It has one outcome.
* Once-only: it ran at most once, and was not sent again after a sending in doubt.
* Done: it ran, an answer said so, and the result is made of its own parameters.
* NotSent, SessionClosed, LimitExceeded: it never ran, and no sending is in doubt.
* Unanswered, BadAnswer: some sending of it, or of its batch, was in doubt.
* Fault: an answer gave this code for it.
* Nobody interfered, and it may be repeated: it was, before its caller got an error.

Of the whole: the portal refused nothing for its rate unless somebody else had used it;
no method was asked again and again while it was parked; nothing is left.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

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

from .wire import DONE, DOUBT, HALTED
from .world import CANCELLED, LEFT, Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_async import Session

    from .wire import Sending
    from .world import Case, World

# Sendings of a call in all, as the README says.
_ATTEMPTS: Final = 5
# Requests beyond the bucket that may be under way when somebody else has used it up,
# and that may be needed to see how far: 8 are believed to be counted.
_UNAWARE: Final = 12


def broken(world: World) -> Iterator[str]:
    """What does not hold, in words."""
    yield from world.faults
    runs = _runs(world)
    for case in world.cases:
        for text in _of_case(world, case, runs[case.id]):
            what = f"{case.call!r} of session {case.session}"
            yield f"{what}: {text}; {_story(world, case)}"
    yield from _limits(world)
    for session in world.sessions:
        yield from _left(session)
    timers = [t for t in _timers() if not t.cancelled()]
    if timers:
        yield f"timers are left: {timers}"


def _runs(world: World) -> Counter[int]:
    runs: Counter[int] = Counter()
    for entry in world.portal.ledger:
        runs[int(entry.params["id"])] += 1
    return runs


def _story(world: World, case: Case) -> str:
    sent = ", ".join(f"{s.at:.2f} #{s.request} {s.end}" for s in world.wire.of(case.id))
    return f"told {case.ends}, sent [{sent}]"


def _of_case(world: World, case: Case, runs: int) -> Iterator[str]:
    sendings = world.wire.of(case.id)
    if len(case.ends) != 1:
        yield f"{len(case.ends)} outcomes"
        return
    if not case.safe:
        if runs > 1:
            yield f"ran {runs} times"
        if any(sending.end in {DOUBT, DONE} for sending in sendings[:-1]):
            yield "was sent again though it may have run"
    (told,) = case.ends
    if isinstance(told, Result):
        yield from _done(case, told.value, sendings, runs)
    elif isinstance(told, BitrixError):
        yield from _failed(world, case, told, sendings, runs)
    elif told not in {CANCELLED, LEFT}:
        yield f"ended with {told!r}"


def _done(case: Case, value: Any, sendings: list[Sending], runs: int) -> Iterator[str]:
    ends = {sending.end for sending in sendings}
    deleted = case.call.method.endswith("delete")
    if not runs:
        yield "is done, but never ran"
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
        if f"fault {error.code}" not in ends and not world.wire.failed_renewals:
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


def _given_up(
    world: World, case: Case, error: BitrixError, ends: list[str]
) -> Iterator[str]:
    """Nobody interfered: nothing is given up before its time."""
    if case.touched or case.group or case.session in world.closed or not world.generous:
        return
    if world.wire.failed_renewals or "fault expired_token" in ends:
        return  # it ends for want of a token, or with a new one that is no good
    if isinstance(error, LimitExceeded | SessionClosed):
        yield f"gave up with {error!r}"
    tries = sum(end in {DOUBT, "not sent", "fault CONNECTION_ERROR"} for end in ends)
    may_go_again = case.safe or isinstance(error, NotSent)
    trouble = isinstance(error, NotSent | Unanswered | BadAnswer)
    if trouble and may_go_again and tries < _ATTEMPTS:
        yield f"was given up after {tries} sendings"


def _limits(world: World) -> Iterator[str]:
    refused = world.portal.refused
    # What is sent once more to the portal's new name is not asked of the planner.
    most = world.wire.redirects
    if world.foreign:
        connections = sum(s._dispatcher.planner.connections for s in world.sessions)
        most += connections + _UNAWARE
    if refused["QUERY_LIMIT_EXCEEDED"] > most:
        yield f"{refused['QUERY_LIMIT_EXCEEDED']} requests beyond the bucket"
    if refused["OPERATION_TIME_LIMIT"] > len(world.cases):
        yield f"{refused['OPERATION_TIME_LIMIT']} commands beyond the operating limit"
    most = sum(s._dispatcher.planner.connections for s in world.sessions)
    if world.wire.most_under_way > most:
        yield f"{world.wire.most_under_way} requests under way at once"


def _left(session: Session) -> Iterator[str]:
    dispatcher = session._dispatcher
    planner = dispatcher.planner
    stats = session.stats()
    kept = {
        "waiting": stats.waiting,
        "in flight": stats.in_flight,
        "lines": len(planner._queue.lines),
        "tasks": len(dispatcher._tasks),
        "reserved": sum(account.under_way for _, account in planner.accounts.items()),
        "deadlines": max(0, len(planner._deadlines._due) - 64),
    }
    for name, count in kept.items():
        if count:
            yield f"{count} {name} are left"


def _timers() -> list[asyncio.TimerHandle]:
    return asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined,no-any-return]

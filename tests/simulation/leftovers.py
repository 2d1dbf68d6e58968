"""What must hold of a whole run: the limits were kept, and nothing is left.

* The portal refused nothing for its rate, unless somebody else had used it up.
* A method that was refused for its operating time was left alone for a while.
* No more requests were under way than there are connections.
* When all sessions are closed: no task, no timer of theirs, nothing that waits.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from bitrix_async._dispatch import Dispatcher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_async import Session

    from .wire import Sending
    from .world import World

# Requests beyond the bucket that may be under way when somebody else has used it up,
# and that may be needed to see how far: 8 are believed to be counted.
_UNAWARE: Final = 12
# A method is asked again when a minute has begun that frees some of its time. That may
# be at once where answers were lost and it is not known which; but not again and again.
_PARKED: Final = 1.0
_AT_ONCE: Final = 2
_REFUSED: Final = "fault OPERATION_TIME_LIMIT"


def left(world: World) -> Iterator[str]:
    """What is not as it must be the moment when all sessions have been closed."""
    yield from _rates(world)
    yield from _parked(world)
    for session in world.sessions:
        yield from _kept(session)
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    if tasks:
        yield f"tasks are left: {tasks}"
    for timer in asyncio.get_running_loop()._scheduled:  # type: ignore[attr-defined]
        owner = getattr(timer._callback, "__self__", None)
        if isinstance(owner, Dispatcher) and not timer.cancelled():
            yield f"a timer is left: {timer}"


def _rates(world: World) -> Iterator[str]:
    refused = world.portal.refused["QUERY_LIMIT_EXCEEDED"]
    connections = sum(s._dispatcher.planner.connections for s in world.sessions)
    # What is sent once more to the portal's new name is not asked of the planner, which
    # learns of it by a refusal.
    most = world.wire.redirects * connections
    if world.foreign:
        most += connections + _UNAWARE
    if refused > most:
        yield f"{refused} requests beyond the bucket"
    if world.wire.most_under_way > connections:
        yield f"{world.wire.most_under_way} requests under way at once"


def _parked(world: World) -> Iterator[str]:
    """Sendings of a method soon after it was refused."""
    sent: defaultdict[tuple[int, str], list[Sending]] = defaultdict(list)
    for case in {case.id: case for case in world.cases}.values():
        sent[case.session, case.call.method] += world.wire.of(case.id)
    for (session, method), sendings in sent.items():
        refused = {one.back for one in sendings if one.end == _REFUSED}
        soon = {
            other.request
            for other in sendings
            if any(at < other.at < at + _PARKED for at in refused)
        }
        if len(soon) > _AT_ONCE:
            yield f"{method} of session {session} is asked again at once: {soon}"


def _kept(session: Session) -> Iterator[str]:
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

"""One request from the door to its answer, as a generator of work.

`Work` is how the portal takes time without a clock: it yields the seconds of work
until its next step, is resumed with the time that it is then, and returns what came
of it. Commands of a batch so run one after the other, each at its own time, and
parallel requests meet the same baskets truthfully.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from attrs import define, field

from bitrix_async.testing._answers import page
from bitrix_async.testing._faults import NoAnswer, Trouble, end, too_many_requests
from bitrix_async.testing._ledger import RequestEntry
from bitrix_async.testing._methods import Caller, Process

if TYPE_CHECKING:
    from bitrix_async._transport import Answer
    from bitrix_async.testing._limits import Tab
    from bitrix_async.testing._requests import PortalRequest, Route
    from bitrix_async.testing.portal import Portal

T = TypeVar("T")
Work: TypeAlias = Generator[float, float, T]
Begin: TypeAlias = "Callable[[Visit, float], Work[Answer]]"


@define
class Visit:
    """One request while it is served."""

    portal: Portal
    request: PortalRequest
    route: Route
    params: Any
    number: int
    tab: Tab
    commands: int = 1
    caller: Caller = field(factory=lambda: Caller("", 0))
    process: Process = field(factory=Process)


def serve(visit: Visit, begin: Begin, now: float) -> Work[Answer]:
    """The request as the web server sees it; `begin` starts PHP.

    The first yield is 0: the request has passed the rate limit and waits until a
    worker takes it. Raises `NoAnswer` where a trouble wants none.
    """
    status = None
    try:
        given = yield from _served(visit, begin, now)
        status = given.status
    finally:
        method = visit.route.method
        visit.portal.record(
            RequestEntry(visit.number, method, visit.commands, now, status)
        )
    return given


def _served(visit: Visit, begin: Begin, now: float) -> Work[Answer]:
    portal = visit.portal
    trouble = portal.trouble_of(visit)
    if trouble is not None and trouble.kind == "refused":
        raise NoAnswer("refused")
    if not portal.bucket.admits(now):
        portal.refused["QUERY_LIMIT_EXCEEDED"] += 1
        return too_many_requests()
    now = yield 0.0
    if trouble is None:
        return (yield from _within(begin(visit, now), portal.limits.cut))
    return (yield from _troubled(visit, trouble, begin, now))


def _troubled(visit: Visit, trouble: Trouble, begin: Begin, now: float) -> Work[Answer]:
    given = None
    if trouble.kind == "slow":
        now = yield trouble.seconds * visit.portal.scale
    if trouble.works:
        given = yield from _within(begin(visit, now), visit.portal.limits.cut)
    return end(trouble, visit.request, given)


def _within(work: Work[Answer], cut: float) -> Work[Answer]:
    """Cuts work that would take longer: what has run stays (protocol.md 2.8)."""
    spent = 0.0
    try:
        seconds = next(work)
        while spent + seconds <= cut:
            spent += seconds
            seconds = work.send((yield seconds))
    except StopIteration as ended:
        given: Answer = ended.value
        return given
    yield cut - spent
    work.close()
    return page(504)

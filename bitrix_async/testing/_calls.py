"""One call of a method, direct or in a batch: checked, worked, run, charged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from bitrix_async.testing._answers import Printed
from bitrix_async.testing._ledger import Entry, Via
from bitrix_async.testing._methods import Context, Handler, Paged, PortalError
from bitrix_async.testing._requests import without_reserved

if TYPE_CHECKING:
    from bitrix_async.testing._faults import Trouble
    from bitrix_async.testing._serving import Visit, Work

# protocol.md 4.2
_BLOCKED: Final = "Method is blocked due to operation time limit."

# protocol.md 1.6: any call with it is taken for a signed link.
_LINK: Final = "Access denied! Link check failed"


@define
class Ran:
    """A call that has ended, at `finished`, with a page of a result or an error.

    `time` is its block of protocol.md 4.3; `hidden` keeps it out of a batch's answer.
    """

    method: str
    finished: float
    page: Paged = field(factory=lambda: Paged(None))
    time: Printed = field(factory=Printed)
    error: PortalError | None = None
    hidden: bool = False


def call(visit: Visit, method: str, params: Any, via: Via, now: float) -> Work[Ran]:
    """Runs one method; its error is part of what comes of it."""
    portal = visit.portal
    try:
        handler = _admitted(visit, method, params, via, now)
    except PortalError as error:
        portal.refused[str(error.code)] += 1
        return Ran(method, now, error=error)
    method = method.lower()
    rest, start = without_reserved(params)
    trouble = portal.troubles.of_command(method, rest)
    ended = yield portal.cost(method)
    context = Context(portal, visit.caller, visit.process, ended, start)
    ran = _ended(_Job(visit, method, rest, via, handler, context), trouble)
    if counted := portal.counting * (ran.page.total or 0):
        ran.finished = yield counted
    at, took = ran.finished, ran.finished - now
    stamp = portal.meter.charge(visit.tab, visit.caller, method, via, took, at)
    if ran.error is None:
        ran.time = portal.clock.block(now, at)
        ran.time.update(stamp)
    return ran


@define
class _Job:
    visit: Visit
    method: str
    params: Any
    via: Via
    handler: Handler
    context: Context


def _admitted(visit: Visit, method: str, params: Any, via: Via, now: float) -> Handler:
    if isinstance(params, dict) and "token" in params:
        raise PortalError("ACCESS_DENIED", _LINK, status=403)
    handler = visit.portal.methods.find(method)
    if visit.portal.meter.refuses(visit.caller, method.lower(), via, now):
        raise blocked()
    return handler


def blocked() -> PortalError:
    return PortalError("OPERATION_TIME_LIMIT", _BLOCKED, status=429)


def _ended(job: _Job, trouble: Trouble | None) -> Ran:
    ended = job.context.now
    try:
        page = _outcome(job, trouble)
    except PortalError as error:
        return Ran(job.method, ended, error=error)
    hidden = trouble is not None and trouble.kind == "missing"
    return Ran(job.method, ended, page, hidden=hidden)


def _outcome(job: _Job, trouble: Trouble | None) -> Paged:
    if trouble is None:
        return _handled(job)
    if trouble.works:
        page = _handled(job)
        if trouble.kind == "missing":
            return page
    status = 200 if trouble.kind == "shaped" else trouble.status
    raise PortalError(trouble.code, trouble.description, status=status)


def _handled(job: _Job) -> Paged:
    """The method itself, written into the ledger whatever comes of it."""
    try:
        page = _paged(job.handler(job.context, job.params))
    except PortalError as error:
        _record(job, str(error.code))
        raise
    _record(job, None)
    return page


def _record(job: _Job, error: str | None) -> None:
    job.visit.portal.ledger.add(
        Entry(
            job.method,
            job.params,
            job.context.now,
            job.via,
            job.visit.number,
            error,
        )
    )


def _paged(result: Any) -> Paged:
    """Lifts `total` and `next` out of a map (protocol.md 7), and errors (5.1)."""
    if isinstance(result, Paged):
        return result
    if not isinstance(result, dict):
        return Paged(result)
    if result.get("error") and result.get("error_description"):
        raise PortalError(result["error"], result["error_description"], status=200)
    if "total" not in result and "next" not in result:
        return Paged(result)
    rest = {k: part for k, part in result.items() if k not in ("total", "next")}
    return Paged(rest, result.get("total"), result.get("next"))

"""Answers for a planner that is tested alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from bitrix_async import Call, Limits
from bitrix_async.sansio.decisions import Send
from bitrix_async.sansio.encoding import encode
from bitrix_async.sansio.limits import LeakyBucket
from bitrix_async.sansio.lines import Lane, Ticket
from bitrix_async.sansio.planning import Planner

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_async.sansio.lines import Request
    from bitrix_async.sansio.settling import Settled

JSON = {"content-type": "application/json"}


def planner_of(limits: Limits | None = None, connections: int = 20) -> Planner:
    limits = limits or Limits()
    bucket = LeakyBucket(limits.burst, limits.per_second)
    return Planner(limits, bucket, connections, jitter=lambda: 0.5)


def ticket(method: str = "m", lane: Lane = Lane.INTERACTIVE, **params: Any) -> Ticket:
    call = Call(method, params)
    return Ticket(call, *encode(call)[:4], lane)


def ticket_of(call: Call[Any], lane: Lane = Lane.INTERACTIVE) -> Ticket:
    return Ticket(call, *encode(call)[:4], lane)


def sent(planner: Planner, now: float) -> list[Request]:
    """All requests that leave now."""
    requests = []
    while isinstance(decision := planner.next(now), Send):
        requests.append(decision.request)
    return requests


def row_of(one: Ticket) -> dict[str, Any]:
    """A result that tells whose it is."""
    return {"result": one.call.params}


def fault(code: str) -> dict[str, Any]:
    return {"error": code}


def answer(
    planner: Planner,
    request: Request,
    now: float,
    row: Callable[[Ticket], dict[str, Any] | None] = row_of,
    cost: float = 0.01,
    operating: float | None = None,
) -> Settled:
    """Answer a request as a portal would; `row` gives each call's result or error."""
    rows = [row(one) for one in request.tickets]
    time: dict[str, float] = {"finish": 1e9 + now, "duration": cost}
    if operating is not None:
        time |= {"operating": operating, "operating_reset_at": 1e9 + now + 600}
    if not request.is_batch:
        (only,) = rows
        failed = bool(only and "error" in only)
        text = orjson.dumps(only if failed else {**(only or {}), "time": time})
        return planner.answered(request, 400 if failed else 200, JSON, text, now)
    parts: dict[str, dict[str, Any]] = {
        "result": {},
        "result_error": {},
        "result_time": {},
    }
    for index, (key, one) in enumerate(zip(request.keys, rows, strict=True)):
        if one is None:
            continue
        if "error" in one:
            parts["result_error"][key] = one
            if request.halt:
                break
        else:
            parts["result"][key] = one["result"]
            parts["result_time"][key] = time | {"finish": 1e9 + now + cost * index}
    whole = {"finish": 1e9 + now}
    body = orjson.dumps({"result": parts, "time": whole})
    return planner.answered(request, 200, JSON, body, now)

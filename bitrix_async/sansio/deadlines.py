"""Calls that are given up in time: those with `Call.within`."""

from __future__ import annotations

import heapq
import math
from itertools import count
from typing import TYPE_CHECKING

from attrs import define, field

from bitrix_async.errors import LimitExceeded, NotSent, Unanswered
from bitrix_async.sansio.lines import Kind, Stage
from bitrix_async.sansio.replies import OPERATING_LIMIT, RATE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_async.errors import BitrixError
    from bitrix_async.sansio.accounts import Accounts
    from bitrix_async.sansio.lines import Ticket


@define(eq=False)
class Deadlines:
    """Tickets by the time at which they are given up."""

    _due: list[tuple[float, int, Ticket]] = field(factory=list, init=False)
    _room: int = field(default=64, init=False)
    _order: Iterator[int] = field(factory=count, init=False)

    def watch(self, ticket: Ticket, now: float) -> None:
        """Remember a ticket whose call came in now and has an end."""
        at = now + (ticket.call.seconds or 0.0)
        heapq.heappush(self._due, (at, next(self._order), ticket))
        if len(self._due) > self._room:  # those that ended early are not kept
            self._due = [one for one in self._due if one[2].stage is not Stage.ENDED]
            heapq.heapify(self._due)
            self._room = max(64, 2 * len(self._due))

    def first(self) -> float:
        """When the next one is due; infinity where none is."""
        while self._due and self._due[0][2].stage is Stage.ENDED:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else math.inf

    def due(self, now: float) -> Iterator[Ticket]:
        """Those whose time is over and that have not ended."""
        while self.first() <= now:
            yield heapq.heappop(self._due)[2]


def behind(ticket: Ticket) -> list[Ticket]:
    """Those of a waiting group that cannot go without it: they may build on it."""
    line = ticket.line
    if ticket.stage is not Stage.WAITING or line is None or not ticket.halt:
        return []
    group = [*line] if line.kind is Kind.GROUP else [ticket]
    return group[group.index(ticket) + 1 :]


def too_late(
    ticket: Ticket,
    now: float,
    ready: tuple[float, str],
    token_at: float,
    accounts: Accounts,
) -> BitrixError:
    """The error of a call that is given up: what held it, or that it may have run.

    `ready` is when its method is free, and what it is held for until then; `token_at`
    when the next request may leave.
    """
    spent = f"within {ticket.call.seconds} s"
    if ticket.stage is Stage.SENT:
        return Unanswered(f"not answered {spent}", call=ticket.call)
    at, cause = ready
    until = max(at, token_at)
    if until <= now or (cause == "retry" and at > now):
        setback = ticket.past.setback
        met = f": {setback.error.message}" if setback else ""
        return NotSent(f"not sent {spent}{met}", call=ticket.call)
    code = OPERATING_LIMIT if at > now and cause == "operating" else RATE_LIMIT
    retry_at = accounts.portal_time(until) if accounts.offset else None
    text = f"not sent {spent}: it waited for the portal's limit"
    return LimitExceeded(code, text, call=ticket.call, retry_at=retry_at)

"""What an answer means for each call that it concerns: it ends, or it waits again.

Every call that was sent passes here once for each sending. The table of `retries`
says what happens to it; this file puts it back in its line, or ends it, and takes in
what a refusal tells of the portal.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias, cast

from attrs import define, field

from bitrix_async.errors import BadAnswer, BitrixError, Fault, NotSent
from bitrix_async.sansio import retries
from bitrix_async.sansio.lines import BATCH, Kind, Setback, Stage, Ticket
from bitrix_async.sansio.replies import Done, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bitrix_async.sansio.accounts import Accounts
    from bitrix_async.sansio.limits import LeakyBucket
    from bitrix_async.sansio.lines import Queue, Request
    from bitrix_async.sansio.stats import Tally

Settled: TypeAlias = list[tuple[Ticket, Row]]


@define(eq=False)
class Settler:
    """Ends calls, or has them wait again.

    `held_until` is when anything may be sent after the portal could not be reached.
    """

    queue: Queue
    accounts: Accounts
    bucket: LeakyBucket
    tally: Tally
    jitter: Callable[[], float]
    alone: set[str] = field(factory=set, init=False)
    held_until: float = field(default=-math.inf, init=False)

    def rows(
        self, request: Request, rows: Sequence[Row | None], time: object, now: float
    ) -> Settled:
        """What the calls of an answered request came to."""
        self.accounts.learn(request, rows, time, now)
        stopped: BitrixError | None = None
        settled: Settled = []
        for ticket, row in zip(request.tickets, rows, strict=True):
            if type(row) is Done:
                self._end(ticket, row, settled)
                continue
            came = _missing(stopped) if row is None else row
            if request.halt and isinstance(row, Fault):
                stopped = row.of(ticket.call)
            step = self._step(request, ticket, came)
            self._heed(step, ticket, now)
            if request.is_group:  # the chain that it belongs to goes on from here
                step = retries.Step.END
            self._settle(request, ticket, came, step, now, settled)
        return settled

    def whole(self, request: Request, error: BitrixError, now: float) -> Settled:
        """What the calls of a request came to that met an error as a whole."""
        settled: Settled = []
        for ticket in request.tickets:
            step = self._step(request, ticket, error)
            if step is retries.Step.OPERATING:
                self.accounts.refused(BATCH if request.is_batch else ticket.method, now)
            elif ticket is request.tickets[0]:
                self._heed(step, ticket, now)
            if request.is_group and retries.known_of(error) is retries.Known.IN_DOUBT:
                step = retries.Step.END
            self._settle(request, ticket, error, step, now, settled)
        return settled

    def _step(self, request: Request, ticket: Ticket, came: Row) -> retries.Step:
        return retries.next_step(
            came, ticket.call, ticket.attempts, in_batch=request.is_batch
        )

    def _heed(self, step: retries.Step, ticket: Ticket, now: float) -> None:
        """Take in what a refusal tells of the portal."""
        if step is retries.Step.RATE:
            self.bucket.refused(now)
            self.tally.refused += 1
        elif step is retries.Step.OPERATING:
            self.accounts.refused(ticket.method, now)
        elif step is retries.Step.ALONE:
            self.alone.add(ticket.method)
            self.queue.part(ticket.method)

    def _settle(
        self,
        request: Request,
        ticket: Ticket,
        came: Row,
        step: retries.Step,
        now: float,
        settled: Settled,
    ) -> None:
        if step is retries.Step.END:
            self._end(ticket, came, settled)
        elif ticket.stage is not Stage.ENDED:
            self._again(request, ticket, came, step, now)

    def _end(self, ticket: Ticket, came: Row, settled: Settled) -> None:
        if ticket.stage is Stage.ENDED:
            return
        ticket.stage = Stage.ENDED
        account = self.accounts.of(ticket.encoded.method)
        if isinstance(came, Done):
            account.done += 1
            settled.append((ticket, came))
        else:
            account.failed += 1
            settled.append((ticket, came.of(ticket.call)))

    def _again(
        self,
        request: Request,
        ticket: Ticket,
        came: Row,
        step: retries.Step,
        now: float,
    ) -> None:
        kind = Kind.GROUP if request.is_group else self.kind(ticket)
        line = self.queue.put_back(ticket, kind)
        ticket.setback = Setback(cast("BitrixError", came), 0.0)
        if step is not retries.Step.AGAIN:
            ticket.attempts -= 1  # a limit or a detour is no failure
            return
        wait = (
            retries.wait_before(ticket.attempts, self.jitter)
            * self.accounts.limits.pace
        )
        ticket.setback = ticket.setback._replace(wait=wait)
        if isinstance(came, NotSent):  # the others would not be sent either
            self.held_until = max(self.held_until, now + wait)
        else:
            line.held_until = max(line.held_until, now + wait)

    def kind(self, ticket: Ticket) -> Kind:
        """How a call may leave, as far as is known."""
        encoded = ticket.encoded
        if encoded.command is None or encoded.method in self.alone:
            return Kind.ALONE
        return Kind.TOGETHER


def _missing(stopped: BitrixError | None) -> BitrixError:
    if stopped is None:
        return BadAnswer("the answer has no row for the call")
    error = NotSent(f"not run, because a call before it failed: {stopped}")
    error.__cause__ = stopped
    return error

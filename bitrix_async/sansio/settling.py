"""What an answer means for each call that it concerns: it ends, or it waits again.

Every call that was sent passes here once for each sending. The table of `retries`
says what happens to it; this file puts it back in its line, or ends it, and takes in
what a refusal tells of the portal.

A batch that went unanswered is taken apart: its calls that are safe to repeat wait
again, each in the line of its method, and the others end. A batch that worked longer
than any is meant to was perhaps cut for it (60 s: protocol.md 2.8), so its calls go
again in smaller ones: half, then a quarter of that, then each by itself; and those
that come after them take it for what such calls cost. The calls of an explicit batch
build on each other: they go again together, or none of them does.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias, cast

from attrs import define, evolve, field

from bitrix_async.errors import BadAnswer, BitrixError, Fault, NotSent
from bitrix_async.sansio import retries
from bitrix_async.sansio.lines import BATCH, Setback, Stage, Ticket, counted
from bitrix_async.sansio.replies import Done, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bitrix_async.sansio.access import Access
    from bitrix_async.sansio.accounts import Accounts
    from bitrix_async.sansio.budget import Purse
    from bitrix_async.sansio.limits import LeakyBucket
    from bitrix_async.sansio.lines import Queue, Request
    from bitrix_async.sansio.stats import Tally

Settled: TypeAlias = list[tuple[Ticket, Row]]


@define(eq=False)
class Settler:
    """Ends calls, or has them wait again.

    `held_until` is when anything may be sent after the portal could not be reached;
    the wait doubles with each time in turn that it could not.
    """

    queue: Queue
    accounts: Accounts
    bucket: LeakyBucket
    tally: Tally
    purse: Purse
    jitter: Callable[[], float]
    access: Access
    held_until: float = field(default=-math.inf, init=False)
    _reached: int = field(default=0, init=False)
    _paid: tuple[int, bool] = field(default=(0, False), init=False)

    def rows(
        self, request: Request, rows: Sequence[Row | None], time: object, now: float
    ) -> Settled:
        """What the calls of an answered request came to."""
        self.accounts.learn(request, rows, time, now)
        self._end_probes(request, rows, now)
        self.purse.deposit(now)
        self._reached = self.queue.missed
        if set(map(type, rows)) == {Done}:
            return self._done(request, cast("Sequence[Done]", rows))
        stopped: BitrixError | None = None
        settled: Settled = []
        for ticket, row in zip(request.tickets, rows, strict=True):
            if type(row) is Done:
                self._end(ticket, row, settled)
                continue
            came = missing(stopped) if row is None else row
            if request.halt and isinstance(row, Fault):
                stopped = row.of(ticket.call)
            step = self._step(request, ticket, came, now)
            self._heed(step, ticket, now)
            if request.is_group or not self._affords(step, request, now):
                step = retries.Step.END  # a group's chain goes on from here
            self._settle(request, ticket, came, step, now, settled)
        return settled

    def _end_probes(
        self, request: Request, rows: Sequence[Row | None], now: float
    ) -> None:
        """Methods of which a call ran need not go one by one any more.

        No report is waited for: short calls, and those that fail, have none
        (protocol.md 4.2, 4.3).
        """
        for name, _ in request.shares:
            budget = self.accounts.of(name).budget
            if not budget.probing:  # nearly always: a hot path
                continue
            own = zip(request.methods, rows, strict=True)
            answers = (row for method, row in own if method == name)
            if name == BATCH or any(map(retries.was_admitted, answers)):
                budget.admitted(self.accounts.portal_time(now))

    def _done(self, request: Request, rows: Sequence[Done]) -> Settled:
        """The calls of a request that all have a result, as nearly always."""
        ended, counts = Stage.ENDED, request.counts
        settled: Settled = []
        for pair in zip(request.tickets, rows, strict=True):
            ticket, _ = pair
            if ticket.stage is not ended:
                ticket.stage = ended
                settled.append(pair)
        if len(settled) < len(rows):
            counts = counted(ticket for ticket, _ in settled)
        for method, count in counts.items():
            self.accounts.of(method).done += count
        return settled

    def whole(self, request: Request, error: BitrixError, now: float) -> Settled:
        """What the calls of a request came to that met an error as a whole."""
        settled: Settled = []
        known = retries.known_of(error)
        if isinstance(error, NotSent):
            self._hold(now)
        else:
            self._reached = self.queue.missed
        if known is retries.Known.IN_DOUBT:
            self.accounts.doubt(request, now)
        steps = [self._step(request, ticket, error, now) for ticket in request.tickets]
        ends = self._is_broken(request, steps, known)
        for ticket, step in zip(request.tickets, steps, strict=True):
            if step is retries.Step.OPERATING:
                self.accounts.refused(BATCH if request.is_batch else ticket.method, now)
            elif ticket is request.tickets[0]:
                self._heed(step, ticket, now)
            if known is retries.Known.IN_DOUBT:
                most = self._smaller(request, ticket, now)
                ticket.past = evolve(ticket.past, most=most)
            again = not ends and self._affords(step, request, now)
            last = step if again else retries.Step.END
            self._settle(request, ticket, error, last, now, settled)
        if known is retries.Known.NOT_RUN:
            settled += self._despaired(error)
        return settled

    def _is_broken(
        self, request: Request, steps: Sequence[retries.Step], known: retries.Known
    ) -> bool:
        """Whether a group cannot go again, because it would not be the same."""
        if not request.is_group:
            return False
        if any(ticket.stage is Stage.ENDED for ticket in request.tickets):
            return True
        whole = all(step is retries.Step.AGAIN for step in steps)
        return known is retries.Known.IN_DOUBT and not whole

    def _smaller(self, request: Request, ticket: Ticket, now: float) -> int:
        """How many may share the next request of a call whose batch may be cut."""
        limits = self.accounts.limits
        if now - request.sent_at < limits.batch_seconds:
            return ticket.past.most
        return max(1, math.ceil(len(request.tickets) / (1 << ticket.attempts)))

    def _affords(self, step: retries.Step, request: Request, now: float) -> bool:
        """Whether the budget lets calls of the request go again; it is paid once."""
        if step is not retries.Step.AGAIN:
            return True
        if self._paid[0] != request.id:
            self._paid = (request.id, self.purse.withdraw(now))
            self.tally.retried += self._paid[1]
        return self._paid[1]

    def _hold(self, now: float) -> None:
        """Nothing leaves for a while: the others could not be sent either."""
        if now >= self.held_until:
            self.queue.missed += 1
            self.held_until = now + self._wait(self.queue.missed - self._reached)

    def _despaired(self, error: BitrixError) -> Settled:
        """Those who waited while others were sent in vain as often as a call is.

        They could not have been sent either, however many they are.
        """
        enough = self.queue.missed - retries.ATTEMPTS
        if enough < self._reached:
            return []
        lines = self.queue.lines.values()
        return self.give_up(
            [t for line in lines for t in line if t.missed <= enough], error
        )

    def _wait(self, attempt: int) -> float:
        wait = retries.wait_before(attempt, self.jitter)
        return wait * self.accounts.limits.pace

    def give_up(self, tickets: Iterable[Ticket], error: BitrixError) -> Settled:
        """End those of the tickets that have not ended; nothing is known by it."""
        settled: Settled = []
        for ticket in tickets:
            if ticket.stage is not Stage.ENDED:
                self.queue.end(ticket)
                told = error.of(ticket.call)
                doubted = ticket.past.doubted
                row = retries.conclude(told, ticket.call, doubted=doubted)
                settled.append((ticket, row))
        return settled

    def _step(
        self, request: Request, ticket: Ticket, came: Row, now: float
    ) -> retries.Step:
        if isinstance(came, Fault) and self.access.heeds(came, request.sent_at):
            past = ticket.past
            again = self.access.goes_again(request.sent_at, past.denials, now)
            ticket.past = evolve(past, denials=past.denials + 1)
            return retries.Step.TOKENS if again else retries.Step.END
        return retries.next_step(
            came,
            ticket.call,
            ticket.attempts,
            in_batch=request.is_batch,
            refusals=ticket.past.refusals,
        )

    def _heed(self, step: retries.Step, ticket: Ticket, now: float) -> None:
        """Take in what a refusal tells of the portal."""
        if step is retries.Step.RATE:
            self.bucket.refused(now)
            self.tally.refused += 1
        elif step is retries.Step.OPERATING:
            self.accounts.refused(ticket.method, now)
        elif step is retries.Step.ALONE:
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
        came = retries.conclude(came, ticket.call, doubted=ticket.past.doubted)
        account = self.accounts.of(ticket.method)
        if isinstance(came, Done):  # a repeated delete that found nothing
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
        lead = request.tickets[0] if request.is_group else None
        line = self.queue.put_back(ticket, lead)
        error = cast("BitrixError", came)
        past = ticket.past
        if step is not retries.Step.AGAIN:
            ticket.attempts -= 1  # a limit or a detour is no failure
            refusals, setback = past.refusals + 1, Setback(error, 0.0)
            ticket.past = evolve(past, refusals=refusals, setback=setback)
            return
        if isinstance(error, NotSent):  # which holds all lines
            wait = self.held_until - now
        else:
            wait = self._wait(ticket.attempts)
            line.held_until = max(line.held_until, now + wait)
        doubted = past.doubted or retries.known_of(error) is retries.Known.IN_DOUBT
        setback = Setback(error, wait)
        ticket.past = evolve(past, doubted=doubted, setback=setback)


def missing(stopped: BitrixError | None) -> BitrixError:
    """The error of a call without a row, behind one that stopped its batch or not."""
    if stopped is None:
        return BadAnswer("the answer has no row for the call")
    error = NotSent(f"not run, because a call before it failed: {stopped}")
    error.__cause__ = stopped
    return error

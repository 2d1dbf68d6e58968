"""The optimizer: which request leaves next, and until when to wait.

Theory of operation. Calls come in as tickets and stand in lines (`packing`). Whenever
something happens (a call comes, an answer comes, a time is reached) the shell asks
`next(now)` until it no longer says `Send`. Every decision is made there, and looks at
the lines only:

1. A line is *ready* unless it is held after trouble, or its method is at its operating
   limit (`readiness`). The rest pass; a blocked method stops nobody else.
2. Ready lines are sorted: short interactive lines before long ones and bulk, then by
   who waits longest. The first of them *leads*, but nobody is passed for ever.
3. A lead that must go alone leaves alone. Any other takes along what may share its
   request: fifty commands at the most, `batch_seconds` of expected work, one landing
   scope, and of each method no more than its operating limit surely admits.
4. While permits are free, many waiting calls are spread over several requests, so that
   results come early; but never so thin that a batch carries less work than saturates
   the operating limit, and never into the reserve of tokens that is kept for a lone
   call.
5. A batch is put together when its permit is in hand, so waiting makes batches fuller.

What an answer tells is learnt before the next decision: what calls cost, what of the
operating time is used, which methods refuse batches, how far the portal's clock is off.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from attrs import define, field

from bitrix_async.errors import BitrixError, Fault, SessionClosed
from bitrix_async.sansio import lines, replies
from bitrix_async.sansio.access import Access
from bitrix_async.sansio.accounts import Accounts
from bitrix_async.sansio.budget import Purse, RetryBudget
from bitrix_async.sansio.deadlines import Deadlines, behind, too_late
from bitrix_async.sansio.decisions import Idle, Send, Wait
from bitrix_async.sansio.lines import Kind, Lane, Queue, Request, Stage, Ticket
from bitrix_async.sansio.packing import Packer, rank_of
from bitrix_async.sansio.readiness import Readiness
from bitrix_async.sansio.settling import Settled, Settler, missing
from bitrix_async.sansio.stats import Stats, Tally
from bitrix_async.sansio.turns import Turns
from bitrix_async.sansio.width import TELLING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bitrix_async.sansio.decisions import Decision
    from bitrix_async.sansio.limits import LeakyBucket, Limits
    from bitrix_async.sansio.lines import Line

# Tokens that jobs leave in the bucket: a fifth of it, 10 of 50 (measured.md C.6).
RESERVE: Final = 1 / 5
# Its half is enough for others where so few requests are all that jobs wait for.
LAST: Final = 1 / 2
# And tokens that spreading calls over several requests leaves: 15 of 50.
_SPREAD_RESERVE: Final = 3 / 10
# Work under way at once, in `batch_seconds`: a portal that runs one request after the
# other then still answers the last within 30 s, half of its own cut of 60.
_UNDER_WAY: Final = 5
# Interactive calls are expected again for so long after the last one, in seconds.
_LATELY: Final = 20.0


@define(eq=False)
class Planner:
    """Decides what leaves and when, and what each answer means for each call.

    `jitter` gives numbers from 0 to 1, and `hide` takes secrets out of text.
    """

    limits: Limits
    bucket: LeakyBucket
    connections: int
    jitter: Callable[[], float]
    hide: Callable[[str], str] = str
    budget: RetryBudget = field(factory=RetryBudget)
    access: Access = field(factory=Access)
    accounts: Accounts = field(init=False)
    _queue: Queue = field(factory=Queue, init=False)
    _packer: Packer = field(init=False)
    _sent: dict[int, Request] = field(factory=dict, init=False)
    _under_way: float = field(default=0.0, init=False)
    _purse: Purse = field(init=False)
    _settler: Settler = field(init=False)
    _deadlines: Deadlines = field(factory=Deadlines, init=False)
    _tally: Tally = field(factory=Tally, init=False)
    _ids: int = field(default=0, init=False)
    _asked_at: float = field(default=-math.inf, init=False)
    _turns: Turns = field(init=False)
    _readiness: Readiness = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.accounts = Accounts(self.limits)
        self._packer = Packer(self.limits, self.accounts, self._queue)
        self._turns = Turns(self.accounts)
        self._readiness = Readiness(self._queue, self.accounts, self._packer)
        self._purse = Purse(self.budget, self.limits.pace)
        self._settler = Settler(
            self._queue,
            self.accounts,
            self.bucket,
            self._tally,
            self._purse,
            self.jitter,
            self.access,
        )

    def share(self, bucket: LeakyBucket) -> None:
        """Go by the bucket of all who send to the portal from here."""
        self.bucket = self._settler.bucket = bucket

    # --- calls come and go ----------------------------------------------------------

    def add(self, ticket: Ticket, now: float) -> None:
        """A call comes in."""
        self._queue.add(ticket)
        if ticket.call.seconds is not None:
            self._deadlines.watch(ticket, now)

    def add_group(self, tickets: Sequence[Ticket], now: float) -> None:
        """The calls of one explicit batch come in; they leave in one request."""
        self._queue.add_group(tickets)
        for ticket in tickets:
            if ticket.call.seconds is not None:
                self._deadlines.watch(ticket, now)

    def cancel(self, ticket: Ticket) -> None:
        """Nobody waits for the call any more: unsent, it does not leave."""
        self._queue.end(ticket)

    def expired(self, now: float) -> Settled:
        """The calls whose time is over, with the error of each."""
        over: Settled = []
        for ticket in self._deadlines.due(now):
            error = self._too_late(ticket, now)
            over += self._settler.give_up(behind(ticket), missing(error))
            over += self._settler.give_up([ticket], error)
        return over

    def turn_away(self, tickets: Sequence[Ticket]) -> Settled:
        """End calls that come when the session is closed."""
        return self._settler.give_up(tickets, SessionClosed("the session is closed"))

    def close(self, now: float) -> Settled:
        """End every call that is still here; those on their way are taken as unsent."""
        self._tally.wait("", now)  # nobody asks for a decision any more
        closed = SessionClosed("the session was closed before it was sent")
        over = self._give_up(closed)
        for request in [*self._sent.values()]:
            over += self.abandon(request, closed)
        return over

    def denied(self, error: BitrixError, now: float) -> Settled:
        """There are no new credentials: the calls that end with `error`."""
        return self._give_up(error) if self.access.failed(now) else []

    def _give_up(self, error: BitrixError) -> Settled:
        waiting = [t for line in self._queue.lines.values() for t in line]
        return self._settler.give_up(waiting, error)

    # --- the one decision -------------------------------------------------------------

    def next(self, now: float) -> Decision:
        """What to do now: send a request, wait, or nothing."""
        decision = self._decide(now)
        self._tally.wait(decision.cause if isinstance(decision, Wait) else "", now)
        first = self._deadlines.first()
        if first < math.inf and isinstance(decision, Idle):
            return Wait(first, "answers")
        if isinstance(decision, Wait) and first < decision.until:
            return Wait(first, decision.cause)
        return decision

    def _decide(self, now: float) -> Decision:
        if not self._queue.lines:
            return Idle()
        if len(self._sent) >= self.connections:
            return Wait(math.inf, "answers")
        if (held := self.access.next(now)) is not None:
            return held
        if now < self._settler.held_until:
            return Wait(self._settler.held_until, "retry")
        ready, until = self._readiness.split(now)
        if not ready:
            return until
        ranks = {line: rank_of(line, self.accounts) for line in ready}
        free = [
            line
            for line in ready
            if not (ranks[line] and self._is_busy(line, ready, now))
        ]
        if not free:
            return Wait(math.inf, "answers")
        turn = self._turns.next(ranks, free)
        if not ranks[turn.lead]:
            self._asked_at = now
        reserve = 0.0 if turn.is_due else self._reserve(turn.lead)
        token_at = self.bucket.ready_at(now, reserve)
        if token_at > now:
            return Wait(token_at, "rate")
        self._turns.take(turn)
        return Send(self._compose(turn.lead, free, now))

    def _rank(self, line: Line) -> int:
        """The rank of a line: 0 for no more than a few quick calls."""
        return rank_of(line, self.accounts)

    def _is_busy(self, line: Line, ready: Sequence[Line], now: float) -> bool:
        """Whether more work of the line would only queue up at the portal.

        Never that of a line of rank 0, which is of a few quick calls.
        One request more than there are workers keeps them busy. Where others have
        been waiting lately, no method takes the last worker.
        """
        workers = self.accounts.width.workers - 0.5
        work = line.live * self.accounts.estimate(line.method).mean
        if min(work, self.limits.batch_seconds) > self._work_left:
            return True
        if len(self._sent) >= workers + 1:
            return True
        lately = now - self._asked_at < _LATELY * self.limits.pace
        if not lately and all(other.method == line.method for other in ready):
            return False
        own = self.accounts.of(line.method).under_way
        return own >= max(1.0, workers - 1)

    @property
    def _work_left(self) -> float:
        return _UNDER_WAY * self.limits.batch_seconds - self._under_way

    def _reserve(self, lead: Line) -> float:
        reserve = self.bucket.burst * RESERVE
        if lead.lane is Lane.INTERACTIVE or math.isinf(reserve):
            return 0
        last = math.floor(reserve * LAST)
        return last if self._jobs_need() <= last else math.floor(reserve)

    def _jobs_need(self) -> int:
        """Requests that are enough for all calls of jobs that wait."""
        need = 0
        for line in self._queue.lines.values():
            if line.lane is Lane.BULK:
                shared = self.limits.batch_size if line.kind is Kind.TOGETHER else 1
                need += 1 if line.kind is Kind.GROUP else math.ceil(line.live / shared)
        return need

    def _compose(self, lead: Line, ready: Sequence[Line], now: float) -> Request:
        if lead.kind is Kind.ALONE:
            return self._request(self._queue.take(lead, 1), now)
        if lead.kind is Kind.GROUP:
            group = self._queue.take(lead, lead.live)
            return self._request(group, now, is_group=True)
        if not self._readiness.has_batches(now):
            return self._request(self._queue.take(lead, 1), now)
        rank = self._rank(lead)
        together = [lead]  # which is busy, where it is its turn all the same
        for line in ready:
            behind = line is not lead and self._rank(line) >= rank
            if behind and line.kind is Kind.TOGETHER:
                together.append(line)
        tickets = self._packer.fill(together, self.permits(now), now)
        tickets = tickets or self._queue.take(lead, 1)  # a request is never empty
        return self._request(tickets, now)

    def permits(self, now: float) -> int:
        """Over how many requests calls may be spread."""
        tokens = self.bucket.free(now) - self.bucket.burst * _SPREAD_RESERVE
        # Two rounds of the connections; one after the other would be no gain.
        most = 2 * self.connections - 1
        return max(1, most if math.isnan(tokens) else math.floor(min(most, tokens)))

    def _request(
        self, tickets: Sequence[Ticket], now: float, *, is_group: bool = False
    ) -> Request:
        is_batch = len(tickets) > 1
        counts = lines.counted(tickets)
        shares = self.accounts.shares(counts, is_batch=is_batch)
        telling = TELLING * self.limits.pace
        self._ids += 1
        request = Request(
            self._ids,
            tuple(tickets),
            is_batch,
            is_group,
            counts,
            shares,
            now,
            sum(other.expected >= telling for other in self._sent.values()),
        )
        sent = Stage.SENT
        for ticket in tickets:
            ticket.stage = sent
            ticket.attempts += 1
        self._sent[request.id] = request
        self._under_way += request.expected
        self.accounts.reserve(request)
        self.bucket.take(now)
        self._tally.send(len(tickets), is_batch=is_batch)
        return request

    # --- answers ----------------------------------------------------------------------

    def answered(
        self,
        request: Request,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        now: float,
    ) -> Settled:
        """An answer came: the calls that ended with it, each with what it got."""
        self._leave(request)
        if not request.is_batch:
            row = replies.single(status, headers, body, self.hide)
            if isinstance(row, BitrixError) and not isinstance(row, Fault):
                return self._settler.whole(request, row, now)
            time = row.time if isinstance(row, replies.Done) else None
            return self._settler.rows(request, (row,), time, now)
        answer = replies.batch(status, headers, body, request.keys, self.hide)
        if isinstance(answer, BitrixError):
            return self._settler.whole(request, answer, now)
        return self._settler.rows(request, answer.rows, answer.time, now)

    def failed(self, request: Request, error: BitrixError, now: float) -> Settled:
        """No answer came; `error` says what is known."""
        self._leave(request)
        return self._settler.whole(request, error, now)

    def abandon(self, request: Request, error: BitrixError) -> Settled:
        """Nobody will wait for the answer; its calls end with `error`."""
        if request.id in self._sent:
            self._leave(request)
        return self._settler.give_up(request.tickets, error)

    def _leave(self, request: Request) -> None:
        del self._sent[request.id]
        self._under_way = max(0.0, self._under_way - request.expected)
        self.accounts.release(request)
        if not self._sent:
            self._under_way = 0.0

    # --- small things -----------------------------------------------------------------

    def may_share(self, ticket: Ticket) -> bool:
        """Whether the call may travel in a batch, as far as is known."""
        return self._queue.may_share(ticket)

    def _too_late(self, ticket: Ticket, now: float) -> BitrixError:
        ready = self._readiness.of(ticket.line, now) if ticket.line else (now, "")
        return too_late(ticket, now, ready, self.bucket.ready_at(now), self.accounts)

    def stats(self, now: float) -> Stats:
        """What has been done so far, and what is waited for."""
        tally = self._tally
        tally.wait(tally.waits_for, now)
        accounts = dict(self.accounts.items())
        return Stats(
            requests=tally.requests,
            batches=tally.batches,
            sent=tally.sent,
            done=self.accounts.done + sum(one.done for one in accounts.values()),
            failed=self.accounts.failed + sum(one.failed for one in accounts.values()),
            waiting=self._queue.waiting,
            in_flight=len(self._sent),
            refused=tally.refused,
            retried=tally.retried,
            budget=self._purse.left(now),
            level=self.bucket.level(now),
            burst=self.bucket.burst,
            waits_for=tally.waits_for,
            waited=dict(tally.waited),
            methods={name: self.accounts.stats(name, now) for name in accounts},
        )

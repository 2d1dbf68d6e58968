"""What is known of each method: what it costs, what it has used, what is on its way.

Times that go in and out are by the caller's clock; inside, budgets keep the portal's,
because its baskets and its `operating_reset_at` do (design.md 3).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from attrs import define, field

from bitrix_async.sansio import costs, figures
from bitrix_async.sansio.costs import CostBook, Estimate
from bitrix_async.sansio.limits import BASKETS, OperatingBudget
from bitrix_async.sansio.lines import BATCH
from bitrix_async.sansio.replies import Done
from bitrix_async.sansio.stats import MethodStats
from bitrix_async.sansio.width import Width

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bitrix_async.sansio.limits import Limits
    from bitrix_async.sansio.lines import Request
    from bitrix_async.sansio.replies import Row

_Seconds: TypeAlias = "Sequence[float]"

# Kept free of the operating limit for what nobody can know: 2 s of 480.
_MARGIN: Final = 1 / 240

# So many are kept: names that are no method's add up, where users make them up.
_METHODS: Final = 4096

# Sums of floats differ from themselves by this much.
_DUST: Final = 1e-6

# A call that takes a second is slow: several of them are a window's margin.
_SLOW: Final = 1.0
# And so many requests at most are believed to run side by side.
_SIDE_BY_SIDE: Final = 8


@define(eq=False)
class Account:
    """One method: its budget, what of it is on its way, and how its calls ended.

    `reserved` is the seconds that the `under_way` requests are expected to take.
    """

    budget: OperatingBudget
    reserved: float = 0.0
    under_way: int = 0
    done: int = 0
    failed: int = 0
    refused: int = 0

    @property
    def seen(self) -> bool:
        """Whether the portal has answered a call of it, with whatever."""
        return self.done + self.failed > 0


@define(eq=False)
class Accounts:
    """The accounts of a portal's methods, and the offset of its clock."""

    limits: Limits
    costs: CostBook = field(init=False)
    width: Width = field(init=False)
    offset: float | None = field(default=None, init=False)
    done: int = field(default=0, init=False)  # of methods that are forgotten
    failed: int = field(default=0, init=False)
    _accounts: dict[str, Account] = field(factory=dict, init=False)
    _under_way: dict[int, Request] = field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.costs = CostBook(costs.UNKNOWN * self.limits.pace)
        self.width = Width(self.limits.pace)

    def of(self, method: str) -> Account:
        """The account of a method, opened where there is none."""
        account = self._accounts.get(method)
        if account is None:
            if len(self._accounts) >= _METHODS:
                self._forget()
            budget = OperatingBudget(self.limits.operating, self.limits.window)
            account = self._accounts[method] = Account(budget)
        return account

    def _forget(self) -> None:
        """Keep those with something on its way, or known of their limit."""
        for method, account in [*self._accounts.items()]:
            if not (account.under_way or account.budget.reported):
                self.done += account.done
                self.failed += account.failed
                del self._accounts[method]

    def items(self) -> Iterable[tuple[str, Account]]:
        """Each method with its account."""
        return self._accounts.items()

    def estimate(self, method: str) -> Estimate:
        """What a call of the method is expected to take."""
        return self.costs.of(method)

    def portal_time(self, now: float) -> float:
        """The time by the portal's clock, as far as it is known."""
        return now + (self.offset or 0.0)

    def stats(self, method: str, now: float) -> MethodStats:
        """A method's account as a value to print."""
        account, estimate = self.of(method), self.estimate(method)
        budget = account.budget
        portal = self.portal_time(now)
        used = budget.used(portal)
        ready = self.ready_at(method, now)
        return MethodStats(
            done=account.done,
            failed=account.failed,
            refused=account.refused,
            operating=used if budget.reported else None,
            limit=budget.limit if budget.reported else None,
            estimate=estimate.mean if estimate.known else None,
            parked_for=ready - now if now < ready < math.inf else 0.0,
            forgotten=budget.forgotten(portal) if budget.reported else (),
        )

    # --- admission ----------------------------------------------------------------

    def admitted(self, method: str, now: float, most: int) -> int:
        """How many calls will surely be found below the limit when they start.

        The portal compares before a call and lets the one that crosses the line end,
        so the last of them needs no room of its own.
        """
        account = self.of(method)
        if not account.budget.reported:
            return most
        space = self._space(method, account, now)
        if space < -_DUST:
            return 0
        if account.budget.probing:
            return 0 if account.under_way else 1
        estimate = self.estimate(method)
        slow = estimate.mean >= _SLOW * self.limits.pace
        beside = 0.0 if slow else account.reserved / max(estimate.mean, _DUST)
        if estimate.total(most - 1, beside) <= space:
            return most
        return next(n for n in range(most) if estimate.total(n, beside) > space)

    def ready_at(self, method: str, now: float) -> float:
        """When the next call of the method may leave; infinity: after an answer."""
        account = self.of(method)
        need = account.reserved - self._overrun(method, account)
        need += account.budget.limit * _MARGIN
        there = self.portal_time(now)
        wait = account.budget.ready_at(there, need) - there
        if wait > 0:
            return now + wait
        # With nothing under way there is no answer to wait for: the portal is asked.
        if not account.under_way or self.admitted(method, now, 1):
            return now
        return math.inf

    def _space(self, method: str, account: Account, now: float) -> float:
        budget = account.budget
        used = budget.used(self.portal_time(now))
        if budget.blocked(self.portal_time(now)):
            return -1.0
        reserved = account.reserved - self._overrun(method, account)
        return budget.limit * (1 - _MARGIN) - used - reserved

    def _overrun(self, method: str, account: Account) -> float:
        """What of the reserved work ends only after the next call has started.

        Calls that run side by side do not see each other: the portal compares what
        has ended. Where calls are slow, leaving room for all of them at the edge of
        the limit would leave much of it unused.
        """
        mean = self.estimate(method).mean
        if mean < _SLOW * self.limits.pace:
            return 0.0
        beside = min(self.width.workers, _SIDE_BY_SIDE)
        if len(self._under_way) + 1 > beside + 0.5:
            return 0.0
        return min(account.reserved, account.under_way * mean)

    # --- what is on its way ---------------------------------------------------------

    def shares(
        self, counts: Mapping[str, int], *, is_batch: bool
    ) -> tuple[tuple[str, float], ...]:
        """The work that so many calls of each method are expected to be, by method."""
        sums = {name: n * self.estimate(name).mean for name, n in counts.items()}
        if is_batch:
            sums[BATCH] = sum(sums.values())
        return tuple(sums.items())

    def reserve(self, request: Request) -> None:
        """The request leaves: its work is taken into account beforehand."""
        self._under_way[request.id] = request
        for method, seconds in request.shares:
            account = self.of(method)
            account.reserved += seconds
            account.under_way += 1

    def release(self, request: Request) -> None:
        """The request has ended, whatever came of it."""
        del self._under_way[request.id]
        for method, seconds in request.shares:
            account = self.of(method)
            account.under_way -= 1
            # Sums of floats leave dust: it would count as work for ever, or be below 0.
            left = max(0.0, account.reserved - seconds)
            account.reserved = left if account.under_way else 0.0

    # --- what answers tell ------------------------------------------------------------

    def refused(self, method: str, now: float) -> None:
        """The portal refused a call of the method for its operating time."""
        account = self.of(method)
        account.refused += 1
        account.budget.refused(self.portal_time(now))

    def learn(
        self, request: Request, rows: Sequence[Row | None], whole: object, now: float
    ) -> None:
        """Take in what an answer tells of costs, of budgets and of the clock."""
        told = Done(None, whole)
        self._set_clock(told.seconds("finish"), now)
        elapsed = now - request.sent_at
        work = self._spend(request, rows, told, now)
        if work:
            self.width.learn(elapsed, work, request.beside + 1)
        if request.is_batch:
            self._report(BATCH, told, now)
        for method, row in figures.largest(request, rows).items():
            self._report(method, row, now)

    def doubt(self, request: Request, now: float) -> None:
        """Take in that no whole answer came, where it took long: it was perhaps cut.

        Its calls then took all that time, or longer: those that nobody knows, or else
        the slowest. A connection that breaks sooner tells nothing of them.
        """
        worked = now - request.sent_at - self.width.before
        if worked < self.limits.batch_seconds:
            return
        known = {name: self.estimate(name) for name in request.counts}
        slowest = max(known, key=lambda name: known[name].mean)
        suspects = [name for name in known if not known[name].known] or [slowest]
        calls = 0
        for method, count in request.counts.items():
            if method in suspects:
                calls += count
            else:
                worked -= count * known[method].mean
        for method in suspects:
            self.costs.doubt(method, worked / calls)

    def _spend(
        self, request: Request, rows: Sequence[Row | None], whole: Done, now: float
    ) -> float:
        """Charge what each answered call took, when it ended; seconds in all."""
        at_most = max(0.0, now - request.sent_at - self.width.way)
        finishes, are_whole = figures.column(rows, "finish")
        took = figures.took(request, finishes, whole, at_most)
        at, most = self.portal_time(now), at_most / len(rows)
        if are_whole and request.only is not None:
            return self._charge(request.only, cast("_Seconds", finishes), took, most)
        spent, done = 0.0, figures.places(request, rows)
        if failed := figures.failed(request, rows):
            work = costs.of_all(
                whole.seconds("start"), whole.seconds("finish"), at_most
            )
            self._guess_costs(failed, done, took, work)
        for method, places in done.items():
            ends = [finishes[n] or at for n in places]
            spent += self._charge(method, ends, [took[n] for n in places], most)
        return spent

    def _guess_costs(
        self,
        failed: Mapping[str, int],
        done: Mapping[str, Sequence[int]],
        took: Sequence[float | None],
        work: float,
    ) -> None:
        """Share what is left of a request's work among the calls that tell nothing.

        They are those that had an error, and those that such a call hides.
        """
        left = work - sum(seconds for seconds in took if seconds is not None)
        hidden = sum(took[n] is None for places in done.values() for n in places)
        each = max(0.0, left) / (sum(failed.values()) + hidden)
        for method, calls in failed.items():
            if method not in done:
                self.costs.guess(method, each, calls)

    def _charge(
        self, method: str, ends: _Seconds, took: Sequence[float | None], most: float
    ) -> float:
        """Charge a method's calls, by the minutes in which they ended; seconds in all.

        `most` is what one may have taken of which the answer does not tell.
        """
        seconds = self._learn_costs(method, took, most)
        budget, minute = self.of(method).budget, self.limits.window / BASKETS
        spent = sum(seconds)
        if min(ends) // minute == max(ends) // minute:
            budget.charge(ends[0], spent)
            return spent
        minutes: dict[float, tuple[float, float]] = {}
        for end, one in zip(ends, seconds, strict=True):
            first, before = minutes.get(end // minute, (end, 0.0))
            minutes[end // minute] = (first, before + one)
        for end, some in minutes.values():
            budget.charge(end, some)
        return spent

    def _learn_costs(
        self, method: str, took: Sequence[float | None], most: float
    ) -> _Seconds:
        """Learn what calls of a method took; the same with the gaps filled."""
        if figures.FLOATS.issuperset(map(type, took)):
            known = cast("_Seconds", took)
            self.costs.learn(method, known)
            return known
        self.costs.learn(method, [seconds for seconds in took if seconds is not None])
        guess = self._guessed(method, most)
        return [guess if seconds is None else seconds for seconds in took]

    def _guessed(self, method: str, most: float) -> float:
        """What a call took of which the answer does not tell."""
        estimate = self.estimate(method)
        if estimate.sure and estimate.mean <= most:
            return estimate.mean
        self.costs.learn(method, (most,))
        return most

    def _progress(self, method: str, now: float) -> float:
        """How much of the work on its way the portal may have done by now."""
        done = 0.0
        for request in self._under_way.values():
            for name, seconds in request.shares:
                if name == method:
                    running = now - request.sent_at - self.width.before
                    done += min(seconds, max(0.0, running))
        return done

    def _report(self, method: str, row: Done, now: float) -> None:
        operating = row.seconds("operating")
        if not operating:
            return
        self.of(method).budget.report(
            self.portal_time(now),
            operating,
            row.seconds("operating_reset_at"),
            self._progress(method, now),
        )

    def _set_clock(self, finish: float | None, now: float) -> None:
        if finish is None:
            return
        seen = finish - now
        if self.offset is None or abs(seen - self.offset) > self.limits.window / 10:
            self.offset = seen
        else:
            self.offset += (seen - self.offset) / 10

"""Bugs planted on purpose: what the simulation is worth is how soon it finds them.

Each is a small patch of the package in this process. `SEEDS` says within how many seeds
each has to be found.

    python -m tests.simulation.planted
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from bitrix_async import BitrixError, _dispatch, _jobs
from bitrix_async._observed import Observed
from bitrix_async.sansio import chains, deadlines, planning, replies, retries, settling
from bitrix_async.sansio.accounts import Accounts
from bitrix_async.sansio.limits import LeakyBucket
from bitrix_async.sansio.lines import Kind, Queue, Stage
from bitrix_async.sansio.packing import Packer
from bitrix_async.sansio.planning import Planner
from bitrix_async.sansio.replies import Done
from bitrix_async.sansio.settling import Settler

from .run import simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# Those that CI runs. Most are found by the first few, the rarest within two hundred.
SEEDS: Final = 500


@frozen
class Bug:
    """A patch: of `owner` (a class, a module or a table) the `name` becomes another.

    `shown_by` is a seed that is known to find it, for those in a hurry.
    """

    text: str
    owner: Any
    name: Any
    make: Callable[[Any], Any]
    shown_by: int = 0

    @contextmanager
    def planted(self) -> Iterator[None]:
        """The bug is there for a while."""
        whole = self._get()
        self._set(self.make(whole))
        try:
            yield
        finally:
            self._set(whole)

    def _get(self) -> Any:
        if isinstance(self.owner, dict):
            return self.owner[self.name]
        return vars(self.owner)[self.name]

    def _set(self, value: Any) -> None:
        if isinstance(self.owner, dict):
            self.owner[self.name] = value
        else:
            setattr(self.owner, self.name, value)


def _always(value: Any) -> Callable[[Any], Any]:
    return lambda _: value


def _nothing(_: Any) -> Any:
    return lambda *_, **__: None


def _rows(change: Callable[[list[Any]], list[Any]]) -> Callable[[Any], Any]:
    """A bug in how the rows of a batch are read."""

    def make(whole: Any) -> Any:
        def batch(*args: Any) -> Any:
            answer = whole(*args)
            if isinstance(answer, BitrixError):
                return answer
            return answer._replace(rows=tuple(change([*answer.rows])))

        return batch

    return make


def _by_place(rows: list[Any]) -> list[Any]:
    results: list[Any] = [row for row in rows if isinstance(row, Done)]
    results += [None] * (len(rows) - len(results))
    return [
        row if isinstance(row, BitrixError) else result
        for row, result in zip(rows, results, strict=True)
    ]


def _fault_is_done(rows: list[Any]) -> list[Any]:
    refusal = "ERROR_BATCH_METHOD_NOT_ALLOWED"
    return [Done(None) if getattr(r, "code", "") == refusal else r for r in rows]


def _leader_leaves(_: Any) -> Any:
    def cancel(self: Any, ticket: Any, waiter: object = None) -> None:
        del waiter
        self.planner.cancel(ticket)

    return cancel


def _lost_behind(whole: Any) -> Any:
    def rows(self: Any, request: Any, rows: Any, time: Any, now: float) -> Any:
        if None in rows:
            end = list(rows).index(None) + 1
            request, rows = evolve(request, tickets=request.tickets[:end]), rows[:end]
        return whole(self, request, rows, time, now)

    return rows


def _twice(whole: Any) -> Any:
    def collect(self: Any, settled: Any) -> None:
        for pair in settled:
            whole(self, [pair])
            if len(self._ended) % 7 == 3:
                whole(self, [pair])

    return collect


def _all_again(whole: Any) -> Any:
    def step(self: Any, request: Any, ticket: Any, *came: Any) -> Any:
        steps = [whole(self, request, one, *came) for one in request.tickets]
        again = retries.Step.AGAIN
        return again if again in steps else whole(self, request, ticket, *came)

    return step


def _permit_kept(_: Any) -> Any:
    def failed(self: Any, request: Any, error: Any, now: float) -> Any:
        return self._settler.whole(request, error, now)

    return failed


def _in_several_lines(whole: Any) -> Any:
    return lambda self, ticket, kind, _: whole(self, ticket, kind, ticket)


def _no_doubt(_: Any) -> Any:
    return lambda row, *_, **__: row


def _cancelled_mates(whole: Any) -> Any:
    def cancel(self: Any, ticket: Any) -> None:
        for request in self._sent.values():
            if ticket in request.tickets:
                for mate in request.tickets:
                    mate.stage = Stage.ENDED
        whole(self, ticket)

    return cancel


def _sent_though_ended(whole: Any) -> Any:
    def put_back(self: Any, ticket: Any, kind: Any, lead: Any) -> Any:
        if kind is Kind.TOGETHER and ticket.attempts > 1:
            ticket.stage = Stage.ENDED
            return self._line(self._key(ticket, kind))
        return whole(self, ticket, kind, lead)

    return put_back


def _scopes_mixed(_: Any) -> Any:
    def fits(self: Any, line: Any, room: Any, now: float) -> bool:
        room.scope = None
        return bool(_FITS(self, line, room, now))

    return fits


_FITS: Final = Packer._fits


def _all_who_asked(_: Any) -> Any:
    return lambda self, ticket: iter(self._watches.get(ticket, ()))


def _unasked(self: Any, *tickets: Any) -> None:
    now = self._running().time()
    if len(tickets) == 1:
        self.planner.add(tickets[0], now)
    else:
        self.planner.add_group(tickets, now)
    self._wake()


BUGS: Final[tuple[Bug, ...]] = (
    Bug(
        "an add is sent again after a timeout",
        retries.AGAIN,
        (retries.Known.IN_DOUBT, False),
        _always(value=True),
    ),
    Bug(
        "a read is not sent again after a timeout",
        retries.AGAIN,
        (retries.Known.IN_DOUBT, True),
        _always(value=False),
        shown_by=1,
    ),
    Bug("results are found by their place", replies, "batch", _rows(_by_place)),
    Bug(
        "a refused command counts as done",
        replies,
        "batch",
        _rows(_fault_is_done),
        shown_by=4,
    ),
    Bug(
        "one of several callers leaves, and all are forgotten",
        _dispatch.Dispatcher,
        "cancel",
        _leader_leaves,
        shown_by=3,
    ),
    Bug(
        "who is cancelled takes batch mates along", Planner, "cancel", _cancelled_mates
    ),
    Bug("what is given up is sent all the same", Planner, "cancel", _nothing),
    Bug("rows behind a missing one are lost", Settler, "rows", _lost_behind),
    Bug(
        "a halted batch does not name what was not run",
        settling,
        "missing",
        lambda whole: lambda _: whole(None),
    ),
    Bug("a stream tells of a call twice", _jobs.Job, "collect", _twice),
    Bug("a whole unanswered batch goes again", Settler, "_step", _all_again),
    Bug("a failed request keeps its connection", Planner, "failed", _permit_kept),
    Bug(
        "a batch of several methods is put back apart",
        Queue,
        "put_back",
        _in_several_lines,
        shown_by=114,
    ),
    Bug("NotSent is said of what may have run", retries, "conclude", _no_doubt),
    Bug(
        "closing tells nobody",
        Planner,
        "close",
        lambda _: lambda _: [],
        shown_by=7,
    ),
    Bug("a call is lost when it goes again", Queue, "put_back", _sent_though_ended),
    Bug(
        "tokens are not taken",
        LeakyBucket,
        "take",
        _nothing,
        shown_by=2,
    ),
    Bug(
        "a 503 is not taken in",
        LeakyBucket,
        "refused",
        _nothing,
        shown_by=29,
    ),
    Bug(
        "a parked method is asked again at once",
        Accounts,
        "refused",
        _nothing,
        shown_by=69,
    ),
    Bug(
        "hooks are told of who has left",
        Observed,
        "_of",
        _all_who_asked,
        shown_by=8,
    ),
    Bug(
        "landing scopes share a batch",
        Packer,
        "_fits",
        _scopes_mixed,
        shown_by=4,
    ),
    Bug(
        "a batch goes without the call that its others build on",
        planning,
        "behind",
        lambda _: lambda _: [],
        shown_by=174,
    ),
    Bug(
        "a batch is sent in the name of a closed session",
        _dispatch.Dispatcher,
        "add",
        _always(_unasked),
        shown_by=7,
    ),
    Bug(
        "an explicit batch goes on behind a failure",
        chains.Chain,
        "_obstacle",
        _nothing,
        shown_by=3,
    ),
    Bug(
        "the time of a call is never over",
        deadlines.Deadlines,
        "due",
        lambda _: lambda *_: iter(()),
    ),
)


def caught(bug: Bug, seeds: Iterable[int] = range(SEEDS)) -> tuple[int, str] | None:
    """The first of the seeds that finds the bug, and by what."""
    with bug.planted():
        for seed in seeds:
            report = simulate(seed)
            if report.broken:
                return seed, report.broken[0]
    return None


def main() -> int:
    """Plant them one after the other; 1 where one of them is not found."""
    missed = 0
    for bug in BUGS:
        found = caught(bug)
        missed += found is None
        seed, text = found or (-1, "NOT FOUND")
        print(f"seed {seed:4}: {bug.text}: {text[:100]}", flush=True)
    print(f"{len(BUGS) - missed} of {len(BUGS)} found")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())

"""Which waiting calls share a request, and how many.

Rules:

* At most `batch_size` commands, and at most `batch_seconds` of expected work: the
  portal runs them one after the other, and cuts a request at 60 s (protocol.md 2.8).
* Landing calls of one scope only: the portal keeps it for the commands behind (2.8).
* Of each method no more than its operating limit surely admits.
* Calls whose batch was cut go in smaller ones: so many as their line says.
* Of a method that nobody has seen up to ten calls go in a batch. Of more, the first
  few go ahead as a probe, and the others wait until it has been answered.
* While other permits are free, calls are spread over several requests, but no thinner
  than what saturates the operating limit (0.4 s: measured.md 0), and only so many; and
  quick calls do not wait behind slow ones.
"""

from __future__ import annotations

import heapq
import math
from typing import TYPE_CHECKING, Final

from attrs import define, field

from bitrix_async.sansio.limits import LeakyBucket
from bitrix_async.sansio.lines import Lane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix_async.sansio.accounts import Accounts
    from bitrix_async.sansio.costs import Estimate
    from bitrix_async.sansio.limits import Limits
    from bitrix_async.sansio.lines import Line, Queue, Ticket

# Calls of a method that nobody has seen are sent so many in a batch: ten calls of 5 s
# still end within the portal's 60 s.
_UNKNOWN_MOST: Final = 10
# Until so many calls have been measured, they are taken to cost what unseen ones do.
_FEW: Final = 3
# Or so many that had an error: a call that is refused for what it asks may be quick
# where one that does its work is slow.
_FEW_ERRORS: Final = 20
# A probe is one call for each so many that wait, and no more than those few.
_PROBED: Final = 500
# Work of a batch, in seconds, below which calls are not spread: each token is half a
# second of others' waiting later, and 0.4 s saturate the operating limit.
_SPREAD_LEAST: Final = 0.6
# Requests that may go thinner than they could: of the bucket, to begin with, and after
# that of its leak. A burst comes back early that way, and a long queue in full batches.
_THIN: Final = 7 / 10
_THIN_AGAIN: Final = 1 / 10
# Calls that take below 0.1 s and above 1 s do not wait for each other, except for half
# a second, while another request is free for them.
_QUICK: Final = 0.1
_SLOW: Final = 1.0
_RIDE: Final = 0.5
# Work of a job that may ride along with interactive calls: measured.md C.4.
_JOB_RIDE: Final = 0.25


@define(eq=False)
class Room:
    """What a request that is being filled may still take.

    `spare` says that other requests could leave as well.
    """

    size: int
    seconds: float
    spare: bool
    job: bool = False
    scope: str | None = None
    expected: float = 0.0
    speed: int | None = None
    taken: list[Ticket] = field(factory=list)
    left: dict[str, int] = field(factory=dict)


def rank_of(line: Line, accounts: Accounts) -> int:
    """The rank of a line among others: the lowest goes first.

    Interactive lines stand before jobs, and short ones before those in which more
    wait than fit into a batch, by number or by work: that is work, whoever waits.
    """
    if line.lane is Lane.BULK:
        return 2
    limits, waiting = accounts.limits, line.live
    work = waiting * accounts.estimate(line.method).mean
    return int(waiting > limits.batch_size or work > limits.batch_seconds)


def place_of(line: Line, accounts: Accounts) -> tuple[int, int]:
    """Where a line stands: by its rank, and in that by who waits longest."""
    return (rank_of(line, accounts), line.head().seq)


@define(eq=False)
class Packer:
    """Fills batches from lines of calls that may travel together."""

    limits: Limits
    accounts: Accounts
    queue: Queue
    _thin: LeakyBucket = field(init=False)

    def __attrs_post_init__(self) -> None:
        burst, per_second = self.limits.burst, self.limits.per_second
        self._thin = LeakyBucket(burst * _THIN, per_second * _THIN_AGAIN)

    def fill(self, ready: Sequence[Line], permits: int, now: float) -> list[Ticket]:
        """Take the calls of one request, the lead's first: the first line is the lead.

        `permits` is how many requests could leave now, this one included.
        """
        lead, *others = ready
        rank = rank_of(lead, self.accounts)
        behind = [(place_of(line, self.accounts), line) for line in others]
        heap = [((rank, -1), lead), *behind]
        heapq.heapify(heap)
        room = self._room(lead, ready, permits, now)
        room.job = bool(rank)
        while heap and len(room.taken) < room.size:
            (job, _), line = heap[0]
            if not self._fits(line, room, now) or (job and not self._rides(line, room)):
                heapq.heappop(heap)
                continue
            alone = len(heap) == 1 and bool(job) is room.job
            self._take(line, room, alone=alone)
            if line.live:
                heapq.heapreplace(heap, ((job, line.head().seq), line))
            else:
                heapq.heappop(heap)
        return room.taken

    def _room(
        self, lead: Line, ready: Sequence[Line], permits: int, now: float
    ) -> Room:
        estimate = self.accounts.estimate(lead.method)
        waiting = sum(line.live for line in ready)
        share = math.ceil(waiting / self._spread(permits, now))
        size = min(self.limits.batch_size, max(share, self._least(estimate)))
        if size < min(waiting, self.limits.batch_size):
            self._thin.take(now)
        return Room(
            size if estimate.known else min(size, _UNKNOWN_MOST),
            self.limits.batch_seconds,
            spare=permits > 1,
        )

    def _spread(self, permits: int, now: float) -> int:
        """Over how many requests the calls that wait should go."""
        width = self.accounts.width
        if width.saturated:
            return 1
        most = min(permits, self._thin.free(now), width.workers + 1)
        return max(1, math.floor(most))

    def _least(self, estimate: Estimate) -> int:
        if not estimate.known:
            return _UNKNOWN_MOST
        least = _SPREAD_LEAST * self.limits.pace
        if estimate.mean * self.limits.batch_size <= least:
            return self.limits.batch_size
        return math.ceil(least / estimate.mean)

    def _fits(self, line: Line, room: Room, now: float) -> bool:
        if None not in (line.scope, room.scope) and line.scope != room.scope:
            return False
        if line.most and len(room.taken) >= line.most:
            return False
        estimate = self.accounts.estimate(line.method)
        if line.method not in room.left:
            most = self.limits.batch_size if estimate.known else self._blindly(line)
            room.left[line.method] = self.accounts.admitted(line.method, now, most)
        if room.left[line.method] < 1:
            return False
        if not room.taken:
            return True
        if room.spare and self._speed(estimate) != room.speed:
            return room.expected + estimate.mean <= _RIDE * self.limits.pace
        return room.expected + self._careful(estimate) <= room.seconds

    def _careful(self, estimate: Estimate) -> float:
        """A mean to fill batches by: one cheap call does not make a cheap method."""
        if estimate.count >= (_FEW if estimate.sure else _FEW_ERRORS):
            return estimate.mean
        return max(estimate.mean, self.accounts.costs.unknown)

    def _blindly(self, line: Line) -> int:
        """How many calls of a method may go whose cost nobody knows."""
        if line.live <= _UNKNOWN_MOST or self.accounts.of(line.method).seen:
            return _UNKNOWN_MOST
        return min(_FEW, math.ceil(line.live / _PROBED))

    def waits_for_probe(self, line: Line) -> bool:
        """Whether the line waits for the first answer that its method gets."""
        account = self.accounts.of(line.method)
        return line.live >= _UNKNOWN_MOST and not account.seen and account.under_way > 0

    def _rides(self, line: Line, room: Room) -> bool:
        """Whether a job's call may share the request of an interactive one.

        Only where it cannot have one of its own, and hardly delays the other.
        """
        if room.job:
            return True
        if room.spare:
            return False
        estimate = self.accounts.estimate(line.method)
        small = room.expected + estimate.mean <= _JOB_RIDE * self.limits.pace
        return estimate.known and small

    def _take(self, line: Line, room: Room, *, alone: bool) -> None:
        """Take the first of a line, or as many as fit where it is the only one."""
        estimate = self.accounts.estimate(line.method)
        mean = self._careful(estimate)
        room.size = min(room.size, line.most or room.size)
        count = self._run(line, room, mean) if alone else 1
        if not room.taken:
            room.speed = self._speed(estimate)
        room.taken += self.queue.take(line, count)
        room.expected += count * mean
        room.left[line.method] -= count
        if line.scope is not None:
            room.scope = line.scope

    def _run(self, line: Line, room: Room, mean: float) -> int:
        most = min(line.live, room.size - len(room.taken), room.left[line.method])
        if mean * most <= room.seconds - room.expected:
            return most
        return max(1, math.floor((room.seconds - room.expected) / mean))

    def _speed(self, estimate: Estimate) -> int:
        if not estimate.known:
            return 1
        pace = self.limits.pace
        return (estimate.mean >= _QUICK * pace) + (estimate.mean >= _SLOW * pace)

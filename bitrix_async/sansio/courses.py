"""The course of a job: figures now and then, of bounded number however long it runs.

A figure is kept for each `period`. When there are `MOST` of them every other is
dropped, and the period is twice as long from then on: a job of an hour is seen by the
half minute, one of a week by the hour.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from attrs import define, field, frozen

from bitrix_async.sansio.jobs import OPEN, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bitrix_async.sansio.outlook import Progress

T = TypeVar("T")

Tallies: TypeAlias = Mapping[tuple[State, str, str], int]
"""(state, method, code) -> how many calls; only the refused and unknown have a code."""

# Seconds between the first figures, by the portal's clock: a tenth of a basket of the
# operating limit (protocol.md 4.2), so that baskets are seen to drop out.
PERIOD: Final = 6.0
# Figures at the most: more than a screen has columns.
MOST: Final = 1_000

# What a session waits for as well while its job waits for the portal: whether it is
# there is asked, with pauses.
_MEANWHILE: Final = ("retry", "answers")


@frozen
class MethodSample:
    """A method at a moment: seconds of its operating limit, unix time of its return.

    `parked_until` is None where it is not held.
    """

    operating: float | None = None
    limit: float | None = None
    parked_until: float | None = None


@frozen
class Sample:
    """A job at a moment.

    Args:
        at: unix seconds.
        counts: calls by their state.
        waits_for: what the next call waits for; see `Progress.waits_for`.
        methods: those that have used operating time, by their name in lower case.
        waited: seconds in which calls waited, by what for, of this session so far; each
            of them for one thing.
        seconds_left: until what is known of has ended, as far as could be told.
    """

    at: float
    counts: Mapping[State, int]
    waits_for: str = ""
    methods: Mapping[str, MethodSample] = field(factory=dict)
    waited: Mapping[str, float] = field(factory=dict)
    seconds_left: float | None = None

    def row(self) -> list[Any]:
        """As JSON has it."""
        methods = {
            name: [one.operating, one.limit, one.parked_until]
            for name, one in self.methods.items()
        }
        return [
            *(self.at, dict(self.counts), self.waits_for, methods),
            *(dict(self.waited), self.seconds_left),
        ]

    @classmethod
    def of(cls, row: Sequence[Any]) -> Sample:
        """Of its row."""
        at, counts, waits_for, methods, waited, left = row
        seen = {name: MethodSample(*one) for name, one in methods.items()}
        return cls(at, counts, waits_for, seen, waited, left)


@define(eq=False)
class Waited:
    """For what a job waited so far, each second for one thing."""

    seconds: dict[str, float] = field(factory=dict)
    _now: float | None = None
    _session: Mapping[str, float] = field(factory=dict)
    _away: float = 0.0

    def mark(self, now: float, session: Mapping[str, float], away: float) -> None:
        """By now the session has waited for that, and the portal was so long away."""
        waits = {
            **{
                cause: time - self._session.get(cause, 0.0)
                for cause, time in session.items()
            },
            "portal": away - self._away,
        }
        # What was before the job is taken as it is: nothing of it overlaps.
        passed = math.inf if self._now is None else now - self._now
        for cause, seconds in once_each(waits, passed).items():
            self.seconds[cause] = self.seconds.get(cause, 0.0) + seconds
        self._now, self._session, self._away = now, session, away


def once_each(waits: Mapping[str, float], length: float) -> dict[str, float]:
    """What was waited for in a stretch of that length, so that no second counts twice.

    Where the portal was away, what the session waited for meanwhile is none of its own.
    """
    found = {cause: seconds for cause, seconds in waits.items() if seconds > 0}
    over = sum(found.values()) - length
    # The portal comes last, and gives nothing up that another can.
    for cause in sorted(
        found, key=lambda one: (one == "portal", one not in _MEANWHILE)
    ):
        if over <= 0:
            break
        less = min(over, found[cause])
        found[cause] -= less
        over -= less
    return {cause: seconds for cause, seconds in found.items() if seconds > 0}


def sampled(
    at: float, tallies: Tallies, seen: Progress, waited: Mapping[str, float]
) -> Sample:
    """A moment of a job that has so many calls where, at that unix time."""
    stats = seen.stats
    methods = {method.lower() for _, method, _ in tallies}
    used = {
        name: MethodSample(
            one.operating, one.limit, at + one.parked_for if one.parked_for else None
        )
        for name in methods
        if (one := stats.methods.get(name)) is not None and one.operating is not None
    }
    counts = by_state(tallies)
    return Sample(at, counts, seen.waits_for, used, dict(waited), seen.seconds_left)


@frozen
class Requests:
    """HTTP requests of one kind that left in one stretch of time.

    Args:
        at: when the stretch begins, in unix seconds.
        kind: `direct` or `batch`.
        status: of HTTP; None where no whole answer came.
        count: how many they were.
        commands: calls of the job in them, in all.
        seconds: until their answers came, in all.
    """

    at: float
    kind: str
    status: int | None
    count: int = 1
    commands: int = 0
    seconds: float = 0.0


def merged(requests: Iterable[Requests], period: float) -> list[Requests]:
    """The same, in stretches of that length."""
    sums: defaultdict[tuple[float, str, int | None], list[Any]]
    sums = defaultdict(lambda: [0, 0, 0.0])
    for one in requests:
        sum_ = sums[one.at // period * period, one.kind, one.status]
        sum_[0] += one.count
        sum_[1] += one.commands
        sum_[2] += one.seconds
    return [Requests(*key, *sum_) for key, sum_ in sums.items()]


def thinned(figures: Sequence[T]) -> list[T]:
    """Every other of them, the last among them."""
    return [*figures[len(figures) % 2 ^ 1 :: 2]]


@frozen
class Run:
    """A process that worked on a job; unix seconds.

    `seen_at` is when it last wrote. `ending` is `done` (nothing was left to do),
    `stopped` (it ended itself before), or empty: it goes on, or was killed.
    """

    began_at: float
    seen_at: float
    ending: str = ""


@frozen
class JobSummary:
    """A job as its journal has it. Times are unix seconds.

    Args:
        portal: the portal's name and port.
        job: what the caller named it.
        is_complete: whether all of the job's calls are known. They are not while they
            are still being taken from where they come from.
        waiting: calls that are still to be sent.
        sent: calls that run only once and are on their way; where no process works on
            the job any more, it is not known whether they ran.
        done: calls with a result.
        refused: calls that the portal answered with an error, or that cannot be sent.
        unknown: calls that were sent, and of which no answer came.
        codes: of the refused and the unknown, how many by their code.
        methods: calls that are not done, refused or unknown, by method.
        began_at: when the job was begun.
        seen_at: when a process last wrote to the journal.
        runs: how many processes have worked on it.
    """

    portal: str
    job: str
    is_complete: bool
    waiting: int = 0
    sent: int = 0
    done: int = 0
    refused: int = 0
    unknown: int = 0
    codes: Mapping[str, int] = field(factory=dict)
    methods: Mapping[str, int] = field(factory=dict)
    began_at: float = 0.0
    seen_at: float = 0.0
    runs: int = 0

    @property
    def total(self) -> int:
        """Calls that are known of."""
        return self.waiting + self.sent + self.done + self.refused + self.unknown

    @property
    def ok(self) -> bool:
        """Whether all of it is done."""
        return self.is_complete and self.done == self.total


def by_state(tallies: Tallies) -> dict[State, int]:
    """Calls by state, of counts by state, method and code."""
    counts: dict[State, int] = {}
    for (state, _, _), count in tallies.items():
        counts[state] = counts.get(state, 0) + count
    return counts


def by_code(tallies: Tallies, *states: State) -> dict[str, int]:
    """Calls in these states by code, the most frequent first."""
    counts: dict[str, int] = {}
    for (state, _, code), count in tallies.items():
        if count and state in states:
            counts[code] = counts.get(code, 0) + count
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def still_open(tallies: Tallies) -> dict[str, int]:
    """Calls that are still to end, by method."""
    counts: dict[str, int] = {}
    for (state, method, _), count in tallies.items():
        if count and state in OPEN:
            counts[method] = counts.get(method, 0) + count
    return counts

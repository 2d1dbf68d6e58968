"""What a report tells, as values: times are unix seconds, lengths are seconds.

All of it is bounded: a job of a million calls has the same few bins and rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class Totals:
    """Calls by what became of them; `all` is None while the source is not read out."""

    all: int | None
    done: int = 0
    refused: int = 0
    unknown: int = 0
    waiting: int = 0

    @property
    def known(self) -> int:
        """Those that the journal has."""
        return self.done + self.refused + self.unknown + self.waiting


@frozen
class Missed:
    """A call that is not done: its key, and what the portal said of it."""

    key: str
    description: str


@frozen
class Failure:
    """All calls that ended with one code; `calls` are the first of them."""

    code: str
    count: int
    calls: tuple[Missed, ...]


@frozen
class Bin:
    """A stretch of the job.

    Args:
        began: its begin; all bins of a report are of one length.
        done: calls that ended with a result in it.
        missed: those that ended without one.
        waits: its seconds, by what was waited for; `off` where no process ran the
            job.
        requests: that left in it; a part of one where it is not known when.
        commands: calls in them.
    """

    began: float
    done: float = 0.0
    missed: float = 0.0
    waits: Mapping[str, float] = field(factory=dict)
    requests: float = 0.0
    commands: float = 0.0


@frozen
class Method:
    """One method's operating time (protocol.md 4.2).

    Args:
        name: as it is called.
        limit: what it may use within the window.
        runs: what it had used at times, for each process that worked on the job.
        parked: from when to when it was held for its limit.
    """

    name: str
    limit: float
    runs: tuple[tuple[tuple[float, float], ...], ...]
    parked: tuple[tuple[float, float], ...]

    @property
    def used(self) -> tuple[tuple[float, float], ...]:
        """What it had used at times, in order."""
        return tuple(sorted(point for run in self.runs for point in run))

    @property
    def most(self) -> float:
        """The most of its operating time that was used at once, in seconds."""
        return max((used for _, used in self.used), default=0.0)

    @property
    def held(self) -> float:
        """Seconds for which it was parked."""
        return sum(until - since for since, until in self.parked)


@frozen
class Kind:
    """The HTTP requests of one kind, `batch` or `direct`.

    Args:
        name: the kind.
        count: how many they were.
        commands: calls that travelled in them.
        seconds: until they were answered, of all together.
    """

    name: str
    count: int = 0
    commands: int = 0
    seconds: float = 0.0

    def plus(self, count: int, commands: int, seconds: float) -> Kind:
        """With some more of them."""
        return Kind(
            self.name,
            self.count + count,
            self.commands + commands,
            self.seconds + seconds,
        )


@frozen
class Requests:
    """The HTTP requests of the job.

    Args:
        kinds: all of them.
        statuses: how many were answered how; None where no whole answer came.
        is_whole: whether they are all; a process that is killed has not written down
            what it did in its last seconds.
    """

    kinds: tuple[Kind, ...] = ()
    statuses: Mapping[int | None, int] = field(factory=dict)
    is_whole: bool = True

    @property
    def count(self) -> int:
        """Requests of all kinds."""
        return sum(one.count for one in self.kinds)

    @property
    def commands(self) -> int:
        """Calls that were in them."""
        return sum(one.commands for one in self.kinds)


@frozen
class Report:
    """A job, finished or not.

    Args:
        title: what was done.
        portal: its name; no secret is in it.
        began: when the first call was handed in.
        ended: of the last thing that is known.
        running: whether a process is at it now.
        totals: how many calls came to what.
        failures: the codes, the most frequent first.
        unknown: calls that were sent and never answered.
        step: the length of a bin.
        bins: from the begin to the end, without holes.
        methods: those with a limit of operating time, the busiest first.
        requests: how the calls travelled.
        journal: the name of the file that all this is from.
        written: when it was read.
    """

    title: str
    portal: str
    began: float
    ended: float
    running: bool
    totals: Totals
    failures: tuple[Failure, ...]
    unknown: tuple[Missed, ...]
    step: float
    bins: tuple[Bin, ...]
    methods: tuple[Method, ...]
    requests: Requests
    journal: str
    written: float

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began

    @property
    def waits(self) -> dict[str, float]:
        """The whole time by what was waited for, the longest first."""
        found: dict[str, float] = {}
        for one in self.bins:
            for cause, seconds in one.waits.items():
                found[cause] = found.get(cause, 0.0) + seconds
        return dict(sorted(found.items(), key=lambda item: -item[1]))

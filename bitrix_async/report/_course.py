"""How a job went, in bins of one length, of the moments that its journal has.

A journal has figures for moments. What happened between two of them is spread evenly
over the time between them. Where calls waited for nothing, the job waited for answers
to them; and where no process worked on it, it was `off`.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen

from bitrix_async.journal import Sample
from bitrix_async.report._facts import Bin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bitrix_async.journal import Requests, Run, State

_MISSED: Final[tuple[State, ...]] = ("refused", "unknown")


@frozen
class Span:
    """A stretch of time, how long it was waited for what, and the calls that ended."""

    began: float
    ended: float
    waits: Mapping[str, float]
    done: int = 0
    missed: int = 0


def spans(
    runs: Sequence[Run], samples: Iterable[Sample], last: Mapping[State, int]
) -> Iterator[Span]:
    """The time of a job without holes; `last` is what its calls have come to."""
    left = deque(samples)
    before = Sample(runs[0].began_at, {}) if runs else None
    for place, run in enumerate(runs):
        assert before is not None  # noqa: S101  # there is a run
        length = run.began_at - before.at
        if place and length > 0:
            yield Span(before.at, run.began_at, {"off": length})
        # What the session has waited for before the job is none of it.
        waited = left[0].waited if left else {}
        before = Sample(run.began_at, before.counts, waited=waited)
        while left and left[0].at <= run.seen_at:
            yield _span(before, left[0])
            before = left.popleft()
        counts = last if place == len(runs) - 1 else before.counts
        ended = Sample(run.seen_at, counts, waited=before.waited)
        yield _span(before, ended)
        before = ended


def _span(before: Sample, after: Sample) -> Span:
    length = after.at - before.at
    waits = {
        cause: seconds
        for cause, waited in after.waited.items()
        if (seconds := waited - before.waited.get(cause, 0.0)) > 0
    }
    # The clock of waits is another one, and this one may have been set.
    if (told := sum(waits.values())) > length:
        waits = {cause: one * max(0.0, length) / told for cause, one in waits.items()}
    rest = max(0.0, length - sum(waits.values()))
    waits["answers"] = waits.get("answers", 0.0) + rest
    return Span(
        before.at,
        after.at,
        waits,
        _ended("done", before, after),
        sum(_ended(state, before, after) for state in _MISSED),
    )


def _ended(state: State, before: Sample, after: Sample) -> int:
    """Calls that came to a state meanwhile; where they grow fewer, some go again."""
    return max(0, after.counts.get(state, 0) - before.counts.get(state, 0))


def bins(
    spans: Iterable[Span],
    requests: Iterable[Requests],
    began: float,
    ended: float,
    step: float,
) -> tuple[Bin, ...]:
    """The time from `began` to `ended`, in bins of `step` seconds."""
    sums = [_Sums() for _ in range(max(1, math.ceil((ended - began) / step)))]
    for span in spans:
        for place, share in _shares(span.began - began, span.ended - began, step):
            if place < len(sums):
                sums[place].add(span, share)
    stretches = [*requests]
    length = min(_apart(stretches), ended - began) or step
    for one in stretches:
        at = max(0.0, one.at - began)
        for place, share in _shares(at, at + length, step):
            if place < len(sums):
                sums[place].requests += one.count * share
                sums[place].commands += one.commands * share
    return tuple(one.bin(began + place * step) for place, one in enumerate(sums))


def _apart(stretches: Iterable[Requests]) -> float:
    """How long the stretches are that requests are counted by: all the same."""
    begins = sorted({one.at for one in stretches})
    return min((after - before for before, after in pairwise(begins)), default=0.0)


def _shares(began: float, ended: float, step: float) -> Iterator[tuple[int, float]]:
    """The bins that a stretch lies in, and how much of it is in each."""
    whole = ended - began
    if began < 0 or whole < 0:  # the clock was set back
        return
    first, last = int(began // step), int(ended // step)
    if first == last:
        yield first, 1.0
        return
    for place in range(first, last + 1):
        inside = min(ended, (place + 1) * step) - max(began, place * step)
        yield place, inside / whole


@define
class _Sums:
    done: float = 0.0
    missed: float = 0.0
    requests: float = 0.0
    commands: float = 0.0
    waits: dict[str, float] = field(factory=dict)

    def add(self, span: Span, share: float) -> None:
        self.done += span.done * share
        self.missed += span.missed * share
        for cause, seconds in span.waits.items():
            if seconds:
                self.waits[cause] = self.waits.get(cause, 0.0) + seconds * share

    def bin(self, began: float) -> Bin:
        return Bin(
            began, self.done, self.missed, self.waits, self.requests, self.commands
        )

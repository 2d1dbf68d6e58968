"""The operating time of methods over a job, of the moments that its journal has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bitrix_async.report._facts import Method

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bitrix_async.journal import MethodSample, Run, Sample

    _Point = tuple[float, MethodSample]

# Methods that are drawn, at the most: those that came nearest to their limit.
_MOST: Final = 3
# Parked stretches nearer to each other than that part of the whole are seen as one.
_FINE: Final = 1 / 500


def methods(
    runs: Sequence[Run], samples: Sequence[Sample], ended: float
) -> tuple[Method, ...]:
    """The methods that have a limit, and came nearest to it."""
    names = {name for sample in samples for name in sample.methods}
    found = [_method(name, runs, samples, ended) for name in names]
    limited = [one for one in found if one.limit and one.most]
    return tuple(
        sorted(limited, key=lambda one: (-one.most / one.limit, one.name))[:_MOST]
    )


def _method(
    name: str, runs: Sequence[Run], samples: Sequence[Sample], ended: float
) -> Method:
    points = [
        (sample.at, sample.methods[name])
        for sample in samples
        if name in sample.methods
    ]
    limits = [one.limit for _, one in points if one.limit]
    fine = _FINE * (ended - points[0][0])
    return Method(
        name,
        limits[-1] if limits else 0.0,
        tuple(_used(points, run) for run in runs),
        tuple(_joined(_held(points, ended), fine)),
    )


def _used(points: Iterable[_Point], run: Run) -> tuple[tuple[float, float], ...]:
    return tuple(
        (at, one.operating)
        for at, one in points
        if one.operating is not None and run.began_at <= at <= run.seen_at
    )


def _held(points: Sequence[_Point], ended: float) -> Iterator[tuple[float, float]]:
    """From each moment at which it was held, until it was let go or is seen again."""
    nexts = [at for at, _ in points[1:]]
    for (at, one), following in zip(points, [*nexts, ended], strict=True):
        if one.parked_until is not None:
            yield at, max(at, min(one.parked_until, following))


def _joined(
    stretches: Iterable[tuple[float, float]], fine: float
) -> Iterator[tuple[float, float]]:
    begin, end = None, 0.0
    for since, until in stretches:
        if begin is not None and since - end > fine:
            yield begin, end
            begin = None
        begin = since if begin is None else begin
        end = until
    if begin is not None:
        yield begin, end

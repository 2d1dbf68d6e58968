"""Reports by hand, for the page: a long job that was stopped, and edges of others."""

from __future__ import annotations

from datetime import timedelta, timezone
from random import Random
from typing import Final

from attrs import evolve

from bitrix_async.report import (
    Bin,
    Failure,
    Kind,
    Method,
    Missed,
    Report,
    Requests,
    Totals,
)

ZONE: Final = timezone(timedelta(hours=3))
# What a page may be called.
EVIL: Final = "<script>document.title = 'run'</script><img src=x onerror=alert(1)>"
METHOD: Final = "landing.landing.publication"

_BEGAN: Final = 1_795_600_000.0  # 25 November 2026, 12:46:40 of that zone
_STEP: Final = 60.0
_LIMIT: Final = 480.0
_MINUTES: Final = 101
# It was killed after an hour, and resumed twelve minutes later.
_OFF: Final = range(60, 72)


def long_job() -> Report:
    """Nearly two hours at the operating limit, with a pause, stopped before its end."""
    chance = Random(1)
    bins, parked = [], []
    before: list[tuple[float, float]] = []
    after: list[tuple[float, float]] = []
    for minute in range(_MINUTES):
        began = _BEGAN + minute * _STEP
        if minute in _OFF:
            bins.append(Bin(began, waits={"off": _STEP}))
            continue
        held = chance.uniform(20, 34) if minute > 8 else 0.0
        waits = {"answers": _STEP - held, "operating": held}
        done = _STEP * chance.uniform(6.5, 8.2) if held else _STEP * 11.5
        bins.append(
            Bin(began, done, chance.choice([0, 0, 3, 9]), waits, 22, round(done))
        )
        since = minute if minute < _OFF.start else minute - _OFF.stop
        used = before if minute < _OFF.start else after
        used.append((began, min(_LIMIT + 1, 54.0 * since) - held / 2))
        parked += [(began, began + held)] if held else []
    return Report(
        title=METHOD,
        portal="example.bitrix24.com",
        began=_BEGAN,
        ended=_BEGAN + _MINUTES * _STEP - 20,
        running=False,
        totals=Totals(50_000, done=41_231, refused=212, unknown=3, waiting=8_554),
        failures=_failures(),
        unknown=tuple(Missed(key, "") for key in ("17", "18", "1231")),
        step=_STEP,
        bins=tuple(bins),
        methods=(Method(METHOD, _LIMIT, (tuple(before), tuple(after)), tuple(parked)),),
        requests=Requests(
            (Kind("batch", 2_198, 41_488, 3_100.0), Kind("direct", 12, 12, 4.2)),
            {200: 2_204, 503: 4, None: 2},
        ),
        journal="publish.journal",
        written=_BEGAN + _MINUTES * _STEP,
    )


def _failures() -> tuple[Failure, ...]:
    reached = "The number of published pages of your plan is reached"
    links = tuple(Missed(str(lid), f"Page {lid}, {EVIL}") for lid in (5, 6, 7))
    return (
        Failure(
            "PUBLIC_PAGE_REACHED",
            180,
            tuple(Missed(str(351 + 7 * row), reached) for row in range(100)),
        ),
        Failure(
            "LANDING_NOT_EXIST",
            29,
            tuple(Missed(str(90_000 + row), "Page not found") for row in range(20)),
        ),
        Failure("URLCHECKER_FAIL", 3, links),
    )


def short_job() -> Report:
    """Six seconds in which all went well."""
    return evolve(
        long_job(),
        ended=_BEGAN + 6.2,
        totals=Totals(1000, done=1000),
        failures=(),
        unknown=(),
        step=0.1,
        bins=tuple(
            Bin(_BEGAN + part / 10, 1000 / 62, 0, {"answers": 0.1})
            for part in range(62)
        ),
        methods=(),
        requests=Requests((Kind("batch", 31, 1000, 6.2),), {200: 31}),
    )


def nothing() -> Report:
    """A journal that was made and never used."""
    return evolve(
        long_job(),
        ended=_BEGAN,
        totals=Totals(0),
        failures=(),
        unknown=(),
        bins=(),
        methods=(),
        requests=Requests(),
    )

"""Looks now and then how far a job is: writes it down, and tells who wants to know."""

from __future__ import annotations

import asyncio
import math
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

import anyio
from attrs import evolve

from bitrix_async.errors import JournalError
from bitrix_async.sansio.courses import PERIOD, Waited, by_state, sampled, still_open
from bitrix_async.sansio.outlook import Pace, progress

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bitrix_async._dispatch import Dispatcher
    from bitrix_async._recorder import Recorder
    from bitrix_async.sansio.jobs import Outage
    from bitrix_async.sansio.outlook import Progress

# Seconds of the portal's between two writes, at the least: there is a figure for each.
# What ended since is what a crash forgets of calls that are safe to repeat, which then
# run again: a dozen requests of them, at two a second. To write each second is a third
# of what such a job costs.
_WRITES: Final = PERIOD

# And between two looks, where somebody watches.
_LOOKS: Final = 1.0


class Lookout:
    """Watches one run; `fail` is told what goes wrong with it."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        recorder: Recorder,
        outage: Outage,
        on_progress: Callable[[Progress], None] | None,
        fail: Callable[[BaseException], None],
    ) -> None:
        self._dispatcher = dispatcher
        self._recorder = recorder
        self._outage = outage
        self._on_progress = on_progress
        self._fail = fail
        self._limits = dispatcher.planner.limits
        self._pace = Pace(self._limits.pace)
        self._waited = Waited()
        self._samples_at = 0.0

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """While this lasts; and once more at its end."""
        watch = asyncio.ensure_future(self._watch())
        try:
            yield
        finally:
            watch.cancel()
            with anyio.CancelScope(shield=True):
                await asyncio.gather(watch, return_exceptions=True)
                with suppress(JournalError):  # which whoever closes it meets again
                    await self._write()
            self._look(last=True)

    async def _watch(self) -> None:
        seldom = _WRITES * self._limits.pace
        # A job that begins is written soon, for those who look whether it does.
        apart = often = min(seldom, _LOOKS)
        writes_at = -math.inf
        while True:
            now = self._dispatcher.now()
            beat = apart if self._on_progress is None else often
            try:
                self._look()
                if now >= writes_at:
                    # A look that comes a hair too early is the one that is meant.
                    writes_at = now + apart - beat / 2
                    apart = seldom
                    await self._write()
            except Exception as error:  # noqa: BLE001  # also what `on_progress` raises
                self._fail(error)
            await asyncio.sleep(beat)

    async def _write(self) -> None:
        await self._recorder.is_at(self._dispatcher.gateway.host)
        await self._recorder.flush(wholly=True)

    def _look(self, *, last: bool = False) -> None:
        now, at = self._dispatcher.now(), self._recorder.now()
        stats = self._dispatcher.planner.stats(now)
        tallies = self._recorder.tallies
        ended = sum(by_state(tallies).values()) - sum(still_open(tallies).values())
        self._pace.mark(now, ended)
        self._waited.mark(now, stats.waited, self._outage.away(at))
        is_complete = self._recorder.is_complete
        seen = progress(
            tallies, stats, self._limits, self._pace, at, is_complete=is_complete
        )
        if self._outage.is_on:
            seen = evolve(seen, waits_for="portal")
        if last or at >= self._samples_at:
            period = (self._recorder.period - _LOOKS / 2) * self._limits.pace
            # The second one comes at once: of one alone nobody can tell a rate.
            self._samples_at = at + period if self._samples_at else at
            self._recorder.sample(sampled(at, tallies, seen, self._waited.seconds))
        if self._on_progress is not None:
            self._on_progress(seen)

"""Which lines may send now, and until when the others are held.

A line is held after trouble, or while a method of it is at its operating limit. Some
portals charge the method `batch` for what travels in one (protocol.md 4.2). Where that
is held, who can go by itself does: whatever awaits its calls one by one, and the last
call of a job. Many calls of a job would only spend its requests, and explicit batches
cannot leave in any other way.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Final

from attrs import define

from bitrix_async.sansio.decisions import Wait
from bitrix_async.sansio.lines import BATCH, Kind, Lane
from bitrix_async.sansio.memo import Memo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.sansio.accounts import Accounts
    from bitrix_async.sansio.lines import Line, Queue
    from bitrix_async.sansio.packing import Packer

# An enumeration is slow to ask, and each decision asks for every line.
_TOGETHER: Final = Kind.TOGETHER
_GROUP: Final = Kind.GROUP
_BULK: Final = Lane.BULK


@define(eq=False)
class Readiness:
    """Looks at the lines at the moment of a decision."""

    queue: Queue
    accounts: Accounts
    packer: Packer

    def split(self, now: float) -> tuple[list[Line], Wait]:
        """The lines that are ready, and what the first of the others waits for."""
        methods = self._methods(now)
        ready: list[Line] = []
        blocked = Wait(math.inf, "answers")
        for line in self.queue.lines.values():
            at, cause = self._of(line, methods)
            if at <= now:
                ready.append(line)
            elif at < blocked.until:
                blocked = Wait(at, cause)
        return ready, blocked

    def of(self, line: Line, now: float) -> tuple[float, str]:
        """When a line may send, and what holds it until then."""
        return self._of(line, self._methods(now))

    def has_batches(self, now: float) -> bool:
        """Whether calls may leave together: the method `batch` is not held."""
        return self.accounts.ready_at(BATCH, now) <= now

    def _methods(self, now: float) -> Mapping[str, float]:
        """When each method may go on, looked up once: many lines are of one method."""
        return Memo(partial(self.accounts.ready_at, now=now))

    def _of(self, line: Line, methods: Mapping[str, float]) -> tuple[float, str]:
        kind, lane, method, _, _ = line.key
        if kind is _TOGETHER and self.packer.waits_for_probe(line):
            return math.inf, "answers"
        at = methods[method]
        if kind is _GROUP:
            at = max([at, *[methods[ticket.method] for ticket in line]])
        # A call of a job or of a group can go by itself only where it is the last.
        if (kind is _GROUP or (kind is _TOGETHER and lane is _BULK)) and line.live > 1:
            at = max(at, methods[BATCH])
        return (line.held_until, "retry") if line.held_until > at else (at, "operating")

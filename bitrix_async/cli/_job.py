"""A job on many pages: what became of each, also where it was stopped.

Every page ends in one of four ways, and is in the report once: it is done, it failed,
it is unknown (it was sent and no answer came), or it was not sent.
"""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen

from bitrix_async import (
    AuthFault,
    BitrixError,
    Fault,
    NotSent,
    Outcome,
    SessionClosed,
    Unanswered,
)
from bitrix_async.cli import _exits
from bitrix_async.cli._progress import Counts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bitrix_async import Call, Session

_NOT_SENT: Final = NotSent("stopped before it was sent")


@frozen
class Miss:
    """A page that is not done, and why: a line of `--failed`."""

    lid: int
    code: str
    description: str

    @classmethod
    def of(cls, lid: int, error: BitrixError) -> Miss:
        """With the portal's own code, or the name of the error where it gave none."""
        if isinstance(error, Fault):
            return cls(lid, error.code, error.description)
        return cls(lid, type(error).__name__, error.message)


@define
class Job:
    """The pages, the call for each, and what came of them so far.

    `stopped` says why it ended before its end.
    """

    lids: list[int]
    make: Callable[[int], Call[Any]]
    done: list[int] = field(factory=list)
    failed: list[Miss] = field(factory=list)
    unknown: list[Miss] = field(factory=list)
    unsent: list[Miss] = field(factory=list)
    stopped: str = ""
    interrupted: bool = False
    _worst: int = _exits.DONE

    @property
    def misses(self) -> list[Miss]:
        return [*self.failed, *self.unknown, *self.unsent]

    def counts(self) -> Counts:
        """How far it is."""
        missed = len(self.failed) + len(self.unknown) + len(self.unsent)
        return Counts(len(self.lids), len(self.done) + missed, missed)

    @property
    def status(self) -> int:
        """What the process returns."""
        return _exits.INTERRUPTED if self.interrupted else self._worst

    async def run(self, bx: Session) -> None:
        """Run it to its end, to Ctrl-C, or until the portal refuses the credentials."""
        work = asyncio.ensure_future(self._run(bx))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            # The end is near, and a second Ctrl-C would cost the report.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            self.interrupted = True
            await self._stop(bx, "Ctrl-C")
            await work

    async def _run(self, bx: Session) -> None:
        waiting = iter(self.lids)
        calls = self._calls(waiting)
        # One page goes ahead: a wrong address or wrong credentials are found before
        # thousands of calls fail for them.
        for first in calls:
            await self._take(await _outcome(bx, first), bx)
            if self.unsent:
                await self._stop(bx, "the portal cannot be reached")
            break
        async for outcome in bx.stream(calls):
            await self._take(outcome, bx)
        for lid in waiting:
            self._missed(lid, _NOT_SENT)

    def _calls(self, waiting: Iterable[int]) -> Iterator[Call[Any]]:
        for lid in waiting:
            yield self.make(lid)
            if self.stopped:
                return

    async def _take(self, outcome: Outcome[Any], bx: Session) -> None:
        lid = int(outcome.call.params["lid"])
        if outcome.error is not None:
            self._missed(lid, outcome.error)
        elif outcome.result:
            self.done.append(lid)
        else:  # `publication` without the right to publish: protocol.md 9.2
            self._missed(lid, Fault("", "nothing was done; the right may be missing"))
        if isinstance(outcome.error, AuthFault):
            await self._stop(bx, "the portal refuses the credentials")

    def _missed(self, lid: int, error: BitrixError) -> None:
        if isinstance(error, SessionClosed):
            error = _NOT_SENT
        self._kept(error).append(Miss.of(lid, error))
        self._worst = max(self._worst, _exits.of(error))

    def _kept(self, error: BitrixError) -> list[Miss]:
        if isinstance(error, NotSent):
            return self.unsent
        return self.unknown if isinstance(error, Unanswered) else self.failed

    async def _stop(self, bx: Session, why: str) -> None:
        # What waits ends as SessionClosed, what is under way as Unanswered.
        self.stopped = self.stopped or why
        await bx.aclose()


async def _outcome(bx: Session, call: Call[Any]) -> Outcome[Any]:
    try:
        return Outcome(call, await bx(call))
    except BitrixError as error:
        return Outcome(call, error=error)

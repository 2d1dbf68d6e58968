"""Who leads the next request, so that nobody is passed for ever.

Quick interactive calls go before interactive work, and that before jobs (`place_of`).
Callers who never stop would then keep a job from ever sending; and a job whose calls
go alone, one in each request, would keep the others waiting for all of it. So whoever
waits is counted: after some requests of others it is *due*, and leads one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from attrs import define, field

from bitrix_async.sansio.lines import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bitrix_async.sansio.accounts import Accounts
    from bitrix_async.sansio.lines import Line

# After so many requests others are due, by the rank of those that passed them: quick
# interactive calls (one in twenty is hardly felt), interactive work, and jobs.
PASSES: Final = (19, 4, 4)


class Turn(NamedTuple):
    """Who leads, what it passes then, and whether only because it was passed."""

    lead: Line
    passes: bool
    is_due: bool = False


@define(eq=False)
class Turns:
    """Counts the requests that have passed those who wait."""

    accounts: Accounts
    _passed: int = field(default=0, init=False)
    _taken: int = field(default=0, init=False)

    def next(self, ranks: Mapping[Line, int], free: Sequence[Line]) -> Turn:
        """Whose turn it is: the first of the free lines, unless others are due.

        `ranks` has all lines that are ready, by `rank_of`.
        """
        lead = min(free, key=lambda line: (ranks[line], line.head().seq))
        rank = ranks[lead]
        passed = self._passed_by(lead, ranks, frozenset(free))
        if self._passed < PASSES[rank]:
            return Turn(lead, passes=bool(passed))
        if passed:
            lead = min(passed, key=lambda line: (line.turn, line.head().seq))
        return Turn(lead, passes=False, is_due=True)

    def take(self, turn: Turn) -> None:
        """The request that it leads leaves."""
        self._passed = self._passed + 1 if turn.passes else 0
        if turn.is_due:
            self._taken += 1
            turn.lead.turn = self._taken

    def _passed_by(
        self, lead: Line, ranks: Mapping[Line, int], free: frozenset[Line]
    ) -> list[Line]:
        """The lines that wait because of the lead.

        Not a busy line of which something is on its way, and not one of the same
        rank that can share the lead's request.
        """
        rank = ranks[lead]
        least = rank + (lead.kind is Kind.TOGETHER or rank == 0)
        return [
            line
            for line, its in ranks.items()
            if its >= least
            and line is not lead
            and (line in free or not self.accounts.of(line.method).under_way)
        ]

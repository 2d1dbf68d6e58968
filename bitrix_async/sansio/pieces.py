"""Pieces of a list by its ids, and how many rows they may hold.

How dense ids are is known from the rows that were seen, and they may lie otherwise
where none was. Where rows were deleted by chance, the rows of a piece are as many as
others of the same list let expect, but for two deviations of both samples: so many
pages more are asked for where a page in vain is cheap, so that little is left over.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix_async.sansio.walks import Page

# Where both ends of a list differ more than this in how dense they are, the middle is
# not taken to be like them.
_EVEN: Final = 1.5
# Pages of a piece, at the least, of which one is looked at first.
_WORTH_A_LOOK: Final = 8


@define(eq=False)
class Piece:
    """Rows behind the id `after`, as far as the id `upto`; None: to the end.

    `density` is the rows of an id, as far as `seen` rows show it. `chain` is how many
    pages are asked for where no end is known. Only one page is asked for of a piece
    that is looked at (`look`), and nothing else with one that goes `apart`.
    """

    after: int
    upto: int | None = None
    density: float = 1.0
    seen: int = 1
    chain: int = 1
    alone: bool = False
    apart: bool = False
    look: bool = False
    waits: bool = True
    ended: bool = False
    under_way: int = 0
    pages: deque[Page] = field(factory=deque)

    @property
    def rows(self) -> float:
        """The rows that remain, as far as is known; there is an end."""
        assert self.upto is not None  # noqa: S101  # who asks has looked
        return (self.upto - self.after) * self.density

    def expected(self, size: int) -> int:
        """The pages to ask for next, as far as is known; one at least."""
        if self.upto is None:
            return self.chain
        return 1 if self.look else max(1, math.ceil(self.rows / size))

    def remain(self, size: int) -> int:
        """The pages behind those that are under way, as far as is known."""
        if self.upto is None or self.ended:
            return 0
        return max(0, math.ceil(self.rows / size) - self.under_way)

    @property
    def doubt(self) -> float:
        """The part of the expected rows by which there may be more."""
        holes = max(0.0, 1.0 - self.density)
        return 2 * math.sqrt(holes * (1 / self.seen + 1 / max(1.0, self.rows)))

    def beyond(self, size: int) -> int:
        """How many pages more there may be than expected."""
        if self.upto is None or self.look:
            return 0
        return math.ceil(self.expected(size) * self.doubt)

    def learn(self, before: int, rows: int) -> None:
        """So many rows were behind the id `before`."""
        assert self.upto is not None  # noqa: S101  # who asks has looked
        end = self.upto if self.ended else self.after
        self.density, self.seen = rows / (end - before), rows

    def cut(self, rows: float) -> Piece | None:
        """Keep so many rows, as far as is known; what is behind them, if anything."""
        assert self.upto is not None  # noqa: S101  # who asks has looked
        middle = self.after + max(1, math.floor(rows / self.density))
        if middle >= self.upto:
            return None
        rest = Piece(middle, self.upto, self.density, self.seen)
        self.upto = middle
        return rest

    def split(self, count: int) -> list[Piece]:
        """It as so many pieces of equal width, or fewer, that go apart."""
        pieces = self._equal(count)
        for piece in pieces:
            piece.apart = True
        return pieces

    def looked_at(self, size: int, most: int) -> list[Piece]:
        """It as pieces that are looked at; itself where it is too small for that."""
        count = min(most, self.expected(size) // _WORTH_A_LOOK)
        if count < 2:
            return [self]
        pieces = self._equal(count)
        for piece in pieces:
            piece.look = True
        return pieces

    def _equal(self, count: int) -> list[Piece]:
        assert self.upto is not None  # noqa: S101  # who asks has looked
        width = math.ceil((self.upto - self.after) / count)
        return [
            Piece(one, min(one + width, self.upto), self.density, self.seen)
            for one in range(self.after, self.upto, width)
        ]


@frozen
class Ends:
    """The ids of the first page and of the last one, both rising."""

    first: Sequence[int]
    last: Sequence[int]

    @property
    def meet(self) -> bool:
        """Whether no row can be between them."""
        return self.last[0] <= self.first[-1] + 1

    def between(self) -> Piece:
        """What is between them, taken to be as dense as they are."""
        here, there = self._densities()
        seen = len(self.first) + len(self.last)
        return Piece(self.first[-1], self.last[0] - 1, (here + there) / 2, seen)

    @property
    def differ(self) -> bool:
        """Whether one is that much denser than the other."""
        here, there = self._densities()
        return max(here, there) > _EVEN * min(here, there)

    def _densities(self) -> tuple[float, float]:
        return _density(self.first), _density(self.last)


def _density(ids: Sequence[int]) -> float:
    """The rows of an id between the first one and the last one."""
    return (len(ids) - 1) / (ids[-1] - ids[0]) if len(ids) > 1 else 1.0

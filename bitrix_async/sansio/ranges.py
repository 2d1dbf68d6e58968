"""A list by its ids, as few requests as can be: chains of pages, ranges side by side.

Theory of operation. The first page and the last one are asked for together. That is
one request, whose second page a list of one page has in vain: a page without counting
is cheap, and a request is not (`strategy="keyset"` spares it). Where both meet, as in a
list of less than two pages, this is all; else it is known how far the ids go and how
dense they are, and everything between them can leave one round trip after the start.

The ids that are still to be read are a row of *pieces*, each from
above one id up to another. A request asks for up to fifty pages: a *chain* within a
piece, where each page begins above the last id of the one before, which only the portal
knows by then (`$result[c0][items][49][id]`), and chains of several pieces one after the
other. Pieces far too large for a request are split, by how many rows an id has had so
far; which is a guess, and costs at worst some requests:

* A chain that ends before its piece does leaves the rest as a piece. It is asked for
  with the next request that leaves anyway, so that guesses cost no request each.
* A chain that is longer than its piece has a page with fewer rows than a full one. The
  placeholder behind it leads to no id, and the portal puts in what it reached so far
  (protocol.md 2.5): those pages are not looked at.

So each row is read once, whatever is added or deleted meanwhile: a piece ends at a
page that is not full, or at its last id. Pages are given in order; what is read ahead
of them is bounded.
"""

from __future__ import annotations

import math
from collections import deque
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from bitrix_async.errors import BadAnswer
from bitrix_async.sansio.replies import Done
from bitrix_async.sansio.walks import WAIT, Ask, Page, done, one

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from bitrix_async._call import Call
    from bitrix_async.sansio.keyset import Reader
    from bitrix_async.sansio.replies import Row
    from bitrix_async.sansio.walks import Answered, Step, Walk

# Where both ends of a list differ more than this in how dense they are, a page is
# looked at in each of many pieces first.
_EVEN: Final = 1.5
# No more than so many times what may be read ahead, even for the page that is due.
_OVER: Final = 2


@define(eq=False)
class Piece:
    """Rows behind the id `after`, as far as the id `upto`; None: to the end.

    `density` is the rows of an id, as far as is known. `chain` is how many pages are
    asked for where no end is known.
    """

    after: int
    upto: int | None = None
    density: float = 1.0
    chain: int = 1
    alone: bool = False
    waits: bool = True
    ended: bool = False
    under_way: int = 0
    pages: deque[Page] = field(factory=deque)

    def expected(self, size: int) -> int:
        """The pages that remain, as far as is known; one at least."""
        if self.upto is None:
            return self.chain
        rows = (self.upto - self.after) * self.density
        return max(1, math.ceil(rows / size))


@define(eq=False)
class Ranges:
    """Walks the ids of a list from its first page on.

    Args:
        reader: asks for pages and reads them.
        room: how many pages may share a request now.
        ahead: how many requests may be under way, or read and not yet given.
        most: pages of a chain at the most.
    """

    reader: Reader
    room: Callable[[], int]
    ahead: int
    most: int = 50
    _pieces: list[Piece] = field(factory=list, init=False)
    _asked: dict[Ask, list[tuple[Piece, int]]] = field(factory=dict, init=False)

    def chained(self, first: Page) -> Walk:
        """One page after the other, in chains that grow as they turn out to be full.

        What is next is asked for before the first page is given: it is little.
        """
        start = self._behind(first)
        if start is not None:
            self._pieces = [Piece(start)]
        while (ask := self._compose()) is not None:
            yield ask
        if first.rows:
            yield first
        yield from self._steps()

    def split(self) -> Walk:
        """Several pieces side by side, from both ends of the list."""
        if min(self.most, self.room()) < 2:
            yield from self.by_id()
            return
        keyset = self.reader.keyset
        head, tail = yield from _rows(keyset.page(None), keyset.tail())
        if not isinstance(head, Done):  # alone it waits, or says what is wrong
            head = yield from one(keyset.page(None))
        first = Page(self.reader.first(head.result))
        start = self._behind(first)
        if start is None or self._room() < 2:
            yield from self.chained(first)
            return
        if not isinstance(tail, Done):
            (tail,) = yield from _rows(keyset.tail())
        yield from self._from_ends(first, start, tail)

    def by_id(self) -> Walk:
        """The first page by itself, and then as `chained` says."""
        head = yield from one(self.reader.keyset.page(None))
        yield from self.chained(Page(self.reader.first(head.result)))

    def _from_ends(self, first: Page, start: int, tail: Row) -> Walk:
        """What is between the first page and the last one."""
        last = self._last(tail)
        if not last:
            yield from self.chained(first)
            return
        # Whoever looks at a few rows only is not to cost many requests.
        yield first
        if self.reader.id_of(last[-1]) > start:
            self._divide(first, start, last)
            yield from self._steps()
        elif rows := [row for row in last[::-1] if self.reader.id_of(row) > start]:
            yield Page(rows)  # the ends meet

    def _last(self, tail: Row) -> list[Any]:
        """The rows of the last page; none where it does not show that it is the last.

        One row alone does not: it is that of the first page as well where the method
        does not order.
        """
        rows = self.reader.rows(tail.result) if isinstance(tail, Done) else []
        ids = [self.reader.id_of(row) for row in rows]
        falls = all(above > below for above, below in pairwise(ids))
        return rows if falls and len(rows) > 1 else []

    def _behind(self, first: Page) -> int | None:
        """Where the second page begins; None where there is none."""
        if self.reader.ends(first.rows):
            return None
        return self.reader.id_of(first.rows[-1])

    def _steps(self) -> Walk:
        while self._pieces:
            while (ask := self._compose()) is not None:
                yield ask
            if (page := self._due()) is not None:
                yield page
            elif self._asked:
                answered = yield WAIT
                assert answered is not None  # noqa: S101  # what WAIT is answered with
                self._take(*answered)

    def _due(self) -> Page | None:
        """The next page in order, where it is there."""
        while self._pieces:
            head = self._pieces[0]
            if head.pages:
                return head.pages.popleft()
            if not head.ended:
                return None
            self._pieces.pop(0)
        return None

    # --- asking -----------------------------------------------------------------------

    def _room(self) -> int:
        return max(1, min(self.most, self.room())) if self.reader.chains else 1

    def _compose(self) -> Ask | None:
        """The next request; None while there is nothing to ask, or reason to wait."""
        waiting = [piece for piece in self._pieces if piece.waits]
        if not waiting:
            return None
        room = self._room()
        if self._is_held(waiting, room):
            return None
        if waiting[0].alone:
            waiting = waiting[:1]
            room = 1
        calls: list[Call[Any]] = []
        parts: list[tuple[Piece, int]] = []
        for piece in waiting:
            count = self._cut(piece, room - len(calls))
            calls += self._chain(piece, count)
            parts.append((piece, count))
            if len(calls) >= room:
                break
        ask = Ask(tuple(calls))
        self._asked[ask] = parts
        return ask

    def _is_held(self, waiting: Sequence[Piece], room: int) -> bool:
        """Whether what waits is better asked for later, or may not be held as well."""
        held = sum(len(piece.pages) + piece.under_way for piece in self._pieces)
        most = self.ahead * room
        due = waiting[0] is self._pieces[0]
        if held >= most * (_OVER if due else 1):
            return not due or bool(self._asked)
        if not self._asked:
            return False
        size, left = self.reader.size, room
        for piece in waiting:
            left -= piece.expected(size)
            if left <= 0:
                return False
        return True  # too little for a request while others may leave some more

    def _cut(self, piece: Piece, room: int) -> int:
        """How many pages of a piece are asked for; what is too much is split off."""
        size = self.reader.size
        expected = piece.expected(size)
        if piece.upto is not None and expected > room:
            middle = piece.after + max(1, math.floor(room * size / piece.density))
            if middle < piece.upto:
                rest = Piece(middle, piece.upto, piece.density)
                self._pieces.insert(self._pieces.index(piece) + 1, rest)
                piece.upto = middle
        return 1 if piece.alone else min(expected, room)

    def _chain(self, piece: Piece, count: int) -> list[Call[Any]]:
        """Calls for the next pages of a piece, each behind the one before."""
        keyset = self.reader.keyset
        calls = [keyset.page(piece.after, piece.upto)]
        for _ in range(count - 1):
            calls.append(keyset.page(self.reader.end_of(calls[-1]), piece.upto))
        piece.waits, piece.under_way = False, count
        return calls

    # --- answers ----------------------------------------------------------------------

    def _take(self, ask: Ask, rows: Sequence[Row]) -> None:
        """What the calls of a request came to: pages, and pieces that remain."""
        parts = self._asked.pop(ask)
        place = 0
        for number, (piece, count) in enumerate(parts):
            before = piece.after
            got = self._read(piece, rows[place : place + count])
            if not got and not number and not piece.ended:
                if len(ask.calls) == 1:
                    done(rows[0])
                piece.alone = True
            else:
                piece.alone = False
                self._learn(piece, before, got, full=len(got) == count)
            place += count

    def _read(self, piece: Piece, rows: Sequence[Row]) -> list[Page]:
        """Reads the pages of a chain, as far as they are what was asked for."""
        piece.waits, piece.under_way = True, 0
        got: list[Page] = []
        for row in rows:
            if not isinstance(row, Done):
                break
            found = self.reader.next(row.result, piece.after)
            got.append(Page(found))
            if found:
                piece.after = self.reader.id_of(found[-1])
                piece.pages.append(got[-1])
            if self._is_over(piece, found):
                piece.ended, piece.waits = True, False
                break
            if len(found) < self.reader.size:
                break  # the next placeholder led nowhere
        return got

    def _is_over(self, piece: Piece, found: list[Any]) -> bool:
        if piece.upto is not None and piece.after > piece.upto:
            text = f"it gave rows above the id {piece.upto}, which its filter excludes"
            raise BadAnswer(text, call=self.reader.keyset.call)
        return piece.after == piece.upto or self.reader.ends(found)

    def _learn(
        self, piece: Piece, before: int, got: Sequence[Page], *, full: bool
    ) -> None:
        """How dense the ids were; what waits behind the piece is taken to be alike."""
        if full:
            piece.chain = min(self.most, 2 * piece.chain)
        rows = sum(len(page.rows) for page in got)
        if not rows or piece.upto is None:
            return
        end = piece.upto if piece.ended else piece.after
        piece.density = rows / (end - before)
        behind = self._pieces[self._pieces.index(piece) + 1 :]
        other = next((next_ for next_ in behind if next_.waits), None)
        if other is not None:
            other.density = (other.density + piece.density) / 2

    def _divide(self, first: Page, start: int, last: list[Any]) -> None:
        """What is behind the first page as pieces: how dense both ends are is known."""
        reader = self.reader
        end = reader.id_of(last[0])
        here = len(first.rows) / (start - reader.id_of(first.rows[0]) + 1)
        there = len(last) / (end - reader.id_of(last[-1]) + 1)
        rest = Piece(start, end, (here + there) / 2)
        uneven = max(here, there) > _EVEN * min(here, there)
        if uneven and rest.expected(reader.size) > self._room():
            self._pieces = _slots(rest, self._room(), reader.size)
        else:
            self._pieces = [rest]


def _rows(*calls: Call[Any]) -> Generator[Step, Answered | None, Sequence[Row]]:
    """Ask for calls while nothing else is asked; their errors are rows as well."""
    yield Ask(calls)
    answered = yield WAIT
    assert answered is not None  # noqa: S101  # what WAIT is answered with
    return answered[1]


def _slots(piece: Piece, count: int, size: int) -> list[Piece]:
    """So many equal pieces, of which a page each is looked at first."""
    assert piece.upto is not None  # noqa: S101  # only such are divided
    width = math.ceil((piece.upto - piece.after) / count)
    starts = range(piece.after, piece.upto, width)
    return [
        Piece(after, min(after + width, piece.upto), size / width) for after in starts
    ]

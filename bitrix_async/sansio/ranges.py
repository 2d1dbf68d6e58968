"""A list by its ids, as few requests as can be: chains of pages, ranges side by side.

Theory of operation. The first page and the last one are asked for together. That is
one request, whose second page a list of one page has in vain: a page without counting
is cheap, and a request is not (`strategy="keyset"` spares it). Where both meet, as in a
list of two pages, this is all; else it is known how far the ids go and how dense they
are at both ends, and everything between them can leave one round trip after the start.

The ids that are still to be read are a row of *pieces*, each from above one id up to
another. A request asks for up to fifty pages: a *chain* within a piece, where each page
begins above the last id of the one before, which only the portal knows by then
(`$result[c0][items][49][id]`), and chains of several pieces one after the other. How
the pieces are cut depends on what is scarce (`Room`):

* Time only. There are permits for all of it at once, and pages in vain cost little. It
  is cut into a few pieces more than would do, each for a request of its own, so that
  it comes in one round trip although nobody knows how dense the middle is. That is two
  in all, and no client that does not know the ids beforehand needs fewer.
* Permits, or the portal's time. A page each is *looked* at in many pieces first. These
  rows are no loss, and then requests can be full, or empty ids passed over, also where
  the middle is not like the ends. Those of a list that is not long are shorter where
  its pages take time, so that all of the portal's workers have some.

Both are guesses, which cost at worst some requests:

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
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from attrs import define, evolve, field

from bitrix_async.errors import BadAnswer
from bitrix_async.sansio.pieces import Ends, Piece
from bitrix_async.sansio.replies import Done
from bitrix_async.sansio.walks import WAIT, Ask, Page, done, one

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from bitrix_async._call import Call
    from bitrix_async.sansio.keyset import Reader
    from bitrix_async.sansio.replies import Row
    from bitrix_async.sansio.walks import Answered, Room, Step, Walk

# Requests that are too few to look at pages first, where each has to be waited for.
_FEW: Final = 4
# Requests of a list that is spread over more of them. Those of a longer one are alike:
# where some are short, waits at the portal tell less of how many workers it has.
_SMALL: Final = 16
# Requests of a walk that wait until they may leave.
_QUEUED: Final = 2
# No more than so many times what may be read ahead, even for the page that is due.
_OVER: Final = 2


@define(eq=False)
class Ranges:
    """Walks the ids of a list from its first page on.

    Args:
        reader: asks for pages and reads them.
        room: what may be asked for now.
        ahead: how many requests may be under way, or read and not yet given.
        most: pages of a chain at the most.
    """

    reader: Reader
    room: Callable[[], Room]
    ahead: int
    most: int = 50
    _pieces: list[Piece] = field(factory=list, init=False)
    _asked: dict[Ask, list[tuple[Piece, int]]] = field(factory=dict, init=False)
    _full: bool = field(default=False, init=False)
    _small: bool = field(default=False, init=False)

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
        if min(self.most, self.room().pages) < 2:
            yield from self.by_id()
            return
        keyset = self.reader.keyset
        head, tail = yield from _rows(keyset.page(None), keyset.tail())
        if not isinstance(head, Done):  # alone it waits, or says what is wrong
            head = yield from one(keyset.page(None))
        first = Page(self.reader.first(head.result))
        start = self._behind(first)
        if start is None or self._room().pages < 2:
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
        ends = Ends(self.reader.ids(first.rows), self.reader.ids(last))
        if not ends.meet:
            self._pieces = self._divide(ends)
            yield from self._steps()
        if rows := [row for row in last if self.reader.id_of(row) > start]:
            yield Page(rows)

    def _last(self, tail: Row) -> list[Any]:
        """The rows of the last page; none where it does not show that it is the last.

        One row alone does not: it is that of the first page as well where the method
        does not order.
        """
        rows = self.reader.rows(tail.result) if isinstance(tail, Done) else []
        rows = rows[::-1]
        rises = all(below < above for below, above in pairwise(self.reader.ids(rows)))
        return rows if rises and len(rows) > 1 else []

    def _behind(self, first: Page) -> int | None:
        """Where the second page begins; None where there is none."""
        if self.reader.ends(first.rows):
            return None
        return self.reader.id_of(first.rows[-1])

    def _steps(self) -> Walk:
        while self._pieces:
            while (ask := self._compose()) is not None:
                yield ask
            while (page := self._due()) is not None:
                yield page
                if self._full:
                    break  # it has made room
            if page is None and self._asked:
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

    def _room(self) -> Room:
        room = self.room()
        pages = max(1, min(self.most, room.pages)) if self.reader.chains else 1
        return room if pages == room.pages else evolve(room, pages=pages)

    def _compose(self) -> Ask | None:
        """The next request; None while there is nothing to ask, or reason to wait."""
        room = self._room()
        waiting = self._waiting(room)
        size = self.reader.size
        pages = sum(piece.expected(size) for piece in waiting)
        if not waiting or self._is_held(waiting[0], pages, room):
            return None
        lead = waiting[0]
        plenty = pages <= room.requests * room.pages
        rest = sum(piece.remain(size) for piece in self._pieces)
        splits = plenty or len(waiting) < _QUEUED or rest > self.ahead * room.pages
        most = self._most(lead, rest, room)
        calls: list[Call[Any]] = []
        parts: list[tuple[Piece, int]] = []
        for piece in waiting[:1] if lead.alone or lead.apart else waiting:
            left = most - len(calls)
            count = self._cut(piece, left, splits=splits, sure=plenty and room.cheap)
            calls += self._chain(piece, count)
            parts.append((piece, count))
            if count >= left:
                break
        ask = Ask(tuple(calls))
        self._asked[ask] = parts
        return ask

    def _most(self, lead: Piece, rest: int, room: Room) -> int:
        """How many pages a request may have, of which so many remain in all."""
        if lead.alone:
            return 1
        if lead.look:
            return room.share(0)
        # A single chain has nothing beside it; and a long list keeps all workers busy.
        return room.share(rest) if lead.upto is not None and self._small else room.pages

    def _waiting(self, room: Room) -> list[Piece]:
        """The pieces that may be asked for: those that are looked at before others.

        Where so much is read ahead that no more may be, what is due is asked for still.
        """
        held = sum(len(piece.pages) + piece.under_way for piece in self._pieces)
        most = self.ahead * room.pages
        self._full = held >= most
        if self._full:
            over = held >= _OVER * most and self._asked
            return [piece for piece in self._pieces[:1] if piece.waits and not over]
        waiting = [piece for piece in self._pieces if piece.waits]
        return [piece for piece in waiting if piece.look] or waiting

    def _is_held(self, lead: Piece, pages: int, room: Room) -> bool:
        """Whether so many pages are better asked for when more is known."""
        if not self._asked:
            return False
        if room.waiting >= _QUEUED:
            return True
        if lead.apart or lead.look:
            return False
        if any(piece.look for piece in self._pieces):
            return True
        # Too little for a request, while others may leave some more.
        return pages < (room.least if room.requests > 0 else room.pages)

    def _cut(self, piece: Piece, room: int, *, splits: bool, sure: bool) -> int:
        """How many pages of a piece are asked for; what is too much is split off.

        To be `sure` that nothing is left over, there may be some in vain.
        """
        if piece.alone:
            return 1
        size = self.reader.size
        expected = piece.expected(size)
        if splits and piece.upto is not None and expected > room:
            rest = piece.cut(room * size / (1 + piece.doubt if sure else 1))
            if rest is not None:
                self._pieces.insert(self._pieces.index(piece) + 1, rest)
        return min(expected + (piece.beyond(size) if sure else 0), room)

    def _chain(self, piece: Piece, count: int) -> list[Call[Any]]:
        """Calls for the next pages of a piece, each behind the one before."""
        keyset = self.reader.keyset
        calls = [keyset.page(piece.after, piece.upto)]
        for _ in range(count - 1):
            calls.append(keyset.page(self.reader.end_of(calls[-1]), piece.upto))
        piece.waits, piece.apart, piece.under_way = False, False, count
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
        looked, piece.look = piece.look, False
        rows = sum(len(page.rows) for page in got)
        if not rows or piece.upto is None:
            return
        piece.learn(before, rows)
        beside = self._pieces.index(piece) + (-1 if looked else 1)
        if 0 <= beside < len(self._pieces) and (other := self._pieces[beside]).waits:
            other.density = (other.density + piece.density) / 2

    def _divide(self, ends: Ends) -> list[Piece]:
        """What is between the ends as pieces that are asked for side by side.

        All of it at once where there are permits for that and what is in vain costs
        little; of more, a page is looked at here and there first.
        """
        room, size, rest = self._room(), self.reader.size, ends.between()
        requests = rest.rows / size / room.pages
        self._small = requests <= _SMALL
        free = room.requests - 1  # one is for what may be left over
        if requests <= 1:
            return [rest]
        if requests <= free and room.cheap and not ends.differ:
            return rest.split(min(math.ceil(requests * (1 + rest.doubt)), free))
        if free < requests <= _FEW:
            return [rest]
        return rest.looked_at(size, min(room.pages, max(free, _FEW)))


def _rows(*calls: Call[Any]) -> Generator[Step, Answered | None, Sequence[Row]]:
    """Ask for calls while nothing else is asked; their errors are rows as well."""
    yield Ask(calls)
    answered = yield WAIT
    assert answered is not None  # noqa: S101  # what WAIT is answered with
    return answered[1]

"""A list by numbers of rows: all that some methods can do.

By `start` and `next` (protocol.md 7): the first page tells how many rows there are, and
the others are then asked for side by side, in steps as large as the portal's own. By
`limit` and `offset`, which tell nothing of how many there are: one after the other.

Rows that are added or deleted during the walk move the others, so that some are lost
or doubled; nobody can mend that from outside. It is not hidden either, as far as the
portal shows it: where the total has changed, or a page in between was not full, the
walk ends with an error that says so, after all the rows that came. As many rows added
as deleted, and lists without a total, show nothing.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final

from attrs import define, evolve, field

from bitrix_async.errors import BadAnswer
from bitrix_async.sansio.listings import PAGE, Listing, replaced, rows_of, value_of
from bitrix_async.sansio.walks import WAIT, Ask, Page, done, one

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from bitrix_async._call import Call, Reply
    from bitrix_async.sansio.replies import Row
    from bitrix_async.sansio.walks import Answered, Room, Step, Walk

_START: Final = ("start",)
_CHANGED: Final = (
    " while the list was read by offsets: rows may be missing or doubled. Read it "
    "again, or name an id to walk it by: key=..."
)


@define(eq=False)
class Offsets:
    """Walks a list by `start`.

    Args:
        call: as its user made it; its own `start` is where the walk begins.
        room: what may be asked for now.
        ahead: how many requests may be under way, or read and not yet given.
    """

    call: Call[Any]
    room: Callable[[], Room]
    ahead: int
    _total: int | None = field(default=None, init=False)
    _change: str = field(default="", init=False)
    _last: list[Any] = field(factory=list, init=False)

    def walk(self) -> Walk:
        """The first page tells what remains; raises `BadAnswer` for a changed list."""
        begin = whole(value_of(self.call.params, _START))
        call = self._page(0) if begin < 0 else self.call
        begin = max(0, begin)
        reply = (yield from one(evolve(call, returns=Any))).reply()
        rows = self._read(reply)
        after, step = self._after(begin, reply, rows), 0
        yield Page(rows, reply.total)
        while after is not None:
            step = step or _step(begin, after, rows)
            if self._total is not None and self._total > after:
                after = yield from self._side_by_side(after, step)
            else:
                reply = (yield from one(self._page(after))).reply()
                rows = self._read(reply)
                after = self._after(after, reply, rows)
                yield Page(rows, reply.total)
        if self._change:
            raise BadAnswer(f"{self._change}{_CHANGED}", call=self.call)

    def _side_by_side(
        self, begin: int, step: int
    ) -> Generator[Step, Answered | None, int | None]:
        """All pages that the total promises, in order; where a further one begins."""
        starts = deque(range(begin, self._total or 0, step))
        asked: deque[tuple[int, Ask]] = deque()
        came: dict[Ask, Row] = {}
        after: int | None = None
        while starts or asked:
            while starts and len(asked) < self.ahead * max(1, self.room().pages):
                start = starts.popleft()
                asked.append((start, Ask((self._page(start),))))
                yield asked[-1][1]
            start, ask = asked.popleft()
            while ask not in came:
                answered = yield WAIT
                assert answered is not None  # noqa: S101  # what WAIT is answered with
                came[answered[0]] = answered[1][0]
            reply = done(came.pop(ask)).reply()
            rows = self._read(reply)
            if len(rows) < step and (starts or asked):
                self._changed(f"the page at {start} was not full")
            after = self._after(start, reply, rows)
            yield Page(rows, reply.total)
        return after

    def _page(self, start: int) -> Call[Any]:
        params = replaced(self.call.params, _START, start)
        return evolve(self.call, params=params, returns=Any)

    def _read(self, reply: Reply[Any]) -> list[Any]:
        rows, _ = rows_of(reply.result, self.call)
        _refuse_repeated(self._last, rows, self.call)
        self._last = rows
        if reply.total is not None:
            if self._total is None:
                self._total = reply.total
            elif reply.total != self._total:
                self._changed(f"the total was {self._total}, then {reply.total}")
        return rows

    def _after(self, start: int, reply: Reply[Any], rows: list[Any]) -> int | None:
        """Where the next page begins; None where this is the last one."""
        reached = start + len(rows)
        if not rows:
            return None
        if reply.next is None:
            return reached if (reply.total or 0) > reached else None
        if reply.next <= start:
            text = f"next is {reply.next} behind start={start}: the walk would loop"
            raise BadAnswer(text, call=self.call)
        return reply.next

    def _changed(self, what: str) -> None:
        self._change = self._change or what


def _step(begin: int, after: int, rows: list[Any]) -> int:
    """How far pages are apart; many portals begin the first at a whole page."""
    step = after - begin
    return step if step >= len(rows) else max(PAGE, len(rows))


def _refuse_repeated(before: list[Any], rows: list[Any], call: Call[Any]) -> None:
    if rows and rows == before:
        text = f"two pages have the same rows: {call.method} does not know offsets"
        raise BadAnswer(f"{text}, or the list has moved by a page", call=call)


def limited(call: Call[Any], listing: Listing) -> Walk:
    """Walks a list by its `limit` and `offset`, to an empty page or a short one."""
    offset = max(0, whole(value_of(call.params, listing.offset)))
    limit = listing.size
    before: list[Any] = []
    while True:
        params = replaced(call.params, listing.limit, limit)
        params = replaced(params, listing.offset, offset)
        row = yield from one(evolve(call, params=params, returns=Any))
        rows, _ = rows_of(row.result, call)
        _refuse_repeated(before, rows, call)
        if rows:
            yield Page(rows)
        if not rows or (listing.sure and len(rows) < limit):
            return
        offset, before = offset + len(rows), rows


def whole(value: Any) -> int:
    """A number of rows as PHP reads it; 0 for what is none (protocol.md 1.6)."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0

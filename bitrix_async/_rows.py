"""Who drives a walk over a list: runs what it asks for, and hands on its pages."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import (
    TYPE_CHECKING,
    Any,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

from bitrix_async._convert import decode
from bitrix_async._masks import without_links
from bitrix_async.errors import BitrixError, DecodeError
from bitrix_async.sansio.encoding import NO_NAMES
from bitrix_async.sansio.lines import Lane, Stage, names_for
from bitrix_async.sansio.rooms import room_for
from bitrix_async.sansio.walks import Ask, Page, Room

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from bitrix_async._call import Call
    from bitrix_async._dispatch import Dispatcher
    from bitrix_async.sansio.lines import Ticket
    from bitrix_async.sansio.paging import Plan
    from bitrix_async.sansio.replies import Row
    from bitrix_async.sansio.walks import Answered, Step, Walk

T = TypeVar("T")


class Walker:
    """One walk over a list; `ahead` is how many of its requests may be under way."""

    def __init__(self, dispatcher: Dispatcher, plan: Plan, ahead: int) -> None:
        self._dispatcher = dispatcher
        self._plan = plan
        self._ahead = ahead
        self._asked: dict[Ask, list[Ticket]] = {}
        self._open: dict[Ask, int] = {}  # how many of its tickets have not ended
        self._of: dict[Ticket, Ask] = {}
        self._came: dict[Ticket, Row] = {}
        self._answered: deque[Answered] = deque()
        self._changed = asyncio.Event()
        self._shares = True

    async def pages(self) -> AsyncGenerator[Page]:
        """The pages in order; raises what a call of the walk raises."""
        first = self._ticket(self._plan.call)
        self._shares = self._dispatcher.planner.may_share(first)
        walk = self._plan.walk(self._room, self._ahead)
        answered: Answered | None = None
        try:
            while (step := _stepped(walk, answered)) is not None:
                answered = None
                if isinstance(step, Ask):
                    self._start(step)
                    await asyncio.sleep(0)  # it leaves while the next is put together
                elif isinstance(step, Page):
                    yield step
                else:
                    answered = await self._next()
        finally:
            walk.close()
            self.cancel()

    def _room(self) -> Room:
        """What may be asked for now, by what a page is expected to take."""
        planner, method = self._dispatcher.planner, self._plan.method
        if not self._shares:
            return Room(1)
        unsent = [one for one in self._asked.values() if one[0].stage is Stage.WAITING]
        return room_for(planner, method, len(unsent), self._dispatcher.now())

    def _start(self, ask: Ask) -> list[Ticket]:
        names = names_for([*ask.calls]) if len(ask.calls) > 1 else NO_NAMES
        tickets = [self._ticket(call, names) for call in ask.calls]
        for ticket in tickets:
            ticket.halt = len(tickets) > 1
            self._of[ticket] = ask
        self._shares = self._dispatcher.planner.may_share(tickets[0])
        self._asked[ask], self._open[ask] = tickets, len(tickets)
        self._dispatcher.add_group(tickets)
        return tickets

    def _ticket(self, call: Call[Any], names: Mapping[int, str] = NO_NAMES) -> Ticket:
        """A ticket; an error without the frames that hold its parameters."""
        try:
            return self._dispatcher.ticket(call, self, Lane.BULK, names)
        except BitrixError as error:
            refusal = error.bare()
        raise refusal

    async def _next(self) -> Answered:
        while not self._answered:
            self._changed.clear()
            await self._changed.wait()
            await asyncio.sleep(0)  # what waited leaves before more is asked for
        return self._answered.popleft()

    def settle(self, ticket: Ticket, row: Row) -> None:
        """A call of the walk has ended."""
        ask = self._of.pop(ticket, None)
        if ask is None:
            return
        self._came[ticket] = row
        self._open[ask] -= 1
        if not self._open[ask]:
            del self._open[ask]
            tickets = self._asked.pop(ask)
            self._answered.append((ask, [self._came.pop(one) for one in tickets]))
            self._changed.set()

    def cancel(self) -> None:
        """Nobody reads the list any more: what is unsent does not leave."""
        for ticket in self._of:
            self._dispatcher.cancel(ticket)
        self._of.clear()


def _stepped(walk: Walk, answered: Answered | None) -> Step | None:
    """The next step, None at the end; an error without the walk's frames and rows."""
    try:
        return walk.send(answered)
    except StopIteration:
        return None
    except BitrixError as error:
        refusal = error.bare()
    raise refusal


def row_type(call: Call[Any]) -> Any:
    """The type of a row of the list that the call returns.

    That of `list[T]` is `T`; a model has one attribute that is a list of its rows.
    Raises `ValueError` where the call returns no list.
    """
    returns = call.returns
    if returns in (Any, object):
        return Any
    found = _rows_in(returns)
    if not found and isinstance(returns, type):
        hints = get_type_hints(returns)
        found = [row for hint in hints.values() for row in _rows_in(hint)]
    if len(found) == 1:
        return found[0]
    raise ValueError(
        f"{without_links(call.method)} is declared to return {returns}, which is no "
        "list of rows: give Call(..., list[...]), or no type"
    )


def _rows_in(hint: Any) -> list[Any]:
    """The types of rows of a list, or of the one list that is among others."""
    if hint is list or hint is dict:
        return [Any]
    origin, parts = get_origin(hint), get_args(hint)
    if origin is list or origin is dict:
        return [parts[-1]]
    return [
        row
        for part in parts
        if get_origin(part) in (list, dict)
        for row in _rows_in(part)
    ]


async def typed(walker: Walker, call: Call[Any], row: Any) -> AsyncGenerator[list[Any]]:
    """The rows of each page as the declared type; raises `DecodeError`."""
    pages = walker.pages()
    returns = Any if row is Any else list[row]
    try:
        async for page in pages:
            yield _read(page, returns, call)
    finally:
        await pages.aclose()


def _read(page: Page, returns: Any, call: Call[Any]) -> Any:
    try:
        return decode(page.rows, returns, call=call)
    except DecodeError as error:
        refusal = error.bare()
    raise refusal


async def flat(pages: AsyncGenerator[list[T]]) -> AsyncGenerator[T]:
    """The rows of pages, one by one."""
    page: list[T] | None
    row: T | None
    try:
        async for page in pages:
            for row in page:
                yield row
            # A traceback may be printed with what variables hold.
            page = row = None  # noqa: PLW2901
    finally:
        await pages.aclose()

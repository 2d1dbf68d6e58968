"""Who awaits calls: a future that takes its call out when it is cancelled, and jobs."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from bitrix_async.errors import BitrixError, SessionClosed
from bitrix_async.sansio.json import copied
from bitrix_async.sansio.replies import Done

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_async._call import Call
    from bitrix_async.sansio.lines import Ticket
    from bitrix_async.sansio.replies import Row
    from bitrix_async.sansio.settling import Settled

T = TypeVar("T")
Shape: TypeAlias = "Callable[[Call[Any], Row], T]"


class Cancels(Protocol):
    """Who takes a call out that nobody waits for any more."""

    def cancel(self, ticket: Ticket, waiter: object = None) -> None:
        """Nobody waits for the ticket any more, or only others than `waiter`."""
        ...


class Waiter(asyncio.Future[T]):
    """What a caller awaits; cancelling it takes its call out."""

    __slots__ = ("_dispatcher", "_shape", "_ticket")

    # A constructor of its own would be a third of the cost of making one.
    _dispatcher: Cancels
    _shape: Shape[T]
    _ticket: Ticket | None

    @property
    def ticket(self) -> Ticket | None:
        """What is waited for; None when it has ended."""
        return self._ticket

    @property
    def error(self) -> BaseException | None:
        """What it ended with; asking, unlike `exception`, is not hearing it."""
        return self._exception

    def settle(self, ticket: Ticket, row: Row) -> None:
        """Wake the caller with the result or the error."""
        self._ticket = None
        if self.done():
            return
        try:
            self.set_result(self._shape(ticket.call, row))
        except BitrixError as error:
            self.set_exception(error.bare())
            if isinstance(error, SessionClosed):
                self.exception()  # nobody need be there to hear it

    def cancel(self, msg: Any = None) -> bool:
        """Nobody waits any more."""
        cancelled = super().cancel(msg)
        if cancelled and self._ticket is not None:
            self._dispatcher.cancel(self._ticket, self)
        return cancelled


class Several:
    """Callers who wait for the same read; each gets a copy of its own."""

    def __init__(self, *waiters: Any) -> None:
        self.waiters = [*waiters]

    @classmethod
    def of(cls, before: Any, waiter: Waiter[Any]) -> Several:
        """Those before, and one more."""
        several = before if isinstance(before, Several) else cls(before)
        several.waiters.append(waiter)
        return several

    def settle(self, ticket: Ticket, row: Row) -> None:
        """Wake them all."""
        for number, waiter in enumerate(self.waiters):
            if number and isinstance(row, Done):
                row = row._replace(result=copied(row.result))
            waiter.settle(ticket, row)


class Collector(ABC):
    """Who waits for many calls, and takes those that end together as they are."""

    @abstractmethod
    def collect(self, settled: Settled) -> None:
        """These calls have ended: told once of each. Must not fail."""

    def settle(self, ticket: Ticket, row: Row) -> None:
        """A call has ended."""
        self.collect([(ticket, row)])

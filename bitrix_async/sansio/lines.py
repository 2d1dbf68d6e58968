"""Calls that wait, in their lines.

Calls of one method, one landing scope and one lane stand in one line, first come
first served. Whatever holds for a call holds for its whole line, so that a decision
looks at lines, of which there are few, and never at all the calls. Calls that must go
alone stand in lines of their own, and so does a group, the calls of one explicit
batch, which leaves whole.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from enum import Enum, IntEnum
from itertools import repeat, starmap
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from attrs import define, field, frozen

from bitrix_async.sansio.json import dumps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bitrix_async._call import Call
    from bitrix_async.errors import BitrixError


# The method that holds others, and that some portals charge for them: protocol.md 4.2.
BATCH: Final = "batch"


class Lane(IntEnum):
    """Who waits for a call: somebody, or a job."""

    INTERACTIVE = 0
    BULK = 1

    __hash__ = int.__hash__


class Stage(Enum):
    """Where a ticket is on its way; it ends once."""

    WAITING = "waiting"
    SENT = "sent"
    ENDED = "ended"


class Setback(NamedTuple):
    """Why a call that was sent waits again, and for how many seconds at least."""

    error: BitrixError
    wait: float


@frozen
class Past:
    """What a call's earlier sendings have left.

    `refusals` is how often a limit refused it, `denials` how often it was refused
    because its token had expired, and `setback` what its last sending met. It is
    `doubted` when one of them may have run, and `most` is how many may share its next
    request then, 0 for as many as fit.
    """

    refusals: int = 0
    denials: int = 0
    doubted: bool = False
    most: int = 0
    setback: Setback | None = None


# Of nearly all calls: one value for all of them, as each field of each ticket costs.
NO_PAST: Final = Past()
# Of a call that an earlier run may have sent.
DOUBTED: Final = Past(doubted=True)


@define(eq=False)
class Ticket:
    """A call on its way through the planner.

    It begins with what `encoding.parts_of` gives, but why it goes alone. `waiter` is
    the shell's own: whom to wake. `halt` says whether a failure ends its group, and
    `attempts` how often it was sent. `tag` and `place` are what a job with a journal
    knows it by.
    """

    call: Call[Any]
    method: str
    # Not printed: `call` prints itself without what nobody is to see.
    command: str | None = field(repr=False)
    params: Mapping[str, Any] = field(repr=False)
    scope: str | None
    lane: Lane = Lane.INTERACTIVE
    waiter: Any = None
    halt: bool = False
    past: Past = NO_PAST
    seq: int = 0
    attempts: int = 0
    missed: int = 0
    stage: Stage = Stage.WAITING
    line: Line | None = None
    tag: Any = None
    place: int = 0


class Kind(Enum):
    """How the calls of a line leave."""

    TOGETHER = "together"
    ALONE = "alone"
    GROUP = "group"

    # The enumeration's own is ten times as slow, and every call asks for it.
    __hash__ = object.__hash__


LineKey: TypeAlias = tuple[Kind, Lane, str, str | None, int]


@define(eq=False)
class Line:
    """Calls that wait for the same things, in order.

    `turn` is when it last led a request because others had passed it (`turns`).
    """

    key: LineKey
    held_until: float = -math.inf
    turn: int = 0
    tickets: deque[Ticket] = field(factory=deque, init=False)
    # Those that have ended where they stand.
    _ended: int = field(default=0, init=False)

    @property
    def live(self) -> int:
        """How many wait in it."""
        return len(self.tickets) - self._ended

    @property
    def kind(self) -> Kind:
        return self.key[0]

    @property
    def lane(self) -> Lane:
        return self.key[1]

    @property
    def method(self) -> str:
        return self.key[2]

    @property
    def scope(self) -> str | None:
        return self.key[3]

    @property
    def most(self) -> int:
        """How many may share a request with its calls, 0 for as many as fit."""
        return self.key[4] if self.kind is Kind.TOGETHER else 0

    def head(self) -> Ticket:
        """The first that waits; there is one while the line is kept."""
        while self.tickets[0].stage is not Stage.WAITING:
            self.tickets.popleft()
            self._ended -= 1
        return self.tickets[0]

    def put_back(self, ticket: Ticket) -> None:
        """One that was taken comes back to where it stood."""
        ticket.line = self
        older = (i for i, other in enumerate(self.tickets) if other.seq > ticket.seq)
        self.tickets.insert(next(older, len(self.tickets)), ticket)

    def take(self, count: int) -> list[Ticket]:
        """The first so many that wait leave the line; there are as many."""
        if not self._ended:  # nearly always: a hot path
            return [*starmap(self.tickets.popleft, repeat((), count))]
        return [self._pop() for _ in range(count)]

    def _pop(self) -> Ticket:
        self.head()
        return self.tickets.popleft()

    def drop(self) -> None:
        """One of its tickets has ended where it stands."""
        self._ended += 1
        if self._ended > self.live + 16:
            self.tickets = deque(self)
            self._ended = 0

    def __iter__(self) -> Iterator[Ticket]:
        if not self._ended:  # nearly always
            return iter(self.tickets)
        return (t for t in self.tickets if t.stage is Stage.WAITING)


@frozen(eq=False)
class Request:
    """What is to be sent: one call by itself, or a batch of some.

    `counts` tells how many calls of each method it has, `shares` the work that the
    portal is expected to have with them, in seconds, and `expected` all of it; `beside`
    is how many others with work were under way when it left.
    """

    id: int
    tickets: tuple[Ticket, ...]
    is_batch: bool
    is_group: bool
    counts: Mapping[str, int]
    shares: tuple[tuple[str, float], ...]
    sent_at: float
    beside: int = 0
    expected: float = field(init=False)

    @expected.default
    def _expected(self) -> float:
        return sum(seconds for method, seconds in self.shares if method != BATCH)

    @property
    def halt(self) -> bool:
        return self.tickets[0].halt

    @property
    def methods(self) -> list[str]:
        """The method of each of its calls."""
        return [one.method for one in self.tickets]

    @property
    def only(self) -> str | None:
        """The method of all its calls; None where they are of several."""
        return next(iter(self.counts)) if len(self.counts) == 1 else None

    @property
    def method(self) -> str:
        return BATCH if self.is_batch else self.tickets[0].call.method

    @property
    def keys(self) -> tuple[str, ...]:
        return _KEYS[: len(self.tickets)]

    def body(self) -> bytes:
        """The JSON to post."""
        if not self.is_batch:
            return dumps(self.tickets[0].params)
        commands = zip(_KEYS, [one.command for one in self.tickets], strict=False)
        return dumps({"cmd": dict(commands), "halt": self.halt})


_KEYS = tuple(f"c{index}" for index in range(50))


def counted(tickets: Iterable[Ticket]) -> Counter[str]:
    """How many of the tickets each method has."""
    return Counter([one.method for one in tickets])


def names_for(calls: list[Call[Any]]) -> dict[int, str]:
    """The keys of calls in one batch, by identity: what a `Ref` is written with."""
    names: dict[int, str] = {}
    for call, key in zip(calls, _KEYS, strict=False):
        names.setdefault(id(call), key)
    return names


# An enumeration is slow to ask, and every call asks for these.
_TOGETHER: Final = Kind.TOGETHER
_ALONE: Final = Kind.ALONE


@define(eq=False)
class Queue:
    """All lines in which somebody waits.

    `missed` is how often the portal could not be reached, each time for all of them.
    """

    lines: dict[LineKey, Line] = field(factory=dict)
    missed: int = 0
    _seq: int = 0
    _alone: set[str] = field(factory=set, init=False)

    @property
    def waiting(self) -> int:
        """How many calls wait."""
        return sum(line.live for line in self.lines.values())

    def add(self, ticket: Ticket) -> None:
        """A new ticket, at the end of its line."""
        self._seq = ticket.seq = self._seq + 1
        ticket.missed = self.missed
        key = self._key(ticket)
        line = ticket.line = self.lines.get(key) or self._line(key)
        line.tickets.append(ticket)

    def add_group(self, tickets: Sequence[Ticket]) -> None:
        """Tickets that leave together or not at all."""
        self._seq = tickets[0].seq = self._seq + 1
        key = _group(tickets[0])
        for ticket in tickets:
            ticket.seq = tickets[0].seq
            ticket.missed = self.missed
            line = ticket.line = self._line(key)
            line.tickets.append(ticket)

    def put_back(self, ticket: Ticket, lead: Ticket | None) -> Line:
        """A ticket that was sent waits again, where it stood; a group with its lead."""
        ticket.stage = Stage.WAITING
        line = self._line(_group(lead) if lead else self._key(ticket))
        line.put_back(ticket)
        return line

    def take(self, line: Line, count: int) -> list[Ticket]:
        """The first so many of a line leave."""
        taken = line.take(count)
        self._tidy(line)
        return taken

    def end(self, ticket: Ticket) -> None:
        """A ticket is given up; it leaves its line where it waits in one."""
        waits = ticket.stage is Stage.WAITING
        ticket.stage = Stage.ENDED
        if waits and ticket.line is not None:
            ticket.line.drop()
            self._tidy(ticket.line)

    def part(self, method: str) -> None:
        """The calls of a method may not travel together any more."""
        self._alone.add(method)
        for line in [*self.lines.values()]:
            if line.kind is Kind.TOGETHER and line.method == method:
                del self.lines[line.key]
                for ticket in line:
                    self._line(self._key(ticket)).put_back(ticket)

    def may_share(self, ticket: Ticket) -> bool:
        """Whether a call may leave with others, as far as is known."""
        return self._key(ticket)[0] is _TOGETHER

    def _tidy(self, line: Line) -> None:
        if not line.live:
            del self.lines[line.key]

    def _line(self, key: LineKey) -> Line:
        line = self.lines.get(key)
        if line is None:
            line = self.lines[key] = Line(key)
        return line

    def _key(self, ticket: Ticket) -> LineKey:
        """The line of a ticket that is of no group."""
        method = ticket.method
        if ticket.command is None or method in self._alone:
            return (_ALONE, ticket.lane, method, None, 0)
        return (_TOGETHER, ticket.lane, method, ticket.scope, ticket.past.most)


def _group(lead: Ticket) -> LineKey:
    return (Kind.GROUP, lead.lane, lead.method, None, lead.seq)

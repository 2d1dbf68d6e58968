"""One explicit batch: calls in order, of which a later one may use an earlier result.

`Session.batch` promises the order and the references, and as few requests as can be.
One request is enough where all calls fit into a batch; it is cut into segments where
a call must go alone, where the landing scope changes, or where the work or the number
of the commands would be too much. Within a segment a reference is a placeholder that
the portal fills in; across segments the value itself is put in its place.

Placeholders have a trap (protocol.md 2.5): where a step is missing or null the portal
uses what it reached so far, and a command that should have got an id gets a whole map.
So a placeholder is used only where a failed command stops the rest (`halt`), and when
the answer is there it is checked that each one really led to a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import define, evolve, field, frozen

from bitrix_async._call import Call, Ref
from bitrix_async.errors import BadAnswer, BitrixError, EncodeError, Fault, NotSent
from bitrix_async.sansio.encoding import Encoded, encode, scope_of
from bitrix_async.sansio.json import MAX_DEPTH
from bitrix_async.sansio.lines import Past, Ticket, names_for
from bitrix_async.sansio.replies import NOT_IN_BATCH, OPERATING_LIMIT, Done
from bitrix_async.sansio.retries import conclude

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bitrix_async.sansio.planning import Planner
    from bitrix_async.sansio.replies import Row

_MISSING: Final = object()


@frozen
class Segment:
    """Calls of a chain that leave together; `places` are theirs in the chain."""

    places: tuple[int, ...]
    tickets: tuple[Ticket, ...]


@define(eq=False)
class Chain:
    """Decides which calls of an explicit batch leave next, and keeps what came.

    Raises `EncodeError` at once, before anything is sent, for a call that cannot be
    sent or a reference to a call that is not before it.
    """

    calls: Sequence[Call[Any]]
    halt: bool
    planner: Planner
    rows: list[Row | None] = field(init=False)
    _doubted: set[int] = field(factory=set, init=False)

    def __attrs_post_init__(self) -> None:
        self.rows = [None] * len(self.calls)
        for place, call in enumerate(self.calls):
            _check(call, self.calls[:place])

    def next(self) -> Segment | None:
        """What leaves next; None when every call has ended."""
        while (place := self._first_open()) is not None:
            error = self._obstacle(place)
            if error is None:
                return self._segment(place)
            doubted = place in self._doubted
            self.rows[place] = conclude(error, self.calls[place], doubted=doubted)
        return None

    def settle(self, segment: Segment, rows: Sequence[Row]) -> None:
        """What the calls of a segment came to; what was put off stays open."""
        put_off = False
        grouped = len(segment.places) > 1
        self._doubted.update(
            place
            for place, ticket in zip(segment.places, segment.tickets, strict=True)
            if ticket.past.doubted
        )
        for place, row in zip(segment.places, rows, strict=True):
            if grouped and isinstance(row, Fault) and row.code in _PUT_OFF:
                put_off = True
            elif not (put_off and isinstance(row, NotSent)):
                self.rows[place] = row
        came = dict(zip(segment.places, rows, strict=True))
        for place in segment.places:
            self._check_refs(place, came)

    # --- cutting ----------------------------------------------------------------------

    def _first_open(self) -> int | None:
        return next((i for i, row in enumerate(self.rows) if row is None), None)

    def _segment(self, first: int) -> Segment:
        planner, limits = self.planner, self.planner.limits
        tickets: list[Ticket] = []
        places: list[int] = []
        work = 0.0
        for place in range(first, len(self.calls)):
            ticket = self._ticket(place, places)
            work += planner.accounts.estimate(ticket.method).mean if ticket else 0.0
            if ticket is None or (places and work > limits.batch_seconds):
                break
            tickets.append(ticket)
            places.append(place)
            if not planner.may_share(ticket) or len(places) == limits.batch_size:
                break
        return Segment(tuple(places), tuple(tickets))

    def _ticket(self, place: int, places: Sequence[int]) -> Ticket | None:
        """The ticket of a call, None where it cannot join those before it."""
        if places and (self.rows[place] is not None or self._obstacle(place)):
            return None
        before = [self.calls[i] for i in places]
        call = self._filled(self.calls[place])
        waits = any(_stands_in(ref.source, before) for ref in refs_in(call))
        if waits and not self.halt:
            return None
        encoded = _encoded(call, before)
        if encoded is None:
            return None
        past = Past(doubted=place in self._doubted)
        ticket = Ticket(call, *encoded[:4], halt=self.halt, past=past)
        alone = not self.planner.may_share(ticket)
        if places and (alone or _other_scope(call, before)):
            return None
        return ticket

    def _obstacle(self, place: int) -> BitrixError | None:
        """Why a call cannot be sent any more."""
        call = self.calls[place]
        if self.halt:
            for row in self.rows[:place]:
                if isinstance(row, BitrixError):
                    return _not_run(call, row)
        for ref in refs_in(call):
            source = self.rows[self._place_of(ref.source)]
            if isinstance(source, BitrixError):
                return _not_run(call, source)
            if source is not None and value_at(source.result, ref.path) is _MISSING:
                return NotSent(f"{ref!r} is missing or null", call=call)
        return None

    # --- references -------------------------------------------------------------------

    def _place_of(self, call: Call[Any]) -> int:
        return next(i for i, other in enumerate(self.calls) if other is call)

    def _filled(self, call: Call[Any]) -> Call[Any]:
        """The call with what is known in the place of its references."""
        known: dict[int, Any] = {}
        for ref in refs_in(call):
            row = self.rows[self._place_of(ref.source)]
            if isinstance(row, Done):
                known[id(ref)] = value_at(row.result, ref.path)
        return evolve(call, params=_replaced(call.params, known)) if known else call

    def _check_refs(self, place: int, came: Mapping[int, Row]) -> None:
        """A placeholder led to a value only where the source's row shows it."""
        if not isinstance(self.rows[place], Done):
            return
        for ref in refs_in(self.calls[place]):
            source = self._place_of(ref.source)
            if source not in came:
                continue
            row = came[source]
            if not isinstance(row, Done):
                text = "has no result to see that the portal ran the call with it"
            elif value_at(row.result, ref.path) is _MISSING:
                text = "is missing or null: the portal ran the call with something else"
            else:
                continue
            self.rows[place] = BadAnswer(f"{ref!r} {text}", call=self.calls[place])


# Refusals after which a call of a group is sent again by itself, or later.
_PUT_OFF: Final = frozenset({NOT_IN_BATCH, OPERATING_LIMIT})


def value_at(value: Any, path: Sequence[str | int]) -> Any:
    """What a path leads to in a result, as the portal looks it up."""
    for step in path:
        if isinstance(value, list) and str(step).isdecimal():
            value = value[int(step)] if int(step) < len(value) else _MISSING
        elif isinstance(value, dict):
            value = value.get(str(step), _MISSING)
        else:
            return _MISSING
        if value is None or value is _MISSING:
            return _MISSING
    return value


def refs_in(call: Call[Any]) -> Iterator[Ref[Any]]:
    """All references in parameters; `EncodeError` for parameters without an end."""
    try:
        yield from _refs_in(call.params, 0)
    except EncodeError as error:
        raise error.of(call) from None


def _refs_in(value: Any, depth: int) -> Iterator[Ref[Any]]:
    if depth > MAX_DEPTH:
        raise EncodeError(f"params: nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _refs_in(part, depth + 1)


def _replaced(value: Any, known: Mapping[int, Any]) -> Any:
    if isinstance(value, Ref):
        return known.get(id(value), value)
    if isinstance(value, dict):
        return {name: _replaced(part, known) for name, part in value.items()}
    if isinstance(value, list):
        return [_replaced(part, known) for part in value]
    return value


def _check(call: Call[Any], before: Sequence[Call[Any]]) -> None:
    known: dict[int, Any] = {}
    for ref in refs_in(call):
        if not _stands_in(ref.source, before):
            raise EncodeError(
                f"{ref!r} is the result of a call that is not before it in the batch",
                call=call,
            )
        known[id(ref)] = 0
    encode(evolve(call, params=_replaced(call.params, known)) if known else call)


def _encoded(call: Call[Any], before: list[Call[Any]]) -> Encoded | None:
    try:
        return encode(call, names_for(before))
    except EncodeError:  # it must go alone, and its references are not known yet
        return None


def _stands_in(call: Call[Any], calls: Sequence[Call[Any]]) -> bool:
    return any(other is call for other in calls)


def _other_scope(call: Call[Any], before: Sequence[Call[Any]]) -> bool:
    scopes = {scope_of(other) for other in (*before, call)} - {None}
    return len(scopes) > 1


def _not_run(call: Call[Any], cause: BitrixError) -> NotSent:
    error = NotSent(f"not run, because a call before it failed: {cause}", call=call)
    error.__cause__ = cause
    return error

"""A hook that remembers what it is told, and whether that is what happened."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from bitrix_async import BitrixError
from bitrix_async.hooks import (
    CallFinished,
    CallRetried,
    CallStarted,
    RequestAnswered,
    RequestSent,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bitrix_async.hooks import Event

    from .world import Case


# How a call ends that a closed session has not taken: of a job's last, hooks are told
# nothing.
NOT_TAKEN: Final = "SessionClosed"


@define
class Ear:
    """What one session has told; calls are known by their parameter `id`."""

    open: dict[int, Any] = field(factory=dict)
    under_way: set[int] = field(factory=set)
    requests: int = 0
    ends: defaultdict[Any, list[str]] = field(factory=lambda: defaultdict(list))
    faults: list[str] = field(factory=list)

    def __call__(self, event: Event) -> None:
        match event:
            case CallStarted(number, call):
                self.open[number] = call.params.get("id")
            case CallFinished(number):
                self._finish(number, event)
            case RequestSent(number):
                self.requests += 1
                self.under_way.add(number)
                self._know("sent", event.calls)
            case RequestAnswered(number):
                if number not in self.under_way:
                    self.faults.append(f"request {number} was not told of")
                self.under_way.discard(number)
            case CallRetried(number):
                self._know("retried", [number])

    def _finish(self, number: int, event: CallFinished) -> None:
        if number not in self.open:
            self.faults.append(f"call {number} ended twice, or never began")
            return
        told = "cancelled" if event.cancelled else told_of(event.error)
        self.ends[self.open.pop(number)].append(told)

    def _know(self, what: str, numbers: Iterable[int]) -> None:
        for number in numbers:
            if number not in self.open:
                self.faults.append(f"a call was {what} when it was over: {number}")


def told_of(error: object) -> str:
    """How an end is told, in a word."""
    return type(error).__name__ if isinstance(error, BitrixError) else "done"


def misheard(ear: Ear, ends: Iterable[tuple[Case, str]]) -> Iterator[str]:
    """Where what was told of calls is not how they ended; or is not over."""
    yield from ear.faults
    if ear.open or ear.under_way:
        yield f"hooks wait for {len(ear.open)} calls, {len(ear.under_way)} requests"
    told: defaultdict[int, Counter[str]] = defaultdict(Counter)
    calls: dict[int, Case] = {}
    for case, end in ends:
        told[case.id][end] += 1
        calls[case.id] = case
    for number, counts in told.items():
        heard = Counter(filter(NOT_TAKEN.__ne__, ear.ends[number]))
        # Who leaves at the moment of its end has left, and its call has ended.
        left = counts.pop("cancelled", 0)
        if counts - heard or heard.total() != counts.total() + left:
            yield f"of {calls[number].call!r} hooks were told {ear.ends[number]}"

"""Calls of a job that have not ended, as a run of it knows them.

There are as many as a session has under way, and each of them is a step of Python and
an object for the garbage collector in whatever is done for it alone. So what is known
of calls is kept for those together of which it is the same: of a group when they are
handed in, of a request when they have left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from attrs import define

from bitrix_async.sansio.jobs import leave_marks, leaves_a_mark
from bitrix_async.sansio.packs import together

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bitrix_async._call import Call
    from bitrix_async.sansio.jobs import State
    from bitrix_async.sansio.lines import Ticket


class Open(NamedTuple):
    """What is known of calls of one group that have not ended, where it is the same.

    Of those of a request it is, most often: what they have in common is kept, and
    changed, for all of them together. `method` is known once they have left. They are
    `doubted` where an earlier run may have sent them, go unanswered since `missed_at`,
    and did so `rounds` times while others did not.
    """

    first: int
    state: State = "waiting"
    sent_at: float | None = None
    method: str = ""
    doubted: bool = False
    missed_at: float | None = None
    rounds: int = 0


# Of a call: what is known of it, and its place in its group.
Opened: TypeAlias = "tuple[Open, int, Call[Any]]"


@define(eq=False)
class Unsent:
    """A call that cannot be sent at all, in the place of its ticket."""

    call: Call[Any]
    tag: Any = None
    place: int = 0


def alike(
    leaving: Sequence[Ticket],
) -> Iterator[tuple[Open, str, bool, Sequence[Ticket]]]:
    """Calls of which the same is known, their method, and whether they are marked.

    Most often that is the same of all calls of a request, and is found out once.
    """
    # The method as it was given: a ticket has it in lower case.
    kinds = [(one.tag, one.call.method, one.call.repeat_safe) for one in leaving]
    for (known, method, told), (some,) in together(kinds, leaving):
        marks = leave_marks(method, told)
        if marks is not None:
            yield known, method, marks, some
            continue
        each = [leaves_a_mark(one.call) for one in some]
        for leaves, (few,) in together(each, some):
            yield known, method, leaves, few

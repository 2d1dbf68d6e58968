"""What a walk over a list says to who drives it.

A walk is a generator. It yields what is to be asked, pages for whoever reads the list,
and `WAIT` where it needs an answer; only then something is sent to it, the `Ask` that
has ended first and what its calls came to. It knows no clock and no session, and ends
by returning, or by raising what went wrong.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import field, frozen

from bitrix_async.sansio.replies import Done

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from bitrix_async._call import Call
    from bitrix_async.sansio.replies import Row


@frozen(eq=False)
class Ask:
    """Run these calls; a later one of several may use an earlier one's result.

    Several leave as one batch, in order, and a failure ends it. One call by itself
    travels as any other does.
    """

    calls: tuple[Call[Any], ...]


@frozen
class Page:
    """Rows for whoever reads the list, and the `total` that came with them."""

    rows: list[Any] = field(
        repr=lambda rows: f"<{len(rows)}>"
    )  # they may hold signed links
    total: int | None = None


@frozen
class Room:
    """What a walk may ask for now.

    Args:
        pages: how many of them may share a request.
        requests: how many could leave at once.
        waiting: how many that the walk has asked for have not left.
        cheap: whether pages that are asked for in vain take less time than asking
            again for those that were not.
        least: how many pages are worth a request of their own.
        spread: over how many requests pages may be spread, to come early.
    """

    pages: int
    requests: int = 1
    waiting: int = 0
    cheap: bool = False
    least: int = 50
    spread: int = 1

    def share(self, pages: int) -> int:
        """How many go into a request of so many that wait."""
        share = math.ceil(pages / max(1, self.spread))
        return min(self.pages, max(self.least, share))


class Wait:
    """Nothing to do before an answer."""


WAIT: Final = Wait()

Answered: TypeAlias = "tuple[Ask, Sequence[Row]]"
Step: TypeAlias = Ask | Page | Wait
Walk: TypeAlias = "Generator[Step, Answered | None, None]"


def one(call: Call[Any]) -> Generator[Step, Answered | None, Done]:
    """Ask for one call while nothing else is asked; raises its error."""
    yield Ask((call,))
    answered = yield WAIT
    assert answered is not None  # noqa: S101  # what WAIT is answered with
    return done(answered[1][0])


def done(row: Row) -> Done:
    """The result of a call; raises its error."""
    if isinstance(row, Done):
        return row
    raise row

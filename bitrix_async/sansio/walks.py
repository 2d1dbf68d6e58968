"""What a walk over a list says to who drives it.

A walk is a generator. It yields what is to be asked, pages for whoever reads the list,
and `WAIT` where it needs an answer; only then something is sent to it, the `Ask` that
has ended first and what its calls came to. It knows no clock and no session, and ends
by returning, or by raising what went wrong.
"""

from __future__ import annotations

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

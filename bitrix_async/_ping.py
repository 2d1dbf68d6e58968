"""Whether a portal is there, found out without risk to any call of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitrix_async._call import Call
from bitrix_async.errors import BitrixError
from bitrix_async.sansio.jobs import Then, verdict

if TYPE_CHECKING:
    from bitrix_async._dispatch import Dispatcher
    from bitrix_async.sansio.replies import Row

# Any webhook and application may ask (api-reference/common/system/server-time.md), and
# any answer tells, also that it may not.
_PING: Final = Call[Any]("server.time")


async def silence(dispatcher: Dispatcher) -> BitrixError | None:
    """What a portal met us with that does not answer; None where it does.

    Raises `SessionClosed`.
    """
    row = await dispatcher.submit(_PING, _as_it_came)
    if not isinstance(row, BitrixError):
        return None
    is_missed = verdict(row, safe=True).then in {Then.AWAY, Then.DOUBTED}
    return row if is_missed else None


def _as_it_came(_: Call[Any], row: Row) -> Row:
    return row

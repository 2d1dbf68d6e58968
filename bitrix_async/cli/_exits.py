"""What the process returns: one table for all commands."""

from __future__ import annotations

from typing import Final

from bitrix_async import (
    AuthFault,
    BitrixError,
    EncodeError,
    JournalError,
    JournalFull,
    NotSent,
)

DONE: Final = 0
FAILED: Final = 1
USAGE: Final = 2
NO_PORTAL: Final = 3
# As shells have it: 128 and the number of the signal, SIGINT or SIGTERM.
INTERRUPTED: Final = 130
TERMINATED: Final = 143

# Any other error is a call that failed.
_MEANINGS: Final[tuple[tuple[type[BitrixError], int], ...]] = (
    (EncodeError, USAGE),
    (JournalFull, FAILED),
    (JournalError, USAGE),
    (NotSent, NO_PORTAL),
    (AuthFault, NO_PORTAL),
)


def of(error: BitrixError) -> int:
    """What the process returns when a call ends so."""
    for kind, code in _MEANINGS:
        if isinstance(error, kind):
            return code
    return FAILED

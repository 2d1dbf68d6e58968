"""The command line, `bitrix-async`: it needs the extra `cli` (click and rich).

It is a user of the package like any other: it imports public names only. One module
is one command; what several commands need stands beside them.
"""

from __future__ import annotations

import sys
from typing import Final

__all__ = ["main"]

_EXTRA: Final = frozenset({"click", "rich"})
_NO_EXTRA: Final = (
    "bitrix-async: the command line needs its extra: pip install 'bitrix-async[cli]'"
)


def main() -> None:
    """Run the command that the arguments name, and exit."""
    try:
        from bitrix_async.cli._program import program  # noqa: PLC0415  # the extra

        program(prog_name="bitrix-async")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        print(_NO_EXTRA, file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:  # before any command has begun
        sys.exit(130)

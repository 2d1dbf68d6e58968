"""Where the script `bitrix-async` begins: Ctrl-C is no crash while it is loaded.

It stands beside the package, for whatever is in that begins by importing all of it.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Load the command line, and run it."""
    try:
        from bitrix_async.cli import main as run  # noqa: PLC0415  # what takes long
    except KeyboardInterrupt:
        sys.exit(130)
    run()

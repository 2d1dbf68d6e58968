"""No text of a portal's moves the cursor, or gives the terminal another order."""

from __future__ import annotations

import re
from typing import Final

# All but the tab and the end of a line; those above 126 are orders too.
_ORDERS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def shown(text: str) -> str:
    r"""The text with its control characters as Python writes them: `\x1b`."""
    return _ORDERS.sub(lambda one: f"\\x{ord(one[0]):02x}", text)

"""What no text of this package shows, wherever it comes from.

Secrets of a session are taken out by who holds them (`Secret.hide`). This is for the
others: what callers send and portals answer, which is secret by its name or its form.
"""

from __future__ import annotations

import re
from itertools import islice
from reprlib import Repr
from typing import Any, Final

# A name that says this is of a secret: protocol.md 1.5, 6.1, 6.3 and 8.
_NAMES: Final = re.compile(
    r"(?i)secret|token|password|passwd|^auth$|^(auth|refresh)_id$|(up|down)load_?url"
)

# The code in a webhook's path, and what signs a link: protocol.md 1.1 and 8.
_LINK: Final = re.compile(
    r"(?i)(/rest(?:/api)?/\d+/|[?&](?:auth|sessid|(?:auth|refresh)_id|[a-z_]*token)=)"
    r"[^\s/?&#\"'<>]+"
)

_HIDDEN: Final = "***"


def without_links(text: str) -> str:
    """The text, less what makes a signed link or a webhook's address work."""
    return _LINK.sub(rf"\1{_HIDDEN}", text)


class Masking(Repr):
    """Short texts of values, without what is secret by its name or its form."""

    def __init__(self, *, longest: int, most: int) -> None:
        super().__init__()
        self.maxstring = self.maxother = longest
        self.maxdict = self.maxlist = most

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        # One more than is shown, to be told by dots.
        shown = islice(x.items(), self.maxdict + 1)
        masked = {k: _HIDDEN if _NAMES.search(str(k)) else v for k, v in shown}
        return super().repr_dict(masked, level)

    def repr_str(self, x: str, level: int) -> str:
        return super().repr_str(without_links(x), level)

    def repr_instance(self, x: object, level: int) -> str:  # noqa: ARG002  # reprlib's
        text = without_links(repr(x))
        return text if len(text) <= self.maxother else f"{text[: self.maxother - 3]}..."


_short: Final = Masking(longest=60, most=6)


def shown(value: object) -> str:
    """A short text of a value that was sent or that came."""
    return _short.repr(value)

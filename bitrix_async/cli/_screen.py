"""Where work in progress is shown: a terminal that is drawn over, or plain lines.

Everything here goes to stderr: stdout is for what a program may read.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Protocol

from attrs import define
from rich.console import Console
from rich.live import Live

from bitrix_async.cli._escapes import shown
from bitrix_async.cli._progress import Moment, dashboard, line, since

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from bitrix_async import Session
    from bitrix_async.cli._progress import Counts

# How often a terminal is drawn; seconds.
_FRAME: Final = 0.1
# When the first line is written elsewhere, and how far they come to be apart: a job of
# a night should not fill a log.
_LINE: Final = 5.0
_LONGEST: Final = 60.0


# Orders to a terminal, such as one that ESC [ stands for elsewhere.
_UNESCAPED: Final = re.compile(r"[\x7f-\x9f]")


class Screen(Protocol):
    """Shows moments."""

    def show(self, moment: Moment) -> None:
        """Show this moment, in place of the last one."""
        ...


@define
class _Drawn:
    live: Live

    def show(self, moment: Moment) -> None:
        self.live.update(dashboard(moment), refresh=True)


@define
class Lines:
    """A line now and then, for who reads a log."""

    _next: float = _LINE
    _apart: float = _LINE

    def show(self, moment: Moment) -> None:
        if moment.seconds >= self._next:
            self._apart = min(2 * self._apart, _LONGEST)
            self._next = moment.seconds + self._apart
            say(line(moment))


def say(text: str) -> None:
    """One line for the reader, beside the output."""
    # Not click's echo, which goes past what a drawing puts in the place of stderr, and
    # would be drawn over. `print` writes to stdout where there is no stderr.
    if sys.stderr is not None:
        print(shown(text), file=sys.stderr)


def as_json(value: Any, indent: int | None = None) -> str:
    """As JSON that the terminal, or the file behind it, can hold."""
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    # JSON may hold these as they are, and Python leaves them so.
    text = _UNESCAPED.sub(lambda one: f"\\u{ord(one[0]):04x}", text)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent)
    return text


def stdout() -> Console:
    """Where results are printed: in colours on a terminal, and only there."""
    # FORCE_COLOR would have them in a file too.
    on_terminal = None if sys.stdout.isatty() else False
    return Console(force_terminal=on_terminal, highlight=False)


@contextmanager
def opened() -> Iterator[Screen]:
    """The screen of this process; a terminal is left as it was found."""
    console = Console(stderr=True)
    # Not `is_terminal`, which FORCE_COLOR makes true for a file.
    if not sys.stderr.isatty() or console.is_dumb_terminal:
        yield Lines()
        return
    live = Live(
        console=console,
        auto_refresh=False,
        transient=True,
        # What others write there goes above the drawing; stdout may be a file.
        redirect_stderr=True,
        redirect_stdout=False,
    )
    with live:
        yield _Drawn(live)


@asynccontextmanager
async def working(
    title: str, bx: Session, scale: float, counted: Callable[[], Counts]
) -> AsyncIterator[Callable[[], Moment]]:
    """Shows work of the session as long as the block runs; tells it any moment."""
    before, began = bx.stats(), time.monotonic()

    def moment() -> Moment:
        seconds, stats = time.monotonic() - began, since(before, bx.stats())
        return Moment(title, counted(), seconds, stats, scale, time.time())

    with opened() as screen:
        drawing = asyncio.ensure_future(_draw(screen, moment))
        try:
            yield moment
        finally:
            drawing.cancel()
            with suppress(asyncio.CancelledError):
                await drawing


async def _draw(screen: Screen, moment: Callable[[], Moment]) -> None:
    while True:
        screen.show(moment())
        await asyncio.sleep(_FRAME)

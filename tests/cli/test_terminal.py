"""What a terminal is sent, as a process sends it."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

from running import SCALE, STRICT, portal

if TYPE_CHECKING:
    from collections.abc import Iterator


def on_terminal(
    *args: str, webhook: str, **environment: str
) -> tuple[subprocess.Popen[bytes], int]:
    """Starts it on a terminal of 100 columns: the process, and our end of that."""
    ours, its = pty.openpty()
    described = {"TERM": "xterm-256color", "COLUMNS": "100", "NO_COLOR": "1"}
    process = subprocess.Popen(
        [*STRICT, *args],
        env=os.environ | described | {"BITRIX_WEBHOOK": webhook} | environment,
        stdin=its,
        stdout=its,
        stderr=its,
    )
    os.close(its)
    return process, ours


def parts_of(terminal: int) -> Iterator[str]:
    """What comes, until all have closed it."""
    with suppress(OSError):  # the system's way to say that nobody writes any more
        while select.select([terminal], [], [], 20)[0]:
            yield os.read(terminal, 65536).decode(errors="replace")
    os.close(terminal)


def test_on_a_terminal() -> None:
    """It is drawn over, left as it was found, and without colours where so asked."""
    with portal(SCALE, "--pages=60", "--refuse=5=PUBLIC_PAGE_REACHED") as webhook:
        process, terminal = on_terminal("publish", "--site=1", SCALE, webhook=webhook)
        text = "".join(parts_of(terminal))

    assert process.wait(10) == 1
    assert " of 60  " in text
    assert re.search(r"5 +PUBLIC_PAGE_REACHED +The page cannot be published", text)
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")
    assert not re.search(r"\x1b\[[0-9;]*3[0-9;]*m", text)


def test_stopping_on_a_terminal() -> None:
    """That it stops is above the drawing: it is not drawn over, and leaves no rest."""
    said = "Stopping, when what is under way is answered; Ctrl-C again: at once."
    text = ""
    with portal("--pages=400") as webhook:
        process, terminal = on_terminal("publish", "--site=1", webhook=webhook)
        for part in parts_of(terminal):
            text += part
            if said not in text and "1 under way" in part:
                process.send_signal(signal.SIGINT)

    assert process.wait(10) == 130
    # The drawing is taken away before it, and drawn anew below it.
    assert re.search(rf"\x1b\[2K{re.escape(said)}\r\n(\x1b\[[0-9]*m)*Publishing", text)

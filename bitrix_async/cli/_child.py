"""The local portal in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_COMMAND: Final = (sys.executable, "-m", "bitrix_async", "portal", "--attached")

# It ends when its stdin does; how long that may take, in seconds.
_LAST: Final = 5.0


@contextmanager
def portal_process(options: Sequence[str]) -> Iterator[str]:
    """Starts `bitrix-async portal`; the value is its webhook's address.

    It ends with the block, and also if this process is killed: its stdin closes.
    """
    process = subprocess.Popen(  # noqa: S603  # this interpreter, with numbers
        [*_COMMAND, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Ctrl-C of the terminal is for us, who still have to report.
        start_new_session=True,
    )
    try:
        yield _webhook(process)
    finally:
        _end(process)


def _webhook(process: subprocess.Popen[bytes]) -> str:
    line = process.stdout.readline() if process.stdout else b""
    if not line:
        raise click.ClickException("the local portal did not start")
    return line.decode().strip()


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.communicate(timeout=_LAST)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()

"""How the tests run `bitrix-async`: in this process, or as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner, Result

from bitrix_async.cli._program import program

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "local0portal0code"
COMMAND = (sys.executable, "-m", "bitrix_async")
STRICT = (sys.executable, "-X", "dev", "-W", "error", "-m", "bitrix_async")

# The scale of the portals here: ten minutes of limits pass in six seconds.
SCALE = "--scale=0.01"


def run(
    *args: str, webhook: str | None = None, typed: str | bytes | None = None
) -> Result:
    """Runs a command here; its output may never hold a secret."""
    result = CliRunner().invoke(
        program, args, input=typed, env={"BITRIX_WEBHOOK": webhook, "COLUMNS": "200"}
    )
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert SECRET not in result.stdout + result.stderr
    assert "abc1secret" not in result.stdout + result.stderr
    return result


def started(
    *args: str, webhook: str = "", command: tuple[str, ...] = STRICT
) -> subprocess.Popen[str]:
    """Starts it as a process; warnings are errors unless `command` says otherwise."""
    return subprocess.Popen(
        [*command, *args],
        env=os.environ | {"BITRIX_WEBHOOK": webhook, "FORCE_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def portal(*args: str) -> Iterator[str]:
    """A portal in a process of its own; the value is its webhook."""
    process = started("portal", *args, command=COMMAND)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)


def pages_of(webhook: str, **where: Any) -> set[str]:
    """The ids of pages, as the portal lists them."""
    terms = [f"params[filter][{key}]={value}" for key, value in where.items()]
    result = run(
        "call", "landing.landing.getlist", "params[select][]=ID", *terms,
        webhook=webhook,
    )  # fmt: skip
    return {row["ID"] for row in json.loads(result.stdout)}

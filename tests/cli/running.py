"""How the tests run `bitrix-async`: in this process, or as a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner, Result

from bitrix_async.cli import _portal
from bitrix_async.cli._program import program
from bitrix_async.testing.http import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "local0portal0code"
STRICT = (sys.executable, "-X", "dev", "-W", "error", "-m", "bitrix_async")

# Options of `portal` that are of its process.
_OF_PROCESS = {"port", "attached"}

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


def started(*args: str, webhook: str = "") -> subprocess.Popen[str]:
    """Starts it as a process in which warnings are errors."""
    return subprocess.Popen(
        [*STRICT, *args],
        env=os.environ | {"BITRIX_WEBHOOK": webhook, "FORCE_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def portal(*args: str) -> Iterator[str]:
    """What `portal` serves, in a thread: a process takes a second to begin."""
    options = _portal.portal.make_context("portal", [*args]).params
    what = {key: value for key, value in options.items() if key not in _OF_PROCESS}
    webhooks: Queue[str] = Queue()
    loop, ended = asyncio.new_event_loop(), asyncio.Event()

    async def main() -> None:
        async with serve(_portal.made(**what)) as webhook:
            webhooks.put(webhook)
            await ended.wait()

    thread = Thread(target=loop.run_until_complete, args=(main(),))
    thread.start()
    try:
        yield webhooks.get(timeout=10)
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()


def pages_of(webhook: str, **where: Any) -> set[str]:
    """The ids of pages, as the portal lists them."""
    terms = [f"params[filter][{key}]={value}" for key, value in where.items()]
    result = run(
        "call", "landing.landing.getlist", "params[select][]=ID", *terms,
        webhook=webhook,
    )  # fmt: skip
    return {row["ID"] for row in json.loads(result.stdout)}

"""Input that cannot be read, and streams that are not there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from running import SCALE, STRICT, portal, run

from bitrix_async import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator

HOOK = "http://127.0.0.1:1/rest/1/abc1secret/"

# It can be opened, and has nothing at its beginning.
UNREADABLE = Path("/proc/self/mem")

of_linux = pytest.mark.skipif(not UNREADABLE.exists(), reason="it is Linux's")


@pytest.fixture(scope="module")
def webhook() -> Iterator[str]:
    with portal(SCALE, "--pages=2", "--deals=2") as webhook:
        yield webhook


def closed(
    stream: str, *args: str, webhook: str = HOOK
) -> subprocess.CompletedProcess[str]:
    """Runs it by a shell that closes the stream; whatever is left is there."""
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {stream}', "sh", *STRICT, *args],
        env=os.environ | {"BITRIX_WEBHOOK": webhook},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@of_linux
@pytest.mark.parametrize(
    "args",
    [
        ["publish", "--from", str(UNREADABLE)],
        ["run", str(UNREADABLE), "--journal", "/no/such/journal"],
    ],
)
def test_input_that_cannot_be_read(args: list[str]) -> None:
    """It is named, and is wrong usage."""
    result = run(*args, webhook=HOOK)

    assert result.exit_code == 2
    assert f"Error: {UNREADABLE}: Input/output error\n" in result.stderr


@pytest.mark.parametrize(
    "args", [["publish", "--from", "-"], ["run", "-", "--journal", "/no/such/journal"]]
)
def test_no_stdin(args: list[str]) -> None:
    """It is input that cannot be read, like any other."""
    ended = closed("<&-", *args)

    assert ended.returncode == 2
    assert "Error: <stdin>: Bad file descriptor\n" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    "args",
    [["call", "user.current"], ["list", "crm.deal.list"], ["publish", "9", SCALE]],
)
def test_no_stdout(args: list[str], webhook: str) -> None:
    """One line says so, behind what was done."""
    ended = closed(">&-", *args, webhook=webhook)

    assert ended.returncode == 1
    assert ended.stderr.endswith("Error: the output: Bad file descriptor\n")
    assert ("Published 0 of 1 page" in ended.stderr) == (args[0] == "publish")
    assert "Traceback" not in ended.stderr


def test_nothing_to_print(webhook: str, tmp_path: Path) -> None:
    """Who has closed all streams has a job that is done, and a journal of it."""
    path = tmp_path / "a"
    ended = closed(
        "<&- >&- 2>&-", "publish", "1", "2", f"--journal={path}", SCALE,
        webhook=webhook,
    )  # fmt: skip

    assert ended.returncode == 0
    with Journal.open(path) as journal:
        assert journal.summary().ok

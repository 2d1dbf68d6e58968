"""What a portal says is shown, and not obeyed by the terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from running import SCALE, portal, run
from test_terminal import on_terminal, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Red; the title of the window; and a C1 control, which is ESC [ elsewhere.
ORDERS = "X\x1b[31mRED\x1b]0;title\x07\r\x9b2J"
SHOWN = r"X\x1b[31mRED\x1b]0;title\x07"


@pytest.fixture(scope="module")
def webhook() -> Iterator[str]:
    with portal(SCALE, "--pages=2", f"--refuse=1={ORDERS}") as webhook:
        yield webhook


def obeyed(text: str) -> bool:
    """Whether a terminal would do anything but write it."""
    return any(order in text for order in ("\x1b[31m", "\x1b]", "\x07", "\x9b"))


def test_a_list_and_a_summary(webhook: str, tmp_path: Path) -> None:
    """Of a job, of `job`, and in the file of `--failed`."""
    path, failed = str(tmp_path / "a"), tmp_path / "failed"
    job = ["publish", "1", "2", "--journal", path, "--failed", str(failed), SCALE]
    results = [
        run(*job, webhook=webhook), run("job", path), run("job", path, "--failed"),
    ]  # fmt: skip

    texts = [part for one in results for part in (one.stdout, one.stderr)]
    assert not any(obeyed(text) for text in [*texts, failed.read_text()])
    assert [SHOWN in text for text in texts] == [True, True, True, False, True, False]


def test_an_error(webhook: str) -> None:
    """As the one line that a command ends with."""
    result = run("call", "landing.landing.publication", "lid=1", webhook=webhook)

    assert result.exit_code == 1
    assert not obeyed(result.stderr)
    assert SHOWN in result.stderr


def test_a_table(webhook: str) -> None:
    """Also on a terminal, where it is one."""
    process, terminal = on_terminal("publish", "1", "2", SCALE, webhook=webhook)
    text = "".join(parts_of(terminal))

    assert process.wait(10) == 1
    assert SHOWN in text
    assert not obeyed(text)


def test_json(webhook: str) -> None:
    """It holds the same, escaped as JSON has it."""
    title = f"fields[TITLE]={ORDERS}"
    lid = run(
        "call", "landing.landing.add", title, "fields[SITE_ID]=1", "fields[CODE]=x",
        webhook=webhook,
    )  # fmt: skip
    result = run(
        "call", "landing.landing.getlist", f"params[filter][ID]={lid.stdout.strip()}",
        "params[select][]=TITLE", webhook=webhook,
    )  # fmt: skip

    assert not obeyed(result.stdout)
    assert json.loads(result.stdout)[0]["TITLE"] == ORDERS

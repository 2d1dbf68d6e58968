"""`portal` and `demo`: a portal in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running import SCALE, SECRET, pages_of, portal, run, started


def test_the_webhook_comes_first() -> None:
    """Its address is the first line, at once; Ctrl-C ends it in silence with 0."""
    process = started("portal", "--pages=4", "--scale=0.5")
    assert process.stdout is not None
    webhook = process.stdout.readline().strip()
    assert pages_of(webhook) == {"1", "2", "3", "4"}
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)

    assert process.returncode == 0
    assert out == ""
    assert (
        err == "Give it as BITRIX_WEBHOOK, with --scale 0.5; Ctrl-C ends the portal.\n"
    )


def test_a_port_that_is_taken() -> None:
    """It is a usage error that names the port."""
    with portal() as webhook:
        port = webhook.split("/")[2].partition(":")[2]
        result = run("portal", "--port", port)

    assert result.exit_code == 2
    assert f"--port {port}: " in result.stderr


def test_limits_are_scaled() -> None:
    """More work than the operating limit allows at once passes in scaled time."""
    with portal("--scale=0.002", "--pages=2000") as webhook:
        result = run(
            "publish", "--site=1", "--scale=0.002", "--json", webhook=webhook
        )  # fmt: skip

    report = json.loads(result.stdout)
    assert report["done"] == 2000
    assert report["waited"]["operating"] > 0.1


@pytest.mark.parametrize("seed", ["1", "2"])
def test_demo(seed: str) -> None:
    """Exactly what can be published is; the others have the codes they should."""
    result = run("demo", "--pages=60", "--seed", seed, "--json")

    report = json.loads(result.stdout)
    assert result.exit_code == 0
    assert report["ok"]
    assert report["published"] == 59
    assert sum(report["failed"].values()) == 2
    assert report["failed"]["LANDING_NOT_EXIST"] == 1
    assert "Created a site and 60 pages" in result.stderr


def test_demo_as_it_is_started() -> None:
    """Without a terminal, warnings being errors: a plain table and no ANSI."""
    process = started("demo", "--pages=200")
    out, err = process.communicate(timeout=30)

    assert process.returncode == 0
    assert out.startswith("published                 199 of 199 that can be\n")
    assert "  LANDING_NOT_EXIST" in out
    assert "\x1b" not in out + err
    assert "Warning" not in err
    assert SECRET not in out + err


def test_demo_of_one_page() -> None:
    """The smallest demo publishes its page."""
    result = run("demo", "--pages=1", "--json")

    assert json.loads(result.stdout)["published"] == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_portal_outlives_the_demo(number: int) -> None:
    """Neither Ctrl-C nor a kill leaves its process behind."""
    process = started("demo", "--pages=3000")
    child = _child_of(process.pid)
    time.sleep(0.5)
    process.send_signal(number)
    _, err = process.communicate(timeout=10)

    assert process.returncode == (130 if number == signal.SIGINT else -number)
    assert "Traceback" not in err
    for _ in range(100):
        if not _runs(child):
            return
        time.sleep(0.05)
    pytest.fail("the portal runs on")


def _child_of(pid: int) -> int:
    for _ in range(200):
        listed = Path(f"/proc/{pid}/task/{pid}/children")
        if not listed.exists():
            pytest.skip("the system does not tell of processes")
        if text := listed.read_text().split():
            return int(text[0])
        time.sleep(0.05)
    raise AssertionError("the demo started no portal")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # One that has ended and that nobody has asked about is a zombie.
    return " Z " not in Path(f"/proc/{pid}/stat").read_text()


def test_output_that_nobody_reads() -> None:
    """A pipe that is closed early is no traceback."""
    with portal(SCALE, "--pages=5") as webhook:
        ended = subprocess.run(
            f"{sys.executable} -m bitrix_async.cli call methods | true",
            shell=True,
            env=os.environ | {"BITRIX_WEBHOOK": webhook},
            capture_output=True,
            text=True,
            check=False,
        )

    assert ended.stderr == ""

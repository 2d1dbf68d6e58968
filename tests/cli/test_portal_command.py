"""`portal` and `demo`: a portal in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from pathlib import Path

import pytest
from running import SECRET, pages_of, portal, run, started

from bitrix_async.cli._demo import _Plan


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
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        result = run("portal", "--port", str(port))

    assert result.exit_code == 2
    assert f"--port {port}: " in result.stderr


def test_limits_are_scaled() -> None:
    """More work than the operating limit allows at once passes in scaled time."""
    with portal("--scale=0.002", "--pages=2000") as webhook:
        result = run("publish", "--site=1", "--scale=0.002", "--json", webhook=webhook)

    report = json.loads(result.stdout)
    assert report["done"] == 2000
    assert report["waited"]["operating"] > 0.1


@pytest.mark.parametrize("pages", [1, 2, 199, 400, 1000])
def test_plan_of_a_demo(pages: int) -> None:
    """One in a hundred cannot be published, and never all; a seed says which."""
    plan = _Plan.of(pages, seed=7)

    assert len(plan.failing) == max(pages // 200, pages > 1) * 2
    assert len(plan.publishable) == pages - len(plan.refused) > 0
    assert sorted(plan.order) == list(range(1, pages + len(plan.missing) + 1))
    assert plan == _Plan.of(pages, seed=7)
    assert pages < 199 or plan != _Plan.of(pages, seed=8)


def test_demo() -> None:
    """Exactly what can be published is; the others have the codes they should."""
    result = run("demo", "--pages=60", "--seed=2", "--json")

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

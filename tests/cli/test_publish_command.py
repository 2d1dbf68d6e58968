"""`publish` and `unpublish`, on the local portal and through real sockets."""

from __future__ import annotations

import json
import signal
import socket
import time
from typing import TYPE_CHECKING

import pytest
from running import SCALE, SECRET, pages_of, portal, run, started

from bitrix_async import Journal, JournalError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# For who has to be in time for something.
SLOWER = "--scale=0.05"

REFUSED = {"5": "PUBLIC_PAGE_REACHED", "9": "URLCHECKER_FAIL"}


@pytest.fixture(scope="module")
def webhook() -> Iterator[str]:
    refuse = [f"--refuse={lid}={code}" for lid, code in REFUSED.items()]
    with portal(SCALE, "--pages=60", *refuse) as webhook:
        yield webhook


def rows(text: str) -> dict[str, str]:
    """What is listed: the code of each page."""
    return {row.split("\t")[0]: row.split("\t")[1] for row in text.splitlines()}


def test_failed_pages_come_back(webhook: str, tmp_path: Path) -> None:
    """What `--failed` writes is what is listed, and `--from` takes it up."""
    failed = tmp_path / "failed.txt"
    lids = "\n".join([*map(str, range(1, 61)), "999", "5", "# the end"])

    first = run(
        "publish", "--from", "-", "--failed", str(failed), SCALE,
        webhook=webhook, typed=lids,
    )  # fmt: skip
    again = run("publish", "--from", str(failed), "--json", SCALE, webhook=webhook)

    assert first.exit_code == again.exit_code == 1
    assert rows(first.stdout) == {**REFUSED, "999": "LANDING_NOT_EXIST"}
    assert failed.read_text() == first.stdout
    assert "Published 58 of 61 pages" in first.stderr
    assert "3 failed: " in first.stderr
    report = json.loads(again.stdout)
    assert (report["done"], report["stopped"]) == (0, None)
    assert "set_aside" not in report
    assert {one["key"] for one in report["failed"]} == {*REFUSED, "999"}
    assert len(pages_of(webhook, ACTIVE="Y")) == 58


def test_a_site_and_back(webhook: str, tmp_path: Path) -> None:
    """All pages of a site are published, and taken off again; nothing is left over."""
    failed = tmp_path / "failed.txt"
    failed.write_text("1\n")
    published = run("publish", "--site", "1", "--json", SCALE, webhook=webhook)
    active = pages_of(webhook, ACTIVE="Y")
    taken = run(
        "unpublish", "--site", "1", "--failed", str(failed), SCALE, webhook=webhook
    )

    assert json.loads(published.stdout)["done"] == len(active) == 58
    assert taken.exit_code == 0
    assert taken.stdout == failed.read_text() == ""
    assert pages_of(webhook, ACTIVE="Y") == set()


def test_nothing_to_do(webhook: str) -> None:
    """A site without pages is said to be one; there is no failure."""
    result = run("publish", "--site", "7", SCALE, webhook=webhook)

    assert result.exit_code == 0
    assert "Site 7 has no pages" in result.stderr


def test_refused_credentials_stop_the_job(webhook: str) -> None:
    """A few requests find out; nothing is done, and nothing has failed."""
    wrong = webhook.replace(SECRET, "abc1secret")
    lids = map(str, range(1, 61))
    result = run("publish", *lids, "--json", webhook=wrong)

    assert result.exit_code == 3
    report = json.loads(result.stdout)
    assert (report["done"], report["failed"]) == (0, [])
    assert len(report["left"]) == 60
    assert report["requests"] < 5
    assert "INVALID_CREDENTIALS" in report["stopped"]
    assert "abc1secret" not in report["stopped"]
    assert "Stopped: " in result.stderr
    assert "INVALID_CREDENTIALS" in result.stderr


def test_plain_where_nobody_looks(webhook: str) -> None:
    """A process without a terminal writes no ANSI, whatever the colours asked for."""
    process = started("publish", "--site=1", SCALE, webhook=webhook)
    out, err = process.communicate(timeout=20)

    assert process.returncode == 1
    assert "\x1b" not in out + err
    assert rows(out) == REFUSED
    assert SECRET not in out + err


def test_interrupted(tmp_path: Path) -> None:
    """Ctrl-C twice does not wait for answers; every page is done, failed or left.

    A batch takes five seconds here. Pressing it again does not cost the report.
    """
    failed = tmp_path / "failed.txt"
    with portal("--pages=400", "--refuse=1=URLCHECKER_FAIL") as webhook:
        process = started(
            "publish", "--site=1", "--json", f"--failed={failed}", webhook=webhook
        )
        while not pages_of(webhook, ACTIVE="Y"):
            time.sleep(0.2)
        began = time.monotonic()
        for _ in range(3):
            process.send_signal(signal.SIGINT)
            time.sleep(0.05)
        out, err = process.communicate(timeout=10)

    assert time.monotonic() - began < 3
    assert process.returncode == 130
    report = json.loads(out)
    kept = {*rows(failed.read_text())}
    assert (report["interrupted"], report["stopped"]) == (True, "Ctrl-C")
    assert kept == {"1", *report["left"]}
    assert report["done"] + len(kept) == 400
    assert "Stopping, when what is under way is answered" in err
    assert "Stopped: Ctrl-C." in err
    assert f"{len(report['left'])} left." in err
    assert "Traceback" not in err
    assert SECRET not in out + err


@pytest.mark.parametrize(
    ("number", "status", "name"),
    [(signal.SIGINT, 130, "Ctrl-C"), (signal.SIGTERM, 143, "SIGTERM")],
)
def test_a_job_that_goes_on(
    number: int, status: int, name: str, tmp_path: Path
) -> None:
    """It is stopped in order, what is under way ends; the journal takes it to its end.

    By a user, or by a machine that ends what it runs.
    """
    path = tmp_path / "pages of 7.journal"
    with portal(SLOWER, "--pages=1500", "--refuse=1=URLCHECKER_FAIL") as webhook:
        process = started(
            "publish", "--site=1", f"--journal={path}", SLOWER, webhook=webhook
        )
        while done_of(path) < 50:
            time.sleep(0.05)
        second = run("publish", "--journal", str(path), "--resume", webhook=webhook)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        stopped = done_of(path)
        shown = run("job", str(path))
        refused = run("publish", "1", "--journal", str(path), SLOWER, webhook=webhook)
        ended = run(
            "publish", "--journal", str(path), "--resume", SLOWER, webhook=webhook
        )
        active = pages_of(webhook, ACTIVE="Y")

    assert second.exit_code == 2
    assert "another process works on this journal" in second.stderr
    assert process.returncode == status
    assert f"Stopped: {name}." in err
    assert "unknown" not in err
    assert rows(out) == {"1": "URLCHECKER_FAIL"}
    assert f"bitrix-async publish --journal '{path}' --resume --scale 0.05\n" in err
    assert 50 <= stopped < 1499
    assert "publish at 127.0.0.1:" in shown.stdout
    assert "stopped at " in shown.stdout
    assert f"bitrix-async publish --journal '{path}' --resume\n" in shown.stdout
    assert refused.exit_code == 2
    assert f"{stopped:,} of 1,500 calls are done. --resume goes on" in refused.stderr
    assert ended.exit_code == 1
    assert f"1,499 of 1,500 pages, {stopped:,} of them before: " in ended.stderr
    assert len(active) == 1499


def done_of(path: Path) -> int:
    """How many pages a journal says are done; 0 where there is none yet."""
    try:
        with Journal.open(path) as journal:
            return journal.summary().done
    except JournalError:
        return 0


def test_interrupted_before_anything_was_sent() -> None:
    """Ctrl-C while the pages are listed: nothing is done, and that is no crash."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        webhook = f"http://127.0.0.1:{silent.getsockname()[1]}/rest/1/{SECRET}/"
        process = started("publish", "--site=1", webhook=webhook)
        connection, _ = silent.accept()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
        connection.close()

    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    assert err.endswith("Stopped.\n")

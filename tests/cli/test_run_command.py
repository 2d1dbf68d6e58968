"""`run` and `job`: any calls from a file, and what is told of them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from running import SCALE, SECRET, portal, run

from bitrix_async import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TITLE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def webhook() -> Iterator[str]:
    with portal(SCALE, "--pages=30", "--refuse=5=URLCHECKER_FAIL") as webhook:
        yield webhook


def lines(*calls: dict[str, Any]) -> str:
    return "".join(json.dumps(call) + "\n" for call in calls)


def publications(lids: range) -> list[dict[str, Any]]:
    method = "landing.landing.publication"
    return [
        {"method": method, "params": {"lid": lid}, "key": f"page {lid}"} for lid in lids
    ]


def test_a_file_of_calls(webhook: str, tmp_path: Path) -> None:
    """Each is done or told of; the journal has results, and what failed goes again."""
    path, journal = tmp_path / "calls.jsonl", tmp_path / "a.journal"
    path.write_text(lines(*publications(range(1, 21))))
    ran = run("run", str(path), "--journal", str(journal), SCALE, webhook=webhook)
    failed = run("job", str(journal), "--failed", "--json")
    path.write_text(failed.stdout)
    again = run(
        "run", str(path), "--journal", f"{journal}.2", "--json", SCALE, webhook=webhook
    )

    assert ran.exit_code == again.exit_code == 1
    assert ran.stdout.split("\t")[:2] == ["page 5", "URLCHECKER_FAIL"]
    assert "Done 19 of 20 calls: " in ran.stderr
    assert f"To look at it: bitrix-async job {journal}\n" in ran.stderr
    assert "To go on" not in ran.stderr
    (line,) = map(json.loads, failed.stdout.splitlines())
    assert line["params"] == {"lid": 5}
    assert [one["key"] for one in json.loads(again.stdout)["failed"]] == ["page 5"]
    with Journal.open(journal) as kept:
        assert [entry.result for entry in kept.entries("done")] == [True] * 19


def test_a_pipe(webhook: str, tmp_path: Path) -> None:
    """Calls without keys, once and not again: `add` ran once for each."""
    journal = str(tmp_path / "a.journal")
    call = {"method": "landing.site.add", "params": {"fields": {"TITLE": TITLE}}}
    typed = lines(*[{**call, "params": {"fields": {"TITLE": TITLE, "CODE": f"s{n}"}}}
                    for n in range(3)])  # fmt: skip
    ran = run("run", "-", "--journal", journal, SCALE, webhook=webhook, typed=typed)
    again = run(
        "run", "-", "--journal", journal, "--resume", SCALE,
        webhook=webhook, typed=typed,
    )  # fmt: skip
    sites = run("call", "landing.site.getlist", webhook=webhook)

    assert ran.exit_code == again.exit_code == 0
    assert (ran.stdout, again.stdout) == ("", "")
    assert "Done 3 of 3 calls, 3 of them before: 0 requests in " in again.stderr
    titles = [site["TITLE"] for site in json.loads(sites.stdout)]
    assert titles.count(TITLE) == 3


def test_bad_lines(webhook: str, tmp_path: Path) -> None:
    """They stop the job before anything is sent, or are set aside."""
    journal = tmp_path / "a.journal"
    typed = lines(*publications(range(21, 23))) + "{oops\n"
    args = ("run", "-", "--journal", str(journal), SCALE)
    stopped = run(*args, webhook=webhook, typed=typed)
    there = journal.exists()
    skipped = run(*args, "--skip-bad", webhook=webhook, typed=typed)
    again = run(
        *args, "--skip-bad", "--resume", "--json", webhook=webhook, typed=typed
    )  # fmt: skip

    assert stopped.exit_code == 2
    assert "-:3: not JSON: " in stopped.stderr.replace("<stdin>", "-")
    assert not there
    assert skipped.exit_code == 1
    assert "Done 2 of 2 calls" in skipped.stderr
    assert "1 line set aside." in skipped.stderr
    assert again.exit_code == 1
    assert json.loads(again.stdout)["set_aside"] == 1


def test_what_failed_may_run_again(webhook: str, tmp_path: Path) -> None:
    """`--again failed` sends it once more, and only that."""
    journal = str(tmp_path / "a.journal")
    typed = lines(*publications(range(4, 7)))
    run("run", "-", "--journal", journal, SCALE, webhook=webhook, typed=typed)
    again = run(
        "run", "--journal", journal, "--resume", "--again", "failed", "--json", SCALE,
        webhook=webhook,
    )  # fmt: skip

    assert again.exit_code == 1
    report = json.loads(again.stdout)
    assert (report["done"], len(report["failed"]), report["requests"]) == (2, 1, 1)
    assert (report["stopped"], report["set_aside"]) == (None, 0)


def test_a_journal_of_another_job(webhook: str, tmp_path: Path) -> None:
    """It is refused, and nothing is sent."""
    journal = str(tmp_path / "a.journal")
    typed = lines(*publications(range(1, 3)))
    run("run", "-", "--journal", journal, SCALE, webhook=webhook, typed=typed)
    other = run("publish", "--journal", journal, "--resume", SCALE, webhook=webhook)

    assert other.exit_code == 2
    assert "of the job 'run', not of 'publish'" in other.stderr


def test_job_tells(webhook: str, tmp_path: Path) -> None:
    """For people, for programs and as a page, whose figures are the journal's."""
    journal, page = tmp_path / "a.journal", tmp_path / "report.html"
    typed = lines(
        *publications(range(1, 11)),
        {"method": "no.such.method", "params": {"title": TITLE}, "key": TITLE},
    )
    run("run", "-", "--journal", str(journal), SCALE, webhook=webhook, typed=typed)
    shown = run("job", str(journal))
    values = json.loads(run("job", str(journal), "--json").stdout)
    written = run("job", str(journal), "--report", str(page))
    listed = run("job", str(journal), "--failed", "--unknown")
    nowhere = run("job", str(journal), "--report", "/no/such/folder/file")

    assert shown.exit_code == written.exit_code == listed.exit_code == 0
    assert "it has ended, 2 not done" in shown.stdout
    assert f"run --journal {journal} --resume --again failed\n" in shown.stdout
    assert re.search(r"done +9 +81\.8 %", shown.stdout)
    assert re.search(r"ERROR_METHOD_NOT_FOUND +1\n", shown.stdout)
    assert (values["done"], values["failed"], values["left"]) == (9, 2, 0)
    assert (values["running"], values["complete"]) == (False, True)
    assert values["codes"] == {"ERROR_METHOD_NOT_FOUND": 1, "URLCHECKER_FAIL": 1}
    assert listed.stdout.count("\n") == 2
    html = page.read_text()
    assert "9 of 11 calls are done" in html
    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html
    assert SECRET not in html
    assert nowhere.exit_code == 2
    assert "--report: /no/such/folder/file" in nowhere.stderr

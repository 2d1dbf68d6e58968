"""What is written beside a journal is never written over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from running import SCALE, portal, run

from bitrix_async import Journal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOOK = "http://127.0.0.1:1/rest/1/abc1secret/"

PARTS = ["", "-wal", "-shm", ".lock"]


@pytest.fixture(scope="module")
def webhook() -> Iterator[str]:
    with portal(SCALE, "--pages=2") as webhook:
        yield webhook


@pytest.fixture
def journal(webhook: str, tmp_path: Path) -> Path:
    path = tmp_path / "pages.journal"
    run("publish", "1", "2", "--journal", str(path), SCALE, webhook=webhook)
    return path


@pytest.mark.parametrize("part", PARTS)
def test_a_report_over_the_journal(journal: Path, part: str) -> None:
    """It is wrong usage, and the job is still there."""
    target = f"{journal}{part}"
    result = run("job", str(journal), "--report", target)

    assert result.exit_code == 2
    assert f"--report: {target} is the journal" in result.stderr
    with Journal.open(journal) as kept:
        assert kept.summary().done == 2


@pytest.mark.parametrize("link", ["symlink_to", "hardlink_to"])
def test_the_journal_by_another_name(journal: Path, link: str) -> None:
    """A link is seen through."""
    other = journal.with_name("other")
    getattr(other, link)(journal)
    over = run("job", str(journal), "--report", str(other))

    assert over.exit_code == 2
    assert "is the journal" in over.stderr


def test_failed_over_a_journal_that_goes_on(journal: Path) -> None:
    """It is wrong usage, and the job is still there."""
    path = str(journal)
    result = run(
        "publish", "--journal", path, "--resume", "--failed", path, webhook=HOOK
    )

    assert result.exit_code == 2
    assert f"--failed: {path} is the journal" in result.stderr
    with Journal.open(journal) as kept:
        assert kept.summary().done == 2


@pytest.mark.parametrize("part", PARTS)
def test_failed_over_a_journal_to_come(tmp_path: Path, part: str) -> None:
    """It is wrong usage, whichever option is first, and no file is made."""
    journal = ["--journal", str(tmp_path / "new")]
    failed = ["--failed", str(tmp_path / "sub" / ".." / f"new{part}")]
    (tmp_path / "sub").mkdir()
    for options in (journal + failed, failed + journal):
        result = run("publish", "1", *options, webhook=HOOK)

        assert result.exit_code == 2
        assert "is the journal" in result.stderr
        assert [one.name for one in tmp_path.iterdir()] == ["sub"]


def test_no_file_of_that_name(
    journal: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`-` is stdin elsewhere: it becomes no file, and stdout has other output."""
    monkeypatch.chdir(tmp_path)
    failed = run("publish", "--from", "-", "--failed", "-", webhook=HOOK, typed="1\n")
    report = run("job", str(journal), "--report", "-")

    assert failed.exit_code == report.exit_code == 2
    assert "Error: --failed: give a file" in failed.stderr
    assert "Error: --report: give a file" in report.stderr
    assert not (tmp_path / "-").exists()

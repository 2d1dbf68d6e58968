"""The types of the wrappers, as checkers see them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TYPING = str(Path("tests", "typing"))


def check(*command: str) -> str:
    """What the checker has to say, nothing when all is well."""
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_mypy_sees_the_declared_types() -> None:
    """Results, overloads, required keys and words are what `tests/typing` says."""
    assert not check(sys.executable, "-m", "mypy", "--strict", TYPING)


@pytest.mark.skipif(shutil.which("pyright") is None, reason="pyright is not installed")
def test_pyright_sees_them_too() -> None:
    """The same files mean the same to it."""
    assert not check("pyright", TYPING)

"""The types of the wrappers, as checkers see them."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TYPING = str(Path("tests", "typing"))


def check(*command: str) -> str:
    """What the checker has to say, nothing when all is well."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        # Else pyright asks the network whether it is the newest one.
        env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_mypy_sees_the_declared_types() -> None:
    """Results, overloads, required keys and words are what `tests/typing` says."""
    assert not check("mypy", "--strict", TYPING)


def test_pyright_sees_them_too() -> None:
    """The same files mean the same to it, what is wrong in them included."""
    assert not check("pyright", "--pythonpath", sys.executable)

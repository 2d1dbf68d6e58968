"""How the script `bitrix-async` begins."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest

# An import that is interrupted; then what the script does.
CODE = """
import builtins, sys
load = builtins.__import__
def interrupted(name, *args):
    if name == {name!r}:
        raise KeyboardInterrupt
    return load(name, *args)
builtins.__import__ = interrupted
from {module} import main
main()
"""


@pytest.mark.parametrize("name", ["bitrix_async._session", "click"])
def test_interrupted_while_it_is_loaded(name: str) -> None:
    """Ctrl-C before there is any command is the exit code alone."""
    (script,) = entry_points(group="console_scripts", name="bitrix-async")
    ended = subprocess.run(
        [sys.executable, "-c", CODE.format(name=name, module=script.module)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")

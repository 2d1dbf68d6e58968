"""A job whose disk is full stops, loses nothing, and goes on when there is room.

The disk is a real one: a file system of a few hundred KiB, in a namespace of the
process that fills it. Where the kernel makes none, and beside it, the process may write
no larger file, which is how a quota looks too.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FILLING = Path(__file__).parent / "filling.py"
OWN_SPACE = ["unshare", "--map-root-user", "--mount"]

CALLS = 3_000


def filled(command: list[str], *arguments: object) -> dict[str, Any]:
    command = [*command, sys.executable, str(FILLING), *map(str, arguments)]
    found: dict[str, Any] = json.loads(subprocess.check_output(command, timeout=60))
    return found


def own_space(folder: Path) -> list[str]:
    """A command in whose namespace file systems can be mounted."""
    if shutil.which(OWN_SPACE[0]) is None:
        pytest.skip("there is no unshare here")
    mount = ["mount", "-t", "tmpfs", "none", str(folder)]
    tried = subprocess.run([*OWN_SPACE, *mount], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip(f"the kernel mounts nothing here: {tried.stderr.decode().strip()}")
    return OWN_SPACE


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux: namespaces, and limits")
@pytest.mark.parametrize(
    ("kind", "size"),
    [("room", 300_000), ("limit", 20_000)],
)
def test_no_room_on_the_disk(tmp_path: Path, kind: str, size: int) -> None:
    """It says so; what had left is known to the journal, and runs no second time."""
    command = own_space(tmp_path) if kind == "room" else []
    found = filled(command, kind, tmp_path, size, CALLS)

    assert found["raised"] == "JournalFull"
    assert "a.journal: " in found["text"]
    assert {*found["ran"]} <= {*found["known"]}
    assert len(found["ran"]) < CALLS
    assert found["done"] == found["ran_in_all"] == CALLS

"""Files of page ids."""

from __future__ import annotations

import click
import pytest

from bitrix_async.cli._ids import read

JUNK = [
    b"home",
    b"35l",
    b"-351",
    b"0",
    b"351 352",
    b"351,352",
    b"3.5",
    b"9223372036854775808",
    b"9" * 5000,
    "٣٥١".encode(),
    b"\xff\xfe3\x005\x001\x00",
    b"351 LANDING_NOT_EXIST",
]


def test_what_a_file_may_hold() -> None:
    """Ids, each once, in order; blank lines, comments, and what `--failed` wrote."""
    lines = [
        b"\xef\xbb\xbf351\r\n",
        b"\n",
        b"# pages of the shop\n",
        b"   # indented\n",
        b" 352  \n",
        b"353 # home\n",
        b"354\tLANDING_NOT_EXIST\tThere is no such page\n",
        b"355\t\t\xff\n",
        b"351\n",
        b"000356\n",
        b"9223372036854775807",
    ]

    assert read(lines, "ids") == [351, 352, 353, 354, 355, 356, 2**63 - 1]


@pytest.mark.parametrize("junk", JUNK)
def test_junk(junk: bytes) -> None:
    """It is an error that names file and line, and shows no more than is needed."""
    with pytest.raises(click.UsageError) as caught:
        read([b"351\n", b"\n", junk + b"\n", b"352\n"], "pages.txt")

    assert caught.value.message.startswith("pages.txt:3: ")
    assert len(caught.value.message) < 300

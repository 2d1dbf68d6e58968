"""`list`, on the local portal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from running import SCALE, portal, run

if TYPE_CHECKING:
    from collections.abc import Iterator

DEALS = ("list", "crm.deal.list", SCALE)


@pytest.fixture(scope="module")
def webhook() -> Iterator[str]:
    with portal(SCALE, "--pages=120", "--deals=700") as webhook:
        yield webhook


def rows(*args: str, webhook: str) -> list[Any]:
    result = run(*args, webhook=webhook)
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize("how", [[], ["--strategy", "offset"], ["--key", "ID"]])
def test_every_row_is_a_line(webhook: str, how: list[str]) -> None:
    """In order, over many pages; nothing else is printed."""
    found = rows(*DEALS, "select[]=ID", *how, webhook=webhook)

    assert found == [{"ID": str(n)} for n in range(1, 900) if n % 7][:700]


def test_parameters_are_those_of_the_method(webhook: str) -> None:
    """Filter and order as typed, and Cyrillic as it is."""
    add = ("call", "landing.landing.add", "fields[TITLE]=Главная", "fields[SITE_ID]:=1")
    number = run(*add, SCALE, webhook=webhook).stdout.strip()
    falling = "params[order][ID]=DESC"
    select = ("params[select][]=ID", "params[select][]=TITLE")
    found = rows(
        "list", "landing.landing.getList", SCALE, falling, *select, webhook=webhook
    )

    assert len(found) == 121
    assert [found[0]["ID"], found[0]["TITLE"]] == [number, "Главная"]


def test_a_list_without_rows_prints_nothing(webhook: str) -> None:
    """And it is no failure."""
    assert rows(*DEALS, "filter[>ID]=5000", webhook=webhook) == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["user.current"], "name their key, --items NAME, if it is a list method"),
        (["crm.deal.list", "--key", "X"], "name their id by --key NAME, or"),
        (["crm.deal.list", "--key", "X"], "or pass --strategy offset"),
        (["no.such.list"], "ERROR_METHOD_NOT_FOUND"),
        (["crm.item.list", "entityTypeId=2", "filter[x]=1"], "INVALID_ARG_VALUE"),
        (["crm.deal.list", "--items", "deals"], "no 'deals' in it"),
    ],
)
def test_what_cannot_be_listed(webhook: str, args: list[str], said: str) -> None:
    """Exit code 1, and on stderr what is wrong."""
    result = run("list", *args, SCALE, webhook=webhook)

    assert result.exit_code == 1
    assert said in result.stderr
    assert "=..." not in result.stderr
    assert "strategy=" not in result.stderr
    assert result.stdout == ""


def test_output_that_is_closed_early(webhook: str) -> None:
    """`| head` takes the first rows, without a traceback."""
    ended = subprocess.run(
        f"{sys.executable} -W error -m bitrix_async {' '.join(DEALS)} | head -n 3",
        shell=True,
        env=os.environ | {"BITRIX_WEBHOOK": webhook},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert [json.loads(line)["ID"] for line in ended.stdout.splitlines()] == [*"123"]
    assert ended.stderr == ""

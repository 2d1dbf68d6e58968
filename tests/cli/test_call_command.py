"""`call`, on the local portal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from running import SCALE, SECRET, portal, run

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def webhook() -> Iterator[str]:
    with portal(SCALE, "--pages=3") as webhook:
        yield webhook


def test_result_as_json(webhook: str) -> None:
    """The result alone, on stdout, readable by a program."""
    result = run("call", "user.current", SCALE, webhook=webhook)

    assert result.exit_code == 0
    assert json.loads(result.stdout)["ID"] == "1"
    assert result.stderr == ""


def test_parameters_arrive(webhook: str) -> None:
    """What is typed, nested and in Cyrillic, is what the portal keeps."""
    add = ("call", "landing.landing.add", "fields[TITLE]=Главная", "fields[SITE_ID]:=1")
    made = run(*add, webhook=webhook)
    number = json.loads(made.stdout)
    get = ("call", "landing.landing.getlist", f"params[filter][ID]:={number}")
    result = run(*get, webhook=webhook)

    assert '"TITLE": "Главная"' in result.stdout
    assert [row["ID"] for row in json.loads(result.stdout)] == [str(number)]


def test_false_and_null_are_results(webhook: str) -> None:
    """A call without a result worth a word still prints JSON, and is no failure."""
    find = ("call", "landing.landing.resolveIdByPublicUrl", "landingUrl=/nowhere/")
    result = run(*find, "siteId:=1", webhook=webhook)

    assert result.exit_code == 0
    assert result.stdout == "null\n"


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("no.such.method", [], "ERROR_METHOD_NOT_FOUND"),
        ("landing.landing.publication", ["lid=999"], "LANDING_NOT_EXIST"),
        ("landing.landing.publication", [], "MISSING_PARAMS"),
    ],
)
def test_refused_by_the_portal(
    webhook: str, method: str, params: list[str], code: str
) -> None:
    """Exit code 1; the portal's code is on stderr, and nothing on stdout."""
    result = run("call", method, *params, webhook=webhook)

    assert result.exit_code == 1
    assert f"Error: {method}: {code}" in result.stderr
    assert result.stdout == ""


def test_refused_credentials(webhook: str) -> None:
    """Exit code 3, with the portal's code and without the webhook's."""
    result = run("call", "user.current", webhook=webhook.replace(SECRET, "abc1secret"))

    assert result.exit_code == 3
    assert "INVALID_CREDENTIALS" in result.stderr


def test_output_that_nobody_reads(webhook: str) -> None:
    """A pipe that is closed early is no traceback."""
    ended = subprocess.run(
        f"{sys.executable} -m bitrix_async call methods | true",
        shell=True,
        env=os.environ | {"BITRIX_WEBHOOK": webhook},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )

    assert ended.stderr == ""

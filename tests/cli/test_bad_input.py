"""What is refused before anything is sent, and what is not reached."""

from __future__ import annotations

import os
import subprocess
import sys
from inspect import signature
from pathlib import Path

import pytest
from running import STRICT, portal, run

from bitrix_async import AiohttpTransport, Session

FULL = Path("/dev/full")
HOOK = "http://127.0.0.1:1/rest/1/abc1secret/"

WEBHOOKS = [
    "abc1secret",
    "https://",
    "ftp://portal.example/rest/1/abc1secret/",
    "https://portal.example/",
    "https://portal.example/rest/abc1secret/",
    "https://portal.example/rest/1/abc1secret/user.current",
    "https://portal.example/rest/1/abc1secret/?x=1",
    "https://user:abc1secret@portal.example/rest/1/x/",
    "https://portal.example:99999/rest/1/abc1secret/",
    "http://portal.example/rest/1/abc1secret/",
    "http://127.0.0.1.portal.example/rest/1/abc1secret/",
]

# Arguments, and what the error says.
USAGE = [
    (["call", "user.current?x=1"], "not the name of a method"),
    (["call", "user current"], "not the name of a method"),
    (["call", ""], "not the name of a method"),
    (["call", HOOK], "not the name of a method"),
    (["call", "user.current", "x"], "'x'"),
    (["call", "user.current", "x:=NaN"], "x: "),
    (["call", "user.current", "token=1"], "token"),
    (["call", "user.current", "--json", "[]"], "--json: "),
    (["call"], "METHOD"),
    (["publish"], "--from FILE"),
    (["publish", "1", "--site", "1"], "--from FILE"),
    (["publish", "--from", "-", "--site", "1"], "--from FILE"),
    (["publish", "home"], "'home' is not a page id"),
    (["publish", "--", "-1"], "'-1' is not a page id"),
    (["publish", HOOK], "is not a page id"),
    (["publish", "--site", "0"], "--site"),
    (["publish", "--from", "/no/such/file"], "/no/such/file"),
    (["publish", "1", "--failed", "/no/such/folder/file"], "--failed"),
    (["publish", "1", "--failed", "/"], "--failed"),
    (["publish", "1", "--scope", "PAGE"], "--scope"),
    (["publish", "1", "--scale", "0"], "--scale"),
    (["publish", "1", "--scale", "nan"], "--scale"),
    (["publish", "1", "--scale", "inf"], "--scale"),
    (["unpublish", "1", "--connections", "0"], "--connections"),
    (["publish", "1", "--resume"], "--journal FILE"),
    (["publish", "1", "--journal", "/no/such", "--resume"], "no journal /no/such"),
    (["publish", "1", "--again", "failed"], "it goes with --resume"),
    (["publish", "1", "--journal", "/no/such/file"], "/no/such/file: "),
    (["publish", "1", "--journal", "/dev/null"], "/dev/null: "),
    (["run", "--journal", "/no/such/file"], "a file of them, or -"),
    (["run", "-"], "--journal"),
    (["run", "/no/such/file", "--journal", "x"], "/no/such/file"),
    (["job", "/no/such/file"], "/no/such/file: there is no journal"),
    (["job"], "FILE"),
    (["portal", "--port", "65536"], "--port"),
    (["portal", "--refuse", "351"], "'351' is not LID=CODE"),
    (["portal", "--refuse", "x=CODE"], "'x' is not a page id"),
    (["demo", "--pages", "0"], "--pages"),
    (["list"], "METHOD"),
    (["list", "crm deal"], "not the name of a method"),
    (["list", "crm.deal.list", "x"], "'x'"),
    (["list", "crm.deal.list", "--strategy", "fast"], "'ranges'"),
    (["list", "crm.deal.list", "--key", ""], "Error: --key is the name"),
    (["list", "crm.deal.list", "--page-size", "0"], "Error: --page-size is"),
    (
        ["list", "crm.deal.list", "--key", "ID", "--strategy", "offset"],
        "Error: --key names",
    ),
    (["list", "crm.deal.list", "order[TITLE]=ASC", "--strategy", "keyset"], "by ID"),
    (["list", "my.list", "--strategy", "keyset"], "name one with --key NAME"),
    (["rows"], "No such command 'rows'"),
    ([HOOK], "No such command"),
    (["--webhook", HOOK, "call"], "--webhook"),
]


@pytest.mark.parametrize("webhook", WEBHOOKS)
@pytest.mark.parametrize("as_option", [False, True])
def test_not_a_webhook(webhook: str, as_option: bool) -> None:
    """It is refused with what is wrong with it, and not repeated."""
    given = ("--webhook", webhook) if as_option else ()

    result = run("publish", "1", *given, webhook=None if as_option else webhook)

    assert result.exit_code == 2
    assert "webhook" in result.stderr.lower()
    assert result.stdout == ""


@pytest.mark.parametrize(("args", "said"), USAGE)
def test_usage(args: list[str], said: str) -> None:
    """Exit code 2 and the place, on stderr, without a traceback."""
    result = run(*args, webhook=HOOK)

    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("webhook", [None, ""])
@pytest.mark.parametrize("args", [("call", "user.current"), ("publish", "1")])
def test_no_webhook(args: tuple[str, ...], webhook: str | None) -> None:
    """The error says how to give one."""
    result = run(*args, webhook=webhook)

    assert result.exit_code == 2
    assert "set BITRIX_WEBHOOK" in result.stderr


def test_junk_in_a_file_sends_nothing() -> None:
    """Where the portal is not there, junk is still what is said."""
    result = run("publish", "--from", "-", webhook=HOOK, typed="351\n\n352 x\n353\n")

    assert result.exit_code == 2
    assert "<stdin>:3: '352 x' is not a page id" in result.stderr


@pytest.mark.parametrize("args", [("call", "user.current"), ("publish", "7", "8")])
def test_no_portal(args: tuple[str, ...]) -> None:
    """Exit code 3 where it cannot be reached; the pages are told to be not sent."""
    result = run(*args, "--scale", "0.01", webhook=HOOK)

    assert result.exit_code == 3
    assert "no connection" in result.stdout + result.stderr
    if args[0] == "publish":
        assert [row.split("\t")[0] for row in result.stdout.splitlines()] == ["7", "8"]
        assert "2 left." in result.stderr


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_without_the_extra(missing: str) -> None:
    """One line says how to install it."""
    code = (
        f"import sys; sys.modules[{missing!r}] = None; sys.argv[1:] = ['demo', '-h'];"
        "from bitrix_async.cli import main; main()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert "pip install 'bitrix-async[cli]'" in ended.stderr


@pytest.mark.skipif(not FULL.exists(), reason="it is Linux's")
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["call", "user.current"], ""),
        (["list", "crm.deal.list"], ""),
        (["publish", "1", "--json"], "Published 1 of 1 page"),
        (["--help"], ""),
    ],
)
def test_no_room_for_the_output(args: list[str], said: str) -> None:
    """One line says so, behind what was done; there is no traceback."""
    with (
        portal("--pages", "1", "--deals", "1") as webhook,
        FULL.open("w") as to,
    ):
        ended = subprocess.run(
            [*STRICT, *args],
            env=os.environ | {"BITRIX_WEBHOOK": webhook},
            stdout=to,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert ended.returncode == 1
    assert said in ended.stderr
    assert ended.stderr.endswith("Error: the output: No space left on device\n")
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("command", ["demo", "publish", "unpublish", "call", "portal"])
def test_help(command: str) -> None:
    """Every command has a help text with an example, and needs no webhook for it."""
    result = run(command, "--help")

    assert result.exit_code == 0
    assert "Example" in result.stdout
    assert f"bitrix-async {command}" in result.stdout.partition("Example")[2]


def test_as_many_connections_as_a_session_has() -> None:
    """Who says nothing gets the package's own number, here as there."""
    own = signature(Session).parameters["connections"].default

    assert AiohttpTransport().connections == own
    assert f"[default: {own};" in run("publish", "--help").stdout

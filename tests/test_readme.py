"""What the README shows runs as it stands there."""

from __future__ import annotations

import ast
import asyncio
import logging
import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from bitrix_async import Call, Session, hooks, testing
from bitrix_async import __all__ as public
from bitrix_async.testing import MemoryTransport, Portal
from bitrix_async.testing.http import serve

README = (Path(__file__).parents[1] / "README.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
ADDRESS = "https://example.bitrix24.com/rest/1/secret/"


def block(text: str) -> str:
    (found,) = [one for one in BLOCKS if text in one]
    return str(found)


def test_the_first_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """On the first screen, through real sockets; only the address is another."""
    code = block(ADDRESS)
    assert README.index(code) < README.index("## What you can write")

    async def main() -> None:
        portal = Portal(scale=0.01)
        site = portal.seed_pages(3)
        lids = [page.id for page in portal.landing.of_site(site)]
        async with serve(portal) as address:
            names: dict[str, Any] = {}
            text = code.replace(ADDRESS, address).rpartition("asyncio.run")[0]
            exec(text, names)
            await names["main"](lids)

    asyncio.run(main())
    assert "published 3" in capsys.readouterr().out


async def test_the_example_of_a_job_runs(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Its journal tells what has failed, and why."""
    monkeypatch.chdir(tmp_path)
    portal = Portal()
    portal.seed_pages(3)
    names: dict[str, Any] = {}
    exec(block("bx.run("), names)
    async with Session(portal.webhook, transport=MemoryTransport(portal)) as bx:
        await names["publish"](bx, [*portal.pages, 404])
    out = capsys.readouterr().out

    assert "3 published {'LANDING_NOT_EXIST': 1}" in out
    assert "404 LANDING_NOT_EXIST" in out


def test_the_example_of_a_users_test_runs() -> None:
    """In virtual time, with the portal in memory."""
    exec(block("MemoryTransport"), {})


def test_the_example_in_a_docstring_runs() -> None:
    """As it stands in front of the local portal."""
    example = re.findall(r"(?:^(?: {4}.*)?\n)+", testing.__doc__ or "", re.MULTILINE)
    exec(dedent(max(example, key=len)), {})


def test_the_example_of_an_application_runs(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """With tokens that have ended: the next pair is in the file."""

    async def main() -> None:
        portal = Portal()
        portal.on("app.info", lambda *_: {"CODE": "app.id"})
        # By the clock of 1970: they have ended long ago.
        access, refresh = portal.oauth.install("app.id", "app secret")
        async with serve(portal) as address:
            server = address.partition("/rest/")[0]
            names: dict[str, Any] = {}
            exec(block("FileStore"), names)
            await names["main"]({
                "access_token": access,
                "refresh_token": refresh,
                "client_endpoint": f"{server}/rest/",
                "server_endpoint": f"{server}/rest/",
            })  # fmt: skip
        assert portal.oauth.refreshed == 1

    monkeypatch.chdir(tmp_path)
    asyncio.run(main())
    assert "{'CODE': 'app.id'}" in capsys.readouterr().out
    assert "refresh-2" in (tmp_path / "tokens.json").read_text()


def test_the_example_of_hooks_runs(caplog: pytest.LogCaptureFixture) -> None:
    """A call is logged from beginning to end."""
    names: dict[str, Any] = {}
    exec(block("LogHook"), names)
    caplog.set_level(logging.DEBUG, "bitrix_async")

    async def main() -> None:
        async with serve(Portal()) as address, names["watched"](address) as bx:
            await bx(Call("user.current"))

    asyncio.run(main())
    assert "started: Call('user.current')" in caplog.messages[0]
    assert caplog.messages[-1].endswith("done")


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_every_example_is_python(number: int) -> None:
    """Also those that are pieces."""
    compile(BLOCKS[number], "README.md", "exec", flags=0x2000)  # top-level await


TESTS = Path(__file__).parent
SECTION = README.partition("## What happens when")[2].partition("\n## ")[0]
LINES = re.findall(r"^\| (?!---|what is known|moreover)(.*) \|$", SECTION, re.MULTILINE)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split(" | ")[0])
def test_every_line_of_what_happens_when_names_its_test(line: str) -> None:
    """No claim without a test that is there, and says what it believes."""
    named = re.fullmatch(r"`(.+)::(\w+)`", line.rpartition(" | ")[2])
    assert named, "it names no test"
    file, name = named.groups()
    tree = ast.parse((TESTS / file).read_text())
    (test,) = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name == name
    ]
    assert ast.get_docstring(test)


def test_there_is_no_claim_outside_the_tables() -> None:
    """Twenty lines, in two tables."""
    assert len(LINES) == SECTION.count("::test_") == 20


KNOWN = {*public, *hooks.__all__, "True", "False", "None", "ResourceWarning"}


def test_every_error_of_the_table_is_public() -> None:
    """What the README names can be imported."""
    for name in re.findall(r"`([A-Z][A-Za-z]+)`", README):
        assert name in KNOWN, name

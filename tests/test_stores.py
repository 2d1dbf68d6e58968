"""The file that an application's tokens are kept in."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from bitrix_async import (
    Call,
    FileStore,
    MemoryStore,
    NotSent,
    OAuth,
    Session,
    Tokens,
)
from bitrix_async.testing import MemoryTransport, Portal, run
from bitrix_async.testing.memory import EPOCH

if TYPE_CHECKING:
    from pathlib import Path

    from bitrix_async import TokenStore


def pair(number: int = 1) -> Tokens:
    return Tokens(
        f"access-{number}",
        f"refresh-{number}",
        "https://portal.example/rest/",
        expires=number,
        member_id="m",
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


def save(path: Path, tokens: Tokens) -> None:
    run(FileStore(path).save(tokens))


def load(path: Path) -> Tokens | None:
    return run(FileStore(path).load())


@pytest.mark.parametrize("kind", ["memory", "file", "text"])
async def test_stores_give_what_they_were_given(path: Path, kind: str) -> None:
    """The last pair, whole; nothing at first."""
    stores: dict[str, TokenStore] = {
        "memory": MemoryStore(),
        "file": FileStore(path),
        "text": FileStore(str(path)),
    }
    store = stores[kind]
    assert await store.load() is None
    for number in (1, 2):
        await store.save(pair(number))
        assert await store.load() == pair(number)


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_only_the_owner_can_read_the_file(path: Path) -> None:
    """Also where a file stood there that all could read, and whatever the umask is."""
    path.write_text("{}")
    path.chmod(0o644)
    before = os.umask(0)
    try:
        save(path, pair())
    finally:
        os.umask(before)

    assert path.stat().st_mode & 0o777 == 0o600


def test_nothing_is_left_beside_the_file(path: Path) -> None:
    """Neither after a save nor after one that failed."""
    save(path, pair())
    path.unlink()
    path.mkdir()
    with pytest.raises(OSError, match="tokens"):
        save(path, pair(2))

    assert [*path.parent.iterdir()] == [path]


CRASH = """
import asyncio, os, sys
from bitrix_async import FileStore, Tokens
def die(*args):
    os._exit(9)
setattr(os, sys.argv[2], die)
tokens = Tokens("access-2", "refresh-2", "https://portal.example/rest/")
asyncio.run(FileStore(sys.argv[1]).save(tokens))
"""


@pytest.mark.parametrize("at", ["fsync", "replace"])
def test_a_crash_between_write_and_rename(path: Path, at: str) -> None:
    """The process dies there: the pair before is whole, and the next save works."""
    save(path, pair())
    died = subprocess.run([sys.executable, "-c", CRASH, path, at], check=False)
    assert died.returncode == 9

    assert load(path) == pair()
    for left in path.parent.iterdir():
        assert left.stat().st_mode & 0o077 == 0 or os.name != "posix"
    save(path, pair(3))
    assert load(path) == pair(3)


async def test_who_reads_meanwhile_finds_a_whole_pair(path: Path) -> None:
    """Thirty writers and sixty readers at once: each reads one of the pairs."""
    stores = [FileStore(path) for _ in range(30)]
    await stores[0].save(pair())
    writing = [store.save(pair(n)) for n, store in enumerate(stores, 1)]
    reading = [store.load() for store in stores * 2]
    _, found = await asyncio.gather(asyncio.gather(*writing), asyncio.gather(*reading))

    assert all(tokens in [pair(n) for n in range(1, 31)] for tokens in found)


BROKEN = ["", "{", "[]", "null", '"access"', '{"access_token": "s3cret"}', "\xff"]


@pytest.mark.parametrize("text", BROKEN)
def test_a_file_that_holds_no_pair(path: Path, text: str) -> None:
    """It is an error that names the file and repeats nothing of it."""
    path.write_text(text, "latin-1")

    with pytest.raises(ValueError, match="holds no tokens") as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.skipif(os.name != "posix", reason="symbolic links")
async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """It is told before a pair is used up for one that could not be kept."""
    portal = Portal()
    given = portal.oauth.install("app.id", "app secret")
    tokens = Tokens(*given, client_endpoint=f"https://{portal.host}/rest/")
    portal.oauth.expire()
    store = FileStore(tmp_path / "no such folder" / "tokens.json")
    auth = OAuth("app.id", "app secret", tokens=tokens, store=store)
    async with Session(auth, transport=MemoryTransport(portal)) as bx:
        with pytest.raises(NotSent, match=r"store .* failed \(FileNotFoundError\)"):
            await bx(Call("user.current"))

    assert portal.oauth.refreshed == 0


def test_a_link_stays_a_link(path: Path) -> None:
    """What it points to is replaced."""
    link = path.with_name("link.json")
    save(path, pair())
    link.symlink_to(path)
    save(link, pair(2))

    assert link.is_symlink()
    assert load(path) == pair(2)


def test_a_restart_goes_on_with_the_stored_pair(path: Path) -> None:
    """Though the first pair is handed in again: its refresh token is used up."""
    portal = Portal(cost=0.0)
    tokens = Tokens(
        *portal.oauth.install("app", "secret", now=EPOCH),
        f"https://{portal.host}/rest/",
        expires=EPOCH + 3600,
    )

    async def main() -> None:
        auth = OAuth("app", "secret", tokens, store=FileStore(path))
        async with Session(auth, transport=MemoryTransport(portal)) as bx:
            await bx(Call("user.current"))

    for _ in range(3):
        portal.oauth.expire()
        run(main)

    assert portal.oauth.refreshed == 3
    assert json.loads(path.read_text())["refresh_token"] == "refresh-4"

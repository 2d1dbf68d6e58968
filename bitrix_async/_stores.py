"""Where an application's tokens are kept between renewals, and between processes."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from weakref import WeakValueDictionary

from bitrix_async.sansio.tokens import Tokens

if TYPE_CHECKING:
    from os import PathLike


class TokenStore(Protocol):
    """Keeps one pair of tokens.

    A store may be shared by sessions and by processes. What it raises fails the calls
    that wait for the tokens, with `NotSent`; a pair that could not be saved is saved
    again before the next one is asked for.
    """

    async def load(self) -> Tokens | None:
        """The pair that was saved last, None where there is none."""
        ...

    async def save(self, tokens: Tokens) -> None:
        """Replace the pair, whole or not at all; it is kept when this returns."""
        ...


class MemoryStore:
    """Keeps the pair while the process lives."""

    def __init__(self) -> None:
        self._tokens: Tokens | None = None

    async def load(self) -> Tokens | None:
        """See `TokenStore.load`."""
        return self._tokens

    async def save(self, tokens: Tokens) -> None:
        """See `TokenStore.save`."""
        self._tokens = tokens


class FileStore:
    """Keeps the pair in a JSON file that its owner alone can read.

    A new pair is written beside the file and then takes its place, so that whoever
    reads, or reads after a crash, finds one whole pair. The file's folder must exist.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        # What a link points to is replaced, not the link.
        self._path = Path(os.path.realpath(path))

    async def load(self) -> Tokens | None:
        """See `TokenStore.load`.

        Raises `ValueError` for a file that holds no pair, `FileNotFoundError` where
        there is none and none can be made.
        """
        return await asyncio.to_thread(self._load)

    async def save(self, tokens: Tokens) -> None:
        """See `TokenStore.save`; raises `OSError` where the file cannot be written."""
        text = json.dumps(tokens.reveal(), indent=2)
        await asyncio.to_thread(_replace, self._path, text.encode())

    def _load(self) -> Tokens | None:
        try:
            text = self._path.read_bytes()
        except FileNotFoundError:
            # Now, and not when one pair is used up for another that cannot be kept.
            if not os.access(self._path.parent, os.W_OK):
                raise
            return None
        try:
            return Tokens.of(_object(text))
        except (TypeError, ValueError):
            # Not `from` it: what cannot be read is told with its text.
            raise ValueError(f"{self._path} holds no tokens") from None

    def __repr__(self) -> str:
        return f"FileStore({str(self._path)!r})"


# Event loop and store -> whose turn it is to renew; kept while somebody has one.
_turns: Final[WeakValueDictionary[tuple[int, object], asyncio.Lock]] = (
    WeakValueDictionary()
)


def turn_of(store: TokenStore) -> asyncio.Lock:
    """To be held by who renews the tokens of a store, on the running event loop.

    Whoever comes second finds the pair of the first in the store, and asks for nothing.
    """
    place = store._path if isinstance(store, FileStore) else id(store)  # noqa: SLF001
    key = (id(asyncio.get_running_loop()), place)
    return _turns.setdefault(key, asyncio.Lock())


def _object(text: bytes) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def _replace(path: Path, text: bytes) -> None:
    # mkstemp makes a file that nobody else can read.
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)  # noqa: PTH105  # a name, not a Path
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """The new name outlives a loss of power too, where the system can promise it."""
    if os.name != "posix":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)

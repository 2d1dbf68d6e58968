"""An application's credentials, as a user hands them to a session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from bitrix_async._stores import MemoryStore, TokenStore
from bitrix_async.sansio.auth import Secret, secret
from bitrix_async.sansio.renewal import Keeper
from bitrix_async.sansio.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _tokens(value: Tokens | Mapping[str, Any] | None) -> Tokens | None:
    if value is None or isinstance(value, Tokens):
        return value
    if not hasattr(value, "get"):
        # Its kind alone: it may be a token.
        kind = type(value).__name__
        raise TypeError(f"tokens is a Tokens, or a map of its fields, not {kind}")
    return Tokens.of(value)


def _store(value: TokenStore) -> TokenStore:
    known = hasattr(value, "load") and hasattr(value, "save")
    if not known or isinstance(value, type):
        kind = type(value).__name__
        raise TypeError(f"store has load and save, such as a FileStore, not {kind}")
    return value


@frozen
class OAuth:
    """An application that calls as the user who installed it.

        OAuth(client_id, client_secret, tokens=answer, store=FileStore("tokens.json"))

    Tokens are renewed when the portal says that they have expired, and shortly before
    where it is known. A renewed pair replaces the one before for good: give a store
    that outlives the process, or the user will have to be asked again. Where the store
    holds a later pair than `tokens`, that one is used. Two sessions or processes may
    share a store, each with its own refresh.

    Args:
        client_id: the application's code.
        client_secret: its secret key; sent to `Tokens.server_endpoint` alone.
        tokens: the first pair: `Tokens`, or the fields as the portal or its server
            gave them, see `Tokens.of`. May be left out where the store holds some.
        store: where pairs are kept; in memory by default.

    Raises `TypeError` for tokens or a store that are none, `ValueError` as `Tokens`.
    """

    client_id: str
    client_secret: Secret = field(converter=secret)
    tokens: Tokens | None = field(default=None, converter=_tokens)
    store: TokenStore = field(factory=MemoryStore, converter=_store, kw_only=True)

    def keeper(self, jitter: Callable[[], float], pace: float) -> Keeper:
        """Who keeps the tokens of one session; `pace` is a second of the portal."""
        return Keeper(self.client_id, self.client_secret, self.tokens, jitter, pace)

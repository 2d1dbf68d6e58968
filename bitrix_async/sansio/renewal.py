"""How an application's tokens are renewed: a generator of steps that a shell takes.

    steps = keeper.renew()
    step = next(steps)
    ...                         # do it
    step = steps.send(what)     # what came of it; errors are sent, not thrown

It ends by `StopIteration` when `keeper.tokens` are the pair to use, or raises the error
of those who wait. Order is everything here (protocol.md 6.1): the store is looked at
first, since another process may have been there before; a new pair is stored before it
is used; and a pair that could not be stored is kept, and stored the next time, as the
one before it is used up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlencode, urlsplit

from attrs import define, evolve, field, frozen

from bitrix_async.errors import AuthFault, BitrixError, NotSent, Unanswered
from bitrix_async.sansio.retries import wait_before
from bitrix_async.sansio.tokens import Issued, Tokens, read_grant

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from bitrix_async.sansio.auth import Secret
    from bitrix_async.sansio.tokens import Granted

# Askings of one renewal; and how long another process may take from its new pair to
# the store, in seconds.
ATTEMPTS: Final = 3
_STORING: Final = 1.0

_USED_UP: Final = "invalid_grant"
# Nobody has the pair then, and there is no other way to one: protocol.md 6.1.
_LOST: Final = (
    "the refresh token is used up: the answer with the next pair was lost on its way, "
    "and the user has to be asked again"
)


@frozen
class Load:
    """Read the store; send the `Tokens` or None."""


@frozen
class Save:
    """Write the store; send None when it is surely written."""

    tokens: Tokens


@frozen
class Ask:
    """Post this form; send the status and the body, or the `BitrixError` met."""

    url: str
    form: bytes = field(repr=False)


@frozen
class Pause:
    """Wait so many seconds; send None."""

    seconds: float


Step: TypeAlias = Load | Save | Ask | Pause
Steps: TypeAlias = "Generator[Step, Any, None]"


@define(eq=False)
class Keeper:
    """Keeps the pair of tokens in use, and knows how to get the next.

    `given` are the tokens that a user handed in, where nothing is stored yet; `pace` is
    one second of an ordinary portal. `seconds` is for how long the pair in use is good,
    None where that is not known, and `asked` whether the last renewal brought it from
    the server.
    """

    client_id: str
    client_secret: Secret
    given: Tokens | None
    jitter: Callable[[], float]
    pace: float = 1.0
    tokens: Tokens | None = field(default=None, init=False)
    seconds: float | None = field(default=None, init=False)
    asked: bool = field(default=False, init=False)
    _unsaved: Issued | None = field(default=None, init=False)
    _past: Tokens | None = field(default=None, init=False)

    # --- credentials ------------------------------------------------------------------

    @property
    def host(self) -> str:
        """The portal's name and port; empty until the store has told it."""
        known = self.tokens or self.given
        return known.host if known else ""

    def address(self, method: str) -> str:
        """Where to post a call of the method: no secret."""
        return f"{self._in_use.client_endpoint}{method}"

    def headers(self) -> dict[str, str]:
        """The access token, which the portal looks for here first: protocol.md 1.5."""
        return {"Authorization": f"Bearer {self._in_use.access_token.reveal()}"}

    def hide(self, text: str) -> str:
        """The given text without any of the secrets in it."""
        for one in (self.tokens, self.given, self._past):
            text = one.hide(text) if one else text
        return self.client_secret.hide(text)

    def at(self, origin: str) -> Keeper:
        """Itself; the portal has been renamed."""
        path = urlsplit(self._in_use.client_endpoint).path
        self.tokens = evolve(self._in_use, client_endpoint=f"{origin}{path}")
        return self

    @property
    def _in_use(self) -> Tokens:
        if self.tokens is None:
            raise NotSent("there are no tokens yet")
        return self.tokens

    # --- renewal ----------------------------------------------------------------------

    def renew(self) -> Steps:
        """The steps to the next pair, or to the first.

        Raises `AuthFault` where the server refuses, `NotSent` where it cannot be asked,
        where there are no tokens, or where the store holds those of another portal.
        """
        self.asked = False
        if self._unsaved is not None:
            yield from self._keep(self._unsaved)
            return
        before = self.tokens or self.given
        if (yield from self._take_stored(before)):
            return
        if self.tokens is None:
            self.tokens = self._handed_in()
            return
        granted = yield from self._ask(self.tokens)
        if isinstance(granted, Issued):
            yield from self._keep(granted)
        elif not (yield from self._was_late(granted, self.tokens)):
            raise granted

    def _handed_in(self) -> Tokens:
        if self.given is None:
            raise NotSent("there are no tokens: none were given, and none are stored")
        return self.given

    def _take_stored(self, before: Tokens | None) -> Generator[Step, Any, bool]:
        stored: Tokens | None = yield Load()
        if stored is None:
            return False
        if before is not None and stored.is_of_another_portal(before):
            raise NotSent("the store holds the tokens of another portal")
        if before is not None and not stored.replaces(before):
            return False
        self._use(stored, None)
        return True

    def _ask(self, before: Tokens) -> Generator[Step, Any, Granted]:
        ask = Ask(_token_address(before), self._form(before))
        attempt, is_lost = 1, False
        while True:
            came = yield ask
            is_lost |= isinstance(came, Unanswered)
            if not isinstance(came, BitrixError):
                status, body = came
                came = read_grant(status, body, before, self.hide)
            if isinstance(came, AuthFault) and came.code == _USED_UP and is_lost:
                return AuthFault(came.code, _LOST, status=came.status)
            if isinstance(came, Issued | AuthFault):
                return came
            if attempt >= ATTEMPTS:
                return NotSent(f"the tokens could not be renewed: {came.message}")
            yield Pause(wait_before(attempt, self.jitter) * self.pace)
            attempt += 1

    def _was_late(
        self, refusal: BitrixError, before: Tokens
    ) -> Generator[Step, Any, bool]:
        """Whether another process has used the refresh token and stored the next."""
        if not isinstance(refusal, AuthFault) or refusal.code != _USED_UP:
            return False
        yield Pause(_STORING * self.pace)
        return (yield from self._take_stored(before))

    def _keep(self, issued: Issued) -> Steps:
        self._unsaved = issued
        yield Save(issued.tokens)
        self._unsaved = None
        self.asked = True
        self._use(issued.tokens, issued.seconds)

    def _use(self, tokens: Tokens, seconds: float | None) -> None:
        self._past, self.tokens, self.seconds = self.tokens, tokens, seconds

    def _form(self, before: Tokens) -> bytes:
        """As a form, since an address is logged on its way (protocol.md 6.1)."""
        return urlencode(
            {
                "grant_type": "refresh_token",
                "client_id": self.client_id,
                "client_secret": self.client_secret.reveal(),
                "refresh_token": before.refresh_token.reveal(),
            }
        ).encode()


def _token_address(tokens: Tokens) -> str:
    parts = urlsplit(tokens.server_endpoint)
    return f"{parts.scheme}://{parts.netloc}/oauth/token/"

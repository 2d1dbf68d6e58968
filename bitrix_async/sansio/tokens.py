"""The pair of tokens of an application, and what the authorization server says of it.

protocol.md 6.1: an access token is good for an hour. The refresh token brings the next
pair, of which it is a part: the one before is used up. Whoever loses a pair has to ask
the user again, so a new one is stored before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from attrs import field, frozen

from bitrix_async._masks import without_links
from bitrix_async.errors import AuthFault, NotSent
from bitrix_async.sansio.auth import Secret, is_safe, secret, split_address
from bitrix_async.sansio.json import NotJson, loads

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from attrs import Attribute

# Regions of a portal whose authorization server is another: protocol.md 6.1. The
# region is taken from the end of the portal's name.
_EAST: Final = frozenset({"am", "az", "by", "ge", "kg", "kz", "ru", "uz"})
_EAST_SERVER: Final = "https://oauth.bitrix24.tech/rest/"
_SERVER: Final = "https://oauth.bitrix.info/rest/"

# How a field is called by the authorization server and in events, and how when a
# portal opens an application: protocol.md 6.1, 6.3.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "access_token": ("access_token", "AUTH_ID"),
    "refresh_token": ("refresh_token", "REFRESH_ID"),
    "client_endpoint": ("client_endpoint",),
    "server_endpoint": ("server_endpoint", "SERVER_ENDPOINT"),
    "expires": ("expires",),
    "member_id": ("member_id",),
}


def _address(_: object, attribute: Attribute[str], value: str) -> None:
    parts = split_address(value)
    if parts is None or parts.query or parts.fragment:
        raise ValueError(f"{attribute.name} is not an address")
    if not is_safe(parts):
        raise ValueError(
            f"{attribute.name} must begin with https://: secrets are sent there; plain "
            "http is for a portal on this machine only"
        )


def _slash(value: str) -> str:
    return f"{value.strip().rstrip('/')}/"


def _number(value: object) -> float | None:
    """What is no number is not known: a pair must not be lost for it."""
    try:
        return float(str(value))
    except ValueError:
        return None


@frozen
class Tokens:
    """A pair of tokens, and the portal and the server that they belong to.

    Args:
        access_token: what calls are made with, for an hour.
        refresh_token: what the next pair is asked for with, once.
        client_endpoint: where the portal's methods are, `https://portal.../rest/`.
        server_endpoint: the authorization server's, as the portal gave it; where it
            is not given, that of the region which the portal's name ends with. The
            application's secret is sent there: take it from nobody else.
        expires: when the access token ends, in unix seconds, None where not known.
        member_id: the portal, whatever its name is.

    `Tokens.of` makes one of what the portal or its server gave. Raises `ValueError`
    for an address that is none, or is plain http and not on this machine.
    """

    access_token: Secret = field(converter=secret)
    refresh_token: Secret = field(converter=secret)
    client_endpoint: str = field(converter=_slash, validator=_address)
    server_endpoint: str = field(converter=_slash, validator=_address, kw_only=True)
    expires: float | None = field(default=None, converter=_number, kw_only=True)
    member_id: str = field(default="", kw_only=True)

    @server_endpoint.default
    def _server_of_the_region(self) -> str:
        region = self.host.partition(":")[0].rpartition(".")[2]
        return _EAST_SERVER if region in _EAST else _SERVER

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Tokens:
        """The tokens in an answer of the server, an event or an opened application.

        Takes the fields as they came (protocol.md 6.1, 6.3, 6.4). Raises `ValueError`,
        which repeats no value, where one is missing.
        """
        fields = {
            name: given[alias]
            for name, aliases in _NAMES.items()
            for alias in aliases
            if given.get(alias)
        }
        # Only there is it the portal's name: in an answer it is the server's own.
        if "client_endpoint" not in fields and given.get("DOMAIN"):
            fields["client_endpoint"] = f"https://{given['DOMAIN']}/rest/"
        needed = {"access_token", "refresh_token", "client_endpoint"}
        if missing := sorted(needed - fields.keys()):
            raise ValueError(f"these are no tokens: no {', '.join(missing)}")
        return cls(**fields)

    def reveal(self) -> dict[str, Any]:
        """All of it as `of` takes it, secrets too: for a store only."""
        return {
            "access_token": self.access_token.reveal(),
            "refresh_token": self.refresh_token.reveal(),
            "client_endpoint": self.client_endpoint,
            "server_endpoint": self.server_endpoint,
            "expires": self.expires,
            "member_id": self.member_id,
        }

    @property
    def host(self) -> str:
        """The portal's name and port."""
        return self.client_endpoint.partition("://")[2].partition("/")[0].lower()

    def replaces(self, other: Tokens) -> bool:
        """Whether this is a later pair than the other."""
        if self.access_token == other.access_token:
            return False
        if self.expires is None or other.expires is None:
            return True
        return self.expires >= other.expires

    def is_of_another_portal(self, other: Tokens) -> bool:
        """Whether it is surely not a pair of the same portal."""
        ids = {self.member_id, other.member_id} - {""}
        return len(ids) > 1

    def hide(self, text: str) -> str:
        """The given text without the tokens in it."""
        return self.refresh_token.hide(self.access_token.hide(text))


@frozen
class Issued:
    """A new pair, and for how many seconds it is good, None where not said."""

    tokens: Tokens
    seconds: float | None


Granted: TypeAlias = Issued | AuthFault | NotSent


def read_grant(
    status: int, body: bytes, before: Tokens, hide: Callable[[str], str]
) -> Granted:
    """What the authorization server answered to a refresh of the pair `before`.

    `AuthFault` is its refusal, `NotSent` an answer that says nothing, such as a
    gateway's page: the portal has not been asked anything yet.
    """
    try:
        data = loads(body)
    except NotJson as error:
        return NotSent(f"no new tokens: HTTP status {status}, {error}")
    if not isinstance(data, dict):
        return NotSent(f"no new tokens: HTTP status {status}, not an object")
    # Looked for before the status: `wrong_client` comes with 200 (protocol.md 6.1).
    if data.get("error"):
        return _refusal(data, status, hide)
    try:
        return Issued(_issued(data, before), _number(data.get("expires_in")))
    except (TypeError, ValueError):
        return NotSent(f"no new tokens: HTTP status {status}, and none in the answer")


def _refusal(
    data: Mapping[str, Any], status: int, hide: Callable[[str], str]
) -> AuthFault | NotSent:
    code = hide(without_links(str(data["error"])))
    text = hide(without_links(str(data.get("error_description") or "")))
    if status >= 500:  # it passes: protocol.md 5.4
        return NotSent(f"no new tokens: HTTP status {status}, {code}: {text}")
    return AuthFault(code, text, status=status)


def _issued(data: Mapping[str, Any], before: Tokens) -> Tokens:
    """The answer; what it does not say of the portal is as before."""
    known = before.reveal() | {"expires": None}
    new = {name: data[name] for name in _NAMES if data.get(name)}
    if not {"access_token", "refresh_token"} <= new.keys():
        raise ValueError("no tokens")
    try:
        return Tokens.of(known | new)
    except ValueError:  # an address that is none must not lose the pair
        names = ("access_token", "refresh_token", "expires")
        return Tokens.of(known | {name: new[name] for name in names if name in new})

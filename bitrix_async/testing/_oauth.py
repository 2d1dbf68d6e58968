"""The authorization server's refresh, so that a rotating token can be tried out.

`/oauth/token/` with `grant_type=refresh_token` (protocol.md 6.1). The real one has a
host of its own; here any host that leads to the portal will do, and on the loopback
interface the portal and the server are the one that was asked.

A trouble of a request whose `method` is `oauth/token` is a refresh's.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any, Final

from attrs import define, evolve, field, frozen

from bitrix_async.testing._answers import answer, refusal
from bitrix_async.testing._auth import Keys, Token
from bitrix_async.testing._methods import param
from bitrix_async.testing._requests import is_loopback, read_params

if TYPE_CHECKING:
    from bitrix_async._transport import Answer
    from bitrix_async.testing._requests import PortalRequest

PATH: Final = "/oauth/token/"

# protocol.md 6.1: an access token lives an hour.
_LIFETIME: Final = 3600
_SERVER: Final = "oauth.bitrix.info"


@frozen
class Grant:
    """An application that a user has installed."""

    client: str
    secret: str
    user: int


@define
class OAuth:
    """The applications, their refresh tokens, and the access tokens they led to.

    A refresh token is good once: the answer brings the next one.
    """

    keys: Keys
    lifetime: float
    grants: dict[str, Grant] = field(factory=dict)
    refreshed: int = 0

    def install(
        self, client: str, secret: str, *, user: int = 1, now: float = 0.0
    ) -> tuple[str, str]:
        """Installs an application; its access and refresh token."""
        return self._issue(Grant(client, secret, user), now)

    def uninstall(self, client: str) -> None:
        """Removes an application: it can neither call nor refresh."""
        self.keys.closed.add(client)

    def expire(self) -> None:
        """Ends the time of all access tokens that there are."""
        for name, token in self.keys.tokens.items():
            self.keys.tokens[name] = evolve(token, expires=-inf)

    def refresh(self, request: PortalRequest, host: str, now: float) -> Answer:
        params = read_params(request)
        grant = self.grants.get(str(param(params, "refresh_token")))
        if param(params, "grant_type") != "refresh_token":
            return refusal("invalid_request", "", 400)
        if grant is None:
            return refusal("invalid_grant", "", 400)
        sent = (param(params, "client_id"), param(params, "client_secret"))
        if sent != (grant.client, grant.secret):
            return refusal("invalid_client", "", 400)
        if grant.client in self.keys.closed:
            return refusal("NOT_INSTALLED", "", 401)
        del self.grants[str(param(params, "refresh_token"))]
        self.refreshed += 1
        asked = request.headers.get("host", "")
        portal, server = (
            (f"http://{asked}", f"http://{asked}")
            if is_loopback(asked)
            else (f"https://{host}", f"https://{_SERVER}")
        )
        return answer(
            self._pair(grant, *self._issue(grant, now), now)
            | {"client_endpoint": f"{portal}/rest/"}
            | {"server_endpoint": f"{server}/rest/"}
        )

    def _issue(self, grant: Grant, now: float) -> tuple[str, str]:
        number = len(self.keys.tokens) + 1
        access, refresh = f"access-{number}", f"refresh-{number}"
        expires = now + self.lifetime
        self.keys.tokens[access] = Token(grant.client, grant.user, expires)
        self.grants[refresh] = grant
        return access, refresh

    def _pair(
        self, grant: Grant, access: str, refresh: str, now: float
    ) -> dict[str, Any]:
        return {
            "access_token": access,
            "refresh_token": refresh,
            "expires": now + self.lifetime,
            "expires_in": self.lifetime,
            # Not the portal's name but the authorization server's (6.1).
            "domain": _SERVER,
            "member_id": "0" * 32,
            "scope": "app",
            "status": "L",
            "user_id": grant.user,
        }


def make(keys: Keys, scale: float) -> OAuth:
    return OAuth(keys, _LIFETIME * scale)

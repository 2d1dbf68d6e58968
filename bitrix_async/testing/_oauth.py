"""The authorization server's refresh, so that a rotating token can be tried out.

`/oauth/token/` with `grant_type=refresh_token` (protocol.md 6.1). The real one has a
host of its own; here any host that leads to the portal will do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import define, field, frozen

from bitrix_async.testing._answers import answer, refusal
from bitrix_async.testing._auth import Keys, Token
from bitrix_async.testing._methods import param

if TYPE_CHECKING:
    from bitrix_async._transport import Answer

PATH: Final = "/oauth/token/"

# protocol.md 6.1: an access token lives an hour.
_LIFETIME: Final = 3600


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

    def refresh(self, params: Any, host: str, now: float) -> Answer:
        grant = self.grants.get(str(param(params, "refresh_token")))
        if param(params, "grant_type") != "refresh_token":
            return refusal("invalid_request", "", 400)
        if grant is None:
            return refusal("invalid_grant", "", 400)
        sent = (param(params, "client_id"), param(params, "client_secret"))
        if sent != (grant.client, grant.secret):
            return refusal("invalid_client", "", 400)
        del self.grants[str(param(params, "refresh_token"))]
        self.refreshed += 1
        return answer(self._pair(grant, *self._issue(grant, now), host, now))

    def _issue(self, grant: Grant, now: float) -> tuple[str, str]:
        number = len(self.keys.tokens) + 1
        access, refresh = f"access-{number}", f"refresh-{number}"
        expires = now + self.lifetime
        self.keys.tokens[access] = Token(grant.client, grant.user, expires)
        self.grants[refresh] = grant
        return access, refresh

    def _pair(
        self, grant: Grant, access: str, refresh: str, host: str, now: float
    ) -> dict[str, Any]:
        return {
            "access_token": access,
            "refresh_token": refresh,
            "expires": now + self.lifetime,
            "expires_in": self.lifetime,
            "client_endpoint": f"https://{host}/rest/",
            "server_endpoint": "https://oauth.bitrix.info/rest/",
            # Not the portal's name but the authorization server's (6.1).
            "domain": "oauth.bitrix.info",
            "member_id": "0" * 32,
            "scope": "app",
            "status": "L",
            "user_id": grant.user,
        }


def make(keys: Keys, scale: float) -> OAuth:
    return OAuth(keys, _LIFETIME * scale)

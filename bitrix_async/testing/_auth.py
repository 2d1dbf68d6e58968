"""Who calls: a webhook's code in the path, or an application's token.

Statuses are those of the source and of live portals, not of the documentation's
table (protocol.md 5.2 and 10).
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from bitrix_async.testing._methods import Caller, PortalError, param

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.testing._requests import PortalRequest, Route


@frozen
class Token:
    """An access token: whose it is, and until when, by the portal's clock."""

    client: str = "app"
    user: int = 1
    expires: float = inf


@define
class Keys:
    """The webhooks and tokens that a portal knows, and applications that were removed.

    `closed` are the clients that the portal does not serve any more.
    """

    webhooks: set[tuple[int, str]] = field(factory=set)
    tokens: dict[str, Token] = field(factory=dict)
    closed: set[str] = field(factory=set)

    def caller(
        self, route: Route, request: PortalRequest, params: Any, now: float
    ) -> Caller:
        """Raises `PortalError` where the credentials are not good."""
        if route.user is not None and route.code is not None:
            return self._by_webhook(route.user, route.code)
        return self._by_token(_sent_token(request.headers, params), now)

    def _by_webhook(self, user: int, code: str) -> Caller:
        if (user, code) not in self.webhooks:
            raise PortalError(
                "INVALID_CREDENTIALS", "Invalid request credentials", status=401
            )
        return Caller(client=f"webhook:{code}", user=user)

    def _by_token(self, sent: str, now: float) -> Caller:
        if not sent:
            raise PortalError("NO_AUTH_FOUND", "Wrong authorization data", status=401)
        token = self.tokens.get(sent)
        if token is None:
            raise PortalError(
                "invalid_token", "Unable to get application by token", status=401
            )
        if token.client in self.closed:  # asked before the time: protocol.md 1.5
            raise PortalError(
                "APPLICATION_NOT_FOUND", "Application not found", status=401
            )
        if token.expires <= now:
            raise PortalError(
                "expired_token", "The access token provided has expired", status=401
            )
        return Caller(client=token.client, user=token.user, webhook=False)


def _sent_token(headers: Mapping[str, str], params: Any) -> str:
    """protocol.md 1.5: the header, then `auth`, then `access_token`."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    return str(param(params, "auth") or param(params, "access_token") or "")

"""Asks a portal without a door: for tests of what it answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson
from attrs import define, field

from bitrix_async.testing import Portal, PortalRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async._transport import Answer

JSON = {"content-type": "application/json"}


@define
class Asker:
    """One client of a portal, whose clock moves on with each answer."""

    portal: Portal = field(factory=lambda: Portal(cost=0.0))
    now: float = 600_000.0

    def send(self, request: PortalRequest) -> Answer:
        answer, seconds = self.portal.handle(request, self.now)
        self.now += seconds
        return answer

    def post(
        self,
        path: str,
        params: Any = None,
        *,
        query: str = "",
        headers: Mapping[str, str] = JSON,
    ) -> Answer:
        body = orjson.dumps(params if params is not None else {})
        return self.send(PortalRequest("POST", path, query, headers, body))

    def ask(self, method: str, params: Any = None) -> Any:
        """The whole body of the answer."""
        answer = self.post(self.portal.webhook_path + method, params)
        return json.loads(answer.body)

    def result(self, method: str, params: Any = None) -> Any:
        body = self.ask(method, params)
        assert "result" in body, body
        return body["result"]

    def code(self, method: str, params: Any = None) -> Any:
        """The error that it answers with; None where it succeeds."""
        return self.ask(method, params).get("error")

    def batch(self, cmd: Any, **params: Any) -> Any:
        """The five collections of a batch."""
        return self.result("batch", {"cmd": cmd, **params})

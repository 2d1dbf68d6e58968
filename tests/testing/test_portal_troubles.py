"""Troubles on demand, as a client meets them at either door."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from doors import DOORS, Client, now, opened

from bitrix_async.errors import BadAnswer, NotSent, Unanswered
from bitrix_async.testing import MemoryTransport, Portal, PortalLimits, run

# The kind, what else the rule says, what the client sees, how often it ran.
TROUBLES: list[tuple[str, dict[str, Any], Any, int]] = [
    ("reset", {}, Unanswered, 0),
    ("reset", {"runs": True}, Unanswered, 1),
    ("silence", {}, Unanswered, 0),
    ("silence", {"runs": True}, Unanswered, 1),
    ("cut", {}, Unanswered, 1),
    ("page", {}, 502, 0),
    ("page", {"runs": True, "status": 504}, 504, 1),
    ("busy", {}, 503, 0),
    ("expired", {}, 401, 0),
    ("rename", {}, 302, 0),
    ("error", {"status": 500}, 500, 0),
    ("error", {"status": 500, "runs": True}, 500, 1),
    ("fault", {"status": 403}, 403, 0),
    ("shaped", {}, 200, 0),
    ("broken", {}, 200, 1),
    ("huge", {}, 200, 1),
    ("slow", {}, 200, 1),
]


def test_no_trouble() -> None:
    """One that is spelt wrong would never come, and a test of it never fail."""
    with pytest.raises(ValueError, match="'kind' must be in"):
        Portal().trouble("restet")  # type: ignore[arg-type]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("kind", "rule", "seen", "ran"), TROUBLES)
def test_troubles(door: str, kind: Any, rule: Any, seen: Any, ran: int) -> None:
    """Each trouble as the client sees it, and whether the portal worked; once."""

    async def main() -> tuple[Any, int, str | None]:
        portal = Portal(cost=0.0)
        portal.trouble(kind, **rule)
        async with opened(door, portal) as client:
            try:
                found: Any = (await client.post("user.current", timeout=10)).status
            except Unanswered as error:
                found = type(error)
            count = portal.executed("user.current")
            return found, count, (await client.ask("user.current")).get("error")

    assert run(main) == (seen, ran, None)


@pytest.mark.parametrize("door", DOORS)
def test_refused_at_the_door(door: str) -> None:
    """A request beyond the rate waits for no worker."""

    async def main() -> list[int]:
        portal = Portal(cost=9.0, limits=PortalLimits(burst=1, refused_count=False))
        async with opened(door, portal, workers=1) as client:
            asked = [client.post("user.current") for _ in range(3)]
            return [answer.status for answer in await asyncio.gather(*asked)]

    assert sorted(run(main)) == [200, 503, 503]


def test_answers_of_ones_own() -> None:
    """A `page` says whatever a test wants a server to say."""

    async def main() -> bytes:
        portal = Portal()
        portal.trouble("page", status=200, body=b'{"result": 1e999}')
        async with opened("memory", portal) as client:
            return (await client.post("user.current")).body

    assert run(main) == b'{"result": 1e999}'


def test_a_refused_connection() -> None:
    """Only the door in memory can refuse one: nothing was sent."""

    async def main() -> int:
        portal = Portal()
        portal.trouble("refused")
        async with opened("memory", portal) as client:
            with pytest.raises(NotSent):
                await client.post("user.current")
        return portal.executed("user.current")

    assert run(main) == 0


@pytest.mark.parametrize("door", DOORS)
def test_bodies_of_troubles(door: str) -> None:
    """Half of the JSON, a padded body, an address elsewhere, five seconds later."""

    async def main() -> None:
        portal = Portal(cost=0.0)
        for kind in ("broken", "huge", "rename", "slow"):
            portal.trouble(kind)
        async with opened(door, portal) as client:
            broken = await client.post("user.current")
            with pytest.raises(json.JSONDecodeError):
                json.loads(broken.body)
            huge = await client.post("user.current")
            assert len(huge.body) == 1 << 20
            assert json.loads(huge.body)["result"]["ID"] == "1"
            moved = await client.post("user.current")
            assert moved.headers["location"] == (
                f"https://renamed.example{portal.webhook_path}user.current"
            )
            began = now()
            await client.post("user.current")
            assert now() - began == pytest.approx(5, abs=0.1)

    run(main)


def test_a_renamed_portal_answers_at_its_new_address() -> None:
    """The old host always sends on, the new one answers."""

    async def main() -> list[int]:
        portal = Portal()
        portal.trouble("rename", times=None, host="new.example")
        transport = MemoryTransport(portal)
        old = Client(transport, portal.webhook)
        new = Client(transport, f"https://new.example{portal.webhook_path}")
        asked = [old.post, old.post, new.post]
        return [(await post("user.current")).status for post in asked]

    assert run(main) == [302, 302, 200]


def test_answers_have_a_largest_size() -> None:
    """What is larger is no answer to either transport."""

    async def main() -> None:
        portal = Portal()
        portal.trouble("huge", size=2000)
        transport = MemoryTransport(portal, max_answer=1999)
        with pytest.raises(BadAnswer):
            await Client(transport, portal.webhook).post("user.current")

    run(main)

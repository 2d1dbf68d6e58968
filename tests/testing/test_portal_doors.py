"""Both doors: the same answers, each in its own time."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import aiohttp
import pytest
from doors import DOORS, Client, now, opened

from bitrix_async.errors import NotSent, Unanswered
from bitrix_async.testing import MemoryTransport, Portal, PortalError, run
from bitrix_async.testing.http import serve
from bitrix_async.testing.memory import EPOCH

CALLS: list[tuple[str, Any]] = [
    ("user.current", {}),
    ("landing.site.add", {"fields": {"TITLE": "Ы", "CODE": "s"}}),
    ("landing.landing.add", {"fields": {"TITLE": "P", "SITE_ID": 1}}),
    ("landing.landing.publication", {"lid": "1"}),
    ("landing.landing.publication", {}),
    ("no.such", {}),
    ("batch", {"cmd": {"a": "landing.landing.getList", "b": "user.current?x=%23"}}),
]


def test_both_doors_answer_alike() -> None:
    """The same calls at the same seeds: equal answers, but for their moments."""

    async def answers(door: str) -> list[Any]:
        portal = Portal(seed=3, cost_cv=0.5)
        async with opened(door, portal) as client:
            given = [await client.post(*call) for call in CALLS]
        return [(answer.status, _timeless(json.loads(answer.body))) for answer in given]

    one, two = (run(answers(door)) for door in DOORS)
    assert one == two


def _timeless(value: Any) -> Any:
    """Without what depends on the moment."""
    if isinstance(value, list):
        return list(map(_timeless, value))
    if isinstance(value, dict):
        return {
            key: _timeless(part)
            for key, part in value.items()
            if key not in {"time", "result_time"} and "DATE" not in key
        }
    return value


@pytest.mark.parametrize("door", DOORS)
def test_work_takes_time(door: str) -> None:
    """A call takes what it costs; calls side by side take it once."""

    async def main() -> tuple[float, float]:
        async with opened(door, Portal(cost=2.0)) as client:
            await client.ask("user.current")
            first = now()
            await asyncio.gather(*(client.ask("user.current") for _ in range(5)))
            return first, now()

    assert run(main) == pytest.approx((2, 4), abs=0.1)


@pytest.mark.parametrize("door", DOORS)
def test_workers(door: str) -> None:
    """Two workers take four requests of a second two at a time, in order."""

    async def main() -> list[float]:
        ends: list[float] = []
        async with opened(door, Portal(cost=1.0), workers=2) as client:

            async def one() -> None:
                await client.ask("user.current")
                ends.append(now())

            await asyncio.gather(*(one() for _ in range(4)))
        return ends

    assert run(main) == pytest.approx([1, 1, 2, 2], abs=0.1)


@pytest.mark.parametrize("door", DOORS)
def test_commands_run_at_their_own_time(door: str) -> None:
    """A direct call sees what a running batch has done so far."""

    async def main() -> list[int]:
        portal = Portal(costs={"crm.deal.add": 1.0}, cost=0.0)
        async with opened(door, portal) as client:
            batch = asyncio.ensure_future(
                client.ask("batch", {"cmd": ["crm.deal.add?fields[TITLE]=x"] * 3})
            )
            seen = []
            for _ in range(3):
                await asyncio.sleep(0.9)
                rows = await client.ask("crm.deal.list")
                seen.append(len(rows["result"]))
            await batch
            return seen

    assert run(main) == [0, 1, 2]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("give_up", ["timeout", "cancel"])
def test_a_client_that_gives_up(door: str, give_up: str) -> None:
    """The portal works on to the end of what it has begun."""

    async def main() -> int:
        portal = Portal(costs={"crm.deal.add": 5.0})
        async with opened(door, portal) as client:
            if give_up == "timeout":
                with pytest.raises(Unanswered):
                    await client.post("crm.deal.add", timeout=1)
            else:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(1):
                        await client.post("crm.deal.add")
            assert 0.9 < now() < 1.1
            await asyncio.sleep(10)
        return portal.executed("crm.deal.add")

    assert run(main) == 1


@pytest.mark.parametrize("door", DOORS)
def test_bugs_of_handlers_come_out(door: str) -> None:
    """An exception that is no PortalError is the test's to see."""

    async def main() -> None:
        portal = Portal()
        portal.on("bug", lambda _, __: 1 / 0)
        async with opened(door, portal) as client:
            answer = await client.post("bug")
            assert answer.status == 500

    with pytest.raises(ZeroDivisionError if door == "memory" else ExceptionGroup):
        run(main)


def test_a_round_trip_takes_half_each_way() -> None:
    """A request arrives after half of it: the portal's clock says so."""

    async def main() -> tuple[float, float]:
        portal = Portal(cost=1.0, time_form="floats")
        client = Client(MemoryTransport(portal, round_trip=0.5), portal.webhook)
        body = await client.ask("user.current")
        return body["time"]["start"] - EPOCH, now()

    assert run(main) == (0.25, 1.5)


def test_a_closed_transport_sends_nothing() -> None:
    """After `aclose` nothing reaches the portal."""

    async def main() -> None:
        portal = Portal()
        transport = MemoryTransport(portal)
        await transport.aclose()
        with pytest.raises(NotSent):
            await Client(transport, portal.webhook).post("user.current")
        assert portal.request_count == 0

    run(main)


def test_the_http_door_reads_any_http() -> None:
    """GET, forms and keep-alive work as on a web server."""

    async def main() -> list[int]:
        portal = Portal(cost=0.0)
        async with (
            serve(portal) as webhook,
            aiohttp.ClientSession() as session,
        ):
            url = webhook + "method.get.json"
            answers = [
                await session.get(url, params={"name": "user.current"}),
                await session.post(url, data={"name": "user.current"}),
                await session.post(url + "?name=user.current"),
                await session.post(url, data=io.BytesIO(b"x" * 3_000_000)),
            ]
            found = [
                (await answer.json())["result"]["isExisting"] for answer in answers
            ]
            assert found == [True, True, True, False]
            return [answer.status for answer in answers]

    assert run(main) == [200] * 4


def test_the_http_door_in_real_time() -> None:
    """On a real loop a scaled portal takes a hundredth of its time."""

    async def main() -> float:
        portal = Portal(scale=0.01, cost=2.0)
        async with serve(portal) as webhook, aiohttp.ClientSession() as session:
            began = now()
            async with session.post(webhook + "user.current") as answer:
                body = await answer.json()
            assert body["time"]["operating"] == pytest.approx(0.02)
            return now() - began

    assert 0.02 <= asyncio.run(main()) < 0.5


def test_short_work_is_charged_though_not_slept() -> None:
    """Fifty commands of 4 ms are charged 0.2 s, to the microsecond."""

    async def main() -> Any:
        portal = Portal(cost=0.004)
        async with opened("http", portal) as client:
            body = await client.ask("batch", {"cmd": ["user.current"] * 50})
            return body["result"]["result_time"][49]["operating"]

    assert asyncio.run(main()) == pytest.approx(0.2, abs=1e-5)


def test_portal_errors_pass_through_the_door() -> None:
    """A handler's PortalError is an answer, not a bug."""

    async def main() -> int:
        portal = Portal()

        @portal.method("x.fail")
        def fail(*_: Any) -> Any:
            raise PortalError("X", "x", status=409)

        async with opened("http", portal) as client:
            return (await client.post("x.fail")).status

    assert run(main) == 409

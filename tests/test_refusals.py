"""A portal that allows less than `limits` says: refusals are few, and nobody fails."""

from __future__ import annotations

import asyncio
from math import inf
from typing import TYPE_CHECKING

import pytest

from bitrix_async import Call, Limits, Session
from bitrix_async.testing import Portal, PortalLimits

if TYPE_CHECKING:
    from collections.abc import Callable

    Open = Callable[..., Session]

WRONG = [
    Limits.self_hosted(),
    Limits.enterprise(),
    Limits(burst=inf),
    Limits(burst=1e9),
    Limits(burst=1e9, per_second=1e9),
    Limits(per_second=1e9),
]

# What fifty connections have under way when the first refusal comes, and some after it.
FEW = 50


def calls(count: int) -> list[Call[object]]:
    return [Call("user.current", {"n": n}) for n in range(count)]


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("limits", WRONG, ids=str)
async def test_lone_calls(limits: Limits, counted: bool, session_of: Open) -> None:
    """Forty more than the bucket holds come through, about as soon as they can."""
    portal = Portal(limits=PortalLimits(refused_count=counted))
    async with session_of(portal, limits=limits) as bx:
        async with asyncio.timeout(60):
            await asyncio.gather(*(bx(call.direct()) for call in calls(90)))
        assert bx.stats().refused <= FEW


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("limits", WRONG, ids=str)
async def test_jobs(limits: Limits, counted: bool, session_of: Open) -> None:
    """Nor do jobs wait for a reserve of what the portal does not have."""
    portal = Portal(limits=PortalLimits(refused_count=counted), cost=0.0)
    async with session_of(portal, limits=limits) as bx:
        async with asyncio.timeout(400):  # 275 s at the least
            job = bx.stream(call.direct() for call in calls(600))
            assert [outcome.ok async for outcome in job] == [True] * 600
        assert bx.stats().refused <= 2 * FEW


async def test_in_shorter_seconds(session_of: Open) -> None:
    """On a portal whose second is a hundredth, pauses are a hundredth too."""
    portal = Portal(scale=0.01)
    limits = Limits(burst=inf, per_second=inf).scaled(0.01)
    async with session_of(portal, limits=limits) as bx:
        async with asyncio.timeout(0.6):
            await asyncio.gather(*(bx(call.direct()) for call in calls(90)))
        assert bx.stats().refused <= FEW

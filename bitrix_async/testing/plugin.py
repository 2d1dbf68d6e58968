"""The pytest plugin: a fresh portal for each test, and a transport to it.

pytest loads it in every run, so it imports nothing before a test asks for it: the
names of `bitrix_async.testing` are lazy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bitrix_async import testing

if TYPE_CHECKING:
    from bitrix_async.testing import MemoryTransport, Portal


@pytest.fixture
def bitrix_portal() -> Portal:
    """A fresh `Portal`: arrange it before the test, ask it what ran after."""
    return testing.Portal()


@pytest.fixture
def bitrix_transport(bitrix_portal: Portal) -> MemoryTransport:
    """A `MemoryTransport` to `bitrix_portal`, for `Session(transport=...)`."""
    return testing.MemoryTransport(bitrix_portal)

"""Coroutine tests run on a fresh virtual loop: time passes at once, leaks fail."""

from __future__ import annotations

import gc
import inspect
from typing import TYPE_CHECKING

import pytest

from bitrix_async import Session
from bitrix_async.testing import MemoryTransport, Portal, run

if TYPE_CHECKING:
    from collections.abc import Callable


def pytest_collection_finish() -> None:
    """Many tests collect garbage; modules and the tests themselves are none."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture
def portal() -> Portal:
    return Portal()


@pytest.fixture
def session_of() -> Callable[..., Session]:
    """Makes a session that speaks to a portal in memory."""

    def make(portal: Portal, **options: object) -> Session:
        workers = options.pop("workers", None)
        transport = MemoryTransport(portal, workers=workers)  # type: ignore[arg-type]
        return Session(portal.webhook, transport=transport, **options)  # type: ignore[arg-type]

    return make

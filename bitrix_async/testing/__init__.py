"""A local portal: the server side of Bitrix24's REST API, for tests.

    from bitrix_async import Call, Session
    from bitrix_async.testing import MemoryTransport, Portal, run

    async def main() -> None:
        portal = Portal()
        async with Session(portal.webhook, transport=MemoryTransport(portal)) as bx:
            await bx(Call("user.current"))
        assert portal.executed("user.current") == 1

    run(main)

`Portal` decides, without a clock; `MemoryTransport` leads to it in virtual time,
`bitrix_async.testing.http.serve` through real sockets.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bitrix_async.testing._auth import Token
    from bitrix_async.testing._faults import NoAnswer, Trouble
    from bitrix_async.testing._ledger import Entry, Ledger, RequestEntry
    from bitrix_async.testing._limits import PortalLimits
    from bitrix_async.testing._methods import Context, Paged, PortalError
    from bitrix_async.testing._requests import PortalRequest
    from bitrix_async.testing.clock import DeadlockError, LeakError, VirtualLoop, run
    from bitrix_async.testing.memory import MemoryTransport
    from bitrix_async.testing.portal import Portal

__all__ = [
    "Context",
    "DeadlockError",
    "Entry",
    "LeakError",
    "Ledger",
    "MemoryTransport",
    "NoAnswer",
    "Paged",
    "Portal",
    "PortalError",
    "PortalLimits",
    "PortalRequest",
    "RequestEntry",
    "Token",
    "Trouble",
    "VirtualLoop",
    "run",
]

# Imported when they are asked for: pytest loads the plugin, and so this package, in
# every run.
_HOMES: Final = {
    "Context": "_methods",
    "DeadlockError": "clock",
    "Entry": "_ledger",
    "LeakError": "clock",
    "Ledger": "_ledger",
    "MemoryTransport": "memory",
    "NoAnswer": "_faults",
    "Paged": "_methods",
    "Portal": "portal",
    "PortalError": "_methods",
    "PortalLimits": "_limits",
    "PortalRequest": "_requests",
    "RequestEntry": "_ledger",
    "Token": "_auth",
    "Trouble": "_faults",
    "VirtualLoop": "clock",
    "run": "clock",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)

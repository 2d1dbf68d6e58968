"""What a session tells of its work while it goes on.

A hook is anything that can be called with an event; a session is given its hooks once:

    def slow(event: Event) -> None:
        if isinstance(event, CallFinished) and event.seconds > 10:
            print(event.call.method, event.seconds)

    Session(url, hooks=(LogHook(), slow))

    event             | when it is told
    CallStarted       | a call was handed in
    RequestSent       | a request leaves, with the calls that travel in it
    RequestAnswered   | its answer came, or none will come
    CallRetried       | a call that was sent will be sent again
    Limited           | calls begin to wait for a limit of the portal
    TokenRefreshed    | an OAuth token was renewed, and stored
    PortalRenamed     | the portal has moved to another name, and is followed
    CallFinished      | whoever handed the call in gets its result or its error

Each event is a frozen value that can be kept. Calls and requests are told apart by
their `number`, which no other of this process has, so that one hook can serve many
sessions. None holds an address, a token or what a portal answered; parameters of calls
are there as they were given, and are masked where they are printed.

Hooks run on the event loop, one after the other: they must be quick and cannot be
coroutines. `CallStarted` and `CallFinished` are told in the context (`contextvars`) of
whoever handed the call in. What a hook raises harms no call; it is logged once for
each hook, by the logger `bitrix_async`.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from attrs import field, frozen

from bitrix_async._masks import without_links

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitrix_async._call import Call
    from bitrix_async.errors import BitrixError

__all__ = [
    "CallFinished",
    "CallRetried",
    "CallStarted",
    "Event",
    "Hook",
    "Limited",
    "LogHook",
    "PortalRenamed",
    "RequestAnswered",
    "RequestSent",
    "TokenRefreshed",
]


@frozen
class CallStarted:
    """A call was handed in."""

    number: int
    call: Call[Any]


@frozen
class RequestSent:
    """A request leaves.

    Args:
        number: of the request, not of a call.
        method: `batch`, or the method of the one call.
        host: the portal's name and port.
        calls: what travels in it, by the numbers of the calls. Equal reads that share
            a command are all there.
    """

    number: int
    method: str
    host: str
    calls: Mapping[int, Call[Any]]


@frozen
class RequestAnswered:
    """A request has ended.

    Args:
        number: that of its `RequestSent`.
        method: as there.
        seconds: since it left.
        status: of HTTP, whatever the answer says; None where no whole answer came.
        error: why none came; None where one did. `SessionClosed` where nobody waits
            for it any more.
    """

    number: int
    method: str
    seconds: float
    status: int | None = None
    error: BitrixError | None = None


@frozen
class CallRetried:
    """A call that was sent waits to be sent again.

    Args:
        number: of the call.
        call: the call.
        attempt: which sending failed, from 1. Refusals for a limit are not counted.
        error: what came of it.
        wait: seconds before it may leave; 0 where a limit, or nothing, decides.
    """

    number: int
    call: Call[Any]
    attempt: int
    error: BitrixError
    wait: float = 0.0


@frozen
class Limited:
    """Calls begin to wait for a limit of the portal (protocol.md 4).

    Args:
        cause: `rate`, the requests of all, or `operating`, the time of one method.
        method: that method in lower case; None for `rate`.
        seconds: until the first of them may leave, as far as is known.
    """

    cause: str
    method: str | None
    seconds: float


@frozen
class TokenRefreshed:
    """The OAuth token was renewed; the new pair is stored."""

    host: str


@frozen
class PortalRenamed:
    """The portal answers by another name now; the session goes on there."""

    old_host: str
    new_host: str


@frozen
class CallFinished:
    """A call has ended for whoever handed it in.

    Args:
        number: that of its `CallStarted`.
        call: the call.
        seconds: since it was handed in.
        error: what it raises; None where it has a result or was cancelled.
        cancelled: nobody waits for it any more. It may have run.
    """

    number: int
    call: Call[Any]
    seconds: float
    error: BitrixError | None = None
    cancelled: bool = False


Event: TypeAlias = (
    CallStarted
    | RequestSent
    | RequestAnswered
    | CallRetried
    | Limited
    | TokenRefreshed
    | PortalRenamed
    | CallFinished
)
"""Whatever a hook is told. There may be more kinds in a later version."""


class Hook(Protocol):
    """Who is told: a function, or an object that can be called."""

    def __call__(self, event: Event, /) -> None:
        """Take note of the event; quickly, for the session waits."""
        ...


# --- logging ------------------------------------------------------------------------


def _started(event: CallStarted) -> str:
    return f"call {event.number} started: {event.call!r}"


def _sent(event: RequestSent) -> str:
    numbers = ", ".join(map(str, event.calls))
    return f"request {event.number} to {event.host}: {event.method}, calls {numbers}"


def _answered(event: RequestAnswered) -> str:
    came = event.error or f"HTTP status {event.status}"
    return f"request {event.number} ended after {event.seconds:.3f} s: {came}"


def _retried(event: CallRetried) -> str:
    when = f"in {event.wait:.1f} s" if event.wait else "when it may"
    return f"call {event.number} goes again {when}: {event.error}"


def _limited(event: Limited) -> str:
    who = event.method or "everything"
    return f"{who} waits {event.seconds:.1f} s for the limit of {event.cause}"


def _refreshed(event: TokenRefreshed) -> str:
    return f"the token for {event.host} was refreshed"


def _renamed(event: PortalRenamed) -> str:
    return f"the portal {event.old_host} is {event.new_host} now"


def _finished(event: CallFinished) -> str:
    came = "cancelled" if event.cancelled else event.error or "done"
    return (
        f"call {event.number}, {without_links(event.call.method)}, ended after "
        f"{event.seconds:.3f} s: {came}"
    )


# Kind of event -> how severe it is, and its text.
_LINES: Final[Mapping[type, tuple[int, Callable[[Any], str]]]] = {
    CallStarted: (logging.DEBUG, _started),
    RequestSent: (logging.DEBUG, _sent),
    RequestAnswered: (logging.DEBUG, _answered),
    CallRetried: (logging.INFO, _retried),
    Limited: (logging.INFO, _limited),
    TokenRefreshed: (logging.INFO, _refreshed),
    PortalRenamed: (logging.WARNING, _renamed),
    CallFinished: (logging.DEBUG, _finished),
}


@frozen
class LogHook:
    """Logs each event as one line, through the standard library.

    Routine is logged as DEBUG, retries and limits as INFO, calls that failed and a
    portal that was renamed as WARNING. The event itself is the record's `event`, for
    who logs as JSON. Secrets are not in the text: parameters are shortened, and masked
    by their names.

    Args:
        logger: where to.
    """

    logger: logging.Logger = field(factory=lambda: logging.getLogger("bitrix_async"))

    def __call__(self, event: Event, /) -> None:
        level, text = _LINES[type(event)]
        if isinstance(event, CallFinished) and event.error is not None:
            level = logging.WARNING
        if self.logger.isEnabledFor(level):
            self.logger.log(level, "%s", text(event), extra={"event": event})

"""A hook that traces with OpenTelemetry; needs the extra `otel`.

    from bitrix_async.otel import TraceHook

    Session(url, hooks=(TraceHook(),))

Each call is a span below the one that was current where the call was handed in, and
lasts until its caller has the result: waiting for a limit, and what is sent again, is
inside. Each request is a span below that of the first call in it, with links to the
spans of the others. Names and attributes of requests follow OpenTelemetry's conventions
for HTTP clients, less the address, which is a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from opentelemetry import trace
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

from bitrix_async._masks import without_links
from bitrix_async._version import __version__
from bitrix_async.errors import BitrixError, Fault
from bitrix_async.hooks import (
    CallFinished,
    CallRetried,
    CallStarted,
    RequestAnswered,
    RequestSent,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opentelemetry.context import Context
    from opentelemetry.trace import Span, Tracer

    from bitrix_async.hooks import Event

__all__ = ["TraceHook"]

# From this status on an answer is an error to a client: OpenTelemetry's conventions.
_ERROR: Final = 400


class TraceHook:
    """Makes a span for each call and each request; serves any number of sessions.

    Spans of calls have `bitrix24.method`, and `error.type`: the portal's code, or the
    name of the error. Those of requests also have `bitrix24.calls`, how many travel.

    Args:
        tracer: whose spans; that of the global provider by default.
    """

    def __init__(self, tracer: Tracer | None = None) -> None:
        self._tracer = tracer or trace.get_tracer("bitrix_async", __version__)
        # By the numbers of calls and requests, which differ.
        self._open: dict[int, Span] = {}

    def __call__(self, event: Event, /) -> None:
        heed = _HEEDED.get(type(event))
        if heed is not None:
            heed(self, event)

    def _call_started(self, event: CallStarted) -> None:
        method = without_links(event.call.method)
        self._open[event.number] = self._tracer.start_span(
            method, attributes={"bitrix24.method": method}
        )

    def _request_sent(self, event: RequestSent) -> None:
        spans = [self._open[number] for number in event.calls if number in self._open]
        self._open[event.number] = self._tracer.start_span(
            f"POST {event.method}",
            context=_below(spans),
            kind=SpanKind.CLIENT,
            attributes=_address(event.host)
            | {
                "http.request.method": "POST",
                "bitrix24.method": event.method,
                "bitrix24.calls": len(event.calls),
            },
            links=[Link(span.get_span_context()) for span in spans[1:]],
        )

    def _request_answered(self, event: RequestAnswered) -> None:
        span = self._open.pop(event.number)
        if event.status is not None:
            span.set_attribute("http.response.status_code", event.status)
            if event.status >= _ERROR:
                span.set_attribute("error.type", str(event.status))
                span.set_status(Status(StatusCode.ERROR))
        _end(span, event.error)

    def _call_retried(self, event: CallRetried) -> None:
        if event.number in self._open:
            self._open[event.number].add_event(
                "retry",
                {"error.type": _type_of(event.error), "bitrix24.wait": event.wait},
            )

    def _call_finished(self, event: CallFinished) -> None:
        span = self._open.pop(event.number)
        if event.cancelled:
            span.set_attribute("bitrix24.cancelled", True)  # noqa: FBT003  # its API
        _end(span, event.error)


_HEEDED: Final[Mapping[type, Callable[[TraceHook, Any], None]]] = {
    CallStarted: TraceHook._call_started,  # noqa: SLF001
    RequestSent: TraceHook._request_sent,  # noqa: SLF001
    RequestAnswered: TraceHook._request_answered,  # noqa: SLF001
    CallRetried: TraceHook._call_retried,  # noqa: SLF001
    CallFinished: TraceHook._call_finished,  # noqa: SLF001
}


def _below(spans: list[Span]) -> Context | None:
    return trace.set_span_in_context(spans[0]) if spans else None


def _address(host: str) -> dict[str, str | int]:
    name, _, port = host.partition(":")
    return {"server.address": name} | ({"server.port": int(port)} if port else {})


def _end(span: Span, error: BitrixError | None) -> None:
    if error is not None:
        span.set_attribute("error.type", _type_of(error))
        span.set_status(Status(StatusCode.ERROR, error.message))
    span.end()


def _type_of(error: BitrixError) -> str:
    code = error.code if isinstance(error, Fault) else ""
    return code or type(error).__qualname__

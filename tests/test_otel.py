"""What the tracing hook makes of events, as an exporter gets it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from bitrix_async import Call, Session
from bitrix_async.otel import TraceHook
from bitrix_async.testing import Portal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from opentelemetry.sdk.trace import ReadableSpan

    Open = Callable[..., Session]

USER = Call("user.current")
ADD = Call("crm.deal.add", {"fields": {"TITLE": "x"}})


class Traced:
    """A tracer, the hook that uses it, and the spans that it has exported."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer = provider.get_tracer("test")
        self.hook = TraceHook(self.tracer)

    def spans(self, name: str) -> list[ReadableSpan]:
        return [s for s in self._exporter.get_finished_spans() if s.name == name]

    def all(self) -> list[ReadableSpan]:
        return [*self._exporter.get_finished_spans()]


@pytest.fixture
def traced() -> Traced:
    return Traced()


def about(span: ReadableSpan) -> Mapping[str, Any]:
    return span.attributes or {}


def id_of(span: ReadableSpan) -> int:
    assert span.context is not None
    return int(span.context.span_id)


async def test_a_call_and_its_request(traced: Traced, session_of: Open) -> None:
    """The request is below the call, and the call below what was current."""
    async with session_of(Portal(host="p.example:8443"), hooks=[traced.hook]) as bx:
        with traced.tracer.start_as_current_span("handler"):
            await bx(USER)

    request, call, handler = traced.all()
    assert [span.name for span in traced.all()] == [
        "POST user.current", "user.current", "handler",
    ]  # fmt: skip
    assert call.parent is not None
    assert request.parent is not None
    assert (call.parent.span_id, request.parent.span_id) == (
        id_of(handler),
        id_of(call),
    )
    assert (request.kind, call.kind) == (SpanKind.CLIENT, SpanKind.INTERNAL)
    assert about(request) == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "server.address": "p.example",
        "server.port": 8443,
        "bitrix24.method": "user.current",
        "bitrix24.calls": 1,
    }
    assert about(call) == {"bitrix24.method": "user.current"}
    assert {request.status.status_code, call.status.status_code} == {StatusCode.UNSET}


async def test_a_batch_is_linked_to_its_calls(traced: Traced, session_of: Open) -> None:
    """It is below the first and links to the rest, whosever they are."""

    async def caller(bx: Session) -> None:
        with traced.tracer.start_as_current_span("handler"):
            await bx(ADD)

    async with session_of(Portal(), hooks=[traced.hook], connections=1) as bx:
        await bx(ADD)
        await asyncio.gather(*(caller(bx) for _ in range(3)))

    (request,) = traced.spans("POST batch")
    calls = traced.spans("crm.deal.add")[1:]
    assert request.parent is not None
    below = [request.parent.span_id, *(link.context.span_id for link in request.links)]
    assert sorted(below) == sorted(map(id_of, calls))
    assert len({span.context.trace_id for span in calls if span.context}) == 3
    assert about(request)["bitrix24.calls"] == 3


ENDS: list[tuple[dict[str, Any] | None, Call[Any], list[str], str | None]] = [
    (None, Call("no.such"), ["404"], "ERROR_METHOD_NOT_FOUND"),
    (None, Call("user.current", {}, int), ["None"], "DecodeError"),
    ({"kind": "fault", "code": ""}, USER, ["400"], "Fault"),
    ({"kind": "reset"}, ADD, ["Unanswered"], "Unanswered"),
    ({"kind": "refused"}, ADD, ["NotSent", "None"], None),
    ({"kind": "page"}, USER, ["502", "None"], None),
]


@pytest.mark.parametrize(("trouble", "call", "requests", "end"), ENDS)
async def test_errors_are_the_spans_that_met_them(
    trouble: dict[str, Any] | None,
    call: Call[Any],
    requests: list[str],
    end: str | None,
    traced: Traced,
    session_of: Open,
) -> None:
    """A request that failed is one even where the call came to a good end."""
    portal = Portal()
    if trouble is not None:
        portal.trouble(**trouble)
    async with session_of(portal, hooks=[traced.hook]) as bx:
        await asyncio.gather(bx(call), return_exceptions=True)

    (span,) = traced.spans(call.method)
    assert about(span).get("error.type") == end
    assert (span.status.status_code is StatusCode.ERROR) == (end is not None)
    assert len(span.events) == len(requests) - 1
    assert {event.name for event in span.events} <= {"retry"}
    met = [about(one).get("error.type") for one in traced.spans(f"POST {call.method}")]
    assert [str(one) for one in met] == requests


async def test_a_cancelled_call_ends_its_span(traced: Traced, session_of: Open) -> None:
    """As does a request under way when the session is closed."""
    async with session_of(Portal(), hooks=[traced.hook]) as bx:
        waiting = bx(ADD)
        await asyncio.sleep(0.02)
        waiting.cancel()
        await asyncio.sleep(0)

    (call,) = traced.spans("crm.deal.add")
    assert about(call)["bitrix24.cancelled"] is True
    (request,) = traced.spans("POST crm.deal.add")
    assert about(request)["error.type"] == "SessionClosed"
    assert not traced.hook._open


async def test_no_span_holds_the_secret(traced: Traced, session_of: Open) -> None:
    """The address that OpenTelemetry's HTTP spans have is not among the attributes."""
    portal = Portal(code="s3cret")
    for kind in ("reset", "page", "refused", "busy"):
        portal.trouble(kind, skip=1)
    async with session_of(portal, hooks=[traced.hook]) as bx:
        for _ in range(9):
            await asyncio.gather(bx(USER), bx(ADD), return_exceptions=True)

    assert len(traced.all()) > 18
    assert not [span for span in traced.all() if "s3cret" in span.to_json()]

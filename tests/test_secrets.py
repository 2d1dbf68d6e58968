"""Secrets are planted, every kind of trouble is made, and all that is said searched."""

from __future__ import annotations

import asyncio
import pickle
import re
import traceback
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, get_args

import pytest
from attrs import define, field
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from bitrix_async import (
    AiohttpTransport,
    Answer,
    BitrixError,
    Call,
    OAuth,
    Post,
    Reply,
    Session,
    Tokens,
    Unanswered,
    Webhook,
)
from bitrix_async.hooks import LogHook
from bitrix_async.otel import TraceHook
from bitrix_async.testing import MemoryTransport, Portal
from bitrix_async.testing._faults import CommandKind, RequestKind
from bitrix_async.testing.http import serve
from bitrix_async.testing.memory import EPOCH

if TYPE_CHECKING:
    import logging
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from bitrix_async import Transport
    from bitrix_async.hooks import Event

# A webhook's code, a client's secret, a password among parameters, what signs a link;
# and the tokens that the portal's authorization server gives out.
PLANTED = re.compile(r"planted|\b(access|refresh)-\d")
CODE, CLIENT_SECRET = "wh-planted", "client-planted"
LINK = "https://portal.example/rest/download.json?auth=planted&token=disk%7Cplanted"
PARAMS = {"fields": {"PASSWORD": "planted", "TITLE": "x"}, "uploadUrl": LINK}
FILE = {"ID": "7", "DOWNLOAD_URL": LINK, "ABOUT": f"see {LINK}"}
# What a portal or a proxy may repeat of a request.
ECHOES = {
    "webhook": f"cannot POST {CODE} to https://portal.example/rest/1/{CODE}/m; {LINK}",
    "app": f"no Bearer access-1, nor refresh-1 of {CLIENT_SECRET}; {LINK}",
}
ECHO = "what was asked is put here"

CALLS = [
    Call("file", PARAMS),
    Call("file", PARAMS, int),
    Call("file", PARAMS, dict[str, int]),
    Call("crm.deal.add", PARAMS),
    Call("no.such", PARAMS),
    Call("user.current"),
    Call("file", PARAMS | {"bad": {1, 2}}),
]
LIST = Call("crm.item.list", {"entityTypeId": 2, "filter": PARAMS["fields"]})


@define
class Said:
    """Everything that was said; a hook, a log handler and the loop's listener."""

    texts: list[str] = field(factory=list, repr=False)

    def __call__(self, event: Event) -> None:
        self.texts += (repr(event), str(event))
        if (error := getattr(event, "error", None)) is not None:
            self.error(error)

    def error(self, error: BaseException) -> None:
        """The error with all that hangs on it, and the variables of its frames."""
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        self.texts += (repr(error), str(error), repr(error.args), repr(vars(error)))
        self.texts += told.format()
        for other in (error.__cause__, error.__context__):
            if other is not None:
                self.error(other)

    def log(self, records: list[logging.LogRecord]) -> None:
        for record in records:
            if "aiohttp/web_" in record.getMessage():
                continue  # the server of the local portal, which may know everything
            self.texts += (record.getMessage(), repr(vars(record)))
            if record.exc_info and record.exc_info[1]:
                self.error(record.exc_info[1])

    def loop(self, _: object, context: dict[str, Any]) -> None:
        self.texts.append(repr(context))
        if "exception" in context:
            self.error(context["exception"])

    def leaks(self) -> list[str]:
        """What surrounds each secret that was said."""
        found = (PLANTED.search(text) for text in self.texts)
        return [f"{m.string[max(0, m.start() - 200) : m.end()]}" for m in found if m]


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[Said]:
    """Fails the test in which something was said that must not be."""
    said = Said()
    caplog.set_level(1)
    for name in ("asyncio", "aiohttp", "bitrix_async"):
        caplog.set_level(1, name)
    yield said
    said.log(caplog.get_records("call"))
    assert len(said.texts) > 5
    assert not said.leaks()


def listen(said: Said, *, closely: bool = True) -> None:
    """Have the loop say all it can; closely: in debug mode, of every callback."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(said.loop)
    loop.set_debug(closely)
    loop.slow_callback_duration = 0.0


def planted(**options: Any) -> Portal:
    portal = Portal(code=CODE, **options)
    portal.on("file", lambda *_: FILE)
    return portal


async def use(bx: Session, said: Said) -> None:
    """Every way to hand calls in; every way that their ends are told."""
    for call in CALLS:
        await hear(said, bx.reply(call))
    for waiting in [*map(bx, CALLS)]:
        await hear(said, waiting)
    async for outcome in bx.stream(CALLS):
        said.texts.append(repr(outcome))
        if outcome.error is not None:
            said.error(outcome.error)
    await hear(said, bx.batch(*CALLS[:5]))
    await hear(said, bx.batch(*CALLS))
    await hear(said, walked(bx.pages(CALLS[0])))
    await hear(said, walked(bx.rows(LIST)))
    for slow in (bx(CALLS[0]), bx.batch(*CALLS[:5]), walked(bx.rows(LIST))):
        await hear(said, asyncio.wait_for(slow, 0.02))
    left = [*map(bx, CALLS[3:5])]
    await asyncio.sleep(0.02)
    left[0].cancel()
    said.texts += (repr(bx), repr(bx.stats()), repr(bx._dispatcher.planner), repr(left))
    await bx.aclose()
    await hear(said, left[1])


async def hear(said: Said, waiting: Awaitable[Any]) -> None:
    try:
        came = await waiting
    except (BitrixError, TimeoutError) as error:
        said.error(error)
    else:
        said.texts += [repr(came)] if isinstance(came, Reply) else []


async def walked(pages: AsyncIterator[Any]) -> None:
    async for row in pages:
        del row


def webhook(portal: Portal) -> str:
    return portal.webhook


def app(portal: Portal, url: str = "https://portal.example/rest/1/x/") -> OAuth:
    pair = portal.oauth.install("app", CLIENT_SECRET, now=EPOCH)
    endpoint = f"{url.partition('/rest/')[0]}/rest/"
    return OAuth(
        "app", CLIENT_SECRET, Tokens(*pair, endpoint, server_endpoint=endpoint)
    )


def make(portal: Portal, trouble: dict[str, Any], auth: Any, **rule: Any) -> None:
    """The trouble; of which the portal says what it was asked."""
    echo = ECHOES[auth.__name__]
    told = {key: echo if value == ECHO else value for key, value in trouble.items()}
    portal.trouble(**told, **rule)  # type: ignore[arg-type]  # a row of a table


# How each kind of trouble is made, where that is not by its name alone.
HOW: dict[str, list[dict[str, Any]]] = {
    "page": [{"status": status, "body": LINK.encode()} for status in (200, 403, 502)],
    "error": [{"status": status, "description": ECHO} for status in (400, 401, 500)],
    "fault": [{"code": ECHO, "description": ECHO}],
    "shaped": [{"code": "E", "description": ECHO}],
    "rename": [
        {},
        {"location": f"http://elsewhere.example/rest/1/{CODE}/user.current"},
    ],
    "huge": [{"size": 3 << 20}],
}
TROUBLES = [
    {"kind": kind} | how
    for kind in (*get_args(RequestKind), *get_args(CommandKind))
    for how in HOW.get(kind, [{}])
]
IDS = [f"{one['kind']}-{one.get('status', '')}" for one in TROUBLES]


# Of the portal for either, and of the server that renews an application's tokens.
WHERE = [(webhook, None), (app, None), (app, "oauth/token")]


@pytest.mark.parametrize(("auth", "method"), WHERE)
@pytest.mark.parametrize("trouble", TROUBLES, ids=IDS)
async def test_no_trouble_makes_a_secret_known(
    trouble: dict[str, Any],
    auth: Callable[[Portal], Any],
    method: str | None,
    said: Said,
) -> None:
    """Whoever makes it, and whatever they repeat of what they were asked."""
    listen(said, closely=auth is webhook)
    portal = planted(cost=0.0)
    make(portal, trouble, auth, method=method, times=9)
    door = MemoryTransport(portal, max_answer=2 << 20)
    access = auth(portal)
    if method is not None:
        portal.oauth.expire()
    said.texts += (repr(access) if isinstance(access, OAuth) else "", repr(door))
    spans = InMemorySpanExporter()
    tracer = TracerProvider(shutdown_on_exit=False)
    tracer.add_span_processor(SimpleSpanProcessor(spans))
    hooks = (said, LogHook(), TraceHook(tracer.get_tracer("test")))
    bx = Session(access, transport=door, hooks=hooks, timeout=7.0)
    del access
    await use(bx, said)
    said.texts += [span.to_json() for span in spans.get_finished_spans()]


@pytest.mark.parametrize("returns", [Any, list[int]])
async def test_rows_that_were_read_are_in_no_frame(returns: Any, said: Said) -> None:
    """A list that breaks off, or is of another type, is told of without its rows."""
    listen(said)
    portal = planted(cost=0.0)
    files = [FILE | {"ID": str(n)} for n in range(1, 51)]
    portal.on("file.list", lambda *_: files)
    portal.trouble("fault", method="file.list", skip=1, times=9)
    call = Call("file.list", {}, returns)
    hooks = (said, LogHook())
    async with Session(
        portal.webhook, transport=MemoryTransport(portal), hooks=hooks
    ) as bx:
        for walk in (bx.rows, bx.pages):
            await hear(said, walked(walk(call, strategy="keyset", key="ID")))


HOOK = f"https://portal.example/rest/1/{CODE}/"
SIGNED = "https://app.example/?AUTH_ID=planted&REFRESH_ID=planted"
# An address in the place of a name, and as a key of what is sent or what came.
PASTED = [
    Call(f"{HOOK}user.get"),
    Call("user.current?auth=planted"),
    Call("m", {HOOK: {1}}),
    Call("m", {"x": {(HOOK, 1): 1}}),
    Call("m", {"x": Call("m").result[HOOK]}),
    Call("m", {"x": Call(f"{HOOK}m").result}),
    Call("keyed"),
    Call("keyed", {"handler": SIGNED}, dict[str, int]),
    Call("keyed", {}, dict[int, str]),
    Call("keyed", items=HOOK),
]


@pytest.mark.parametrize("number", range(len(PASTED)))
async def test_an_address_in_a_wrong_place_is_not_repeated(
    number: int, said: Said
) -> None:
    """Who pasted it learns what is wrong with it, and the log does not learn it."""
    call = PASTED[number]
    portal = planted(cost=0.0)
    portal.on("keyed", lambda *_: {HOOK: "x", SIGNED: "y"})
    tracer = TracerProvider(shutdown_on_exit=False)
    spans = InMemorySpanExporter()
    tracer.add_span_processor(SimpleSpanProcessor(spans))
    hooks = (said, LogHook(), TraceHook(tracer.get_tracer("test")))
    door = MemoryTransport(portal)
    async with Session(portal.webhook, transport=door, hooks=hooks) as bx:
        await hear(said, bx(call))
        await hear(said, bx.batch(call))
        await hear(said, walked(bx.rows(call, strategy="keyset", key="ID")))
        await hear(said, walked(bx.rows(call, strategy="offset")))
    said.texts += [span.to_json() for span in spans.get_finished_spans()]
    said.texts += [repr(call), repr(call.result)]


SOCKETS = ["reset", "cut", "page", "broken", "huge", "error", "silence"]


@asynccontextmanager
async def through_sockets(auth: Any, portal: Portal) -> AsyncIterator[Any]:
    async with serve(portal, epoch=EPOCH) as url:
        yield url if auth is webhook else app(portal, url)


@pytest.mark.parametrize("auth", [webhook, app])
@pytest.mark.parametrize("kind", SOCKETS)
async def test_no_socket_makes_a_secret_known(kind: str, auth: Any, said: Said) -> None:
    """aiohttp's own errors and log records hold the address; none of them is seen."""
    listen(said)
    portal = planted(cost=0.0)
    for how in HOW.get(kind, [{}]):
        make(portal, {"kind": kind} | how, auth, times=3)
    door = AiohttpTransport(max_answer=2 << 20)
    async with through_sockets(auth, portal) as access:
        hooks = (said, LogHook())
        bx = Session(access, transport=door, hooks=hooks, timeout=3.0)
        del access
        await use(bx, said)
        await door.aclose()
    said.texts.append(repr(door))


@pytest.mark.parametrize("kind", ["reset", "cut", "huge", "silence"])
async def test_a_transport_by_itself_makes_no_secret_known(
    kind: str, said: Said
) -> None:
    """Whoever uses it without a session gets errors that are as clean."""
    listen(said)
    portal = planted(cost=0.0)
    make(portal, {"kind": kind}, webhook)
    door = AiohttpTransport(max_answer=1 << 19)
    async with serve(portal) as url:
        post = Post(f"{url}user.current", b"{}", 0.5)
        del url
        with pytest.raises(BitrixError) as caught:
            await door.post(post)
        said.error(caught.value)
        await door.aclose()


NOWHERE = [
    f"http://127.0.0.1:9/rest/1/{CODE}/",
    f"https://127.0.0.1:9/rest/1/{CODE}/",
    f"https://no-such-portal.invalid/rest/1/{CODE}/",
]


@pytest.mark.parametrize("number", range(len(NOWHERE)))
async def test_a_portal_that_is_not_there_is_told_of_without_the_secret(
    number: int, said: Said
) -> None:
    """No connection, no name: what aiohttp says of them is not repeated."""
    listen(said)
    async with Session(NOWHERE[number], hooks=(said, LogHook())) as bx:
        for call in CALLS[:4]:
            try:
                await bx(call)
            except BitrixError as error:
                said.error(error)


# What a transport that is not ours may do: raise its own, or give what is no answer.
ODD: list[tuple[str, Callable[[Post], Any]]] = [
    ("own error", lambda post: (_ for _ in ()).throw(LookupError(post.url))),
    ("our error", lambda _: (_ for _ in ()).throw(Unanswered("lost"))),
    ("nothing", lambda _: None),
    ("no headers", lambda _: Answer(200, None, LINK.encode())),  # type: ignore[arg-type]
    ("no bytes", lambda post: Answer(200, {}, post)),  # type: ignore[arg-type]
    ("echo in a header", lambda post: Answer(200, {"content-type": post.url}, b"")),
    ("link in a header", lambda _: Answer(502, {"content-type": LINK}, b"")),
    ("redirect to a link", lambda _: Answer(302, {"location": LINK}, b"")),
    ("redirect to nowhere", lambda _: Answer(302, {"location": f"//{CODE}:x/"}, b"")),
    ("redirect to itself", lambda post: Answer(302, {"location": post.url}, b"")),
    ("link as JSON", lambda _: Answer(200, {}, b'"%b"' % LINK.encode())),
    (
        "link as an error",
        lambda _: Answer(200, {}, b'{"error":["%b"]}' % LINK.encode()),
    ),
    (
        "code as an error",
        lambda _: Answer(401, {}, b'{"error":{"%b":1}}' % CODE.encode()),
    ),
    (
        "link as a row",
        lambda _: Answer(200, {}, b'{"result":{"result":"%b"}}' % LINK.encode()),
    ),
]


@define
class Odd:
    """A transport that is not ours."""

    what: Callable[[Post], Any] = field(repr=False)

    async def post(self, post: Post) -> Any:
        return self.what(post)

    async def aclose(self) -> None: ...


@pytest.mark.parametrize(
    "what", [what for _, what in ODD], ids=[name for name, _ in ODD]
)
async def test_an_odd_transport_makes_no_secret_known(
    what: Callable[[Post], Any], said: Said
) -> None:
    """A session that fails says where, and not what its variables held."""
    listen(said)
    odd: Transport = Odd(what)
    bx = Session(planted().webhook, transport=odd, hooks=(said, LogHook()))
    await use(bx, said)


REFUSED = [
    f"http://portal.example/rest/1/{CODE}/",
    f"https://portal.example/rest/1/{CODE}/user.current",
    f"https://portal.example/rest/{CODE}/",
    f"https://u:{CODE}@portal.example/rest/1/{CODE}/",
    f"https://portal.example:99999/rest/1/{CODE}/",
    f"https://portal..example/rest/1/{CODE}/",
    f"ftp://portal.example/rest/1/{CODE}/",
    f"/rest/1/{CODE}/",
]


@pytest.mark.parametrize("make", [Session, Webhook])
@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_an_address_that_is_refused_is_not_repeated(make: Any, number: int) -> None:
    """Nor do variables of our frames hold it."""
    said = Said()
    with pytest.raises(ValueError, match="address of a webhook") as caught:
        make(REFUSED[number])
    said.error(caught.value)

    assert not said.leaks()


def test_errors_travel_without_secrets() -> None:
    """What is pickled for another process is what is printed, and no more."""
    error = Unanswered("lost", call=Call("m"))

    assert b"planted" not in pickle.dumps(error)


def test_the_search_finds_what_is_there() -> None:
    """A test that cannot fail proves nothing: each place that is searched is."""
    said = Said()

    def failing() -> None:
        variable = LINK
        raise ValueError(len(variable)) from KeyError(CODE)

    try:
        failing()
    except ValueError as error:
        said.error(error)
    said.loop(None, {"message": CLIENT_SECRET})
    found = "\n".join(said.leaks())

    assert "variable = " in found
    assert f"KeyError('{CODE}" in found
    assert CLIENT_SECRET in found

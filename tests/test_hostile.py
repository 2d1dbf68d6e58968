"""Answers that are broken or mean harm, once each: alone, in a batch, to safe calls.

One table. Whatever comes, the calls concerned get a typed error or what can be read,
in bounded time and memory, the others their own, and the session goes on.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import tracemalloc
import zlib
from contextlib import contextmanager
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from attrs import define, field
from wire import http, serving

from bitrix_async import (
    AiohttpTransport,
    BadAnswer,
    Call,
    DecodeError,
    Fault,
    MethodUnknown,
    Session,
    Unanswered,
)
from bitrix_async.testing import MemoryTransport, Portal
from bitrix_async.testing._requests import PortalRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from wire import Writer

# What the transport takes, and how long it waits, in virtual seconds.
CAP, TIMEOUT = 1 << 20, 5.0


@define
class Asked:
    """A request that is answered with harm."""

    is_batch: bool
    mates: int = 2

    def first(self, result: bytes) -> bytes:
        """The answer in which the first call has this result, and the others theirs."""
        if not self.is_batch:
            return b'{"result":%b}' % result
        own = b"".join(b',"c%d":{"n":"%d"}' % (n, n) for n in (1, 2))
        return b'{"result":{"result":{"c0":%b%b},"result_error":[]}}' % (result, own)

    def of_batch(self, **parts: Any) -> bytes:
        """An answer of these collections, beside results that are as they should be."""
        results = {f"c{n}": {"n": str(n)} for n in range(3)}
        result = {"result": results, "result_error": []} | parts
        return json.dumps({"result": result if self.is_batch else {"n": 0}}).encode()


class Row(NamedTuple):
    """What comes, and what the first call makes of it; and the others of its batch.

    `first` and `mates` are a kind of error, with text that it holds, or a result; None
    is the call's own result. `again` is what a call gets that is safe to repeat.
    """

    name: str
    comes: Callable[[Asked], bytes] | Callable[[Asked], AsyncIterator[bytes]]
    first: Any
    mates: Any = None
    says: str = ""
    returns: Any = Any

    @property
    def again(self) -> Any:
        return None if self.first in (BadAnswer, Unanswered) else self.first


def whole(
    name: str, comes: Callable[[Asked], Any], kind: type[Exception], says: str = ""
) -> Row:
    """A row of an answer that is none to anybody."""
    return Row(name, comes, kind, kind, says)


def page(status: str) -> Row:
    kind = Unanswered if status[0] == "5" else BadAnswer
    return whole(
        f"a page with {status}",
        lambda _: http(b"<html>Sorry</html>", status, "Content-Type: text/html"),
        kind,
        f"HTTP status {status[:3]}",
    )


def said(
    name: str, result: bytes, first: Any, says: str = "", returns: Any = Any
) -> Row:
    """A row of one odd result."""
    return Row(name, lambda it: http(it.first(result)), first, None, says, returns)


def lost(name: str, result: bytes, says: str) -> Row:
    """A row of one result that makes the whole answer no JSON."""
    return whole(name, lambda it: http(it.first(result)), BadAnswer, says)


def text(name: str, body: bytes, kind: type[Exception], says: str = "") -> Row:
    return whole(name, lambda _: http(body), kind, says)


def batched(
    name: str, first: Any, mates: Any = None, says: str = "", **parts: Any
) -> Row:
    """A row of collections that only the answer to a batch has."""
    return Row(name, lambda it: http(it.of_batch(**parts)), first, mates, says)


@cache
def bomb(pack: str) -> bytes:
    """64 MB of nothing in 64 KB."""
    packer = zlib.compressobj(wbits=31 if pack == "gzip" else 15)
    parts = [packer.compress(bytes(1 << 20)) for _ in range(64)]
    return b"".join((*parts, packer.flush()))


def bombed(pack: str) -> Row:
    return whole(
        f"a {pack} bomb",
        lambda _: http(bomb(pack), "200 OK", f"Content-Encoding: {pack}"),
        BadAnswer,
        "larger than the cap",
    )


def promising(body: bytes, more: int) -> bytes:
    return http(body + bytes(more))[: -more or None]


async def dripping(it: Asked) -> AsyncIterator[bytes]:
    """A byte in 50 ms: less than a kilobyte a minute."""
    whole = http(it.first(b'{"n":"0"}'.ljust(10_000)))
    for place in range(len(whole)):
        yield whole[place : place + 1]
        await asyncio.sleep(0.05)


async def overlong(_: Asked, what: bytes) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n" + (b"" if b":" in what else b"\r\n")
    for _part in range(5_000):  # where nobody has had enough before
        yield what


async def closing(it: Asked, part: float) -> AsyncIterator[bytes]:
    """So much of an answer, and the connection is closed."""
    answer = http(it.first(b'{"n":"0"}'))
    yield answer[: int(len(answer) * part)]
    yield b""


NESTED = b"[" * 100_000 + b"]" * 100_000
NESTED_OBJECTS = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
DEEP = b"[" * 900 + b"]" * 900
ERROR = {"error": "E", "error_description": "said"}

ROWS = [
    *map(page, ("200 OK", "201 Created", "302 Found", "400 Bad Request")),
    *map(page, ("401 Unauthorized", "403 Forbidden", "404 Not Found", "429 Many")),
    *map(page, ("500 Error", "502 Bad Gateway", "503 Service", "504 Timeout", "599 X")),
    text("nothing", b"", BadAnswer, "0 bytes"),
    whole("no content", lambda _: b"HTTP/1.1 204 No\r\n\r\n", BadAnswer, "status 204"),
    text("a null", b"null", BadAnswer, "not an object"),
    text("a list", b"[1, 2]", BadAnswer, "not an object"),
    text("a number", b"7", BadAnswer),
    text("an empty object", b"{}", BadAnswer, "no result and no error"),
    text("half a result", b'{"result":{"result":{"c0":{"n":', BadAnswer, "not JSON"),
    text("two answers", b'{"result":1}{"result":2}', BadAnswer, "not JSON"),
    text("a script", b'throw 1;{"result":1}', BadAnswer, "does not begin as JSON"),
    text("UTF-16", '{"result":1}'.encode("utf-16"), BadAnswer, "does not begin"),
    text("an answer of binary zeros", bytes(1000), BadAnswer),
    text("endless nesting", b"[" * 100_000, BadAnswer, "nested too deep"),
    lost("nested 100,000 deep", NESTED, "nested too deep"),
    lost("objects 100,000 deep", NESTED_OBJECTS, "nested too deep"),
    lost("NaN", b"NaN", "NaN is not a number"),
    lost("-Infinity", b"[-Infinity]", "-Infinity is not a number"),
    lost("1e999", b"1e999", "a number is too large"),
    lost("an integer of 10,000 digits", b"9" * 10_000, "a number is too large"),
    said("an integer beyond 64 bits", b"36893488147419103232", float(2**65)),
    said("the same declared an integer", b"36893488147419103232", DecodeError, "", int),
    said("a small integer as a float", b"7.0", DecodeError, "expected int", int),
    said("duplicate keys", b'{"n":1,"n":2}', {"n": 2}),
    said("invalid UTF-8", b'"a\xff\xfeb"', "a\ufffd\ufffdb"),
    said("half of a pair of surrogates", b'"\\ud83d!"', "\ufffd!"),
    said("a byte order mark", b'"x"', "x"),
    said("nested 900 deep", DEEP, json.loads(DEEP)),
    said("a number as text", b'"12"', 12, "", int),
    said("text as a number", b"12", "12", "", str),
    said("no number as text", b'"12 apples"', DecodeError, "expected int", int),
    said("a list for a map", b'["x","y"]', {"0": "x", "1": "y"}, "", dict[str, str]),
    said("a map for a list", b'{"0":"x","5":"y"}', ["x", "y"], "", list[str]),
    said("an empty list for a map", b"[]", {}, "", dict[str, int]),
    said("a map of names for a list", b'{"a":1}', DecodeError, "list", list[int]),
    said("a list for a number", b"[1]", DecodeError, "expected int", int),
    said("a map for text", b'{"a":1}', DecodeError, "expected str", str),
    said("null for a number", b"null", DecodeError, "got null", int),
    *(
        text(f"an error of the form {body!r}", body, kind, says)
        for body, kind, says in [
            (b'{"error":"E","error_description":"said"}', Fault, "E: said"),
            (b'{"error":"E","result":1}', Fault, "E"),
            (b'{"error":5,"error_description":["a"]}', Fault, "5: ['a']"),
            (b'{"error":null}', Fault, "error without a code"),
            (b'{"error":["a",{"b":1}]}', Fault, "['a', {'b': 1}]"),
            (b'{"error":{"code":"C","message":{"ru":"x"}}}', Fault, "C: {'ru': 'x'}"),
            (b'{"error":"ERROR_METHOD_NOT_FOUND"}', MethodUnknown, "NOT_FOUND"),
            (b'{"error":{"code":%b}}' % DEEP, Fault, "[[["),
            (b'{"error":%b}' % DEEP, Fault, "[[["),
        ]
    ),
    text("an error nested 100,000 deep", b'{"error":%b}' % NESTED, BadAnswer, "deep"),
    bombed("gzip"),
    bombed("deflate"),
    whole(
        "what is not gzip",
        lambda it: http(it.first(b"1"), "200 OK", "Content-Encoding: gzip"),
        BadAnswer,
        "compression is broken",
    ),
    whole(
        "half of a gzip",
        lambda it: http(
            gzip.compress(it.first(b"1"))[:-9], "200 OK", "Content-Encoding: gzip"
        ),
        Unanswered,
        "cut short",
    ),
    whole("a drip", dripping, Unanswered, "no answer in time"),
    whole("silence", lambda _: b"", Unanswered, "no answer in time"),
    whole("too much", lambda _: http(bytes(CAP + 1)), BadAnswer, "larger than the cap"),
    whole("no end", lambda it: overlong(it, bytes(9999)), BadAnswer, "than the cap"),
    whole("no end of headers", lambda it: overlong(it, b"X-A: b\r\n" * 99), Unanswered),
    whole("less than promised", lambda _: promising(b"{}", 9), Unanswered, "in time"),
    *(
        whole(f"closed at {part}", partial(closing, part=part), Unanswered)
        for part in (0.0, 0.1, 0.5, 0.95)
    ),
    whole("not HTTP", lambda _: b"SSH-2.0-OpenSSH\r\n\r\n", Unanswered, "not HTTP"),
    whole("a status of words", lambda _: b"HTTP/1.1 OK\r\n\r\n", Unanswered),
    Row(
        "an answer behind the answer",
        lambda it: http(it.first(b"1")) + http(it.first(b'"of nobody"')),
        1,
    ),
]  # fmt: skip

BATCHES = [
    batched("other keys", BadAnswer, BadAnswer, "no row", result={"x0": 1, "0": 2}),
    batched("keys in upper case", BadAnswer, BadAnswer, result={"C0": 1, "C1": 1}),
    batched("no row for one", BadAnswer, says="no row", result={
        "c1": {"n": "1"}, "c2": {"n": "2"}, "c77": 1,
    }),
    batched("a list of results", BadAnswer, BadAnswer, "no row", result=[1, 2, 3]),
    batched("text for results", BadAnswer, BadAnswer, "no row", result="done"),
    batched("null for results", BadAnswer, BadAnswer, "no row", result=None),
    batched("a list of errors", None, result_error=[ERROR]),
    batched("text for errors", None, result_error="none"),
    batched("an error and a result", Fault, says="E: said", result_error={"c0": ERROR}),
    batched("an error of text", Fault, says="oops", result_error={"c0": "oops"}),
    batched("an error of null", Fault, result_error={"c0": None}),
    batched("an error of a list", Fault, says="[1]", result_error={"c0": [1]}),
    batched("odd times", None, result_time=[1], result_total=7, result_next="x"),
    batched("odd time", None, result_time={"c0": "x", "c1": [1], "c2": {"start": {}}}),
    batched("times beyond all bounds", None, result_time={
        "c0": {"start": 1e300, "finish": -1e300, "duration": 1e308},
        "c1": {"start": "x", "operating": "y", "operating_reset_at": []},
        "c2": {"operating": -1e300, "operating_reset_at": 1e300, "processing": True},
    }),
    text("text for collections", b'{"result":"x"}', BadAnswer, "no collections"),
    text("no collections", b'{"result":{"c0":1}}', BadAnswer, "no collections"),
]  # fmt: skip


@define
class Server:
    """A portal, whose first answer is another's."""

    comes: Callable[[Asked], Any]
    portal: Portal = field(factory=lambda: Portal(code="s3cret", cost=0.0))
    requests: int = 0

    def __attrs_post_init__(self) -> None:
        self.portal.on("echo", lambda _, params: params)

    async def __call__(self, request: bytes, writer: Writer) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        path = head.split()[1].decode()
        self.requests += 1
        if self.requests > 1:
            headers = {"content-type": "application/json"}
            asked = PortalRequest("POST", path, "", headers, body)
            writer.write(http(self.portal.handle(asked, 0.0)[0].body))
            return
        comes = self.comes(Asked(path.endswith("batch")))
        if isinstance(comes, bytes):
            writer.write(comes)
            return
        async for part in comes:
            writer.write(part)
            if not part:
                writer.close()
            await writer.drain()


@contextmanager
def within_memory(most: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


async def outcomes(row: Row, calls: list[Call[Any]]) -> list[Any]:
    """What calls come to whose first request is answered so; then all is well."""
    loop = asyncio.get_running_loop()
    async with serving(Server(row.comes)) as url:
        transport = AiohttpTransport(max_answer=CAP)
        address = url.removesuffix("m")
        bx = Session(address, transport=transport, timeout=TIMEOUT, connections=1)
        with within_memory(8 * CAP):
            came = await asyncio.gather(*map(bx, calls), return_exceptions=True)
        assert loop.time() < 2 * TIMEOUT
        after = [bx(Call("echo", {"after": n}).once()) for n in range(2)]
        assert await asyncio.gather(*after) == [{"after": "0"}, {"after": "1"}]
        assert await bx(Call("echo", {"alone": 1})) == {"alone": 1}
        stats = bx.stats()
        assert (stats.in_flight, stats.waiting) == (0, 0)
        await bx.aclose()
        await transport.aclose()
    return came


def check(came: Any, wanted: Any, own: Any, says: str) -> None:
    if wanted is None:  # alone a number is sent as one, in a batch as text
        assert {key: str(value) for key, value in came.items()} == own
    elif isinstance(wanted, type):
        assert type(came) is wanted
        assert says in str(came)
    else:
        assert came == wanted
        assert type(came) is type(wanted)


def calls_of(row: Row, count: int, *, safe: bool) -> list[Call[Any]]:
    calls = [
        Call("echo", {"n": n}, row.returns if not n else Any) for n in range(count)
    ]
    return [call.repeatable() if safe else call.once() for call in calls]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_to_a_lone_call(row: Row) -> None:
    """It gets a typed error, or what can be read of it; once, for it is once only."""
    (came,) = await outcomes(row, calls_of(row, 1, safe=False))
    check(came, row.first, {"n": "0"}, row.says)


@pytest.mark.parametrize("row", [*ROWS, *BATCHES], ids=lambda row: row.name)
async def test_to_a_batch(row: Row) -> None:
    """Those concerned get a typed error, and the others their own results."""
    came = await outcomes(row, calls_of(row, 3, safe=False))
    check(came[0], row.first, {"n": "0"}, row.says)
    for n in (1, 2):
        check(came[n], row.mates, {"n": str(n)}, row.says)


@pytest.mark.parametrize("row", [*ROWS, *BATCHES], ids=lambda row: row.name)
async def test_to_calls_that_may_be_repeated(row: Row) -> None:
    """What is no answer is asked past: each has its own result the second time."""
    came = await outcomes(row, calls_of(row, 3, safe=True))
    check(came[0], row.again, {"n": "0"}, row.says)
    is_fault = isinstance(row.mates, type) and issubclass(row.mates, Fault)
    for n in (1, 2):
        check(came[n], row.mates if is_fault else None, {"n": str(n)}, row.says)


@pytest.mark.parametrize("depth", [10, 512, 900])
async def test_to_calls_that_share_a_read(portal: Portal, depth: int) -> None:
    """Each gets a copy of its own, however deep it is; PHP writes 512 levels."""
    deep = b"[" * depth + b"]" * depth
    portal.trouble("page", status=200, body=b'{"result":{"of":%b}}' % deep)
    async with Session(portal.webhook, transport=MemoryTransport(portal)) as bx:
        came = await asyncio.gather(*(bx(Call("user.current")) for _ in range(3)))

    assert came[0] == came[1] == came[2] == {"of": json.loads(deep)}
    assert len({id(one["of"]) for one in came}) == 3

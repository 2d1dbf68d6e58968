"""The wire: what left, what came back, and what that says of each call on it.

It is read here by other rules than the package's, so that a bug there is none here.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from bitrix_async import BitrixError, NotSent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitrix_async import Answer, Post
    from bitrix_async.testing import MemoryTransport

# How a sending of a call can end.
DONE, DOUBT, UNSENT, HALTED = "done", "in doubt", "not sent", "halted"
MOVED = "moved"

# Answers that lead to a portal's new name; nothing has run.
_REDIRECTS: Final = {301, 302, 307, 308}

_ID: Final = re.compile(r"[?&]id=(\d+)")


@define
class Sending:
    """A call in a request: when it left, and how that ended; a fault is its code.

    `back` is when that was known.
    """

    at: float
    request: int
    end: str = DOUBT
    back: float = math.inf


@define
class Wire:
    """A transport that looks at what goes through it.

    `missed` is when it could not be sent.
    """

    inner: MemoryTransport
    sendings: dict[int, list[Sending]] = field(factory=dict)
    trace: list[tuple[float, str]] = field(factory=list)
    missed: list[float] = field(factory=list)
    requests: int = 0
    under_way: int = 0
    most_under_way: int = 0
    failed_renewals: int = 0
    redirects: int = 0

    async def post(self, post: Post) -> Answer:
        if "/oauth/token" in post.url:
            return await self._renew(post)
        loop = asyncio.get_running_loop()
        self.requests += 1
        body = json.loads(post.body)
        number, ids, is_batch = self.requests, _ids(body), "cmd" in body
        sent = {key: Sending(loop.time(), number) for key in ids}
        for key, number_of in ids.items():
            self.sendings.setdefault(number_of, []).append(sent[key])
        self._note(loop.time(), f"#{number} sends {[*ids.values()]}")
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        told = "was given up"
        try:
            answer = await self.inner.post(post)
        except BitrixError as error:
            told = f"gets {error!r}"
            if isinstance(error, NotSent):
                self.missed.append(loop.time())
                for one in sent.values():
                    one.end = UNSENT
            raise
        else:
            told = f"gets {answer.status}"
            self.redirects += answer.status in _REDIRECTS
            for key, end in _ends(answer, is_batch, bool(body.get("halt")), ids):
                sent[key].end = end
            return answer
        finally:
            self.under_way -= 1
            for one in sent.values():
                one.back = loop.time()
            ends = {ids[key]: one.end for key, one in sent.items()}
            self._note(loop.time(), f"#{number} {told}: {ends}")

    async def _renew(self, post: Post) -> Answer:
        """A request for new tokens: no calls travel in it."""
        self.failed_renewals += 1
        answer = await self.inner.post(post)
        self.failed_renewals -= b"access_token" in answer.body
        self._note(asyncio.get_running_loop().time(), f"renewed: {answer.status}")
        return answer

    async def aclose(self) -> None:
        await self.inner.aclose()

    def of(self, one: int) -> list[Sending]:
        """The sendings of a call, in order."""
        return self.sendings.get(one, [])

    def _note(self, at: float, text: str) -> None:
        self.trace.append((at, text))


def _ids(body: Mapping[str, Any]) -> dict[str, int]:
    """Key in the request -> the call's own number; pages of lists have none."""
    if "cmd" not in body:
        return {"": int(body["id"])} if "id" in body else {}
    found = {key: _ID.search(command) for key, command in body["cmd"].items()}
    return {key: int(match[1]) for key, match in found.items() if match}


def _ends(
    answer: Answer, is_batch: bool, halts: bool, keys: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    if answer.status in _REDIRECTS:
        yield from ((key, MOVED) for key in keys)
        return
    try:
        data = json.loads(answer.body)
    except ValueError:
        return
    if "error" in data:
        yield from ((key, f"fault {data['error']}") for key in keys)
    elif not is_batch:
        yield from ((key, DONE) for key in keys)
    else:
        yield from _rows(data["result"], halts, keys)


def _rows(
    parts: Mapping[str, Any], halts: bool, keys: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    results, errors = dict(parts["result"] or {}), dict(parts["result_error"] or {})
    stopped = False
    for key in keys:
        if key in errors:
            yield key, f"fault {errors[key]['error']}"
            stopped = halts
        elif key in results:
            yield key, DONE
        elif stopped:
            yield key, HALTED

"""Troubles on demand: what networks, web servers and portals do to a client.

A trouble is of a request or of a command. Of a request:

    kind      | what the client sees                                | ran?
    refused   | the connection is refused                           | never
    reset     | the connection is reset, no answer                  | `runs`
    silence   | no answer, until the client gives up                | `runs`
    page      | an HTML page with `status`                          | `runs`
    error     | `code`, `description` with `status`                 | `runs`
    busy      | 503 QUERY_LIMIT_EXCEEDED in JSON                    | never
    expired   | 401 expired_token                                   | never
    rename    | `status` (302) to `host`, or to `location`          | never
    cut       | the connection is closed in the middle of the body  | yes
    broken    | a whole answer with half of the JSON                | yes
    huge      | the answer, padded to `size` bytes                  | yes
    slow      | the answer, `seconds` later                         | yes

Of a command, or of a direct call:

    fault     | `code`, `description` in place of the result        | `runs`
    shaped    | the method returns an error as its result, HTTP 200 | `runs`
    missing   | a batch answers without this row                    | yes
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, get_args

from attrs import define, evolve, field, frozen
from attrs.validators import in_

from bitrix_async._transport import Answer
from bitrix_async.testing._answers import HTML_HEADERS, answer, page, refusal
from bitrix_async.testing._ledger import holds
from bitrix_async.testing._requests import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bitrix_async.testing._requests import PortalRequest

RequestKind: TypeAlias = Literal[
    "refused", "reset", "silence", "page", "error", "busy", "expired", "rename",
    "cut", "broken", "huge", "slow",
]  # fmt: skip
CommandKind: TypeAlias = Literal["fault", "shaped", "missing"]
Kind: TypeAlias = RequestKind | CommandKind

_OF_COMMANDS: Final = frozenset(get_args(CommandKind))
_KINDS: Final = (*get_args(RequestKind), *get_args(CommandKind))
_ALWAYS_RUN: Final = frozenset({"cut", "broken", "huge", "slow", "missing"})
_NEVER_RUN: Final = frozenset({"refused", "busy", "expired", "rename"})

Asked: TypeAlias = "Iterable[tuple[str, Any]]"


class NoAnswer(Exception):
    """The portal gives no answer: how the connection ends is the door's business.

    `refused`: it never came about. `reset`: it is torn down. `silence`: it stays
    open. `cut`: it is closed when half of `part` has been sent.
    """

    def __init__(
        self,
        how: Literal["refused", "reset", "silence", "cut"],
        part: Answer | None = None,
    ) -> None:
        super().__init__(how)
        self.how = how
        self.part = part


@frozen
class Trouble:
    """One rule of trouble; see the module for its kinds.

    Args:
        kind: what happens.
        times: how often, None for always.
        method: only to calls of this method, in any case of letters. A batch with
            such a command is a request of it. `oauth/token` is a refresh, which the
            rules that name no method leave alone.
        where: only to calls with at least these parameters; a number equals its text.
        skip: how many that match pass first.
        runs: whether the portal works before the trouble, where that is a choice.
        status: the HTTP status of `page`, `error`, `fault` and `rename`.
        code: of `error`, `fault` and `shaped`; may be "".
        description: of the same.
        seconds: how long `slow` adds, in the portal's nominal time.
        host: where a renamed portal is now; requests to it pass.
        location: the whole address that a `rename` leads to, where that is another.
        size: of a `huge` body, in bytes.
        body: of a `page`, where it matters: anything a server may say.

    Raises `ValueError` for a kind that is none.
    """

    # A trouble that is spelt wrong would never come, and its test never fail.
    kind: Kind = field(validator=in_(_KINDS))
    times: int | None = field(default=1, kw_only=True)
    method: str | None = field(default=None, kw_only=True)
    where: Mapping[str, object] = field(factory=dict, kw_only=True)
    skip: int = field(default=0, kw_only=True)
    runs: bool = field(default=False, kw_only=True)
    status: int = field(kw_only=True)
    code: str | int = field(default="INTERNAL_SERVER_ERROR", kw_only=True)
    description: str = field(default="Something went wrong", kw_only=True)
    seconds: float = field(default=5.0, kw_only=True)
    host: str = field(default="renamed.example", kw_only=True)
    location: str | None = field(default=None, kw_only=True)
    size: int = field(default=1 << 20, kw_only=True)
    body: bytes | None = field(default=None, kw_only=True)

    @status.default
    def _status(self) -> int:
        return {"page": 502, "rename": 302}.get(self.kind, 400)

    @property
    def of_command(self) -> bool:
        """Whether it is of a command, or a direct call, and of no request."""
        return self.kind in _OF_COMMANDS

    @property
    def works(self) -> bool:
        """Whether the portal does the work."""
        return self.kind in _ALWAYS_RUN or (self.runs and self.kind not in _NEVER_RUN)

    def meets(self, method: str, params: Any) -> bool:
        """Whether a call is one that the rule is for."""
        if self.method is not None and self.method.lower() != method.lower():
            return False
        return holds(params, self.where)


@define
class Troubles:
    """The rules in force; the first that matches is taken."""

    _armed: list[Trouble] = field(factory=list)

    def add(self, trouble: Trouble) -> None:
        self._armed.append(trouble)

    def clear(self) -> None:
        self._armed.clear()

    def __iter__(self) -> Iterator[Trouble]:
        """Those that are still to come, with the times that are left."""
        return iter(self._armed)

    def __len__(self) -> int:
        return len(self._armed)

    def of_request(self, asked: Callable[[], Asked], host: str) -> Trouble | None:
        """The trouble of a request for these calls, if any."""
        if not any(not trouble.of_command for trouble in self._armed):
            return None
        calls = list(asked())
        return self._take(
            lambda trouble: (
                not trouble.of_command
                and not (trouble.kind == "rename" and trouble.host == host)
                and any(trouble.meets(method, params) for method, params in calls)
            )
        )

    def of_refresh(self, params: Any) -> Trouble | None:
        """The trouble of a refresh, if any: only rules that name it."""
        return self._take(
            lambda trouble: (
                not trouble.of_command
                and trouble.method == "oauth/token"
                and holds(params, trouble.where)
            )
        )

    def of_command(self, method: str, params: Any) -> Trouble | None:
        """The trouble of one call, if any."""
        if not self._armed:
            return None
        return self._take(
            lambda trouble: trouble.of_command and trouble.meets(method, params)
        )

    def _take(self, meets: Callable[[Trouble], bool]) -> Trouble | None:
        for place, trouble in enumerate(self._armed):
            if not meets(trouble):
                continue
            if not trouble.skip:
                self._spend(place, trouble)
                return trouble
            self._armed[place] = evolve(trouble, skip=trouble.skip - 1)
        return None

    def _spend(self, place: int, trouble: Trouble) -> None:
        if trouble.times is None:
            return
        if trouble.times > 1:
            self._armed[place] = evolve(trouble, times=trouble.times - 1)
        else:
            del self._armed[place]


def end(trouble: Trouble, request: PortalRequest, given: Answer | None) -> Answer:
    """What becomes of an answer, or of none where the portal did not work."""
    return _ENDS[trouble.kind](trouble, request, given or refusal("", "", 500))


def _no_answer(trouble: Trouble, _: PortalRequest, given: Answer) -> Answer:
    raise NoAnswer(trouble.kind, given)  # type: ignore[arg-type]  # _ENDS says so


def _page(trouble: Trouble, _: PortalRequest, __: Answer) -> Answer:
    given = page(trouble.status)
    return given if trouble.body is None else evolve(given, body=trouble.body)


def _error(trouble: Trouble, _: PortalRequest, __: Answer) -> Answer:
    body = {"error": trouble.code, "error_description": trouble.description}
    return answer(body, trouble.status)


def _busy(_: Trouble, __: PortalRequest, ___: Answer) -> Answer:
    return too_many_requests()


def too_many_requests() -> Answer:
    """The refusal of protocol.md 4.1."""
    return refusal("QUERY_LIMIT_EXCEEDED", "Too many requests", 503)


def _expired(_: Trouble, __: PortalRequest, ___: Answer) -> Answer:
    return refusal("expired_token", "The access token provided has expired", 401)


def _rename(trouble: Trouble, request: PortalRequest, _: Answer) -> Answer:
    query = f"?{request.query}" if request.query else ""
    scheme = "http" if is_loopback(trouble.host) else "https"
    location = f"{scheme}://{trouble.host}{request.path}{query}"
    if trouble.location is not None:
        location = trouble.location
    return Answer(trouble.status, {**HTML_HEADERS, "location": location}, b"")


def _broken(_: Trouble, __: PortalRequest, given: Answer) -> Answer:
    return evolve(given, body=given.body[: len(given.body) // 2])


def _huge(trouble: Trouble, _: PortalRequest, given: Answer) -> Answer:
    return evolve(given, body=given.body.ljust(trouble.size))


def _slow(_: Trouble, __: PortalRequest, given: Answer) -> Answer:
    return given


_ENDS: Final[Mapping[str, Callable[[Trouble, PortalRequest, Answer], Answer]]] = {
    "broken": _broken,
    "busy": _busy,
    "cut": _no_answer,
    "error": _error,
    "expired": _expired,
    "huge": _huge,
    "page": _page,
    "refused": _no_answer,
    "rename": _rename,
    "reset": _no_answer,
    "silence": _no_answer,
    "slow": _slow,
}

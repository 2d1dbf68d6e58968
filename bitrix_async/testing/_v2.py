"""REST as of `/rest/...`: a direct call, or a `batch` of commands (protocol.md 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from bitrix_async.testing._answers import answer
from bitrix_async.testing._calls import Ran, blocked, call
from bitrix_async.testing._commands import expand, parse_command
from bitrix_async.testing._metering import only_first
from bitrix_async.testing._methods import PortalError, param_any_case
from bitrix_async.testing._php import entries, truthy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_async._transport import Answer
    from bitrix_async.testing._serving import Visit, Work

# protocol.md 2.2: the first 50 run, the others are refused one by one.
BATCH_LENGTH: Final = 50

# protocol.md 2.3: compared exactly, before the name is put into lower case.
_FORBIDDEN: Final = frozenset({"batch", "download", "upload"})


def begin(visit: Visit, now: float) -> Work[Answer]:
    """PHP has the request: who asks, and for what."""
    keys = visit.portal.keys
    try:
        visit.caller = keys.caller(visit.route, visit.request, visit.params, now)
    except PortalError as error:
        visit.portal.refused[str(error.code)] += 1
        return answer(error.body, error.status)
    if is_batch(visit.route.method):
        return (yield from _batch(visit, now))
    return (yield from _direct(visit, now))


def is_batch(method: str) -> bool:
    return method.lower() == "batch"


def commands(params: Any) -> list[tuple[str | int, Any]]:
    """The keys and commands of a batch; `cmd` is found in any case (2.1)."""
    return entries(param_any_case(params, "cmd"))


def asked(visit: Visit) -> Iterator[tuple[str, Any]]:
    """What a request asks for, before any placeholder is known."""
    yield visit.route.method, visit.params
    if is_batch(visit.route.method):
        for _, command in commands(visit.params):
            if isinstance(command, str):
                yield parse_command(command)


def _direct(visit: Visit, now: float) -> Work[Answer]:
    ran = yield from call(visit, visit.route.method, visit.params, "direct", now)
    if ran.error is not None:
        return answer(ran.error.body, ran.error.status)
    body = {"result": ran.page.result}
    if ran.page.next is not None:
        body["next"] = ran.page.next
    if ran.page.total is not None:
        body["total"] = ran.page.total
    return answer({**body, "time": ran.time})


def _batch(visit: Visit, now: float) -> Work[Answer]:
    portal = visit.portal
    if portal.meter.refuses_batch(visit.caller, now):
        portal.refused["OPERATION_TIME_LIMIT"] += 1
        return answer(blocked().body, blocked().status)
    asked_for = commands(visit.params)
    visit.commands = len(asked_for)
    halt = truthy(param_any_case(visit.params, "halt"))
    rows = _Rows()
    ended = yield from _commands(visit, asked_for, rows, now, halt=halt)
    time = portal.clock.block(now, ended)
    time.update(portal.meter.of_batch(visit.caller, now, ended))
    if portal.meter.reporting == "first":
        only_first(rows.stamps)
    return answer({"result": rows.answer(), "time": time})


def _commands(
    visit: Visit,
    asked_for: list[tuple[str | int, Any]],
    rows: _Rows,
    now: float,
    *,
    halt: bool,
) -> Work[float]:
    """Runs the commands in order, in one process; returns when it has ended."""
    for place, (key, command) in enumerate(asked_for):
        if place >= BATCH_LENGTH:
            rows.error[key] = _too_long().body
        elif isinstance(command, str):
            ran = yield from _command(visit, command, rows, now)
            now = ran.finished
            rows.add(key, ran)
        if halt and key in rows.error:
            break
    return now


def _command(visit: Visit, command: str, rows: _Rows, now: float) -> Work[Ran]:
    method, params = parse_command(command)
    if method in _FORBIDDEN or method.lower() in visit.portal.forbidden_in_batch:
        return Ran(method, now, error=_not_allowed())
    if "$" in command or "%24" in command:  # nearly none has placeholders
        params = expand(params, rows.collections())
    return (yield from call(visit, method, params, "batch", now))


def _too_long() -> PortalError:
    return PortalError("ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")


def _not_allowed() -> PortalError:
    return PortalError(
        "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage"
    )


@define
class _Rows:
    """The five collections of a batch's answer, each by the keys of its commands."""

    result: dict[str | int, Any] = field(factory=dict)
    error: dict[str | int, Any] = field(factory=dict)
    total: dict[str | int, Any] = field(factory=dict)
    next: dict[str | int, Any] = field(factory=dict)
    time: dict[str | int, Any] = field(factory=dict)
    stamps: list[tuple[str, dict[str, Any]]] = field(factory=list)

    def add(self, key: str | int, ran: Ran) -> None:
        if ran.hidden:
            return
        if ran.error is not None:
            self.error[key] = ran.error.body
            return
        self.result[key] = ran.page.result
        self.time[key] = ran.time
        self.stamps.append((ran.method, ran.time))
        if ran.page.total is not None:
            self.total[key] = ran.page.total
        if ran.page.next is not None:
            self.next[key] = ran.page.next

    def collections(self) -> dict[str, Any]:
        """What placeholders name (2.5)."""
        return {
            "result": self.result,
            "error": self.error,
            "total": self.total,
            "next": self.next,
            "time": self.time,
        }

    def answer(self) -> dict[str, Any]:
        return {
            "result": self.result,
            "result_error": self.error,
            "result_total": self.total,
            "result_next": self.next,
            "result_time": self.time,
        }

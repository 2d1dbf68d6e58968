"""REST as of `/rest/api/...`, as far as a client needs another wire (protocol.md 3).

JSON only, other errors, names matched as they are given, and a batch that is reported
all or nothing though nothing is rolled back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from bitrix_async.testing._answers import answer
from bitrix_async.testing._ledger import Entry, Via
from bitrix_async.testing._methods import Context, PortalError
from bitrix_async.testing._requests import is_json, read_json, read_query
from bitrix_async.testing._v3_tasks import METHODS

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_async._transport import Answer
    from bitrix_async.testing._serving import Visit, Work

_PREFIX: Final = "BITRIX_REST_V3_EXCEPTION_"
_BATCH: Final = "batch"


def error(kind: str, message: str, status: int = 400) -> PortalError:
    """An error of v3: its code is the class path of an exception (3.5)."""
    return PortalError(f"{_PREFIX}{kind}EXCEPTION", message, status=status)


def begin(visit: Visit, now: float) -> Work[Answer]:
    """PHP has the request; whatever goes wrong has the shape of 3.5."""
    try:
        body = _authorized(visit, now)
        if visit.route.method == _BATCH:
            result, ended = yield from _batch(visit, body, now)
            stamp = visit.portal.meter.of_batch(visit.caller, now, ended)
        else:
            result, ended, stamp = yield from _direct(visit, body, now)
    except PortalError as problem:
        visit.portal.refused[str(problem.code)] += 1
        shape = {"code": problem.code, "message": problem.description}
        return answer({"error": {**shape, **problem.extras}}, problem.status)
    time = visit.portal.clock.block(now, ended)
    time.update(stamp)
    return answer({"result": result, "time": time})


def _authorized(visit: Visit, now: float) -> Any:
    """The body, if its sender may use REST: every other reason is lost (5.2)."""
    body = read_json(visit.request.body) if is_json(visit.request) else None
    token = {**_map(body), **_map(read_query(visit.request))}
    try:
        visit.caller = visit.portal.keys.caller(visit.route, visit.request, token, now)
    except PortalError:
        raise error("ACCESSDENIED", "Access denied", 401) from None
    if not isinstance(body, dict | list):
        raise error("INVALIDJSON", "The body is no JSON")
    return body


def _map(value: Any) -> dict[Any, Any]:
    return value if isinstance(value, dict) else {}


def _direct(
    visit: Visit, params: Any, now: float
) -> Work[tuple[Any, float, dict[str, Any]]]:
    portal, method = visit.portal, visit.route.method
    _find(method)
    if portal.meter.refuses(visit.caller, method, "direct", now):
        raise error("RATELIMIT", "The method is blocked", 429)
    ended = yield portal.cost(method)
    took = ended - now
    stamp = portal.meter.charge(visit.tab, visit.caller, method, "direct", took, ended)
    return _run(visit, method, params, "direct", ended), ended, stamp


def _find(method: str) -> Callable[[Context, Any], Any]:
    if method not in METHODS:
        raise error("METHODNOTFOUND", "There is no such method", 404)
    return METHODS[method]


def _run(visit: Visit, method: str, params: Any, via: Via, now: float) -> Any:
    context = Context(visit.portal, visit.caller, visit.process, now)
    code = None
    try:
        return METHODS[method](context, params)
    except PortalError as problem:
        code = str(problem.code)
        raise
    finally:
        visit.portal.ledger.add(
            Entry(method.lower(), params, now, via, visit.number, code)
        )


def _batch(visit: Visit, items: Any, now: float) -> Work[tuple[list[Any], float]]:
    """In order; inner calls are not charged (4.2). The first failure ends it (3.3)."""
    calls = _checked(items)
    visit.commands = len(calls)
    names = _Names()
    results = []
    for place, item in enumerate(calls):
        query = names.resolved(item["query"])
        now = yield visit.portal.cost(item["method"])
        result = _run(visit, item["method"], query, "batch", now)
        names.keep(str(item.get("as", place)), result)
        results.append(result)
    return results, now


def _checked(items: Any) -> list[dict[str, Any]]:
    """Every item is looked at before the first one runs (3.1 and 3.3)."""
    if not isinstance(items, list) or not all(
        isinstance(item, dict)
        and item.get("method") is not None
        and item.get("query") is not None
        for item in items
    ):
        raise _invalid("A batch is a list of method and query")
    for item in items:
        _find(str(item["method"]))
    aliases = [item["as"] for item in items if item.get("as") is not None]
    if len(aliases) != len(set(aliases)):
        raise _invalid("An alias is there twice")
    return items


def _invalid(message: str) -> PortalError:
    return error("INVALIDSELECT", message)


@define
class _Names:
    """What references can reach: the content of `item` or `items` (3.2)."""

    kept: dict[str, Any] = field(factory=dict)

    def keep(self, name: str, result: Any) -> None:
        content = result.get("item") or result.get("items")
        if content:
            self.kept[name] = content

    def resolved(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.resolved(part) for part in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"$ref"}:
            return self._at(str(value["$ref"]))
        if set(value) == {"$refArray"}:
            return self._column(str(value["$refArray"]))
        return {key: self.resolved(part) for key, part in value.items()}

    def _at(self, path: str) -> Any:
        value: Any = self.kept
        for step in path.split("."):
            value = _below(value, step)
            if value is None:
                raise _invalid("A reference leads nowhere")
        return value

    def _column(self, path: str) -> list[Any]:
        name, _, column = path.partition(".")
        rows = self._at(name)
        if not isinstance(rows, list):
            raise _invalid("A reference to rows leads to none")
        return [_below(row, column) for row in rows]


def _below(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    return None

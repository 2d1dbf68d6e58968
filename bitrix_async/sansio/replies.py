"""What an HTTP answer says: of one call, or of each command of a batch.

Rules (protocol.md 1.8, 2.6, 5.1, 5.3):

* `error` is looked for before the status: an error may come with 200.
* A code is compared as text: the portal sends text, integers and `""`.
* Each of the five collections of a batch answer is a list or a map by itself, and an
  empty one is a list. Rows are found by their key, never by their place.
* `null` is a result. A missing row is neither a result nor an error: it is None here.
* `time`, or any part of it, may be absent, and numbers may be text.
* What is not an envelope of Bitrix24 is `Unanswered` where the call may have been cut
  short (5xx), and `BadAnswer` otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from bitrix_async._call import Reply, Time
from bitrix_async._masks import shown, without_links
from bitrix_async.errors import (
    AuthFault,
    BadAnswer,
    BitrixError,
    Fault,
    LimitExceeded,
    MethodUnknown,
    Unanswered,
)
from bitrix_async.sansio.json import NotJson, loads

if TYPE_CHECKING:
    from collections.abc import Sequence

Row: TypeAlias = "Done | BitrixError"

RATE_LIMIT: Final = "QUERY_LIMIT_EXCEEDED"
OPERATING_LIMIT: Final = "OPERATION_TIME_LIMIT"
NOT_IN_BATCH: Final = "ERROR_BATCH_METHOD_NOT_ALLOWED"

# Codes whose meaning is one of the finer errors: protocol.md 4.4 and 5.2.
KINDS: Final[Mapping[str, type[Fault]]] = {
    RATE_LIMIT: LimitExceeded,
    OPERATING_LIMIT: LimitExceeded,
    "ERROR_METHOD_NOT_FOUND": MethodUnknown,
    **dict.fromkeys(
        (
            "APPLICATION_NOT_FOUND",
            "CONNECTION_ERROR",
            "ERROR_OAUTH",
            "INVALID_CREDENTIALS",
            "INVALID_REQUEST",
            "METHOD_CONFIRM_DENIED",
            "METHOD_CONFIRM_WAITING",
            "NOT_INSTALLED",
            "NO_AUTH_FOUND",
            "OVERLOAD_LIMIT",
            "PAYMENT_REQUIRED",
            "PORTAL_DELETED",
            "WRONG_AUTH_TYPE",
            "WRONG_LICENSE",
            "allowed_only_intranet_user",
            "authorization_error",
            "expired_token",
            "insufficient_scope",
            "invalid_token",
            "user_access_error",
        ),
        AuthFault,
    ),
}

# Whatever its code, an answer with this status is about the credentials: 5.2.
_UNAUTHORIZED: Final = 401


class Done(NamedTuple):
    """A result, and what stands beside it as the portal wrote it.

    `time` is read only where somebody asks for it: it is most of what a short answer
    holds.
    """

    result: Any
    time: object = None
    total: object = None
    next: object = None

    def __repr__(self) -> str:
        return f"Done({shown(self.result)})"

    def reply(self) -> Reply[Any]:
        """The same, read."""
        return Reply(
            self.result, read_time(self.time), _whole(self.total), _whole(self.next)
        )

    def seconds(self, name: str) -> float | None:
        """One figure of its `time`."""
        return _number(self.time.get(name)) if isinstance(self.time, dict) else None


class BatchAnswer(NamedTuple):
    """A row for each command, in the order asked, and the batch's own `time`.

    A row is None where the answer has none for the command.
    """

    rows: tuple[Row | None, ...]
    time: object


def single(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    hide: Callable[[str], str] = str,
) -> Row:
    """The answer to a direct call; `hide` takes secrets out of the portal's text."""
    data = _envelope(status, headers, body, hide)
    if isinstance(data, BitrixError):
        return data
    return Done(data["result"], data.get("time"), data.get("total"), data.get("next"))


def batch(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    keys: Sequence[str],
    hide: Callable[[str], str] = str,
) -> BatchAnswer | BitrixError:
    """What each command came to, or the error that the whole request met."""
    data = _envelope(status, headers, body, hide)
    if isinstance(data, BitrixError):
        return data
    result = data["result"]
    if not isinstance(result, Mapping) or "result" not in result:
        return BadAnswer("the answer to a batch holds no collections of results")
    done, failed, totals, nexts, times = (
        _map(result.get(name)) for name in _COLLECTIONS
    )
    beside = [
        map(part.get, keys) if part else repeat(None, len(keys))
        for part in (times, totals, nexts)
    ]
    if not failed:  # nearly always: a hot path
        with suppress(KeyError):
            results = [*map(done.__getitem__, keys)]
            found = zip(results, *beside, strict=True)
            return BatchAnswer(tuple(map(_done, found)), data.get("time"))
    rows = (
        _fault(failed[key], None, hide)
        if key in failed
        else Done(done[key], *told)
        if key in done
        else None
        for key, *told in zip(keys, *beside, strict=True)
    )
    return BatchAnswer(tuple(rows), data.get("time"))


# A row of its four parts, without a step of Python for each.
_done: Callable[[Iterable[Any]], Done] = partial(tuple.__new__, Done)


_COLLECTIONS: Final = (
    "result",
    "result_error",
    "result_total",
    "result_next",
    "result_time",
)


def _map(value: object) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {str(index): part for index, part in enumerate(value)}
    return {}


def _envelope(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    hide: Callable[[str], str],
) -> dict[str, Any] | BitrixError:
    try:
        data = loads(body)
    except NotJson as error:
        return _no_envelope(status, headers, len(body), str(error), hide)
    if not isinstance(data, dict):
        return _no_envelope(status, headers, len(body), "JSON, but not an object", hide)
    if "error" in data and (data["error"] or "result" not in data):
        return _fault(data, status, hide)
    if "result" not in data:
        return _no_envelope(status, headers, len(body), "no result and no error", hide)
    if status != 200:  # the one status of success
        return BadAnswer(f"a result with HTTP status {status}")
    return data


def _no_envelope(
    status: int,
    headers: Mapping[str, str],
    size: int,
    reason: str,
    hide: Callable[[str], str],
) -> BitrixError:
    kind = headers.get("content-type", "no content type").partition(";")[0]
    kind = _said(kind, hide)
    text = f"HTTP status {status}, {kind}, {size} bytes: {reason}"
    if status >= 500:  # a gateway's page: protocol.md 2.8, 5.3
        return Unanswered(text)
    return BadAnswer(text)


def _fault(body: object, status: int | None, hide: Callable[[str], str]) -> Fault:
    if not isinstance(body, Mapping):
        return Fault(_said(body, hide), status=status)
    error, description = body.get("error"), body.get("error_description")
    if isinstance(error, Mapping):  # the form of REST v3: protocol.md 3.5
        description = error.get("message")
        error = error.get("code")
    code = _said(error, hide)
    kind = KINDS.get(code, AuthFault if status == _UNAUTHORIZED else Fault)
    return kind(code, _said(description, hide), status=status)


def _said(value: object, hide: Callable[[str], str]) -> str:
    """What the portal says in an error, less secrets that it repeats."""
    if value is None:
        return ""
    if isinstance(value, list | dict):  # which may be as deep as an answer can be
        value = shown(value)
    return hide(without_links(str(value)))


def read_time(value: object) -> Time | None:
    """The `time` of an answer; what is missing or senseless in it is None."""
    if not isinstance(value, Mapping):
        return None
    return Time(
        start=_number(value.get("start")),
        finish=_number(value.get("finish")),
        duration=_number(value.get("duration")),
        processing=_number(value.get("processing")),
        operating=_number(value.get("operating")),
        operating_reset_at=_number(value.get("operating_reset_at")),
        date_start=_as_text(value.get("date_start")),
        date_finish=_as_text(value.get("date_finish")),
    )


def _as_text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> float | None:
    if type(value) is float and -math.inf < value < math.inf:
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _whole(value: object) -> int | None:
    number = _number(value)
    if number is None or not number.is_integer():
        return None
    return int(number)

"""What a method of the portal is: a function of a context and its parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.testing.portal import Portal


class PortalError(Exception):
    """An error that a method answers with.

    Args:
        code: any of the shapes of protocol.md 5.1: text, a number, or "".
        description: what stands in `error_description`.
        status: the HTTP status of a direct call.
        extras: further keys of the error body, such as `argument`.
    """

    def __init__(
        self,
        code: str | int,
        description: str = "",
        *,
        status: int = 400,
        **extras: object,
    ) -> None:
        super().__init__(f"{code}: {description}")
        self.code = code
        self.description = description
        self.status = status
        self.extras = extras

    @property
    def body(self) -> dict[str, Any]:
        """The error as an answer has it."""
        return {
            "error": self.code,
            "error_description": self.description,
            **self.extras,
        }


@frozen
class Caller:
    """Who calls: `client` is what operating time is charged to (protocol.md 4.2)."""

    client: str
    user: int
    webhook: bool = True


@define
class Process:
    """One PHP process: it serves one request, and its statics outlive a command."""

    statics: dict[str, Any] = field(factory=dict)


@frozen
class Context:
    """What a method may know beside its parameters.

    `now` is the moment that it ends, in seconds of the portal's clock; `start` is the
    reserved parameter of lists, as PHP's `intval` reads it, None where not given.
    """

    portal: Portal
    caller: Caller
    process: Process
    now: float
    start: int | None = None


@frozen
class Paged:
    """A result with the `total` and `next` that stand beside it in the answer."""

    result: Any
    total: int | None = None
    next: int | None = None


Handler: TypeAlias = Callable[[Context, Any], Any]
"""`handler(context, params) -> result`; raises `PortalError` to answer an error.

`params` is what PHP read: a dict, or a list where its keys are 0..n-1 (the empty
array is a list).
"""


@define
class Methods:
    """The methods of a portal, found by name in any case (protocol.md 1.2)."""

    _named: dict[str, tuple[str, Handler]] = field(factory=dict)

    def add(self, name: str, handler: Handler) -> None:
        self._named[name.lower()] = (name, handler)

    def update(self, table: Mapping[str, Handler]) -> None:
        for name, handler in table.items():
            self.add(name, handler)

    def find(self, name: str) -> Handler:
        try:
            return self._named[name.lower()][1]
        except KeyError:
            raise method_not_found() from None

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._named

    def names(self) -> list[str]:
        return [name for name, _ in self._named.values()]


def method_not_found() -> PortalError:
    return PortalError("ERROR_METHOD_NOT_FOUND", "Method not found!", status=404)


def param(params: Any, name: str, default: Any = None) -> Any:
    """A parameter by its exact name; lists hold none."""
    return params.get(name, default) if isinstance(params, dict) else default


def param_any_case(params: Any, name: str, default: Any = None) -> Any:
    """A parameter as the classic CRM methods find it: in any case."""
    if isinstance(params, dict):
        for key, value in params.items():
            if isinstance(key, str) and key.lower() == name.lower():
                return value
    return default

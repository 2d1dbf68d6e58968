"""The values that everything speaks: what to call, and what came of it.

A `Call` is inert: it knows no session, cannot be awaited, compares by value and can
be pickled. Running one is the session's business, so that batching, chaining,
recording and testing need no special case.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import TYPE_CHECKING, Any, Final, Generic, Never, TypeAlias, TypeVar, cast

from attrs import define, evolve, field, frozen

from bitrix_async._masks import shown, without_links

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import TypeForm
    from typing_extensions import TypeVar as DefaultTypeVar

    from bitrix_async.errors import BitrixError

    T_co = DefaultTypeVar("T_co", covariant=True, default=Any)
else:
    T_co = TypeVar("T_co", covariant=True)

T = TypeVar("T")


@frozen(repr=False, slots=True)
class Ref(Generic[T_co]):
    """The result of an earlier call of the same `Session.batch`, or a part of it.

    It is made by `Call.result` and travels as `$result[c0][ID]` (protocol.md 2.5).
    It stands for a whole value: text cannot be built around it.
    """

    source: Call[Any]
    path: tuple[str | int, ...] = ()

    def __getitem__(self, key: str | int) -> Ref[Any]:
        # Found only in the batch, it would be when calls before it have run.
        step: object = key  # which nobody has looked at
        if not isinstance(step, str | int) or isinstance(step, bool):
            kind = type(step).__name__
            raise TypeError(f"a part of a result has a name or a number, not {kind}")
        return Ref(self.source, (*self.path, key))

    def __iter__(self) -> Never:
        raise TypeError("a Ref is known only to the portal: it cannot be iterated")

    def __bool__(self) -> Never:
        # `if call.result` would go by a result that nobody here has seen.
        raise TypeError(
            "a Ref is known only to the portal: it is neither true nor false"
        )

    def __str__(self) -> str:
        return self.__format__("")

    def __format__(self, spec: str) -> Never:
        raise TypeError(
            "a Ref stands for a whole value: the portal would rewrite text around it"
        )

    def __repr__(self) -> str:
        path = "".join(f"[{shown(key)}]" for key in self.path)
        return f"<result of {without_links(str(self.source.method))}>{path}"


Arg: TypeAlias = T | Ref[T]
"""What a wrapper takes: a value, or the result of an earlier call of the batch."""


# Deeper than anything that can be sent: what holds itself is left to the encoder.
_DEEP: Final = 260


class _Endless(Exception):
    """It may hold itself, and more than once: no more of it is looked at."""


# What needs no copy. Most parameters are a map of these, which is copied at once.
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})


def _owned(value: Any, depth: int = 0) -> Any:
    """A copy that later changes to the caller's lists and maps do not reach."""
    if depth > _DEEP:
        raise _Endless
    if isinstance(value, dict):
        if _PLAIN.issuperset(map(type, value.values())):
            return {**value}
        return {key: _owned(part, depth + 1) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_owned(part, depth + 1) for part in value]
    return value


def _params(value: Mapping[str, Any]) -> dict[str, Any]:
    """The caller's map as a dict of our own; `TypeError` for what is none."""
    if type(value) is dict and _PLAIN.issuperset(map(type, value.values())):
        return {**value}
    try:
        parts = value.items()
    except AttributeError:
        kind = type(value).__name__
        raise TypeError(f"params is a map of names to values, not {kind}") from None
    try:
        return {key: _owned(part, 1) for key, part in parts}
    except _Endless:
        return dict(parts)


def _hash(value: Any, depth: int = 0) -> int:
    if depth > _DEEP:
        raise _Endless
    if isinstance(value, Mapping):
        parts = [(key, _hash(part, depth + 1)) for key, part in value.items()]
        return hash(frozenset(parts))
    if isinstance(value, list | tuple):
        return hash(tuple([_hash(part, depth + 1) for part in value]))
    return hash(value)


@frozen(repr=False, slots=True, unsafe_hash=False)
class Call(Generic[T_co]):
    """One method of the REST API with its parameters and the type of its result.

    Args:
        method: the documented name, for example `"landing.landing.publication"`.
        params: the documented parameters; they are copied.
        returns: the type that the result is decoded to: `int`, `str`, `bool`, `float`,
            `Decimal`, `datetime`, `date`, a model (attrs, a dataclass, a TypedDict),
            lists, dicts and unions of them; `Any` leaves it as JSON.
        items: the key of the rows in the result of a list method.
        in_batch: False when it must not travel inside a `batch`; see `direct`.
        repeat_safe: whether running it twice does no harm; None asks the table.
        seconds: how long it may take in all, waiting included; see `within`.

    Raises `TypeError` for parameters that are no map.
    """

    method: str
    params: Mapping[str, Any] = field(factory=dict, converter=_params)
    returns: TypeForm[T_co] = Any
    items: str | None = field(default=None, kw_only=True)
    in_batch: bool = field(default=True, kw_only=True)
    repeat_safe: bool | None = field(default=None, kw_only=True)
    seconds: float | None = field(default=None, kw_only=True)

    @property
    def result(self) -> Ref[T_co]:
        """Its future result, as a parameter for a later call of the same batch."""
        return Ref(self)

    def direct(self) -> Call[T_co]:
        """The same call, always a request of its own."""
        return evolve(self, in_batch=False)

    def repeatable(self) -> Call[T_co]:
        """The same call, sent again when it is not known whether it ran."""
        return evolve(self, repeat_safe=True)

    def once(self) -> Call[T_co]:
        """The same call, never sent again when it may have run."""
        return evolve(self, repeat_safe=False)

    def within(self, seconds: float) -> Call[T_co]:
        """The same call, given up that many seconds after it was handed in.

        Zero or less is a time that is over already. Raises `TypeError` or `ValueError`
        for what is no number.
        """
        if isnan(seconds):
            raise ValueError("nan is no number of seconds")
        return evolve(self, seconds=seconds)

    def __hash__(self) -> int:
        try:
            return hash((self.method, _hash(self.params)))
        except _Endless:
            return hash(self.method)

    def __repr__(self) -> str:
        # Who pastes an address in the place of a name has pasted a secret.
        parts = [without_links(repr(self.method))]
        if self.params:
            parts.append(shown(self.params))
        parts += [f"{name}={shown(value)}" for name, value in _refinements(self)]
        return f"Call({', '.join(parts)})"


def _refinements(call: Call[Any]) -> Iterable[tuple[str, object]]:
    if call.items is not None:
        yield "items", call.items
    if not call.in_batch:
        yield "in_batch", False
    if call.repeat_safe is not None:
        yield "repeat_safe", call.repeat_safe
    if call.seconds is not None:
        yield "seconds", call.seconds


def check_calls(*given: object) -> None:
    """Raise `TypeError` for what is no call, and for a call of what is no name."""
    for one in given:
        if not isinstance(one, Call):
            kind = type(one).__name__
            raise TypeError(f"a session runs calls: Call('user.current'), not {kind}")
        method: object = one.method  # which nobody has looked at
        if not isinstance(method, str):
            kind = type(method).__name__
            raise TypeError(f"a method is a name: Call('user.current'), not {kind}")


def given(**params: Any) -> dict[str, Any]:
    """The parameters that were given: those that are not None."""
    return {name: value for name, value in params.items() if value is not None}


@frozen
class Time:
    """The `time` of an answer; seconds, by the portal's clock (protocol.md 4.3).

    `start` and `finish` are unix seconds, `date_start` and `date_finish` the same as
    text; `duration` lies between them, and `processing` is the method's part of it, all
    in whole seconds on some portals.
    `operating` is what the method has used of its budget so far, not what this call
    took; `operating_reset_at` is when the oldest part of that is forgotten. Each is
    None where the portal does not report it.
    """

    start: float | None = None
    finish: float | None = None
    duration: float | None = None
    processing: float | None = None
    operating: float | None = None
    operating_reset_at: float | None = None
    date_start: str | None = None
    date_finish: str | None = None


@frozen
class Reply(Generic[T_co]):
    """A result with what the portal says beside it.

    Of a list, `total` is how many rows it has, and `next` the number of the row that
    the next page begins with; each is None where the portal does not tell.
    """

    result: T_co = field(repr=shown)
    time: Time | None = None
    total: int | None = None
    next: int | None = None


@define(eq=False)
class _Ended(Generic[T_co]):
    """The fields of `Outcome`, before they are frozen."""

    call: Call[T_co]
    result: T_co | None = field(default=None, repr=shown)
    error: BitrixError | None = None


@frozen
class Outcome(_Ended[T_co]):
    """A call that has ended, with its result or its error."""

    @property
    def ok(self) -> bool:
        """Whether it has no error; the result may be None all the same."""
        return self.error is None

    def unwrap(self) -> T_co:
        """The result; raises the error where there is one."""
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]  # None is a result too


def done(call: Call[T], result: T) -> Outcome[T]:
    """`Outcome(call, result)`, for half the price: a stream makes one for each call.

    A frozen class fills its fields by way of `object.__setattr__`.
    """
    outcome = _Ended(call, result)
    outcome.__class__ = Outcome
    return cast("Outcome[T]", outcome)

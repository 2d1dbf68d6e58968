"""The result of a call, as JSON gave it, turned into the type that the call declares.

The portal is written in PHP and prints one thing in several ways. What it is known to
vary is read, anything else is refused: a wrong number is worse than an error.

* `Any`, `object`: the value itself, untouched.
* `bool`, `int`, `float`, `str`, `Decimal`, `datetime`, `date`: see `_scalars`.
* `None`: null. `X | None` reads `""` as null too, unless `X` takes text, and `[]` where
  `X` is an object that cannot be empty: no object is PHP's empty array.
* `A | B`: the member that JSON's own kind points at (text for `str`, an object for a
  model), else the first that can read it of int, float, bool and the others by name: a
  union has no order of its own.
* `list[T]`: a list, or the object that PHP prints when a list has gaps: all its keys
  are numbers (`{"0": ..., "2": ...}`). `list[Never]`: `[]`. So are `tuple[T, ...]`,
  sets and others, see `_containers`; `tuple[A, B]`: a list of as many.
* `dict[str, T]`: an object, or the list that PHP prints for the keys 0, 1, 2, ..., and
  for an empty map.
* a model (attrs, a dataclass) or a TypedDict: an object, or `[]` for an empty one. An
  attribute stands under `metadata={"wire": "SITE_ID"}`, else under its own name, and
  has to be there unless it has a default. What a model does not know is kept in its
  attribute `extra`, where it has one: see `_models`.
* `Literal[...]`: one of these values, of the same kind. An enumeration: its member,
  whose value is read by the rule of its type.
* a class that is made of `str`, `int`, `list` or another of these, and `bytes`: never.
* `false` for an object is refused; where it is documented, `Model | Literal[False]`.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from pathlib import PurePath
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    Literal,
    Never,
    Union,
    get_args,
    get_origin,
    is_typeddict,
)

from cattrs import Converter, StructureHandlerNotFoundError
from cattrs.errors import (
    AttributeValidationNote,
    BaseValidationError,
    IterableValidationNote,
)

from bitrix_async._containers import (
    LISTS,
    MAPS,
    Hook,
    is_list,
    is_map,
    is_named,
    is_record,
    read_list,
    read_map,
    read_record,
)
from bitrix_async._masks import shown, without_links
from bitrix_async._models import (
    is_model,
    needs_fields,
    read_model,
    read_typed_dict,
    wire_of,
)
from bitrix_async._refusals import Refused, name_of, refusal
from bitrix_async._scalars import NATIVE, SCALARS, read_enum
from bitrix_async.errors import DecodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bitrix_async._call import Call

# What reads the types that were met, by the identity of each: to hash a union takes
# longer than to read a flag by it. While it is kept here, no other has its id.
READERS: Final[dict[int, tuple[Hook, Any]]] = {}
_MOST: Final = 512


def decode(value: object, returns: Any, *, call: Call[Any] | None = None) -> Any:
    """The value as the declared type; raises `DecodeError` where it is not of it."""
    try:
        read, _ = READERS.get(id(returns)) or _reader(returns)
        return read(value, returns)
    except Exception as error:  # noqa: BLE001  # a model's own validators raise anything
        reason, path = _located(_in_detail(value, returns) or error, "result")
    raise DecodeError(f"{reason} @ {path}", call=call)


def check_returns(*calls: Call[Any]) -> None:
    """Raise `TypeError` where nothing reads what a call is declared to return.

    Found only in the answer, it would be the error of a call that has run.
    """
    for call in calls:
        if id(call.returns) not in READERS:
            _check(call.method, call.returns)


def _check(method: str, returns: Any) -> None:
    try:
        _reader(returns)
    except Exception as error:  # noqa: BLE001  # a name that is not defined, and others
        reason = _why_unread(returns, error)
    else:
        return
    name = without_links(method)
    raise TypeError(f"the result of {name} cannot be read as declared: {reason}")


def _reader(returns: Any) -> tuple[Hook, Any]:
    if len(READERS) >= _MOST:
        READERS.clear()
    found = READERS[id(returns)] = (_hook(returns), returns)
    return found


def _why_unread(returns: Any, error: Exception) -> str:
    is_type = isinstance(returns, type) or type(returns).__module__ == "typing"
    if not is_type and get_origin(returns) is None:
        return f"a value of {type(returns).__name__} is no type"  # it may be a secret
    if isinstance(error, StructureHandlerNotFoundError):
        return _reason(error)
    return f"{type(error).__name__}: {error}"


def _in_detail(value: object, returns: Any) -> Exception | None:
    """The error of the slow converter, which knows where the value went wrong."""
    try:
        _hook(returns, detailed=True)(value, returns)
    except Exception as error:  # noqa: BLE001  # see decode
        return error
    return None


@lru_cache(maxsize=512)
def _hook(returns: Any, *, detailed: bool = False) -> Hook:
    kind = NoneType if returns is None else returns
    return _converter(detailed=detailed).get_structure_hook(kind)


@lru_cache
def _converter(*, detailed: bool) -> Converter:
    converter = _Exact(detailed_validation=detailed)
    for scalar, hook in SCALARS.items():
        converter.register_structure_hook(scalar, hook)
    for predicate, factory in _FACTORIES:
        converter.register_structure_hook_factory(predicate, factory)
    return converter


class _Exact(Converter):
    """Reads no type by the rule of one that it is made of.

    cattrs does: an enumeration of texts was any text, and no member of it.
    """

    def get_structure_hook(self, type: Any, cache_result: bool = True) -> Hook:  # noqa: A002, FBT001, FBT002  # cattrs' names
        if _is_enum(type):
            return read_enum(type)
        if _is_derived(type):
            raise StructureHandlerNotFoundError("", type_=type)
        return super().get_structure_hook(type, cache_result)


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


_BASES: Final = (
    *(
        kind
        for kind in (*SCALARS, *LISTS, *MAPS)
        if kind.__module__ != "collections.abc"
    ),
    bytes,
    PurePath,
)


def _is_derived(kind: Any) -> bool:
    base = get_origin(kind) or kind
    if not isinstance(base, type) or base in (*SCALARS, *LISTS, *MAPS):
        return False
    return issubclass(base, _BASES) and not (is_named(base) or is_typeddict(base))


def _is_object(kind: Any) -> bool:
    return kind is object


def _object(_: Any, __: Converter) -> Hook:
    return lambda value, _: value


def _is_literal(kind: Any) -> bool:
    return get_origin(kind) is Literal


def _literal(kind: Any, _: Converter) -> Hook:
    values = get_args(kind)
    expected = " or ".join(map(repr, values))

    def hook(value: Any, _: Any) -> Any:
        for one in values:
            # 1 == True, and "Y" is not the same answer as true.
            if value == one and type(value) is type(one):
                return one
        raise refusal(expected, value)

    return hook


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType)


def _union(kind: Any, converter: Converter) -> Hook:
    members = sorted(set(get_args(kind)) - {NoneType}, key=_order)
    hooks = {member: converter.get_structure_hook(member) for member in members}
    absent: tuple[Any, ...] = ()
    if NoneType in get_args(kind):
        absent = (None,) if any(map(_takes_blank, members)) else (None, "")
    if len(members) == 1:
        if absent and needs_fields(members[0]):
            absent = (*absent, [])
        return _optional(members[0], hooks[members[0]], absent)
    return _alternatives(kind, hooks, absent)


def _optional(member: Any, read: Hook, absent: tuple[Any, ...]) -> Hook:
    unchanged = member if member in (bool, int, str) else None

    def hook(value: Any, _: Any) -> Any:
        if type(value) is unchanged:
            return value
        return None if value in absent else read(value, member)

    return hook


def _alternatives(kind: Any, hooks: dict[Any, Hook], absent: tuple[Any, ...]) -> Hook:
    def hook(value: Any, _: Any) -> Any:
        if value in absent:
            return None
        native = [member for member in hooks if type(value) in _kinds(member)]
        if len(native) == 1 and type(value) in (dict, list):
            return hooks[native[0]](value, native[0])  # its error has the inner path
        for member in (*native, *hooks):
            try:
                return hooks[member](value, member)
            except Exception:  # noqa: BLE001, S112  # the next may read it
                continue
        raise refusal(name_of(kind), value)

    return hook


_ORDER: Final = {int: 0, float: 1, bool: 2}


def _order(member: Any) -> tuple[int, str]:
    # A member of an enumeration says more than the text or the number that it has.
    place = -1 if _is_enum(member) else _ORDER.get(member, len(_ORDER))
    return place, name_of(member)


@lru_cache(maxsize=512)
def _kinds(member: Any) -> frozenset[type]:
    """What a JSON reader yields for a value that is plainly of this type."""
    if member in SCALARS:
        return NATIVE.get(member, frozenset({member}))
    if _is_literal(member):
        return frozenset(map(type, get_args(member)))
    if _is_enum(member):
        kinds = [NATIVE.get(type(one.value), {type(one.value)}) for one in member]
        return frozenset().union(*kinds)
    return frozenset({list if is_list(member) or is_record(member) else dict})


def _takes_blank(member: Any) -> bool:
    if _is_enum(member):
        return any(one.value == "" for one in member)
    return member in (str, Any, object) or (
        _is_literal(member) and "" in get_args(member)
    )


def _is_never(kind: Any) -> bool:
    return kind is Never


def _never(_: Any, __: Converter) -> Hook:
    def hook(value: Any, _: Any) -> Any:
        raise refusal("nothing", value)

    return hook


_FACTORIES: Final[Sequence[tuple[Callable[[Any], bool], Any]]] = (
    (_is_object, _object),
    (is_list, read_list),
    (is_record, read_record),
    (is_map, read_map),
    (is_model, read_model),
    (is_typeddict, read_typed_dict),
    (_is_literal, _literal),
    (_is_union, _union),
    (_is_never, _never),
)


def _located(error: BaseException, path: str) -> tuple[str, str]:
    """The first thing that went wrong, and where."""
    while isinstance(error, BaseValidationError):
        first = error.exceptions[0]
        path += _step(error.cl, first)
        error = first
    return _reason(error), path


def _step(kind: Any, error: BaseException) -> str:
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            return f".{wire_of(kind, note.name)}"
        if isinstance(note, IterableValidationNote):
            plain = isinstance(note.index, str) and note.index.isidentifier()
            return f".{note.index}" if plain else f"[{shown(note.index)}]"
    return ""


def _reason(error: BaseException) -> str:
    match error:
        case Refused():
            return str(error)
        case KeyError():
            return "a required field is missing"
        case StructureHandlerNotFoundError():
            return f"no rule reads {name_of(error.type_)}"
    return f"the model raised {type(error).__name__}"

"""Lists and maps of a result, in whichever type they are declared to be kept.

PHP prints a list that has gaps as an object, and an empty map as a list. Whatever is
made of the one or the other, a tuple or a set as well, is read by the same rule: the
keys of a list with gaps are no rows of it, and text is no list of its letters.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import (
    Callable,
    Mapping,
    MutableMapping,
    MutableSequence,
    MutableSet,
    Sequence,
)
from collections.abc import Set as AbstractSet
from functools import partial
from typing import (
    TYPE_CHECKING,
    Any,
    Final,
    TypeAlias,
    get_args,
    get_origin,
    get_type_hints,
)

from cattrs.cols import list_structure_factory, mapping_structure_factory

from bitrix_async._refusals import name_of, refusal

if TYPE_CHECKING:
    from cattrs import Converter

Hook: TypeAlias = Callable[[Any, Any], Any]

# Declared -> what is made.
LISTS: Final[Mapping[Any, Callable[[Any], Any]]] = {
    list: list,
    Sequence: list,
    MutableSequence: list,
    tuple: tuple,
    set: set,
    MutableSet: set,
    frozenset: frozenset,
    AbstractSet: frozenset,
    deque: deque,
}
MAPS: Final[Mapping[Any, Any]] = {
    dict: dict,
    Mapping: dict,
    MutableMapping: dict,
    OrderedDict: OrderedDict,
    defaultdict: defaultdict,
}


def is_list(kind: Any) -> bool:
    return (get_origin(kind) or kind) in LISTS


def read_list(kind: Any, converter: Converter) -> Hook:
    make = LISTS[get_origin(kind) or kind]
    part = get_args(kind)[:1]
    whole: Any = list[part[0]] if part else list  # type: ignore[valid-type]
    read = list_structure_factory(whole, converter)
    if make is list:
        return mended(read, kind, list, _row)
    return mended(lambda value, _: make(read(value, whole)), kind, list, _row)


def _row(value: Any, kind: Any) -> list[Any]:
    if type(value) is dict and all(map(str.isdigit, value)):
        return list(value.values())
    raise refusal(name_of(kind), value)


def is_record(kind: Any) -> bool:
    """Whether it is a tuple in which each place has a type of its own."""
    if (get_origin(kind) or kind) is tuple:
        return kind == tuple[()] or get_args(kind)[1:] not in ((), (...,))
    return is_named(kind)


def is_named(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_make")


def read_record(kind: Any, converter: Converter) -> Hook:
    kinds = get_args(kind)
    make: Callable[[Any], Any] = tuple
    if is_named(kind):
        hints, make = get_type_hints(kind), kind._make
        kinds = tuple(hints.get(name, Any) for name in kind._fields)
    parts = [(converter.get_structure_hook(part), part) for part in kinds]

    def hook(value: Any, _: Any) -> Any:
        # A list with gaps has lost what stood where.
        if type(value) is not list or len(value) != len(parts):
            raise refusal(name_of(kind), value)
        found = zip(value, parts, strict=True)
        return make([read(one, part) for one, (read, part) in found])

    return hook


def is_map(kind: Any) -> bool:
    return (get_origin(kind) or kind) in MAPS


def read_map(kind: Any, converter: Converter) -> Hook:
    make = MAPS[get_origin(kind) or kind]
    if make is defaultdict:
        make = partial(defaultdict, *get_args(kind)[1:])
    read = mapping_structure_factory(kind, converter, make)
    return mended(read, kind, dict, _numbered)


def _numbered(value: Any, kind: Any) -> dict[str, Any]:
    if type(value) is list:
        return {str(index): part for index, part in enumerate(value)}
    raise refusal(name_of(kind), value)


def mended(read: Hook, kind: Any, native: type, mend: Hook) -> Hook:
    """What reads a value as JSON has it, after what is known to come in its place."""

    def hook(value: Any, _: Any) -> Any:
        return read(value if type(value) is native else mend(value, kind), kind)

    return hook

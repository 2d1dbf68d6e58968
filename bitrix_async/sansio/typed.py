"""Values that have to arrive as what they are in JSON, for their method minds.

A batch makes text of every scalar (`encoding`). Two kinds of methods see a difference:

* some compare with ===, where "1" is not true: `COMPARED`, by the parameter's name;
* some keep what they are sent, as JSON or serialized, and would hand out "420" for 420:
  `KEPT`, by the path to it.

Text is no matter, nor is the result of another call, which keeps its types (2.5). Nor
is a whole number that becomes an attribute of HTML, `ATTRIBUTES`: it has one spelling.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

# Names of parameters and keys; ANY stands for every key or place.
Path: TypeAlias = tuple[str, ...]
ANY: Final = "*"

# reference/README.md section 7.
COMPARED: Final[Mapping[str, frozenset[str]]] = {
    "landing.block.updatecontent": frozenset({"designed"}),
    "landing.landing.addbytemplate": frozenset({"PREPARE_BLOCKS"}),
    "timeman.timecontrol.settings.set": frozenset({"ACTIVE"}),
}

_NODE: Final[Path] = ("data", ANY)
_CARD_NODE: Final[Path] = ("data", ANY, "values", ANY, ANY)
# The parts of a map, which are the attribute data-map together: page node-types.
_MAP: Final = ("center", "zoom", "markers")

# A manifest, an export and the data of a widget come back as sent: the methods' pages.
KEPT: Final[Mapping[str, tuple[Path, ...]]] = {
    "landing.block.updatecards": tuple((*_CARD_NODE, part) for part in _MAP),
    "landing.block.updatenodes": tuple((*_NODE, part) for part in _MAP),
    "landing.demos.register": (("data",),),
    "landing.repo.register": (("manifest",),),
    "landing.repowidget.register": (("fields", "WIDGET_PARAMS"),),
}

# Lists and maps become JSON text; what true and 0.5 become is not said.
ATTRIBUTES: Final[Mapping[str, Path]] = {
    "landing.block.updateattrs": ("data", ANY, ANY),
    "landing.block.updatecards": (*_CARD_NODE, "attrs", ANY),
    "landing.block.updatenodes": (*_NODE, "attrs", ANY),
}

# No batch carries what is nested deeper, or in itself: it goes alone, if at all.
_DEEP: Final = 64

METHODS: Final = frozenset({*COMPARED, *KEPT, *ATTRIBUTES})
"""The methods that mind, so that others need not be looked at."""


def why_typed(method: str, params: Mapping[str, Any]) -> str:
    """Why a call of a method that minds goes alone, empty where text will do."""
    if any(map(_is_typed, _named(params, COMPARED.get(method, frozenset())))):
        return "its method tells true from 1"
    kept = (value for path in KEPT.get(method, ()) for value in _at(params, path))
    if any(map(_is_typed, kept)) or any(map(_is_typed, _attributes(method, params))):
        return "its method keeps what is a number or a flag"
    return ""


def _attributes(method: str, params: Mapping[str, Any]) -> Iterator[Any]:
    if method in ATTRIBUTES:
        for value in _at(params, ATTRIBUTES[method]):
            if type(value) is not int:
                yield value


def _named(value: Any, names: frozenset[str], depth: int = 0) -> Iterator[Any]:
    """What stands under these names, however deep in maps."""
    if names and isinstance(value, Mapping) and depth < _DEEP:
        for name, part in value.items():
            if name in names:
                yield part
            yield from _named(part, names, depth + 1)


def _at(value: Any, path: Path) -> Iterator[Any]:
    if not path:
        yield value
        return
    for key, part in _parts(value):
        if path[0] in (ANY, key):
            yield from _at(part, path[1:])


def _is_typed(value: Any, depth: int = 0) -> bool:
    """Whether something in it is not text: a bool, a number."""
    if isinstance(value, bool | int | float) or depth > _DEEP:
        return True
    return any(_is_typed(part, depth + 1) for _, part in _parts(value))


def _parts(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)

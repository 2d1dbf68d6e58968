"""The catalogue in `spec/`, and the wrappers as they are, in the same terms.

A wrapper's name follows from its method: every part in snake case, the last with the
word breaks of the documentation page's name.
"""

import inspect
import json
import pkgutil
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

import attrs

import bitrix_async.rest as rest
from bitrix_async._call import Call

SPEC = Path(__file__).parents[2] / "spec"
SITE = "https://apidocs.bitrix24.com/"

Wrapper = Callable[..., Call[Any]]


@attrs.frozen
class Method:
    method: str
    doc: str
    params: list[dict[str, Any]]
    result: str
    errors: list[str]
    example_params: dict[str, Any]
    example_response: dict[str, Any]

    @property
    def wrapper(self) -> str:
        *spaces, _ = map(snake, self.method.split("."))
        slug = self.doc.rpartition("/")[2].removesuffix(".md").replace("-", "_")
        return ".".join([*spaces, slug.removeprefix("_".join(spaces) + "_")])

    @property
    def address(self) -> str:
        return SITE + self.doc.removesuffix(".md") + ".html"


def snake(wire: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", wire).lower()


def methods() -> dict[str, Method]:
    spec = json.loads((SPEC / "landing.json").read_text())
    return {row["method"]: Method(**row) for row in spec["methods"]}


def overrides() -> dict[str, dict[str, Any]]:
    rows = tomllib.loads((SPEC / "overrides.toml").read_text())["override"]
    return {row["method"]: row for row in rows}


def left_open() -> list[dict[str, str]]:
    """What the documentation does not settle, and what was done about it."""
    rows: list[dict[str, str]] = tomllib.loads((SPEC / "overrides.toml").read_text())[
        "open"
    ]
    return rows


def wrappers() -> dict[str, Wrapper]:
    """Every public function below `rest`, by its path there."""
    return {
        f"{module.__name__}.{name}".removeprefix(f"{rest.__name__}."): member
        for module in public_modules()
        for name in getattr(module, "__all__", ())
        if inspect.isfunction(member := getattr(module, name))
    }


def public_modules() -> Iterator[ModuleType]:
    """Every public module below `rest`."""
    for found in pkgutil.walk_packages(rest.__path__, f"{rest.__name__}."):
        if "._" not in found.name:
            yield import_module(found.name)


# An object of this name is the envelope of a method's options, and says nothing itself:
# the options are keywords of the wrapper, and are sent in the object.
ENVELOPE = "params"


def envelope(params: list[dict[str, Any]]) -> dict[str, Any]:
    """The envelope of a method's options, {} where it has none."""
    return next((row for row in params if row["name"] == ENVELOPE), {})


def documented(params: list[dict[str, Any]]) -> dict[str, bool]:
    """Whether a parameter is required, by its path; options without their envelope."""
    paths: dict[str, bool] = {}
    for row in params:
        name = snake(row["name"])
        if name == ENVELOPE:
            paths |= documented(row["children"])
            continue
        paths[name] = row["required"]
        paths |= _below(name, row.get("children", ()))
    return paths


def _below(path: str, children: Any) -> dict[str, bool]:
    paths = {}
    for row in children:
        own = f"{path}.{'<key>' if row['name'].startswith('<') else row['name']}"
        paths[own] = row["required"]
        paths |= _below(own, row.get("children", ()))
    return paths


def ours(wrapper: Wrapper, page: Collection[str] = ()) -> dict[str, bool]:
    """The same of a wrapper's signature and the TypedDicts in it.

    Keys of an object that is described on a page of its own, as the manifest is, are
    not in the catalogue: there is nothing to compare them with.
    """
    elsewhere = {
        path for path in page if not any(p.startswith(path + ".") for p in page)
    }
    hints = get_type_hints(wrapper)
    paths = {}
    for name, parameter in inspect.signature(wrapper).parameters.items():
        paths[name] = parameter.default is parameter.empty
        paths |= _keys(name, hints[name], elsewhere)
    return paths


def _keys(path: str, hint: Any, elsewhere: Collection[str]) -> dict[str, bool]:
    paths: dict[str, bool] = {}
    if path in elsewhere:
        return paths
    if is_typeddict(hint):
        for key, inner in get_type_hints(hint).items():
            paths[f"{path}.{key}"] = key in hint.__required_keys__
            paths |= _keys(f"{path}.{key}", inner, elsewhere)
    elif get_origin(hint) is Mapping:
        key = f"{path}.<key>"
        below = _keys(key, get_args(hint)[1], elsewhere)
        # A page need not have a name for the keys of a map whose values are plain.
        if below or key in elsewhere:
            paths |= {key: False, **below}
    else:
        for inner in get_args(hint):
            paths |= _keys(path, inner, elsewhere)
    return paths

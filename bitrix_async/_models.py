"""Objects of a result: models, of attrs or as dataclasses, and TypedDicts.

An attribute of a model stands under `metadata={"wire": "SITE_ID"}`, else under its own
name. What the model does not know is kept in its attribute `extra`, where it has one.
"""

from __future__ import annotations

from dataclasses import MISSING, Field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, get_origin, is_typeddict

import attrs
from cattrs import Converter, override
from cattrs.gen import make_dict_structure_fn
from cattrs.gen.typeddicts import make_dict_structure_fn as make_typeddict_fn

from bitrix_async._containers import mended
from bitrix_async._refusals import name_of, refusal

if TYPE_CHECKING:
    from bitrix_async._containers import Hook


class _Field(NamedTuple):
    wire: str
    is_required: bool


def is_model(kind: Any) -> bool:
    base = get_origin(kind) or kind
    return attrs.has(base) or (isinstance(base, type) and is_dataclass(base))


def read_model(kind: Any, converter: Converter) -> Hook:
    # cattrs takes its rules for attributes as keywords, beside its own parameters: a
    # model could not have an attribute called attrs or cl. So values are renamed here.
    names = {field.wire: name for name, field in _fields(kind).items()}
    rules: dict[str, Any] = {}
    if keeps := names.get("extra") == "extra":
        del names["extra"]
        rules["extra"] = override(struct_hook=lambda value, _: value)
    read = make_dict_structure_fn(kind, converter, **rules)

    def hook(value: Any, _: Any) -> Any:
        if type(value) is not dict:
            value = _no_fields(value, kind)
        own = {names[key]: part for key, part in value.items() if key in names}
        if keeps and len(own) < len(value):
            own["extra"] = {k: part for k, part in value.items() if k not in names}
        return read(own, kind)

    return hook


def read_typed_dict(kind: Any, converter: Converter) -> Hook:
    return mended(make_typeddict_fn(kind, converter), kind, dict, _no_fields)


def _no_fields(value: Any, kind: Any) -> dict[str, Any]:
    if type(value) is list and not value:
        return {}
    raise refusal(name_of(kind), value)


def needs_fields(kind: Any) -> bool:
    """Whether no such object is empty."""
    if is_model(kind):
        return any(field.is_required for field in _fields(kind).values())
    return is_typeddict(kind) and bool(kind.__required_keys__)


def wire_of(kind: Any, name: str) -> str:
    """What an attribute is called in the answer, its own name for other kinds."""
    return _fields(kind)[name].wire if is_model(kind) else name


def _fields(kind: Any) -> dict[str, _Field]:
    base = get_origin(kind) or kind
    if attrs.has(base):
        return {
            one.name: _Field(_wire(one), one.init and one.default is attrs.NOTHING)
            for one in attrs.fields(base)
        }
    return {one.name: _Field(_wire(one), _has_no_default(one)) for one in fields(base)}


def _wire(field: attrs.Attribute[Any] | Field[Any]) -> str:
    return str(field.metadata.get("wire", field.name))


def _has_no_default(field: Field[Any]) -> bool:
    defaults = (field.default, field.default_factory)
    return field.init and all(default is MISSING for default in defaults)

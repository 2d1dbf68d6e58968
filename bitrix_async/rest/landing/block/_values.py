"""Which values the portal reads alike from a batch, where everything is text.

It keeps lists and maps of attributes, and maps of places, as JSON text: there a number
or a flag has to arrive as what it is, so the call has to be a request of its own.
"""

from collections.abc import Mapping
from typing import Any

from bitrix_async.rest._wire import is_text

_MAP = frozenset({"center", "zoom", "markers"})


def node_is_text(value: Any) -> bool:
    """Whether this new value of a node means the same as text."""
    if not isinstance(value, Mapping):
        return True
    return _MAP.isdisjoint(value) and attributes_are_text(value.get("attrs", {}))


def attributes_are_text(attributes: Mapping[str, Any]) -> bool:
    """Whether these attributes do; a whole number alone has one spelling."""
    return all(type(part) is int or is_text(part) for part in attributes.values())

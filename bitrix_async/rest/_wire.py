"""What the wrappers of every module share: the portal's spelling of names and flags."""

from reprlib import Repr
from typing import Any, Final, Literal, TypeAlias

from attrs import fields

YesNo: TypeAlias = Literal["Y", "N"]
"""A flag inside an object that is sent as it stands."""

Flag: TypeAlias = bool | None
"""A flag that may be null; written out, it would be made anew for each call."""

_short: Final = Repr()
_short.maxstring = _short.maxother = 40
_short.maxlist = _short.maxdict = 3


def wire(name: str) -> dict[str, str]:
    """The metadata of a model's attribute that stands under this name in the answer."""
    return {"wire": name}


def brief(self: Any) -> str:
    """The `__repr__` of a model: what it holds, without the empty, long values cut.

    What a whole row has beyond a selected one comes first, its id above all.
    """
    held = (
        f"{field.name}={_short.repr(value)}"
        for field in sorted(fields(type(self)), key=lambda field: field.inherited)
        if field.repr and (value := getattr(self, field.name)) not in (None, {}, [])
    )
    return f"{type(self).__name__}({', '.join(held)})"


def yes_no(flag: bool | None) -> YesNo | None:  # noqa: FBT001  # it converts a flag
    """A flag of Python as the portal's letter; None stays not given."""
    return None if flag is None else "Y" if flag else "N"

"""What lists take beside `select`, which decides by overload what a row of them is.

Overloads take it as `**options`, so that a list has its parameters written once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from bitrix_async._call import Arg


class Listing(TypedDict, total=False):
    """Conditions by fields, in the ORM's form, and which part of what matches."""

    filter: Mapping[str, Any] | None
    order: Mapping[str, Literal["ASC", "DESC"]] | None
    group: Sequence[str] | None
    limit: Arg[int] | None
    offset: Arg[int] | None

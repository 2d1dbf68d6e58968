"""Parameters of every kind, as Hypothesis strategies, and what they are to PHP."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from bitrix_async.sansio.encoding import RESERVED

awkward = st.sampled_from(
    ["$result[a]", "$NEXT", "a.b", "a b", "a[b]", "[", "]", "=", "&", "#", "+", "%41"]
    + ["", " ", "0", "01", "-1", "\0", "$", "ключ", "😀", "?", ";", "a\nb", "true"]
)
text = st.one_of(awkward, st.text(max_size=12), st.text("abcXYZ019_", max_size=8))
scalars = st.one_of(
    text,
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.none(),
)
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4)
    ),
    max_leaves=12,
)

params_of = st.dictionaries(
    text.filter(lambda name: name not in RESERVED), trees, max_size=5
)


def as_text(value: Any) -> Any:
    """What a tree is to the portal when every scalar has become a string."""
    if isinstance(value, dict):
        return php_array({key: as_text(part) for key, part in value.items()})
    if isinstance(value, list):
        return php_array({str(i): as_text(part) for i, part in enumerate(value)})
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.14g}"
    return str(value)


def php_array(value: dict[Any, Any]) -> dict[Any, Any]:
    """PHP makes integers of keys that look like them."""
    return {php_key(str(key)): part for key, part in value.items()}


def php_key(key: str) -> int | str:
    if key.isdecimal() or (key[:1] == "-" and key[1:].isdecimal()):
        number = int(key) if key.isascii() else 2**64
        if str(number) == key and -(2**63) <= number < 2**63:
            return number
    return key


ordinary = st.dictionaries(
    st.sampled_from(["lid", "fields", "ID", "TITLE", "params", "block"]),
    st.recursive(
        st.text("abc xyzАБВ<>/=\"'.,-", max_size=40)
        | st.integers(-(10**9), 10**9)
        | st.booleans(),
        lambda inner: (
            st.lists(inner, min_size=1, max_size=4)
            | st.dictionaries(
                st.sampled_from(["TITLE", ">ID", "!NAME", "CODE"]), inner, min_size=1
            )
        ),
        max_leaves=8,
    ),
    max_size=5,
)

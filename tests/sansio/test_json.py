"""Reading and copying what JSON text stands for."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix_async.sansio.json import NotJson, copied, loads

TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def parts(value: Any) -> list[int]:
    """Every list and map in a value, by identity."""
    inner = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return []
    return [id(value), *(one for part in inner for one in parts(part))]


@given(TREES)
def test_a_copy_is_equal_and_shares_nothing(value: Any) -> None:
    """And what is copied is as it was."""
    before = deepcopy(value)
    twin = copied(value)

    assert twin == value == before
    assert not set(parts(twin)) & set(parts(value))


def test_what_is_too_deep_to_be_compared_is_copied() -> None:
    """100,000 levels take no deeper a stack than one."""
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    twin, levels = copied(deep), 0
    while twin:
        (twin,), levels = twin, levels + 1

    assert levels == 100_000


# Behind a lone surrogate, which has the text read by the forgiving reader.
FORGIVEN: list[tuple[str, Any]] = [
    ("12", 12),
    ("36893488147419103232", 2**65),
    ("-1.5e3", -1500.0),
    ("1e308", 1e308),
    ("true", True),
    ("null", None),
    ('{"a": [""]}', {"a": [""]}),
]


@pytest.mark.parametrize(("text", "value"), FORGIVEN)
def test_what_is_read_forgivingly_is_read_alike(text: str, value: Any) -> None:
    """Where one record has the fast reader refuse the text, the others lose nothing."""
    read = loads(f'["\\ud83d", {text}]'.encode())

    assert read == ["\ufffd", value]
    assert type(read[1]) is type(value)


REFUSED = {
    "NaN": "NaN is not a number",
    "Infinity": "Infinity is not a number",
    "1e999": "a number is too large",
    "-1e999": "a number is too large",
    "9" * 10_000: "a number is too large",
    "[" * 100_000: "nested too deep",
    "{'a': 1}": "not JSON from character",
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:9])
def test_what_is_refused_says_why(text: str) -> None:
    """Python's own reader would take most of it."""
    with pytest.raises(NotJson, match=REFUSED[text]):
        loads(f'{{"a": {text}}}'.encode())

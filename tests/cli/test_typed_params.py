"""Parameters of `call` as they are typed."""

from __future__ import annotations

from typing import Any

import click
import pytest

from bitrix_async.cli._params import parse

READ: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    ((), {}),
    (("id=351",), {"id": "351"}),
    (("id:=351",), {"id": 351}),
    (("title=",), {"title": ""}),
    (("title=a=b:=c",), {"title": "a=b:=c"}),
    (("title:=null",), {"title": None}),
    (("title=Главная\nстраница",), {"title": "Главная\nстраница"}),
    (("fields[TITLE]=Home",), {"fields": {"TITLE": "Home"}}),
    (("f[A][B]=1", "f[A][C]:=[2]"), {"f": {"A": {"B": "1", "C": [2]}}}),
    (("f[>=ID]=351", "f[!=ID]:=400"), {"f": {">=ID": "351", "!=ID": 400}}),
    (("select[]=ID", "select[]=TITLE"), {"select": ["ID", "TITLE"]}),
    (("rows[][ID]=1", "rows[][ID]=2"), {"rows": [{"ID": "1"}, {"ID": "2"}]}),
    (("a[]:=[1]", "a[]:={}"), {"a": [[1], {}]}),
    (("a:=[1]", "a[]=2"), {"a": [1, "2"]}),
    (("a[0]=x",), {"a": {"0": "x"}}),
]  # fmt: skip

REFUSED = [
    ("id", "'id'"),
    ("=1", "'=1'"),
    ("", "''"),
    ("[a]=1", "'[a]=1'"),
    ("a[=1", "'a[=1'"),
    ("a[b]c=1", "'a[b]c=1'"),
    ("a:={", "a: not JSON"),
    ("a[b]:=x", "a[b]: not JSON"),
    ("a:=" + "[" * 100_000, "a: not JSON"),
]

TWICE = [
    ("a=1", "a=2"),
    ("a=1", "a[b]=2"),
    ("a[b]=1", "a=2"),
    ("a[b]=1", "a[]=2"),
    ("a[]=1", "a[b]=2"),
    ("a[b][]=1", "a[b][c]=2"),
]


@pytest.mark.parametrize(("typed", "meant"), READ)
def test_read(typed: tuple[str, ...], meant: dict[str, Any]) -> None:
    """Text with `=`, JSON with `:=`, and PHP's brackets for what is nested."""
    assert meant == parse(typed, None)


@pytest.mark.parametrize(("typed", "named"), REFUSED)
def test_refused(typed: str, named: str) -> None:
    """What cannot be read is named."""
    with pytest.raises(click.UsageError) as caught:
        parse([typed], None)

    assert caught.value.message.startswith(named)


@pytest.mark.parametrize("typed", TWICE)
def test_given_twice(typed: tuple[str, str]) -> None:
    """No value replaces another in silence."""
    with pytest.raises(click.UsageError, match="given twice"):
        parse(typed, None)


def test_object_and_keys_together() -> None:
    """Keys add to what `--json` gives, and cannot change it."""
    text = '{"params": {"select": ["ID"]}, "scope": null}'

    assert parse(["params[select][]=TITLE", "params[limit]:=5"], text) == {
        "params": {"select": ["ID", "TITLE"], "limit": 5},
        "scope": None,
    }
    with pytest.raises(click.UsageError, match="given twice"):
        parse(["scope=GROUP"], text)


@pytest.mark.parametrize("text", ["[]", "1", "null", "{", ""])
def test_not_an_object(text: str) -> None:
    """`--json` takes an object."""
    with pytest.raises(click.UsageError, match=r"^--json: "):
        parse([], text)

"""Calls in a file: what is read, and what is said of the rest."""

from __future__ import annotations

import io
from typing import Any

import click
import pytest

from bitrix_async import Call
from bitrix_async.cli._lines import read

GOOD = b'{"method": "user.current"}\n'


def calls(text: bytes) -> list[Any]:
    with read(io.BytesIO(text), "calls.jsonl", skip_bad=False) as lines:
        return [*lines]


class Pipe(io.BytesIO):
    """It can be read once."""

    def seekable(self) -> bool:
        return False


@pytest.mark.parametrize("kind", [io.BytesIO, Pipe])
def test_calls(kind: type[io.BytesIO]) -> None:
    """Method and params; blank lines and a BOM are no matter; a pipe is read again."""
    text = (
        b"\xef\xbb\xbf" + GOOD + b'\r\n {"method": "a.b", "params": {"id": [1, {}]}} '
    )
    with read(kind(text), "x", skip_bad=False) as lines:
        first, again = [*lines], [*lines]

    assert (lines.count, lines.bad) == (2, [])
    assert first == again == [Call("user.current"), Call("a.b", {"id": [1, {}]})]


def test_keys() -> None:
    """A key is text, or a number that is read as text."""
    text = b'{"method": "a", "key": "one"}\n{"method": "a", "key": 2}\n'

    assert calls(text) == [("one", Call("a")), ("2", Call("a"))]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"method": "a"', "not JSON: Expecting ',' delimiter: line 1 column 15"),
        (b'{"method": "a", "params": {"x": NaN}}', "not JSON: NaN is no number"),
        (b'{"method": "a", "params": {"x": [1e999]}}', "not JSON: 1e999 is too large"),
        (b'{"method": "a", "params": {"x": -1e999}}', "not JSON: -1e999 is too large"),
        (b"[" * 200_000, "not JSON: nested too deep"),
        (b'["a"]', "it is not a JSON object"),
        (b"\xff\xfe", "it is not UTF-8"),
        (b"{}", "it has no method"),
        (b'{"method": "a b"}', "method is not the name of one"),
        (b'{"method": 7}', "method is not the name of one"),
        (b'{"method": "a", "params": [1]}', "params is not an object"),
        (b'{"method": "a", "param": {}}', "'param' is none of method, params and key"),
        (b'{"method": "a", "key": true}', "key is neither text nor a number"),
        (b'{"method": "a", "key": ""}', "key is neither text nor a number"),
        (b'{"method": "a", "key": "k\\ud800"}', "key has half a character, '\\ud800'"),
        (b'{"method": "a\\ud800"}', "method is not the name of one"),
        (b'{"method": "a", "key": "k"}', "either all lines have a key, or none"),
    ],
)
def test_bad_lines(line: bytes, reason: str) -> None:
    """Each is named with its number and why; set aside, the others are there."""
    text = GOOD + b"\n" + line + b"\n" + GOOD
    with pytest.raises(click.UsageError) as met:
        calls(text)
    with read(io.BytesIO(text), "calls.jsonl", skip_bad=True) as lines:
        left = [*lines]

    assert met.value.message.startswith(f"calls.jsonl:3: {reason}")
    assert "Nothing was sent." in met.value.message
    assert (lines.count, lines.aside) == (2, 1)
    assert left == [Call("user.current")] * 2


def test_large_numbers_and_whole_characters() -> None:
    """What can be sent is no bad line: the largest float, and a pair of surrogates."""
    text = b'{"method": "a", "params": {"x": 1.5e308}, "key": "\\ud83d\\ude00"}'

    assert calls(text) == [("\N{GRINNING FACE}", Call("a", {"x": 1.5e308}))]


def test_a_key_twice() -> None:
    """The second call of a key would not run: the line is bad."""
    text = b'{"method": "a", "key": "k"}\n' * 2

    with pytest.raises(click.UsageError, match="2: a line before it has the same key"):
        calls(text)


def test_many_bad_lines() -> None:
    """The first are named, and the others counted."""
    with pytest.raises(click.UsageError) as met:
        calls(b"x\n" * 1000)

    assert met.value.message.count("\n") == 11
    assert "and 990 more" in met.value.message

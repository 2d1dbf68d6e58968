"""How a batch reads a command and its placeholders: the tables of protocol.md."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_async.testing._commands import expand, parse_command
from bitrix_async.testing._php import arrays, parse_str

# protocol.md 2.4, every row.
COMMANDS = [
    ("m?text=a#b&c=1", ("m", {"text": "a"})),
    ("m?text=a%23b&c=1", ("m", {"text": "a#b", "c": "1"})),
    ("/m?id=1", ("/m", {"id": "1"})),
    ("http://h/m?id=1", ("/m", {"id": "1"})),
    ("m:80?x=1", ("80", {"x": "1"})),
    ("m?x.y=2", ("m", {"x_y": "2"})),
    ("m?x y=2", ("m", {"x_y": "2"})),
    ("m?a[b.c]=1&a[b c]=2", ("m", {"a": {"b.c": "1", "b c": "2"}})),
    ("m?h[=x]=1", ("m", {"h_": "x]=1"})),
    ("m?h[%3Dx]=1", ("m", {"h": {"=x": "1"}})),
    ("m?f[>ID]=5", ("m", {"f": {">ID": "5"}})),
    ("m?f[%3CID]=6", ("m", {"f": {"<ID": "6"}})),
    ("m?i[!@y][]=2", ("m", {"i": {"!@y": ["2"]}})),
    ("m?a[1]=x&a[0]=y", ("m", {"a": {1: "x", 0: "y"}})),
    ("m?a[01]=x", ("m", {"a": {"01": "x"}})),
    ("m?a[1.5]=x", ("m", {"a": {"1.5": "x"}})),
    ("m?a[9223372036854775808]=x", ("m", {"a": {"9223372036854775808": "x"}})),
    ("m?x=a+b%2Bc", ("m", {"x": "a b+c"})),
    ("m", ("m", [])),
    ("m?", ("m", [])),
    ("//m:99999/x", ("", [])),
    ("m?a[]=1&a[]=$result", ("m", {"a": ["1", "$result"]})),
]


@pytest.mark.parametrize(("command", "expected"), COMMANDS)
def test_commands(command: str, expected: tuple[str, Any]) -> None:
    """A command is read by parse_url and parse_str, with all that they do to it."""
    assert expected == parse_command(command)


def test_order_of_keys_is_kept() -> None:
    """Keys 1, 0 are no list, since their order is kept."""
    _, params = parse_command("m?a[1]=x&a[0]=y")

    assert list(params["a"]) == [1, 0]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("k[]=", {"k": [""]}),
        ("k=", {"k": ""}),
        ("a[x]=1&a=2", {"a": "2"}),
        ("a=2&a[x]=1", {"a": {"x": "1"}}),
        ("0=a&1=b", ["a", "b"]),
        ("", []),
    ],
)
def test_values(query: str, expected: Any) -> None:
    """Leaves are text; the last one wins; an empty array cannot be said."""
    assert expected == arrays(parse_str(query))


@pytest.mark.parametrize("count", [1000, 1001])
def test_variables_past_the_limit_are_dropped(count: int) -> None:
    """The 1001st variable is dropped without a word."""
    query = "&".join(f"v{number}=1" for number in range(count))

    assert len(parse_str(query)) == 1000


@pytest.mark.parametrize(("depth", "kept"), [(64, True), (65, False)])
def test_levels_past_the_limit_drop_the_variable(depth: int, kept: bool) -> None:
    """A variable nested deeper than 64 levels is dropped without a word."""
    assert kept == ("a" in parse_str("a" + "[x]" * depth + "=1"))


A = {
    "ID": "7",
    "LIST": [10, 20],
    "NULLV": None,
    "B": True,
    "F": False,
    "NAME": "John Doe",
}
RESULTS = {"a": A, "n": 42, "s": "xyz", 0: {"ID": 5}, "e": []}
COLLECTIONS = {
    "result": RESULTS,
    "next": {"a": 50},
    "total": {"a": 120},
    "error": {"bad": {"error": "E"}},
    "time": {"a": {"duration": 0.5}},
}

# protocol.md 2.5, every vector.
PLACEHOLDERS = [
    ("$result[a][ID]", "7"),
    ("$result[s][3]", "xyz"),
    ("$result[s][-1]", "z"),
    ("$result[s][x]", "xyz"),
    ("$result[a][LIST][2]", [10, 20]),
    ("$result[a][LIST][x]", [10, 20]),
    ("$result[n][x]", 42),
    ("$result[n]", 42),
    ("$result[a][LIST]", [10, 20]),
    ("$result[a][B]", True),
    ("$result[a][F]", False),
    ("$result[0][ID]", 5),
    ("$result[s][0]", "x"),
    ("$next[a]", 50),
    ("$total[a]", 120),
    ("$error[bad][error]", "E"),
    ("$result[a][NOPE]", A),
    ("$result[a][NULLV]", A),
    ("$result[missing][ID]", RESULTS),
    ('$result["a"][ID]', RESULTS),
    ("$result[ a ][ID]", "$result[ a ][ID]"),
    ("$result[e][x]", []),
    ("x$result[n]y", "x42"),
    ("x$result[n] y", "x42 y"),
    ("%$result[a][NAME]%", "%John Doe"),
    ("$result[a][ID],$result[n]", "7"),
    ("$result[a][ID] $result[n]", "7 42"),
    ("$result[a][LIST][0]-$result[a][LIST][1]", 10),
    ("pre $result[a][B]", "pre $result[a][B]"),
    ("pre $result[a][NULLV]", "pre $result[a][NULLV]"),
    ("pre $result[missing][ID]", "pre $result[missing][ID]"),
    ("$RESULT[a][ID]", None),
    ("$result_total[a]", A),
    ("$resultfoo[a]", A),
    ("$result", "$result"),
    ("price $5", "price $5"),
    ("$time[a][duration] s", "0.5 s"),
]


@pytest.mark.parametrize(("text", "expected"), PLACEHOLDERS)
def test_placeholders(text: str, expected: Any) -> None:
    """A value is expanded as the server's own function expanded it."""
    found = expand(text, COLLECTIONS)

    assert expected == found
    assert type(expected) is type(found)


def test_encoding_does_not_protect() -> None:
    """A percent-encoded placeholder is one all the same."""
    _, params = parse_command("m?x=%24result%5Ba%5D%5BID%5D&start=$next[a]")

    assert expand(params, COLLECTIONS) == {"x": "7", "start": 50}


def test_keys_are_never_expanded() -> None:
    """Placeholders are replaced in values at any depth, in keys at none."""
    params = {"$result[n]": ["$result[n]", {"x": "$result[n]"}]}

    assert expand(params, COLLECTIONS) == {"$result[n]": [42, {"x": 42}]}

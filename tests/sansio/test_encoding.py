"""A call travels in a batch only if the portal reads what was meant."""

from __future__ import annotations

import datetime
import enum
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from trees import as_text, ordinary, params_of

from bitrix_async import Call, EncodeError
from bitrix_async.sansio.encoding import (
    MAX_COMMAND,
    MAX_LEAVES,
    MAX_NESTING,
    encode,
    scope_of,
)
from bitrix_async.sansio.lines import names_for
from bitrix_async.testing._commands import parse_command


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


TOGETHER: list[tuple[dict[str, Any], str]] = [
    ({}, "m"),
    ({"lid": 351}, "m?lid=351"),
    ({"a": True, "b": False}, "m?a=1&b=0"),
    ({"a": 1.5, "b": 2.0, "c": -0.25}, "m?a=1.5&b=2&c=-0.25"),
    ({"a": ""}, "m?a="),
    ({"a": "x y&z=#+%"}, "m?a=x%20y%26z%3d%23%2b%25"),
    ({"a": "да"}, "m?a=%d0%b4%d0%b0"),
    ({"a": "price $5"}, "m?a=price%20%245"),
    ({"f": {">ID": 5, "=x": 1, "!@y": [7]}}, "m?f[%3eID]=5&f[%3dx]=1&f[%21%40y][0]=7"),
    ({"f": [1, [2, 3], {"a": "b"}]}, "m?f[0]=1&f[1][0]=2&f[1][1]=3&f[2][a]=b"),
    ({"f": {"a.b": 1, "a b": 2}}, "m?f[a.b]=1&f[a%20b]=2"),
    ({"d": datetime.date(2026, 3, 1)}, "m?d=2026-03-01"),
    (
        {"d": datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)},
        "m?d=2026-03-01T12%3a00%3a00%2b00%3a00",
    ),
    ({"d": Decimal("10.50")}, "m?d=10.50"),
    ({"e": Colour.RED, "l": Level.HIGH}, "m?e=red&l=3"),
    ({"t": (1, 2)}, "m?t[0]=1&t[1]=2"),
    ({"start": 50}, "m?start=50"),
    ({"n": -(2**63)}, "m?n=-9223372036854775808"),
]


@pytest.mark.parametrize(("params", "command"), TOGETHER)
def test_what_a_batch_can_carry_is_written_as_php_reads_it(
    params: dict[str, Any], command: str
) -> None:
    """Ordinary parameters travel as a percent-encoded query."""
    assert encode(Call("m", params)).command == command


ALONE: list[tuple[str, dict[str, Any], str]] = [
    ("m", {"a": None}, "null"),
    ("m", {"a": []}, "empty list"),
    ("m", {"a": {}}, "empty list or map"),
    ("m", {"a": {"b": [1, {}]}}, "empty list or map"),
    ("m", {"a.b": 1}, "rewrite"),
    ("m", {"a b": 1}, "rewrite"),
    ("m", {"a[b": 1}, "rewrite"),
    ("m", {"": 1}, "rewrite"),
    ("m", {" a": 1}, "rewrite"),
    ("m", {"a": {"": 1}}, "split"),
    ("m", {"a": {"b]": 1}}, "split"),
    ("m", {"a": {"b[c": 1}}, "split"),
    ("m", {"a": {"b\0": 1}}, "split"),
    ("m", {"a": "$result[c0]"}, "expand"),
    ("m", {"a": "x $RESULT"}, "expand"),
    ("m", {"a": "$nextfoo"}, "expand"),
    ("m", {"a": "$Total"}, "expand"),
    ("m", {"a": "$time"}, "expand"),
    ("m", {"a": {"b": "$error[x]"}}, "expand"),
    ("m", {"a": "x\0y"}, "NUL"),
    ("m", {"a": 0.1234567890123456}, "print"),
    ("m", {"a": 1e25}, "print"),
    ("m", {"a": -0.0}, "print"),
    ("m", {"a": list(range(MAX_LEAVES + 1))}, "variables"),
    ("m", {"a": "x" * MAX_COMMAND}, "large"),
    ("batch", {"cmd": {"a": "b"}}, "not allowed"),
    ("upload", {}, "not allowed"),
    ("Download", {}, "not allowed"),
    ("task.elapseditem.add", {"TASKID": 1}, "position"),
    ("landing.site.fullExport", {"id": 1}, "not allowed"),
    ("landing.block.updatecontent", {"designed": True}, "true from 1"),
    ("landing.block.updatecontent", {"designed": 1}, "true from 1"),
    ("landing.landing.addByTemplate", {"fields": {"PREPARE_BLOCKS": True}}, "true"),
    ("landing.repo.checkContent", {"content": "a"}, "not allowed"),
    ("landing.repo.register", {"manifest": {"block": {"dynamic": False}}}, "keeps"),
    ("landing.repowidget.register", {"fields": {"WIDGET_PARAMS": {"a": 1}}}, "keeps"),
    ("landing.demos.register", {"data": [{"version": 3}]}, "keeps"),
    ("landing.block.updateNodes", {"data": {".a": {"zoom": 12}}}, "keeps"),
    ("landing.block.updateNodes", {"data": {".a": {"attrs": {"b": [1]}}}}, "keeps"),
    ("landing.block.updateattrs", {"data": {".a": {"b": {"c": True}}}}, "keeps"),
    (
        "landing.block.updateCards",
        {"data": {".a": {"values": [{".b@0": {"attrs": {"c": 0.5}}}]}}},
        "keeps",
    ),
]


@pytest.mark.parametrize(("method", "params", "why"), ALONE)
def test_what_a_batch_would_change_goes_alone(
    method: str, params: dict[str, Any], why: str
) -> None:
    """Each loss of a batch (protocol.md 2.4, 2.5) sends the call directly."""
    encoded = encode(Call(method, params))

    assert encoded.command is None
    assert why in encoded.why


# Calls of methods that mind, whose values are text, or as good as text.
TYPELESS: list[tuple[str, dict[str, Any]]] = [
    ("landing.block.updatecontent", {"lid": 1, "designed": "true"}),
    ("landing.repo.register", {"code": "a", "manifest": {"nodes": {".a": {"b": "c"}}}}),
    ("landing.block.updateattrs", {"lid": 1, "data": {".a": {"b": 5, "c": ["d"]}}}),
    ("landing.block.updateNodes", {"lid": 1, "data": {".a": {"src": "b", "id": 7}}}),
    ("landing.block.updateCards", {"data": {".a": {"source": [{"value": 1}]}}}),
]


@pytest.mark.parametrize(("method", "params"), TYPELESS)
def test_a_method_that_minds_travels_without_typed_values(
    method: str, params: dict[str, Any]
) -> None:
    """Numbers beside what is kept do not matter, nor whole ones as attributes."""
    assert encode(Call(method, params)).command is not None


def test_what_holds_itself_is_an_error_of_methods_that_mind_too() -> None:
    """They look into their values first, and not for ever."""
    loop: dict[str, Any] = {}
    loop["a"] = loop

    for method in ("landing.repo.register", "landing.block.updatecontent"):
        with pytest.raises(EncodeError):
            encode(Call(method, {"manifest": loop, "designed": loop}))


def test_nesting_that_php_reads_travels_and_deeper_does_not() -> None:
    """PHP drops what is nested deeper than 64 levels (protocol.md 2.4)."""

    def nested(levels: int) -> dict[str, Any]:
        value: Any = 1
        for _ in range(levels):
            value = {"a": value}
        return {"top": value}

    assert encode(Call("m", nested(MAX_NESTING - 1))).command is not None
    assert encode(Call("m", nested(MAX_NESTING))).command is None


class Thing:
    pass


CANNOT: list[tuple[dict[Any, Any], str]] = [
    ({"a": b"x"}, "a: a value of type bytes"),
    ({"a": {"b": [1, {2}]}}, "a.b[1]: a value of type set"),
    ({"a": math.nan}, "a: nan is not a number"),
    ({"a": [math.inf]}, "a[0]: inf is not a number"),
    ({"a": Decimal("NaN")}, "a: NaN is not a number"),
    ({"a": {1: 2}}, "a: the key 1 is not text"),
    ({1: 2}, "the key 1 is not text"),
    ({"a": Thing()}, "a: a value of type Thing"),
    ({"a": "\ud800"}, "half of a surrogate pair"),
    ({"a": {"\ud800": 1}}, "half of a surrogate pair"),
    ({"a": 2**63}, "PHP has no integer that large"),
    ({"a": None, "b": b"x"}, "b: a value of type bytes"),
    ({"token": "x"}, "signed link"),
    ({"auth": "x"}, "credentials are the session's"),
    ({"method": "x"}, "keeps this name"),
    ({"a": Call("site.add").result}, "earlier call of the same Session.batch"),
    ({"a": None, "b": Call("site.add").result}, "only a batch knows"),
]


@pytest.mark.parametrize(("params", "text"), CANNOT)
def test_what_cannot_be_sent_names_its_place(params: dict[Any, Any], text: str) -> None:
    """What JSON has no form for is refused before anything is sent."""
    call = Call("m", params)
    with pytest.raises(EncodeError) as caught:
        encode(call)

    assert text in str(caught.value)
    assert caught.value.call is call


def test_a_list_that_holds_itself_is_refused() -> None:
    """Endless parameters are an error, not an endless loop."""
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(EncodeError, match="nested deeper"):
        encode(Call("m", {"a": endless}))


@pytest.mark.parametrize(
    "method", ["", "a?b=1", "a b", "/a", "a.json", "a.xml", "a..b", "http://x/a", "a&b"]
)
def test_what_is_no_method_name_is_refused(method: str) -> None:
    """A query, a path or a suffix in the name would reach another method."""
    with pytest.raises(EncodeError, match="not the name of a method"):
        encode(Call(method))


def test_a_reference_is_written_as_a_placeholder() -> None:
    """`Ref`s of calls in the same request become `$result[key][path]`."""
    site = Call("landing.site.add")
    call = Call("m", {"a": site.result, "b": {"c": site.result["x"][0]}})

    command = encode(call, names_for([Call("other"), site])).command

    assert command is not None
    assert parse_command(command) == (
        "m",
        {"a": "$result[c1]", "b": {"c": "$result[c1][x][0]"}},
    )


def test_a_reference_that_the_portal_cannot_follow_is_refused() -> None:
    """A space or a bracket would end the placeholder early (protocol.md 2.5)."""
    site = Call("m")
    with pytest.raises(EncodeError, match="cannot look up"):
        encode(Call("n", {"a": site.result["x y"]}), names_for([site]))


def test_the_landing_scope_of_a_call() -> None:
    """Only landing methods have one; leaving it out is a scope of its own."""
    assert scope_of(Call("user.get", {"scope": "x"})) is None
    assert scope_of(Call("landing.site.getList")) == ""
    assert scope_of(Call("Landing.site.getList", {"scope": "GROUP"})) == "GROUP"


# --- what the portal reads is what was meant ------------------------------------------


@settings(max_examples=200, deadline=None)
@given(params_of)
def test_a_command_reads_back_as_what_was_meant(params: dict[str, Any]) -> None:
    """Whatever travels in a batch arrives unchanged, up to scalars being strings."""
    command = encode(Call("m", params)).command
    if command is None:
        return
    method, read = parse_command(command)

    assert method == "m"
    assert as_text(params) == as_text(read)


@settings(max_examples=150, deadline=None)
@given(ordinary)
def test_ordinary_parameters_travel_in_batches(params: dict[str, Any]) -> None:
    """The rule is not so careful that nothing is batched any more."""
    assert encode(Call("m", params)).command is not None

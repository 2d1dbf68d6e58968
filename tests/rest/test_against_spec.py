"""The wrappers against the catalogue of documented methods, in both directions."""

import inspect
import pickle
from collections.abc import Callable
from types import NoneType
from typing import Any, Literal, get_args, get_origin, is_typeddict

import attrs
import pytest
from catalogue import (
    ENVELOPE,
    Method,
    documented,
    envelope,
    left_open,
    methods,
    ours,
    overrides,
    wrappers,
)
from invocations import EXAMPLES

from bitrix_async._call import Call

METHODS = methods()
WRAPPERS = wrappers()
OVERRIDES = overrides()

each_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


def test_there_is_a_wrapper_for_every_method_and_a_method_for_every_wrapper() -> None:
    """A documented method is found under the one name that follows from its page."""
    assert set(WRAPPERS) == {method.wrapper for method in METHODS.values()}
    assert set(EXAMPLES) == set(METHODS)


@each_method
def test_exactly_one_wrapper_sends_a_method(method: Method) -> None:
    """It is the one with the method's name, however that is spelled."""
    senders = [
        path
        for path, wrapper in WRAPPERS.items()
        if method.method in wrapper.__code__.co_consts
    ]

    assert senders == [method.wrapper]


@each_method
def test_parameters_are_those_documented(method: Method) -> None:
    """Names and required flags are the page's, unless an override says why not.

    Options in an envelope are keywords: it says nothing that a reader has to know.
    """
    page = documented(method.params)
    own = ours(WRAPPERS[method.wrapper], page)
    override = OVERRIDES.get(method.method, {})

    assert sorted(page.keys() - own.keys()) == override.get("documented", [])
    assert sorted(own.keys() - page.keys()) == override.get("ours", [])
    assert {path: own[path] for path in own.keys() & page.keys()} == {
        path: page[path] for path in own.keys() & page.keys()
    }


@pytest.mark.parametrize(
    "method",
    [m for m in METHODS.values() if envelope(m.params)],
    ids=lambda method: method.method,
)
def test_an_envelope_without_options_is_sent_only_if_required(method: Method) -> None:
    """No options are no envelope, except where the page wants one, as {}."""
    parameters = inspect.signature(WRAPPERS[method.wrapper]).parameters.values()
    needed = [one.name for one in parameters if one.default is one.empty]

    call = WRAPPERS[method.wrapper](**dict.fromkeys(needed, 1))

    assert (call.params.get(ENVELOPE) == {}) is envelope(method.params)["required"]
    assert (ENVELOPE in call.params) is envelope(method.params)["required"]


@each_method
def test_what_is_optional_is_a_keyword(method: Method) -> None:
    """A required parameter may be given by position, an optional one never; None is
    not given."""
    for parameter in inspect.signature(WRAPPERS[method.wrapper]).parameters.values():
        if parameter.default is parameter.empty:
            assert parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        else:
            assert parameter.kind is parameter.KEYWORD_ONLY
            assert parameter.default is None


@each_method
def test_the_documented_example_is_what_is_sent(method: Method) -> None:
    """The page's example, written with the wrapper, is exactly the page's request."""
    call = EXAMPLES[method.method]

    expected = Call(method.method, method.example_params, call.returns)

    assert expected == call
    assert list(map(type, _leaves(method.example_params))) == list(
        map(type, _leaves(call.params))
    )
    assert pickle.loads(pickle.dumps(call)) == call


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for key in sorted(value) for leaf in _leaves(value[key])]
    if isinstance(value, list):
        return [leaf for part in value for leaf in _leaves(part)]
    return [value]


def _is_map(kind: Any) -> bool:
    return get_origin(kind) is dict or is_typeddict(kind)


def _is_map_or_none(kind: Any) -> bool:
    whole, *rest = get_args(kind)
    return _is_map(whole) and rest == [NoneType]


TYPES: dict[str, Callable[[Any], bool]] = {
    "any": lambda kind: kind is Any,
    "array": lambda kind: get_origin(kind) is list,
    "boolean": lambda kind: kind is bool,
    "boolean|null": lambda kind: kind in (bool, bool | None),
    "integer": lambda kind: kind is int,
    "integer[]": lambda kind: kind == list[int],
    "integer|null": lambda kind: kind == int | None,
    "integer|object": lambda kind: kind is int or attrs.has(kind),
    "object": attrs.has,
    "object[]": lambda kind: attrs.has(get_args(kind)[0]),
    "object|array": lambda kind: (
        attrs.has(kind) or _is_map(kind) or _is_map_or_none(kind)
    ),
    "object|array|null": _is_map_or_none,
    "object|boolean": lambda kind: (
        any(attrs.has(part) or get_origin(part) is dict for part in get_args(kind))
        and any(get_origin(part) is Literal for part in get_args(kind))
    ),
    "string": lambda kind: kind is str,
    "string|null": lambda kind: kind == str | None,
    "string[]": lambda kind: kind == list[str],
    "string|object|array": lambda kind: kind is str or _is_map(kind),
}


@each_method
def test_the_result_is_of_the_documented_type(method: Method) -> None:
    """The declared result is the page's, unless an override says why not."""
    returns = EXAMPLES[method.method].returns
    override = OVERRIDES.get(method.method, {}).get("result")

    assert TYPES[method.result](returns) is (override is None)
    assert override in (None, str(returns))


@each_method
def test_the_docstring_has_the_address_and_every_error_code(method: Method) -> None:
    """Whoever reads the wrapper needs the page only for details, and finds it."""
    text = inspect.getdoc(WRAPPERS[method.wrapper]) or ""
    rows = text.partition("Errors:")[2].splitlines()
    codes = {code.strip() for row in rows for code in row.partition(":")[0].split(",")}

    assert text.endswith(method.address)
    assert set(method.errors) <= codes


def test_every_override_is_of_a_documented_method_and_says_why() -> None:
    """An override that nothing needs would be found by the tests above or here."""
    assert set(OVERRIDES) <= set(METHODS)
    for override in OVERRIDES.values():
        assert override["why"]
        assert override.keys() & {"documented", "ours", "result"}


def test_what_is_open_is_of_a_documented_method_and_says_what() -> None:
    """Nobody has to find a contradiction of the pages a second time."""
    for row in left_open():
        assert row["method"] in METHODS
        assert row.keys() == {"method", "what"}

"""What crosses a boundary is a value: frozen, equal, picklable, and discreet."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import attrs
import pytest

import bitrix_async
from bitrix_async import (
    AuthFault,
    BadAnswer,
    Call,
    DecodeError,
    EncodeError,
    Fault,
    LimitExceeded,
    Limits,
    MethodUnknown,
    NotSent,
    Outcome,
    Post,
    Ref,
    Reply,
    SessionClosed,
    Stats,
    Time,
    Unanswered,
    Webhook,
)
from bitrix_async._call import given
from bitrix_async.sansio.auth import Secret

CALL = Call("landing.landing.publication", {"lid": 351}, bool | None)

VALUES: list[Any] = [
    CALL,
    CALL.direct().once().within(3),
    CALL.result["ID"][0],
    Outcome(CALL, True),
    Outcome(CALL, error=Fault("E", "why", status=400, call=CALL)),
    Reply([1], Time(start=1.0), 120, 50),
    Limits.enterprise(),
    Stats(requests=3),
    Webhook("https://portal.example/rest/1/s3cret/"),
]

ERRORS: list[Any] = [
    Fault("E", "why", status=400, call=CALL),
    Fault("", "no code", call=CALL),
    LimitExceeded("QUERY_LIMIT_EXCEEDED", "x", retry_at=12.5, call=CALL),
    AuthFault("expired_token", status=401),
    MethodUnknown("ERROR_METHOD_NOT_FOUND"),
    NotSent("x", call=CALL),
    Unanswered("x"),
    BadAnswer("x"),
    DecodeError("x @ result", call=CALL),
    EncodeError("x"),
    SessionClosed("x"),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_are_equal_by_value_and_survive_pickling(value: Any) -> None:
    """They can be sent to another process, kept, and compared in a test."""
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.deepcopy(value) == value


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_cannot_be_changed(value: Any) -> None:
    """Whoever holds one holds it as it was."""
    name = attrs.fields(type(value))[0].name
    with pytest.raises(AttributeError):
        setattr(value, name, None)


@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_errors_are_values_too(error: bitrix_async.BitrixError) -> None:
    """Equal by value, picklable, fixed; tracebacks and causes can still be set."""
    again = pickle.loads(pickle.dumps(error))

    assert again == error
    assert str(again) == str(error)
    assert vars(again) == vars(error)
    with pytest.raises(AttributeError, match="is a value"):
        error.call = None
    assert error.with_traceback(None) is error
    assert error != type(error)("another")


def test_an_error_tells_of_its_call() -> None:
    """The method stands first, then the code, then the portal's words."""
    assert str(ERRORS[0]) == "landing.landing.publication: E: why"
    assert (
        str(ERRORS[1]) == "landing.landing.publication: error without a code: no code"
    )
    assert ERRORS[0].of(None).call is None
    assert ERRORS[0].of(None).code == "E"


def test_calls_are_equal_by_what_they_ask() -> None:
    """Not by the parameters' order or identity, and not by when they were made."""
    assert Call("m", {"a": 1, "b": [1, (2,)]}) == Call("m", {"b": [1, [2]], "a": 1})
    assert Call("m", {"a": 1}) != Call("m", {"a": 2})
    assert Call("m") != Call("m").direct()
    assert hash(Call("m", {"a": 1, "b": [2]})) == hash(Call("m", {"b": [2], "a": 1}))
    assert len({Call("m", {"a": [1]}), Call("m", {"a": [1]})}) == 1


def test_a_call_owns_its_parameters() -> None:
    """What the caller does to the map afterwards does not reach it."""
    inner = [1]
    params = {"a": inner}
    call = Call("m", params)
    inner.append(2)
    params["b"] = 3  # type: ignore[assignment]

    assert call.params == {"a": [1]}


def test_refinements_make_new_calls() -> None:
    """The old one stays as it was."""
    assert CALL.direct().in_batch is False
    assert CALL.once().repeat_safe is False
    assert CALL.repeatable().repeat_safe is True
    assert CALL.within(2.5).seconds == 2.5
    assert Call("landing.landing.publication", {"lid": 351}, bool | None) == CALL


def test_the_repr_of_a_call_helps() -> None:
    """It is short, and shows what was asked."""
    assert repr(CALL) == "Call('landing.landing.publication', {'lid': 351})"
    assert repr(CALL.direct()).endswith("in_batch=False)")
    assert len(repr(Call("m", {"a": "x" * 10_000, "b": list(range(1000))}))) < 300


def test_the_repr_of_a_call_hides_secrets() -> None:
    """Passwords and tokens among parameters are not printed, however deep."""
    call = Call("m", {"fields": [{"PASSWORD": "hunter2", "x": {"token": "t0ken"}}]})

    assert "hunter2" not in repr(call)
    assert "t0ken" not in repr(call)


def test_a_ref_stands_for_a_whole_value() -> None:
    """Text around it would be rewritten; iterating never ends; it is always true."""
    ref: Ref[Any] = CALL.result
    with pytest.raises(TypeError, match="whole value"):
        f"page {ref}"
    with pytest.raises(TypeError, match="whole value"):
        "page %s" % ref  # noqa: UP031
    with pytest.raises(TypeError, match="whole value"):
        str(ref)
    assert repr([ref]) == f"[{ref!r}]"
    with pytest.raises(TypeError, match="iterated"):
        list(ref)
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(ref)
    assert repr(ref["ID"][0]) == "<result of landing.landing.publication>['ID'][0]"


@pytest.mark.parametrize("key", [True, 1.5, None, slice(0, 1), ("ID",), b"ID"])
def test_a_part_of_a_result_has_a_name_or_a_number(key: Any) -> None:
    """The portal looks up nothing else: it is refused before any call has run."""
    with pytest.raises(TypeError, match="a name or a number, not "):
        CALL.result[key]


def test_given_leaves_out_what_was_not_given() -> None:
    """None means not given; false, 0 and the empty values are given."""
    assert given(a=None, b=False, c=0, d="", e=[]) == {
        "b": False,
        "c": 0,
        "d": "",
        "e": [],
    }


def test_an_outcome_unwraps() -> None:
    """To its result, or by raising its error."""
    assert Outcome(CALL, True).unwrap() is True
    assert Outcome(CALL, None).ok
    with pytest.raises(NotSent):
        Outcome(CALL, error=NotSent("x")).unwrap()


# --- credentials ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://portal.bitrix24.com/rest/1/s3cret/",
        "https://portal.bitrix24.com/rest/1/s3cret",
        "  https://portal.bitrix24.com/rest/1/s3cret/\n",
        "http://127.0.0.1:8080/rest/1/s3cret/",
        "http://localhost/rest/1/s3cret/",
        "http://[::1]:80/rest/1/s3cret/",
    ],
)
def test_addresses_of_webhooks(url: str) -> None:
    """With or without the last slash; plain http on this machine only."""
    assert Webhook(url).address("user.current").endswith("/rest/1/s3cret/user.current")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "portal.bitrix24.com/rest/1/s3cret/",
        "https://portal.bitrix24.com/",
        "https://portal.bitrix24.com/rest/s3cret/",
        "https://portal.bitrix24.com/rest/1/s3cret/user.current",
        "https://portal.bitrix24.com/rest/1/s3cret/?a=b",
        "https://user:s3cret@portal.bitrix24.com/rest/1/s3cret/",
        "http://portal.bitrix24.com/rest/1/s3cret/",
        "http://127.0.0.1.evil.example/rest/1/s3cret/",
        "ftp://portal.bitrix24.com/rest/1/s3cret/",
        "https://portal.bitrix24.com:99999/rest/1/s3cret/",
        "https:///rest/1/s3cret/",
        "https://[::1/rest/1/s3cret/",
    ],
)
def test_what_is_no_webhook_is_refused_without_repeating_it(url: str) -> None:
    """The message says what an address looks like, and not what was given."""
    with pytest.raises(ValueError, match="webhook") as caught:
        Webhook(url)

    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("user:s3cret@portal.example", "it has a user or a password in front"),
        ("portal.example:99999", "its port is not a number from 1 to 65535"),
        ("portal.example:0", "its port is not a number"),
        ("portal.example:s3cret", "its port is not a number"),
        ("portal..bitrix24.com", "its host is not valid"),
        (".bitrix24.com", "its host is not valid"),
        (f"{'a' * 64}.example", "its host is not valid"),
        ("", "its host is not valid"),
        ("[::1", "its host is not valid"),
    ],
)
def test_what_is_wrong_with_an_address(host: str, words: str) -> None:
    """Not that it begins otherwise: it does not; and no name that nobody can have."""
    with pytest.raises(ValueError, match=f"address of a webhook: {words}") as caught:
        Webhook(f"https://{host}/rest/1/s3cret/")

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("host", [f"{'a' * 63}.example.", "портал.рф", "p_1.local"])
def test_hosts_that_may_be(host: str) -> None:
    """The longest label, a root, letters of any script: the resolver says the rest."""
    assert Webhook(f"https://{host}/rest/1/s3cret/").host == host


def test_a_webhook_does_not_print_its_secret() -> None:
    """In no form of printing, and it takes it out of others' text."""
    webhook = Webhook("https://portal.bitrix24.com/rest/1/s3cret/")

    for text in (repr(webhook), str(webhook), f"{webhook}", repr(webhook.code)):
        assert "s3cret" not in text
    assert webhook.hide("at /rest/1/s3cret/x") == "at /rest/1/***/x"
    assert repr(Secret("x")) == str(Secret("x")) == f"{Secret('x')}" == "Secret(***)"


def test_a_post_does_not_print_its_secrets() -> None:
    """Not its address, not its headers, not its body."""
    post = Post("https://x/s3cret", b"s3cret", 60.0, {"Authorization": "s3cret"})

    assert "s3cret" not in repr(post)

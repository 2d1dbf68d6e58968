"""How a request reaches a method: addresses, bodies, credentials, reserved names."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asking import JSON, Asker

from bitrix_async.testing import Portal, PortalRequest, Token
from bitrix_async.testing._requests import read_params

FORM = {"content-type": "application/x-www-form-urlencoded"}


def echoing() -> Asker:
    """A portal whose method `echo` answers its parameters, and `start`."""
    portal = Portal(cost=0.0)
    portal.on("echo", lambda context, params: {"got": params, "start": context.start})
    return Asker(portal)


def body_of(ask: Asker, request: PortalRequest) -> Any:
    return json.loads(ask.send(request).body)


@pytest.mark.parametrize(
    "suffix",
    ["echo", "echo/", "echo.json", "echo.json/", "ECHO", "Echo.xml"],
)
def test_names_in_any_case_and_with_a_suffix(suffix: str) -> None:
    """A v2 method is found in any case, with a slash or a transport behind it."""
    ask = echoing()

    assert ask.post(ask.portal.webhook_path + suffix).status == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/rest/1/local0portal0code/", 404),
        ("/rest/1/local0portal0code/a/b", 404),
        ("/elsewhere", 404),
        ("/rest/1/wrong/echo", 401),
        ("/rest/2/local0portal0code/echo", 401),
        ("/rest/echo", 401),
    ],
)
def test_wrong_addresses(path: str, status: int) -> None:
    """Neither a path of nothing nor a wrong webhook reaches a method."""
    ask = echoing()

    assert ask.post(path).status == status
    assert ask.portal.executed("echo") == 0


def test_unknown_method() -> None:
    """The portal refuses calls that it does not know."""
    ask = Asker()
    answer = ask.post(ask.portal.webhook_path + "no.such")

    assert (answer.status, json.loads(answer.body)["error"]) == (
        404,
        "ERROR_METHOD_NOT_FOUND",
    )


@pytest.mark.parametrize(
    ("verb", "query", "headers", "body", "expected"),
    [
        ("POST", "", JSON, b'{"a":1,"b":[],"c":null}', {"a": 1, "b": [], "c": None}),
        ("POST", "", {"content-type": "application/x+json"}, b'{"a":1}', {"a": 1}),
        ("POST", "a=1&b=2", JSON, b'{"b":3}', {"a": "1", "b": 3}),
        ("POST", "a=1", FORM, b"a[x]=1&c=2", {"a": {"x": "1"}, "c": "2"}),
        ("POST", "a=1", JSON, b"{broken", {"a": "1"}),
        ("POST", "a=1", JSON, b'"text"', {"a": "1"}),
        ("POST", "", JSON, b'{"0":"x","1":"y"}', ["x", "y"]),
        ("POST", "", JSON, b'{"a":{"5":1}}', {"a": {5: 1}}),
        ("POST", "", JSON, b'{"a":9223372036854775808}', {"a": 2.0**63}),
        ("POST", "", JSON, b'{"a":' + b"[" * 511 + b"]" * 511 + b"}", []),
        ("POST", "", {}, b'{"a":1}', {'{"a":1}': ""}),
        ("GET", "a=1", JSON, b'{"a":2}', {"a": "1"}),
    ],
)
def test_bodies(
    verb: str, query: str, headers: dict[str, str], body: bytes, expected: Any
) -> None:
    """Only JSON that says so, in a POST, keeps its types; it wins over the query."""
    request = PortalRequest(verb, "/rest/1/x/m", query, headers, body)

    assert read_params(request) == expected


def test_multipart_forms() -> None:
    """A form of parts is read as one of pairs; files are left out."""
    headers = {"content-type": "multipart/form-data; boundary=Xx"}
    body = (
        b'--Xx\r\nContent-Disposition: form-data; name="a[b]"\r\n\r\n1+ 2\r\n'
        b'--Xx\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nz\r\n'
        b"--Xx--\r\n"
    )
    request = PortalRequest("POST", "/rest/1/x/m", "", headers, body)

    assert read_params(request) == {"a": {"b": "1+ 2"}}


def test_reserved_names_never_reach_a_method() -> None:
    """`start` is cut out and cast, the other reserved names are gone."""
    ask = echoing()
    sent = {"a": 1, "start": "50x", "auth": "t", "state": "s", "sessid": "x"}

    assert ask.result("echo", sent) == {"got": {"a": 1}, "start": 50}
    assert ask.result("echo", {"start": "abc"}) == {"got": [], "start": 0}
    assert ask.result("echo", {"a": 1})["start"] is None


def test_token_is_taken_for_a_signed_link() -> None:
    """A parameter named `token` is refused before the method runs, in a batch too."""
    ask = echoing()
    answer = ask.post(ask.portal.webhook_path + "echo", {"token": "x"})

    assert answer.status == 403
    assert ask.batch({"a": "echo?token=x"})["result_error"]["a"]["error"] == (
        "ACCESS_DENIED"
    )
    assert ask.portal.executed("echo") == 0


@pytest.mark.parametrize(
    ("headers", "params"),
    [
        ({**JSON, "authorization": "Bearer good"}, {}),
        ({**JSON, "authorization": "bearer good"}, {"auth": "bad"}),
        (JSON, {"auth": "good", "access_token": "bad"}),
        (JSON, {"access_token": "good"}),
    ],
)
def test_where_a_token_is_looked_for(headers: dict[str, str], params: Any) -> None:
    """In the header, then in `auth`, then in `access_token`."""
    ask = echoing()
    ask.portal.keys.tokens["good"] = Token(user=7)

    assert ask.post("/rest/echo", params, headers=headers).status == 200


@pytest.mark.parametrize(
    ("token", "code"),
    [("", "NO_AUTH_FOUND"), ("bad", "invalid_token"), ("old", "expired_token")],
)
def test_tokens_that_are_not_good(token: str, code: str) -> None:
    """All are 401, and only an expired one says that it is worth refreshing."""
    ask = echoing()
    ask.portal.keys.tokens["old"] = Token(expires=ask.now)
    answer = ask.post("/rest/echo", {"auth": token})

    assert (answer.status, json.loads(answer.body)["error"]) == (401, code)


def test_query_of_a_get() -> None:
    """A GET works as a POST does."""
    ask = echoing()
    request = PortalRequest("GET", ask.portal.webhook_path + "echo", "a[]=1&a[]=2")

    assert body_of(ask, request)["result"]["got"] == {"a": ["1", "2"]}


def test_refreshing_a_token() -> None:
    """A refresh token brings the next pair, and is good once."""
    ask = Asker()
    _, refresh = ask.portal.oauth.install("app", "secret", user=7, now=ask.now)
    asked = {
        "grant_type": "refresh_token",
        "client_id": "app",
        "client_secret": "secret",
        "refresh_token": refresh,
    }
    first = json.loads(ask.post("/oauth/token/", asked).body)
    second = json.loads(ask.post("/oauth/token/", asked).body)

    assert ask.post("/rest/user.current", {"auth": first["access_token"]}).status == 200
    assert first["expires_in"] == 3600
    assert second["error"] == "invalid_grant"


def test_access_tokens_expire_after_an_hour() -> None:
    """An hour after it was issued a token is refused as expired."""
    ask = Asker()
    access, _ = ask.portal.oauth.install("app", "secret", now=ask.now)
    ask.now += 3600

    assert ask.post("/rest/user.current", {"auth": access}).status == 401


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"grant_type": "password"}, "invalid_request"),
        ({"refresh_token": "x"}, "invalid_grant"),
        ({"client_secret": "x"}, "invalid_client"),
    ],
)
def test_refusals_of_the_authorization_server(
    change: dict[str, str], code: str
) -> None:
    """A refused refresh keeps the token good."""
    ask = Asker()
    _, refresh = ask.portal.oauth.install("app", "secret", now=ask.now)
    asked = {
        "grant_type": "refresh_token",
        "client_id": "app",
        "client_secret": "secret",
        "refresh_token": refresh,
    }

    assert json.loads(ask.post("/oauth/token/", {**asked, **change}).body)["error"] == (
        code
    )
    assert ask.post("/oauth/token/", asked).status == 200

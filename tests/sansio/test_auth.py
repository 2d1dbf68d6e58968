"""Tokens, their renewal, and new names of portals, decided without a server."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest

from bitrix_async import (
    AuthFault,
    BadAnswer,
    Fault,
    NotSent,
    OAuth,
    Tokens,
    Unanswered,
    Webhook,
)
from bitrix_async.sansio.access import Access
from bitrix_async.sansio.auth import Secret
from bitrix_async.sansio.decisions import Renew, Wait
from bitrix_async.sansio.moves import new_origin
from bitrix_async.sansio.renewal import Ask, Keeper, Load, Pause, Save

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.sansio.renewal import Step

PORTAL = "https://portal.bitrix24.com/rest/"


def pair(number: int = 1, **fields: Any) -> Tokens:
    return Tokens(f"access-{number}", f"refresh-{number}", PORTAL, **fields)


# --- tokens -------------------------------------------------------------------------

ANSWER = {
    "access_token": "a",
    "refresh_token": "r",
    "client_endpoint": "https://p.bitrix24.ru/rest/",
    "server_endpoint": "https://oauth.bitrix.info/rest/",
    "domain": "oauth.bitrix.info",
    "expires": 1780319382,
    "expires_in": 3600,
    "member_id": "m",
    "scope": "crm",
}
OPENED = {
    "AUTH_ID": "a",
    "REFRESH_ID": "r",
    "AUTH_EXPIRES": "3600",
    "DOMAIN": "p.bitrix24.ru",
    "SERVER_ENDPOINT": "https://oauth.bitrix.info/rest/",
    "member_id": "m",
}


@pytest.mark.parametrize(("given", "expires"), [(ANSWER, 1780319382), (OPENED, None)])
def test_tokens_as_the_portal_gives_them(
    given: Mapping[str, Any], expires: float | None
) -> None:
    """The two forms of protocol.md 6.1 and 6.3 mean the same pair."""
    tokens = Tokens.of(given)

    assert tokens == Tokens(
        "a",
        "r",
        "https://p.bitrix24.ru/rest",
        server_endpoint="https://oauth.bitrix.info/rest/",
        expires=expires,
        member_id="m",
    )
    assert tokens.host == "p.bitrix24.ru"
    assert OAuth("id", "secret", given).tokens == tokens


def test_the_domain_of_an_answer_is_not_the_portal() -> None:
    """It is the authorization server's own: nothing is called there."""
    given = {**ANSWER, "client_endpoint": ""}

    with pytest.raises(ValueError, match="no client_endpoint"):
        Tokens.of(given)


REGIONS = [
    ("p.bitrix24.com", "https://oauth.bitrix.info/rest/"),
    ("p.bitrix24.de", "https://oauth.bitrix.info/rest/"),
    ("p.bitrix24.ru", "https://oauth.bitrix24.tech/rest/"),
    ("p.bitrix24.by:8443", "https://oauth.bitrix24.tech/rest/"),
    ("p.bitrix24.kz", "https://oauth.bitrix24.tech/rest/"),
    ("127.0.0.1:80", "https://oauth.bitrix.info/rest/"),
]


@pytest.mark.parametrize(("host", "server"), REGIONS)
def test_the_server_of_a_region(host: str, server: str) -> None:
    """Where the portal did not say which; what it says counts."""
    endpoint = f"https://{host}/rest/"

    assert Tokens("a", "r", endpoint).server_endpoint == server
    assert Tokens(
        "a", "r", endpoint, server_endpoint="https://o.example/rest"
    ).server_endpoint == ("https://o.example/rest/")


WRONG = [
    {"access_token": ""},
    {"refresh_token": None},
    {"client_endpoint": "http://p.bitrix24.ru/rest/"},
    {"client_endpoint": "https://u:p@p.bitrix24.ru/rest/"},
    {"client_endpoint": "p.bitrix24.ru"},
    {"client_endpoint": "https://p.bitrix24.ru/rest/?a=1"},
    {"server_endpoint": "http://oauth.bitrix.info/rest/"},
    {"server_endpoint": "ftp://oauth.bitrix.info/rest/"},
]


@pytest.mark.parametrize("change", WRONG, ids=str)
def test_what_are_no_tokens(change: dict[str, Any]) -> None:
    """No secret goes to plain http, nor to what looks like a host; none is repeated."""
    with pytest.raises(ValueError, match=r"^[^:]*") as caught:
        Tokens.of({**ANSWER, "access_token": "s3cret", **change})
    assert "s3cret" not in str(caught.value)


def test_plain_http_stays_on_this_machine() -> None:
    """As with a webhook, for a portal that is local."""
    server = "http://localhost/rest/"
    tokens = Tokens("a", "r", "http://127.0.0.1:8000/rest/", server_endpoint=server)

    assert tokens.host == "127.0.0.1:8000"


def test_tokens_hide_in_print_and_travel_in_pickles() -> None:
    """A value like others, whose secrets show only where a store asks."""
    tokens = pair()
    auth = OAuth("id", "client-secret", tokens)

    for text in (repr(tokens), str(auth), repr(auth)):
        assert not any(one in text for one in ("access-1", "refresh-1", "client-"))
    assert pickle.loads(pickle.dumps(tokens)) == tokens
    assert Tokens.of(json.loads(json.dumps(tokens.reveal()))) == tokens


LATER = [
    (pair(2, expires=20), pair(1, expires=10), True),
    (pair(2, expires=10), pair(1, expires=20), False),
    (pair(2), pair(1, expires=20), True),
    (pair(2, expires=10), pair(1), True),
    (pair(1, expires=20), pair(1, expires=10), False),
]


@pytest.mark.parametrize(("one", "other", "later"), LATER)
def test_which_pair_is_later(one: Tokens, other: Tokens, later: bool) -> None:
    """By the time that it ends; where that is not known, another one is."""
    assert one.replaces(other) is later


# --- renewal ------------------------------------------------------------------------


def keeper(given: Tokens | None = None) -> Keeper:
    return Keeper("id", Secret("client-secret"), given, jitter=lambda: 1.0)


def in_use(tokens: Tokens) -> Keeper:
    one = keeper(tokens)
    assert played(one, {Load: [None]}) == [Load()]
    return one


def granted(number: int = 2, **change: Any) -> tuple[int, bytes]:
    tokens = {"access_token": f"access-{number}", "refresh_token": f"refresh-{number}"}
    return 200, json.dumps({**tokens, "expires_in": 3600, **change}).encode()


def refused(code: str, status: int = 400) -> tuple[int, bytes]:
    return status, json.dumps({"error": code}).encode()


def played(one: Keeper, answers: Mapping[type, list[Any]]) -> list[Step]:
    """The steps of a renewal to which the world answers so; the rest with None."""
    steps, taken = one.renew(), []
    answers = {kind: [*rest] for kind, rest in answers.items()}
    try:
        step = next(steps)
        while True:
            taken.append(step)
            rest = answers.get(type(step))
            step = steps.send(rest.pop(0) if rest else None)
    except StopIteration:
        return taken


def test_a_renewal_in_its_order() -> None:
    """Look in the store, ask, store; only then is the pair used."""
    one = in_use(pair())
    steps = one.renew()

    assert next(steps) == Load()
    ask = steps.send(None)
    assert isinstance(ask, Ask)
    assert ask.url == "https://oauth.bitrix.info/oauth/token/"
    assert {k: v[0] for k, v in parse_qs(ask.form.decode()).items()} == {
        "grant_type": "refresh_token",
        "client_id": "id",
        "client_secret": "client-secret",
        "refresh_token": "refresh-1",
    }
    assert "client-secret" not in repr(ask)
    save = steps.send(granted())
    assert isinstance(save, Save)
    assert save.tokens.refresh_token.reveal() == "refresh-2"
    assert one.headers() == {"Authorization": "Bearer access-1"}
    with pytest.raises(StopIteration):
        steps.send(None)
    assert one.headers() == {"Authorization": "Bearer access-2"}
    assert (one.seconds, one.asked) == (3600, True)


def test_the_first_pair() -> None:
    """What is stored goes before what was given, unless it is older."""
    for stored, given, used in (
        (pair(2), pair(1), "access-2"),
        (None, pair(1), "access-1"),
        (pair(2), None, "access-2"),
        (pair(2, expires=1), pair(1, expires=2), "access-1"),
    ):
        one = keeper(given)
        assert played(one, {Load: [stored]}) == [Load()]
        assert one.headers() == {"Authorization": f"Bearer {used}"}
        assert not one.asked


def test_a_pair_that_another_process_stored_is_used() -> None:
    """Without asking: its refresh token is good once, and the other has used it."""
    one = in_use(pair())

    assert played(one, {Load: [pair(2)]}) == [Load()]
    assert one.headers() == {"Authorization": "Bearer access-2"}


def test_who_was_late_looks_again() -> None:
    """The other process had used the refresh token, and not stored the next yet."""
    one = in_use(pair())
    answers: dict[type, list[Any]] = {
        Load: [None, pair(2)],
        Ask: [refused("invalid_grant")],
    }

    assert [type(step) for step in played(one, answers)] == [Load, Ask, Pause, Load]
    assert one.headers() == {"Authorization": "Bearer access-2"}


FINAL = [
    (200, "wrong_client"),
    (400, "invalid_request"),
    (400, "invalid_client"),
    (400, "invalid_grant"),
    (403, "invalid_scope"),
    (403, "insufficient_scope"),
    (401, "PAYMENT_REQUIRED"),
    (401, "NOT_INSTALLED"),
    (401, "NO_AUTH_FOUND"),
]


@pytest.mark.parametrize(("status", "code"), FINAL)
def test_a_refusal_is_final(status: int, code: str) -> None:
    """Each code of protocol.md 6.1, whatever its status; the pair stays as it was."""
    one = in_use(pair())

    with pytest.raises(AuthFault) as caught:
        played(one, {Ask: [refused(code, status)]})
    assert (caught.value.code, caught.value.status) == (code, status)
    assert one.headers() == {"Authorization": "Bearer access-1"}


PASSING: list[Any] = [
    NotSent("no connection"),
    Unanswered("no answer in time"),
    (502, b"<html>"),
    (200, b"<html>"),
    (200, b"[]"),
    (200, b'{"access_token": "a"}'),
    (200, b'{"access_token": ["a"], "refresh_token": "r"}'),
    refused("INTERNAL_SERVER_ERROR", 500),
    refused("QUERY_LIMIT_EXCEEDED", 503),
]


@pytest.mark.parametrize("trouble", PASSING, ids=str)
def test_trouble_on_the_way_is_asked_past(trouble: Any) -> None:
    """Twice; the third time in turn it is the error of who waits, who was not sent."""
    one = in_use(pair())

    steps = played(one, {Ask: [trouble, trouble, granted()]})
    assert [type(step) for step in steps] == [Load, Ask, Pause, Ask, Pause, Ask, Save]
    assert [step.seconds for step in steps if isinstance(step, Pause)] == [1, 2]
    with pytest.raises(NotSent, match="could not be renewed"):
        played(one, {Ask: [trouble] * 3})


ODD: list[dict[str, Any]] = [
    {"client_endpoint": "http://evil.example/rest/"},
    {"server_endpoint": "nowhere"},
    {"expires": "soon"},
    {"expires_in": "soon"},
    {"expires_in": [1]},
    {"expires": {"at": 1}},
]


@pytest.mark.parametrize("change", ODD, ids=str)
def test_a_pair_is_not_lost_for_what_stands_beside_it(change: dict[str, Any]) -> None:
    """The one before is used up: odd fields are left, and the portal is as before."""
    one = in_use(pair())

    played(one, {Ask: [granted(2, **change)]})
    assert one.address("m") == f"{PORTAL}m"
    assert one.headers() == {"Authorization": "Bearer access-2"}


def test_the_portal_may_be_told_anew() -> None:
    """`client_endpoint` is where its methods are from now on."""
    one = in_use(pair())

    played(one, {Ask: [granted(2, client_endpoint="https://new.example/rest/")]})
    assert one.address("m") == "https://new.example/rest/m"


def test_a_pair_that_could_not_be_stored_is_stored_first_the_next_time() -> None:
    """It is the only one that there is; it is not used before."""
    one = in_use(pair())
    steps = one.renew()
    next(steps)
    steps.send(None)
    assert isinstance(steps.send(granted()), Save)
    steps.close()  # the store failed

    assert one.headers() == {"Authorization": "Bearer access-1"}
    assert [type(step) for step in played(one, {})] == [Save]
    assert one.headers() == {"Authorization": "Bearer access-2"}


def test_what_is_hidden() -> None:
    """The pair in use, the one before, and the application's secret."""
    one = in_use(pair())
    played(one, {Ask: [granted()]})
    text = "access-1 refresh-1 access-2 refresh-2 client-secret"

    assert one.hide(text) == "*** *** *** *** ***"


# --- access -------------------------------------------------------------------------

EXPIRED = AuthFault("expired_token", status=401)
RENEWING = Wait(float("inf"), "tokens")


def app() -> Access:
    """With a pair since 0 that a store had."""
    access = Access(renewable=True)
    access.renewed(0.0, None, is_new=False)
    return access


HEEDED: list[tuple[Fault, float, bool]] = [
    (EXPIRED, 1.0, True),
    (EXPIRED, -1.0, True),
    (AuthFault("invalid_token", status=401), 1.0, False),
    (AuthFault("invalid_token", status=401), -1.0, True),
    (
        AuthFault("BITRIX_REST_V3_EXCEPTION_ACCESSDENIEDEXCEPTION", status=401),
        1.0,
        True,
    ),
    (
        Fault("BITRIX_REST_V3_EXCEPTION_ACCESSDENIEDEXCEPTION", status=403),
        1.0,
        False,
    ),
    (AuthFault("insufficient_scope", status=401), 1.0, False),
    (AuthFault("APPLICATION_NOT_FOUND", status=401), 1.0, False),
    (AuthFault("OVERLOAD_LIMIT", status=401), 1.0, False),
    (AuthFault("CONNECTION_ERROR", status=401), 1.0, False),
]


@pytest.mark.parametrize(("fault", "sent_at", "heeded"), HEEDED)
def test_which_refusals_are_of_the_token(
    fault: Fault, sent_at: float, heeded: bool
) -> None:
    """In v2 by its code, in v3 by 401; any word on a token that has been replaced."""
    assert app().heeds(fault, sent_at) is heeded
    assert not Access().heeds(fault, sent_at)


def test_one_renewal_for_however_many_refusals() -> None:
    """It begins once, all wait for it, and those who ask in between do too."""
    access = app()
    assert access.next(1.0) is None
    assert all(access.goes_again(0.5, 0, 1.0) for _ in range(3))

    assert access.next(1.0) == Renew()
    assert access.next(1.0) == RENEWING
    assert access.goes_again(0.6, 0, 1.5)
    access.renewed(2.0, 3600, is_new=True)
    assert access.next(2.0) is None
    assert access.goes_again(0.7, 0, 2.5)  # it had left with the pair before
    assert access.next(2.5) is None


def test_a_new_pair_that_is_refused_is_final() -> None:
    """For a minute; one that only came from the store may be old, and is renewed."""
    access = app()
    assert access.goes_again(0.5, 0, 1.0)
    access.next(1.0)
    access.renewed(2.0, 3600, is_new=True)

    assert not access.goes_again(2.5, 1, 61.0)
    assert access.next(61.0) is None
    assert access.goes_again(62.5, 1, 63.0)
    assert access.next(63.0) == Renew()


def test_no_call_is_refused_without_end() -> None:
    """However long it takes between."""
    assert app().goes_again(0.5, 1, 1.0)
    assert not app().goes_again(0.5, 2, 1.0)


def test_a_pair_is_renewed_a_minute_before_it_ends() -> None:
    """When something is to be sent; a senseless time is no reason for a loop."""
    access = app()
    access.renewed(0.0, 3600, is_new=True)
    assert access.next(3539.0) is None
    assert access.next(3541.0) == Renew()
    access.renewed(3542.0, 0, is_new=True)
    assert access.next(3542.0) is None
    assert not access.failed(3543.0)
    assert access.next(9999.0) is None  # until it is refused


def test_after_a_failure_the_next_one_tries_anew() -> None:
    """Those who had left before it share its fate; no refusal begins another."""
    access = app()
    access.goes_again(0.5, 0, 1.0)
    access.next(1.0)

    assert access.failed(2.0)
    assert access.next(2.0) is None
    assert not access.goes_again(1.0, 0, 2.5)
    assert access.next(2.5) is None
    assert access.goes_again(2.1, 0, 3.0)
    assert access.next(3.0) == Renew()


def test_credentials_that_are_missing_are_asked_for_until_they_are_there() -> None:
    """By the first call, and after a failure by the next."""
    access = Access(renewable=True, missing=True)
    for now in (0.0, 1.0):
        assert access.next(now) == Renew()
        assert access.failed(now)
    assert access.next(2.0) == Renew()
    access.renewed(2.0, None, is_new=False)
    assert access.next(2.0) is None


# --- new names ----------------------------------------------------------------------

OLD = "https://old.example/rest/1/s3cret/user.current"
PATH = "/rest/1/s3cret/user.current"
LOCAL = f"http://127.0.0.1:80{PATH}"

FOLLOWED = [
    (OLD, 301, f"https://new.example{PATH}", "https://new.example"),
    (OLD, 302, f"https://new.example{PATH}", "https://new.example"),
    (OLD, 307, f"https://new.example:8443{PATH}", "https://new.example:8443"),
    (OLD, 308, f"https://new.example{PATH}", "https://new.example"),
    (LOCAL, 302, f"http://localhost:81{PATH}", "http://localhost:81"),
    (LOCAL, 302, f"https://new.example{PATH}", "https://new.example"),
]
NOT_FOLLOWED = [
    (OLD, 303, f"https://new.example{PATH}"),
    (OLD, 300, f"https://new.example{PATH}"),
    (OLD, 302, f"http://new.example{PATH}"),
    (OLD, 302, f"http://127.0.0.1{PATH}"),
    (LOCAL, 302, f"http://new.example{PATH}"),
    (OLD, 302, "https://new.example/"),
    (OLD, 302, "https://new.example/login/?back=s3cret"),
    (OLD, 302, f"https://new.example{PATH}?a=1"),
    (OLD, 302, f"https://new.example{PATH}#a"),
    (OLD, 302, f"https://OLD.example{PATH}"),
    (OLD, 302, f"https://old.example@new.example{PATH}"),
    (OLD, 302, PATH),
    (OLD, 302, f"//new.example{PATH}"),
    (OLD, 302, "https://[::1"),
    (OLD, 302, f"ftp://new.example{PATH}"),
    (OLD, 302, ""),
]


@pytest.mark.parametrize(("url", "status", "to", "origin"), FOLLOWED)
def test_a_new_name_is_followed(url: str, status: int, to: str, origin: str) -> None:
    """The same path at another host, by https or on this machine."""
    assert new_origin(url, status, {"location": to}) == origin


@pytest.mark.parametrize(("url", "status", "to"), NOT_FOLLOWED)
def test_nothing_else_is_followed(url: str, status: int, to: str) -> None:
    """And what is said of it holds no secret of the address."""
    with pytest.raises(BadAnswer) as caught:
        new_origin(url, status, {"location": to})
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("status", [200, 204, 400, 401, 500, 503])
def test_other_answers_do_not_move_a_portal(status: int) -> None:
    """Whatever headers they have."""
    assert new_origin(OLD, status, {"location": f"https://new.example{PATH}"}) is None


def test_a_webhook_under_a_new_name() -> None:
    """The same user and secret; still not to plain http."""
    webhook = Webhook("https://old.example/rest/1/s3cret/")

    assert webhook.at("https://new.example") == Webhook(
        "https://new.example/rest/1/s3cret/"
    )
    with pytest.raises(ValueError, match="https"):
        webhook.at("http://new.example")


def test_without_a_pair_nothing_is_sent() -> None:
    """Whoever asks for the headers too early is told so."""
    with pytest.raises(NotSent, match="no tokens"):
        keeper().headers()

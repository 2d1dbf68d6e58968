"""What the gateway of the `landing` module checks first (protocol.md 9.1)."""

from __future__ import annotations

from typing import Any

import pytest
from asking import Asker

PAGE = "landing.landing."


def with_page() -> Asker:
    ask = Asker()
    ask.portal.seed_pages(1)
    return ask


# What is sent to publication, and what the gateway says (9.1).
GATEWAY: list[tuple[Any, str | None]] = [
    ({}, "MISSING_PARAMS"),
    ({"lid": None}, "MISSING_PARAMS"),
    ({"lid": [1]}, "ERROR_ARGUMENT"),
    ({"lid": "abc"}, "TYPE_ERROR"),
    ({"lid": ""}, "TYPE_ERROR"),
    ({"lid": "1 page"}, "TYPE_ERROR"),
    ({"lid": "1"}, None),
    ({"lid": " 1"}, None),
    ({"lid": 1.0}, None),
    ({"lid": True}, None),
    ({"lid": "99"}, "LANDING_NOT_EXIST"),
    ({"LID": 1}, "MISSING_PARAMS"),
]


@pytest.mark.parametrize(("params", "code"), GATEWAY)
def test_gateway(params: Any, code: str | None) -> None:
    """Parameters are checked as PHP's reflection checks them."""
    assert with_page().code(PAGE + "publication", params) == code


def test_what_gateway_errors_carry() -> None:
    """The missing ones are named, the wrong one is `argument`; both are 400."""
    ask = with_page()
    path = ask.portal.webhook_path + PAGE + "resolveIdByPublicUrl"
    body = ask.ask(PAGE + "update", {"lid": 1, "fields": "x"})

    assert body["argument"] == "fields"
    assert (
        "landingUrl, siteId"
        in (ask.ask(PAGE + "resolveIdByPublicUrl")["error_description"])
    )
    assert ask.post(path).status == 400


def test_no_access_to_the_module() -> None:
    """Without it everything is denied, before parameters are looked at."""
    ask = with_page()
    ask.portal.landing.closed = True

    assert ask.code(PAGE + "publication") == "ACCESS_DENIED"


@pytest.mark.parametrize(
    ("kind", "scope", "sees"),
    [
        ("PAGE", None, True),
        ("STORE", None, True),
        ("SMN", "nonsense", True),
        ("PAGE", "KNOWLEDGE", False),
        ("KNOWLEDGE", "KNOWLEDGE", True),
        ("KNOWLEDGE", None, False),
        ("GROUP", "group", True),
        ("MAINPAGE", "MAINPAGE", True),
        ("MAINPAGE", "GROUP", False),
    ],
)
def test_scope(kind: str, scope: str | None, sees: bool) -> None:
    """The wrong scope looks as if the page did not exist."""
    own = kind if kind not in {"PAGE", "STORE", "SMN"} else None
    ask = Asker()
    fields = {"TITLE": "S", "CODE": "", "TYPE": kind}
    ask.result("landing.site.add", {"scope": own, "fields": fields})
    page = {"TITLE": "P", "SITE_ID": 1}
    ask.result(PAGE + "add", {"scope": own, "fields": page})
    code = ask.code(PAGE + "publication", {"scope": scope, "lid": 1})

    assert code == (None if sees else "LANDING_NOT_EXIST")

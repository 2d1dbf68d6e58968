"""Both models of rights to sites.

https://apidocs.bitrix24.com/api-reference/landing/rights/index.html
"""

from __future__ import annotations

from typing import Any

import pytest
from asking import Asker

from bitrix_async.testing import Portal

SITE = "landing.site."
ROLE = "landing.role."
EVERY = ["read", "edit", "sett", "public", "delete"]


def with_site(user: int = 1) -> Asker:
    """A portal with the site 1, asked by a user; 1 is the administrator."""
    ask = Asker(Portal(cost=0.0, user=user))
    ask.result(SITE + "add", {"fields": {"TITLE": "Shop", "CODE": "shop"}})
    ask.result("landing.landing.add", {"fields": {"TITLE": "P", "SITE_ID": 1}})
    return ask


def give(ask: Asker, rights: Any, site: Any = 1) -> Any:
    """Sets rights as the administrator does."""
    access = ask.portal.landing.access
    before, access.full = access.full, {ask.portal.user}
    answer = ask.result(SITE + "setRights", {"id": site, "rights": rights})
    access.full = before
    return answer


# What is set for the site, the words that user 5 reads, and whether they may edit.
SET: list[tuple[Any, list[str], bool]] = [
    (None, EVERY, True),
    ({}, EVERY, True),
    ([], EVERY, True),
    ({"U5": ["read"]}, ["read"], False),
    ({"U5": ["edit"]}, ["read", "edit"], True),
    ({"U5": ["fly"]}, ["read"], False),
    ({"AU": ["read"], "U5": ["edit"]}, ["read", "edit"], True),
    ({"U6": ["edit"]}, [], False),
    ({"DR7": ["edit"]}, ["read", "edit"], True),
]


@pytest.mark.parametrize(("rights", "words", "edits"), SET)
def test_rights_of_a_site(rights: Any, words: list[str], edits: bool) -> None:
    """They replace what was; reading comes with the others; none clears them."""
    ask = with_site(user=5)
    ask.portal.landing.access.codes[5] = {"DR7"}
    assert give(ask, {"U5": ["delete"]}) is True

    assert give(ask, rights) is True
    assert ask.result(SITE + "getRights", {"id": "1"}) == words
    code = ask.code("landing.landing.update", {"lid": 1, "fields": {"TITLE": "x"}})
    assert (code is None) is edits


def test_denied_stands_before_what_is_granted() -> None:
    """The site is out of reach: its rights are not told either."""
    ask = with_site(user=5)
    give(ask, {"AU": EVERY, "U5": ["read", "denied"]})

    assert ask.result(SITE + "getRights", {"id": 1}) == []
    assert ask.result(SITE + "getList") == []
    assert ask.code("landing.landing.publication", {"lid": 1}) == "LANDING_NOT_EXIST"


def test_rights_of_sites_without_their_own() -> None:
    """The set of site 0 is theirs; a site that is not there is false, no error."""
    ask = with_site(user=5)

    assert give(ask, {"AU": ["read"]}, site=0) is True
    assert ask.result(SITE + "getRights", {"id": 1}) == ["read"]
    assert give(ask, {"AU": ["read"]}, site=9) is False


def test_the_administrator_has_every_right() -> None:
    """Whatever is set."""
    ask = with_site()
    give(ask, {"U5": ["read"]})

    assert ask.result(SITE + "getRights", {"id": 1}) == EVERY
    assert ask.result(SITE + "getRights", {"id": 9}) == []


@pytest.mark.parametrize(
    ("name", "params"),
    [
        (ROLE + "enable", {"mode": 1}),
        (ROLE + "isEnabled", {}),
        (ROLE + "getList", {}),
        (ROLE + "getRights", {"id": 1}),
        (ROLE + "setRights", {"id": 1, "rights": {}}),
        (ROLE + "setAccessCodes", {"id": 1}),
        (SITE + "setRights", {"id": 1}),
    ],
)
def test_who_sets_rights(name: str, params: dict[str, Any]) -> None:
    """Whoever rules sites; nobody where the plan has no rights."""
    ask = with_site(user=5)

    assert ask.code(name, params) == "IS_NOT_ADMIN"
    ask.portal.landing.access.full = {5}
    assert ask.code(name, params) is None
    ask.portal.landing.access.offered = False
    assert ask.code(name, params) == "FEATURE_NOT_AVAIL"
    assert ask.code(SITE + "getRights", {"id": 1}) == "FEATURE_NOT_AVAIL"


def test_models_are_switched_for_the_whole_portal() -> None:
    """Each keeps its settings; with `scope` only the administrator switches."""
    ask = with_site(user=5)
    access = ask.portal.landing.access
    give(ask, {"U5": ["read"]})
    access.roles[1].codes, access.roles[1].rights = {"U5"}, {0: ["read", "edit"]}
    access.full = {5}

    assert ask.result(ROLE + "isEnabled") is False
    assert ask.result(ROLE + "enable", {"mode": 1}) is True
    assert ask.result(ROLE + "enable", {"mode": True}) is True
    assert ask.code(ROLE + "enable", {"mode": 0, "scope": "GROUP"}) == "IS_NOT_ADMIN"
    assert ask.result(ROLE + "isEnabled") is True
    access.full = set()
    assert ask.result(SITE + "getRights", {"id": 1}) == ["read", "edit"]
    access.by_roles = False
    assert ask.result(SITE + "getRights", {"id": 1}) == ["read"]
    access.admins = {5}
    assert ask.result(ROLE + "enable", {"mode": 1, "scope": "GROUP"}) is True


def test_roles_of_a_section() -> None:
    """Each section has two to begin with, and does not see those of others."""
    ask = with_site()
    plain = ask.result(ROLE + "getList", {"scope": "nonsense"})
    bases = ask.result(ROLE + "getList", {"scope": "KNOWLEDGE"})

    assert plain == [
        {"ID": "1", "TITLE": "Administrator", "XML_ID": "ADMIN"},
        {"ID": "2", "TITLE": "Manager", "XML_ID": "MANAGER"},
    ]
    assert {row["ID"] for row in bases}.isdisjoint({"1", "2"})
    for name in ("getRights", "setRights", "setAccessCodes"):
        wrong = {"id": int(bases[0]["ID"]), "rights": {}}
        assert ask.code(ROLE + name, wrong) == "ROLE_SCOPE_MISMATCH"
        assert ask.code(ROLE + name, {**wrong, "id": 99}) == "ROLE_SCOPE_MISMATCH"
        assert ask.code(ROLE + name, {**wrong, "scope": "KNOWLEDGE"}) is None


# Rights that are set for a role, and what is read of them.
ROLE_RIGHTS: list[tuple[Any, Any]] = [
    ({}, []),
    ({"0": ["read"]}, [["read"]]),
    ({"0": ["read"], "1": ["edit"]}, [["read"], ["read", "edit"]]),
    ({"1": ["denied", "read"]}, {"1": ["denied"]}),
    ({"9": ["read"], "1": "read", "0": []}, [["read"]]),
]


@pytest.mark.parametrize(("rights", "expected"), ROLE_RIGHTS)
def test_rights_of_a_role(rights: Any, expected: Any) -> None:
    """They replace what was; sites that are not there are passed over."""
    ask = with_site()
    ask.result(ROLE + "setRights", {"id": 2, "rights": {"1": ["delete"]}})

    assert ask.result(ROLE + "setRights", {"id": 2, "rights": rights}) is True
    assert ask.result(ROLE + "getRights", {"id": 2}) == expected


def test_whoever_has_the_role_has_its_rights() -> None:
    """Without codes nobody has it; what it may beside sites stays unless given."""
    ask = with_site(user=5)
    access = ask.portal.landing.access
    access.by_roles, access.full = True, {5}
    ask.result(ROLE + "setAccessCodes", {"id": 2, "codes": ["U5", "nonsense"]})
    capabilities = ["create", "group_create"]
    rights = {"0": ["read"]}
    ask.result(
        ROLE + "setRights", {"id": 2, "rights": rights, "additional": capabilities}
    )
    ask.result(ROLE + "setRights", {"id": 2, "rights": {"1": ["edit"]}})
    more = {"fields": {"TITLE": "B", "CODE": "b"}}
    access.full = set()

    assert access.roles[2].capabilities == {"create"}
    assert ask.result(SITE + "getRights", {"id": 1}) == ["read", "edit"]
    assert ask.code(SITE + "add", more) is None
    access.full = {5}
    assert ask.code(ROLE + "setAccessCodes", {"id": 2, "codes": "U5"}) == (
        "ERROR_ARGUMENT"
    )
    ask.result(ROLE + "setAccessCodes", {"id": 2})
    access.full = set()
    assert ask.code(SITE + "add", more) == "ACCESS_DENIED"
    assert ask.result(SITE + "getRights", {"id": 1}) == []

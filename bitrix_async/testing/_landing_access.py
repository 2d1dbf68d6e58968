"""Who may do what with sites: the two models of rights.

https://apidocs.bitrix24.com/api-reference/landing/rights/index.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Iterable

DENIED: Final = "denied"
RIGHTS: Final = ("read", "edit", "sett", "public", "delete")

# Types of sites with roles of their own, and what is before their capabilities.
PREFIXES: Final = {"": "", "KNOWLEDGE": "knowledge_", "GROUP": "group_"} | {
    "MAINPAGE": "vibe_"
}
_CAPABILITIES: Final = ("menu24", "create")
_STANDARD: Final = (("Administrator", "ADMIN"), ("Manager", "MANAGER"))


def section(kind: str) -> str:
    """The section that sites of a type are of: those seen without scope are one."""
    return kind if kind in PREFIXES else ""


def granted(words: Iterable[object]) -> list[str]:
    """Rights as they are stored: `denied` alone, or what is known, always with read."""
    given = set(map(str, words))
    if DENIED in given:
        return [DENIED]
    return [right for right in RIGHTS if right in given or right == "read"]


@define
class Role:
    """A role of a section; at 0 are its rights to sites without their own."""

    id: int
    title: str
    xml_id: str
    section: str
    codes: set[str] = field(factory=set)
    rights: dict[int, list[str]] = field(factory=dict)
    capabilities: set[str] = field(factory=set)

    def allow(self, capabilities: Iterable[object]) -> None:
        """Those of other sections are not kept."""
        prefix = PREFIXES[self.section]
        own = {prefix + name for name in _CAPABILITIES}
        self.capabilities = own & set(map(str, capabilities))


def _standard_roles() -> dict[int, Role]:
    every = [(section, *names) for section in PREFIXES for names in _STANDARD]
    return {
        number: Role(number, title, xml_id, section)
        for number, (section, title, xml_id) in enumerate(every, start=1)
    }


@define
class Access:
    """The rights of users; while nobody has set any, everybody has all.

    Tests arrange who the `admins` are, and who has `full` access to sites, further
    access `codes` of users, and whether the plan has rights at all: `offered`.
    """

    admins: set[int] = field(factory=lambda: {1})
    full: set[int] = field(factory=set)
    codes: dict[int, set[str]] = field(factory=dict)
    offered: bool = True
    by_roles: bool = False
    sites: dict[int, dict[str, list[str]]] = field(factory=dict)
    roles: dict[int, Role] = field(factory=_standard_roles)

    def rules(self, user: int) -> bool:
        return user in self.admins or user in self.full

    def allows(self, user: int, site: int, kind: str, right: str) -> bool:
        if self.rules(user):
            return True
        words = self.words(user, site, kind)
        return right in words and DENIED not in words

    def words(self, user: int, site: int, kind: str) -> list[str]:
        """What a user may do with a site, and whether it is denied all the same."""
        if self.rules(user):
            return list(RIGHTS)
        given = self._by_roles if self.by_roles else self._by_site
        found = set(given(user, site, section(kind)))
        return [right for right in (DENIED, *RIGHTS) if right in found]

    def may_create(self, user: int, kind: str) -> bool:
        """In the extended model whoever sees sites makes them."""
        name = PREFIXES[section(kind)] + "create"
        return (
            self.rules(user)
            or not self.by_roles
            or any(name in role.capabilities for role in self._roles(user, kind))
        )

    def _by_site(self, user: int, site: int, _: str) -> list[str]:
        rights = self.sites.get(site) or self.sites.get(0)
        if not rights:
            return list(RIGHTS)
        codes = self._codes(user)
        return [word for code in codes & rights.keys() for word in rights[code]]

    def _by_roles(self, user: int, site: int, kind: str) -> list[str]:
        return [
            word
            for role in self._roles(user, kind)
            for word in role.rights.get(site, role.rights.get(0, []))
        ]

    def _roles(self, user: int, kind: str) -> list[Role]:
        codes = self._codes(user)
        return [
            role
            for role in self.roles.values()
            if role.section == section(kind) and codes & role.codes
        ]

    def _codes(self, user: int) -> set[str]:
        return {f"U{user}", "AU", "UA"} | self.codes.get(user, set())

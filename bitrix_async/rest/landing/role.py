"""The `landing.role` methods: who may do what with sites, by roles.

Roles count while `is_enabled` is True; the other model is `landing.site.set_rights`.
Each model keeps its settings while the other is in force. Sites have roles of their own
in each `scope`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest._wire import brief, wire
from bitrix_async.rest.landing._rights import Right
from bitrix_async.rest.landing._scope import Scope

__all__ = [
    "Capability",
    "Role",
    "enable",
    "get_list",
    "get_rights",
    "is_enabled",
    "set_access_codes",
    "set_rights",
]

Capability: TypeAlias = Literal[
    "menu24",
    "create",
    "knowledge_menu24",
    "knowledge_create",
    "group_menu24",
    "group_create",
    "vibe_menu24",
    "vibe_create",
]
"""What a role may do beside its sites: see the section in the menu, make sites in it.

Those with a prefix are for the scopes KNOWLEDGE, GROUP and MAINPAGE.
"""


@frozen(kw_only=True)
class Role:
    """A role; `xml_id` is ADMIN or MANAGER for those that every portal has."""

    id: int = field(metadata=wire("ID"))
    title: str = field(metadata=wire("TITLE"))
    xml_id: str | None = field(metadata=wire("XML_ID"))
    extra: Mapping[str, Any] = field(factory=dict, hash=False)

    __repr__ = brief


def enable(mode: bool, *, scope: Scope | None = None) -> Call[bool]:  # noqa: FBT001  # the portal's word
    """Put roles in force on the whole portal, or the extended model with `mode=False`.

    It is done for all scopes at once: `scope` only says where the call comes from.

    Result: True, also where it was so already.

    Errors:
        ACCESS_DENIED: no right to sites.
        IS_NOT_ADMIN: neither administrator nor full access to sites; with `scope` only
            the administrator may.
        FEATURE_NOT_AVAIL: the plan has no rights.
        MISSING_PARAMS: no `mode`.

    https://apidocs.bitrix24.com/api-reference/landing/rights/landing-role-enable.html
    """
    return Call("landing.role.enable", given(mode=int(mode), scope=scope), bool)


def get_list(*, scope: Scope | None = None) -> Call[list[Role]]:
    """List the roles of a scope.

    Errors:
        ACCESS_DENIED: no right to sites.
        IS_NOT_ADMIN: neither administrator nor full access to sites.
        FEATURE_NOT_AVAIL: the plan has no rights.

    https://apidocs.bitrix24.com/api-reference/landing/rights/role-model/landing-role-get-list.html
    """
    return Call("landing.role.getList", given(scope=scope), list[Role])


def get_rights(
    id: Arg[int],  # noqa: A002  # its name
    *,
    scope: Scope | None = None,
) -> Call[dict[int, list[str]]]:
    """Read the rights of a role.

    Result: words of `Right` by the ids of sites; at 0 those for all other sites.

    Errors:
        ROLE_SCOPE_MISMATCH: no such role, or one of another `scope`.
        ACCESS_DENIED: no right to sites.
        IS_NOT_ADMIN: neither administrator nor full access to sites.
        FEATURE_NOT_AVAIL: the plan has no rights.
        MISSING_PARAMS: no `id`.

    https://apidocs.bitrix24.com/api-reference/landing/rights/role-model/landing-role-get-rights.html
    """
    return Call(
        "landing.role.getRights", given(id=id, scope=scope), dict[int, list[str]]
    )


def is_enabled() -> Call[bool]:
    """Tell whether roles are in force; else it is the extended model.

    Errors:
        ACCESS_DENIED: no right to sites.
        IS_NOT_ADMIN: no full access to sites.
        FEATURE_NOT_AVAIL: the plan has no rights.

    https://apidocs.bitrix24.com/api-reference/landing/rights/landing-role-is-enabled.html
    """
    return Call("landing.role.isEnabled", {}, bool)


def set_access_codes(
    id: Arg[int],  # noqa: A002  # its name
    *,
    codes: Sequence[Arg[str]] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Give a role to these users, groups and departments, and to no others.

    Not given, nobody has the role; but rights that sites have from it already may stay
    with those who had it. Codes are those of `landing.site.AccessRights`; one
    that the portal does not know is not refused, and they cannot be read back.

    Result: True wherever there was no error.

    Errors:
        ROLE_SCOPE_MISMATCH: no such role, or one of another `scope`.
        ACCESS_DENIED: no right to sites.
        IS_NOT_ADMIN: neither administrator nor full access to sites.
        FEATURE_NOT_AVAIL: the plan has no rights.
        MISSING_PARAMS: no `id`.
        ERROR_ARGUMENT: `codes` is not a list.

    https://apidocs.bitrix24.com/api-reference/landing/rights/role-model/landing-role-set-access-codes.html
    """
    return Call(
        "landing.role.setAccessCodes", given(id=id, codes=codes, scope=scope), bool
    )


def set_rights(
    id: Arg[int],  # noqa: A002  # its name
    rights: Mapping[int, Sequence[Arg[Right]]],
    *,
    additional: Sequence[Arg[Capability]] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Give a role its rights, by the ids of sites, in place of all that it had.

    At 0 stand those for all other sites. A site that is not there is passed over in
    silence, as are capabilities of another scope. Without `additional` these stay.

    Result: True wherever there was no error.

    Errors:
        ROLE_SCOPE_MISMATCH: no such role, or one of another `scope`.
        ACCESS_DENIED: no right to sites.
        IS_NOT_ADMIN: neither administrator nor full access to sites.
        FEATURE_NOT_AVAIL: the plan has no rights.
        MISSING_PARAMS: no `id` or no `rights`.

    https://apidocs.bitrix24.com/api-reference/landing/rights/role-model/landing-role-set-rights.html
    """
    by_site = {str(site): granted for site, granted in rights.items()}
    return Call(
        "landing.role.setRights",
        given(id=id, rights=by_site, additional=additional, scope=scope),
        bool,
    )

"""landing.role.*, and the rights of sites: how the models of rights are set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._landing_access import granted
from bitrix_async.testing._landing_gateway import (
    action,
    scope_of,
    visible_site,
)
from bitrix_async.testing._methods import PortalError
from bitrix_async.testing._php import entries, intval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.testing._landing_access import Access, Role
    from bitrix_async.testing._landing_gateway import Array, Scalar
    from bitrix_async.testing._methods import Context, Handler


def _site_rights(context: Context, id_: Scalar) -> list[str]:
    """Of the caller; nothing for a site that is not to be seen."""
    access = _offered(context)
    site = visible_site(context, intval(id_))
    if site is None:
        return []
    words = access.words(context.caller.user, site.id, site.type)
    return [word for word in words if word not in site.denied]


def _set_site_rights(context: Context, id_: Scalar, rights: Array = None) -> bool:
    access = _ruled(context)
    number = intval(id_)
    if number and visible_site(context, number) is None:
        return False
    access.sites[number] = {
        str(code): granted(word for _, word in entries(words))
        for code, words in entries(rights)
    }
    return True


def _enable(context: Context, mode: int) -> bool:
    """For the whole portal; with `scope` only the administrator may."""
    access = _ruled(context)
    if scope_of(context) and context.caller.user not in access.admins:
        raise _not_admin()
    access.by_roles = bool(mode)
    return True


def _is_enabled(context: Context) -> bool:
    return _ruled(context).by_roles


def _roles(context: Context) -> list[dict[str, str]]:
    return [
        {"ID": str(role.id), "TITLE": role.title, "XML_ID": role.xml_id}
        for role in _ruled(context).roles.values()
        if role.section == scope_of(context)
    ]


def _role_rights(context: Context, id_: int) -> Any:
    return dict(_role(context, id_).rights)


def _set_role_rights(
    context: Context, id_: int, rights: Array, additional: Array = None
) -> bool:
    """In place of all the role had; sites that are not there are passed over."""
    role = _role(context, id_)
    sites = {0, *context.portal.landing.sites}
    role.rights = {
        site: granted(word for _, word in entries(words))
        for site, words in ((intval(key), value) for key, value in entries(rights))
        if site in sites and isinstance(words, dict | list)
    }
    if additional is not None:
        role.allow(name for _, name in entries(additional))
    return True


def _set_access_codes(context: Context, id_: int, codes: Array = None) -> bool:
    """In place of all the role had; without them nobody has it."""
    _role(context, id_).codes = {str(code) for _, code in entries(codes)}
    return True


def _role(context: Context, number: int) -> Role:
    role = _ruled(context).roles.get(number)
    if role is None or role.section != scope_of(context):
        raise PortalError("ROLE_SCOPE_MISMATCH", "The role is not of this section")
    return role


def _offered(context: Context) -> Access:
    access = context.portal.landing.access
    if not access.offered:
        raise PortalError("FEATURE_NOT_AVAIL", "The plan has no rights")
    return access


def _ruled(context: Context) -> Access:
    access = _offered(context)
    if not access.rules(context.caller.user):
        raise _not_admin()
    return access


def _not_admin() -> PortalError:
    return PortalError("IS_NOT_ADMIN", "Only an administrator may do it")


METHODS: Final[Mapping[str, Handler]] = {
    "landing.role.enable": action(_enable),
    "landing.role.getList": action(_roles),
    "landing.role.getRights": action(_role_rights),
    "landing.role.isEnabled": action(_is_enabled),
    "landing.role.setAccessCodes": action(_set_access_codes),
    "landing.role.setRights": action(_set_role_rights),
    "landing.site.getRights": action(_site_rights),
    "landing.site.setRights": action(_set_site_rights),
}

"""Who may do what with a site, in the extended model of rights.

It counts while `landing.role.is_enabled` is False; the other model is `landing.role`.
"""

from collections.abc import Mapping, Sequence
from typing import Never, TypeAlias

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest.landing._rights import Right

AccessRights: TypeAlias = Mapping[str, Sequence[Arg[Right]]]
"""Rights by access codes: U3 a user, G3 a group of users, DR3 a department with those
below it, SG3 a workgroup, AU all who are logged in, UA everybody, guests too."""


def get_rights(id: Arg[int | str]) -> Call[list[str]]:  # noqa: A002  # its name
    """Read what the user who calls may do with a site.

    Result: words of `Right`; "denied" may stand among others, where they come from
    several codes. Nothing where there is no such site, or it may not be seen.

    Errors:
        ACCESS_DENIED: no right to sites.
        FEATURE_NOT_AVAIL: the plan has no rights.
        MISSING_PARAMS: no `id`.

    https://apidocs.bitrix24.com/api-reference/landing/rights/extended-model/landing-site-get-rights.html
    """
    return Call("landing.site.getRights", given(id=id), list[str])


def set_rights(
    id: Arg[int | str],  # noqa: A002  # its name
    *,
    rights: AccessRights | Sequence[Never] | None = None,
) -> Call[bool]:
    """Give a site its own rights in place of all those it had, or take them away.

    Not given, `{}` and `[]` clear them. "read" comes with every other right unless
    "denied" is there, which takes the place of the others. Site 0 has a set of its own.
    Codes and words that the portal does not know are passed over in silence, and while
    roles are in force what is saved has no effect.

    Result: False where there is no such site, or it is in the trash.

    Errors:
        ACCESS_DENIED: no right to sites.
        IS_NOT_ADMIN: neither administrator nor full access to sites.
        FEATURE_NOT_AVAIL: the plan has no rights.
        MISSING_PARAMS: no `id`.

    https://apidocs.bitrix24.com/api-reference/landing/rights/extended-model/landing-site-set-rights.html
    """
    return Call("landing.site.setRights", given(id=id, rights=rights), bool)

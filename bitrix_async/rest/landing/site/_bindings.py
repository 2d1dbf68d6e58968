"""Knowledge bases shown in workgroups and in menus of the portal."""

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest.landing.site._models import GroupBinding, MenuBinding


def binding_to_group(id: Arg[int], group_id: Arg[int]) -> Call[bool]:  # noqa: A002  # its name
    """Show a knowledge base in a workgroup.

    Result: False where it was not done: no right to, or the group has one already.

    Errors:
        ACCESS_DENIED: no right to call it.
        MISSING_PARAMS, TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/embedding/knowledge-base/landing-site-binding-to-group.html
    """
    return Call("landing.site.bindingToGroup", given(id=id, groupId=group_id), bool)


def binding_to_menu(id: Arg[int], menu_code: Arg[str]) -> Call[bool]:  # noqa: A002  # its name
    """Show a knowledge base in a menu, such as `crm_switcher:deal`.

    Result: False where it was not done.

    Errors:
        ACCESS_DENIED: no right to call it.
        MISSING_PARAMS, TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/embedding/knowledge-base/landing-site-binding-to-menu.html
    """
    return Call("landing.site.bindingToMenu", given(id=id, menuCode=menu_code), bool)


def get_group_bindings(*, group_id: Arg[int] | None = None) -> Call[list[GroupBinding]]:
    """List the knowledge bases in a workgroup, or in all of them.

    Errors:
        ACCESS_DENIED: no right to call it.
        TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/embedding/knowledge-base/landing-site-get-group-bindings.html
    """
    return Call(
        "landing.site.getGroupBindings", given(groupId=group_id), list[GroupBinding]
    )


def get_menu_bindings(*, menu_code: Arg[str] | None = None) -> Call[list[MenuBinding]]:
    """List the knowledge bases in a menu, or in all of them.

    Errors:
        ACCESS_DENIED: no right to call it.
        TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/embedding/knowledge-base/landing-site-get-menu-bindings.html
    """
    return Call(
        "landing.site.getMenuBindings", given(menuCode=menu_code), list[MenuBinding]
    )


def unbinding_from_group(id: Arg[int], group_id: Arg[int]) -> Call[bool]:  # noqa: A002  # its name
    """Take a knowledge base out of a workgroup.

    Result: False where it was not done.

    Errors:
        ACCESS_DENIED: no right to call it.
        MISSING_PARAMS, TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/embedding/knowledge-base/landing-site-unbinding-from-group.html
    """
    return Call("landing.site.unbindingFromGroup", given(id=id, groupId=group_id), bool)


def unbinding_from_menu(id: Arg[int], menu_code: Arg[str]) -> Call[bool]:  # noqa: A002  # its name
    """Take a knowledge base out of a menu.

    Result: False where it was not done.

    Errors:
        ACCESS_DENIED: no right to call it.
        MISSING_PARAMS, TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/embedding/knowledge-base/landing-site-unbinding-from-menu.html
    """
    return Call(
        "landing.site.unbindingFromMenu", given(id=id, menuCode=menu_code), bool
    )

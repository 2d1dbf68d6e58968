"""Methods that every portal has; shapes from the examples of the documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._methods import PortalError, param

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async.testing._methods import Context, Handler

# The modules that the portal's methods belong to; webhooks have them all.
_SCOPES: Final = ("basic", "catalog", "crm", "landing", "task", "tasks", "user")


def _user_current(context: Context, _: Any) -> Any:
    now = context.portal.clock.iso(context.now)
    return {
        "ID": str(context.caller.user),
        "ACTIVE": True,
        "NAME": "Ada",
        "LAST_NAME": "Petrova",
        "EMAIL": "ada@portal.example",
        "LAST_LOGIN": now,
        "DATE_REGISTER": "2024-07-22T00:00:00+00:00",
        "IS_ONLINE": "Y",
        "PERSONAL_GENDER": "",
        "PERSONAL_BIRTHDAY": "",
        "WORK_POSITION": "",
        "UF_EMPLOYMENT_DATE": "",
        "UF_DEPARTMENT": [1],
    }


def _profile(context: Context, _: Any) -> Any:
    return {
        "ID": str(context.caller.user),
        "ADMIN": True,
        "NAME": "Ada",
        "LAST_NAME": "Petrova",
        "PERSONAL_GENDER": "",
        "TIME_ZONE": "",
    }


def _app_info(context: Context, _: Any) -> Any:
    if context.caller.webhook:
        # The example of the page of app.info.
        raise PortalError(
            "ACCESS_DENIED",
            "Access denied! Application context required",
            status=403,
        )
    return {
        "ID": 1,
        "CODE": context.caller.client,
        "VERSION": 1,
        "STATUS": "L",
        "INSTALLED": True,
        "PAYMENT_EXPIRED": "N",
        "DAYS": None,
        "LANGUAGE_ID": "en",
        "LICENSE": "en_basic",
        "LICENSE_TYPE": "basic",
        "LICENSE_FAMILY": "basic",
    }


def _scope(_: Context, __: Any) -> Any:
    return list(_SCOPES)


def _methods(context: Context, params: Any) -> Any:
    names = context.portal.methods.names()
    scope = param(params, "scope")
    if not scope:
        return names
    return [name for name in names if name.lower().startswith(f"{scope}.".lower())]


def _method_get(context: Context, params: Any) -> Any:
    known = str(param(params, "name", "")) in context.portal.methods
    return {"isExisting": known, "isAvailable": known}


def _server_time(context: Context, _: Any) -> Any:
    return context.portal.clock.iso(context.now)


METHODS: Final[Mapping[str, Handler]] = {
    "app.info": _app_info,
    "method.get": _method_get,
    "methods": _methods,
    "profile": _profile,
    "scope": _scope,
    "server.time": _server_time,
    "user.current": _user_current,
}

"""What a session is given is looked at before anything is done with it.

A wrong number is otherwise met while a call is on its way, when nobody can say any more
whether it ran; and a name that is spelt wrong would be an option that is not used.
"""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, Final

from bitrix_async._call import check_calls
from bitrix_async._numbers import Number
from bitrix_async._oauth import OAuth
from bitrix_async._run import HowToRun
from bitrix_async.sansio.auth import Webhook
from bitrix_async.sansio.budget import RetryBudget
from bitrix_async.sansio.limits import Limits
from bitrix_async.sansio.paging import HowToWalk

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a job runs again where that is asked for; what waits runs unasked.
_AGAIN: Final = frozenset({"refused", "unknown"})

# What would be called, and never awaited.
_FUNCTIONS: Final = frozenset({"key", "judge", "on_progress"})


def check_settings(
    auth: object,
    limits: object,
    timeout: object,
    connections: object,
    transport: object,
    budget: object,
) -> None:
    """Raise `TypeError` or `ValueError` for what a session cannot work with."""
    for name, given, kinds, meaning in (
        ("auth", auth, (Webhook, OAuth), "the address of a webhook, or an OAuth"),
        ("limits", limits, (Limits, type(None)), "a Limits"),
        ("budget", budget, (RetryBudget, type(None)), "a RetryBudget"),
    ):
        if not isinstance(given, kinds):
            # Its kind alone: it may be a secret in a wrong place.
            raise TypeError(f"{name} is {meaning}, not {type(given).__name__}")
    if transport is not None and not callable(getattr(transport, "post", None)):
        raise TypeError("transport has post and aclose, such as an AiohttpTransport")
    if isinstance(transport, type):
        raise TypeError(f"transport is an object, not the class {transport.__name__}")
    Number("seconds", above=True, finite=True).check("timeout", timeout)
    Number("requests", least=1, whole=True).check("connections", connections)


def check_job(how: Mapping[str, Any]) -> None:
    """Raise `TypeError` for what is no option of a job, `ValueError` for its values."""
    _check_names(how, HowToRun)
    for name in _FUNCTIONS & how.keys():
        if iscoroutinefunction(function := how[name]):
            raise TypeError(f"{name} is a plain function: {function.__name__} is not")
    again: Any = how.get("again", ())
    named = {again} if isinstance(again, str) else {*again}
    if isinstance(again, str) or not named <= _AGAIN:
        shown = ", ".join(sorted(map(repr, named)))
        raise ValueError(f"again is a set of 'refused' and 'unknown', not {shown}")


def check_walk(call: object, how: HowToWalk) -> None:
    """Raise `TypeError` for what is no call, or no option of a walk."""
    check_calls(call)
    _check_names(how, HowToWalk)


def _check_names(given: Mapping[str, Any], kind: type) -> None:
    known = kind.__annotations__
    for name in given:
        if name not in known:
            raise TypeError(f"there is no option {name!r}: {', '.join(known)}")

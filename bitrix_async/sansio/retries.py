"""Whether a call that met trouble is sent again: one table, by what is known.

| known                                             | safe to repeat | once only  |
| ------------------------------------------------- | -------------- | ---------- |
| it was not sent, or refused before it ran          | again          | again      |
| the portal answered with an error                  | the error      | the error  |
| it was sent, and no whole answer to it came        | again          | Unanswered |

Not the exception's class decides but this. "Again" is so often (`ATTEMPTS`), after a
wait that doubles, and as long as the session's retry budget lasts (`budget`). A refusal
for a limit is not trouble: the call waits for the limit and goes again, unseen, unless
the limit goes on refusing it (`PATIENCE`).

What is known of a call is what is known of all its sendings (`conclude`): once one of
them is in doubt, a later one that was not sent does not make it `NotSent`; and a delete
that then finds nothing to delete has done its work.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from bitrix_async._call import Ref
from bitrix_async.errors import (
    AuthFault,
    BitrixError,
    Fault,
    LimitExceeded,
    NotSent,
    SessionClosed,
    Unanswered,
)
from bitrix_async.sansio.encoding import key_of
from bitrix_async.sansio.memo import Memo
from bitrix_async.sansio.replies import (
    NOT_IN_BATCH,
    OPERATING_LIMIT,
    RATE_LIMIT,
    Done,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_async._call import Call
    from bitrix_async.sansio.replies import Row


class Known(Enum):
    """What is known of a call after its request."""

    NOT_RUN = "it was not sent, or refused before it ran"
    ANSWERED = "the portal answered with an error"
    IN_DOUBT = "it was sent, and no whole answer came"


# Refusals that come before anything runs, and pass: protocol.md 5.2, 5.4.
_PASSING: Final = frozenset({"CONNECTION_ERROR"})

# (known, safe to repeat) -> send it again
AGAIN: Final[Mapping[tuple[Known, bool], bool]] = {
    (Known.NOT_RUN, True): True,
    (Known.NOT_RUN, False): True,
    (Known.ANSWERED, True): False,
    (Known.ANSWERED, False): False,
    (Known.IN_DOUBT, True): True,
    (Known.IN_DOUBT, False): False,
}

# Sendings of one call in all; waits begin with one second, as in measured.md A.1. The
# four waits are 7.5 s at the least: a portal that restarts for five is waited for.
ATTEMPTS: Final = 5
# So often one call is refused for a limit before it is given up. Half an hour of the
# operating limit, whose baskets are minutes; and a quarter of an hour of the limit of
# requests, which another client may use up for minutes (protocol.md 4.1).
PATIENCE: Final = 30
RATE_PATIENCE: Final = 1_000
_FIRST_WAIT: Final = 1.0
_LONGEST_WAIT: Final = 20.0
# So often it doubles until then: a portal that is away all day is tried without end.
_DOUBLINGS: Final = math.ceil(math.log2(_LONGEST_WAIT / _FIRST_WAIT))

# A method's last word, when running it twice leaves what running it once leaves: it
# reads, or it sets a state. design.md 5; reference/README.md sections 2 and 10.
_READS: Final = """
access admin checkcontent count countries current events fields fullexport get
getadditionalfields getbyid getcontent getcontentfromrepository getfields
getfieldsbyfilter getfieldsbytype getfolders getgroupbindings getlandingref getlist
getmanifest getmanifestfile getmenubindings getpagelist getpreview getpublicurl
getrepository getrights getsiteref getsitelist getspecialpage gettypes getversions info
isenabled isexists list methods profile resolveidbypublicurl scope search status tail
time types
"""
_STATES: Final = """
changeanchor changenodename delete deleteblock deleteforlanding deleteforsite deletelist
disable enable hideblock markdelete markdeletedblock
markfolderdelete markfolderundelete markundelete markundeletedblock publication
publicationfolder removeentities set setaccesscodes setlandingref setrights setsiteref
showblock unfavoriteblock unpublic unpublicfolder unregister update updateattrs
updatecontent updatefolder updatenodes updatestyles
"""
_READ_WORDS: Final = frozenset(_READS.split())
_SAFE_WORDS: Final = _READ_WORDS | frozenset(_STATES.split())

# Methods that are not what their last word says: each is a state kept by a code, so
# that a repeat replaces what the first one made (reference/README.md section 10).
_NAMED: Final[Mapping[str, bool]] = {
    "landing.repo.register": True,
    "landing.demos.register": True,
    "landing.repowidget.register": True,
    "landing.repowidget.debug": True,  # on or off, as it is told
    "event.offline.get": False,  # it empties the queue: protocol.md 6.5
    "im.v2.event.get": False,
    "imbot.v2.event.get": False,
}

# Parameters that add to what is there, by their path: with one of them a method that
# sets a state is not repeated, for the second time would add the same again. A value of
# a multiple field of the CRM, and an item of a list, is new where it has no id.
# Pages landing-block-update-nodes, crm-contact-update, crm-item-update and those of
# *.userfield.update and biconnector.dataset.fields.update.
_MULTIPLE: Final = tuple(
    ("fields", name) for name in ("phone", "email", "web", "im", "link")
)
_ITEMS: Final = (("fields", "list"), ("list",))
_ADDING: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "landing.block.updatenodes": (("additional", "appendmenu"),),
    "crm.company.update": _MULTIPLE,
    "crm.contact.update": _MULTIPLE,
    "crm.lead.update": _MULTIPLE,
    "crm.item.update": (("fields", "fm"),),
    "crm.company.userfield.update": _ITEMS,
    "crm.contact.userfield.update": _ITEMS,
    "crm.deal.userfield.update": _ITEMS,
    "crm.invoice.userfield.update": _ITEMS,
    "crm.lead.userfield.update": _ITEMS,
    "crm.quote.userfield.update": _ITEMS,
    "crm.requisite.userfield.update": _ITEMS,
    "userfieldconfig.update": (("field", "enum"),),
    "biconnector.dataset.fields.update": (("add",),),
}

# What PHP takes for false, and an empty list or map.
_NOTHING: Final[tuple[object, ...]] = (None, "", "0", 0, [], {})


def repeat_safe(call: Call[Any]) -> bool:
    """Whether running the call twice does no harm; what nobody knows is not safe."""
    known = safety(call.method, told=call.repeat_safe)
    if known is not None:
        return known
    _, paths = _by_name(call.method)
    return not any(_stands(call.params, path) for path in paths)


def safety(method: str, *, told: bool | None) -> bool | None:
    """`repeat_safe` of all calls of a method; None where their parameters decide.

    `told` is what such a call says of itself.
    """
    if told is not None:
        return told
    safe, paths = _by_name(method)
    return None if safe and paths else safe


@lru_cache(4096)
def _by_name(method: str) -> tuple[bool, tuple[tuple[str, ...], ...]]:
    """Whether a method is safe to repeat, and without which parameters."""
    method = key_of(method)
    named = _NAMED.get(method)
    safe = named if named is not None else method.rpartition(".")[2] in _SAFE_WORDS
    return safe, _ADDING.get(method, ())


@lru_cache(4096)
def is_delete(method: str) -> bool:
    """Whether a second sending finds nothing to delete, and answers with an error."""
    return key_of(method).rpartition(".")[2] in _DELETES


def _stands(value: Any, path: tuple[str, ...]) -> bool:
    """Whether there is something at a path, in capitals or not; or there may be."""
    for name in path:
        if not isinstance(value, Mapping):
            return isinstance(value, Ref)
        parts = (part for key, part in value.items() if str(key).lower() == name)
        value = next(parts, None)
    return value not in _NOTHING


def _is_read(method: str) -> bool:
    method = key_of(method)
    return method not in _NAMED and method.rpartition(".")[2] in _READ_WORDS


IS_READ: Final[Memo[str, bool]] = Memo(_is_read)
"""Whether a method only reads, as far as its name tells."""


# A delete that was sent before, and perhaps ran, answers with one of these when there
# is nothing left to delete: protocol.md 9.4, and the error tables of the documented
# methods named delete. The result of 120 in 160 of those is true.
_DELETES: Final = frozenset({"delete", "deleteblock", "unfavoriteblock"})
_GONE: Final = """
BINDING_NOT_FOUND BITRIX_REST_V3_EXCEPTION_ENTITYNOTFOUNDEXCEPTION BLOCK_NOT_FOUND
ERROR_ACTIVITY_NOT_FOUND ERROR_ENTITY_NOT_FOUND ERROR_ITEM_NOT_FOUND ERROR_NOT_FOUND
ERROR_SECTION_NOT_FOUND LANDING_NOT_EXIST NOT_FOUND SITE_NOT_EXIST
"""
_GONE_CODES: Final = frozenset(_GONE.split())

# Errors that say that this sending did not run, or that there was none.
_NOT_RUN: Final = (NotSent, SessionClosed, LimitExceeded)


def known_of(error: BitrixError) -> Known:
    """What an error says of whether the call ran."""
    if isinstance(error, _NOT_RUN):
        return Known.NOT_RUN
    if isinstance(error, Fault):
        return Known.NOT_RUN if error.code in _PASSING else Known.ANSWERED
    return Known.IN_DOUBT


def was_admitted(row: Row | None) -> bool:
    """Whether an answer shows that no limit of the portal held the call back."""
    if isinstance(row, Done):
        return True
    if not isinstance(row, Fault) or isinstance(row, AuthFault):
        return False  # nothing is known, or the limits were not asked
    return row.code not in _REFUSALS


def conclude(row: Row, call: Call[Any], *, doubted: bool) -> Row:
    """What the caller is told, `doubted` where an earlier sending may have run."""
    if not doubted or isinstance(row, Done):
        return row
    if known_of(row) is Known.NOT_RUN or isinstance(row, AuthFault):
        text = f"an earlier sending was not answered, and the last one ended: {row}"
        error = Unanswered(text, call=call)
        error.__cause__ = row
        return error
    if isinstance(row, Fault) and row.code in _GONE_CODES and is_delete(call.method):
        return Done(result=True)
    return row


def wait_before(attempt: int, jitter: Callable[[], float]) -> float:
    """Seconds before the sending after `attempt`; `jitter` gives 0 to 1.

    Half of it is left to chance, so that clients that failed together do not come
    back together.
    """
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(attempt - 1, _DOUBLINGS))
    return wait * (0.5 + jitter() / 2)


class Step(Enum):
    """What happens next to a call that was answered, or that was not."""

    END = "it ends with what came"
    RATE = "it waits for the limit of requests"
    OPERATING = "it waits for the operating limit of its method"
    ALONE = "it goes again, outside a batch"
    TOKENS = "it waits for new tokens"
    AGAIN = "it goes again after a wait"


# Refusals that are answered by waiting or by another way, unseen by the caller.
_REFUSALS: Final[Mapping[str, Step]] = {
    RATE_LIMIT: Step.RATE,
    OPERATING_LIMIT: Step.OPERATING,
    NOT_IN_BATCH: Step.ALONE,
}


def next_step(
    row: Row, call: Call[Any], attempt: int, *, in_batch: bool, refusals: int = 0
) -> Step:
    """What happens to a call after its `attempt`, from 1, and so many refusals."""
    if isinstance(row, Done):
        return Step.END
    if isinstance(row, Fault) and row.code in _REFUSALS:
        step = _REFUSALS[row.code]
        if step is Step.ALONE:
            return step if in_batch else Step.END
        patience = RATE_PATIENCE if step is Step.RATE else PATIENCE
        return step if refusals < patience else Step.END
    again = attempt < ATTEMPTS and AGAIN[known_of(row), repeat_safe(call)]
    return Step.AGAIN if again else Step.END

"""The codes of pages, which are a part of their address (protocol.md 9.2)."""

from __future__ import annotations

import re
from string import ascii_lowercase, digits
from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._methods import PortalError
from bitrix_async.testing._php import entries

if TYPE_CHECKING:
    from random import Random

    from bitrix_async.testing._landing_model import Landing

_ALLOWED: Final = re.compile(r"[A-Za-z0-9_.\-]+\Z")
_DROPPED: Final = re.compile(r"[^a-z0-9]+")

# 9.2: the length of a code made of chance, and of the tail of a duplicate.
_RANDOM_LENGTH: Final = 12
_TAIL_LENGTH: Final = 4

# The hard and the soft sign stand for no letter and are dropped.
_LETTERS: Final = dict(
    zip("абвгдезийклмнопрстуфыэ", "abvgdeziyklmnoprstufye", strict=True)
)
_CYRILLIC: Final = str.maketrans(
    _LETTERS
    | dict(
        zip(
            "ёжхцчшщюя",
            ("ye", "zh", "kh", "ts", "ch", "sh", "shch", "yu", "ya"),
            strict=True,
        )
    )
)


def latin(text: str) -> str:
    """A text in Latin letters; capitals that had to be changed become small."""
    return "".join(
        part if part.isascii() else part.lower().translate(_CYRILLIC) for part in text
    )


def code_of_title(title: str, random: Random) -> str:
    """The title in Latin letters; chance where nothing of it is left."""
    return bare(title) or _chance(random, _RANDOM_LENGTH)


def bare(title: str) -> str:
    """What of a title may stand in an address."""
    return _DROPPED.sub("", title.lower().translate(_CYRILLIC))


def unique(
    landing: Landing, place: tuple[int, int], code: str, random: Random, but: int = 0
) -> str:
    """The code, with a tail where another page has it."""
    free = code
    while landing.taken(*place, free, but):
        free = f"{code}_{_chance(random, _TAIL_LENGTH)}"
    return free


def checked(fields: Any) -> str | None:
    """The code that fields give; None where they give none."""
    given = dict(entries(fields)).get("CODE")
    if given is None:
        return None
    code = str(given).strip()
    if "/" in code:
        raise PortalError("SLASH_IS_NOT_ALLOWED", "An address holds no slash")
    if not code and dict(entries(fields)).get("FOLDER") != "Y":
        raise PortalError("CANT_BE_EMPTY", "The address is empty")
    if code and not _ALLOWED.match(code):
        raise PortalError("WRONG_CODE_FORMAT", "The address is of a wrong form")
    return code or None


def _chance(random: Random, length: int) -> str:
    return "".join(random.choices(ascii_lowercase + digits, k=length))

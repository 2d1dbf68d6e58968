"""The sanitizer of what applications register: it puts a mark into what is not allowed.

As on the server it is made once in a process, with the mark of the call that came
first. Of the ways to hide such words in white space and escapes it knows none.

Source: modules/security/lib/filter/auditor/xss.php and modules/landing/lib/manager.php.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._php import entries

if TYPE_CHECKING:
    from bitrix_async.testing._methods import Context

_MARK: Final = "landing.mark"

# Elements, with the place where the mark goes.
_ELEMENTS: Final = """
sc|ript /sc|ript x:sc|ript ifr|ame fra|me ob|ject app|let emb|ed st|yle fo|rm li|nk
met|a lay|er ht|ml xm|l ba|se sv|g isi|ndex ma|th !DO|CTYPE !EN|TITY
"""

# The start of an attribute, and a style that only declares.
_ATTRIBUTE: Final = r"(?<![a-z0-9&_?])"
_PLAIN: Final = (
    r"\s*(?P<quote>[\"'])"
    r"(?:\s*[a-z-]+\s*:(?:[0-9a-z\s%,.#!/-]|rgb\s*\([0-9,\s]+\))*;?)*\s*(?P=quote)"
)

_MARKED: Final = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        *(
            "(<{})(?={})".format(*map(re.escape, element.split("|")))
            for element in _ELEMENTS.split()
        ),
        rf"{_ATTRIBUTE}(on[a-z]*?)(?=[a-z]{{3}}\s*=)",
        rf"{_ATTRIBUTE}(st)(?=yle\s*=(?!{_PLAIN}))",
        r"([\"'=:]\s*dat)(?=a:(?![0-9]|image))",
    )
]

# These get a mark of their own, whatever the mark is.
_STARRED: Final = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(jav)(?=ascript[:=])",
        r"(vb)(?=script[:=])",
        r"(ex)(?=pression\()",
        r"(beh)(?=avior\s*[:=])",
    )
]


def sanitized(context: Context, text: str, mark: str = " ") -> tuple[str, bool]:
    """The text with marks, and whether it needed any."""
    mark = context.process.statics.setdefault(_MARK, mark or " ")
    found = text
    for pattern in _STARRED:
        found = pattern.sub(r"\1 * ", found)
    for pattern in _MARKED:
        found = pattern.sub(lambda part: part[1] + mark, found)
    return found.replace("<?", "< ?").replace("?>", "? >"), found != text


def is_bad(context: Context, value: Any) -> bool:
    """Whether a text, or any text in an array, is not allowed."""
    if isinstance(value, str):
        return sanitized(context, value)[1]
    return any(is_bad(context, part) for _, part in entries(value))

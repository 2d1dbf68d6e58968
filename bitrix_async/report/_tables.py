"""Tables, with and without bars in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_async.report._html import tag
from bitrix_async.report.words import percent

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from xml.etree.ElementTree import Element


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Element:
    """Numbers under their names; the first column is what they are of."""
    return tag(
        "table",
        _head(names),
        tag(
            "tbody",
            (
                tag("tr", tag("th", first, scope="row"), (tag("td", x) for x in rest))
                for first, *rest in rows
            ),
        ),
    )


def bar_table(
    names: Sequence[str], rows: Sequence[tuple[str, str, float, str]]
) -> Element:
    """Rows of kind, name, value and its text; a bar shows the share of the whole."""
    whole = sum(value for _, _, value, _ in rows)
    most = max((value for _, _, value, _ in rows), default=0.0)
    return tag(
        "table",
        _head(names),
        tag(
            "tbody",
            (
                tag(
                    "tr",
                    tag(
                        "th",
                        tag("span", name, class_="name"),
                        tag(
                            "span",
                            tag("span", class_=kind, style=_width(value, most)),
                            class_="meter",
                            aria_hidden="true",
                        ),
                        scope="row",
                    ),
                    tag("td", text),
                    tag("td", percent(value, whole), class_="share"),
                )
                for kind, name, value, text in rows
            ),
        ),
        class_="bars",
    )


def _width(value: float, most: float) -> str:
    return f"width:{100 * value / most if most else 0:.2f}%"


def _head(names: Sequence[str]) -> Element:
    return tag("thead", tag("tr", (tag("th", name, scope="col") for name in names)))

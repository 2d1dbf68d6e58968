"""The portal's HTML: read, found, changed and written again."""

from __future__ import annotations

import pytest

from bitrix_async.testing._html import Element, found, parsed

KEPT = [
    "",
    "text &amp; &#8212; &nbsp; more",
    '<p class="a b" hidden>x<br>y<img src="/1.jpg" alt=""></p>',
    "<!-- note --><ul><li>1</li><li>2</li></ul>",
    '<a href="/?a=1&amp;b=%222%22">&lt;</a>',
    "<script>if (1 < 2 && 3) { '<b>' }</script>",
]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_well_formed_is_written_as_it_was(text: str) -> None:
    """A change of one node leaves the rest of a block alone."""
    assert str(parsed(text)) == text


def test_what_is_not_closed_ends_with_what_it_is_in() -> None:
    """And an end without a beginning is nothing."""
    assert str(parsed("<div><b>x</div></i>y")) == "<div><b>x</b></div>y"


TREE = parsed(
    '<div id="a"><p class="x y">1<b class="x">2</b></p></div><p class="y">3</p>'
)


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (".x", ["p", "b"]),
        (".x.y", ["p"]),
        ("p", ["p", "p"]),
        ("p.y", ["p", "p"]),
        ("#a", ["div"]),
        ("#a .y", ["p"]),
        ("div p b", ["b"]),
        ("#a p .x", ["b"]),
        ("b p", []),
        ("p > b", []),
        ("[data-x]", []),
        ("", []),
    ],
)
def test_selectors(selector: str, expected: list[str]) -> None:
    """Names, ids, classes and what is inside; anything else finds nothing."""
    assert [element.tag for element in found(TREE, selector)] == expected


def test_attributes_and_styles() -> None:
    """An empty attribute goes; declarations are read and written."""
    element = Element("i", {"style": "color:red; background: url(a:b)", "id": "1"})
    element.set("id", "")
    element.declare({**element.style, "top": "0"})

    assert str(element) == '<i style="color: red; background: url(a:b); top: 0"></i>'


def test_a_copy_is_its_own() -> None:
    """Changing it changes nothing of what it was made from."""
    (card,) = found(parsed("<div><p class='x'><b>1</b></p></div>"), ".x")
    twin = card.copied()
    twin.fill("2 <i>3</i>")

    assert str(twin) == '<p class="x">2 <i>3</i></p>'
    assert str(card) == '<p class="x"><b>1</b></p>'

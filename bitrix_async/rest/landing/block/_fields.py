"""What the methods of blocks take: new values of nodes, attributes, styles and cards.

TypedDicts for the reasons of `landing.landing`. Maps go by selectors of the block's
manifest, at places counted from 0: `".landing-block-node-text@1"`. What the manifest
does not have is passed over in silence.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypeAlias, TypedDict

from bitrix_async._call import Arg
from bitrix_async.rest._wire import YesNo

Tag: TypeAlias = Literal["h1", "h2", "h3", "h4", "h5", "h6", "div", "p", "a", "span"]
"""What `change_node_name` makes of an element; the portal takes any other for div."""

AttributeValue: TypeAlias = str | int | float | bool | Sequence[Any] | Mapping[str, Any]
"""The value of an HTML attribute; a list or a map is kept as JSON text."""

Attributes: TypeAlias = Mapping[str, Arg[AttributeValue]]
"""New values of attributes, by their names.

https://apidocs.bitrix24.com/api-reference/landing/block/attributes.html
"""


class TextNode(TypedDict):
    """The text of a node; the text alone means the same."""

    text: Arg[str]


class ImageNode(TypedDict, total=False):
    """An image: the whole of it, for `src` or `src2x` left out is cleared.

    `src2x` is the one for dense screens. `id` and `id2x` are files of `upload_file`.
    Addresses in http are stored in https. The four that begin with `lazyOrig` matter
    where `isLazy` is "Y".
    """

    src: Arg[str]
    alt: Arg[str]
    src2x: Arg[str]
    id: Arg[int]
    id2x: Arg[int]
    isLazy: Arg[YesNo]
    lazyOrigSrc: Arg[str]
    lazyOrigSrc2x: Arg[str]
    lazyOrigSrcset: Arg[str]
    lazyOrigStyle: Arg[str]


LinkAttributes = TypedDict(
    "LinkAttributes", {"data-embed": Arg[str], "data-url": Arg[str]}, total=False
)
"""The only attributes that a link keeps."""


class LinkNode(TypedDict, total=False):
    """A link; without `text` its text stays, without `target` that is cleared.

    `attrs` left out or `{}` removes both attributes. `query` is added to the address.
    `skipContent` leaves alone what the link is around.
    """

    text: Arg[str]
    href: Arg[str]
    query: Arg[str]
    target: Arg[str]
    skipContent: Arg[bool]
    attrs: LinkAttributes


class EmbedNode(TypedDict, total=False):
    """A video or the like: `src` is shown, `source` is where it comes from.

    Without `preview`, a picture's address, that is removed. `ratio` counts only with a
    new `src`.
    """

    src: Arg[str]
    source: Arg[str]
    preview: Arg[str]
    ratio: Arg[str]


class MenuItem(TypedDict, total=False):
    """An entry of a menu; `children` are the entries below it."""

    text: Required[Arg[str]]
    href: Required[Arg[str]]
    target: Arg[str]
    children: "Sequence[MenuItem]"


class Coordinates(TypedDict):
    """A place on a map, in degrees."""

    lat: Arg[float]
    lng: Arg[float]


class Marker(TypedDict, total=False):
    """A marker on a map."""

    title: Arg[str]
    description: Arg[str]
    showByDefault: Arg[bool]
    latLng: Required[Coordinates]


class MapNode(TypedDict, total=False):
    """A map, in the form of its attribute `data-map`."""

    center: Coordinates
    zoom: Arg[int]
    markers: Sequence[Marker]


class NodeAttributes(TypedDict):
    """Attributes of every element found, or parameters of a component.

    A component's selector has a colon in it, such as `"bitrix:catalog.section"`, and
    only parameters that its manifest lets be edited are changed.
    """

    attrs: Attributes


NodeValue: TypeAlias = (
    Arg[str]
    | Sequence[Arg[str] | MenuItem]
    | TextNode
    | ImageNode
    | LinkNode
    | EmbedNode
    | MapNode
    | NodeAttributes
)
"""What a node becomes; its type in the manifest says which. A list of classes is for
icons, one of entries for menus.

https://apidocs.bitrix24.com/api-reference/landing/block/node-types.html
"""


class ElementStyle(TypedDict, total=False):
    """The look of an element.

    `classList` takes the place of all its classes: without those of the manifest the
    editor no longer finds it. `affect` are CSS properties to be taken off what is
    inside it. `style` is merged into its own; left out, a background image alone is
    kept of a style that has one.
    """

    classList: Sequence[Arg[str]]
    affect: Sequence[Arg[str]]
    style: Mapping[str, Arg[str]]


class CardSource(TypedDict, total=False):
    """Where a card comes from: number `value` of those there, or a preset's code.

    `type` is card, and `value` 0, unless given.
    """

    type: Arg[Literal["card", "preset"]]
    value: Arg[int | str]


class Cards(TypedDict, total=False):
    """The cards of one selector as they shall be.

    `source` is their order and number; `values` are then put into their nodes, where
    the place behind `@` is that of the card.
    """

    source: Sequence[CardSource]
    values: Sequence[Mapping[str, NodeValue]]

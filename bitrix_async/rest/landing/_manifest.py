"""The manifest of a block: what of its HTML can be edited, and how.

TypedDicts, for the reasons of `landing.landing`. Nodes, cards and styles are by the CSS
selector of the elements they are about. Labels are in the language `lang_original`,
which `lang` translates. Types of styles and attributes are `str`, for modules extend
them.

https://apidocs.bitrix24.com/api-reference/landing/block/manifest.html
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, TypedDict

NodeType: TypeAlias = Literal[
    "text", "img", "link", "icon", "embed", "map", "component", "styleimg"
]

BlockSiteType: TypeAlias = Literal[
    "page", "store", "smn", "knowledge", "group", "mainpage"
]
"""The types of sites as manifests and templates spell them."""


class ManifestBlock(TypedDict, total=False):
    """What the block is.

    Without `type` it fits all sites; `dynamic` False keeps it from showing lists of
    data. What an application registers may be neither of the type mainpage nor of the
    subtype widget: `landing.repowidget` is for those.
    """

    name: str
    section: str | Sequence[str]
    dynamic: bool
    description: str
    type: BlockSiteType | Sequence[BlockSiteType]
    subtype: str | Sequence[str]
    subtype_params: Mapping[str, Any]


class Dimensions(TypedDict, total=False):
    """The size of an image in pixels: exact, at most, at least."""

    width: int
    height: int
    maxWidth: int
    maxHeight: int
    minWidth: int
    minHeight: int


class ManifestNode(TypedDict, total=False):
    """An element whose content can be edited.

    Nodes with the same `group` are edited in one form. `dimensions` and
    `create2xByDefault` are for img, `skipContent` for link, `extra` for component.

    https://apidocs.bitrix24.com/api-reference/landing/block/node-types.html
    """

    name: str
    type: NodeType
    allowInlineEdit: bool
    useInDesigner: bool
    group: str
    dimensions: Dimensions
    create2xByDefault: bool
    skipContent: bool
    extra: Mapping[str, Any]


class AttributeOption(TypedDict, total=False):
    """One value that an attribute may take, or a group of them."""

    name: str
    value: str | int
    selected: bool
    content: str
    items: "Sequence[AttributeOption]"


ManifestAttribute = TypedDict(
    "ManifestAttribute",
    {
        "name": str,
        "attribute": str,
        "type": str,
        "items": Sequence[AttributeOption] | Mapping[str, AttributeOption],
        "value": Any,
        "selector": str,
        "hidden": bool,
        "attrs": "Sequence[ManifestAttribute]",
        "placeholder": str,
        "compact": bool,
        "textOnly": bool,
        "disableLink": bool,
        "disableBlocks": bool,
        "disableCustomURL": bool,
        "time": bool,
        "format": str,
        "dimensions": Dimensions,
        "property": str,
        "stylePath": str,
        "pseudo-element": str,
        "pseudo-class": str,
        "html": str,
        "filterId": str,
        "hideSort": bool,
        "sources": Sequence[Any],
        "title": str,
        "stubText": str,
        "useLink": bool,
        "linkType": str,
    },
    total=False,
)
"""A setting that is kept in an attribute of an element, or a group of them in `attrs`.

`type` is text unless given, and decides what `value`, the default, is. Which key goes
with which type: https://apidocs.bitrix24.com/api-reference/landing/block/attributes.html
"""


class Additional(TypedDict, total=False):
    """Settings beside those of the style itself."""

    name: str
    attrs: Sequence[ManifestAttribute]
    attrsType: Sequence[str]


class CardPreset(TypedDict, total=False):
    """A card to be added as it stands; what is in `disallow` cannot be edited then."""

    name: str
    html: str
    values: Mapping[str, Any]
    disallow: Sequence[str]


class ManifestCard(TypedDict, total=False):
    """Elements of which there may be any number; `label` selects the title of one.

    https://apidocs.bitrix24.com/api-reference/landing/block/extended-description.html
    """

    name: str
    label: str | Sequence[str]
    presets: Mapping[str, CardPreset]
    additional: Additional


class ManifestStyle(TypedDict, total=False):
    """What of an element's looks can be set.

    No node may have a type with an image: background, block-default, block-border.
    """

    name: str
    title: str
    type: str | Sequence[str]
    additional: Additional


class ManifestStyles(TypedDict, total=False):
    """Styles of the whole block, and of elements in it."""

    block: ManifestStyle
    nodes: Mapping[str, ManifestStyle]


class MenuClasses(TypedDict, total=False):
    """The CSS classes of one level of a menu."""

    ulClassName: str
    liClassName: str
    aClassName: str


class ManifestMenu(TypedDict, total=False):
    """A menu of several levels; `item` selects the entries."""

    item: str
    name: str
    root: MenuClasses
    children: MenuClasses
    nodes: Mapping[str, ManifestNode]


class ManifestAssets(TypedDict, total=False):
    """What is loaded with the block: addresses, and the portal's own by name."""

    css: Sequence[str]
    js: Sequence[str]
    ext: Sequence[str]


class Manifest(TypedDict, total=False):
    """The manifest of a block, as `landing.repo.register` takes it.

    `lang` has translations by language and then by the phrase that is translated.
    """

    block: ManifestBlock
    nodes: Mapping[str, ManifestNode]
    cards: Mapping[str, ManifestCard]
    style: ManifestStyles
    attrs: Mapping[str, Sequence[ManifestAttribute]]
    menu: Mapping[str, ManifestMenu]
    assets: ManifestAssets
    lang_original: str
    lang: Mapping[str, Mapping[str, str]]

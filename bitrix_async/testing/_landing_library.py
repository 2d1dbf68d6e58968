"""The blocks that every portal has: their manifests, and the HTML they begin with.

They are of this project's making, with the codes and parts of common ones. Any other
code can be put on a page too, as `PLAIN`, so that a test need not set one up.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import field, frozen


@frozen
class LibraryBlock:
    """A block of the library; `manifest` is what its file says beside `block`.

    `designable` is whether its HTML may be marked as made by hand; `types` are those of
    the sites it is for, all where there are none.
    """

    name: str
    sections: tuple[str, ...]
    content: str
    manifest: dict[str, Any] = field(factory=dict)
    types: tuple[str, ...] = ()
    subtype: str | None = None
    designable: bool = True


def _node(name: str, kind: str, **more: object) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


_TITLE: Final = ".landing-block-node-title"
_TEXT: Final = ".landing-block-node-text"
_IMAGE: Final = ".landing-block-node-img"
_LINK: Final = ".landing-block-node-link"
_CARD: Final = ".landing-block-card"
_FORM: Final = ".bitrix24forms"

_STYLES: Final = {
    "block": {"type": ["block-default"]},
    "nodes": {
        _TITLE: {"title": "Title", "type": ["typo", "heading"]},
        _TEXT: {"title": "Text", "type": "typo"},
    },
}

PLAIN: Final = LibraryBlock(
    name="Title and text",
    sections=("text",),
    content=(
        '<section class="landing-block g-pt-30 g-pb-30">'
        '<h2 class="landing-block-node-title">Title</h2>'
        '<div class="landing-block-node-text">Text</div></section>'
    ),
    manifest={
        "nodes": {_TITLE: _node("Title", "text"), _TEXT: _node("Text", "text")},
        "style": _STYLES,
    },
)

_COVER: Final = LibraryBlock(
    name="Cover with text and a picture",
    sections=("cover",),
    content=(
        '<section class="landing-block g-pos-rel">'
        '<div class="landing-block-node-img g-bg-img-hero" '
        'style="background-image: url(https://cdn.example/cover.jpg)"></div>'
        '<h2 class="landing-block-node-title">Title</h2>'
        '<div class="landing-block-node-text">Text</div>'
        '<a class="landing-block-node-link btn" href="#" target="_self">More</a>'
        "</section>"
    ),
    manifest={
        "nodes": {
            _TITLE: _node("Title", "text"),
            _TEXT: _node("Text", "text"),
            _IMAGE: _node("Picture", "img", dimensions={"width": 1920}),
            _LINK: _node("Button", "link"),
        },
        "style": _STYLES,
        "assets": {"ext": ["landing_carousel"]},
    },
)

_CARDS: Final = LibraryBlock(
    name="Cards",
    sections=("columns", "tiles"),
    content=(
        '<section class="landing-block"><div class="row">'
        + "".join(
            f'<div class="landing-block-card" data-number="{number}">'
            '<i class="landing-block-node-icon fa fa-check"></i>'
            f'<img class="landing-block-node-img" src="/{number}.jpg" alt="">'
            f'<h3 class="landing-block-node-title">Card {number}</h3>'
            f'<a class="landing-block-node-link" href="/{number}/">More</a></div>'
            for number in range(3)
        )
        + "</div></section>"
    ),
    manifest={
        "cards": {
            _CARD: {
                "name": "Card",
                "label": [_TITLE],
                "presets": {
                    "link": {
                        "name": "Link",
                        "html": (
                            '<div class="landing-block-card">'
                            '<h3 class="landing-block-node-title">New</h3>'
                            '<a class="landing-block-node-link" href="#">More</a></div>'
                        ),
                        "values": {_TITLE: "New"},
                    }
                },
            }
        },
        "nodes": {
            _TITLE: _node("Title", "text"),
            _IMAGE: _node("Picture", "img"),
            _LINK: _node("Link", "link"),
            ".landing-block-node-icon": _node("Icon", "icon"),
        },
        "style": {
            "block": {"type": ["block-default"]},
            "nodes": {_CARD: {"name": "Card", "type": ["columns"]}},
        },
        "attrs": {
            _CARD: [{"name": "Number", "type": "text", "attribute": "data-number"}]
        },
    },
)

_MENU: Final = LibraryBlock(
    name="Menu",
    sections=("menu",),
    content=(
        '<header class="landing-block"><ul class="landing-block-node-menu">'
        '<li><a href="/">Home</a></li></ul></header>'
    ),
    manifest={
        "menu": {
            ".landing-block-node-menu": {
                "item": ".landing-block-node-menu-item",
                "name": "Menu",
            }
        }
    },
)

_MEDIA: Final = LibraryBlock(
    name="Video and map",
    sections=("video",),
    content=(
        '<section class="landing-block">'
        '<div class="embed-responsive embed-responsive-16by9">'
        '<iframe class="landing-block-node-embed" src="//video.example/1" '
        'data-source="https://video.example/1" data-preview="/1.jpg"></iframe></div>'
        '<div class="landing-block-node-map" data-map="{}"></div></section>'
    ),
    manifest={
        "nodes": {
            ".landing-block-node-embed": _node("Video", "embed"),
            ".landing-block-node-map": _node("Map", "map"),
            "bitrix:catalog.section": _node(
                "Catalogue",
                "component",
                extra={"editable": {"SECTION_ID": {}, "PAGE_ELEMENT_COUNT": {}}},
            ),
        }
    },
    types=("page", "store"),
)

_FORM_BLOCK: Final = LibraryBlock(
    name="Form",
    sections=("forms",),
    content=(
        '<section class="landing-block">'
        '<div class="bitrix24forms" data-b24form="#crmFormInline3"></div></section>'
    ),
    manifest={
        "style": {
            "block": {"type": ["block-default", "block-border"]},
            "nodes": {_FORM: {"type": "crm-form"}},
        },
        "attrs": {
            _FORM: [
                {"name": "Form", "type": "list", "attribute": "data-b24form"},
                {"name": "Look", "type": "list", "attribute": "data-b24form-use-style"},
            ]
        },
        "assets": {"ext": ["landing_form"]},
        "callbacks": {"afterAdd": {}},
    },
    subtype="form",
    designable=False,
)

LIBRARY: Final[dict[str, LibraryBlock]] = {
    "0.menu_02": _MENU,
    "01.big_with_text": _COVER,
    "02.three_cols_big_1": _CARDS,
    "04.1.one_col_fix_with_title": PLAIN,
    "33.13.form_2_light_no_text": _FORM_BLOCK,
    "49.1.video_and_map": _MEDIA,
}

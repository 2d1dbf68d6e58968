"""The examples of blocks, special pages and templates, as a caller writes them."""

from typing import Any

from bitrix_async._call import Call
from bitrix_async.rest import landing

blocks = landing.block
syspages = landing.syspage
templates = landing.template

EXAMPLES: dict[str, Call[Any]] = {
    "landing.block.addcard": blocks.add_card(
        351,
        6428,
        ".landing-block-node-menu-list-item@0",
        '<li class="landing-block-node-menu-list-item nav-item"><a href="#services" '
        'class="landing-block-node-menu-list-item-link nav-link">Services</a></li>',
    ),
    "landing.block.changeAnchor": blocks.change_anchor(
        311, 6058, "about-us", prevent_history=True
    ),
    "landing.block.changeNodeName": blocks.change_node_name(
        311,
        6058,
        {".landing-block-node-title@0": "h1", ".landing-block-node-text@2": "p"},
        prevent_history=True,
    ),
    "landing.block.clonecard": blocks.clone_card(351, 6428, ".landing-block-card@0"),
    "landing.block.getbyid": blocks.get_by_id(39556, edit_mode=True, get_content=True),
    "landing.block.getcontent": blocks.get_content(
        4858, 39556, edit_mode=True, wrapper_show=False
    ),
    "landing.block.getContentFromRepository": blocks.get_content_from_repository(
        "01.big_with_text"
    ),
    "landing.block.getlist": blocks.get_list(4858, edit_mode=True, get_content=True),
    "landing.block.getmanifest": blocks.get_manifest(4858, 39556, edit_mode=True),
    "landing.block.getmanifestfile": blocks.get_manifest_file("01.big_with_text"),
    "landing.block.getrepository": blocks.get_repository(section="text"),
    "landing.block.removecard": blocks.remove_card(351, 6428, ".landing-block-card@0"),
    "landing.block.updateattrs": blocks.update_attrs(
        313,
        6134,
        {
            ".bitrix24forms": {
                "data-b24form": "#crmFormInline45",
                "data-b24form-use-style": "N",
            }
        },
    ),
    "landing.block.updateCards": blocks.update_cards(
        311,
        6058,
        {
            ".landing-block-card": {
                "source": [
                    {"type": "card", "value": 0},
                    {"type": "preset", "value": "preset_code"},
                ],
                "values": [
                    {
                        ".landing-block-node-title@0": "First Card",
                        ".landing-block-node-title@1": "Card from Preset",
                    }
                ],
            }
        },
    ),
    "landing.block.updatecontent": blocks.update_content(
        311,
        6058,
        '<section class="g-pt-60 g-pb-60"><div class="container">'
        '<h2 class="landing-block-node-title">Spring Promotion</h2>'
        '<p class="landing-block-node-text" bxstyle="color:#1d1d1d;">'
        "15% discount until the end of the month</p></div></section>",
        prevent_history=True,
    ),
    "landing.block.updatenodes": blocks.update_nodes(
        311,
        6058,
        {
            ".landing-block-node-text": "New block text",
            ".landing-block-node-img": {
                "src": "https://cdn.bitrix24.site/bitrix/images/landing/business/"
                "1920x1280/img12.jpg",
                "alt": "New banner",
            },
            ".landing-block-node-link": {
                "text": "Read more",
                "href": "https://www.bitrix24.com",
                "target": "_blank",
            },
            ".landing-block-node-icon": ["fa", "fa-telegram"],
            ".landing-block-node-embed": {
                "src": "//www.youtube.com/embed/q4d8g9Dn3ww?autoplay=1&controls=0"
                "&loop=1&mute=1&rel=0",
                "source": "https://www.youtube.com/watch?v=q4d8g9Dn3ww",
            },
        },
    ),
    "landing.block.updateStyles": blocks.update_styles(
        313,
        6134,
        {
            ".landing-block-node-text": {
                "classList": [
                    "landing-block-node-text",
                    "g-color-white",
                    "text-right",
                ],
                "affect": ["text-align", "color"],
                "style": {"font-weight": "700"},
            }
        },
    ),
    "landing.block.uploadfile": blocks.upload_file(
        39556, ("banner.png", "**base64_image_content**"), width=1200, height=675
    ),
    "landing.syspage.deleteForLanding": syspages.delete_for_landing(8593),
    "landing.syspage.deleteForSite": syspages.delete_for_site(1390),
    "landing.syspage.get": syspages.get(1390, active=True),
    "landing.syspage.getSpecialPage": syspages.get_special_page(
        1390, "personal", additional={"SECTION": "private"}
    ),
    "landing.syspage.set": syspages.set(1390, "personal", lid=8593),
    "landing.template.getLandingRef": templates.get_landing_ref(557),
    "landing.template.getlist": templates.get_list(
        select=["ID", "TITLE", "XML_ID", "SORT", "ACTIVE", "DATE_MODIFY"],
        filter={"=ACTIVE": "Y"},
        order={"SORT": "ASC", "ID": "ASC"},
        limit=2,
        offset=0,
    ),
    "landing.template.getSiteRef": templates.get_site_ref(157),
    "landing.template.setLandingRef": templates.set_landing_ref(
        557, data={1: 614, 2: 615, 3: 616}
    ),
    "landing.template.setSiteRef": templates.set_site_ref(
        157, data={1: 614, 2: 615, 3: 616}
    ),
}

"""The example on each documentation page, as a caller of the wrappers writes it."""

from typing import Any

from catalogue import methods

from bitrix_async._call import Call
from bitrix_async.rest import catalog, landing

pages = landing.landing
images = catalog.product_image

_file, _content = methods()["catalog.productImage.add"].example_params["fileContent"]

EXAMPLES: dict[str, Call[Any]] = {
    "catalog.productImage.add": images.add(
        {"productId": 1, "type": "MORE_PHOTO"}, (_file, _content)
    ),
    "catalog.productImage.delete": images.delete(1, 1),
    "catalog.productImage.get": images.get(1, 1),
    "catalog.productImage.getFields": images.get_fields(),
    "catalog.productImage.list": images.list(
        1,
        select=[
            "id",
            "name",
            "productId",
            "type",
            "createTime",
            "downloadUrl",
            "detailUrl",
        ],
    ),
    "landing.landing.add": pages.add(
        {
            "TITLE": "Spring Promotion",
            "SITE_ID": 292,
            "CODE": "spring-sale",
            "DESCRIPTION": "Page for seasonal promotion",
            "ADDITIONAL_FIELDS": {"THEME_CODE": "wedding"},
        }
    ),
    "landing.landing.addblock": pages.add_block(
        351, {"CODE": "02.three_cols_big_1", "AFTER_ID": 6428, "ACTIVE": "Y"}
    ),
    "landing.landing.addByTemplate": pages.add_by_template(
        157,
        "krayt.monotovar@KraytPetShop",
        fields={
            "TITLE": "Spring Promotion",
            "DESCRIPTION": "SEO description of the promotion page",
            "FOLDER_ID": 95,
        },
    ),
    "landing.landing.copy": pages.copy(1688, to_site_id=305, to_folder_id=95),
    "landing.landing.copyblock": pages.copy_block(
        351, 6428, after_id=6429, return_content=True
    ),
    "landing.landing.delete": pages.delete(350),
    "landing.landing.deleteblock": pages.delete_block(351, 6428),
    "landing.landing.downblock": pages.down_block(351, 6428),
    "landing.landing.favoriteBlock": pages.favorite_block(
        351,
        6428,
        meta={
            "name": "Block with Advantages",
            "section": ["text", "features"],
            "preview": 918273,
            "tpl_code": "bitrix24",
        },
    ),
    "landing.landing.getadditionalfields": pages.get_additional_fields(349),
    "landing.landing.getList": pages.get_list(
        select=["ID", "TITLE", "SITE_ID", "DATE_MODIFY"],
        filter={"SITE_ID": 205, "=DELETED": "N"},
        order={"ID": "DESC"},
        get_urls=True,
        get_preview=True,
        check_area=True,
    ),
    "landing.landing.getpreview": pages.get_preview(351),
    "landing.landing.getpublicurl": pages.get_public_url(351),
    "landing.landing.hideblock": pages.hide_block(351, 6428),
    "landing.landing.markDelete": pages.mark_delete(350),
    "landing.landing.markdeletedblock": pages.mark_deleted_block(351, 6428),
    "landing.landing.markUnDelete": pages.mark_undelete(2227),
    "landing.landing.markundeletedblock": pages.mark_undeleted_block(627, 11923),
    "landing.landing.move": pages.move(2227, to_site_id=157, to_folder_id=95),
    "landing.landing.moveblock": pages.move_block(
        351, 26723, after_id=6429, return_content=True
    ),
    "landing.landing.publication": pages.publication(351),
    "landing.landing.removeEntities": pages.remove_entities(
        648,
        {
            "blocks": [12167, 123],
            "images": [
                {"block": 12269, "image": 6866},
                {"block": 12268, "image": 6861},
            ],
        },
    ),
    "landing.landing.resolveIdByPublicUrl": pages.resolve_id_by_public_url(
        "/catalog/sale/", 1817
    ),
    "landing.landing.showblock": pages.show_block(351, 6428),
    "landing.landing.unFavoriteBlock": pages.unfavorite_block(28619),
    "landing.landing.unpublic": pages.unpublic(351),
    "landing.landing.upblock": pages.up_block(351, 6428),
    "landing.landing.update": pages.update(
        349,
        {
            "TITLE": "Spring Sale 2026",
            "CODE": "spring-sale-2026",
            "DESCRIPTION": "Updated description of the promotion page",
            "XML_ID": "promo-2026-landing",
        },
    ),
    "landing.site.add": landing.site.add(
        {
            "TITLE": "Company Knowledge Base",
            "CODE": "",
            "TYPE": "KNOWLEDGE",
            "DESCRIPTION": "Knowledge base site",
        },
        scope="KNOWLEDGE",
    ),
}

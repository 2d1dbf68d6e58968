"""The example on each documentation page, as a caller of the wrappers writes it."""

from typing import Any

import block_invocations
from catalogue import methods

from bitrix_async._call import Call
from bitrix_async.rest import catalog, landing

blocks = landing.block
pages = landing.landing
templates = landing.template
roles = landing.role
sites = landing.site
images = catalog.product_image
demos = landing.demos
repo = landing.repo
widgets = landing.repowidget

_file, _content = methods()["catalog.productImage.add"].example_params["fileContent"]

EXAMPLES: dict[str, Call[Any]] = {
    **block_invocations.EXAMPLES,
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
    "landing.demos.getList": demos.get_list(
        select=["ID", "XML_ID", "TITLE", "TYPE", "DATE_MODIFY"],
        filter={"ACTIVE": "Y"},
        order={"ID": "DESC"},
        group=["TYPE"],
    ),
    "landing.demos.getPageList": demos.get_page_list("page", filter={"TYPE": "PAGE"}),
    "landing.demos.getSiteList": demos.get_site_list("page", filter={"TYPE": "page"}),
    "landing.demos.register": demos.register(
        {
            "charset": "UTF-8",
            "code": "ftmlt",
            "site_code": "/ftmlt/",
            "name": "Business",
            "description": None,
            "type": "page",
            "fields": {
                "TITLE": "Business",
                "LANDING_ID_INDEX": "0",
                "LANDING_ID_404": "0",
                "ADDITIONAL_FIELDS": {},
            },
            "folders": [],
            "items": {
                "ftmlt": {
                    "old_id": "16",
                    "code": "ftmlt",
                    "name": "Business",
                    "description": None,
                    "preview": "",
                    "preview2x": "",
                    "preview3x": "",
                    "preview_url": "",
                    "show_in_list": "Y",
                    "type": "page",
                    "version": 3,
                    "fields": {"TITLE": "Business"},
                    "layout": [],
                    "items": {},
                }
            },
            "layout": [],
            "preview": "",
            "preview2x": "",
            "preview3x": "",
            "preview_url": "",
            "show_in_list": "Y",
            "syspages": [],
            "version": 3,
        }
    ),
    "landing.demos.unregister": demos.unregister("ftmlt"),
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
    "landing.repo.checkContent": repo.check_content(
        '<div style="color:red" onclick="alert(1)">'
        '<iframe src="//evil.com"></iframe></div>',
        splitter="#AAA#",
    ),
    "landing.repo.getList": repo.get_list(
        select=["ID", "NAME", "DATE_MODIFY"],
        filter={"ACTIVE": "Y"},
        order={"ID": "DESC"},
        group=["ACTIVE"],
    ),
    "landing.repo.register": repo.register(
        "myblockx",
        {
            "NAME": "Test block",
            "DESCRIPTION": "Just try!",
            "SECTIONS": "cover,about",
            "PREVIEW": "https://www.bitrix24.com/images/b24_screen.png",
            "CONTENT": '<section class="landing-block">'
            '<div class="container">Test</div></section>',
        },
        manifest={
            "block": {"name": "Test block"},
            "nodes": {".landing-block-node-text": {"name": "Text", "type": "text"}},
        },
    ),
    "landing.repo.unbind": repo.unbind(
        "LANDING_SETTINGS",
        handler="https://your-domain.com/widgets/landing-settings-handler.php",
    ),
    "landing.repo.unregister": repo.unregister("myblockx"),
    "landing.repowidget.debug": widgets.debug(enable=True),
    "landing.repowidget.getlist": widgets.get_list(
        select=["ID", "NAME"], filter={">ID": "1"}
    ),
    "landing.repowidget.register": widgets.register(
        "my_widget",
        {
            "NAME": "My widget",
            "PREVIEW": "https://my-app.com/vibe_preview.jpg",
            "CONTENT": "content",
            "SECTIONS": "widgets_company_life",
            "WIDGET_PARAMS": {
                "rootNode": ".my-app-w-container",
                "lang": {
                    "ru": {"W_TITLE": "People and their ages", "W_EMPTY": "No data"},
                    "en": {"W_TITLE": "People and their ages", "W_EMPTY": "Empty"},
                },
                "handler": "https://my-app.com/vibe.php",
                "style": "https://my-app.com/vibe.css",
                "demoData": {
                    "desc": "Just a test widget",
                    "count": 420,
                    "persons": [
                        {"name": "Person 1", "age": 21},
                        {"name": "Person 2", "age": 42},
                        {"name": "Person 3", "age": 123},
                    ],
                },
            },
        },
    ),
    "landing.repowidget.unregister": widgets.unregister("my_widget"),
    "landing.role.enable": roles.enable(mode=True),
    "landing.role.getList": roles.get_list(scope="KNOWLEDGE"),
    "landing.role.getRights": roles.get_rights(2),
    "landing.role.isEnabled": roles.is_enabled(),
    "landing.role.setAccessCodes": roles.set_access_codes(
        11, codes=["U45", "DR7", "SG3_A"]
    ),
    "landing.role.setRights": roles.set_rights(
        11,
        {0: ["read"], 66: ["read", "edit", "sett"], 71: ["denied"]},
        additional=["menu24", "create"],
    ),
    "landing.site.add": sites.add(
        {
            "TITLE": "Company Knowledge Base",
            "CODE": "",
            "TYPE": "KNOWLEDGE",
            "DESCRIPTION": "Knowledge base site",
        },
        scope="KNOWLEDGE",
    ),
    "landing.site.addFolder": sites.add_folder(
        1817,
        {
            "TITLE": "New Folder",
            "CODE": "new-folder",
            "ACTIVE": "Y",
            "PARENT_ID": 736,
        },
    ),
    "landing.site.bindingToGroup": sites.binding_to_group(32, 174),
    "landing.site.bindingToMenu": sites.binding_to_menu(31, "crm_switcher:deal"),
    "landing.site.delete": sites.delete(206),
    "landing.site.fullExport": sites.full_export(
        326,
        edit_mode=True,
        code="myfirstsite2026",
        name="Auto Repair Shop",
        description="Website for auto service",
        preview_url="https://example.com/previews/myfirstsite2026",
    ),
    "landing.site.getadditionalfields": sites.get_additional_fields(205),
    "landing.site.getFolders": sites.get_folders(
        1817, filter={"PARENT_ID": 0, "=DELETED": "N", "ACTIVE": "Y"}
    ),
    "landing.site.getGroupBindings": sites.get_group_bindings(group_id=174),
    "landing.site.getList": sites.get_list(
        select=["ID", "TITLE", "TYPE"],
        filter={"=DELETED": "N"},
        order={"ID": "DESC"},
    ),
    "landing.site.getMenuBindings": sites.get_menu_bindings(
        menu_code="crm_switcher:deal"
    ),
    "landing.site.getPreview": sites.get_preview(1817),
    "landing.site.getPublicUrl": sites.get_public_url([3, 135]),
    "landing.site.getRights": sites.get_rights(645),
    "landing.site.markDelete": sites.mark_delete(143),
    "landing.site.markFolderDelete": sites.mark_folder_delete(737),
    "landing.site.markFolderUnDelete": sites.mark_folder_undelete(737),
    "landing.site.markUnDelete": sites.mark_undelete(157),
    "landing.site.publication": sites.publication(1688),
    "landing.site.publicationFolder": sites.publication_folder(737, mark=True),
    "landing.site.setRights": sites.set_rights(
        645, rights={"AU": ["read"], "U3": ["read", "edit", "sett", "public"]}
    ),
    "landing.site.unbindingFromGroup": sites.unbinding_from_group(32, 174),
    "landing.site.unbindingFromMenu": sites.unbinding_from_menu(
        31, "crm_switcher:deal"
    ),
    "landing.site.unpublic": sites.unpublic(1688),
    "landing.site.unPublicFolder": sites.unpublic_folder(737),
    "landing.site.update": sites.update(
        206,
        {
            "TITLE": "Support portal",
            "CODE": "support-portal",
            "DESCRIPTION": "Updated site description",
            "LANDING_ID_INDEX": 987,
        },
    ),
    "landing.site.updateFolder": sites.update_folder(
        1817,
        736,
        {
            "TITLE": "Services Catalog",
            "CODE": "services-catalog",
            "PARENT_ID": 0,
            "INDEX_ID": 987,
            "ACTIVE": "Y",
        },
    ),
}

"""The `landing.site` methods: sites, their folders, rights and bindings."""

from bitrix_async.rest.landing._export import ExportedSite
from bitrix_async.rest.landing.site._access import (
    AccessRights,
    get_rights,
    set_rights,
)
from bitrix_async.rest.landing.site._bindings import (
    binding_to_group,
    binding_to_menu,
    get_group_bindings,
    get_menu_bindings,
    unbinding_from_group,
    unbinding_from_menu,
)
from bitrix_async.rest.landing.site._export import full_export
from bitrix_async.rest.landing.site._fields import (
    FolderChanges,
    FolderFilter,
    NewFolder,
    NewSite,
    ParentFolder,
    SiteChanges,
)
from bitrix_async.rest.landing.site._folders import (
    add_folder,
    get_folders,
    mark_folder_delete,
    mark_folder_undelete,
    publication_folder,
    unpublic_folder,
    update_folder,
)
from bitrix_async.rest.landing.site._models import (
    Folder,
    GroupBinding,
    MenuBinding,
    SelectedSite,
    Site,
)
from bitrix_async.rest.landing.site._sites import (
    add,
    delete,
    get_additional_fields,
    get_list,
    get_preview,
    get_public_url,
    mark_delete,
    mark_undelete,
    publication,
    unpublic,
    update,
)

__all__ = [
    "AccessRights",
    "ExportedSite",
    "Folder",
    "FolderChanges",
    "FolderFilter",
    "GroupBinding",
    "MenuBinding",
    "NewFolder",
    "NewSite",
    "ParentFolder",
    "SelectedSite",
    "Site",
    "SiteChanges",
    "add",
    "add_folder",
    "binding_to_group",
    "binding_to_menu",
    "delete",
    "full_export",
    "get_additional_fields",
    "get_folders",
    "get_group_bindings",
    "get_list",
    "get_menu_bindings",
    "get_preview",
    "get_public_url",
    "get_rights",
    "mark_delete",
    "mark_folder_delete",
    "mark_folder_undelete",
    "mark_undelete",
    "publication",
    "publication_folder",
    "set_rights",
    "unbinding_from_group",
    "unbinding_from_menu",
    "unpublic",
    "unpublic_folder",
    "update",
    "update_folder",
]

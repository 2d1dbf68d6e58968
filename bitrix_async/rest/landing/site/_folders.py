"""Folders of a site: an address of their own for the pages in them."""

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest.landing._scope import Scope
from bitrix_async.rest.landing.site._fields import (
    FolderChanges,
    FolderFilter,
    NewFolder,
)
from bitrix_async.rest.landing.site._models import Folder


def add_folder(
    site_id: Arg[int], fields: NewFolder, *, scope: Scope | None = None
) -> Call[int]:
    """Make a folder in a site.

    Result: its id.

    Errors:
        ACCESS_DENIED: no such site, or no right to edit it.
        BX_EMPTY_REQUIRED: `TITLE` is "".
        FOLDER_IS_NOT_UNIQUE: the `CODE` is taken in that place.
        SLASH_IS_NOT_ALLOWED: `CODE` has a `/`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-add-folder.html
    """
    return Call(
        "landing.site.addFolder",
        given(siteId=site_id, fields=fields, scope=scope),
        int,
    )


def get_folders(
    site_id: Arg[int],
    *,
    filter: FolderFilter | None = None,  # noqa: A002  # the portal's word
    scope: Scope | None = None,
) -> Call[list[Folder]]:
    """List the folders of a site: all that match, there are no pages.

    Result: nothing also where there is no such site, or it may not be seen.

    Errors:
        ACCESS_DENIED: no right to call it.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-get-folders.html
    """
    return Call(
        "landing.site.getFolders",
        given(siteId=site_id, filter=filter, scope=scope),
        list[Folder],
    )


def mark_folder_delete(
    id: Arg[int],  # noqa: A002  # its name
    *,
    mark: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Put a folder into the trash, for 30 days by default, with all pages below it.

    They are unpublished. `mark=False` takes the folder out again, as
    `mark_folder_undelete` does.

    Errors:
        ACCESS_DENIED: no such folder, or no right to delete in its site.
        FOLDER_CONTAINS_AREAS: a page in it, or below, is an area of a template.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-mark-folder-delete.html
    """
    return Call(
        "landing.site.markFolderDelete", given(id=id, mark=mark, scope=scope), bool
    )


def mark_folder_undelete(
    id: Arg[int],  # noqa: A002  # its name
    *,
    scope: Scope | None = None,
) -> Call[bool]:
    """Take a folder out of the trash, with the pages in it.

    Errors:
        ACCESS_DENIED: no such folder, or no right to delete in its site.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-mark-folder-undelete.html
    """
    return Call("landing.site.markFolderUnDelete", given(id=id, scope=scope), bool)


def publication_folder(
    folder_id: Arg[int],
    *,
    mark: Arg[bool] | None = None,
    scope: Scope | None = None,
) -> Call[bool]:
    """Make a folder active, and those that it stands in.

    `mark=False` makes them inactive, as `unpublic_folder` does.

    Errors:
        ACCESS_DENIED: no such folder, in the trash, or no right to publish in its site.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-publication-folder.html
    """
    return Call(
        "landing.site.publicationFolder",
        given(folderId=folder_id, mark=mark, scope=scope),
        bool,
    )


def unpublic_folder(folder_id: Arg[int], *, scope: Scope | None = None) -> Call[bool]:
    """Make a folder inactive, and those that it stands in.

    Errors:
        ACCESS_DENIED: no such folder, or no right to publish in its site.
        MISSING_PARAMS, TYPE_ERROR, SYSTEM_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-unpublic-folder.html
    """
    return Call(
        "landing.site.unPublicFolder", given(folderId=folder_id, scope=scope), bool
    )


def update_folder(
    site_id: Arg[int],
    folder_id: Arg[int],
    fields: FolderChanges,
    *,
    scope: Scope | None = None,
) -> Call[bool]:
    """Change a folder; without a `PARENT_ID` it moves to the root of the site.

    Errors:
        ACCESS_DENIED: no such site, or no right to edit it.
        FOLDER_IS_NOT_UNIQUE: the `CODE` is taken in that place.
        SLASH_IS_NOT_ALLOWED: `CODE` has a `/`.
        MISSING_PARAMS: no `site_id`, no `folder_id` or no `fields`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-update-folder.html
    """
    return Call(
        "landing.site.updateFolder",
        given(siteId=site_id, folderId=folder_id, fields=fields, scope=scope),
        bool,
    )

"""The export of a site."""

from collections.abc import Sequence

from bitrix_async._call import Arg, Call, given
from bitrix_async.rest._wire import yes_no
from bitrix_async.rest.landing._export import ExportedSite
from bitrix_async.rest.landing._scope import Scope


def full_export(
    id: Arg[int],  # noqa: A002  # its name
    *,
    edit_mode: bool | None = None,
    hooks_disable: Sequence[str] | None = None,
    code: Arg[str] | None = None,
    name: Arg[str] | None = None,
    description: Arg[str] | None = None,
    preview: Arg[str] | None = None,
    preview2x: Arg[str] | None = None,
    preview3x: Arg[str] | None = None,
    preview_url: Arg[str] | None = None,
    scope: Scope | None = None,
) -> Call[ExportedSite | None]:
    """Export a site with its pages, for `landing.demos.register`.

    `code`, only of small Latin letters and digits, `name` and `description` are the
    site's own unless given; the addresses of pictures are "". All of them but `code`
    are the page's too, where the site has only one. `hooks_disable` are additional
    fields to be left out, which B24BUTTON_CODE and FAVICON_PICTURE always are.
    `edit_mode` reads the additional fields as the editor does.

    Result: None where there is no such site, or no page that may be exported.

    Errors:
        ACCESS_DENIED: no right to sites.
        AI_SITE_EXPORT_NOT_ALLOWED: a site made by AI is not exported.
        SYSTEM_ERROR: `code` has another character; or see `Fault`.
        MISSING_PARAMS, TYPE_ERROR: see `Fault`.

    https://apidocs.bitrix24.com/api-reference/landing/site/landing-site-full-export.html
    """
    options = given(
        edit_mode=yes_no(edit_mode),
        scope=scope,
        hooks_disable=hooks_disable,
        code=code,
        name=name,
        description=description,
        preview=preview,
        preview2x=preview2x,
        preview3x=preview3x,
        preview_url=preview_url,
    )
    return Call(
        "landing.site.fullExport",
        given(id=id, params=options or None),
        ExportedSite | None,
    )

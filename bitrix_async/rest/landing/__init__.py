"""The `landing` methods: sites, their pages and blocks."""

from bitrix_async.rest.landing import (
    block,
    demos,
    landing,
    repo,
    repowidget,
    site,
    syspage,
    template,
)
from bitrix_async.rest.landing._scope import Scope, SiteType

__all__ = [
    "Scope",
    "SiteType",
    "block",
    "demos",
    "landing",
    "repo",
    "repowidget",
    "site",
    "syspage",
    "template",
]

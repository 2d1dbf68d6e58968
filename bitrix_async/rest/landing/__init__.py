"""The `landing` methods: sites, their pages and blocks."""

from bitrix_async.rest.landing import (
    block,
    demos,
    landing,
    repo,
    repowidget,
    role,
    site,
    syspage,
    template,
)
from bitrix_async.rest.landing._rights import Right
from bitrix_async.rest.landing._scope import Scope, SiteType

__all__ = [
    "Right",
    "Scope",
    "SiteType",
    "block",
    "demos",
    "landing",
    "repo",
    "repowidget",
    "role",
    "site",
    "syspage",
    "template",
]

"""The `landing` methods: sites, their pages and blocks."""

from bitrix_async.rest.landing import landing, site
from bitrix_async.rest.landing._scope import Scope, SiteType

__all__ = ["Scope", "SiteType", "landing", "site"]

"""The types of sites, and the scope in which a method sees them."""

from typing import Literal, TypeAlias

SiteType: TypeAlias = Literal["PAGE", "STORE", "SMN", "KNOWLEDGE", "GROUP", "MAINPAGE"]
"""What a site is: a site, a shop, a site of Site Management, a knowledge base, a
knowledge base of a group, the portal's main page."""

Scope: TypeAlias = Literal["KNOWLEDGE", "GROUP", "MAINPAGE"]
"""Which family of sites a method works on, not the REST scope of a webhook.

Without it only sites of the types PAGE, STORE and SMN are there. The other three types
need the scope of their own name, and with it a method sees nothing else. The wrong
scope looks like a page or site that does not exist: LANDING_NOT_EXIST, SITE_NOT_FOUND
or an empty list.

https://apidocs.bitrix24.com/api-reference/landing/types.html
"""

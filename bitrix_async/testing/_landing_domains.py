"""The domains of sites, and their codes, which are unique in a domain."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing._landing_codes import bare
from bitrix_async.testing._methods import PortalError

if TYPE_CHECKING:
    from bitrix_async.testing._landing_model import Landing, Site

_NAME: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+\Z")
_FORBIDDEN: Final = "bitrix"
_SHARED: Final = "1"


def check_domain(landing: Landing, given: Any, but: Site | None = None) -> None:
    """Refuses a domain that a site, but this one, cannot have."""
    domain = str(given)
    if domain.isdigit():
        ids = {_SHARED, *(site.domain_id for site in landing.sites.values())}
        if domain not in ids:
            raise PortalError("DOMAIN_NOT_FOUND", "There is no such domain")
        return
    if not _NAME.match(domain):
        raise PortalError("DOMAIN_IS_INCORRECT", "The domain is of a wrong form")
    if _FORBIDDEN in domain.partition(".")[0]:
        raise PortalError("DOMAIN_DISABLE", "The domain has a word that is not allowed")
    for site in landing.sites.values():
        if site is not but and site.domain == domain:
            code = "DOMAIN_EXIST_TRASH" if site.deleted else "DOMAIN_EXIST"
            raise PortalError(code, "Another site has the domain")
    if landing.domain_error:
        raise PortalError(landing.domain_error, "The domain was not registered")


def take_domain(landing: Landing, site: Site, given: Any) -> None:
    """Gives a site a domain that was checked: by its id, or a new one by its name."""
    domain = str(given)
    if domain.isdigit():
        site.domain_id = domain
    elif site.domain != domain:
        site.domain = domain
        # The first one is that which sites without their own share.
        site.domain_id = str(int(_SHARED) + landing.next_id("domain"))


def free_code(landing: Landing, site: Site, code: str) -> str:
    """The code, or one made of the title; with a number where another site has it."""
    code = code or bare(site.title) or "site"
    if code.isdigit():
        code = f"site{code}"
    taken = {
        other.code
        for other in landing.sites.values()
        if other is not site and other.domain_id == site.domain_id
    }
    names = (code if number == 1 else f"{code}{number}" for number in count(1))
    return next(name for name in names if name not in taken)

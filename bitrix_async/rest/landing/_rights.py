"""What a user may do with a site."""

from typing import Literal, TypeAlias

Right: TypeAlias = Literal["denied", "read", "edit", "sett", "public", "delete"]
"""No access whatever else is given; view; change pages; change settings; publish; move
to the trash and out of it.

https://apidocs.bitrix24.com/api-reference/landing/rights/extended-model/landing-site-set-rights.html
"""

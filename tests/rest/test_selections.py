"""Lists with `select`: any part of a row decodes, a whole one has what all have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_async import Session
from bitrix_async._convert import decode
from bitrix_async.errors import DecodeError
from bitrix_async.rest import landing
from bitrix_async.rest.landing.demos import SelectedRegisteredTemplate
from bitrix_async.rest.landing.landing import SelectedPage
from bitrix_async.rest.landing.repo import SelectedRepoBlock
from bitrix_async.rest.landing.repowidget import SelectedWidget
from bitrix_async.rest.landing.site import SelectedSite
from bitrix_async.rest.landing.template import SelectedTemplate
from bitrix_async.testing import MemoryTransport, Portal

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_async._call import Call

# The list, what a row of it is with `select`, and one field that is not its id.
LISTS: list[tuple[Callable[..., Call[Any]], type[Any], str]] = [
    (landing.landing.get_list, SelectedPage, "TITLE"),
    (landing.site.get_list, SelectedSite, "TITLE"),
    (landing.template.get_list, SelectedTemplate, "XML_ID"),
    (landing.repo.get_list, SelectedRepoBlock, "NAME"),
    (landing.repowidget.get_list, SelectedWidget, "NAME"),
    (landing.demos.get_list, SelectedRegisteredTemplate, "TITLE"),
]

# What comes with a row of the portal without being asked for.
ALWAYS: dict[type[Any], dict[str, Any]] = {
    SelectedPage: {"DOMAIN_ID": "5"},
    SelectedSite: {"ID": "5", "TYPE": "PAGE"},
    SelectedRepoBlock: {"MANIFEST": False},
    SelectedRegisteredTemplate: {"MANIFEST": False},
}

each_list = pytest.mark.parametrize(
    ("get_list", "kind", "field"),
    LISTS,
    ids=lambda part: getattr(part, "__module__", ""),
)


@each_list
def test_any_selection_decodes(
    get_list: Callable[..., Call[Any]], kind: type[Any], field: str
) -> None:
    """What was not asked for is None, the id too."""
    call = get_list(select=[field])
    row = {**ALWAYS.get(kind, {}), field: "Home"}

    (read,) = decode([row], call.returns, call=call)

    assert type(read) is kind
    assert getattr(read, field.lower()) == "Home"
    assert not read.extra


@each_list
def test_a_whole_row_without_its_id_is_refused(
    get_list: Callable[..., Call[Any]], kind: type[Any], field: str
) -> None:
    """Whoever selects nothing may count on an id, and on a row being a selected one."""
    call = get_list()
    (whole,) = call.returns.__args__

    assert issubclass(whole, kind)
    with pytest.raises(DecodeError, match=r"required field is missing @ result\[0\]"):
        decode([{field: "Home"}], call.returns, call=call)


async def test_the_portal_answers_only_what_was_selected() -> None:
    """Page by page of a walk over ids, where the id is not what is wanted, too."""
    portal = Portal(cost=0.0)
    portal.seed_pages(2)
    async with Session(portal.webhook, transport=MemoryTransport(portal)) as bx:
        (first, _) = await bx(landing.landing.get_list(select=["TITLE"]))
        (whole, _) = await bx(landing.landing.get_list())
        (site,) = await bx(landing.site.get_list(select=["CODE"]))
        (template, *_) = await bx(landing.template.get_list(select=["XML_ID"]))

    assert first == SelectedPage(title=whole.title, domain_id=whole.domain_id)
    assert whole.id == 1
    assert (site.id, site.type, site.title) == (1, "PAGE", None)
    assert (template.id, template.xml_id is None) == (None, False)

"""Not given, null, [], {}, "", 0 and false, where a method tells them apart.

Each row is a method with its documented meanings, and for each the call that has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_async.rest import landing
from bitrix_async.sansio.encoding import ALONE, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async import Call

blocks = landing.block
pages = landing.landing
roles = landing.role
sites = landing.site
special = landing.syspage
templates = landing.template

CALLS: list[dict[str, Call[Any]]] = [
    {
        "its own rights are cleared": sites.set_rights(1),
        "so they are": sites.set_rights(1, rights={}),
        "and so": sites.set_rights(1, rights=[]),
        "the user has none but to read": sites.set_rights(1, rights={"U3": []}),
        "those of site 0": sites.set_rights(0),
    },
    {
        "no area of the page has a page": templates.set_landing_ref(1),
        "so it is": templates.set_landing_ref(1, data={}),
        "the area 1 has none, and no other": templates.set_landing_ref(1, data={1: 0}),
    },
    {
        "no area of the site has a page": templates.set_site_ref(1),
        "so it is": templates.set_site_ref(1, data={}),
        "the area 1 has none, and no other": templates.set_site_ref(1, data={1: 0}),
    },
    {
        "the list of codes is cleared": roles.set_access_codes(1),
        "a list of none": roles.set_access_codes(1, codes=[]),
    },
    {
        "capabilities stay": roles.set_rights(1, {0: ["read"]}),
        "there are none": roles.set_rights(1, {0: ["read"]}, additional=[]),
        "nor rights": roles.set_rights(1, {}),
    },
    {
        "the site has no such page any more": special.set(1, "cart"),
        "it has one of the number 0": special.set(1, "cart", lid=0),
    },
    {
        "the attributes of a link go": blocks.update_nodes(1, 2, {".a": {"href": "/"}}),
        "so they do": blocks.update_nodes(1, 2, {".a": {"href": "/", "attrs": {}}}),
        "its text goes too": blocks.update_nodes(1, 2, {".a": {"text": ""}}),
        "no node is named": blocks.update_nodes(1, 2, {}),
    },
    {
        "inline styles stay": blocks.update_styles(1, 2, {".a": {"classList": ["b"]}}),
        "and these are merged": blocks.update_styles(
            1, 2, {".a": {"classList": ["b"], "style": {}}}
        ),
        "it has no classes": blocks.update_styles(1, 2, {".a": {"classList": []}}),
        "this is what they are": blocks.update_styles(1, 2, {".a": []}),
    },
    {
        "the card is of this HTML": blocks.add_card(1, 2, ".a@0", "<p>"),
        "it is a copy": blocks.add_card(1, 2, ".a@0", ""),
    },
    {
        "the block has this anchor": blocks.change_anchor(1, 2, "about"),
        "it has none of its own": blocks.change_anchor(1, 2, ""),
    },
    {
        "all sections": blocks.get_repository(),
        "none of this name": blocks.get_repository(section=""),
    },
    {
        "the folder moves to the root": sites.update_folder(1, 2, {"TITLE": "a"}),
        "so it does": sites.update_folder(1, 2, {"TITLE": "a", "PARENT_ID": 0}),
        "and so": sites.update_folder(1, 2, {"TITLE": "a", "PARENT_ID": None}),
        "and again": sites.update_folder(1, 2, {"TITLE": "a", "PARENT_ID": ""}),
        "it stays in 3": sites.update_folder(1, 2, {"TITLE": "a", "PARENT_ID": 3}),
    },
    {
        "folders from everywhere": sites.get_folders(1),
        "no condition": sites.get_folders(1, filter={}),
        "those at the top": sites.get_folders(1, filter={"PARENT_ID": 0}),
        "so selected": sites.get_folders(1, filter={"PARENT_ID": None}),
        "and so": sites.get_folders(1, filter={"PARENT_ID": ""}),
    },
    {
        "the address stays": pages.update(1, {"TITLE": "a"}),
        "it is refused": pages.update(1, {"TITLE": "a", "CODE": ""}),
        "the page goes to the root": pages.update(1, {"TITLE": "a", "FOLDER_ID": 0}),
        "a field is emptied": pages.update(1, {"ADDITIONAL_FIELDS": {"VIEW_TYPE": ""}}),
    },
    {
        "the code stays": sites.update(1, {"TITLE": "a"}),
        "it is made anew": sites.update(1, {"TITLE": "a", "CODE": ""}),
        "the domain stays": sites.update(1, {"TITLE": "a", "DOMAIN_ID": ""}),
    },
    {
        "the original's sections": pages.favorite_block(1, 2),
        "no overrides": pages.favorite_block(1, 2, meta={}),
        "no section": pages.favorite_block(1, 2, meta={"section": []}),
        "no picture": pages.favorite_block(1, 2, meta={"preview": 0}),
    },
    {
        "nothing is removed": pages.remove_entities(1, {}),
        "so it is": pages.remove_entities(1, {"blocks": [], "images": []}),
    },
    {
        "all fields": pages.get_list(),
        "a list of no fields": pages.get_list(select=[]),
        "no condition": pages.get_list(filter={}),
    },
    {
        "the trash": pages.mark_delete(1),
        "out of it": pages.mark_delete(1, mark=False),
    },
    {
        "all fields of the export": sites.full_export(1),
        "none disabled": sites.full_export(1, hooks_disable=[]),
        "no picture": sites.full_export(1, preview=""),
    },
]


@pytest.mark.parametrize(
    "meanings", CALLS, ids=lambda row: next(iter(row.values())).method
)
def test_each_documented_meaning_is_a_request_of_its_own(
    meanings: dict[str, Call[Any]],
) -> None:
    """No wrapper drops a null or an empty value, or sends one for another."""
    sent = [encode(call) for call in meanings.values()]
    requests = [(one.command, str(one.params)) for one in sent]

    assert len({one.method for one in sent}) == 1
    assert len(set(requests)) == len(requests)
    for one in sent:
        batched = one.command is not None
        assert batched is (one.method not in ALONE and _is_text(one.params))


def _is_text(params: Mapping[str, Any]) -> bool:
    """Whether a query has a form for all of it."""
    return all(map(_has_a_form, params.values()))


def _has_a_form(value: Any) -> bool:
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return bool(value) and all(map(_has_a_form, parts))
    return value is not None

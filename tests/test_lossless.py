"""Whatever parameters a call has, the portal reads what was meant, batched or not."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from trees import as_text, ordinary, params_of

from bitrix_async import Call, Session
from bitrix_async.sansio.encoding import encode
from bitrix_async.testing import MemoryTransport, Portal, run

Read = dict[int, Any]


def what_the_portal_read(calls: list[Call[Any]]) -> tuple[Portal, Read]:
    """Await all the calls at once; what arrived, by the call's number."""
    portal = Portal(cost=0.0)
    read: Read = {}

    def keep(_: object, params: Any) -> bool:
        number = int(params.pop("number"))
        assert number not in read, "a call ran twice"
        read[number] = params
        return True

    portal.on("keep", keep)

    async def main() -> None:
        transport = MemoryTransport(portal)
        async with Session(portal.webhook, transport=transport) as bx:
            await bx(Call("keep", {"number": -1}))
            assert all(await asyncio.gather(*map(bx, calls)))

    run(main)
    return portal, read


def numbered(trees: list[dict[str, Any]]) -> list[Call[Any]]:
    return [Call("keep", {**tree, "number": n}) for n, tree in enumerate(trees)]


@settings(max_examples=100, deadline=None)
@given(st.lists(params_of, min_size=2, max_size=6))
def test_any_parameters_arrive_as_they_were_meant(trees: list[dict[str, Any]]) -> None:
    """Scalars may arrive as text; nothing is lost, added, moved or expanded."""
    trees = [{k: v for k, v in tree.items() if k != "number"} for tree in trees]
    calls = numbered(trees)
    _, read = what_the_portal_read(calls)

    for number, tree in enumerate(trees):
        meant = {name: part for name, part in tree.items() if name != "start"}
        got = {name: part for name, part in read[number].items() if name != "start"}
        assert as_text(got) == as_text(as_php(meant))
        if encode(calls[number]).command is None:
            assert with_text_keys(got) == with_text_keys(as_php(meant))


def with_text_keys(value: Any) -> Any:
    """PHP makes integers of keys that look like them, and a list of 0, 1, 2."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        return {str(key): with_text_keys(part) for key, part in value.items()}
    return value


def as_php(value: Any) -> Any:
    """JSON as PHP keeps it: an empty map is an empty list, and the reverse."""
    if isinstance(value, dict):
        return {key: as_php(part) for key, part in value.items()} or []
    if isinstance(value, list):
        return [as_php(part) for part in value]
    return value


@settings(max_examples=10, deadline=None)
@given(st.lists(ordinary, min_size=10, max_size=40))
def test_ordinary_calls_travel_in_batches(trees: list[dict[str, Any]]) -> None:
    """At least half of them; in fact all."""
    portal, _ = what_the_portal_read(numbered(trees))
    batched = [entry for entry in portal.ledger if entry.via == "batch"]

    assert len(batched) >= len(trees) / 2


def test_user_text_is_not_mixed_with_another_calls_result() -> None:
    """The portal would put the first result into the second call's text."""
    texts = ["$result[c0]", "%24result[c0]", "x $RESULT[c0] y", "$next", "$error[c0]"]
    _, read = what_the_portal_read(numbered([{"text": text} for text in texts]))

    assert [read[n]["text"] for n in range(len(texts))] == texts
    assert json.dumps(read).count("$") == len(texts) - 1

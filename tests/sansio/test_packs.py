"""What a journal keeps of calls is read back as it was, or not at all."""

from __future__ import annotations

import pytest

from bitrix_async import Call
from bitrix_async.sansio import packs

ROWS: dict[str, packs.Given] = {
    "alike": packs.Given([Call("a.get", {"id": n}) for n in range(3)]),
    "of two methods": packs.Given([Call("a.get", {"id": 1}), Call("b.get")]),
    "with keys": packs.Given([Call("a.get"), Call("a.get")], ["k", "l"]),
    "told the same": packs.Given([Call("a.add", {"N": None}).once()] * 2),
    "told something": packs.Given(
        [Call("a.add").once().direct(), Call("a.list", items="rows")], ["k", "l"]
    ),
    "none": packs.Given([]),
}


@pytest.mark.parametrize("name", ROWS)
def test_calls_come_back(name: str) -> None:
    """With their keys, and with how they are to be sent."""
    given = ROWS[name]

    rows = packs.unpack_calls(packs.pack_calls(given))

    assert [*map(packs.call_of, rows)] == given.calls
    assert [row.key for row in rows] == (given.keys or [None] * len(given.calls))


@pytest.mark.parametrize(
    ("count", "size", "fitting"),
    [
        (256, 256 * 40, packs.GROUP),
        (256, 256 * 1_024, 1_024),
        (1_024, 1_024 * 16_384, 64),
        (2, 1 << 22, 1),
        (0, 5, 1),
    ],
)
def test_a_text_is_not_long(count: int, size: int, fitting: int) -> None:
    """Fewer calls make a group the longer they are, of a mebibyte or so."""
    assert packs.fitting(count, size) == fitting


def test_what_cannot_be_sent_has_no_parameters() -> None:
    """The others of its group are kept as they are."""
    given = packs.Given([Call("a.get", {"id": {1, 2}}), Call("a.get", {"id": 1})])

    rows = packs.unpack_calls(packs.pack_calls(given))

    assert [*map(packs.call_of, rows)] == [None, given.calls[1]]


def test_the_last_change_counts() -> None:
    """A call that was sent and then done is done; one without a change waits."""
    calls = packs.unpack_calls(packs.pack_calls(packs.Given([Call("m")] * 3)))
    text = packs.pack_changes([([0, 1], "sent", 5.0), ([1], "done", 6.0, 5.0, [7])])

    entries = packs.entries_of(10, 1.0, calls, packs.unpack_changes(text))

    found = [(one.position, one.state, one.result, one.sent_at) for one in entries]
    assert found == [
        (10, "sent", None, 5.0),
        (11, "done", 7, 5.0),
        (12, "waiting", None, None),
    ]


@pytest.mark.parametrize(
    "text",
    [
        b"[[[0, 1]",
        b'[[[0, 1], "done"]]',
        b'[[[0, 1], "done", 6.0, 5.0, [7]]]',  # whose is it?
        b'[[[0], "done", 6.0, 5.0, 7]]',
        b'[[[[0, 2]], "done", 6.0, 5.0, [7]]]',
        b'[[[[0, 9999999999]], "done", 6.0]]',  # more than any group has
    ],
)
def test_what_is_not_whole_is_broken(text: bytes) -> None:
    """No end of a call is dropped, and none is given to another."""
    with pytest.raises(packs.Broken):
        packs.unpack_changes(text)


@pytest.mark.parametrize("places", [[0], [3, 4, 5], [1, 0], [0, 2], [*range(1024)]])
def test_places_come_back(places: list[int]) -> None:
    """Those that follow each other are written as one run."""
    (change,) = packs.unpack_changes(packs.pack_changes([(places, "done", 1.0)]))

    assert [*change.places] == places


@pytest.mark.parametrize(
    "text",
    [
        b'["m"]',
        b'["m", [{}], ["a", "b"]]',
        b'[["m", "m"], [{}]]',
        b'["m", [{}], null, [{}, {}]]',
        b'["m", 1]',
        b"[1, [{}]]",
    ],
)
def test_a_group_that_is_not_whole_is_broken(text: bytes) -> None:
    """No call is taken for another."""
    with pytest.raises(packs.Broken):
        packs.unpack_calls(text)

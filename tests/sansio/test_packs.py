"""What a journal keeps of calls is read back as it was, or not at all."""

from __future__ import annotations

import pytest

from bitrix_async import Call
from bitrix_async.sansio import packs


def test_calls_come_back() -> None:
    """With their keys, and with how they are to be sent."""
    calls = [
        (None, Call("a.get", {"id": 1})),
        ("k", Call("a.add", {"fields": {"N": None}}).once().direct()),
    ]

    rows = packs.unpack_calls(packs.pack_calls(calls))

    assert [(packs.key_of(row), packs.call_of(row)) for row in rows] == calls


def test_the_last_change_counts() -> None:
    """A call that was sent and then done is done; one without a change waits."""
    calls = packs.unpack_calls(packs.pack_calls([(None, Call("m"))] * 3))
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
    ],
)
def test_what_is_not_whole_is_broken(text: bytes) -> None:
    """No end of a call is dropped, and none is given to another."""
    with pytest.raises(packs.Broken):
        packs.unpack_changes(text)

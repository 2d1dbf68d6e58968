"""What a test arranges on a portal, and what it may ask of it afterwards."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from asking import Asker

import bitrix_async.testing
from bitrix_async.testing import (
    Context,
    MemoryTransport,
    NoAnswer,
    Portal,
    PortalError,
    PortalRequest,
    Trouble,
)


def test_exports_are_sorted_and_there() -> None:
    """Every public name can be had, and they are listed in order."""
    names = bitrix_async.testing.__all__

    assert names == sorted(names)
    assert all(getattr(bitrix_async.testing, name) for name in names)
    with pytest.raises(AttributeError, match="no_such"):
        bitrix_async.testing.no_such  # noqa: B018


def test_the_plugin_imports_no_portal() -> None:
    """pytest loads the plugin in every run: the portal only when it is asked for."""
    code = (
        "import sys; import bitrix_async.testing.plugin; "
        "print([n for n in sys.modules if n.startswith('bitrix_async.testing.')])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert found.stdout.strip() == "['bitrix_async.testing.plugin']"


def test_fixtures(bitrix_portal: Portal, bitrix_transport: MemoryTransport) -> None:
    """A fresh portal, and a transport to the same one."""
    assert bitrix_transport.portal is bitrix_portal
    assert bitrix_portal.request_count == 0


def test_executed() -> None:
    """Runs are counted by method and parameters; failed ones are none."""
    ask = Asker()
    ask.portal.seed_pages(3)
    publication = "landing.landing.publication"
    ask.batch({"a": f"{publication}?lid=1", "b": f"{publication}?lid=9"})
    ask.result(publication, {"lid": 1})

    assert ask.portal.executed("Landing.Landing.Publication") == 2
    assert ask.portal.executed(publication, lid=1) == 2
    assert ask.portal.executed(publication, lid="1", scope="x") == 0
    assert ask.portal.executed(publication, lid=9) == 0
    ask.result("profile", {"on": True, "list": [1, {"a": 2.5}]})
    assert ask.portal.executed("profile", on="1", list=["1", {"a": "2.5"}]) == 1
    assert [entry.error for entry in ask.portal.ledger.of(publication, lid=9)] == [
        "LANDING_NOT_EXIST"
    ]
    assert [entry.params for entry in ask.portal.ledger.of(publication, lid=1)] == [
        {"lid": "1"},
        {"lid": 1},
    ]


def test_counting_only() -> None:
    """Without the entries, counts remain, and memory does not grow."""
    ask = Asker(Portal(keep=False))
    for _ in range(3):
        ask.result("user.current")

    assert ask.portal.executed("user.current") == 3
    assert (len(ask.portal.ledger), ask.portal.requests) == (0, [])
    assert ask.portal.request_count == 3
    with pytest.raises(LookupError):
        ask.portal.executed("user.current", x=1)


def test_methods_of_ones_own() -> None:
    """Registered methods answer, in any case of letters; known ones are replaced."""
    ask = Asker()

    @ask.portal.method("crm.foo.bar")
    def bar(context: Context, params: Any) -> Any:
        if not params:
            raise PortalError("EMPTY", "nothing given", status=422, argument="x")
        return [context.caller.user, params]

    ask.portal.on("user.current", lambda _, __: "me")

    assert ask.result("Crm.Foo.Bar", {"a": [1]}) == [1, {"a": [1]}]
    assert ask.ask("crm.foo.bar") == {
        "error": "EMPTY",
        "error_description": "nothing given",
        "argument": "x",
    }
    assert ask.result("user.current") == "me"


def test_secrets_are_not_printed() -> None:
    """The portal does not print its webhook."""
    portal = Portal(code="very0secret")

    assert "very0secret" not in repr(portal)
    assert portal.webhook == "https://portal.example/rest/1/very0secret/"


@pytest.mark.parametrize(
    ("rule", "hit"),
    [
        ({}, [0]),
        ({"times": 2}, [0, 1]),
        ({"times": None}, [0, 1, 2, 3]),
        ({"skip": 2}, [2]),
        ({"method": "Echo"}, [0]),
        ({"method": "other"}, []),
        ({"where": {"n": "2"}}, [2]),
        ({"where": {"n": 1}, "times": None}, [1]),
    ],
)
def test_which_calls_a_trouble_hits(rule: dict[str, Any], hit: list[int]) -> None:
    """By number, method and parameters; as a request or inside a batch."""
    direct, batched = Asker(), Asker()
    for ask in (direct, batched):
        ask.portal.on("echo", lambda _, params: params)
        ask.portal.trouble("fault", **rule)
    codes = [direct.code("echo", {"n": n}) for n in range(4)]
    rows = batched.batch({f"c{n}": f"echo?n={n}" for n in range(4)})

    assert [place for place, code in enumerate(codes) if code] == hit
    assert [f"c{place}" for place in hit] == list(rows["result_error"] or [])


def test_troubles_of_requests_look_into_batches() -> None:
    """A batch with a command of the method is a request of it."""
    ask = Asker()
    ask.portal.trouble("page", method="server.time")

    assert ask.batch(["user.current"])["result"]
    answer = ask.post(ask.portal.webhook_path + "batch", {"cmd": ["server.time"]})
    assert answer.status == 502
    assert len(ask.portal.troubles) == 0


def test_missing_rows() -> None:
    """The command ran, and its key is in no collection."""
    ask = Asker()
    ask.portal.trouble("missing", method="server.time")
    rows = ask.batch({"a": "server.time", "b": "user.current"})

    assert [list(rows[name]) for name in ("result", "result_error", "result_time")] == [
        ["b"],
        [],
        ["b"],
    ]
    assert ask.portal.executed("server.time") == 1


def test_troubles_can_be_looked_at_and_cleared() -> None:
    """What is still to come is there to see."""
    portal = Portal()
    portal.trouble("reset", times=3)

    assert list(portal.troubles) == [Trouble("reset", times=3)]
    portal.troubles.clear()
    assert len(portal.troubles) == 0


def test_no_answer_is_an_exception_of_the_portal() -> None:
    """Without a door a trouble of the connection is raised."""
    portal = Portal()
    portal.trouble("cut")
    with pytest.raises(NoAnswer, match="cut") as caught:
        portal.handle(PortalRequest("POST", portal.webhook_path + "user.current"), 0)

    assert caught.value.part is not None
    assert portal.requests[0].status is None
    assert portal.executed("user.current") == 1


def test_scaled_troubles() -> None:
    """What a slow portal adds is scaled with the rest of its time."""
    portal = Portal(scale=0.01, cost=0.0)
    portal.trouble("slow", seconds=30)
    request = PortalRequest("POST", portal.webhook_path + "user.current")

    assert portal.handle(request, 0)[1] == pytest.approx(0.3)

"""A portal that answers by another name, and redirects that are something else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, field

from bitrix_async import AiohttpTransport, BadAnswer, Call, OAuth, Session, Tokens
from bitrix_async.hooks import PortalRenamed, TokenRefreshed
from bitrix_async.testing import MemoryTransport, Portal
from bitrix_async.testing.http import serve
from bitrix_async.testing.memory import EPOCH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_async import Answer, Post
    from bitrix_async.hooks import Event


@define
class Watch:
    """Takes note of what passes on its way to a portal in memory."""

    door: MemoryTransport
    posts: list[Post] = field(factory=list)

    async def post(self, post: Post) -> Answer:
        self.posts.append(post)
        return await self.door.post(post)

    async def aclose(self) -> None:
        await self.door.aclose()

    @property
    def hosts(self) -> list[str]:
        return [post.url.split("/")[2] for post in self.posts]


@pytest.fixture
def watch() -> Watch:
    portal = Portal(cost=0.0)
    portal.on("echo", lambda _, params: params)
    return Watch(MemoryTransport(portal))


def renamed(events: list[Event]) -> list[tuple[str, str]]:
    return [
        (one.old_host, one.new_host) for one in events if isinstance(one, PortalRenamed)
    ]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_renamed_portal_is_followed(watch: Watch, status: int) -> None:
    """The same POST at the new name, once; a hook is told; then there directly."""
    portal = watch.door.portal
    portal.trouble("rename", times=None, host="new.example", status=status)
    events: list[Event] = []
    async with Session(portal.webhook, transport=watch, hooks=[events.append]) as bx:
        for number in range(3):
            assert await bx(Call("echo", {"n": number}).once()) == {"n": number}
        assert "new.example" in repr(bx)

    assert watch.hosts == ["portal.example", *["new.example"] * 3]
    assert watch.posts[0].body == watch.posts[1].body
    assert renamed(events) == [("portal.example", "new.example")]
    assert portal.executed("echo") == 3


async def test_many_requests_meet_the_old_name_at_once(watch: Watch) -> None:
    """Each goes on by itself, each call runs once, and one event is told."""
    portal = watch.door.portal
    portal.trouble("rename", times=None, host="new.example")
    events: list[Event] = []
    async with Session(portal.webhook, transport=watch, hooks=[events.append]) as bx:
        calls = [Call("echo", {"n": n}).direct() for n in range(10)]
        await asyncio.gather(*map(bx, calls))

    assert watch.hosts.count("portal.example") == 10
    assert renamed(events) == [("portal.example", "new.example")]
    assert portal.executed("echo") == 10


async def test_a_portal_is_followed_twice_at_the_most(watch: Watch) -> None:
    """A third name in turn is an error; where it has stopped by then, it is none."""
    portal = watch.door.portal
    for name in ("b.example", "c.example"):
        portal.trouble("rename", host=name)
    async with Session(portal.webhook, transport=watch) as bx:
        await bx(Call("echo"))
        assert watch.hosts == ["portal.example", "b.example", "c.example"]
        for name in ("d.example", "e.example", "f.example"):
            portal.trouble("rename", host=name)
        with pytest.raises(BadAnswer, match="more than 2 times"):
            await bx(Call("echo").once())

    assert portal.executed("echo") == 1


ELSEWHERE: list[Mapping[str, Any]] = [
    {"location": "http://new.example/rest/1/local0portal0code/echo"},
    {"location": "https://evil.example/"},
    {"location": "https://evil.example/?code=local0portal0code"},
    {"location": "/rest/1/local0portal0code/echo"},
    {"location": ""},
    {"host": "new.example", "status": 303},
]


@pytest.mark.parametrize("rule", ELSEWHERE, ids=str)
async def test_nothing_else_is_followed(watch: Watch, rule: dict[str, Any]) -> None:
    """No request leaves for where it leads, and no secret is in the error."""
    portal = watch.door.portal
    portal.trouble("rename", **rule)
    async with Session(portal.webhook, transport=watch) as bx:
        with pytest.raises(BadAnswer, match="leads") as caught:
            await bx(Call("echo").once())

    assert watch.hosts == ["portal.example"]
    assert portal.code not in str(caught.value)


async def test_an_application_goes_on_with_its_token(watch: Watch) -> None:
    """And what it refreshes afterwards is of the portal under the name it is told."""
    portal = watch.door.portal
    pair = portal.oauth.install("app", "secret", now=EPOCH)
    tokens = Tokens(*pair, f"https://{portal.host}/rest/")
    portal.trouble("rename", times=None, host="new.example")
    events: list[Event] = []
    auth = OAuth("app", "secret", tokens)
    async with Session(auth, transport=watch, hooks=[events.append]) as bx:
        await bx(Call("echo"))
        assert watch.hosts == ["portal.example", "new.example"]
        portal.host = "new.example"
        portal.oauth.expire()
        await bx(Call("echo"))

    assert watch.hosts[2:] == ["new.example", "oauth.bitrix.info", "new.example"]
    assert [one for one in events if isinstance(one, TokenRefreshed)] == [
        TokenRefreshed("new.example")
    ]
    kept = await auth.store.load()
    assert kept is not None
    assert kept.host == "new.example"


def test_real_sockets_know_the_same() -> None:
    """A local portal may be renamed to another port; and tokens are renewed there."""

    async def main() -> None:
        old, new = Portal(cost=0.0), Portal(cost=0.0)
        async with serve(old) as _old, serve(new) as address:
            host = address.split("/")[2]
            old.trouble("rename", times=None, host=host, status=307)
            endpoint = _old.partition("/rest/")[0] + "/rest/"
            pair = new.oauth.install("app", "secret")  # it ended in 1970
            auth = OAuth(
                "app",
                "secret",
                Tokens(*pair, endpoint, server_endpoint=f"http://{host}"),
            )
            async with Session(auth) as bx:
                await bx(Call("user.current"))
                assert host in repr(bx)
            async with Session(_old) as bx:
                await bx(Call("user.current"))
        assert new.oauth.refreshed == 1
        assert new.executed("user.current") == 2
        assert old.executed("user.current") == 0

    asyncio.run(main())


def test_real_redirects_to_other_places_are_not_followed() -> None:
    """The other server sees no request at all."""

    async def main() -> None:
        portal, other = Portal(), Portal()
        async with serve(portal) as address, serve(other) as elsewhere:
            portal.trouble("rename", times=None, location=elsewhere)
            transport = AiohttpTransport()
            async with Session(address, transport=transport) as bx:
                with pytest.raises(BadAnswer, match="not followed"):
                    await bx(Call("user.current").once())
            await transport.aclose()
        assert other.request_count == 0

    asyncio.run(main())

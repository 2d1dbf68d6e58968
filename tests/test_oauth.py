"""Applications: tokens that expire are renewed, unseen by those who await calls."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, evolve, field

from bitrix_async import (
    AuthFault,
    BadAnswer,
    Call,
    FileStore,
    MemoryStore,
    MethodUnknown,
    NotSent,
    OAuth,
    Session,
    SessionClosed,
    Tokens,
    Unanswered,
)
from bitrix_async.sansio.retries import ATTEMPTS
from bitrix_async.testing import MemoryTransport, Portal
from bitrix_async.testing.memory import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from bitrix_async import Answer, Post

REFRESH = "oauth/token"
SERVER = "https://oauth.bitrix.info/oauth/token/"


def now() -> float:
    return asyncio.get_running_loop().time()


def installed(portal: Portal, **fields: Any) -> Tokens:
    """The first pair of an application, as its installation gave it."""
    pair = portal.oauth.install("app", "client-secret", now=EPOCH)
    expires = EPOCH + portal.oauth.lifetime
    return Tokens(
        *pair, f"https://{portal.host}/rest/", **{"expires": expires} | fields
    )


def app(tokens: Tokens | None, **options: Any) -> OAuth:
    return OAuth("app", "client-secret", tokens, **options)


@define
class Watch:
    """Takes note of what passes on its way to a portal in memory."""

    portal: Portal
    posts: list[Post] = field(factory=list)
    door: MemoryTransport = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.door = MemoryTransport(self.portal)

    async def post(self, post: Post) -> Answer:
        self.posts.append(post)
        return await self.door.post(post)

    async def aclose(self) -> None:
        await self.door.aclose()

    @property
    def refreshes(self) -> int:
        return sum(post.url == SERVER for post in self.posts)


def session(auth: OAuth, watch: Watch, **options: Any) -> Session:
    return Session(auth, transport=watch, **options)


@pytest.fixture
def watch() -> Watch:
    portal = Portal(cost=0.0)
    portal.on("echo", lambda _, params: params)
    return Watch(portal)


async def test_the_token_travels_in_a_header(watch: Watch) -> None:
    """Nothing in the address is secret, and the portal knows who calls."""
    async with session(app(installed(watch.portal)), watch) as bx:
        assert await bx(Call("echo", {"n": 1})) == {"n": 1}

    (post,) = watch.posts
    assert post.url == "https://portal.example/rest/echo"
    assert post.headers["Authorization"] == "Bearer access-1"
    assert b"access-1" not in post.body


async def test_a_thousand_calls_that_meet_an_expired_token(watch: Watch) -> None:
    """One refresh; each call runs once and gets its own answer; nobody sees it."""
    portal = watch.portal
    tokens = installed(portal)
    portal.oauth.expire()
    async with session(app(tokens), watch) as bx:
        calls = [Call("echo", {"n": n}).once() for n in range(1000)]
        results = await asyncio.gather(*map(bx, calls))

    assert results == [{"n": str(n)} for n in range(1000)]
    assert portal.executed("echo") == 1000
    assert watch.refreshes == portal.oauth.refreshed == 1


async def test_refused_calls_keep_their_place(watch: Watch) -> None:
    """First come, first served, though the first were refused once."""
    tokens = installed(watch.portal)
    watch.portal.oauth.expire()
    async with session(app(tokens), watch, connections=1) as bx:
        calls = [Call("echo", {"n": n}) for n in range(120)]
        await asyncio.gather(*map(bx, calls))

    ran = [int(entry.params["n"]) for entry in watch.portal.ledger]
    assert ran == [*range(120)]


async def test_a_refusal_is_no_attempt(watch: Watch) -> None:
    """A call that was refused for its token has all its attempts before it."""
    tokens = installed(watch.portal)
    watch.portal.oauth.expire()
    watch.portal.trouble("reset", times=ATTEMPTS - 1, method="echo", skip=1)
    async with session(app(tokens), watch) as bx:
        assert await bx(Call("echo", {"n": 1}).repeatable()) == {"n": 1}


async def test_an_explicit_batch_goes_again_whole(watch: Watch) -> None:
    """With its references, in one request, once."""
    tokens = installed(watch.portal)
    watch.portal.oauth.expire()
    first = Call("echo", {"n": 1})
    async with session(app(tokens), watch) as bx:
        assert await bx.batch(first, Call("echo", {"of": first.result["n"]})) == (
            {"n": "1"},
            {"of": "1"},
        )

    assert [post.url.rpartition("/")[2] for post in watch.posts] == [
        "batch",
        "",
        "batch",
    ]
    assert watch.portal.executed("echo") == 2


async def test_a_call_cancelled_meanwhile_does_not_leave(watch: Watch) -> None:
    """It was not run, and nobody waits for it."""
    tokens = installed(watch.portal)
    watch.portal.oauth.expire()
    async with session(app(tokens), watch) as bx:
        waiting = [bx(Call("echo", {"n": n}).direct()) for n in range(2)]
        await asyncio.sleep(0.15)  # refused, and the refresh is under way
        waiting[0].cancel()
        assert await waiting[1] == {"n": 1}

    assert watch.portal.executed("echo") == 1


async def test_a_new_pair_is_stored_before_it_is_used(watch: Watch) -> None:
    """And the refresh token of the pair before is not used again."""

    class Slow(MemoryStore):
        async def save(self, tokens: Tokens) -> None:
            await asyncio.sleep(2.0)
            await super().save(tokens)
            stored.append(now())

    stored: list[float] = []
    tokens = installed(watch.portal)
    store = Slow()
    async with session(app(tokens, store=store), watch) as bx:
        for _ in range(2):
            watch.portal.oauth.expire()
            await bx(Call("echo"))
            assert now() == pytest.approx(stored[-1] + 0.1)
            await asyncio.sleep(61)

    kept = await store.load()
    assert kept is not None
    assert kept.refresh_token.reveal() == "refresh-3"
    assert watch.portal.oauth.refreshed == 2


async def test_what_the_answer_says_is_kept(watch: Watch) -> None:
    """The portal's address from `client_endpoint`, never from `domain`."""
    tokens = installed(watch.portal)
    store = MemoryStore()
    watch.portal.oauth.expire()
    async with session(app(tokens, store=store), watch) as bx:
        await bx(Call("echo"))

    kept = await store.load()
    assert kept is not None
    assert kept.client_endpoint == "https://portal.example/rest/"
    assert kept.server_endpoint == "https://oauth.bitrix.info/rest/"
    assert kept.member_id == "0" * 32


async def test_a_token_is_renewed_before_it_ends(watch: Watch) -> None:
    """Once its time is known no call meets its end; idle, nothing is asked."""
    tokens = installed(watch.portal)
    watch.portal.oauth.expire()
    async with session(app(tokens), watch) as bx:
        await bx(Call("echo"))
        for _ in range(3):
            await asyncio.sleep(3545)
            await bx(Call("echo"))

    assert watch.refreshes == 4
    assert [post.url for post in watch.posts if post.url != SERVER] == (
        ["https://portal.example/rest/echo"] * 5
    )


async def test_an_early_renewal_that_fails_harms_nobody(watch: Watch) -> None:
    """The token is still good: calls leave with it."""
    tokens = installed(watch.portal)
    watch.portal.oauth.expire()
    async with session(app(tokens), watch) as bx:
        await bx(Call("echo"))
        await asyncio.sleep(3545)
        watch.portal.trouble("error", method=REFRESH, code="wrong_client", status=200)
        await bx(Call("echo"))
        await asyncio.sleep(100)
        await bx(Call("echo"))

    assert watch.refreshes == 3


REFUSALS: list[tuple[dict[str, Any], type[Exception], str, int]] = [
    ({"kind": "error", "code": "wrong_client", "status": 200}, AuthFault, "wrong_", 1),
    ({"kind": "error", "code": "invalid_client"}, AuthFault, "invalid_client", 1),
    ({"kind": "error", "code": "invalid_grant"}, AuthFault, "invalid_grant", 1),
    (
        {"kind": "error", "code": "PAYMENT_REQUIRED", "status": 401},
        AuthFault,
        "PAYMENT_REQUIRED",
        1,
    ),
    ({"kind": "page", "status": 502}, NotSent, "HTTP status 502", 3),
    ({"kind": "page", "status": 200, "body": b"{}"}, NotSent, "none in the", 3),
    ({"kind": "error", "status": 503}, NotSent, "HTTP status 503", 3),
    ({"kind": "refused"}, NotSent, "refused", 3),
    ({"kind": "reset"}, NotSent, "lost", 3),
    ({"kind": "rename", "location": "https://evil.example/"}, NotSent, "302", 3),
]


@pytest.mark.parametrize(("trouble", "kind", "text", "asked"), REFUSALS)
async def test_a_failing_refresh_fails_who_waits_and_nobody_else(
    watch: Watch, trouble: dict[str, Any], kind: type[Exception], text: str, asked: int
) -> None:
    """All get one clear error, soon; the next call tries anew and passes."""
    tokens = installed(watch.portal)
    watch.portal.oauth.expire()
    rule: dict[str, Any] = {"times": asked, "method": REFRESH} | trouble
    watch.portal.trouble(rule.pop("kind"), **rule)
    async with session(app(tokens), watch) as bx:
        calls = [bx(Call("echo", {"n": n})) for n in range(100)]
        errors = await asyncio.gather(*calls, return_exceptions=True)
        assert now() < 10
        assert watch.refreshes == asked
        assert await bx(Call("echo", {"n": "next"})) == {"n": "next"}

    assert {type(error) for error in errors} == {kind}
    assert all(text in str(error) for error in errors)
    assert watch.portal.executed("echo") == 1


async def test_an_explicit_batch_is_told_once(watch: Watch) -> None:
    """None of it ran: each of its calls has the error of the refresh."""
    tokens = installed(watch.portal)
    watch.portal.oauth.expire()
    watch.portal.trouble("error", method=REFRESH, code="invalid_client")
    async with session(app(tokens), watch) as bx:
        calls = [Call("echo", {"n": n}) for n in range(3)]
        errors = await bx.batch(*calls, return_exceptions=True)

    assert [type(error) for error in errors] == [AuthFault] * 3
    assert [error.call for error in errors] == calls
    assert watch.refreshes == 1
    assert not watch.portal.executed("echo")


async def test_a_call_that_may_have_run_before_stays_in_doubt(watch: Watch) -> None:
    """No answer came to it, then its token ended, then there was no other: unknown."""
    portal = watch.portal
    portal.on("item.update", lambda *_: True)
    portal.trouble("reset", method="item.update", runs=True)
    portal.trouble("expired", method="item.update")
    portal.trouble("error", method=REFRESH, code="invalid_client")
    async with session(app(installed(portal)), watch) as bx:
        with pytest.raises(Unanswered) as caught:
            await bx(Call("item.update"))

    assert isinstance(caught.value.__cause__, AuthFault)
    assert portal.executed("item.update") == 1


async def test_a_job_survives_a_refresh_that_passes(watch: Watch) -> None:
    """A gateway's page in place of the new tokens is asked past."""
    tokens = installed(watch.portal)
    watch.portal.oauth.expire()
    watch.portal.trouble("page", times=2, method=REFRESH)
    async with session(app(tokens), watch) as bx:
        jobs = [
            one async for one in bx.stream(Call("echo", {"n": n}) for n in range(9))
        ]

    assert all(outcome.ok for outcome in jobs)
    assert watch.refreshes == 3


async def test_an_answer_that_got_lost_took_the_refresh_token(watch: Watch) -> None:
    """The server has given the next pair to nobody: it says so, and so do we."""
    tokens = installed(watch.portal)
    watch.portal.oauth.expire()
    watch.portal.trouble("reset", method=REFRESH, runs=True)
    async with session(app(tokens), watch) as bx:
        with pytest.raises(AuthFault, match="the next pair was lost on its way") as e:
            await bx(Call("echo"))
    assert e.value.code == "invalid_grant"


async def test_a_removed_application_is_final(watch: Watch) -> None:
    """No refresh without end; also where it is the refresh that says so."""
    portal = watch.portal
    tokens = installed(portal)
    portal.oauth.uninstall("app")
    async with session(app(tokens), watch) as bx:
        with pytest.raises(AuthFault, match="APPLICATION_NOT_FOUND"):
            await bx(Call("echo"))
        assert watch.refreshes == 0
        portal.trouble("expired")
        with pytest.raises(AuthFault, match="NOT_INSTALLED"):
            await bx(Call("echo"))
        assert watch.refreshes == 1


async def test_a_token_refused_just_after_its_refresh_is_final(watch: Watch) -> None:
    """One refresh a minute at the most, for however many calls; then one more."""
    tokens = installed(watch.portal)
    watch.portal.trouble("expired", times=None)
    async with session(app(tokens), watch) as bx:
        jobs = [
            one async for one in bx.stream(Call("echo", {"n": n}) for n in range(200))
        ]
        assert {type(one.error) for one in jobs} == {AuthFault}
        assert watch.refreshes == 1
        await asyncio.sleep(60)
        watch.portal.troubles.clear()
        watch.portal.oauth.expire()
        await bx(Call("echo"))
        assert watch.refreshes == 2


async def test_one_method_that_always_says_expired_ends(watch: Watch) -> None:
    """Though others show that the token is good, and the waits are long."""
    tokens = installed(watch.portal)
    watch.portal.trouble("expired", times=None, method="echo")
    async with session(app(tokens), watch) as bx:
        with pytest.raises(AuthFault, match="expired_token"):
            await bx(Call("echo"))
        await bx(Call("user.current"))


async def test_a_late_refusal_of_the_old_token_asks_for_nothing(watch: Watch) -> None:
    """A slow request that left with the pair before goes again without a refresh."""
    tokens = installed(watch.portal)
    watch.portal.oauth.expire()
    watch.portal.trouble("slow", seconds=5, method="user.current")
    async with session(app(tokens), watch) as bx:
        slow = bx(Call("user.current").direct())
        await bx(Call("echo").direct())
        await slow

    assert watch.refreshes == 1


async def test_two_sessions_share_a_store(watch: Watch) -> None:
    """Who comes second takes the pair of the first: a refresh token is good once."""
    tokens = installed(watch.portal)
    auth = app(tokens)
    async with session(auth, watch) as one, session(auth, watch) as two:
        for call in (one, two):
            await call(Call("echo"))
        watch.portal.oauth.expire()
        for call in (one, two, one):
            await call(Call("echo"))

    assert watch.portal.oauth.refreshed == watch.refreshes == 1


async def test_two_sessions_refresh_at_the_same_time(watch: Watch) -> None:
    """Of one process: one asks, the other waits and takes the pair from the store."""
    auth = app(installed(watch.portal))
    async with session(auth, watch) as one, session(auth, watch) as two:
        await asyncio.gather(*(call(Call("echo")) for call in (one, two)))
        watch.portal.oauth.expire()
        await asyncio.gather(*(call(Call("echo")) for call in (one, two)))

    assert watch.portal.oauth.refreshed == watch.refreshes == 1


async def test_one_file_by_two_stores(watch: Watch, tmp_path: Path) -> None:
    """The same, where each session has a store of its own on it."""
    tokens = installed(watch.portal)
    stores = [FileStore(tmp_path / "tokens.json") for _ in range(2)]
    async with (
        session(app(tokens, store=stores[0]), watch) as one,
        session(app(tokens, store=stores[1]), watch) as two,
    ):
        await asyncio.gather(*(call(Call("echo")) for call in (one, two)))
        watch.portal.oauth.expire()
        await asyncio.gather(*(call(Call("echo")) for call in (one, two)))

    assert watch.portal.oauth.refreshed == watch.refreshes == 1


async def test_who_waits_for_another_session_renews_where_that_fails(
    watch: Watch,
) -> None:
    """A failing refresh fails those of its own session alone."""
    auth = app(installed(watch.portal))
    watch.portal.oauth.expire()
    watch.portal.trouble("error", method=REFRESH, code="invalid_client")
    async with session(auth, watch) as one, session(auth, watch) as two:
        came = await asyncio.gather(
            *(call(Call("echo")) for call in (one, two)), return_exceptions=True
        )

    assert isinstance(came[0], AuthFault)
    assert came[1] == []
    assert watch.refreshes == 2


class Elsewhere:
    """The store of another process: what is kept is the same, and nothing else."""

    def __init__(self, kept: MemoryStore) -> None:
        self.load, self.save = kept.load, kept.save


async def test_two_processes_refresh_at_the_same_time(watch: Watch) -> None:
    """Who was late is refused, and finds the other's pair in the store."""
    tokens, kept = installed(watch.portal), MemoryStore()
    async with (
        session(app(tokens, store=Elsewhere(kept)), watch) as one,
        session(app(tokens, store=Elsewhere(kept)), watch) as two,
    ):
        await asyncio.gather(*(call(Call("echo")) for call in (one, two)))
        watch.portal.oauth.expire()
        await asyncio.gather(*(call(Call("echo")) for call in (one, two)))

    assert watch.refreshes == 2
    assert watch.portal.oauth.refreshed == 1


DENIED = {
    "error": {
        "code": "BITRIX_REST_V3_EXCEPTION_ACCESSDENIEDEXCEPTION",
        "message": "Access denied",
    }
}


@pytest.mark.parametrize("count", [1, 5], ids=["alone", "batch"])
@pytest.mark.parametrize("times", [1, None], ids=["once", "always"])
async def test_the_401_of_version_3(
    watch: Watch, count: int, times: int | None
) -> None:
    """It has one code for all: tokens are renewed once, and then it is believed."""
    body = json.dumps(DENIED).encode()
    tokens = installed(watch.portal)
    watch.portal.trouble("page", status=401, body=body, times=times, method="echo")
    async with session(app(tokens), watch) as bx:
        waiting = [bx(Call("echo", {"n": n}).once()) for n in range(count)]
        came = await asyncio.gather(*waiting, return_exceptions=True)

    assert watch.refreshes == 1
    if times is None:
        assert {type(one) for one in came} == {AuthFault}
        assert all("ACCESSDENIED" in str(one) for one in came)
    else:
        assert [int(one["n"]) for one in came] == [*range(count)]  # type: ignore[index]
    assert watch.portal.executed("echo") == (0 if times is None else count)


async def test_the_401_of_the_portal_itself(watch: Watch) -> None:
    """Asked at its address of version 3, with a token that has expired."""
    portal = watch.portal
    portal.seed_tasks(10)
    endpoint = f"https://{portal.host}/rest/api/"
    tokens = evolve(installed(portal), client_endpoint=endpoint)
    portal.oauth.expire()
    async with session(app(tokens), watch) as bx:
        with pytest.raises(MethodUnknown):  # the new pair is of version 2
            await bx(Call("tasks.task.get", {"id": 1, "select": ["id"]}))

    assert [post.url for post in watch.posts] == [
        "https://portal.example/rest/api/tasks.task.get",
        SERVER,
        "https://portal.example/rest/tasks.task.get",
    ]


async def test_tokens_may_come_from_the_store_alone(watch: Watch) -> None:
    """As after a restart; which portal it is is known from then on."""
    store = MemoryStore()
    await store.save(installed(watch.portal))
    async with session(app(None, store=store), watch) as bx:
        assert "its store knows" in repr(bx)
        await bx(Call("echo"))
        assert "portal.example" in repr(bx)


async def test_a_later_pair_of_the_store_goes_before_what_was_given(
    watch: Watch,
) -> None:
    """As after a restart with the first pair in the configuration."""
    first = installed(watch.portal)
    store = MemoryStore()
    for stored, given, used in (
        (installed(watch.portal, expires=EPOCH + 3700), first, "access-2"),
        (first, installed(watch.portal, expires=EPOCH + 3700), "access-3"),
    ):
        await store.save(stored)
        async with session(app(given, store=store), watch) as bx:
            await bx(Call("echo"))
        assert watch.posts[-1].headers["Authorization"] == f"Bearer {used}"
        watch.door = MemoryTransport(watch.portal)


async def test_no_tokens_at_all(watch: Watch) -> None:
    """Said at once, without a request."""
    async with session(app(None), watch) as bx:
        with pytest.raises(NotSent, match="there are no tokens"):
            await bx(Call("echo"))
    assert watch.posts == []


async def test_a_store_of_another_portal_is_refused(watch: Watch) -> None:
    """Writes would go to the wrong portal."""
    store = MemoryStore()
    await store.save(installed(watch.portal, member_id="one"))
    async with session(
        app(installed(watch.portal, member_id="two"), store=store), watch
    ) as bx:
        with pytest.raises(NotSent, match="another portal"):
            await bx(Call("echo"))
    assert watch.posts == []


class Failing(MemoryStore):
    """Fails as often as it is told, with a secret in what it raises."""

    def __init__(self, *fails: str) -> None:
        super().__init__()
        self.fails = [*fails]

    def fail(self, what: str) -> None:
        if what in self.fails:
            self.fails.remove(what)
            raise OSError("cannot write access-2 and refresh-2")

    async def load(self) -> Tokens | None:
        self.fail("load")
        return await super().load()

    async def save(self, tokens: Tokens) -> None:
        self.fail("save")
        await super().save(tokens)


@pytest.mark.parametrize("what", ["load", "save"])
async def test_a_store_that_fails(watch: Watch, what: str) -> None:
    """Who waits is told its kind and no secret; the new pair is not lost with it."""
    store = Failing(what)
    tokens = installed(watch.portal)
    watch.portal.oauth.expire()
    async with session(app(tokens, store=store), watch) as bx:
        with pytest.raises(NotSent, match=r"failed \(OSError\)") as caught:
            await bx(Call("echo"))
        assert "access-2" not in str(caught.value)
        assert caught.value.__cause__ is None
        await bx(Call("echo"))

    assert watch.portal.oauth.refreshed == 1
    kept = await store.load()
    assert kept is not None
    assert kept.refresh_token.reveal() == "refresh-2"


async def test_a_transport_that_fails_in_a_refresh(watch: Watch) -> None:
    """A bug of somebody's transport fails who waits, and hangs nobody."""

    class Broken(Watch):
        async def post(self, post: Post) -> Answer:
            if post.url == SERVER:
                raise ZeroDivisionError
            return await super().post(post)

    tokens = installed(watch.portal)
    watch.portal.oauth.expire()
    async with session(app(tokens), Broken(watch.portal)) as bx:
        with pytest.raises(NotSent, match="ZeroDivisionError"):
            await bx(Call("echo"))


async def test_closing_waits_for_the_pair_that_is_on_its_way(watch: Watch) -> None:
    """The old one is used up: whoever waits is told, and the new one is stored."""
    tokens = installed(watch.portal)
    store = MemoryStore()
    watch.portal.oauth.expire()
    bx = session(app(tokens, store=store), watch)
    waiting = bx(Call("echo"))
    await asyncio.sleep(0.16)
    assert watch.portal.oauth.refreshed == 1
    await bx.aclose()

    with pytest.raises(SessionClosed):
        await waiting
    kept = await store.load()
    assert kept is not None
    assert kept.refresh_token.reveal() == "refresh-2"


async def test_closing_does_not_wait_for_ever(watch: Watch) -> None:
    """A server that is silent holds the closing up for five seconds."""
    tokens = installed(watch.portal)
    watch.portal.oauth.expire()
    watch.portal.trouble("silence", method=REFRESH)
    bx = session(app(tokens), watch)
    waiting = bx(Call("echo"))
    await asyncio.sleep(0.16)
    began = now()
    await bx.aclose()

    assert now() - began == pytest.approx(5.0)
    with pytest.raises(SessionClosed):
        await waiting


async def test_calls_may_be_given_up_while_they_wait_for_tokens(watch: Watch) -> None:
    """`within` holds here too: it was not run."""
    tokens = installed(watch.portal)
    watch.portal.oauth.expire()
    watch.portal.trouble("silence", method=REFRESH)
    async with session(app(tokens), watch) as bx:
        with pytest.raises(NotSent):
            await bx(Call("echo").within(3))
        assert now() == pytest.approx(3)


async def test_a_webhook_has_nothing_to_renew(watch: Watch) -> None:
    """The portal's word is the error."""
    watch.portal.trouble("expired")
    async with Session(watch.portal.webhook, transport=watch) as bx:
        with pytest.raises(AuthFault, match="expired_token"):
            await bx(Call("echo"))
    assert watch.refreshes == 0


SECRETS = ("client-secret", "access-1", "access-2", "refresh-1", "refresh-2")


async def test_no_secret_is_seen(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in what is printed of anything, nor in what servers echo, nor in the log."""
    caplog.set_level(logging.DEBUG)
    portal = watch.portal
    auth = app(installed(portal))
    portal.oauth.expire()
    seen: list[Any] = [auth, auth.tokens]
    async with session(auth, watch) as bx:
        await bx(Call("echo"))
        seen += [bx, bx.stats(), *watch.posts]
        portal.trouble("error", code="X", description="access-2 access-1")
        echoed = await asyncio.gather(bx(Call("echo")), return_exceptions=True)
        portal.oauth.expire()
        await asyncio.sleep(61)
        portal.trouble(
            "error", method=REFRESH, description="client-secret refresh-2", code="no"
        )
        refused = await asyncio.gather(bx(Call("echo")), return_exceptions=True)
        seen += echoed + refused
    texts: Iterable[str] = [*map(str, seen), *map(repr, seen), caplog.text]

    assert "***" in str(echoed[0])
    assert "***" in str(refused[0])
    for secret in SECRETS:
        assert not any(secret in text for text in texts), secret


async def test_a_pair_that_cannot_be_used_says_so(watch: Watch) -> None:
    """An answer of another kind to a call is what it always was."""
    portal = watch.portal
    portal.trouble("page", status=200, body=b"<html>", method="echo")
    portal.trouble("reset", method="user.add")
    async with session(app(installed(portal)), watch) as bx:
        with pytest.raises(BadAnswer):
            await bx(Call("echo").once())
        with pytest.raises(Unanswered):
            await bx(Call("user.add"))
    assert watch.refreshes == 0

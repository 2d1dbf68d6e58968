"""The local portal: the server side of Bitrix24's REST API, as a state machine.

It has no clock, no sockets and no chance of its own: the time is handed in, costs are
drawn from a seeded `random.Random`. Two doors lead to it: `MemoryTransport` (virtual
time) and `serve` of `bitrix_async.testing.http` (real sockets).

    portal = Portal(seed=1, costs={"landing.landing.publication": 0.5})
    portal.seed_pages(100)
    portal.trouble("reset", method="landing.landing.add", runs=True)

    @portal.method("crm.foo.bar")
    def bar(context, params):
        raise PortalError("NOT_FOUND", "no such foo")

    ...
    assert portal.executed("landing.landing.publication", lid=351) == 1
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

from bitrix_async.testing import _basic, _catalog, _crm, _landing, _oauth, _v2, _v3
from bitrix_async.testing._answers import Clock, TimeForm, page
from bitrix_async.testing._auth import Keys
from bitrix_async.testing._costs import COSTS, DEFAULT, drawn
from bitrix_async.testing._faults import Kind, NoAnswer, Trouble, Troubles, end
from bitrix_async.testing._ledger import Ledger, RequestEntry
from bitrix_async.testing._limits import (
    Bucket,
    Operating,
    PortalLimits,
    Reporting,
    Tab,
)
from bitrix_async.testing._metering import Meter
from bitrix_async.testing._methods import Handler, Methods
from bitrix_async.testing._records import Records
from bitrix_async.testing._requests import PortalRequest, find_route, read_params
from bitrix_async.testing._serving import Begin, Visit, Work, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bitrix_async._transport import Answer
    from bitrix_async.testing._landing_model import Page, Site

_BEGIN: Final[Mapping[int, Begin]] = {2: _v2.begin, 3: _v3.begin}

_CODE: Final = "local0portal0code"


class Portal:
    """One portal with its data, limits and troubles.

    Args:
        seed: of the portal's chance: costs and the tails of duplicate codes.
        limits: what it allows; those of the cloud by default.
        scale: how much shorter all of its times are: at 0.01 ten minutes pass in six
            seconds. Limits and costs are given in nominal seconds and scaled by this;
            what the portal reports is scaled, whole seconds included.
        costs: mean seconds of methods, in place of the documentation's examples.
        cost: what a method takes that `costs` does not name; None: the examples.
        counting: seconds for each row of a list that says its total, beside its cost:
            2.09e-5 in the documentation's example, none for `start=-1`.
        cost_cv: coefficient of variation of costs, which are lognormal.
        reporting: where `operating` is reported; see `Reporting`.
        time_form: the generation of the `time` block; see `TimeForm`.
        forbidden_in_batch: methods refused in a batch, beside batch, upload, download.
        keep: whether the ledger keeps its entries or only counts.
        host: the portal's name in `webhook`.
        user: whose the webhook is.
        code: the webhook's secret.
        utc_offset: of the portal's time zone, in hours.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        limits: PortalLimits | None = None,
        scale: float = 1.0,
        costs: Mapping[str, float] | None = None,
        cost: float | None = None,
        counting: float = 0.0,
        cost_cv: float = 0.0,
        reporting: Reporting = "command",
        time_form: TimeForm = "integers",
        forbidden_in_batch: Iterable[str] = (),
        keep: bool = True,
        host: str = "portal.example",
        user: int = 1,
        code: str = _CODE,
        utc_offset: float = 3.0,
    ) -> None:
        self.random = Random(seed)  # noqa: S311 # chance for tests, not for secrets
        self.scale = scale
        self.limits = (limits or PortalLimits()).scaled(scale)
        self.clock = Clock(timedelta(hours=utc_offset), time_form, scale)
        self.bucket = Bucket(self.limits)
        self.meter = Meter(Operating(self.limits), self.clock, reporting)
        self.forbidden_in_batch = frozenset(map(str.lower, forbidden_in_batch))
        self.host: str = host
        self.user = user
        self.code = code
        self.keys = Keys({(user, code)})
        self.troubles = Troubles()
        self.ledger = Ledger(keep)
        self.requests: list[RequestEntry] = []
        self.request_count = 0
        self.refused: Counter[str] = Counter()
        self._costs = _by_lower_name(costs, cost)
        self._cost = DEFAULT if cost is None else cost
        self._cost_cv = cost_cv
        self.counting = counting * scale
        self._make_data()

    def _make_data(self) -> None:
        self.landing = _landing.Landing()
        self.crm = _crm.Crm()
        self.catalog = _catalog.Catalog()
        self.tasks = Records()
        self.oauth = _oauth.make(self.keys, self.scale)
        self.methods = Methods()
        for module in (_basic, _catalog, _crm, _landing):
            self.methods.update(module.METHODS)

    # -- what a client needs to know

    @property
    def webhook(self) -> str:
        """The URL that a session is given; holds the secret code."""
        return f"https://{self.host}{self.webhook_path}"

    @property
    def webhook_path(self) -> str:
        """Where its webhook is at whatever host serves it: a secret."""
        return f"/rest/{self.user}/{self.code}/"

    # -- serving

    def run(self, request: PortalRequest, now: float) -> Work[Answer]:
        """Serves a request that arrives now, as a generator of work.

        It yields the seconds of work until its next step and is to be resumed with
        the time that it is then (`work.send(now)`, never earlier than that); its
        value is the answer. The first yield is always 0: the request has passed the
        rate limit and waits for a worker. Raises `NoAnswer` where a trouble says so.

        Times are unix seconds by the portal's clock.
        """
        self.request_count += 1
        if request.path == _oauth.PATH:
            return self._refresh(request, now)
        route = find_route(request.path)
        begin = _BEGIN.get(route.version) if route else None
        if route is None or begin is None:
            return _nowhere()
        visit = Visit(
            portal=self,
            request=request,
            route=route,
            params=read_params(request),
            number=self.request_count,
            tab=Tab(self.limits),
        )
        return serve(visit, begin, now)

    def handle(self, request: PortalRequest, now: float) -> tuple[Answer, float]:
        """Serves a request in one go: the answer, and the seconds that it took."""
        work = self.run(request, now)
        at = now
        try:
            seconds = next(work)
            while True:
                at += seconds
                seconds = work.send(at)
        except StopIteration as ended:
            return ended.value, at - now

    def _refresh(self, request: PortalRequest, now: float) -> Work[Answer]:
        trouble = self.troubles.of_refresh(read_params(request))
        if trouble is not None and trouble.kind == "refused":
            raise NoAnswer("refused")
        yield 0.0
        if trouble is None:
            return self.oauth.refresh(request, self.host, now)
        if trouble.kind == "slow":
            now = yield trouble.seconds * self.scale
        ran = self.oauth.refresh(request, self.host, now) if trouble.works else None
        return end(trouble, request, ran)

    def trouble_of(self, visit: Visit) -> Trouble | None:
        """The trouble that a request runs into, if any."""
        host = visit.request.headers.get("host", "")
        return self.troubles.of_request(lambda: _v2.asked(visit), host)

    def cost(self, method: str) -> float:
        """How long one call of a method takes, drawn anew for each."""
        mean = self._costs.get(method, self._cost)
        return drawn(mean * self.scale, self._cost_cv, self.random)

    def record(self, entry: RequestEntry) -> None:
        """Keep what came of a request."""
        if self.ledger.keep:
            self.requests.append(entry)

    # -- what a test arranges

    def on(self, name: str, handler: Handler) -> None:
        """Adds a method, or puts another in place of one."""
        self.methods.add(name, handler)

    def method(self, name: str) -> Callable[[Handler], Handler]:
        """The same as a decorator."""

        def add(handler: Handler) -> Handler:
            self.on(name, handler)
            return handler

        return add

    def trouble(self, kind: Kind, **rule: Any) -> None:
        """Adds a trouble: `portal.trouble("reset", times=2)`; see `Trouble`."""
        self.troubles.add(Trouble(kind, **rule))

    def spend(
        self, method: str, seconds: float, now: float, *, client: str | None = None
    ) -> None:
        """Another process of the same client has used a method's operating time.

        `client` is that of the webhook by default; `seconds` are not scaled.
        """
        client = client or f"webhook:{self.code}"
        self.meter.operating.charge(client, method.lower(), seconds, now)

    def fill_bucket(self, now: float) -> None:
        """Others have used all requests that the bucket holds."""
        self.bucket.fill(now)

    def seed_items(self, count: int, *, entity_type_id: int = 2, gap: int = 7) -> None:
        """So many CRM items (deals by default); ids that `gap` divides are missing.

        They are computed when they are read: a million costs nothing.
        """
        self.crm.seed(entity_type_id, count, gap=gap)

    def seed_tasks(self, count: int, *, gap: int = 7) -> None:
        """So many tasks, for v3."""
        self.tasks = Records.holding(count, gap)

    def seed_pages(
        self, count: int, *, blocks: int = 0, published: bool = False
    ) -> Site:
        """Makes a site with that many pages, each with so many blocks."""
        return _landing.seed(self.landing, count, blocks=blocks, published=published)

    # -- what a test asks

    @property
    def pages(self) -> dict[int, Page]:
        """The pages by id, those in the trash too."""
        return self.landing.pages

    @property
    def sites(self) -> dict[int, Site]:
        """The sites by id, those in the trash too."""
        return self.landing.sites

    def executed(self, method: str, /, **params: object) -> int:
        """How often a method ran with success, with at least these parameters."""
        if not params:
            return self.ledger.counts[method.lower()]
        return sum(entry.ok for entry in self.ledger.of(method, **params))

    def __repr__(self) -> str:
        return (
            f"<Portal {self.host}: {self.request_count} requests, "
            f"{self.ledger.counts.total()} calls>"
        )


def _by_lower_name(
    costs: Mapping[str, float] | None, cost: float | None
) -> dict[str, float]:
    known = dict(COSTS) if cost is None else {}
    return known | {name.lower(): mean for name, mean in (costs or {}).items()}


def _nowhere() -> Work[Answer]:
    """No path of REST: the web server's own page."""
    yield 0.0
    return page(404)

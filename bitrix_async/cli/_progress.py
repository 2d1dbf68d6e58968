"""Work while it goes on: what is known of it at a moment, and how that is shown.

All that is shown of the portal's limits is in the portal's own seconds, so that a
portal whose time is scaled looks like any other. The time that passes is real.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen
from rich.text import Text

from bitrix_async.report.words import clock, duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from bitrix_async import MethodStats, Progress, Stats

# What `Stats.waits_for` and `Stats.waited` name, for people.
WAITS: Final = {
    "answers": "answers",
    "rate": "the limit of requests",
    "operating": "the operating limit",
    "retry": "a retry",
    "tokens": "a new token",
    "portal": "the portal, which does not answer",
}

# Of bars, in columns.
_WIDE: Final = 60
_NARROW: Final = 20
# Of the names of rows.
_NAMES: Final = 10
# Calls in a second, below which a fraction is told.
_SLOW: Final = 10
# Commands in a full batch: protocol.md 2.1.
_FULL: Final = 50


@frozen
class Counts:
    """Calls: in all, those that ended, and those of them that failed.

    Args:
        total: all that are known of.
        ended: of all runs of the job.
        failed: those of them that are not done.
        rate: how many end in a second lately; None: as many as since the begin.
        seconds_left: until all have ended, where that can be told.
        waits_for: what for, where somebody knows better than the session.
    """

    total: int
    ended: int
    failed: int = 0
    rate: float | None = None
    seconds_left: float | None = None
    waits_for: str | None = None

    @classmethod
    def of(cls, progress: Progress) -> Counts:
        """Of a job with a journal."""
        ended = progress.ended
        return cls(
            ended + progress.waiting,
            ended,
            progress.refused + progress.unknown,
            progress.rate,
            progress.seconds_left,
            "portal" if progress.waits_for == "portal" else None,
        )


@frozen
class Moment:
    """Some work at a moment.

    Args:
        title: what is done, as "Publishing".
        counts: how far it is.
        seconds: since it began.
        stats: what the session did for it.
        scale: how long a second of the portal lasts.
        at: when it is, in unix seconds.
    """

    title: str
    counts: Counts
    seconds: float
    stats: Stats
    scale: float = 1.0
    at: float = 0.0

    @property
    def busiest(self) -> tuple[str, MethodStats] | None:
        """The method that has used most of its operating limit, if any is known."""
        known = [(_share(one), name, one) for name, one in self.stats.methods.items()]
        share, name, one = max(known, key=lambda row: row[:2], default=(0.0, "", None))
        return (name, one) if one is not None and share else None


def _share(one: MethodStats) -> float:
    return (one.operating or 0.0) / one.limit if one.limit else 0.0


def since(before: Stats, now: Stats) -> Stats:
    """What was counted after `before`, of the methods that worked; the state of now."""
    waited = {
        cause: seconds - before.waited.get(cause, 0.0)
        for cause, seconds in now.waited.items()
    }
    return evolve(
        now,
        requests=now.requests - before.requests,
        batches=now.batches - before.batches,
        sent=now.sent - before.sent,
        refused=now.refused - before.refused,
        waited=waited,
        methods={
            name: one
            for name, one in now.methods.items()
            if _worked(before.methods.get(name), one)
        },
    )


def _worked(before: MethodStats | None, now: MethodStats) -> bool:
    return (
        before is None
        or now.done + now.failed > before.done + before.failed
        or (now.operating or 0.0) > (before.operating or 0.0)
        or now.parked_for > 0
    )


def line(moment: Moment) -> str:
    """One line, for where there is no terminal."""
    counts = moment.counts
    parts = [
        f"{moment.title}: {counts.ended:,} of {counts.total:,}",
        f"{counts.failed:,} failed",
        speed(moment),
        f"{moment.stats.requests:,} requests",
    ]
    if left := time_left(moment):
        parts.append(left)
    if waits := waits_for(moment):
        parts.append(f"waits for {waits}")
    return f"{clock(moment.at, seconds=True)} {', '.join(parts)}"


def speed(moment: Moment) -> str:
    """How fast it goes."""
    rate = moment.counts.rate
    if rate is None:
        rate = moment.counts.ended / moment.seconds if moment.seconds else 0.0
    return f"{rate:,.{1 if rate < _SLOW else 0}f} a second"


def time_left(moment: Moment) -> str:
    """How long it will go on, where that is known."""
    seconds = moment.counts.seconds_left
    return f"{duration(seconds)} left" if seconds else ""


def waits_for(moment: Moment) -> str:
    """What is waited for; empty where nothing is."""
    cause = moment.counts.waits_for or moment.stats.waits_for
    what = WAITS.get(cause, cause)
    held = [(one.parked_for, name) for name, one in moment.stats.methods.items()]
    seconds, name = min((one for one in held if one[0]), default=(0.0, ""))
    if cause == "operating" and seconds:
        return f"{what} until {clock(moment.at + seconds, seconds=True)}, {name}"
    return what


def dashboard(moment: Moment) -> RenderableType:
    """Some lines that are drawn again and again."""
    return _Dashboard(moment)


@frozen
class _Dashboard:
    """Lines of which none is longer than the screen: it could not be drawn over."""

    moment: Moment

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        whole, ascii_only = options.max_width, options.ascii_only
        counts = self.moment.counts
        yield _cut(_headline(self.moment), options)
        yield _bar(counts.ended, counts.total, min(_WIDE, whole), ascii_only=ascii_only)
        width = min(_NARROW, whole // 4)
        for name, share, text in _rows(self.moment):
            bar = Text(" " * width)
            if share is not None:
                bar = _bar(*share, width, ascii_only=ascii_only)
            # Not a table, which squeezes its first column where the last is long.
            yield _cut(Text(f"{name:<{_NAMES}}  ") + bar + f"  {text}", options)


def _cut(text: Text, options: ConsoleOptions) -> Text:
    """What there is room for; the end says where it is not all."""
    # rich's own ellipsis is no ASCII, and would be written as six characters.
    more = "..." if options.ascii_only else "…"
    text.no_wrap = True
    if text.cell_len > options.max_width:
        text.truncate(max(0, options.max_width - len(more)), overflow="crop")
        text.append(more[: options.max_width])
    return text


def _bar(part: float, whole: float, width: int, *, ascii_only: bool) -> Text:
    """How much of it is used; it can be read without colours, and in ASCII.

    rich's own `ProgressBar` has no empty part where there are no colours.
    """
    share = min(1.0, part / whole) if whole else 0.0
    full = round(width * share)
    used, free = "#-" if ascii_only else "━─"
    return Text.assemble((used * full, "green"), (free * (width - full), "dim"))


def _headline(moment: Moment) -> Text:
    failed = f"  {moment.counts.failed:,} failed" if moment.counts.failed else ""
    return Text.assemble(
        (moment.title, "bold"),
        f"  {moment.counts.ended:,} of {moment.counts.total:,}",
        (failed, "red"),
        (f"  {speed(moment)}", "cyan"),
        f"  {left}" if (left := time_left(moment)) else "",
        (f"  {moment.seconds:,.1f} s", "dim"),
    )


def _rows(moment: Moment) -> Iterator[tuple[str, tuple[float, float] | None, str]]:
    stats = moment.stats
    yield "requests", None, f"{stats.requests:,} sent, {stats.in_flight} under way"
    yield (
        "batches",
        (stats.calls_per_request, _FULL),
        f"{stats.calls_per_request:,.1f} calls for a request, of {_FULL}",
    )
    yield (
        "rate limit",
        (stats.level, stats.burst),
        f"{stats.level:,.0f} of {stats.burst:,.0f} requests at once",
    )
    yield _operating(moment)
    yield "waits for", None, waits_for(moment) or "nothing"


def _operating(moment: Moment) -> tuple[str, tuple[float, float], str]:
    if moment.busiest is None:
        return "operating", (0, 1), "not reported yet"
    name, one = moment.busiest
    used, limit = one.operating or 0.0, one.limit or 0.0
    text = f"{used / moment.scale:,.0f} of {limit / moment.scale:,.0f} s, {name}"
    return "operating", (used, limit), text

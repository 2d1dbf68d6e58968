"""Charts: SVG that is stretched to its place, with its texts beside it as HTML.

So shapes take any width, and letters keep their size on a phone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from bitrix_async.report._axes import ceiling, time_marks
from bitrix_async.report._html import tag
from bitrix_async.report.words import duration, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo
    from xml.etree.ElementTree import Element

    from bitrix_async.report._facts import Bin, Method, Report
    from bitrix_async.report._html import Node

# The space that shapes are drawn in, whatever its size on a screen.
_WIDE: Final = 1000.0
_HIGH: Final = 100.0
# Commands in a full batch: protocol.md 2.1.
FULL: Final = 50
# Of a bin, how much its bar is wide.
_BAR: Final = 0.82
# Of the operating limit, so that its name has a place above it.
_ROOM: Final = 1.2


@frozen
class Frame:
    """The time that all charts of a page share."""

    began: float
    seconds: float
    zone: tzinfo | None

    @classmethod
    def of(cls, report: Report, zone: tzinfo | None) -> Frame:
        """Whole bins, so that the last one is as wide as the others."""
        return cls(report.began, max(1, len(report.bins)) * report.step, zone)

    def x(self, when: float) -> float:
        """Where a moment is."""
        return _WIDE * min(1.0, max(0.0, (when - self.began) / self.seconds))

    def marks(self) -> Element:
        """The axis of time; the text is for the eye, tables have the times too."""
        marks = time_marks(self.began, self.began + self.seconds, self.zone)
        return tag(
            "div",
            (
                tag("span", text, style=f"left:{self.x(when) / 10:.2f}%")
                for when, text in marks
            ),
            class_="times",
            aria_hidden="true",
        )


def speed(frame: Frame, bins: Sequence[Bin], step: float) -> Element:
    """Calls in a second, as bars; what failed is on top."""
    most = max((one.done + one.missed) / step for one in bins)
    top = ceiling(most)

    def drawn() -> Iterator[Element]:
        for one in bins:
            done, missed = one.done / step, one.missed / step
            x, width = frame.x(one.began), _WIDE * step / frame.seconds
            yield from _bar(x, width, 0, done / top, "done")
            yield from _bar(x, width, done / top, missed / top, "failed")

    label = f"Calls ended in a second, over time: {number(most)} at the most."
    marks = [(0.0, ""), (0.5, ""), (1.0, number(top))]
    return _plot(frame, label, drawn(), marks)


def operating(frame: Frame, method: Method) -> Element:
    """What a method has used, below its limit; shaded where it was parked."""
    top = _ROOM * max(method.limit, method.most)

    def drawn() -> Iterator[Element]:
        for since, until in method.parked:
            left, right = frame.x(since), frame.x(until)
            yield _rect(left, max(1.0, right - left), 0, 1, "parked")
        for run in method.runs:
            yield from _line((frame.x(at), 1 - used / top) for at, used in run)
        y = f"{_HIGH * (1 - method.limit / top):.2f}"
        yield tag("line", x1=0, x2=_WIDE, y1=y, y2=y, class_="limit")

    label = (
        f"Operating time of {method.name}: {number(method.most)} s at the most, of "
        f"{number(method.limit)} s; parked for {duration(method.held)}."
    )
    marks = [(0.0, ""), (method.limit / top, f"limit {number(method.limit)} s")]
    return _plot(frame, label, drawn(), marks)


def _line(points: Iterable[tuple[float, float]]) -> Iterator[Element]:
    """Through points whose height is a share of the whole, from above."""
    drawn = [(f"{x:.1f}", f"{x:.1f} {_HIGH * y:.2f}") for x, y in points]
    if drawn:
        line = " L".join(point for _, point in drawn)
        area = f"M{drawn[0][0]} {_HIGH} L{line} L{drawn[-1][0]} {_HIGH}Z"
        yield tag("path", d=area, class_="area")
        yield tag("path", d=f"M{line}", class_="line")


def fullness(frame: Frame, bins: Sequence[Bin], step: float) -> Element:
    """Calls in a request, as bars below what a batch holds."""

    def drawn() -> Iterator[Element]:
        width = _WIDE * step / frame.seconds
        for one in bins:
            if one.requests:
                share = min(1.0, one.commands / one.requests / FULL)
                yield from _bar(frame.x(one.began), width, 0, share, "done")

    label = f"Calls in a request, over time; a full one has {FULL}."
    return _plot(frame, label, drawn(), [(0.0, ""), (0.5, ""), (1.0, str(FULL))])


def waits(frame: Frame, bins: Sequence[Bin], step: float, order: list[str]) -> Element:
    """What was waited for, as shares of each bin."""

    def drawn() -> Iterator[Element]:
        for one in bins:
            x, width, height = frame.x(one.began), _WIDE * step / frame.seconds, 0.0
            for cause in order:
                share = one.waits.get(cause, 0.0) / step
                # No gaps: it is read as one strip.
                yield from _bar(x, width, height, share, f"w-{cause}", 1.02)
                height += share

    return _plot(frame, "What was waited for, over time.", drawn(), [], "strip")


def _plot(
    frame: Frame,
    label: str,
    shapes: Iterable[Element],
    marks: Iterable[tuple[float, str]],
    kind: str = "plot",
) -> Element:
    lines: list[Node] = []
    texts: list[Node] = []
    for share, text in marks:
        y = f"{_HIGH * (1 - share):.2f}"
        lines.append(tag("line", x1=0, x2=_WIDE, y1=y, y2=y, class_="grid"))
        if text:
            texts.append(tag("span", text, style=f"bottom:{100 * share:.2f}%"))
    drawing = tag(
        "svg", lines, shapes, role="img", aria_label=label,
        viewBox=f"0 0 {_WIDE:g} {_HIGH:g}", preserveAspectRatio="none",
    )  # fmt: skip
    beside = tag("div", texts, class_="values", aria_hidden="true")
    return tag("div", tag("div", drawing, beside, class_=kind), frame.marks())


def _bar(
    x: float, width: float, low: float, high: float, kind: str, part: float = _BAR
) -> Iterator[Element]:
    if high > 0:
        yield _rect(x + width * max(0.0, 1 - part) / 2, width * part, low, high, kind)


def _rect(x: float, width: float, low: float, high: float, kind: str) -> Element:
    return tag(
        "rect",
        x=f"{x:.2f}",
        y=f"{_HIGH * (1 - low - high):.2f}",
        width=f"{width:.2f}",
        height=f"{_HIGH * high:.2f}",
        class_=kind,
    )

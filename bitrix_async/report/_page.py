"""The page: one HTML text that needs nothing else, not even a script."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from bitrix_async._version import __version__
from bitrix_async.report._carried import carried
from bitrix_async.report._charts import Frame
from bitrix_async.report._failed import failures, unknown
from bitrix_async.report._html import document, tag
from bitrix_async.report._times import over_time, whole_time
from bitrix_async.report.words import clock, day, duration, offset, percent

if TYPE_CHECKING:
    from datetime import tzinfo
    from xml.etree.ElementTree import Element

    from bitrix_async.report._facts import Report

# Nothing is loaded and nothing runs, whatever texts the page holds.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"

_GO_ON: Final = (
    "The job was stopped. With the same journal (--resume) it goes on where it was, "
    "and what is known to be done is not sent again."
)
_GIVEN_AGAIN: Final = (
    "The job was stopped before all of its calls were in the journal. With the same "
    "journal (--resume), and all of its calls given again, it goes on where it was, "
    "and what is known to be done is not sent again."
)
# A job of fewer seconds may begin and end within one minute.
_SHORT: Final = 120


def page(report: Report, *, zone: tzinfo | None = None) -> str:
    """The report as one HTML document.

    Args:
        report: what to tell.
        zone: of the times; the machine's where it is None.
    """
    frame = Frame.of(report, zone)
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{_verdict(report)} · {report.title or report.journal}"),
        tag("style", files(__package__).joinpath("page.css").read_text("utf-8")),
    )
    main = tag(
        "main",
        _header(report, zone),
        failures(report),
        unknown(report),
        whole_time(report, frame),
        over_time(report, frame),
        carried(report, frame),
        _footer(report, zone),
    )
    return document(tag("html", head, tag("body", main), lang="en"))


def _verdict(report: Report) -> str:
    totals = report.totals
    whole = totals.known if totals.all is None else totals.all
    if report.running:
        return f"{totals.done:,} of {whole:,} calls done so far"
    if totals.done == whole and totals.all is not None:
        return f"All {whole:,} calls are done" if whole else "There was nothing to do"
    if _is_stopped(report):
        return f"Stopped with {totals.done:,} of {whole:,} calls done"
    return f"{totals.done:,} of {whole:,} calls are done"


def _header(report: Report, zone: tzinfo | None) -> Element:
    return tag(
        "header",
        tag("p", report.portal, class_="over"),
        tag("h1", _verdict(report)),
        tag("p", tag("code", report.title or report.journal), class_="what"),
        tag(
            "p",
            f"{_when(report, zone)} · ",
            tag("span", duration(report.seconds), class_="whole"),
            class_="when",
        ),
        _shares(report),
        _figures(report),
        tag("p", _hint(report), class_="hint") if _is_stopped(report) else None,
    )


def _hint(report: Report) -> str:
    return _GIVEN_AGAIN if report.totals.all is None else _GO_ON


def _when(report: Report, zone: tzinfo | None) -> str:
    first, last = day(report.began, zone), day(report.ended, zone)
    is_short = report.seconds < _SHORT
    began, ended = (
        clock(when, zone, seconds=is_short) for when in (report.began, report.ended)
    )
    return f"{first}, {began} to {ended if first == last else f'{last}, {ended}'}"


def _is_stopped(report: Report) -> bool:
    totals = report.totals
    return not report.running and (totals.all is None or totals.waiting > 0)


def _parts(report: Report) -> list[tuple[str, str, int]]:
    totals = report.totals
    return [
        ("done", "Done", totals.done),
        ("failed", "Failed", totals.refused),
        ("unknown", "Unknown", totals.unknown),
        ("left", "Left", totals.waiting),
    ]


def _shares(report: Report) -> Element:
    return tag(
        "div",
        (
            tag("span", class_=kind, style=f"flex-grow:{value}")
            for kind, _, value in _parts(report)
            if value
        ),
        class_="shares",
        aria_hidden="true",
    )


def _figures(report: Report) -> Element:
    parts = _parts(report)
    whole = sum(value for _, _, value in parts)
    return tag(
        "dl",
        (
            tag(
                "div",
                tag("dt", name),
                tag("dd", f"{value:,}", class_="big"),
                tag("dd", percent(value, whole)),
                class_=f"figure {kind}" if value else f"figure {kind} none",
            )
            for kind, name, value in parts
        ),
        class_="figures",
    )


def _footer(report: Report, zone: tzinfo | None) -> Element:
    written = clock(report.written, zone, seconds=True)
    return tag(
        "footer",
        "Read from the journal ",
        tag("code", report.journal),
        f" on {day(report.written, zone)} at {written}, by bitrix-async {__version__}. "
        f"Times are of the zone {offset(report.written, zone)}.",
    )

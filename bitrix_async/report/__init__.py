"""What became of a job, for people: a value, and one page that tells it.

    with Journal.open("pages.journal") as journal:
        told = report(journal)
    Path("report.html").write_text(page(told), "utf-8")

The page needs nothing beside itself: no network, no script. It can be made while the
job runs. Whatever portals and callers have written is text in it, and what is secret by
its name or its form is not there.
"""

from __future__ import annotations

from bitrix_async.report._facts import (
    Bin,
    Failure,
    Kind,
    Method,
    Missed,
    Report,
    Requests,
    Totals,
)
from bitrix_async.report._gather import report
from bitrix_async.report._page import page

__all__ = [
    "Bin",
    "Failure",
    "Kind",
    "Method",
    "Missed",
    "Report",
    "Requests",
    "Totals",
    "page",
    "report",
]

"""What became of a job, for people: a value, and one page that tells it."""

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

"""What became of a job, for people: a value, and one page that tells it."""

from __future__ import annotations

from bitrix_async.report._facts import (
    Bin,
    Failure,
    Method,
    Missed,
    Report,
    Requests,
    Totals,
)
from bitrix_async.report._page import page

__all__ = [
    "Bin",
    "Failure",
    "Method",
    "Missed",
    "Report",
    "Requests",
    "Totals",
    "page",
]

"""An async client for the Bitrix24 REST API.

A `Session` turns calls that many tasks await into as few, as safe and as early
requests as the portal's limits allow, and gives each caller its own typed result.
"""

from __future__ import annotations

from bitrix_async._call import Arg, Call, Outcome, Ref, Reply, Time
from bitrix_async._oauth import OAuth
from bitrix_async._run import HowToRun
from bitrix_async._session import Session
from bitrix_async._stores import FileStore, MemoryStore, TokenStore
from bitrix_async._transport import AiohttpTransport, Answer, Post, Transport
from bitrix_async._version import __version__
from bitrix_async.errors import (
    AuthFault,
    BadAnswer,
    BitrixError,
    DecodeError,
    EncodeError,
    Fault,
    JournalDamaged,
    JournalError,
    JournalFull,
    JournalLocked,
    JournalMismatch,
    JournalTooNew,
    LimitExceeded,
    MethodUnknown,
    NotSent,
    SessionClosed,
    Unanswered,
)
from bitrix_async.journal import Entry, JobSummary, Journal, State
from bitrix_async.sansio.auth import Webhook
from bitrix_async.sansio.budget import RetryBudget
from bitrix_async.sansio.limits import Limits
from bitrix_async.sansio.outlook import Progress
from bitrix_async.sansio.paging import HowToWalk, Strategy
from bitrix_async.sansio.stats import MethodStats, Stats
from bitrix_async.sansio.tokens import Tokens

__all__ = [
    "AiohttpTransport",
    "Answer",
    "Arg",
    "AuthFault",
    "BadAnswer",
    "BitrixError",
    "Call",
    "DecodeError",
    "EncodeError",
    "Entry",
    "Fault",
    "FileStore",
    "HowToRun",
    "HowToWalk",
    "JobSummary",
    "Journal",
    "JournalDamaged",
    "JournalError",
    "JournalFull",
    "JournalLocked",
    "JournalMismatch",
    "JournalTooNew",
    "LimitExceeded",
    "Limits",
    "MemoryStore",
    "MethodStats",
    "MethodUnknown",
    "NotSent",
    "OAuth",
    "Outcome",
    "Post",
    "Progress",
    "Ref",
    "Reply",
    "RetryBudget",
    "Session",
    "SessionClosed",
    "State",
    "Stats",
    "Strategy",
    "Time",
    "TokenStore",
    "Tokens",
    "Transport",
    "Unanswered",
    "Webhook",
    "__version__",
]

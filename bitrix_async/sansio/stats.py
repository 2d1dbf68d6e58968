"""What a session has done, as values to print and to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen
class MethodStats:
    """One method; times are seconds.

    Args:
        done: calls that ended with a result.
        failed: calls that ended with an error.
        refused: commands that the portal refused for operating time and that were
            sent again.
        operating: what of the operating limit is used, None where the portal has
            reported nothing.
        limit: of `operating`; None as that is.
        estimate: what a call is expected to take, None before the first.
        parked_for: how long the method is still held for its operating limit.
        forgotten: in how many seconds how much of `operating` is forgotten, the next
            first.
    """

    done: int = 0
    failed: int = 0
    refused: int = 0
    operating: float | None = None
    limit: float | None = None
    estimate: float | None = None
    parked_for: float = 0.0
    forgotten: tuple[tuple[float, float], ...] = ()


@frozen
class Stats:
    """A session; times are seconds.

    Args:
        requests: HTTP requests sent, batches and refused ones included.
        batches: those of them that were batches.
        sent: calls sent in them; a call that was sent twice counts twice.
        done: calls that ended with a result.
        failed: calls that ended with an error.
        waiting: calls that wait to be sent.
        in_flight: requests that wait for their answer.
        refused: requests that the portal refused for their number (503).
        retried: requests that met trouble and whose calls were sent again.
        budget: how many more may be; see `RetryBudget`.
        level: how full the bucket of requests is, of `burst`.
        waits_for: what the next call waits for: empty, `rate`, `operating`, `retry`,
            `answers` or `tokens`.
        waited: time in which calls waited, by what they waited for.
        methods: each method by its name in lower case.
    """

    requests: int = 0
    batches: int = 0
    sent: int = 0
    done: int = 0
    failed: int = 0
    waiting: int = 0
    in_flight: int = 0
    refused: int = 0
    retried: int = 0
    budget: float = 0.0
    level: float = 0.0
    burst: float = 0.0
    waits_for: str = ""
    waited: Mapping[str, float] = field(factory=dict)
    methods: Mapping[str, MethodStats] = field(factory=dict)

    @property
    def calls_per_request(self) -> float:
        """How full requests are; 0.0 before the first."""
        return self.sent / self.requests if self.requests else 0.0


@define(eq=False)
class Tally:
    """Counts as they go."""

    requests: int = 0
    batches: int = 0
    sent: int = 0
    refused: int = 0
    retried: int = 0
    waits_for: str = ""
    waited: dict[str, float] = field(factory=dict)
    _since: float = 0.0

    def wait(self, cause: str, now: float) -> None:
        """From now on calls wait for `cause`; none do where it is empty."""
        if self.waits_for:
            before = self.waited.get(self.waits_for, 0.0)
            self.waited[self.waits_for] = before + now - self._since
        self.waits_for = cause
        self._since = now

    def send(self, calls: int, *, is_batch: bool) -> None:
        """A request leaves."""
        self.requests += 1
        self.batches += is_batch
        self.sent += calls

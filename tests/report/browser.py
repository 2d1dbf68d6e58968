"""A Chromium that opens a page and tells what is seen of it.

It is spoken to over two pipes (`--remote-debugging-pipe`): JSON, each message with a
zero byte at its end.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from base64 import b64decode
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME: Final = "chromium"
# Of Chromium's: no window, no sandbox for root in a container, nothing of its own
# over the network.
_OPTIONS: Final = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
    *("--disable-dev-shm-usage", "--disable-background-networking", "--no-first-run"),
    *("--disable-component-update", "--disable-sync", "--remote-debugging-pipe"),
)
# Nothing it is asked takes longer; seconds.
_PATIENCE: Final = 60


class Page:
    """A tab, through the protocol that developer tools speak."""

    def __init__(self, reads: int, writes: int) -> None:
        self._reads, self._writes = reads, writes
        self._session: str | None = None
        self._last = 0
        self._rest = b""
        self.events: list[dict[str, Any]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask(
            "Target.attachToTarget", targetId=target, flatten=True
        )["sessionId"]
        self.ask("Page.enable")
        self.ask("Network.enable")

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One command and its result; what happened meanwhile is in `events`."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._writes, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._last:
                assert "error" not in answer, (method, answer["error"])
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._reads, 65536)
            assert part, "the browser has gone"
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer

    def show(self, url: str, width: int, scheme: str = "light") -> None:
        """Open the page as wide as that, in that colour scheme."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=900, deviceScaleFactor=1, mobile=width < 500,
        )  # fmt: skip
        self.ask(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )
        self.events.clear()
        self.ask("Page.navigate", url=url)
        while not any(one["method"] == "Page.loadEventFired" for one in self.events):
            self.events.append(self._next())

    def see(self, expression: str) -> Any:
        """The value of a JavaScript expression, which the page itself cannot run."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    @property
    def requested(self) -> list[str]:
        """The addresses that were asked for since the page was opened."""
        return [
            one["params"]["request"]["url"]
            for one in self.events
            if one["method"] == "Network.requestWillBeSent"
        ]

    def photograph(self, path: Path) -> None:
        """All of the page, also what is below the screen."""
        data = self.ask(
            "Page.captureScreenshot", format="png", captureBeyondViewport=True
        )["data"]
        path.write_bytes(b64decode(data))


def absent() -> bool:
    """Whether there is no such browser here."""
    return shutil.which(NAME) is None


@contextmanager
def opened(folder: Path) -> Iterator[Page]:
    """A browser, its profile in the folder."""
    their_reads, writes = os.pipe()
    reads, their_writes = os.pipe()
    pipes = f'exec "$@" 3<&{their_reads} 4>&{their_writes}'
    process = subprocess.Popen(
        ["bash", "-c", pipes, "bash", NAME, *_OPTIONS, f"--user-data-dir={folder}"],
        pass_fds=(their_reads, their_writes),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(their_reads)
    os.close(their_writes)
    try:
        yield Page(reads, writes)
    finally:
        os.close(writes)
        os.close(reads)
        process.terminate()
        process.wait(_PATIENCE)

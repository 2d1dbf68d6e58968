"""Who calls: credentials that refuse to print themselves.

A webhook's address holds its secret in the path (protocol.md 1.1), so the address
never leaves this file but towards the transport. An application's tokens are in
`tokens`, and how they are renewed in `renewal`.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from attrs import field, frozen

_PATH: Final = re.compile(r"/rest/([0-9]+)/([A-Za-z0-9_-]+)/?")


class Secret:
    """Text that is not printed, logged or formatted; `reveal` returns it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: for the wire only."""
        return self._text

    def hide(self, text: str) -> str:
        """The given text without this secret in it."""
        return text.replace(self._text, "***") if self._text else text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))


def secret(value: Any) -> Secret:
    """The text as a secret; raises `TypeError` for what is not text."""
    if not isinstance(value, Secret | str):
        raise TypeError("a secret is text")
    return value if isinstance(value, Secret) else Secret(value)


@frozen(init=False, repr=False)
class Webhook:
    """An incoming webhook: `Webhook("https://portal.bitrix24.com/rest/1/code/")`.

    Raises `ValueError`, which does not repeat the address, where it is not one, or
    where it is plain http and not on this machine (the portal refuses that too:
    protocol.md 1.5).
    """

    origin: str
    user: int
    code: Secret = field(converter=secret)

    def __init__(self, url: str | Secret) -> None:
        url = secret(url)  # a traceback may be printed with what variables hold
        read = _read(url)
        if isinstance(read, str):
            raise ValueError(read)  # noqa: TRY004  # what is wrong, in words
        self.__attrs_init__(*read)

    @property
    def host(self) -> str:
        """The portal's name and port."""
        return self.origin.partition("://")[2].lower()

    def address(self, method: str) -> str:
        """Where to post a call of the method: a secret."""
        return f"{self.origin}/rest/{self.user}/{self.code.reveal()}/{method}"

    def headers(self) -> dict[str, str]:
        """What authorizes a request beside its address: nothing."""
        return {}

    def hide(self, text: str) -> str:
        """The given text without the secret in it."""
        return self.code.hide(text)

    def at(self, origin: str) -> Webhook:
        """The same webhook of a portal that has been renamed."""
        return Webhook(f"{origin}{urlsplit(self.address('')).path}")

    def __repr__(self) -> str:
        # A report of an address that is refused prints this too, half made.
        return f"<Webhook of {getattr(self, 'origin', 'no portal')}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Webhook, (self.address(""),)


def _read(url: Secret) -> tuple[str, int, Secret] | str:
    """The parts of a webhook's address; or what is wrong with it, in words."""
    parts = _split(url.reveal().strip())
    if isinstance(parts, str):
        return f"not the address of a webhook: {parts}"
    found = _PATH.fullmatch(parts.path)
    if found is None or parts.query or parts.fragment:
        return (
            "not the address of a webhook: it ends as /rest/1/code/, with the "
            "number of a user and the secret code, and nothing behind"
        )
    if not is_safe(parts):
        return (
            "the address of a webhook is a secret and must begin with https://; plain "
            "http is for a portal on this machine only"
        )
    return f"{parts.scheme}://{parts.netloc}", int(found[1]), Secret(found[2])


def split_address(url: str) -> SplitResult | None:
    """The parts of an address of http or https; None where it is not one.

    Nor is one that names a user, which is there to look like another host.
    """
    parts = _split(url)
    return None if isinstance(parts, str) else parts


def _split(url: str) -> SplitResult | str:
    """The parts of an address of http or https; or what is wrong with it, in words."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "its host is not valid"
    if parts.scheme not in {"http", "https"}:
        return "it begins with https://"
    if "@" in parts.netloc:
        return "it has a user or a password in front of the host"
    if not _is_host(parts.hostname or ""):
        return "its host is not valid"
    try:
        port = parts.port
    except ValueError:
        port = 0
    return parts if port != 0 else "its port is not a number from 1 to 65535"


def _is_host(name: str) -> bool:
    """Whether it can be looked up: no label is empty, or above 63 (RFC 1035, 2.3.4)."""
    return all(0 < len(label) < 64 for label in name.removesuffix(".").split("."))


def is_safe(parts: SplitResult) -> bool:
    """Whether a secret may be sent there: by https, or to this machine itself."""
    return parts.scheme == "https" or is_loopback(parts.hostname or "")


def is_loopback(host: str) -> bool:
    """Whether the name or address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

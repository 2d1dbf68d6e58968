"""What can go wrong, split by what the caller does next.

    BitrixError                 .call, where one is known
    ├── Fault                   the portal said no: .code .description .status
    │   ├── LimitExceeded       gave up waiting for a limit: .retry_at
    │   ├── AuthFault           credentials, scope, or the right to use REST
    │   └── MethodUnknown       the portal has no such method
    ├── NotSent                 the portal certainly did not run it: send it again
    ├── Unanswered              it may have run: look before sending it again
    ├── BadAnswer               not an answer of Bitrix24, or not to what was sent
    ├── DecodeError             it ran; the result is not of the declared type
    ├── EncodeError             it cannot be sent as it is: mend the parameters
    ├── SessionClosed           the session was closed before it was sent
    └── JournalError            a job's journal cannot be used as it is: .path
        ├── JournalLocked       another process works on it: wait for its end
        ├── JournalMismatch     it is of another portal or job: give its own
        ├── JournalFull         no room to write: make room, and resume
        ├── JournalDamaged      it is not whole, or no journal: restore it
        └── JournalTooNew       a later version has written it: upgrade

Every error is a value: it can be pickled and compared, and cannot be changed. None
holds a URL, a webhook's code or a token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_async._masks import without_links

if TYPE_CHECKING:
    from os import PathLike

    from bitrix_async._call import Call

__all__ = [
    "AuthFault",
    "BadAnswer",
    "BitrixError",
    "DecodeError",
    "EncodeError",
    "Fault",
    "JournalDamaged",
    "JournalError",
    "JournalFull",
    "JournalLocked",
    "JournalMismatch",
    "JournalTooNew",
    "LimitExceeded",
    "MethodUnknown",
    "NotSent",
    "SessionClosed",
    "Unanswered",
]


class BitrixError(Exception):
    """The root: whatever this package raises about a call."""

    call: Call[Any] | None

    def __init__(self, message: str, *, call: Call[Any] | None = None) -> None:
        super().__init__(message)
        self._keep(call=call)

    @property
    def message(self) -> str:
        """What is wrong, less the method that stands before it in `str`."""
        return str(self.args[0])

    def of(self, call: Call[Any] | None) -> BitrixError:
        """The same error, told of this call."""
        twin = _restore(type(self), self.args, {**vars(self), "call": call})
        twin.__cause__ = self.__cause__
        twin.__suppress_context__ = self.__suppress_context__
        return twin

    def bare(self) -> BitrixError:
        """The same error, less the frames that it came through and what they met.

        Their variables hold parameters, results and addresses, and reports of errors
        print them.
        """
        return self.of(self.call)

    def _keep(self, **values: object) -> None:
        vars(self).update(values)

    def __setattr__(self, name: str, value: object) -> None:
        # Python itself writes __traceback__, __cause__ and __notes__.
        if not name.startswith("__"):
            raise AttributeError(f"{type(self).__name__} is a value: {name} is fixed")
        super().__setattr__(name, value)

    def __str__(self) -> str:
        message = str(self.args[0])
        # What was given in the place of a call may be anything, and is told of too.
        method = getattr(self.call, "method", None)
        return f"{without_links(str(method))}: {message}" if method else message

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), self.args))

    def _values(self) -> tuple[Any, ...]:
        kept = {k: v for k, v in vars(self).items() if not k.startswith("__")}
        return (self.args, kept)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.args, self._values()[1])


def _restore(
    kind: type[BitrixError], args: tuple[Any, ...], kept: dict[str, Any]
) -> BitrixError:
    error = kind.__new__(kind, *args)
    error._keep(**{k: v for k, v in kept.items() if not k.startswith("__")})  # noqa: SLF001
    return error


class Fault(BitrixError):
    """The portal answered with an error.

    `code` is what the documentation of the method lists, always text and sometimes
    empty (protocol.md 5.1); `description` is localized to the portal; `status` is
    the HTTP status, None for a command inside a batch.

    Codes that any method of a module may answer, beside those of its own page: for
    `landing` `MISSING_PARAMS` (a required parameter is absent or null),
    `ERROR_ARGUMENT` (a list where one value is expected, or the reverse),
    `TYPE_ERROR` (not of the expected type), `SYSTEM_ERROR` (any other failure) and
    `ACCESS_DENIED` (protocol.md 9.1); for `catalog` `200040300020` (no rights),
    `100` (a required parameter is absent) and `0` (the description tells).
    """

    code: str
    description: str
    status: int | None

    def __init__(
        self,
        code: str,
        description: str = "",
        *,
        status: int | None = None,
        call: Call[Any] | None = None,
    ) -> None:
        text = f"{code or 'error without a code'}: {description}".rstrip(": ")
        super().__init__(text, call=call)
        self._keep(code=code, description=description, status=status)


class LimitExceeded(Fault):
    """Gave up waiting for a limit; the portal did not run the call.

    `retry_at` is the earliest time that it can pass, in unix seconds, None where it
    is not known.
    """

    retry_at: float | None

    def __init__(
        self,
        code: str,
        description: str = "",
        *,
        status: int | None = None,
        call: Call[Any] | None = None,
        retry_at: float | None = None,
    ) -> None:
        super().__init__(code, description, status=status, call=call)
        self._keep(retry_at=retry_at)


class AuthFault(Fault):
    """The credentials, their scope, or the portal's right to REST (protocol.md 5.2)."""


class MethodUnknown(Fault):
    """The portal has no such method, or its module is not installed."""


class NotSent(BitrixError):
    """The portal certainly did not run the call."""


class Unanswered(BitrixError):
    """The call was sent and no whole answer came: it may have run."""


class BadAnswer(BitrixError):
    """The answer is not of Bitrix24, or does not match what was sent."""


class DecodeError(BitrixError):
    """The call ran, but its result is not of the declared type: reason @ path."""


class EncodeError(BitrixError):
    """The parameters cannot be sent at all; raised before anything is sent."""


class SessionClosed(BitrixError):
    """The session is closed; a call that gets this was not sent."""


class JournalError(BitrixError):
    """A job's journal cannot be used, or no longer; what it holds is kept.

    No call is sent that would have to be written down first. `path` is the file.
    """

    path: str

    def __init__(
        self,
        message: str,
        *,
        path: str | PathLike[str],
        call: Call[Any] | None = None,
    ) -> None:
        super().__init__(message, call=call)
        self._keep(path=str(path))

    def __str__(self) -> str:
        return f"{self.path}: {super().__str__()}"


class JournalLocked(JournalError):
    """Another process works on the journal."""


class JournalMismatch(JournalError):
    """The journal is of another portal, or of another job than is given now."""


class JournalFull(JournalError):
    """There is no room left to write: the disk, a quota, or what a file may take."""


class JournalDamaged(JournalError):
    """The file is not whole, or is no journal at all."""


class JournalTooNew(JournalError):
    """A later version of the package has written the journal."""

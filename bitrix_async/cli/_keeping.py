"""Where a job is kept: in a journal of the user's, or in one that ends with it."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from functools import reduce, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import frozen

from bitrix_async import Journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bitrix_async import State


@frozen
class Keeping:
    """A journal of the user's.

    Args:
        path: its file; None where there is to be none afterwards.
        resume: whether it has a job, which goes on.
        again: what of that job is run again.
        earlier: how many of its calls are done.
    """

    path: Path | None = None
    resume: bool = False
    again: frozenset[State] = frozenset()
    earlier: int = 0

    @contextmanager
    def opened(self) -> Iterator[Path]:
        """The file that the job is written to, as long as it lasts."""
        if self.path is not None:
            yield self.path
            return
        with tempfile.TemporaryDirectory(prefix="bitrix-async-") as folder:
            yield Path(folder) / "journal"


# As it is typed -> what the journal calls it.
_STATES: Final[dict[str, State]] = {"failed": "refused", "unknown": "unknown"}


def _begun(path: Path | None) -> Keeping:
    """A new job; raises `UsageError` where it might be begun twice."""
    if path is None or not path.exists():
        return Keeping(path)
    with Journal.open(path) as journal:
        summary = journal.summary()
    if summary.total:
        raise click.UsageError(
            f"{path} is the journal of a job, of which {summary.done:,} of "
            f"{summary.total:,} calls are done. --resume goes on with it; to begin "
            "another job give another file."
        )
    return Keeping(path)


def _resumed(path: Path | None, again: Iterable[str]) -> Keeping:
    """One that was begun."""
    if path is None:
        raise click.UsageError("--resume: which job? Give its --journal FILE")
    if not path.exists():
        raise click.UsageError(f"--resume: there is no journal {path}")
    with Journal.open(path) as journal:
        earlier = journal.summary().done
    return Keeping(path, True, frozenset(_STATES[one] for one in again), earlier)  # noqa: FBT003


def journal_options(*, required: bool) -> Callable[..., Any]:
    """The options that say where a job is kept; the command gets them as `keeping`."""
    options: Final = (
        click.option(
            "--journal",
            type=click.Path(dir_okay=False, path_type=Path),
            metavar="FILE",
            required=required,
            help="Where to write down what becomes of each call, so that the job "
            "outlives this process; `job FILE` shows it.",
        ),
        click.option("--resume", is_flag=True, help="Go on with the job of --journal."),
        click.option(
            "--again",
            type=click.Choice([*_STATES]),
            multiple=True,
            help="With --resume: run these once more; what is unknown may then have "
            "run twice.",
        ),
    )

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def kept(
            journal: Path | None, *, resume: bool, again: tuple[str, ...], **rest: Any
        ) -> Any:
            if again and not resume:
                raise click.UsageError("--again: it goes with --resume")
            keeping = _resumed(journal, again) if resume else _begun(journal)
            return command(keeping=keeping, **rest)

        return reduce(lambda made, option: option(made), reversed(options), kept)

    return decorate

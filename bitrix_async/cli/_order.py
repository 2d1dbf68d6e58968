"""What a job is asked to do: which pages, and where to write what."""

from __future__ import annotations

from functools import reduce, wraps
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, get_args

import click
from attrs import evolve, frozen

from bitrix_async.cli import _beside, _ids
from bitrix_async.cli._keeping import journal_options
from bitrix_async.cli._streams import name_of
from bitrix_async.cli._target import CONNECTIONS, target_options
from bitrix_async.rest import landing

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_async.cli._keeping import Keeping
    from bitrix_async.cli._target import Target


@frozen
class Order:
    """The pages are `lids`, or all of a site, or else those of a journal."""

    lids: list[int] | None
    site: int | None
    keeping: Keeping
    scope: landing.Scope | None
    failed: Path | None
    as_json: bool


def _check_writable(path: Path, journal: Path | None) -> None:
    """Before anything is sent; what the file holds is kept until the end."""
    # By then both are known: a journal that is begun is not there yet.
    _beside.check("--failed", path, journal)
    try:
        path.open("ab").close()
    except OSError as error:
        raise click.UsageError(f"--failed: {path}: {error.strerror}") from None


json_option: Final = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object on stdout."
)
connections_option: Final = click.option(
    "--connections",
    type=click.IntRange(1, 100),
    default=CONNECTIONS,
    show_default=True,
    help="How many requests may be under way at once.",
)

# As `--help` has them.
_OPTIONS: Final = (
    click.argument("lids", nargs=-1, callback=_ids.arguments, metavar="[LID]..."),
    click.option(
        "--from",
        "source",
        type=click.File("rb"),
        help="A file of page ids, one a line; - is stdin.",
    ),
    click.option(
        "--site", type=click.IntRange(1), metavar="ID", help="All pages of that site."
    ),
    click.option(
        "--scope",
        type=click.Choice(get_args(landing.Scope), case_sensitive=False),
        help="For pages of sites of that type, which are not seen without it.",
    ),
    click.option(
        "--failed",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Where to write the pages that are not done, for --from.",
    ),
    journal_options(required=False),
    json_option,
    connections_option,
    target_options,
)


def order_options(command: Callable[[Target, Order], None]) -> Callable[..., Any]:
    """The options of a job; the command gets them as a target and an order."""

    @wraps(command)
    def ordered(
        target: Target,
        lids: list[int],
        source: IO[bytes] | None,
        site: int | None,
        connections: int,
        keeping: Keeping,
        failed: Path | None,
        **rest: Any,
    ) -> None:
        if failed is not None:
            _check_writable(failed, keeping.path)
        pages = _read(lids, source, site, may_lack=keeping.resume)
        order = Order(pages, site, keeping, failed=failed, **rest)
        command(evolve(target, connections=connections), order)

    return reduce(lambda made, option: option(made), reversed(_OPTIONS), ordered)


def _read(
    lids: list[int], source: IO[bytes] | None, site: int | None, *, may_lack: bool
) -> list[int] | None:
    given = (bool(lids), source is not None, site is not None).count(True)
    if given != 1 and not (may_lack and not given):
        raise click.UsageError("which pages? Give ids, or --from FILE, or --site ID")
    if source is None:
        return lids or None
    name = name_of(source)
    try:
        return _ids.read(source, name)
    except OSError as error:
        raise click.UsageError(f"{name}: {error.strerror}") from None

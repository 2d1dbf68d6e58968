"""The program: its commands, and the one place where errors become exit codes."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from typing import Any, Final

import click

from bitrix_async import BitrixError, __version__
from bitrix_async.cli import _exits, _streams
from bitrix_async.cli._escapes import shown
from bitrix_async.cli._secrets import hidden

# Each with its module, which is loaded when the command is named.
_COMMANDS: Final = {
    "demo": "_demo",
    "publish": "_publish",
    "unpublish": "_publish",
    "run": "_run",
    "job": "_status",
    "call": "_call",
    "list": "_list",
    "portal": "_portal",
}


class _Program(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [*_COMMANDS]

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002
        cmd_name: str,
    ) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"bitrix_async.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run and exit, also where click would return."""
        _streams.fill()
        sys.exit(self._status(*args, **{**extra, "standalone_mode": False}))

    def _status(self, *args: Any, **extra: Any) -> int:
        try:
            return super().main(*args, **extra) or _exits.DONE
        except click.ClickException as error:
            # Whatever was typed in a wrong place is in it.
            vars(error)["message"] = shown(hidden(error.message))
            error.show()
            return error.exit_code
        except click.Abort:
            click.echo("Stopped.", err=True)
            return _exits.INTERRUPTED
        except BitrixError as error:
            click.echo(f"Error: {shown(hidden(str(error)))}", err=True)
            return _exits.of(error)
        except OSError as error:  # of stdout: no command leaves those of its files
            with suppress(OSError):  # what could not be written is not tried again
                sys.stdout.close()
            click.echo(f"Error: the output: {error.strerror}", err=True)
            return _exits.FAILED


@click.group(cls=_Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def program() -> None:
    """Work with a Bitrix24 portal over its REST API, as fast as its limits allow.

    The webhook's address is taken from the variable BITRIX_WEBHOOK.

    Exit codes: 0 all done, 1 some calls failed, 2 wrong usage or a journal that cannot
    be used, 3 the portal could not be reached or refused the credentials, 130 after
    Ctrl-C, 143 after SIGTERM.
    """

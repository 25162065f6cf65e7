"""The command `fledge`: finds the command that is meant, and turns whatever it ends with into a line and an exit status."""

from __future__ import annotations

import errno
import json
import logging
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import Any, NoReturn, final

import click
from click.shell_completion import shell_complete

from fledge.cli.settings_file import settings_of
from fledge.cli.table import COMMANDS, HELP
from fledge.cli.terminal import never_fails_to_encode, note, out, safe, warning
from fledge.core.errors import DiskFull, FledgeError, OutOfMemory, UsageError
from fledge.core.log import log

_INTERRUPTED, _TERMINATED, _CLOSED = (128 + number for number in (2, 15, 13))
_BUG = 1
_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_CLOSED_PIPE = {errno.EPIPE, errno.ESHUTDOWN, errno.EINVAL if sys.platform == "win32" else errno.EPIPE}


@final
class _Terminated(BaseException):
    """The system asked the process to end."""


@final
class _Safely(logging.Formatter):
    """What the library logs, line by line, with nothing in it that could move the cursor."""

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(map(safe, super().format(record).splitlines()))


@final
class _Commands(click.Group):
    """The commands of the table, each loaded when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command: click.Command = COMMANDS[cmd_name]
        ctx.default_map = {cmd_name: settings_of(cmd_name, command.params)}
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(HELP.items()))


def _version(ctx: click.Context, option: click.Parameter, asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            out(f"fledge {version('fledge')}")
        except PackageNotFoundError:
            out("fledge, run from a folder of sources")
        ctx.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    allow_from_autoenv=False,
    callback=_version,
    help="Say which fledge this is.",
)
def fledge() -> None:
    """Turn examples into a function.

    \b
    Examples:
      fledge check photos
      fledge train photos
      fledge predict runs/photos robin.jpg
      fledge COMMAND --help

    \b
    The Tab key completes commands, options and names after
      eval "$(_FLEDGE_COMPLETE=bash_source fledge)"
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs a command and ends the process with its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    never_fails_to_encode()
    signal.signal(signal.SIGTERM, _asked_to_end)
    handler = logging.StreamHandler()
    handler.setFormatter(_Safely("fledge: %(message)s"))
    handler.handleError = lambda record: None  # type: ignore[method-assign]  # a terminal that is gone stops no work
    log.addHandler(handler)
    sys.exit(run(given))


def run(arguments: Sequence[str]) -> int:
    """The exit status of a command; what went wrong is said, in JSON too if that was asked for."""
    try:
        status = _called(arguments)
        sys.stdout.flush()
    except BaseException as error:
        if os.environ.get("FLEDGE_DEBUG") == "1" and not isinstance(error, click.exceptions.Exit):
            traceback.print_exc()
        status = _ended_by(error, as_json="--json" in arguments)
        _leave_quietly()
    return status


def _called(arguments: Sequence[str]) -> int:
    """Calls the command; `click` has a way of its own with interrupts and closed pipes, which is passed by."""
    if instruction := os.environ.get("_FLEDGE_COMPLETE"):
        return shell_complete(fledge, {}, "fledge", "_FLEDGE_COMPLETE", instruction)
    with fledge.make_context("fledge", list(arguments), auto_envvar_prefix="FLEDGE") as context:
        result = fledge.invoke(context)
    return result if isinstance(result, int) else 0


def _ended_by(error: BaseException, *, as_json: bool) -> int:
    """Says why a command ended, as far as there is anybody to hear it, and gives its exit status."""
    match error:
        case click.exceptions.NoArgsIsHelpError():
            note(error.format_message())
            return UsageError.exit_code
        case KeyboardInterrupt() | click.Abort():
            note(f"fledge: {safe(error) or 'stopped'}")
            return _INTERRUPTED
        case _Terminated():
            note("fledge: asked to end")
            return _TERMINATED
        case click.exceptions.Exit():
            return error.exit_code
        case SystemExit():
            return error.code if isinstance(error.code, int) else _BUG
        case OSError(errno=number) if number in _CLOSED_PIPE:
            return _CLOSED
    refusal = _in_our_words(error)
    with suppress(OSError):  # a disk or a pipe that takes no more changes nothing about the status
        if as_json:
            out(json.dumps({"error": {"code": refusal.code, "message": refusal.message, "hint": refusal.hint}}))
            sys.stdout.flush()
    with suppress(OSError):
        note(f"{warning('fledge:')} {safe(_on_a_line(refusal))}")
    return refusal.exit_code


def _in_our_words(error: BaseException) -> FledgeError:
    """Whatever was raised, as an error of ours."""
    match error:
        case FledgeError():
            return error
        case click.UsageError():
            place = error.ctx.command_path if error.ctx else "fledge"
            return UsageError(error.format_message(), hint=f"see {place} --help")
        case click.ClickException():
            return UsageError(error.format_message())
        case MemoryError():
            return OutOfMemory("the memory ran out", hint="use smaller batches: --bs")
        case OSError(errno=number) if number in _NO_ROOM:
            return DiskFull(f"no room to write the output: {error.strerror}")
    if type(error).__name__ == "OutOfMemoryError":  # torch's, which is not loaded to ask
        return OutOfMemory("the memory of the device ran out", hint="use smaller batches: --bs")
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return FledgeError(f"this is a bug in fledge, please report it: {what}", hint="FLEDGE_DEBUG=1 shows where it happened")


def _on_a_line(error: FledgeError) -> str:
    notes = "".join(f"; {each}" for each in getattr(error, "__notes__", ()))
    hint = "" if error.hint is None else f" - {error.hint}"
    return f"{error.message.rstrip('.')}{notes}{hint}".replace("\n", " ")


def _leave_quietly() -> None:
    """What could not be written is dropped, so that the interpreter doesn't try again on its way out."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with suppress(OSError, ValueError, AttributeError):
                os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _asked_to_end(number: int, frame: FrameType | None) -> Any:
    raise _Terminated

"""`fledge.toml`: what the options of commands are, where they are not given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from fledge.core.errors import DataError, UnknownName, shown

if TYPE_CHECKING:
    import click

NAME = "fledge.toml"


def settings_of(command: str, parameters: list[click.Parameter], file: Path = Path(NAME)) -> dict[str, Any]:
    """The table of one command in the file of the current folder, under the names of its parameters; empty without a file.

    A key is an option's long name, such as `skip-bad`; one that the command hasn't is refused.
    """
    if not file.is_file():
        return {}
    tables = _read(file)
    options = {name: each.name for each in parameters for name in _names(each)}
    found: dict[str, Any] = {}
    for key, value in tables.get(command, {}).items():
        name = options.get(key.replace("_", "-"))
        if name is None:
            raise UnknownName(f"option of `fledge {command}` in {file}", key, sorted(options))
        if isinstance(value, dict):
            raise DataError(f"{file}: {shown(key)} of [{command}] is a table, and should be a value")
        found[name] = value
    return found


def _read(file: Path) -> dict[str, Any]:
    """The tables of the file, each named after a command."""
    import tomllib

    from fledge.cli.table import COMMANDS

    try:
        with file.open("rb") as stream:
            tables = tomllib.load(stream)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{file} is no TOML: {error}") from error
    for name, table in tables.items():
        if name not in COMMANDS:
            raise UnknownName(f"command in {file}", name, COMMANDS)
        if not isinstance(table, dict):
            raise DataError(f"{file}: {shown(name)} is a value, and should be a table: [{name}]")
    return tables


def _names(parameter: click.Parameter) -> list[str]:
    """What an option may be called there: its long names, without those that turn it off."""
    return [each.removeprefix("--") for each in parameter.opts if each.startswith("--")]

"""Commands whose options can also be set in a file or in the environment.

Precedence: the command line, then the environment, then the file, then the default. What was taken
from elsewhere than the command line is told on stderr, since a number that misleads does harm.
"""

# ruff: noqa: PLC0415 - what reads files is imported where there is one

import os
from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from memscan.cli import console

if TYPE_CHECKING:
    from memscan.cli.settings import Given

CONFIG_VARIABLE = "MEMSCAN_CONFIG"
GIVEN, REPEATED = "memscan.given", "memscan.repeated"


class Command(TyperCommand):
    """A command with the option ``--config``, which is the program's own."""

    # Any: the classes of contexts and parameters have no public name in all versions of typer.
    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401
        """Return the parameters, with ``--config`` before ``--help``."""
        params: list[Any] = super().get_params(ctx)
        shared = [one for one in ctx.find_root().command.params if one.name == "config"]
        return [*params[:-1], *shared, *params[-1:]]

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        """Tell what was not on the command line, and run the command."""
        ctx.params.pop("config", None)
        given = [one for one in ctx.meta.get(GIVEN, ()) if _is_used(ctx, one)]
        for line in _notes(given):
            console.say(line)
        return super().invoke(ctx)


class App(typer.Typer):
    """A group of such commands."""

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:  # noqa: ANN401 - typer's own
        """Return what makes a function a command."""
        return super().command(name, **{"cls": Command, **settings})


def _configure(ctx: typer.Context, value: Path | None) -> Path | None:
    """Take the settings of a command before its options are looked at."""
    if ctx.parent is None or ctx.resilient_parsing:
        return value
    root = ctx.find_root()
    named = value or root.params.get("config") or os.environ.get(CONFIG_VARIABLE)
    names = tuple(ctx.command_path.split()[1:])
    given = _given(root.command, ctx.command, names, Path(named) if named else None)
    ctx.meta[GIVEN] = given
    ctx.default_map = {one.setting.parameter: one.value for one in given}
    ctx.default_map |= ctx.meta.get(REPEATED, {})
    return value


Config = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        is_eager=True,
        callback=_configure,
        help="Settings; else memscan.toml or pyproject.toml here or above.",
        show_default=False,
    ),
]


def repeat(ctx: typer.Context, values: dict[str, Any]) -> None:
    """Let what an earlier run was given stand before all settings; only the command line wins."""
    ctx.meta[REPEATED] = values
    ctx.default_map = {**(ctx.default_map or {}), **values}


def is_on_command_line(ctx: typer.Context, parameter: str) -> bool:
    """Return whether a parameter was given in this call."""
    source = ctx.get_parameter_source(parameter)
    return source is not None and source.name == "COMMANDLINE"


def _given(
    root: Any,  # noqa: ANN401 - as above
    command: Any,  # noqa: ANN401
    names: tuple[str, ...],
    named: Path | None,
) -> "list[Given]":
    """Return what is set for a command, the environment last."""
    from memscan.cli.config_file import find_config, read_config
    from memscan.cli.settings import from_environment, from_file, settings_of

    found = read_config(named) if named else find_config()
    in_file = list(from_file(root, found[1], found[0])) if found else []
    variables, warnings = from_environment(names, settings_of(command), os.environ)
    for warning in warnings:
        console.say(f"warning: {warning}")
    return [*(given for of, given in in_file if of == names), *variables]


def _is_used(ctx: Any, given: "Given") -> bool:  # noqa: ANN401
    """Return whether a setting decided: not the command line, nor one found later."""
    name = given.setting.parameter
    source = ctx.get_parameter_source(name)
    is_last = ctx.default_map.get(name) is given.value
    is_default = source is not None and source.name == "DEFAULT_MAP"
    return is_default and is_last and name not in ctx.meta.get(REPEATED, {})


def _notes(given: "Iterable[Given]") -> list[str]:
    return [
        f"{source} ({', '.join(one.shown for one in together)})"
        for source, together in groupby(given, key=lambda one: one.source)
    ]

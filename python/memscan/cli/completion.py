"""``memscan completion``: what a shell needs to complete commands and options.

The script asks memscan itself, with a variable that says for which shell; both are typer's.
"""

import os
from enum import StrEnum
from importlib import import_module
from typing import Annotated, Any

import typer

from memscan.cli import console

EXAMPLES = """\b
Examples:
  memscan completion bash >> ~/.bashrc
  memscan completion zsh > "${fpath[1]}/_memscan"
  memscan completion fish > ~/.config/fish/completions/memscan.fish
"""
VARIABLE = "_MEMSCAN_COMPLETE"


class Shell(StrEnum):
    """The shells there is a script for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="bash, zsh or fish.")],
) -> None:
    """Print the script with which a shell completes commands."""
    script = _typers().get_completion_script(
        prog_name="memscan", complete_var=VARIABLE, shell=shell.value
    )
    console.show(script)


def is_asked() -> bool:
    """Return whether a shell asks what may stand next."""
    return bool(os.environ.get(VARIABLE))


# Any: typer has no public name for the class of its commands.
def answer_shell(command: Any) -> int:  # noqa: ANN401
    """Print what may stand next on the line that the shell has, and return the exit code."""
    typers = _typers()
    typers.completion_init()
    code: int = typers.shell_complete(command, {}, "memscan", VARIABLE, os.environ[VARIABLE])
    return code


def _typers() -> Any:  # noqa: ANN401 - a module, without types of what it only passes on
    return import_module("typer.completion")

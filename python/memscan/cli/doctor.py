"""``memscan doctor``: what to say in a report of a bug, and what is wrong here."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from memscan.cli import console
from memscan.cli.arguments import AsJson
from memscan.cli.failures import WRONG_USE

EXAMPLES = """\b
Examples:
  memscan doctor
  memscan doctor books.memscan
  memscan doctor --folder /data --json
"""


def doctor(
    index: Annotated[
        Path | None,
        typer.Argument(metavar="[INDEX]", help="An index to check.", show_default=False),
    ] = None,
    *,
    folder: Annotated[
        Path, typer.Option(help="Where indexes and results are to be written.")
    ] = Path(),
    json: AsJson = False,
) -> None:
    """Check the installation, the machine and an index.

    Exits with 2 if something is broken. Prints versions, limits and kinds: what a report of a bug
    should say.
    """
    from memscan.doctor import examine

    findings = examine(index, folder)
    is_broken = any(one.state == "broken" for one in findings)
    if json:
        console.show_json(
            {"is_sound": not is_broken, "findings": [asdict(one) for one in findings]}
        )
    else:
        for one in findings:
            state = "" if one.state == "ok" else f"{one.state}: "
            console.show(f"{one.name:<20}  {console.one_line(state + one.value)}")
            if one.hint:
                console.show(f"{'':<20}  hint: {console.one_line(one.hint)}")
    if is_broken:
        raise typer.Exit(WRONG_USE)

"""``memscan scan --from``: a run repeated, with what its ``run.json`` says."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from memscan.cli import commands, console
from memscan.cli.wording import counted

if TYPE_CHECKING:
    from memscan.index import Index
    from memscan.repeating import RecordedRun

RUN = "memscan.run"

PARAMETERS = {
    "min_length": "min_length",
    "min_chars": "min_chars",
    "occurrences": "occurrences",
    "occurrences_examined": "examined",
    "context_chars": "context",
    "seed": "seed",
}
"""The parameters of a run that decide what its tables hold, and the options that give them."""


def _take(ctx: typer.Context, value: Path | None) -> Path | None:
    """Take what a run was given, before the other options are looked at."""
    if value is None or ctx.resilient_parsing:
        return value
    from memscan.repeating import existing, read_run

    run = read_run(value)
    values: dict[str, Any] = {
        option: str(run.parameters[name]) for name, option in PARAMETERS.items()
    }
    values |= {**run.arguments, "index": existing(run.index.path)}
    values["part"] = [run.arguments["part"]] if run.arguments["part"] else None
    values["generations"] = [existing(path) for path in run.generations]
    values["refusal_pattern"] = run.refusal_pattern and list(run.refusal_pattern)
    files = {"template": run.template, "baseline": run.baseline, "prompts": run.prompts}
    for name, was in files.items():
        values[name] = existing(was.path) if was else None
    commands.repeat(ctx, values)
    ctx.meta[RUN] = run
    return value


RunToRepeat = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="RUN",
        is_eager=True,
        callback=_take,
        help="Repeat a run: its run.json, or its results folder.",
        show_default=False,
    ),
]


class Repetition:
    """What of a run is taken from an earlier one, and so must be what it was.

    What is given on the command line is not looked at.
    """

    def __init__(self, ctx: typer.Context) -> None:
        """Look which run is repeated, if one is."""
        self._run: RecordedRun | None = ctx.meta.get(RUN)
        self._ctx = ctx

    def check(self, index: "Index", baseline: "Index | None") -> None:
        """Raise an error if an index, the template or the size of an input differs."""
        if self._run is None:
            return
        self._tell(self._run)
        if self._is_taken("index"):
            self._run.check_index(index, self._run.index)
        if baseline is not None and self._run.baseline and self._is_taken("baseline"):
            self._run.check_index(baseline, self._run.baseline)
        if self._is_taken("template"):
            self._run.check_file(self._run.template)
        if self._is_taken("prompts"):
            self._run.check_file(self._run.prompts)
        if self._is_taken("generations"):
            self._run.check_sizes()

    def check_inputs(self, inputs: Any) -> None:  # noqa: ANN401 - the readers' own
        """Raise an error if the files that were read are not those that were read then."""
        if self._run is not None and self._is_taken("generations"):
            self._run.check_inputs(inputs)

    def _is_taken(self, name: str) -> bool:
        return not commands.is_on_command_line(self._ctx, name)

    def _tell(self, run: "RecordedRun") -> None:
        from memscan import __version__

        taken = [
            f"{option.replace('_', '-')} = {run.parameters[name]}"
            for name, option in PARAMETERS.items()
            if self._is_taken(option)
        ]
        files = counted(len(run.inputs), "file") if self._is_taken("generations") else ""
        console.say(f"repeating {run.path}: {', '.join([files, *taken] if files else taken)}")
        if run.version != __version__:
            console.say(
                f"warning: {run.path} was written by memscan {run.version}; this is {__version__}"
            )

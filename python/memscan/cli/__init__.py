"""The command line: a command parses, calls one function of the Python API, and prints.

Only typer is imported at the start; what a command needs, it imports when it runs, so that
``memscan --help`` is quick.
"""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

import gc
import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from memscan.cli import (
    compare,
    completion,
    console,
    demo,
    doctor,
    duplicates,
    export,
    find,
    gate,
    index,
    merge,
    novelty,
    report,
    scan,
    show,
)
from memscan.cli.commands import App, Config
from memscan.cli.failures import end_process, run_command

EXAMPLES = """\b
Examples:
  memscan index build books/ -o books.memscan
  memscan scan books.memscan generations.jsonl.gz -o results
  memscan report results -o report.html
  memscan find books.memscan "call me ishmael"
  memscan novelty books.memscan generations.jsonl.gz
  memscan demo

\b
Exit codes: 0 ran; 1 a threshold of --fail-on was crossed; 2 wrong use or unreadable input;
3 some records were rejected; 4 index missing, damaged or incompatible; 130, 143 interrupted.
"""

app = App(
    name="memscan",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
index.app.command(epilog=duplicates.EXAMPLES)(duplicates.duplicates)
app.add_typer(index.app, name="index")
app.command(epilog=scan.EXAMPLES)(scan.scan)
app.command(epilog=merge.EXAMPLES)(merge.merge)
app.command(epilog=gate.EXAMPLES)(gate.check)
app.command(epilog=find.EXAMPLES)(find.find)
app.command(epilog=novelty.EXAMPLES)(novelty.novelty)
app.command(epilog=report.EXAMPLES)(report.report)
app.command(epilog=show.EXAMPLES)(show.show)
app.command(epilog=compare.EXAMPLES)(compare.compare)
app.command(epilog=export.EXAMPLES)(export.export)
app.command(epilog=demo.EXAMPLES)(demo.demo)
app.command(epilog=doctor.EXAMPLES)(doctor.doctor)
app.command(epilog=completion.EXAMPLES)(completion.completion)


_OBJECTS_BETWEEN_COLLECTIONS = 100_000


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        import memscan

        console.show(f"memscan {memscan.__version__}")
        raise typer.Exit


@app.callback(epilog=EXAMPLES)
def memscan_command(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
    config: Config = None,
) -> None:
    """Measure what language-model outputs reproduce of a corpus."""
    del version, config  # one is done with, the other each command looks for


def run(arguments: Sequence[str]) -> int:
    """Run one command line, and return its exit code."""
    return run_command(typer.main.get_command(app), list(arguments) or ["--help"])


def main() -> NoReturn:
    """Run the command line of this process, or answer its shell, and end it."""
    # Records hold no cycles, and to look for some in millions of them takes a tenth of the time.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    if completion.is_asked():
        sys.exit(completion.answer_shell(typer.main.get_command(app)))
    end_process(run(sys.argv[1:]))

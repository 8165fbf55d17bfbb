"""How a command ends: its exit code, and one line on what went wrong.

0 ran; 1 only where ``--fail-on`` was crossed; 2 wrong use or unreadable input; 3 finished, but
records were rejected; 4 index missing, damaged or incompatible; 70 a bug; 130 and 143 interrupted;
141 nobody reads the output.
"""

import os
import sys
import threading
import traceback
from typing import Any, NoReturn

import typer

from memscan.cli import console
from memscan.cli.signals import EXIT_BASE, Signals
from memscan.errors import IndexFormatError, InternalError, MemscanError

OK = 0
CROSSED = 1
WRONG_USE = 2
SOME_REJECTED = 3
NO_INDEX = 4
BUG = 70
OUTPUT_CLOSED = 141

UsageError: Any = typer.BadParameter.__base__
"""What typer raises on wrong use; it gives no public name to it."""


# Any: typer has no public name for the class of its commands.
def run_command(command: Any, arguments: list[str]) -> int:  # noqa: ANN401
    """Run a command line, print what went wrong, and return the exit code."""
    console.prepare()
    with Signals() as signals:
        try:
            with command.make_context("memscan", arguments) as context:
                command.invoke(context)
        except typer.Exit as end:
            return end.exit_code
        except KeyboardInterrupt as interrupt:
            kept = getattr(interrupt, "__notes__", None)
            if kept:
                console.fail("interrupted", "; ".join(kept))
            else:
                console.fail("interrupted; nothing was kept of what was not finished", None)
            return EXIT_BASE + (signals.received or 2)
        except console.OutputClosedError:
            return OUTPUT_CLOSED
        except Exception as error:  # noqa: BLE001 - a person gets a line, not a traceback
            code, message, hint = explain(error)
            if os.environ.get("MEMSCAN_TRACEBACK") == "1":
                traceback.print_exc()
                if isinstance(error, MemscanError) and error.hint == hint:
                    hint = None  # the traceback has it
            console.fail(message, hint)
            return code
    return OK


def explain(error: Exception) -> tuple[int, str, str | None]:  # noqa: PLR0911 - a table
    """Return the exit code for an error, the line to print and the way out."""
    match error:
        case UsageError():
            path = error.ctx.command_path if error.ctx else "memscan"
            return WRONG_USE, console.one_line(error.format_message()), f"{path} --help"
        case IndexFormatError():
            return NO_INDEX, str(error), error.hint
        case InternalError():
            return BUG, f"internal error: {error}", error.hint or _REPORT_BUG
        case MemscanError():
            return WRONG_USE, str(error), error.hint
        case OSError(strerror=str(reason), filename=None):
            return WRONG_USE, reason, _notes(error)
        case OSError(strerror=str(reason), filename=name):
            return WRONG_USE, f"{os.fsdecode(name)}: {reason}", _notes(error)
        case MemoryError():
            return WRONG_USE, "out of memory", "use fewer --threads, or a machine with more memory"
        case _:
            return BUG, f"internal error: {type(error).__name__}: {error}", _REPORT_BUG


def _notes(error: Exception) -> str | None:
    """Return what was said of an error on its way, such as what of the work is kept."""
    return "; ".join(getattr(error, "__notes__", ())) or None


_REPORT_BUG = "this is a bug in memscan; please report it with the output of MEMSCAN_TRACEBACK=1"


def end_process(code: int) -> NoReturn:
    """End the process, whatever a thread of ours may still be doing.

    A thread that is blocked on standard input holds a lock which the interpreter wants when it
    shuts down, and interrupted work may still be stopping. Arrow aborts the process if a thread of
    its pool is just starting. Then only leaving without a shutdown helps. All output is flushed,
    and all files are closed.
    """
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = code or OUTPUT_CLOSED
    if threading.active_count() > 1 or code >= EXIT_BASE or "pyarrow" in sys.modules:
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)

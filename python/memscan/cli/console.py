r"""What is printed: data to stdout, all else to stderr, and nothing in the data is obeyed.

Texts of a corpus or a model may hold escapes that move the cursor, carriage returns that overwrite
a line and marks that reverse it. They are shown as ``\x1b`` and the like.
"""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

import json
import os
import re
import sys

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters, line separators, marks of direction, and what no encoding has."""

_LAYOUT = re.compile("(?:\r\n|[\n\t ])+")


class OutputClosedError(Exception):
    """Nobody reads what we print any more, as after ``| head``."""


def prepare() -> None:
    """Let both streams escape what their encoding does not have."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def show(line: str) -> None:
    """Print a line of data to stdout."""
    try:
        print(line, flush=True)  # noqa: T201 - here is where data is printed
    except BrokenPipeError as error:
        raise OutputClosedError from error


def show_json(content: object) -> None:
    """Print data as JSON to stdout, in ASCII: safe in any terminal and any encoding."""
    show(json.dumps(content, indent=2, default=_text))


def _text(value: object) -> str:
    r"""Return a path as text; a byte of it that is not UTF-8 as ``\xe9``, since JSON has none."""
    return os.fsencode(str(value)).decode("utf-8", "backslashreplace")


def show_passage(before: str, passage: str, after: str) -> None:
    """Print a passage in its surroundings to stdout, on one line; in colour on a terminal."""
    is_plain = not (sys.stdout.isatty() or os.environ.get("FORCE_COLOR"))
    if is_plain or os.environ.get("NO_COLOR"):
        show(f"  {one_line(before)}«{one_line(passage)}»{one_line(after)}")
        return
    from rich.console import Console
    from rich.text import Text

    line = Text("  ")
    line.append(one_line(before), style="dim")
    line.append(f"«{one_line(passage)}»", style="bold")
    line.append(one_line(after), style="dim")
    with Console(markup=False, emoji=False, highlight=False) as console, console.capture() as text:
        console.print(line, soft_wrap=True, end="")
    show(text.get())


def say(line: str) -> None:
    """Print a line to a person, on stderr; of a URL, nothing that is secret."""
    from memscan.urls import without_credentials

    print(visible(without_credentials(line)), file=sys.stderr, flush=True)  # noqa: T201 - and messages here


def fail(message: str, hint: str | None) -> None:
    """Print an error, and the way out on a line of its own."""
    say(f"error: {message}")
    if hint:
        say(f"hint: {hint}")


def visible(text: str) -> str:
    """Return ``text`` with what a terminal would obey replaced by an escape to read."""
    return _UNSAFE.sub(lambda match: ascii(match[0])[1:-1], text)


def one_line(text: str) -> str:
    """Return ``text`` on one line to be read: runs of white space as one space, all visible."""
    return visible(_LAYOUT.sub(" ", text))

"""One file written whole, or not at all."""

from collections.abc import Iterable
from pathlib import Path
from uuid import uuid4

from memscan.errors import OutputError
from memscan.writers.output import refuse_url

REPORT_BEGINS = "<!doctype html>\n"
_OTHER_NAME_HINT = "give the report a name of its own, such as report.html"


def write_report(output: Path, html: str, *, keep: Iterable[Path]) -> int:
    """Write a report, in place of an earlier one, and return its size in bytes.

    Raises:
        OutputError: The path is a folder, holds something else, is one of the files to ``keep``,
            or cannot be written.
    """
    refuse_url(output)
    content = html.encode("utf-8")
    try:
        target = output.resolve()
        _check(output, target, {path.resolve() for path in keep})
        _replace(target, content)
    except OSError as error:
        reason = error.strerror or "not possible"
        raise OutputError(f"cannot write `{output}`: {reason}", _hint(output)) from error
    return len(content)


def _check(output: Path, target: Path, keep: set[Path]) -> None:
    if target.is_dir():
        raise OutputError(f"output `{output}` is a folder", _OTHER_NAME_HINT)
    if target in keep:
        raise OutputError(f"output `{output}` is part of the results", _OTHER_NAME_HINT)
    if not target.exists():
        return
    if not target.is_file():
        raise OutputError(f"output `{output}` is not an ordinary file", _OTHER_NAME_HINT)
    with target.open("rb") as file:
        begins = file.read(len(REPORT_BEGINS)).lower()
    if begins and begins != REPORT_BEGINS.encode():
        raise OutputError(f"output `{output}` exists and is not a report", _OTHER_NAME_HINT)


def _replace(target: Path, content: bytes) -> None:
    """Write beside the target, then rename: a reader never sees half a report."""
    partial = target.with_name(f".{uuid4().hex}.partial")
    try:
        with partial.open("xb") as file:
            file.write(content)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _hint(output: Path) -> str | None:
    if not output.parent.exists():
        return f"make the folder `{output.parent}` first"
    return None

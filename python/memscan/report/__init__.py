"""The report: one file that a person can read, check and put before a court.

A results folder goes in, one HTML file comes out. The file holds no script and no outside address,
so it shows the same in ten years, without a network. Whatever came from the corpus or from a model
is shown and never obeyed.
"""

from dataclasses import dataclass
from pathlib import Path

from memscan.errors import InputError
from memscan.report.findings import load_findings
from memscan.report.folder import open_results
from memscan.report.generations import load_generations
from memscan.report.output import write_report
from memscan.report.page import render

__all__ = ["ReportSummary", "build_report"]

DEFAULT_FINDINGS = 100


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """What a report shows, and of how much.

    Attributes:
        path: The file that was written.
        bytes: Its size.
        findings_shown: Passages shown beside their sources.
        findings_total: Passages that the scan found.
        generations: Generations that the scan read.
    """

    path: Path
    bytes: int
    findings_shown: int
    findings_total: int
    generations: int


def build_report(
    results: Path,
    output: Path,
    *,
    findings: int = DEFAULT_FINDINGS,
    title: str | None = None,
) -> ReportSummary:
    """Write the report of one scan to one HTML file.

    The same results give the same bytes. Memory follows ``findings``, not the size of the results.

    Args:
        results: The results folder that a scan wrote.
        output: The HTML file to write; an earlier report there is replaced.
        findings: How many passages to show at most, the longest first.
        title: Heading of the report.

    Returns:
        What was written.

    Raises:
        InputError: ``results`` is not a complete results folder, or ``findings`` is negative.
        OutputError: ``output`` cannot be written, or holds something else than a report.
    """
    if findings < 0:
        message = f"findings is {findings}, expected zero or more"
        raise InputError(message)
    output = Path(output)
    with open_results(Path(results)) as folder:
        generations = load_generations(folder, limit=findings)
        passages = load_findings(folder, limit=findings)
        html = render(folder, generations, passages, title=title)
        size = write_report(output, html, keep=folder.paths)
    return ReportSummary(
        path=output,
        bytes=size,
        findings_shown=len(passages.ranked),
        findings_total=passages.total,
        generations=generations.figures.generations,
    )

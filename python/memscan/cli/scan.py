"""``memscan scan``: find what generations reproduce of a corpus."""

# ruff: noqa: PLC0415 - heavy modules are imported where they are used

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from memscan.cli import console
from memscan.cli.arguments import (
    AsJson,
    GenerationFormat,
    Generations,
    IdField,
    IndexPath,
    NoMmap,
    OnErrorOption,
    PartOrShare,
    SplitReasoningOption,
    TextField,
    Threads,
    open_index,
    part_and_share,
)
from memscan.cli.dry_run import show_estimate
from memscan.cli.failures import SOME_REJECTED, UsageError
from memscan.cli.gate import FailOn, crossed, end_if_crossed
from memscan.cli.progress import reporting
from memscan.cli.rejections import show_rejections
from memscan.cli.repeat import Repetition, RunToRepeat
from memscan.cli.wording import counted, percent, share
from memscan.outcomes import BLOCKED, ERROR, LENGTH, REFUSED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memscan.readers.prompts import PromptCounts
    from memscan.scanning import RunSummary
    from memscan.tally import CorpusCounts, RunCounts
    from memscan.thresholds import Crossing

EXAMPLES = """\b
Examples:
  memscan scan books.memscan 'runs/*.jsonl.gz' -o results --text-field response.text
  cat generations.jsonl | memscan scan books.memscan - -o results --json
  memscan scan books.memscan batch.jsonl -o results --fail-on 'longest_match>=50'
  memscan scan books.memscan batch.jsonl -o results --resume
  memscan scan --from results/run.json -o again
"""


def scan(  # noqa: PLR0913 - the options of the command
    ctx: typer.Context,
    index: IndexPath,
    generations: Generations,
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The results folder to create.", show_default=False),
    ] = None,
    min_length: Annotated[
        int | None,
        typer.Option(
            help="Fewest units of a match; 10 words, 20 lexemes, 50 bytes or tokens.",
            show_default=False,
        ),
    ] = None,
    min_chars: Annotated[int, typer.Option(help="Fewest characters of a match, besides.")] = 0,
    format: GenerationFormat = None,  # noqa: A002 - the name of the option
    part: PartOrShare = None,
    split_reasoning: SplitReasoningOption = "found",
    text_field: TextField = None,
    id_field: IdField = None,
    prompt_field: Annotated[str | None, typer.Option(help="Field with the prompt.")] = None,
    model_field: Annotated[str | None, typer.Option(help="Field with the model.")] = None,
    on_error: OnErrorOption = None,
    prompts: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="A file with prompts, joined by ids, such as the input of a batch.",
        ),
    ] = None,
    refusal_pattern: Annotated[
        list[str] | None,
        typer.Option(
            metavar="REGEX",
            help="A regular expression for how refusals begin; `default` stands for the built-in "
            "ones; repeatable.",
        ),
    ] = None,
    occurrences: Annotated[
        int, typer.Option(help="How many places of each match to report, best first.")
    ] = 1,
    examined: Annotated[
        int, typer.Option(min=1, help="How many places to choose these from.")
    ] = 16,
    seed: Annotated[int, typer.Option(help="Seed for drawing them, where a match has more.")] = 0,
    template: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="A file with text that all prompts share, discounted like them."
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(metavar="INDEX", help="An index of common material, which is discounted too."),
    ] = None,
    context: Annotated[
        int, typer.Option(min=0, help="Characters to keep on each side of a match.")
    ] = 200,
    run: RunToRepeat = None,
    fail_on: FailOn = None,
    max_rejected: Annotated[
        str,
        typer.Option(
            metavar="LIMIT",
            help="Records that may be rejected, such as 5% or 100.",
        ),
    ] = "1%",
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with a scan that was interrupted or failed."),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Only show what would be scanned, and about what it costs."),
    ] = False,
    threads: Threads = None,
    no_mmap: NoMmap = False,
    json: AsJson = False,
) -> None:
    """Find what generations reproduce of a corpus."""
    from memscan.estimating import estimate_scan
    from memscan.options import ScanOptions
    from memscan.scanning import scan_files
    from memscan.thresholds import parse_thresholds

    thresholds = parse_thresholds(fail_on or ())
    options = ScanOptions(
        min_length=min_length,
        min_chars=min_chars,
        occurrences=occurrences,
        occurrences_examined=examined,
        context_chars=context,
        seed=seed,
        threads=threads,
    )
    del run  # its values are those of the other parameters
    opened = open_index(index, no_mmap=no_mmap, others=generations)
    common = open_index(baseline, no_mmap=no_mmap) if baseline else None
    repetition = Repetition(ctx)
    repetition.check(opened, common)
    wanted_part, wanted_share = part_and_share(part)
    reading: dict[str, Any] = {
        "format": format,
        "part": wanted_part,
        "split_reasoning": split_reasoning,
        "text_field": text_field,
        "id_field": id_field,
        "prompt_field": prompt_field,
        "model_field": model_field,
        "on_error": on_error,
        "prompts": prompts,
        "refusal_patterns": refusal_pattern,
        "template": template,
        "baseline": common,
    }
    if dry_run:
        show_estimate(estimate_scan(opened, generations, options=options, **reading), json=json)
        return
    if output is None:
        raise UsageError("Missing option '--output' / '-o'.")
    with reporting() as reporter:
        summary = scan_files(
            opened,
            generations,
            output,
            options=options,
            **reading,
            share=wanted_share,
            max_rejected=max_rejected,
            resume=resume,
            progress=reporter,
            on_detect=reporter.note,
            check_inputs=repetition.check_inputs,
        )
    show_summary(summary, crossed(output, thresholds), json=json)


def show_summary(
    summary: "RunSummary", crossings: "Sequence[Crossing]" = (), *, json: bool
) -> None:
    """Print what a run found, and end with the code for thresholds or rejected records, if any."""
    _warn(summary)
    if json:
        console.show_json({**asdict(summary), "crossed": [asdict(one) for one in crossings]})
    else:
        console.show(sentence(summary))
        for name, found in summary.corpora.items():
            console.show(_in_corpus(name, found, summary))
        console.say(f"hint: memscan report {shlex.quote(str(summary.output))} -o report.html")
    end_if_crossed(crossings)
    if summary.counts.rejected:
        raise typer.Exit(SOME_REJECTED)


def sentence(summary: "RunSummary") -> str:
    """Return what a run found in a sentence or two, every share with its denominator."""
    counts, unit = summary.counts, summary.unit
    hold = "holds" if counts.with_span == 1 else "hold"
    scanned = share(counts.with_span, counts.generations - counts.rejected, "generation")
    shortest = counted(summary.min_length, unit)
    if summary.min_chars:
        shortest += f" and {counted(summary.min_chars, 'character')}"
    part = f"part {summary.part}: " if summary.part else ""
    found = [
        f"{part}{scanned} {hold} a passage of at least {shortest} of the corpus",
        f"{share(counts.covered_units, counts.n_units, unit)} covered",
    ]
    if counts.longest_match:
        found.append(f"longest {counted(counts.longest_match, unit)}")
    sentences = ["; ".join(found)]
    if counts.spans and summary.discounts:
        sentences.append(_without_echo(summary))
    if counts.spans and unit == "word" and counts.covered_chars_exact is not None:
        sentences.append(_ladder(counts))
    if outcomes := _outcomes(counts):
        sentences.append(outcomes)
    if counts.rejected:
        rejected = counted(counts.rejected, "record")
        are = "is" if counts.rejected == 1 else "are"
        sentences.append(f"{rejected} rejected, which {are} not among these generations")
    if counts.spans and not summary.store_text:
        sentences.append(
            "The index stores no text: no occurrence was compared with its text, and fidelity is "
            "unknown"
        )
    return ". ".join(sentences) + "."


def _outcomes(counts: "RunCounts") -> str:
    """Return how many answers did not end as they should; nothing if all did."""
    told = {
        REFUSED: "refused",
        BLOCKED: "blocked by a filter",
        LENGTH: "cut off at their length",
        ERROR: "ended in an error",
    }
    known = {how: counts.outcomes.get(outcome, 0) for outcome, how in told.items()}
    ended = ", ".join(f"{count:,} {how}" for how, count in known.items() if count)
    return f"Of the answers, {ended}" if ended else ""


def _in_corpus(name: str, found: "CorpusCounts", summary: "RunSummary") -> str:
    counts, unit = summary.counts, summary.unit
    return (
        f"  {name}: {share(found.with_span, counts.generations - counts.rejected, 'generation')}; "
        f"{share(found.covered_units, counts.n_units, unit)} covered; longest "
        f"{counted(found.longest_match, unit)}"
    )


def _without_echo(summary: "RunSummary") -> str:
    counts, unit = summary.counts, summary.unit
    given = {"prompts": "the prompt", "template": "the template", "baseline": "the baseline"}
    where = " or ".join(given[name] for name in summary.discounts)
    hold = "holds" if counts.with_span_discounted == 1 else "hold"
    scanned = counts.generations - counts.rejected
    return (
        f"Counting only passages that keep at least {counted(summary.min_length, unit)} without "
        f"the longest part of them that stood in {where}, but these whole: "
        f"{share(counts.with_span_discounted, scanned, 'generation')} {hold} one; "
        f"{share(counts.covered_units_discounted, counts.n_units, unit)} covered"
    )


def _ladder(counts: "RunCounts") -> str:
    levels = {
        "byte for byte": counts.covered_chars_exact,
        "white space apart": counts.covered_chars_whitespace,
        "typography apart": counts.covered_chars_typography,
        "as words": counts.covered_chars,
    }
    shares = ", ".join(
        f"{percent((covered or 0) / counts.n_chars)} {level}" for level, covered in levels.items()
    )
    return f"Characters covered, of {counts.n_chars:,}: {shares}"


def _warn(summary: "RunSummary") -> None:
    show_rejections(summary.rejections, summary.counts.rejected, "rejected.jsonl")
    if summary.prompts is not None:
        _warn_of_prompts(summary.prompts)
    if truncated := summary.counts.truncated:
        whose = counted(truncated, "generation")
        console.say(f"warning: {whose} with more matches than are listed; all are counted")
    if repeated := summary.counts.duplicate_ids:
        console.say(f"warning: {counted(repeated, 'generation')} with the id of an earlier one")


def _warn_of_prompts(counts: "PromptCounts") -> None:
    """Say what of a file of prompts, or of the generations, had no partner."""
    if counts.missing:
        whose = counted(counts.missing, "generation")
        some = _some_ids(counts.missing_ids, counts.missing)
        console.say(f"warning: {whose} with an id that no prompt has{some}")
    if counts.unused:
        some = _some_ids(counts.unused_ids, counts.unused)
        whose = counted(counts.unused, "prompt")
        console.say(f"warning: {whose} with an id that no answer has{some}")
    if counts.repeated:
        console.say(f"warning: {counted(counts.repeated, 'prompt')} with the id of an earlier one")
    if counts.unread:
        console.say(f"warning: {counted(counts.unread, 'record')} without an id and a prompt")


def _some_ids(ids: "Sequence[str]", count: int) -> str:
    """Return the ids that are known of so many: ``: a, b, c and 12 more``."""
    more = f" and {count - len(ids):,} more" if count > len(ids) else ""
    return f": {', '.join(map(console.one_line, ids))}{more}" if ids else ""

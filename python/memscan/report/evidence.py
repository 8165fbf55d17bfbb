"""One passage beside its source, ready to be shown.

The two sides are the evidence, so they are shown whole; only past ``MOST_SHOWN`` characters is the
middle left out, and the page says how much.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from memscan.report.columns import Row, integer, string
from memscan.report.differences import Differences, Segment, differences
from memscan.report.findings import Finding
from memscan.report.sentence import Measure
from memscan.report.text import label, passage
from memscan.report.wording import NOT_COMPARED, Unit, counted, fidelity_meaning, number

MOST_SHOWN = 30_000
_SHOWN_EACH_END = 10_000
_MOST_CONTEXT = 2_000
_MOST_FIELDS = 12


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a finding: where it stands, and the passage in its context."""

    name: Markup
    place: str
    passage: Markup


@dataclass(frozen=True, slots=True)
class Source:
    """A further place of a passage in the corpus."""

    side: Side
    fidelity: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A finding as the page shows it.

    Attributes:
        rank: Its place, from 1.
        length: How long it is, in words.
        facts: Terms and what is to say of them.
        fields: What else the input said of the generation, as names and values.
        more_fields: How many of these are not shown.
        which: Which of the generations with its id it is of, or nothing.
        left: The generation.
        right: The corpus, at the most faithful place reported.
        note: How the two sides differ.
        further: Further places in the corpus.
        not_shown: How many more were reported.
    """

    rank: int
    length: str
    facts: Sequence[tuple[str, str | Markup]]
    fields: Sequence[tuple[Markup, Markup]]
    more_fields: int
    which: str
    left: Side
    right: Side
    note: str
    further: Sequence[Source]
    not_shown: int


def evidence(rank: int, finding: Finding, fields: Row, measure: Measure, which: str) -> Evidence:
    """Make a finding ready to be shown.

    Args:
        rank: Its place, from 1.
        finding: The passage and its places.
        fields: What else the input said of the generation.
        measure: What was measured with.
        which: Which of the generations with its id it is of, or nothing.
    """
    row = finding.passage
    sides = _sides(row)
    shown = [(label(name), label(value)) for name, value in fields.items()][:_MOST_FIELDS]
    return Evidence(
        rank=rank,
        length=measure.unit.count(integer(row, "n_units")),
        facts=_facts(row, measure.unit),
        fields=shown,
        more_fields=len(fields) - len(shown),
        which=which,
        left=_side(row, "generation_id", "", sides.left, measure),
        right=_side(row, "document_id", "document_", sides.right, measure),
        note=_note(row, sides, measure),
        further=[_source(source, measure) for source in finding.sources[1:]],
        not_shown=finding.source_count - len(finding.sources),
    )


def occurrences(row: Row) -> str:
    """Say how often a passage stands in the corpus: ``3 times in 2 documents``."""
    times = counted(integer(row, "count"), "time", "times")
    documents = counted(integer(row, "document_count"), "document", "documents")
    if row["count_is_capped"]:
        return f"{times} in at least {documents}"
    return f"{times} in {documents}"


def echo(row: Row, unit: Unit) -> str:
    """Say how much of a passage already stood in the generation's own prompt."""
    echoed = row["echo_units"]
    if not isinstance(echoed, int):
        return "no prompt recorded"
    if echoed == 0:
        return "nothing of it stood in the prompt"
    if echoed >= integer(row, "n_units"):
        return f"all of its {unit.many} already stood in the prompt"
    return f"{unit.count(echoed)} of it already stood in the prompt"


def _facts(row: Row, unit: Unit) -> list[tuple[str, str | Markup]]:
    facts: list[tuple[str, str | Markup]] = []
    if row["model"] is not None:
        facts.append(("Model", label(row["model"])))
    fidelity = row["fidelity"] or NOT_COMPARED
    meaning = fidelity_meaning(fidelity, unit)
    named = Markup('<span class="fidelity">{}</span>: {}')
    facts += [
        ("Fidelity", named.format(label(fidelity), meaning)),
        ("In the corpus", occurrences(row)),
        *([] if row.get("corpus") is None else [("Named corpus", label(row["corpus"]))]),
        ("Prompt", echo(row, unit)),
    ]
    return facts


def _sides(row: Row) -> Differences:
    """Return both sides marked where they differ; unmarked if either is not known."""
    left, right = string(row, "text"), string(row, "document_text")
    if row["text"] is None or row["document_text"] is None:
        return Differences([(left, False)], [(right, False)], places=0, compared=False)
    return differences(left, right)


def _note(row: Row, sides: Differences, measure: Measure) -> str:
    units = measure.unit.many
    if row["document_text"] is None:
        return (
            "The index stores no text, so the source cannot be shown and was not compared: the "
            f"passage has the same {units}. Its place in the document is counted in {units}."
        )
    if row["text"] is None:
        return f"Only the {units} of the generation were scanned, so its text cannot be shown."
    if row["document_text"] == row["text"]:
        return ""
    if not sides.compared:
        return "The sides are too long to mark where they differ."
    if sides.places == 0:
        return "The sides differ in white space alone, which is not marked."
    places = counted(sides.places, "place differs", "places differ")
    return f"{places} and {'is' if sides.places == 1 else 'are'} underlined; white space is not."


def _source(row: Row, measure: Measure) -> Source:
    sides = _sides(row)
    name = str(row["fidelity"] or NOT_COMPARED)
    return Source(
        side=_side(row, "document_id", "document_", sides.right, measure),
        fidelity=f"{name}: {fidelity_meaning(name, measure.unit)}",
    )


def _side(row: Row, name: str, prefix: str, segments: list[Segment], measure: Measure) -> Side:
    if row[f"{prefix}text"] is None:
        return _side_without_text(row, name, prefix, measure.unit)
    context = measure.context
    start = integer(row, f"{prefix}start")
    characters = f"{number(start)} to {number(integer(row, f'{prefix}end'))}"
    first, last = integer(row, f"{prefix}byte_start"), integer(row, f"{prefix}byte_end")
    before = string(row, f"{prefix}context_before")[-_MOST_CONTEXT:]
    after = string(row, f"{prefix}context_after")[:_MOST_CONTEXT]
    return Side(
        name=label(row[name]),
        place=f"characters {characters}, bytes {number(first)} to {number(last)}",
        passage=_context(before, more=start > len(before), first=True)
        + Markup("<mark>{}</mark>").format(_shown(segments))
        + _context(after, more=len(after) >= min(context, _MOST_CONTEXT), first=False),
    )


def _side_without_text(row: Row, name: str, prefix: str, unit: Unit) -> Side:
    """Return a side of which only units are known; without text, places count these."""
    start, end = integer(row, f"{prefix}start"), integer(row, f"{prefix}end")
    return Side(
        name=label(row[name]),
        place=f"{unit.many} {number(start)} to {number(end)}",
        passage=Markup('<span class="cut">{}</span>').format(
            "no text in the index" if prefix else "no text, only tokens"
        ),
    )


def _context(text: str, *, more: bool, first: bool) -> Markup:
    """Return what stands around a passage, with an ellipsis where the text goes on."""
    ellipsis = Markup('<span class="cut">…</span>') if more else Markup("")
    shown = Markup('<span class="context">{}</span>').format(passage(text)) if text else Markup("")
    return ellipsis + shown if first else shown + ellipsis


def _shown(segments: list[Segment]) -> Markup:
    length = sum(len(text) for text, _ in segments)
    if length <= MOST_SHOWN:
        return _marked(segments)
    omitted = counted(length - 2 * _SHOWN_EACH_END, "character", "characters")
    cut = Markup('<span class="cut">… {} left out here …</span>').format(omitted)
    backwards = [(text[::-1], differs) for text, differs in reversed(segments)]
    end = [(text[::-1], differs) for text, differs in reversed(_head(backwards))]
    return _marked(_head(segments)) + cut + _marked(end)


def _head(segments: list[Segment]) -> list[Segment]:
    """Return the segments of the first characters."""
    left = _SHOWN_EACH_END
    head = []
    for text, differs in segments:
        head.append((text[:left], differs))
        left -= len(text)
        if left <= 0:
            break
    return head


def _marked(segments: list[Segment]) -> Markup:
    differs = Markup("<u>{}</u>")
    shown = (
        differs.format(passage(text)) if marked else passage(text) for text, marked in segments
    )
    return Markup("").join(shown)

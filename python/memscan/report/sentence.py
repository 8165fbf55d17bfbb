"""The answer in one sentence, and what it does not say.

The sentence is quoted without its report, so it must be true alone: with its denominators, its
limit of length, and what was left out. It never says that nothing was found in what was not read.
"""

from dataclasses import dataclass

from memscan.report.findings import Findings
from memscan.report.generations import Figures
from memscan.report.wording import NO_BREAK, Unit, counted, number, percent, share


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured with, as far as the wording needs it.

    Attributes:
        unit: What a passage is counted in.
        min_length: Units that a passage has at least.
        occurrences: Places reported for a passage at most.
        examined: Places examined for the best of them at most; ``None`` if not recorded.
        documents: Documents of the corpus; ``None`` if not recorded.
        units: Units of the corpus; ``None`` if not recorded.
        context: Characters reported on each side of a passage at most.
        duplicate_ids: Generations with the id of an earlier one.
        discounted: Generations with a passage that is long enough without its echo, and units in
            such passages; ``None`` if not recorded.
        min_chars: Characters that a passage has at least; 0 if that was not asked for.
        store_text: Whether the index stores the texts of its documents.
    """

    unit: Unit
    min_length: int
    occurrences: int
    examined: int | None
    documents: int | None
    units: int | None
    context: int
    duplicate_ids: int
    discounted: tuple[int, int] | None = None
    min_chars: int = 0
    store_text: bool = True

    @property
    def length(self) -> str:
        """The least length, in words: ``10 or more words``."""
        chars = f" and {number(self.min_chars)} or more characters" if self.min_chars else ""
        return f"{number(self.min_length)} or more {self.unit.many}{chars}"

    @property
    def passage(self) -> str:
        """The least passage, in words."""
        return f"passage of {self.length} of the corpus"


def answer(figures: Figures, findings: Findings, measure: Measure) -> str:
    """Return the outcome of a scan in one sentence."""
    if figures.generations == 0:
        return _nothing_read(figures)
    if figures.units == 0:
        outcome = _no_units(figures, measure.unit)
    elif figures.with_passage == 0:
        outcome = _nothing_found(figures, measure)
    else:
        outcome = _found(figures, findings, measure)
    return f"{outcome}{_not_read(figures)}."


def caveat(measure: Measure) -> str:
    """Return, in one sentence, what the answer does not say."""
    return (
        f"It counts only runs of {measure.length} that "
        f"stand in the corpus in the same order, {measure.unit.folding}; it says nothing of "
        f"shorter runs, paraphrase or translation, and not why a passage is there: it may have "
        f"been memorised, looked up, taken from the prompt, or be common to many texts."
    )


def notes(figures: Figures, findings: Findings, measure: Measure) -> list[tuple[str, str]]:
    """Return how the figures were counted, as headings and sentences."""
    entries = [
        ("Passage", _passage(measure.unit)),
        ("Denominators", _denominators(figures, measure)),
        ("Corpus", _corpus(measure)),
    ]
    if findings.by_fidelity[""]:
        entries.append(("Texts", _not_compared(findings, measure)))
    if findings.total:
        entries.append(("Prompts", _prompts(findings, measure.unit)))
        if measure.discounted is not None:
            entries.append(("Without echoes", _without_echoes(figures, measure)))
        entries.append(("Sources", _sources(findings, measure)))
    return entries


def _passage(unit: Unit) -> str:
    return (
        f"A run of {unit.many}{unit.whole} of a generation that stands inside one document of the "
        "corpus and is part of no longer such run. Passages may overlap; in shares, each "
        f"{unit.one} counts once."
    )


def _generations(count: int) -> str:
    return counted(count, "generation", "generations")


def _nothing_read(figures: Figures) -> str:
    if figures.records == 0:
        return "The scan was given no generation, so nothing was compared with the corpus."
    if figures.records == 1:
        outcome = "The one record could not be read"
    else:
        outcome = f"None of the {number(figures.records)} records could be read"
    return f"{outcome}, so nothing was compared with the corpus."


def _no_units(figures: Figures, unit: Unit) -> str:
    if figures.generations == 1:
        return f"The one generation holds no {unit.one}, so nothing was compared with the corpus"
    who = f"None of the {_generations(figures.generations)}"
    return f"{who} holds a {unit.one}, so nothing was compared with the corpus"


def _nothing_found(figures: Figures, measure: Measure) -> str:
    size = measure.unit.count(figures.units)
    if figures.generations == 1:
        return f"The one generation ({size}) reproduces no {measure.passage}"
    who = f"None of the {_generations(figures.generations)} ({size})"
    return f"{who} reproduces a {measure.passage}"


def _found(figures: Figures, findings: Findings, measure: Measure) -> str:
    rate = percent(figures.with_passage, figures.generations)
    who = f"{number(figures.with_passage)} of {_generations(figures.generations)} ({rate})"
    verb = "reproduces" if figures.with_passage == 1 else "reproduce"
    if figures.passages == 1:
        return f"{who} {verb} one {measure.passage}; {_only_passage(figures, findings, measure)}"
    return (
        f"{who} {verb} at least one {measure.passage}; {_covered(figures, measure.unit)}, "
        f"and the longest passage has {_length(figures, findings, measure.unit)}"
    )


def _not_read(figures: Figures) -> str:
    if not figures.rejected:
        return ""
    return f"; {counted(figures.rejected, 'further record', 'further records')} could not be read"


def _covered(figures: Figures, unit: Unit) -> str:
    of_all = f"{number(figures.covered)} of the {unit.count(figures.units)}"
    rate = percent(figures.covered, figures.units)
    verb = "stands" if figures.covered == 1 else "stand"
    if figures.generations == 1:
        return f"{of_all} of the generation ({rate}) {verb} in such passages"
    return f"together, {of_all} of all generations ({rate}) {verb} in such passages"


def _only_passage(figures: Figures, findings: Findings, measure: Measure) -> str:
    whose = "the generation" if figures.generations == 1 else "all generations"
    rate = percent(figures.covered, figures.units)
    length = _length(figures, findings, measure.unit)
    return f"it has {length}, and is {rate} of the {measure.unit.count(figures.units)} of {whose}"


def _length(figures: Figures, findings: Findings, unit: Unit) -> str:
    length = unit.count(figures.longest)
    if findings.longest_echo == 0:
        return length
    part = "all" if findings.longest_echo >= figures.longest else number(findings.longest_echo)
    return f"{length}, {part}{NO_BREAK}of which already stood in the prompt"


def _denominators(figures: Figures, measure: Measure) -> str:
    unit = measure.unit
    size = f"{number(figures.generations)} in all, with {unit.count(figures.units)}"
    rule = "Every generation that could be read counts, with a passage or without"
    sentences = [f"{rule}: {size}."]
    if figures.empty:
        who = "1 of them holds" if figures.empty == 1 else f"{number(figures.empty)} of them hold"
        sentences.append(f"{who} no {unit.one} and so no passage.")
    if figures.rejected:
        what = counted(figures.rejected, "further record", "further records")
        verb = "is" if figures.rejected == 1 else "are"
        sentences.append(f"{what} could not be read and {verb} in no share.")
    if measure.duplicate_ids:
        who = counted(measure.duplicate_ids, "generation has", "generations have")
        sentences.append(f"{who} the id of an earlier one; each counts on its own.")
    return " ".join(sentences)


def _prompts(findings: Findings, unit: Unit) -> str:
    rule = f"{unit.many.capitalize()} that already stood in a generation's own prompt are counted"
    if findings.without_prompt == findings.total:
        return f"No prompt was recorded, so what stood in one cannot be told; {rule.lower()}."
    if findings.echo_whole == findings.echo_part == 0:
        found = "no passage, nor part of one, stood there"
    else:
        passages = counted(findings.total, "passage", "passages")
        whole, part = _some(findings.echo_whole), _some(findings.echo_part)
        found = f"of {passages}, {whole} stood there whole and {part} in part"
    unknown = f"; for {number(findings.without_prompt)} no prompt was recorded"
    return f"{rule}: {found}{unknown if findings.without_prompt else ''}."


def _without_echoes(figures: Figures, measure: Measure) -> str:
    generations, units = measure.discounted or (0, 0)
    unit = measure.unit
    return (
        f"A passage counts here only if it keeps {number(measure.min_length)} or more {unit.many} "
        "without the longest part of it that stood in the prompt, a template or a baseline, and "
        f"then as a whole, with that part: {share(generations, figures.generations)} generations "
        f"reproduce such a passage, and {share(units, figures.units)} {unit.many} stand in one."
    )


def _not_compared(findings: Findings, measure: Measure) -> str:
    count = findings.by_fidelity[""]
    who = "No passage was" if count == findings.total else f"{number(count)} passages were not"
    why = "only token ids were scanned" if measure.store_text else "the index stores no text"
    return (
        f"{who} compared with the text of its source: {why}. That the {measure.unit.many} are the "
        "same rests on the index alone, and fidelity is unknown."
    )


def _some(count: int) -> str:
    return number(count) if count else "none"


def _corpus(measure: Measure) -> str:
    size = ""
    if measure.documents is not None and measure.units is not None:
        documents = counted(measure.documents, "document", "documents")
        size = f" ({documents}, {measure.unit.count(measure.units)})"
    return (
        f"The corpus is what was indexed{size}. What is not in it cannot be found, and its "
        "documents are counted as they were given: two copies of a work are two documents."
    )


def _sources(findings: Findings, measure: Measure) -> str:
    places = counted(measure.occurrences, "place", "places")
    if findings.by_fidelity[""] == findings.total:
        return (
            f"For each passage, at most {places} in the corpus are shown, the first ones; the "
            "counts cover all places, and say “at least” where counting stopped at a limit."
        )
    best = f"the best of at most {number(measure.examined)} examined" if measure.examined else ""
    chosen = f", {best}," if best else ""
    return (
        f"For each passage, at most {places}{chosen} in the corpus are shown, the most faithful "
        "first; the counts cover all places, and say “at least” where counting stopped at a limit."
    )

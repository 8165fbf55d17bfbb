"""Figures as bars beside their numbers: a table reads aloud what the bars show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from memscan.report.columns import integer
from memscan.report.findings import Findings
from memscan.report.generations import Figures, Generations
from memscan.report.telling import key, which
from memscan.report.wording import (
    FIDELITIES,
    NOT_COMPARED,
    Unit,
    fidelity_meaning,
    number,
    percent,
    share,
)

MODELS_SHOWN = 40
LADDER = {
    "exact": "covered_chars_exact",
    "whitespace": "covered_chars_whitespace",
    "typography": "covered_chars_typography",
    "folded": "covered_chars",
}
CORPUS = ("with_span", "covered_units", "longest_match", "spans")
LADDER_MEANINGS = {
    "exact": "in runs that are equal byte for byte",
    "whitespace": "in runs that are equal after white space is",
    "typography": "and after quotes, dashes, ellipses and ligatures are",
    "folded": "in passages, however they are written",
}

_BAR = Markup(
    '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"'
    ' focusable="false"><rect class="track" width="100" height="8"/>'
    '<rect class="{}" width="{}" height="8"/></svg>'
)


@dataclass(frozen=True, slots=True)
class BarRow:
    """One row of a figure: a name, what it means, a number, its share, and a bar of the share."""

    name: str
    meaning: str
    count: str
    share: str
    bar: Markup


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One row of the table of models."""

    model: str | None
    generations: str
    with_passage: str
    covered: str
    longest: str
    bar: Markup


@dataclass(frozen=True, slots=True)
class CorpusRow:
    """One row of the table of named corpora."""

    name: str
    with_passage: str
    passages: str
    longest: str
    covered: str
    bar: Markup


@dataclass(frozen=True, slots=True)
class RankedRow:
    """One row of the table of generations; ``anchor`` is the rank of its longest passage."""

    generation: object
    which: str
    model: object
    anchor: int | None
    longest: str
    passages: str
    covered: str


def bar(part: int, whole: int, kind: str = "level") -> Markup:
    """Return a bar that is filled to ``part`` of ``whole``."""
    filled = 100 * part / whole if whole else 0.0
    return _BAR.format(kind, f"{filled:.2f}")


def length_rows(generations: Generations, unit: Unit) -> list[BarRow]:
    """Return how many generations have their longest passage in each class of lengths."""
    figures = generations.figures
    without = figures.generations - figures.with_passage
    classes = [("no passage", without)]
    for entry in generations.lengths:
        last = "or more" if entry.last is None else f"to {number(entry.last)}"
        same = entry.first == entry.last
        name = number(entry.first) if same else f"{number(entry.first)} {last}"
        classes.append((f"{name} {unit.many}", entry.generations))
    return [
        BarRow(
            name=name,
            meaning="",
            count=number(count),
            share=percent(count, figures.generations),
            bar=bar(count, figures.generations, "level" if at else "none"),
        )
        for at, (name, count) in enumerate(classes)
    ]


def fidelity_rows(findings: Findings, unit: Unit) -> list[BarRow]:
    """Return how many passages have each fidelity, strictest first, in words."""
    counts = {name: findings.by_fidelity[name] for name in FIDELITIES}
    if not_compared := findings.by_fidelity[""]:
        counts[NOT_COMPARED] = not_compared
    if others := findings.total - sum(counts.values()):
        counts["other"] = others
    if unit.is_exact:
        counts = {name: count for name, count in counts.items() if count or name == "exact"}
    return [
        BarRow(
            name=name,
            meaning=fidelity_meaning(name, unit),
            count=number(count),
            share=percent(count, findings.total),
            bar=bar(count, findings.total),
        )
        for name, count in counts.items()
    ]


def ladder_rows(counts: Mapping[str, object]) -> list[BarRow]:
    """Return how many characters stand in passages at each level; nothing if that is not known."""
    whole = counts.get("n_chars")
    if not isinstance(whole, int) or whole < 1:
        return []
    rows = []
    for name, column in LADDER.items():
        covered = counts.get(column)
        if not isinstance(covered, int) or not 0 <= covered <= whole:
            return []
        rows.append(
            BarRow(
                name=name,
                meaning=LADDER_MEANINGS[name],
                count=number(covered),
                share=percent(covered, whole),
                bar=bar(covered, whole),
            )
        )
    return rows


def model_rows(models: Mapping[str | None, Figures], unit: Unit) -> list[ModelRow]:
    """Return the models, those first of whose text the largest share stands in passages."""

    def order(entry: tuple[str | None, Figures]) -> tuple[float, str]:
        model, figures = entry
        return -figures.covered / (figures.units or 1), model or ""

    return [
        ModelRow(
            model=model,
            generations=number(figures.generations),
            with_passage=share(figures.with_passage, figures.generations),
            covered=share(figures.covered, figures.units),
            longest=unit.count(figures.longest) if figures.passages else "none",
            bar=bar(figures.covered, figures.units),
        )
        for model, figures in sorted(models.items(), key=order)[:MODELS_SHOWN]
    ]


def corpus_rows(corpora: Mapping[str, object], figures: Figures, unit: Unit) -> list[CorpusRow]:
    """Return what was found in each named corpus, as if that were all; not what is damaged."""
    rows = []
    for name, counts in corpora.items():
        found = [counts.get(column) if isinstance(counts, dict) else None for column in CORPUS]
        if not all(isinstance(count, int) and count >= 0 for count in found):
            continue
        generations, covered, longest, passages = (int(str(count)) for count in found)
        rows.append(
            CorpusRow(
                name=name,
                with_passage=share(generations, figures.generations),
                passages=number(passages),
                longest=unit.count(longest) if passages else "none",
                covered=share(covered, figures.units),
                bar=bar(covered, figures.units),
            )
        )
    return rows


def ranked_rows(
    generations: Generations, findings: Findings, telling: Sequence[str]
) -> list[RankedRow]:
    """Return the generations with the longest passages, and where these are shown.

    ``telling`` are the columns that say which of the generations with one id is meant.
    """
    anchors: dict[tuple[object, ...], int] = {}
    for rank, finding in enumerate(findings.ranked, 1):
        row = finding.passage
        anchors.setdefault((*key(row), row["n_units"]), rank)
    return [
        RankedRow(
            generation=row["generation_id"],
            which=which(row, telling),
            model=row["model"],
            anchor=anchors.get((*key(row), row["longest_match"])),
            longest=number(integer(row, "longest_match")),
            passages=number(integer(row, "n_spans")),
            covered=share(integer(row, "covered_units"), integer(row, "n_units")),
        )
        for row in generations.ranked
    ]

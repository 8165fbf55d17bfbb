"""Generations and their passages, as a person reads them on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memscan.cli import console
from memscan.cli.side_by_side import both_sides, show_columns, show_sides
from memscan.cli.wording import counted, occurrences, percent, share
from memscan.report.columns import integer, string
from memscan.report.telling import which

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memscan.looking import Ranking, Shown
    from memscan.passages import GenerationPassages
    from memscan.report.columns import Row
    from memscan.report.sentence import Measure


_DISCOUNTED = ("covered (discounted)", "longest (discounted)")
_ECHOES = {"echo_units": "prompt", "template_units": "template", "baseline_units": "baseline"}


def show_ranking(ranking: Ranking, sort: str) -> None:
    """Print the generations that come first."""
    hold = "holds" if ranking.with_passage == 1 else "hold"
    cut = len(ranking.rows) < ranking.with_passage
    shown = f"; showing {len(ranking.rows):,}, by {sort}" if cut else ""
    console.show(
        f"{share(ranking.with_passage, ranking.generations, 'generation')} {hold} a passage of "
        f"at least {counted(ranking.measure.min_length, ranking.measure.unit.one)}{shown}"
    )
    if not ranking.rows:
        return
    names = ("row", "generation", "model")
    counts = ("covered", "longest", "passages", *(_DISCOUNTED if ranking.is_discounted else ()))
    cells = [
        (
            f"{row['row']:,}",
            _name(row, ranking.telling),
            console.one_line(str(row["model"] or "")),
            _covered(row, "covered_units"),
            f"{row['longest_match']:,}",
            f"{row['n_spans']:,}",
            *(_discounted_cells(row) if ranking.is_discounted else ()),
        )
        for row in ranking.rows
    ]
    show_columns((*names, *counts), cells, numbers={"row", *counts})


def show_generations(shown: Shown, limit: int) -> None:
    """Print generations that have one id, each with its first passages beside their sources."""
    many = len(shown.generations) > 1
    for one in shown.generations:
        row = one.row
        model = f", {console.one_line(str(row['model']))}" if row["model"] is not None else ""
        number = f" (row {one.number + 1:,})" if many else ""
        console.show(f"{_name(row, shown.telling)}{model}{number}")
        console.show(f"  {console.one_line(_sentence(one, shown.measure))}")
        if row["error"] is not None:
            console.show(f"  {console.one_line(str(row['error']))}")
        for at, passage in enumerate(one.passages[:limit], 1):
            _show_passage(at, passage, shown.measure)
        if len(one.passages) > limit:
            console.show(f"\nshowing {limit:,} of {counted(len(one.passages), 'passage')}")
        console.show("")


def _name(row: Row, telling: Sequence[str]) -> str:
    """Return the id of a generation, and which of those with the id it is."""
    words = (str(row["generation_id"]), which(row, telling))
    return console.one_line(", ".join(filter(None, words)))


def _sentence(one: GenerationPassages, measure: Measure) -> str:
    row, unit = one.row, measure.unit.one
    if row["n_units"] is None:
        return str(row["status"])
    covered = share(integer(row, "covered_units"), integer(row, "n_units"), unit)
    passages = counted(integer(row, "n_spans"), "passage")
    if not one.passages:
        return f"{row['status']}: no passage of at least {counted(measure.min_length, unit)}"
    longest = counted(integer(row, "longest_match"), unit)
    found = f"{row['status']}: {passages}; {covered} covered; longest {longest}"
    return f"{found}{_discounted(row, unit)}"


def _discounted(row: Row, unit: str) -> str:
    """Return what is left of a generation without echoes, if that is another number."""
    kinds = ("covered_units", "longest_match")
    if all(row.get(f"{kind}_discounted") in (None, row[kind]) for kind in kinds):
        return ""
    covered = share(integer(row, "covered_units_discounted"), integer(row, "n_units"), unit)
    longest = counted(integer(row, "longest_match_discounted"), unit)
    return f"; discounted: {covered} covered; longest {longest}"


def _show_passage(at: int, passage: Sequence[Row], measure: Measure) -> None:
    best, unit = passage[0], measure.unit.one
    counts = integer(best, "count"), integer(best, "document_count")
    facts = [
        counted(integer(best, "n_units"), unit),
        str(best["fidelity"] or "not compared"),
        f"stands {occurrences(*counts, is_capped=bool(best['count_is_capped']))}",
    ]
    facts += [
        f"{counted(echo, unit)} of it stood in the {where}"
        for name, where in _ECHOES.items()
        if (echo := integer(best, name))
    ]
    console.show(f"\n{at:,}. {console.one_line('; '.join(facts))}")
    show_sides(
        f"generation, {_place(best, '', unit)}",
        f"{best['document_id']}, {_place(best, 'document_', unit)}",
        *both_sides(_side(best, ""), _side(best, "document_")),
    )
    for place in passage[1:]:
        where = f"{place['document_id']}, {_place(place, 'document_', unit)}"
        console.show(console.one_line(f"also: {where}, {place['fidelity'] or 'not compared'}"))


def _place(row: Row, prefix: str, unit: str) -> str:
    noun = "character" if row[f"{prefix}byte_start"] is not None else unit
    return f"{noun}s {row[f'{prefix}start']:,} to {row[f'{prefix}end']:,}"


def _side(row: Row, prefix: str) -> tuple[str, str, str]:
    if row[f"{prefix}text"] is None:
        return "", "the index stores no text" if prefix else "no text, only tokens", ""
    names = ("context_before", "text", "context_after")
    before, text, after = (string(row, f"{prefix}{name}") for name in names)
    return before, text, after


def _discounted_cells(row: Row) -> tuple[str, str]:
    longest = row.get("longest_match_discounted")
    return _covered(row, "covered_units_discounted"), "" if longest is None else f"{longest:,}"


def _covered(row: Row, name: str) -> str:
    covered, units = row.get(name), integer(row, "n_units")
    return f"{percent(covered / units)} of {units:,}" if isinstance(covered, int) and units else ""

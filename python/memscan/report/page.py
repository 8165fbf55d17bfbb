"""The page: what was loaded, put into words and laid out.

Nothing on the page runs and nothing is fetched: its policy allows the one style sheet, named by its
hash, and no more. Every value passes ``visible`` on its way into the template.
"""

import base64
import hashlib
from collections import Counter
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from memscan.report.columns import Row
from memscan.report.evidence import evidence
from memscan.report.figures import (
    corpus_rows,
    fidelity_rows,
    ladder_rows,
    length_rows,
    model_rows,
    ranked_rows,
)
from memscan.report.findings import Findings
from memscan.report.folder import Results
from memscan.report.generations import Generations
from memscan.report.sentence import answer, caveat, notes
from memscan.report.settings import measure, settings
from memscan.report.telling import key, telling_columns, which
from memscan.report.text import label, one_line, visible
from memscan.report.wording import counted, number, percent, share

DEFAULT_TITLE = "What the generations reproduce of the corpus"


def render(
    results: Results,
    generations: Generations,
    findings: Findings,
    *,
    title: str | None = None,
) -> str:
    """Return the report as one HTML document."""
    style = _resource("style.css")
    measured = measure(results)
    fields = _fields(generations)
    telling = telling_columns(results.generations)
    return (
        _environment()
        .get_template("template.html.jinja")
        .render(
            title=title or DEFAULT_TITLE,
            style=Markup(style),  # noqa: S704 (our own file)
            policy=_policy(style),
            unit=measured.unit,
            figures=generations.figures,
            findings=findings,
            answer=answer(generations.figures, findings, measured),
            caveat=caveat(measured),
            notes=notes(generations.figures, findings, measured),
            lengths=length_rows(generations, measured.unit),
            ladder=[] if measured.unit.is_exact else ladder_rows(results.section("counts")),
            fidelities=fidelity_rows(findings, measured.unit),
            corpora=corpus_rows(results.section("corpora"), generations.figures, measured.unit),
            models=model_rows(generations.models, measured.unit),
            models_total=len(generations.models),
            ranked=ranked_rows(generations, findings, telling),
            evidence=[
                evidence(
                    rank,
                    finding,
                    fields.get(key(finding.passage), {}),
                    measured,
                    which(finding.passage, telling),
                )
                for rank, finding in enumerate(findings.ranked, 1)
            ],
            telling=telling,
            settings=settings(results),
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_resource),
        autoescape=True,
        finalize=visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(label=label, number=number, one_line=one_line)
    environment.globals.update(counted=counted, percent=percent, share=share)
    return environment


def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _policy(style: str) -> str:
    """Return the content-security policy: no script, no fetch, this style sheet alone."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _fields(generations: Generations) -> dict[tuple[object, ...], Row]:
    """Return what the input said beside the text, of each generation that is shown.

    Where two generations share all that tells them apart, a passage could be either's, so neither
    is there.
    """
    keys = Counter(map(key, generations.ranked))
    return {
        key(row): {name: row[name] for name in generations.metadata if row[name] is not None}
        for row in generations.ranked
        if keys[key(row)] == 1
    }

"""Whatever stands in the data, the report shows it and does nothing with it."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from memscan.report import build_report
from test_report_results import build, found, rejected, span, write_results

if TYPE_CHECKING:
    from pathlib import Path

ATTACKS = [
    "<script>document.title='obeyed'</script>",
    "</style><script>document.title='obeyed'</script>",
    "</title><script>document.title='obeyed'</script>",
    "--><script>document.title='obeyed'</script><!--",
    "\"'><img src=x onerror=document.title='obeyed'>",
    "' onmouseover=document.title='obeyed' x='",
    '<a href="javascript:document.title=1">x</a>',
    "<svg/onload=document.title='obeyed'>",
    "<iframe src=http://example.org></iframe><base href=http://example.org/>",
    "<meta http-equiv=refresh content='0;url=http://example.org'>",
    "<link rel=stylesheet href=http://example.org/x.css><style>@import 'http://x'</style>",
    "{{ 7 * 191 }}{% for x in y %}{# x #}${7*191}<%= 7*191 %>",
    "{{ ''.__class__.__mro__ }}",
    "\u2028alert(1)\u2029\u202egnp.exe\u202c\u2066x\u2069",
    "\x00\x01\x1b[2J\r\x7f\x85\ufeff\u200b",
    "]]><![CDATA[<script>document.title='obeyed'</script>",
    "&lt;script&gt;&#60;script&#62;&NewLine;",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd",
    "a\u0300\u0301\u0302" * 30,
]
EVERYTHING = "".join(ATTACKS)
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "nav"),
    *("section", "article", "h1", "h2", "h3", "h4", "p", "a", "ul", "li", "dl", "div", "dt", "dd"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td", "svg", "rect", "mark", "u", "i", "b"),
    *("span", "bdi", "strong", "blockquote", "details", "summary", "pre"),
}
ATTRIBUTES = {
    *("lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "dir", "scope"),
    *("role", "tabindex", "aria-label", "aria-labelledby", "aria-hidden", "focusable"),
    *("viewbox", "preserveaspectratio", "width", "height"),
}
EMPTY = {"meta", "rect"}


class Page(HTMLParser):
    """Collects what a page is made of, and checks that its tags are closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.headings: list[int] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in EMPTY:
            assert self._open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def hostile_results(folder: Path, attack: str) -> Path:
    """Return results that hold an attack wherever data can stand."""
    columns = {
        "model": attack,
        "document_id": attack,
        "text": attack,
        "context_before": attack,
        "context_after": attack,
        "document_text": attack.upper(),
        "document_context_before": attack,
        "document_context_after": attack,
        "fidelity": attack,
        "count": 2,
    }
    spans = [
        span(attack, 12, **columns),
        span(attack, 12, **columns | {"document_start": 7}),
        span("mild", 11, model="other", fidelity="folded", text=attack, document_text="x"),
    ]
    rows = [
        found(attack, 12, model=attack, setting=attack, **{attack: attack}),
        found("mild", 11, model="other"),
        rejected(attack),
    ]
    return write_results(
        folder,
        spans,
        rows,
        memscan=attack,
        started=attack,
        seconds=attack,
        index={
            "path": attack,
            "id": attack,
            "unit": {"kind": attack, attack: attack},
            attack: attack,
        },
        parameters={"min_length": 10, "occurrences": 3, "context_chars": attack, attack: attack},
        inputs=[
            dict.fromkeys(("path", "bytes", "sha256", "records", "rejected"), attack)
            | {"detected": {attack: attack}}
        ],
    )


@pytest.mark.parametrize("attack", [*ATTACKS, EVERYTHING])
def test_nothing_from_data_becomes_markup(tmp_path: Path, attack: str) -> None:
    folder = hostile_results(tmp_path / "results", attack)
    summary = build_report(folder, tmp_path / "report.html", title=attack)
    html = summary.path.read_text(encoding="utf-8")
    page = Page(html)
    assert page.tags <= TAGS
    assert {name for name, _ in page.attributes} <= ATTRIBUTES
    for name, value in page.attributes:
        assert name != "href" or re.fullmatch(r"#[a-z0-9-]+", value)
        assert "obeyed" not in value
        assert "http:" not in value
        assert "javascript" not in value
    assert "1337" not in html
    assert not re.search(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", html
    )


def test_page_has_headings_in_order_anchors_that_exist_and_one_language(tmp_path: Path) -> None:
    folder = hostile_results(tmp_path / "results", EVERYTHING)
    page = Page(build(folder)[1])
    assert page.headings[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(page.headings))
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {value[1:] for name, value in page.attributes if name == "href"}
    labels = {value for name, value in page.attributes if name == "aria-labelledby"}
    assert targets | labels <= set(ids)
    assert ("lang", "en") in page.attributes


def test_policy_allows_the_one_style_sheet_and_nothing_else(tmp_path: Path) -> None:
    html = build(hostile_results(tmp_path / "results", EVERYTHING))[1]
    policies = [value for _, value in Page(html).attributes if "default-src" in value]
    styles = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert len(policies) == len(styles) == 1
    digest = base64.b64encode(hashlib.sha256(styles[0].encode()).digest()).decode()
    assert policies[0] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in styles[0]
    assert "@import" not in styles[0]
    assert "://" not in styles[0]


def test_data_is_shown_and_not_swallowed(tmp_path: Path) -> None:
    attack = "<b>{{ 7 * 7 }}</b> & 'more'"
    page = Page(build(hostile_results(tmp_path / "results", attack))[1])
    assert "".join(page.text).count(attack) > 10


def test_very_long_names_do_not_fill_the_page(tmp_path: Path) -> None:
    long = "n" * 100_000
    spans = [span(long, model=long, document_id=long, fidelity=long)]
    rows = [found(long, model=long) | {f"field {at}": long for at in range(40)}]
    summary, html = build(write_results(tmp_path / "results", spans, rows))
    assert summary.bytes < 60_000
    assert "28 more in generations.parquet" in html


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs the browser chromium")
def test_browser_runs_nothing_and_accepts_the_style(tmp_path: Path) -> None:
    folder = hostile_results(tmp_path / "results", EVERYTHING)
    build_report(folder, tmp_path / "report.html", title="untouched")
    tree = subprocess.run(  # noqa: S603 - the browser, on our own page
        [
            *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
            *("--enable-logging=stderr", f"--user-data-dir={tmp_path / 'profile'}"),
            f"file://{quote(str(tmp_path / 'report.html'))}",
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert b"<title>untouched</title>" in tree.stdout
    assert b"<script" not in tree.stdout
    assert b"Content Security Policy" not in tree.stderr

"""The text of HTML: what a reader sees, one line a block."""

import re
from html.parser import HTMLParser

_BLOCKS = frozenset(
    """
    address article aside blockquote body caption center dd details div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p pre section summary
    table tbody td tfoot th thead tr ul
    """.split()  # noqa: SIM905 - a list of words
)
_UNSEEN = frozenset({"head", "noscript", "rp", "rt", "script", "style", "template", "title"})
_WHITE_SPACE = re.compile(r"[ \t\n\r\f]+")


def text_of_html(markup: str) -> str:
    """Return the text of a page, broken where blocks begin and end and at ``br``.

    Other white space is one space, as in a browser, except inside ``pre``. Scripts, styles and what
    is written over characters (``rt``) are left out. Broken markup is read as far as it goes.
    """
    page = _Page()
    page.feed(markup)
    page.close()
    return page.text()


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = [""]
        self._pieces: list[str] = []
        self._unseen: str | None = None
        self._preformatted = 0

    def text(self) -> str:
        self._break()
        return "\n".join(line for line in self._lines if line)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if self._unseen is not None:
            return
        if tag in _UNSEEN:
            self._unseen = tag
        elif tag == "br":
            self._break()
        elif tag in _BLOCKS:
            self._break()
            self._preformatted += tag == "pre"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag == "br" or tag in _BLOCKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if self._unseen is not None:
            if tag == self._unseen:
                self._unseen = None
        elif tag in _BLOCKS:
            self._break()
            self._preformatted = max(0, self._preformatted - (tag == "pre"))

    def handle_data(self, data: str) -> None:
        if self._unseen is None:
            self._pieces.append(data)

    def _break(self) -> None:
        text = "".join(self._pieces)
        self._pieces.clear()
        if self._preformatted:
            self._lines.append(text.strip("\n"))
        else:
            self._lines.append(_WHITE_SPACE.sub(" ", text).strip(" "))

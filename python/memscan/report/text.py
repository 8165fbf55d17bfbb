"""Text from a corpus or a model, made safe to show and true to see.

Everything is escaped. Characters that cannot be seen, or that change how others are shown, are
written out as their code: an evidence must not look other than it is.
"""

import re

from markupsafe import Markup, escape

LABEL_CHARACTERS = 160
_TIMES = "\N{MULTIPLICATION SIGN}"

# Controls but tab and newline; soft hyphen; marks and fillers without ink; bidirectional controls;
# line and paragraph separators; noncharacters, lone surrogates and tags.
_HIDDEN = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff"
    r"\ud800-\udfff\U000e0000-\U000e007f"
)
# A joiner between two characters of a script that shapes its letters, or of an emoji, is seen.
_SHAPED = r"\u0590-\u1fff\u2190-\ufdcf\ufdf0-\ufefe\U00010000-\U000dffff"
_JOINER = rf"(?<![{_SHAPED}])[\u200c\u200d]|[\u200c\u200d](?![{_SHAPED}])"

_IN_PASSAGE = re.compile(rf"(?:[{_HIDDEN}]|{_JOINER})+")
_LINE_END = re.compile(r"(?<!\n)\n(?!\n)")
_IN_LABEL = re.compile(rf"(?:[\t\n{_HIDDEN}]|{_JOINER})+")


def visible(value: object) -> Markup:
    """Return a value for a line of text: escaped, with every hidden character written out.

    Text that is marked as safe already stays as it is.
    """
    if isinstance(value, Markup):
        return value
    return _show(str(value), _IN_LABEL)


def passage(text: str) -> Markup:
    """Return text for a passage: as ``visible``, but tabs and line ends stay.

    A line end, be it LF or CR LF, inside a paragraph is tagged, so that a narrow page can show it
    as a sign. Whether two texts end their lines alike is said by their fidelity.
    """
    lines = text.replace("\r\n", "\n")
    shown = _LINE_END.sub('<i class="line">\n</i>', _show(lines, _IN_PASSAGE))
    return Markup(shown)  # noqa: S704 (escaped by _show)


def label(value: object) -> Markup:
    """Return a name or a value from data: cut if very long, and apart from what stands around it.

    The direction of its letters does not reach the text beside it.
    """
    text = str(value)
    if len(text) > LABEL_CHARACTERS:
        half = LABEL_CHARACTERS // 2
        cut = Markup('<span class="cut">… {} characters left out …</span>')
        omitted = cut.format(f"{len(text) - 2 * half:,}")
        shown = visible(text[:half]) + omitted + visible(text[-half:])
    else:
        shown = visible(text)
    return Markup("<bdi>{}</bdi>").format(shown)


def one_line(text: str) -> Markup:
    """Return text for a place that takes no markup: hidden characters as codes in brackets."""
    return escape(_IN_LABEL.sub(lambda found: f"[{_codes(found.group())}]", text))


def _show(text: str, hidden: re.Pattern[str]) -> Markup:
    def code(found: re.Match[str]) -> str:
        return f'<span class="control">{_codes(found.group())}</span>'

    return Markup(hidden.sub(code, str(escape(text))))  # noqa: S704 (escaped here)


def _codes(characters: str) -> str:
    """Return the codes of hidden characters, each run of one character once."""
    codes = []
    for run in re.finditer(r"(.)\1*", characters, re.DOTALL):
        code = "CR" if run.group(1) == "\r" else f"U+{ord(run.group(1)):04X}"
        length = len(run.group())
        codes.append(code if length == 1 else f"{code} {_TIMES}{length:,}")
    return " ".join(codes)

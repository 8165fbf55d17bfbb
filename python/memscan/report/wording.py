"""Numbers in words: with thousands parted, nouns that agree, and shares that never flatter."""

from dataclasses import dataclass

NO_BREAK = "\N{NO-BREAK SPACE}"


def number(value: int) -> str:
    """Return a whole number with its thousands parted."""
    return f"{value:,}"


def counted(count: int, one: str, many: str) -> str:
    """Return a number and its noun: ``1 word``, ``2 words``."""
    return f"{number(count)}{NO_BREAK}{one if count == 1 else many}"


def percent(part: int, whole: int) -> str:
    """Return a share in per cent, to one decimal.

    A share that is not nothing is never shown as nothing, nor one that is not all as all.
    """
    if part == 0:
        return f"0{NO_BREAK}%"
    if part == whole:
        return f"100{NO_BREAK}%"
    tenths = f"{100 * part / whole:.1f}"
    if tenths == "0.0":
        return f"less than 0.1{NO_BREAK}%"
    if tenths == "100.0":
        return f"more than 99.9{NO_BREAK}%"
    return f"{tenths}{NO_BREAK}%"


def share(part: int, whole: int) -> str:
    """Return a share with its denominator: ``12 of 52 (23.1 %)``."""
    return f"{number(part)} of {number(whole)}" + (f" ({percent(part, whole)})" if whole else "")


@dataclass(frozen=True, slots=True)
class Unit:
    """What the corpus was cut into, in words.

    Attributes:
        one: The noun.
        many: Its plural.
        folding: How passages are compared, as the end of a sentence.
        folded: What differs where two passages are the same only as units.
        whole: What a passage is made of besides, in brackets, or nothing.
    """

    one: str
    many: str
    folding: str
    folded: str = "case, punctuation or other signs differ"
    whole: str = ""

    def count(self, count: int) -> str:
        """Return a number of units."""
        return counted(count, self.one, self.many)

    @property
    def is_exact(self) -> bool:
        """Whether passages with the same units have the same text."""
        return not self.folded


WORD = Unit("word", "words", "upper and lower case, punctuation and spacing set aside")
_UNITS = {
    "word": WORD,
    "lexeme": Unit(
        "lexeme", "lexemes", "spacing set aside", "one has white space where the other has none"
    ),
    "byte": Unit("byte", "bytes", "byte for byte", "", " (of whole characters)"),
    "token": Unit(
        "token", "tokens", "as the tokenizer cuts them", "to the tokenizer they are alike"
    ),
}
_ANY = Unit("unit", "units", "as the rules of the index compare them", "other signs differ")


def unit_named(kind: object) -> Unit:
    """Return the wording for the unit that an index was built with."""
    return _UNITS.get(kind, _ANY) if isinstance(kind, str) else WORD


FIDELITIES = {
    "exact": "identical, character for character",
    "whitespace": "identical but for white space: line ends, tabs, runs of spaces",
    "typography": "identical but for white space and typography: "
    "the form of quotes, dashes, ellipses, ligatures",
    "folded": "the same units in the same order",
}
"""What each fidelity says of two passages, strictest first."""

NOT_COMPARED = "not compared"
"""What stands for a fidelity where the index, or the scan, had no text."""


def fidelity_meaning(fidelity: object, unit: Unit) -> str:
    """Explain a fidelity to a reader who has not met the word."""
    if fidelity == NOT_COMPARED:
        return f"the same {unit.many} in the same order; without both texts no more can be said"
    meaning = FIDELITIES.get(fidelity) if isinstance(fidelity, str) else None
    if fidelity == "folded":
        differs = f"; {unit.folded}" if unit.folded else ""
        meaning = f"the same {unit.many} in the same order{differs}"
    return meaning or "not known to this version"

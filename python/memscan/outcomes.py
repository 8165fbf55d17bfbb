"""How an answer ended: whole, cut off, kept back by a filter, refused, or in an error.

Two things tell. The record may say why the model stopped, in a word that each API has for it. And a
refusal is known by its first words, if the answer is short: a heuristic, for English, so its rules
stand in ``run.json`` and can be replaced. Nothing is left out by it: what is a refusal is compared
with the corpus as everything else, and counted apart.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from memscan.errors import InputError

COMPLETE, REFUSED, BLOCKED = "complete", "refused", "blocked"
LENGTH, ERROR = "length", "error"

DEFAULT_PATTERNS = "default"
"""Stands for the patterns of memscan's own among those of a user."""

LONGEST_REFUSAL = 800
"""A longer answer is no refusal, in code points: it says something besides."""

SEARCHED = 300
"""A refusal is one in its first words: so many code points are searched."""

_AT_START = r"\A"

_ENDED = {
    COMPLETE: (
        *("stop", "end_turn", "stop_sequence", "eos", "eos_token", "completed", "complete"),
        *("tool_calls", "tool_use", "function_call"),
    ),
    LENGTH: (
        *("length", "max_tokens", "max_output_tokens", "max_length", "model_length"),
        *("model_context_window_exceeded", "incomplete"),
    ),
    BLOCKED: (
        *("content_filter", "content-filter", "safety", "recitation", "blocklist", "spii"),
        *("prohibited_content", "guardrail_intervened", "blocked"),
    ),
    REFUSED: ("refusal", "refused"),
    ERROR: ("error", "abort", "aborted", "failed", "cancelled", "canceled"),
}
_OUTCOME_OF = {word: outcome for outcome, words in _ENDED.items() for word in words}

_APOLOGY = (
    r"(?:i'?m|i am)(?:\s\w+)?\s(?:sorry|afraid)|sorry|apologies|my apologies|"
    r"i\s(?:\w+\s)?apologi[sz]e|unfortunately|i understand|thank(?:s| you) for|"
    r"(?:as|i am|i'm) an? (?:ai|artificial intelligence|(?:large )?language model|text-based)"
)
_CANNOT = (
    r"(?:can ?not|can't|won't|will not|would not|wouldn't|"
    r"(?:do not|don't) (?:feel comfortable|feel able|feel right)|"
    r"am unable|am not able|'m unable|'m not able|'m not allowed|am not allowed|must decline|"
    r"have to decline|need to decline|'m not comfortable|am not comfortable)"
)
_HELP = (
    r"(?:help|assist)(?:\s(?:you|with|in|by)\b|\W*\Z|[.,;])|comply|fulfil|accommodate|"
    r"(?:provide|reproduce|generate|recite|quote|output|produce|complete|write|share|supply|"
    r"give\syou|create|continue|answer|discuss|display|transcribe|engage\sin|do|offer)\s"
    r"(?:you\s)?(?:with\s)?(?:that|this|the|it|such|verbatim|any|an?|copyrighted|content|text|"
    r"full|exact|more|word|direct|large|entire|long|specific|complete|information|advice|guidance|"
    r"details|instructions|medical|legal|assistance|passages?|excerpts?|lyrics|quotations?)\b"
)
_PATTERNS = (
    # "I'm sorry, but I can't ...", "As an AI language model, I do not ..."
    rf"\A[\s*_#>]*(?:{_APOLOGY})\b[^\n]{{0,160}}?\b(?:i|we)\s?{_CANNOT}\b",
    # "I can't help with that", "I will not reproduce the text", "I'm unable to provide ..."
    rf"\A[\s*_#>]*(?:i|we)\s?{_CANNOT}\s(?:\w+\s){{0,4}}?(?:{_HELP})",
    # "I must respectfully decline", "I have to decline to answer"
    r"\A[\s*_#>]*i\s(?:must|have to|need to|will have to)\s(?:\w+\s)?(?:decline|refuse)\b",
    # "Sorry, but that is not something I can ..."
    rf"\A[\s*_#>]*(?:{_APOLOGY})\b[^\n]{{0,80}}?\bnot\s(?:something|able|possible|permitted|allowed)\b",
    # "I'm sorry, but this request violates ..."
    rf"\A[\s*_#>]*(?:{_APOLOGY})\b[^\n]{{0,80}}?\b(?:violates?|against\s(?:my|our|the)\s|copyright)",
)

_BEGINNINGS = r"\A[\s*_#>]*(?:i|we|sorry|apologies|my|unfortunately|thank|as a)"
"""All of the patterns begin so, and most answers do not: this is looked at first."""


@dataclass(frozen=True)
class OutcomeRules:
    """How outcomes are judged.

    Attributes:
        refusal_patterns: Regular expressions, not minding case; an answer is a refusal if one is
            found in its first ``SEARCHED`` code points and it has ``LONGEST_REFUSAL`` at most.
    """

    refusal_patterns: tuple[str, ...] = _PATTERNS

    @classmethod
    def of(cls, patterns: Sequence[str] | None) -> "OutcomeRules":
        """Return the rules with the patterns of a user, if there are any.

        Args:
            patterns: Instead of memscan's own; ``default`` among them stands for those.

        Raises:
            InputError: One is no regular expression.
        """
        if not patterns:
            return cls()
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise InputError(
                    f"the refusal pattern {pattern!r} is no regular expression: {error}",
                    hint=r"put a backslash before signs that are meant as such: \( \[ \. \?",
                ) from None
        own = (_PATTERNS if one == DEFAULT_PATTERNS else (one,) for one in patterns)
        return cls(tuple(pattern for some in own for pattern in some))

    @cached_property
    def _beginning(self) -> re.Pattern[str] | None:
        return _any_of([one for one in self.refusal_patterns if one.startswith(_AT_START)])

    @cached_property
    def _anywhere(self) -> re.Pattern[str] | None:
        return _any_of([one for one in self.refusal_patterns if not one.startswith(_AT_START)])

    def is_refusal(self, text: str) -> bool:
        """Whether an answer reads like a refusal."""
        if not text or len(text) > LONGEST_REFUSAL:
            return False
        head = text[:SEARCHED].replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
        # A search would try a pattern that is bound to the start at every place.
        if self._beginning is not None and self._beginning.match(head):
            return True
        return self._anywhere is not None and self._anywhere.search(head) is not None

    def judge(self, text: str, ended: str | None) -> str | None:
        """Return how an answer ended; ``None`` if nothing tells.

        What the record says of a filter, a refusal or an error comes first, then the answer's
        words, then the rest of what the record says.

        Args:
            text: The answer.
            ended: Why the model stopped, in the words of the source.
        """
        said = None if ended is None else _OUTCOME_OF.get(ended.lower())
        if said in (BLOCKED, REFUSED, ERROR) or not self.is_refusal(text):
            return said
        return REFUSED

    def described(self) -> dict[str, object]:
        """Return the rules as they stand in ``run.json``."""
        return {
            "refusal_patterns": list(self.refusal_patterns),
            "longest_refusal_chars": LONGEST_REFUSAL,
            "searched_chars": SEARCHED,
            "ended": {outcome: list(words) for outcome, words in _ENDED.items()},
        }


def _any_of(patterns: Sequence[str]) -> re.Pattern[str] | None:
    if not patterns:
        return None
    own = "|".join(f"(?:{one})" for one in patterns if one in _PATTERNS)
    others = [f"(?:{one})" for one in patterns if one not in _PATTERNS]
    guarded = [f"(?={_BEGINNINGS})(?:{own})"] if own else []
    return re.compile("|".join([*guarded, *others]), re.IGNORECASE)

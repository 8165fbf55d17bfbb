"""Texts to search for, as the tokens of an index whose units are tokens.

Words, lexemes and bytes are cut by the compiled module. Tokens are cut here, with the tokenizer
that the index was built with and keeps, so that a text alike in both has the same ids in both.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from memscan.errors import InputError
from memscan.options import TOKEN
from memscan.records import Generation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from memscan import _native
    from memscan.records import Rejection
    from memscan.tokenizing import Tokenizer, Tokens
    from memscan.tokens import NativeTokens


class Cut(NamedTuple):
    """The tokens of the generations among some records, and of their prompts.

    Attributes:
        tokens: One for each generation; ``None`` if the units are none that are cut here.
        prompt_tokens: One for each generation; ``None`` where it has no prompt.
    """

    tokens: list[NativeTokens] | None = None
    prompt_tokens: list[NativeTokens | None] | None = None


class QueryTokens:
    """Cuts texts for one index; any threads may use it at once.

    The tokenizer is read from the index when the first text is cut.
    """

    def __init__(self, index: _native.Index, unit: str, name: str) -> None:
        """Take an index.

        Args:
            index: The open index.
            unit: Its unit.
            name: Its path, for messages.
        """
        self._index = index
        self._unit = unit
        self._name = name

    def of_texts(self, texts: Sequence[str]) -> list[NativeTokens] | None:
        """Return the tokens of each text with their places; ``None`` if tokens are not the unit.

        Raises:
            InputError: If the index keeps no tokenizer, or the tokenizer fails on a text.
        """
        if self._unit != TOKEN:
            return None
        return [native_tokens(tokens) for tokens in self._tokenizer.encode(texts)]

    def of_text(self, text: str) -> NativeTokens | None:
        """Return the tokens of one text; as ``of_texts``."""
        tokens = self.of_texts([text])
        return tokens[0] if tokens else None

    def of_records(self, records: Sequence[Generation | Rejection]) -> Cut:
        """Return the tokens of all generations among the records, and of their prompts."""
        if self._unit != TOKEN:
            return Cut()
        generations = [record for record in records if isinstance(record, Generation)]
        texts = [generation.text for generation in generations]
        prompts = [one.prompt for one in generations if one.prompt is not None]
        tokens = self.of_texts(texts + prompts) or []
        of_prompts = iter(tokens[len(texts) :])
        return Cut(
            tokens[: len(texts)],
            [None if one.prompt is None else next(of_prompts) for one in generations],
        )

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from memscan.tokenizing import Tokenizer  # noqa: PLC0415 - only where tokens are cut

        json = self._index.tokenizer_json()
        if json is None:
            raise InputError(
                f"{self._name} keeps no tokenizer, so no text can be cut into its tokens",
                hint="give token ids to Index.scan_ids, or build the index with a tokenizer",
            )
        return Tokenizer.from_json(json, name=self._name)


def native_tokens(tokens: Tokens) -> NativeTokens:
    """Return tokens as the compiled module takes them: ids, and places of shape ``(n, 2)``."""
    places = np.stack([tokens.starts, tokens.ends], axis=1).astype(np.uint32)
    return tokens.ids, places

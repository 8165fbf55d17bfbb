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
from memscan.texts import refuse_surrogates
from memscan.token_ids import as_token_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from memscan import _native
    from memscan.records import Rejection
    from memscan.tokenizing import Tokenizer, Tokens
    from memscan.tokens import NativeTokens

    Query = str | Sequence[int] | NDArray[np.integer]


class Cut(NamedTuple):
    """The tokens of the generations among some records, and of their prompts.

    Attributes:
        tokens: One for each generation; ``None`` if the units are none that are cut here.
        prompt_tokens: One for each generation; ``None`` where it has no prompt.
    """

    tokens: list[NativeTokens] | None = None
    prompt_tokens: list[NativeTokens | None] | None = None


class CutQuery(NamedTuple):
    """A text, empty if only ids are known, and its tokens; ``None`` if not cut here."""

    text: str
    tokens: NativeTokens | None


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

    def of_query(self, query: Query, *, name: str = "the text") -> CutQuery:
        """Return one query as the compiled module takes it; raises as ``of_queries``."""
        (text,), tokens = self._named({name: query})
        return CutQuery(text, tokens[0] if tokens else None)

    def of_queries(
        self, queries: Sequence[Query], *, first_place: int = 0
    ) -> tuple[list[str], list[NativeTokens] | None]:
        """Return the texts of queries, empty for those that are ids, and the tokens of all.

        Args:
            queries: Texts or ids.
            first_place: Where they begin among all, to name one that is wrong.

        Raises:
            TypeError: If one is neither, or ids are no whole numbers.
            InputError: If a text holds a lone surrogate, an id is out of its range, ids are given
                and tokens are not the unit, or the index keeps no tokenizer for a text.
        """
        return self._named({f"text {n}": query for n, query in enumerate(queries, first_place)})

    def _named(self, queries: dict[str, Query]) -> tuple[list[str], list[NativeTokens] | None]:
        ids: dict[str, NativeTokens] = {}
        for name, query in queries.items():
            if isinstance(query, str):
                refuse_surrogates(name, query)
            else:
                ids[name] = self._ids(name, query), None
        texts = {name: query for name, query in queries.items() if isinstance(query, str)}
        texts_or_empty = [texts.get(name, "") for name in queries]
        if self._unit != TOKEN:
            return texts_or_empty, None
        cut = iter((self.of_texts(list(texts.values())) or []) if texts else [])
        return texts_or_empty, [ids[name] if name in ids else next(cut) for name in queries]

    def _ids(self, name: str, query: object) -> NDArray[np.uint32]:
        if self._unit == TOKEN:
            return as_token_ids(name, query)
        if not isinstance(query, list | tuple | np.ndarray):
            message = f"{name} is a {type(query).__name__}; expected a str"
            raise TypeError(message)
        raise InputError(
            f"{name} is an array of ids; {self._name} is an index of {self._unit}s",
            hint="give a text, or build an index of tokens",
        )

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

"""Texts as the tokens of a language model's tokenizer, each with its place in the original text.

# What a text becomes

Everything that is not the text is switched off, so that a text alone decides its tokens, and the
same each time: truncation, padding, merges left out at random, and the post-processor, which adds
special tokens and may trim places. ``json`` and ``identity`` hold what is left.

A special token spelt in a text, as ``<|endoftext|>``, is text and cut like any other characters.
Whoever wrote it wrote these characters, and a corpus must not be able to switch anything by
spelling it. Added tokens that are not special are tokens. Where the vocabulary itself holds the
spelling, as a Unigram model's may, the model may still take it.

# Places

A token's place is what of the original text became the token, also behind normalizers that
lower-case or compose; a leading space belongs to it if it belongs to the token. Tokens that share a
character, as the bytes of an emoji do, all have its place; an inserted character has the place of a
neighbour. Places are in order: neither starts nor ends decrease.

# Cost

Some megabytes of text a second and core; all cores share the texts, but not one long text. The
interpreter's lock is released except to take over the results. Memory is 100 to 300 bytes for each
byte of text in work: 4 Mi characters at a time, or one text that is longer.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from memscan.errors import InputError
from memscan.readers.messages import path_text, printable
from memscan.texts import refuse_surrogates
from memscan.tokenizer_files import canonical_json, needed_package, one_line, read_tokenizer
from memscan.tokens import Tokens, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Tokenizer", "Tokens"]

_BATCH_CHARS = 1 << 22


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """A tokenizer of the package ``tokenizers``; any threads may use it at once.

    Two are equal if they have the same name and the same ``json``.

    Attributes:
        name: The name of its file or folder.
        json: All that decides ids and places, as the text of a ``tokenizer.json``. Spacing, the
            order of keys, the spelling of merges and what is switched off make no difference.
        identity: The SHA-256 of ``json`` in UTF-8, in hexadecimal.
        vocabulary_size: One more than the largest id of a token; not every id below it need exist.
    """

    name: str
    json: str = field(repr=False)
    identity: str
    vocabulary_size: int
    # Any: the package is optional, and so are its types.
    _encoder: Any = field(repr=False, compare=False)

    @classmethod
    def load(cls, path: Path) -> Tokenizer:
        """Read a tokenizer from a file or a folder; nothing is fetched, and nothing there is run.

        Args:
            path: A ``tokenizer.json``, or a folder as ``save_pretrained`` writes it. One without
                a ``tokenizer.json`` needs the package ``transformers``.

        Raises:
            OSError: The path does not exist, or cannot be read.
            InputError: There is no tokenizer, it is damaged or tells no places, or a package that
                it needs is not installed.
        """
        path = Path(path)
        name = path_text(path.name or path.resolve().name)
        return cls.from_json(read_tokenizer(path), name=name)

    @classmethod
    def from_json(cls, text: str, *, name: str) -> Tokenizer:
        """Return the tokenizer that ``text`` describes.

        Args:
            text: The text of a ``tokenizer.json``.
            name: What to call it.

        Raises:
            InputError: The text describes none, or the package ``tokenizers`` is not installed.
        """
        library = needed_package("tokenizers")
        canonical = canonical_json(text, name)
        hint = "expected a tokenizer.json as the package tokenizers writes it"
        with _refusing(f"{printable(name)} is no tokenizer", hint):
            encoder = library.Tokenizer.from_str(canonical)
        encoder.encode_special_tokens = True
        if not encoder.get_vocab_size(with_added_tokens=False):
            raise InputError(
                f"the tokenizer {printable(name)} has an empty vocabulary",
                hint="save it again, with the files of its vocabulary beside it",
            )
        ids = encoder.get_vocab(with_added_tokens=True).values()
        identity = sha256(canonical.encode()).hexdigest()
        return cls(name, canonical, identity, max(ids) + 1, encoder)

    def encode(self, texts: Sequence[str]) -> list[Tokens]:
        """Return the tokens of each text; an empty text has none.

        Raises:
            TypeError: If ``texts`` is a single string.
            InputError: If a text holds a lone surrogate, or the tokenizer fails on one, as it does
                at a character that is not in its vocabulary if it has no token for unknown ones.
        """
        if isinstance(texts, str):
            message = "texts is a str; expected a sequence of str"
            raise TypeError(message)
        for place, text in enumerate(texts):
            refuse_surrogates(f"text {place}", text)
        return [tokens for batch in _batches(texts) for tokens in self._encode_batch(batch)]

    def _encode_batch(self, texts: list[str]) -> Iterator[Tokens]:
        hint = "use a tokenizer with a token for what its vocabulary lacks"
        with _refusing(f"the tokenizer {printable(self.name)} fails on a text", hint):
            encodings = self._encoder.encode_batch(texts, add_special_tokens=False)
        for text, encoding in zip(texts, encodings, strict=True):
            yield tokens_of(text, encoding.ids, encoding.offsets)

    def __reduce__(self) -> tuple[partial[Tokenizer], tuple[str]]:
        """Pickle by ``json``: the library's own pickling forgets a setting and rounds scores."""
        return partial(Tokenizer.from_json, name=self.name), (self.json,)


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Cut ``texts`` into runs of few characters: what the library keeps of a text is large."""
    batch: list[str] = []
    char_count = 0
    for text in texts:
        if batch and char_count + len(text) > _BATCH_CHARS:
            yield batch
            batch, char_count = [], 0
        batch.append(text)
        char_count += len(text)
    if batch:
        yield batch


@contextmanager
def _refusing(message: str, hint: str) -> Iterator[None]:
    """Turn failures of the library into ``InputError``; its panics are no ``Exception``."""
    try:
        yield
    except BaseException as error:
        is_panic = type(error).__name__ == "PanicException"
        if isinstance(error, MemoryError) or not (isinstance(error, Exception) or is_panic):
            raise
        raise InputError(f"{message}: {one_line(error)}", hint) from None

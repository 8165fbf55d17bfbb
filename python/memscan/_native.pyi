# The compiled part of memscan, as its Python side calls it.

from collections.abc import Callable, Sequence
from typing import final

import numpy as np
from numpy.typing import NDArray
from pyarrow import RecordBatch

from memscan.tokens import NativeTokens

__all__ = [
    "Duplicates",
    "Index",
    "IndexBuilder",
    "is_debug_build",
    "project_lines",
    "segment",
    "unicode_version",
    "unit_defaults",
    "vector_path",
    "version",
]

@final
class IndexBuilder:
    def __new__(
        cls,
        path: str,
        *,
        unit: str = "word",
        tokenizer: tuple[str, str] | None = None,
        store_text: bool = True,
        filter_k: int | None = None,
        filter_bits: int = 12,
        memory_bytes: int | None = None,
        shard_units: int | None = None,
        overwrite: bool = False,
        resume: bool = False,
        threads: int | None = None,
    ) -> IndexBuilder: ...
    @staticmethod
    def extend(
        path: str,
        *,
        memory_bytes: int | None = None,
        shard_units: int | None = None,
        threads: int | None = None,
    ) -> IndexBuilder: ...
    def add(
        self,
        ids: list[str],
        texts: list[str],
        metadata: list[str],
        tokens: list[NativeTokens] | None = None,
        *,
        corpus: str | None = None,
    ) -> None: ...
    def finish(self, progress: Callable[[str], None] | None = None) -> None: ...
    def abandon(self) -> None: ...
    def statistics(self) -> dict[str, int]: ...

@final
class Index:
    @staticmethod
    def open(
        path: str, *, mmap: bool = True, use_filter: bool = True, use_vectors: bool = True
    ) -> Index: ...
    @staticmethod
    def remove(path: str, ids: list[str]) -> int: ...
    @staticmethod
    def compact(
        path: str,
        *,
        memory_bytes: int | None = None,
        shard_units: int | None = None,
        threads: int | None = None,
    ) -> None: ...
    @property
    def path(self) -> str: ...
    def manifest(self) -> str: ...
    def tokenizer_json(self) -> str | None: ...
    def documents(self) -> RecordBatch: ...
    def verify(self, *, threads: int | None = None) -> None: ...
    def duplicates(
        self, *, min_length: int, documents: int, context: int, threads: int | None = None
    ) -> Duplicates: ...
    def scan_batch(
        self,
        texts: Sequence[str],
        prompts: Sequence[str | None] | None,
        *,
        tokens: list[NativeTokens] | None = None,
        prompt_tokens: list[NativeTokens | None] | None = None,
        min_length: int,
        min_characters: int = 0,
        occurrences: int,
        examined: int,
        context: int,
        seed: int = 0,
        template: str | None = None,
        template_tokens: NativeTokens | None = None,
        baseline: Index | None = None,
        threads: int | None = None,
    ) -> tuple[RecordBatch, RecordBatch]: ...
    def find(
        self,
        text: str,
        *,
        tokens: NativeTokens | None = None,
        limit: int,
        examined: int,
        context: int,
    ) -> tuple[int, int, bool, RecordBatch]: ...
    def count(self, text: str, *, tokens: NativeTokens | None = None) -> int: ...
    def longest_match(
        self, text: str, *, tokens: NativeTokens | None = None, context: int
    ) -> RecordBatch: ...
    def matching_statistics(
        self,
        texts: list[str],
        *,
        tokens: list[NativeTokens] | None = None,
        backward: bool = False,
        threads: int | None = None,
    ) -> list[NDArray[np.uint32]]: ...
    def novelty(
        self,
        texts: list[str],
        *,
        tokens: list[NativeTokens] | None = None,
        longest: int,
        threads: int | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]: ...
    def unit_spans(self, text: str, *, tokens: NativeTokens | None = None) -> NDArray[np.int64]: ...

@final
class Duplicates:
    def next_batch(self, count: int) -> RecordBatch | None: ...

def project_lines(
    chunk: bytes,
    start: int,
    end: int,
    *,
    text: str,
    id: str | None = None,  # noqa: A002 - as Python has it
    prompt: str | None = None,
    model: str | None = None,
) -> list[tuple[str, str | None, str | None, str | None, dict[str, object]] | bytes | None]: ...
def segment(text: str, unit: str = "word") -> list[str]: ...
def unit_defaults(unit: str) -> tuple[int, int]: ...
def version() -> str: ...
def unicode_version() -> str: ...
def vector_path() -> str: ...
def is_debug_build() -> bool: ...

"""A finished index is changed: documents are added or removed, or all is written anew."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from memscan import _native
from memscan.building import BuildSummary, Filling, share_of_memory
from memscan.corpus import id_documents, open_corpus, refuse_no_iterable
from memscan.errors import InputError, OutputError
from memscan.index_info import IndexInfo
from memscan.memory import peak_bytes
from memscan.options import TOKEN, ShardOptions
from memscan.progress import Progress, ignore
from memscan.readers.messages import shown
from memscan.texts import refuse_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from memscan.corpus import Corpus, TokenIds
    from memscan.records import OnError
    from memscan.tokenizing import Tokenizer

_IDS_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactSummary:
    """What writing an index anew changed.

    Attributes:
        before: What the index was.
        after: What it is.
        seconds: How long it took.
        peak_bytes: The most memory the process had so far, the files of the old index that are
            mapped included; ``None`` if the system does not tell.
    """

    before: IndexInfo
    after: IndexInfo
    seconds: float
    peak_bytes: int | None


def add_to_index(  # noqa: PLR0913 - the options are keyword-only
    path: str | os.PathLike[str],
    corpus: Corpus,
    *,
    options: ShardOptions | None = None,
    text_field: str | None = None,
    id_field: str | None = None,
    format: str | None = None,  # noqa: A002 - the option is called so
    on_error: OnError | None = None,
    progress: Progress = ignore,
    on_detect: Callable[[str], None] | None = None,
) -> BuildSummary:
    """Add documents to an index; see ``Index.add``, which also opens it."""
    start_seconds = time.monotonic()
    base = _Base.open(path)
    tokenizer = base.tokenizer()
    documents = open_corpus(
        corpus,
        text_field=text_field,
        id_field=id_field,
        format=format,
        on_error=on_error,
        on_detect=on_detect,
        taken=base.ids(),
    )
    filling = _extending(base, options, tokenizer, progress, start_seconds)
    return filling.of_documents(documents)


def add_ids(
    path: str | os.PathLike[str],
    documents: TokenIds,
    *,
    ids: Iterable[str] | None = None,
    options: ShardOptions | None = None,
    progress: Progress = ignore,
) -> BuildSummary:
    """Add token ids to an index; see ``Index.add_ids``, which also opens it."""
    start_seconds = time.monotonic()
    base = _Base.open(path)
    base.refuse_ids()
    arrays = id_documents(documents, ids, base.ids())
    return _extending(base, options, None, progress, start_seconds).of_arrays(arrays)


def remove_from_index(path: str | os.PathLike[str], ids: Iterable[str]) -> int:
    """Remove documents from an index, and return how many; see ``Index.remove``."""
    wanted = list(dict.fromkeys(_checked_ids(ids)))
    if not wanted:
        raise InputError("no id is given of a document to remove")
    return _native.Index.remove(os.fspath(path), wanted)


def compact_index(
    path: str | os.PathLike[str],
    *,
    options: ShardOptions | None = None,
    progress: Progress = ignore,
) -> CompactSummary:
    """Write an index anew; see ``Index.compact``, which also opens it."""
    start_seconds = time.monotonic()
    options = options or ShardOptions()
    before = _info(path)
    progress("compact", 0, None)
    _native.Index.compact(
        os.fspath(path),
        memory_bytes=share_of_memory(options, None).shard_bytes,
        shard_units=options.shard_units,
        threads=options.threads,
    )
    return CompactSummary(
        before=before,
        after=_info(path),
        seconds=time.monotonic() - start_seconds,
        peak_bytes=peak_bytes(),
    )


def _checked_ids(ids: Iterable[object]) -> Iterator[str]:
    refuse_no_iterable("ids", ids, "str")
    for place, document_id in enumerate(ids):
        if not isinstance(document_id, str):
            message = f"id {place} is a {type(document_id).__name__}; expected a str"
            raise TypeError(message)
        refuse_surrogates(f"id {place}", document_id)
        yield document_id


def _info(path: str | os.PathLike[str]) -> IndexInfo:
    return IndexInfo.of_manifest(_native.Index.open(os.fspath(path)).manifest())


@dataclass(frozen=True, slots=True)
class _Base:
    """An index that is added to.

    Attributes:
        path: Its folder.
        native: The index, open.
        info: What it holds.
    """

    path: Path
    native: _native.Index
    info: IndexInfo

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> _Base:
        native = _native.Index.open(os.fspath(path))
        return cls(Path(path), native, IndexInfo.of_manifest(native.manifest()))

    def ids(self) -> Collection[str]:
        """Return the ids of its documents; a set, which costs some 100 bytes for each."""
        taken: set[str] = set()
        column = self.native.documents().column("document_id")
        for first in range(0, len(column), _IDS_AT_ONCE):
            taken.update(column.slice(first, _IDS_AT_ONCE).to_pylist())
        return taken

    def tokenizer(self) -> Tokenizer | None:
        """Return what cuts its texts; ``None`` if its units are no tokens."""
        if self.info.unit != TOKEN:
            return None
        json = self.native.tokenizer_json()
        if json is None:
            raise InputError(
                f"{shown(self.path)} keeps no tokenizer, so no text can be cut into its tokens",
                hint="token ids without texts are added with Index.add_ids",
            )
        from memscan.tokenizing import Tokenizer  # noqa: PLC0415 - only where tokens are cut

        return Tokenizer.from_json(json, name=self.info.tokenizer or "tokenizer")

    def refuse_ids(self) -> None:
        """Refuse token ids without a text if the index cannot take them."""
        if self.info.unit != TOKEN:
            raise InputError(
                f"{shown(self.path)} holds {self.info.unit}s, expected an index of tokens",
                hint="add texts with Index.add",
            )
        if self.info.store_text:
            raise InputError(
                f"{shown(self.path)} stores its texts, and token ids have none",
                hint="add texts with Index.add, or build an index with Index.build_from_ids",
            )


def _extending(
    base: _Base,
    options: ShardOptions | None,
    tokenizer: Tokenizer | None,
    progress: Progress,
    start_seconds: float,
) -> Filling:
    options = options or ShardOptions()
    share = share_of_memory(options, tokenizer)
    builder = _native.IndexBuilder.extend(
        os.fspath(base.path),
        memory_bytes=share.shard_bytes,
        shard_units=options.shard_units,
        threads=options.threads,
    )
    # From here on no other process can change it; the ids were read before.
    if _info(base.path).id != base.info.id:
        builder.abandon()
        raise OutputError(
            f"{shown(base.path)} was changed by another process meanwhile", hint="try again"
        )
    return Filling(
        output=base.path,
        builder=builder,
        unit=base.info.unit,
        store_text=base.info.store_text,
        batch_size=share.batch_characters,
        tokenizer=tokenizer,
        progress=progress,
        start_seconds=start_seconds,
    )

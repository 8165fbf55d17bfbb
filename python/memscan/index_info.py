"""What an index says about itself: its manifest, as an object."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardInfo:
    """One shard of an index.

    Attributes:
        folder: Its folder inside the index folder.
        corpus: The name of the corpus that its documents belong to; ``None`` if it has none.
        documents: How many documents it holds, less those that were removed.
        units: How many units they have.
        distinct_units: How many different ones, with those that were removed.
        text_bytes: The size of its texts in UTF-8, less those that were removed.
        removed_documents: How many documents were removed; until the index is compacted, they are
            stored and not found.
        removed_units: How many units these have.
        removed_bytes: The size of their texts.
        file_bytes: The size of its files.
    """

    folder: str
    corpus: str | None
    documents: int
    units: int
    distinct_units: int
    text_bytes: int
    removed_documents: int
    removed_units: int
    removed_bytes: int
    file_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusInfo:
    """One of the named corpora of an index, less what was removed.

    Attributes:
        name: Its name.
        documents: How many documents it has.
        units: How many units they have.
        text_bytes: The size of their texts in UTF-8.
    """

    name: str
    documents: int
    units: int
    text_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexInfo:
    """What an index holds.

    Attributes:
        id: Hash of the manifest, and so of every file: 64 hexadecimal digits.
        format_version: Version of the format on disk.
        library_version: Version of memscan that wrote it.
        unit: What a unit is, such as ``word``.
        unit_rules_version: Version of the rules for it.
        unicode_version: Version of Unicode that the rules refer to; ``None`` if they refer to none.
        tokenizer: The name of the tokenizer that it keeps; ``None`` if it keeps none.
        store_text: Whether the texts are kept, so that passages can be shown and compared.
        parameters: How the index is laid out.
        documents: How many documents it holds, less those that were removed.
        units: How many units they have.
        text_bytes: The size of the texts in UTF-8.
        removed_documents: How many documents were removed and are still stored.
        file_bytes: The size of all files.
        shards: The shards, in order.
        corpora: The named corpora, in order; empty if none has a name.
    """

    id: str
    format_version: int
    library_version: str
    unit: str
    unit_rules_version: int
    unicode_version: str | None
    tokenizer: str | None
    store_text: bool
    parameters: dict[str, int]
    documents: int
    units: int
    text_bytes: int
    removed_documents: int
    file_bytes: int
    shards: tuple[ShardInfo, ...]
    corpora: tuple[CorpusInfo, ...]

    @classmethod
    def of_manifest(cls, manifest: str) -> IndexInfo:
        """Read the JSON text of a manifest, which was checked when the index was opened."""
        content = json.loads(manifest)
        unit, parameters = content["unit"], content["parameters"]
        tokenizer = unit["tokenizer"]
        shards = tuple(
            ShardInfo(
                folder=shard["folder"],
                corpus=shard.get("corpus"),
                documents=shard["documents"] - len(shard["removed"]),
                units=shard["units"] - shard["removed_units"],
                distinct_units=shard["distinct_units"],
                text_bytes=shard["text_bytes"] - shard["removed_bytes"],
                removed_documents=len(shard["removed"]),
                removed_units=shard["removed_units"],
                removed_bytes=shard["removed_bytes"],
                file_bytes=sum(file["bytes"] for file in shard["files"]),
            )
            for shard in content["shards"]
        )
        return cls(
            id=content["id"],
            format_version=content["format_version"],
            library_version=content["library_version"],
            unit=unit["kind"],
            unit_rules_version=unit["rules_version"],
            unicode_version=unit["unicode_version"],
            tokenizer=tokenizer["name"] if tokenizer else None,
            store_text=parameters["store_text"],
            parameters=parameters,
            documents=content["documents"],
            units=content["units"],
            text_bytes=content["text_bytes"],
            removed_documents=sum(shard.removed_documents for shard in shards),
            file_bytes=sum(shard.file_bytes for shard in shards)
            + (tokenizer["file"]["bytes"] if tokenizer else 0),
            shards=shards,
            corpora=_corpora(shards),
        )


def _corpora(shards: Sequence[ShardInfo]) -> tuple[CorpusInfo, ...]:
    names = dict.fromkeys(shard.corpus for shard in shards if shard.corpus is not None)
    of_name = {name: [shard for shard in shards if shard.corpus == name] for name in names}
    return tuple(
        CorpusInfo(
            name=name,
            documents=sum(shard.documents for shard in own),
            units=sum(shard.units for shard in own),
            text_bytes=sum(shard.text_bytes for shard in own),
        )
        for name, own in of_name.items()
    )

"""What an index says about itself: its manifest, as an object."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardInfo:
    """One shard of an index.

    Attributes:
        folder: Its folder inside the index folder.
        documents: How many documents it holds.
        units: How many units.
        distinct_units: How many different ones.
        text_bytes: The size of its texts in UTF-8.
        file_bytes: The size of its files.
    """

    folder: str
    documents: int
    units: int
    distinct_units: int
    text_bytes: int
    file_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexInfo:
    """What an index holds.

    Attributes:
        id: Hash of the manifest, and so of every file: 64 hexadecimal digits.
        format_version: Version of the format on disk.
        library_version: Version of memscan that wrote it.
        unit: What a unit is, such as ``word``.
        unit_rules_version: Version of the rules for it.
        unicode_version: Version of Unicode that the rules refer to.
        parameters: How the index is laid out.
        documents: How many documents it holds.
        units: How many units.
        text_bytes: The size of the texts in UTF-8.
        file_bytes: The size of all files.
        shards: The shards, in order.
    """

    id: str
    format_version: int
    library_version: str
    unit: str
    unit_rules_version: int
    unicode_version: str
    parameters: dict[str, int]
    documents: int
    units: int
    text_bytes: int
    file_bytes: int
    shards: tuple[ShardInfo, ...]

    @classmethod
    def of_manifest(cls, manifest: str) -> IndexInfo:
        """Read the JSON text of a manifest, which was checked when the index was opened."""
        content = json.loads(manifest)
        unit = content["unit"]
        shards = tuple(
            ShardInfo(
                folder=shard["folder"],
                documents=shard["documents"],
                units=shard["units"],
                distinct_units=shard["distinct_units"],
                text_bytes=shard["text_bytes"],
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
            parameters=content["parameters"],
            documents=content["documents"],
            units=content["units"],
            text_bytes=content["text_bytes"],
            file_bytes=sum(shard.file_bytes for shard in shards),
            shards=shards,
        )

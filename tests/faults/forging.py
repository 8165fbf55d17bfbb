"""Forged indexes: every hash fits, so that nothing but the content can give them away."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from blake3 import blake3

from faults.samples import TABLE_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of an index."""
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
    return manifest


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write a manifest with the id that fits it."""
    unsigned = json.dumps({**manifest, "id": ""}, indent=2, ensure_ascii=False)
    signed = {**manifest, "id": blake3(unsigned.encode()).hexdigest()}
    text = json.dumps(signed, indent=2, ensure_ascii=False)
    (folder / "manifest.json").write_text(text + "\n")


def forge_manifest(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest of an index, and its id with it."""
    manifest = read_manifest(folder)
    change(manifest)
    write_manifest(folder, manifest)


def forge_file(folder: Path, name: str, change: Callable[[bytearray], object]) -> None:
    """Change a file of the first shard, and all the hashes that say what it holds."""
    path = folder / "shard-00000" / name
    content = bytearray(path.read_bytes())
    change(content)
    content[24:56] = bytes(32)
    content[24:56] = blake3(content[:TABLE_BYTES]).digest()
    path.write_bytes(content)

    def describe(manifest: dict[str, Any]) -> None:
        (file,) = (one for one in manifest["shards"][0]["files"] if one["name"] == name)
        file.update(bytes=len(content), hash=blake3(content).hexdigest())

    forge_manifest(folder, describe)

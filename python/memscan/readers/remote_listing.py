"""The files below a folder of ``fsspec``, with their sizes, or an error: none is left out."""

from functools import partial
from typing import Any


def files_below(filesystem: Any, folder: str, depth: int | None) -> dict[str, int]:  # noqa: ANN401 - fsspec has no types
    """Return the places of files and their sizes; a size that is not known is zero.

    Args:
        filesystem: The filesystem.
        folder: The place of the folder there.
        depth: How many levels of folders to look into; ``None`` for all.
    """
    find = partial(filesystem.find, folder, maxdepth=depth, detail=True)
    listed: dict[str, dict[str, Any]]
    try:
        listed = find(on_error="raise")  # else folders that are refused are left out
    except TypeError:  # what lists all of them at once has no such thing
        listed = find()
    files = {place: about for place, about in listed.items() if _is_file(place, about)}
    unknown = [place for place, about in files.items() if about.get("size") is None]
    sizes = filesystem.sizes(unknown) if unknown else []
    known = {place: about.get("size") or 0 for place, about in files.items()}
    return known | {place: size or 0 for place, size in zip(unknown, sizes, strict=True)}


def _is_file(place: str, about: dict[str, Any]) -> bool:
    """Whether this is a file, and no link that only orders the page of a web server."""
    is_query = place.startswith(("http://", "https://")) and "?" in place
    return about.get("type", "file") == "file" and not is_query

"""A file that is not on this machine: what ``pathlib.Path`` is for one that is.

``RemotePath`` has those methods of ``Path`` that readers use, and reads through ``fsspec``, which
is imported only here and only where a URL is given. So no reader knows where its bytes come from.

# Memory and traffic

A file is fetched in blocks, of which the last ones are kept: never whole. What reads at places
(Parquet, Arrow) and what counts and hashes the same file share them, so that it is fetched once as
long as they stay near each other. A web server that gives no parts of a file streams it.
"""

from __future__ import annotations

import posixpath
import weakref
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from memscan.errors import InputError
from memscan.readers.messages import path_text, shown
from memscan.readers.remote_failures import naming, open_filesystem
from memscan.readers.remote_file import RemoteFile
from memscan.readers.remote_listing import files_below
from memscan.urls import Url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK_BYTES = 1 << 22
BLOCKS_KEPT = 16

_BLOCKS = {
    "block_size": BLOCK_BYTES,
    "cache_type": "blockcache",
    "cache_options": {"maxblocks": BLOCKS_KEPT},
}
_MARKS = (
    *("ETag", "etag", "generation", "blob_id", "md5", "md5Hash", "content_md5", "size"),
    *("mtime", "LastModified", "last_modified", "Last-Modified", "updated", "created"),
)
"""How filesystems call what changes with the content."""

_CONNECT_SECONDS, _SILENCE_SECONDS = 60, 300


@dataclass(frozen=True, slots=True)
class RemoteStatus:
    """What a filesystem says of a path.

    Attributes:
        st_size: Its size in bytes; zero where that is not known.
        is_folder: Whether it is a folder.
    """

    st_size: int
    is_folder: bool


class RemotePath:
    """A file or a folder at a URL.

    Written out it has no credentials; what is compared is all of it.
    """

    __slots__ = ("_cache", "_filesystem", "_is_stream", "_place", "_url")

    def __init__(self, url: Url, filesystem: Any, place: str) -> None:  # noqa: ANN401 - fsspec has no types
        """Name a place of a filesystem; nothing is looked at yet."""
        self._url = url
        self._filesystem = filesystem
        self._place = place
        self._cache: weakref.ref[Any] | None = None
        self._is_stream: bool | None = None

    @classmethod
    def of(cls, url: str) -> RemotePath:
        """Return the path of a URL.

        Raises:
            InputError: What reads such URLs is not installed, or is unknown.
            OSError: The archive that it is in cannot be read.
        """
        parts = Url.of(url)
        return cls(parts, *open_filesystem(str(parts)))

    def __str__(self) -> str:
        """Return the URL without credentials."""
        return path_text(str(self._url))

    def __repr__(self) -> str:
        """Return likewise what may be seen."""
        return f"RemotePath({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        """Whether another path has the same URL."""
        return isinstance(other, RemotePath) and self._url == other._url

    def __hash__(self) -> int:
        """Return what equal paths have in common."""
        return hash(self._url)

    def __reduce__(self) -> tuple[Callable[[str], RemotePath], tuple[str]]:
        """Return how another process comes to the same path."""
        return RemotePath.of, (str(self._url),)

    def __deepcopy__(self, memo: object) -> RemotePath:
        """Return the path itself, which never changes."""
        return self

    def __truediv__(self, name: str) -> RemotePath:
        """Return the path of what is in this folder, by its name or relative path."""
        return self._below(name, _inside(self._place) + name)

    @property
    def name(self) -> str:
        """The last part of the path; that of an archive's root is empty."""
        return posixpath.basename(self._url.path.rstrip("/"))

    @property
    def suffix(self) -> str:
        """How the name ends, from its last dot on."""
        return posixpath.splitext(self.name)[1]

    @property
    def parent(self) -> RemotePath:
        """The folder that it is in."""
        above = posixpath.dirname(self._url.path.rstrip("/"))
        place = posixpath.dirname(self._place.rstrip("/"))
        return RemotePath(self._url.at(above), self._filesystem, place)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the path; the first is the host or the bucket where there is one."""
        return tuple(self._url.path.rstrip("/").split("/"))

    def ancestor(self, depth: int) -> RemotePath:
        """Return the folder that so many of its parts lead to."""
        path = self
        for _ in range(len(self.parts) - depth):
            path = path.parent
        return path

    def with_name(self, name: str) -> RemotePath:
        """Return the path beside it with another name."""
        return self.parent / name

    def with_suffix(self, suffix: str) -> RemotePath:
        """Return the path beside it with another suffix."""
        return self.with_name(posixpath.splitext(self.name)[0] + suffix)

    def absolute(self) -> RemotePath:
        """Return the path itself."""
        return self

    def stat(self) -> RemoteStatus:
        """Return what it is.

        Raises:
            OSError: It does not exist, or cannot be reached.
        """
        with naming(str(self._url)):
            self._filesystem.invalidate_cache()
            about = self._filesystem.info(self._place)
        is_folder = about["type"] == "directory" or self._url.is_folder_of_web
        return RemoteStatus(0 if is_folder else about.get("size") or 0, is_folder)

    def is_file(self) -> bool:
        """Whether it can be read at any place, as a file, and not only to its end, as a pipe."""
        if self._is_stream is None:
            self.open().close()
        return not self._is_stream

    def modified_ns(self) -> int:
        """Return when it was written, in nanoseconds.

        Raises:
            OSError: It cannot be reached.
            InputError: Its filesystem does not tell.
        """
        with naming(str(self._url)):
            try:
                return int(self._filesystem.modified(self._place).timestamp() * 1e9)
            except NotImplementedError:
                raise InputError(
                    f"nothing tells when {shown(str(self))} was written",
                    hint="name the files to read one by one",
                ) from None

    def read_bytes(self) -> bytes:
        """Return all of it.

        Raises:
            OSError: It cannot be read.
        """
        with self.open() as file:
            return file.read()

    def open(self, mode: str = "rb") -> RemoteFile:
        """Open it for reading.

        Raises:
            OSError: It cannot be read.
        """
        with naming(str(self._url)):
            stream = self._ranges_or_stream() if self._is_of_web else self._blocks()
            size_bytes = getattr(stream, "size", None) or 0
            marks = self._marks() if size_bytes > BLOCK_BYTES else {}
        self._is_stream = bool(self._is_stream)
        return RemoteFile(stream, str(self._url), partial(self._refuse_change, marks), mode)

    def files(self, depth: int | None) -> Iterator[tuple[tuple[str, ...], RemotePath, int]]:
        """Yield the files below this folder: the parts of each name, its path and its size.

        Args:
            depth: How many levels of folders to look into; ``None`` for all.

        Raises:
            OSError: A folder cannot be listed.
        """
        with naming(str(self._url)):
            listed = files_below(self._filesystem, self._place, depth)
        before = _inside(self._place)
        for place, size_bytes in listed.items():
            name = place.removeprefix(before)
            if place.startswith(before) and name and not name.endswith("/"):
                yield tuple(name.split("/")), self._below(name, place), size_bytes

    def _below(self, name: str, place: str) -> RemotePath:
        return RemotePath(self._url.at(_inside(self._url.path) + name), self._filesystem, place)

    def _marks(self) -> dict[str, object]:
        """Return what tells one version of the file from another."""
        self._filesystem.invalidate_cache()
        about = self._filesystem.info(self._place)
        return {name: about[name] for name in _MARKS if name in about}

    def _refuse_change(self, before: dict[str, object]) -> None:
        """Raise an error if blocks that were fetched one by one may be of two versions."""
        if before and self._marks() != before:
            raise InputError(
                f"{shown(str(self))} was changed while it was read",
                hint="read it again when nobody writes it",
            )

    @property
    def _is_of_web(self) -> bool:
        protocol = self._filesystem.protocol
        return isinstance(protocol, tuple) and "https" in protocol

    def _blocks(self, **options: object) -> Any:  # noqa: ANN401 - fsspec has no types
        """Open it in blocks; if it is open already, both share what was fetched."""
        stream = self._filesystem.open(self._place, "rb", **_BLOCKS, **options)
        shared = self._cache and self._cache()
        if shared is not None:
            stream.cache = shared
        elif getattr(stream, "cache", None) is not None:
            self._cache = weakref.ref(stream.cache)
        return stream

    def _ranges_or_stream(self) -> Any:  # noqa: ANN401 - likewise
        """Open what a web server has: in blocks if it gives parts of it, else from its start."""
        if not self._is_stream:
            about = self._filesystem.info(self._place)
            size_bytes = about["size"]
            if size_bytes and about.get("partial", True):
                stream = self._blocks(size=size_bytes)
                if size_bytes <= BLOCK_BYTES or self._is_stream is False:
                    return stream
                try:
                    stream._fetch_range(size_bytes - 1, size_bytes)  # noqa: SLF001 - to try it
                except ValueError:
                    stream.close()
                else:
                    return stream
            self._is_stream = True
        options = {"block_size": 0, "size": 1, **self._patience()}  # any size: else it is asked for
        return self._filesystem.open(self._place, "rb", **options)

    def _patience(self) -> dict[str, object]:
        """Return how long to wait for a stream, which takes as long as a whole scan."""
        from aiohttp import ClientTimeout  # noqa: PLC0415 - only where it is used anyway

        if "timeout" in self._filesystem.kwargs:
            return {}
        seconds = {"sock_connect": _CONNECT_SECONDS, "sock_read": _SILENCE_SECONDS}
        return {"timeout": ClientTimeout(total=None, **seconds)}


def _inside(folder: str) -> str:
    """Return what all paths in a folder begin with."""
    return folder if not folder or folder.endswith("/") else f"{folder}/"

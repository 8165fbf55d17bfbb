"""A filesystem for tests: it counts what is fetched of it, and fails when it is told to."""

from __future__ import annotations

from typing import Any, ClassVar

import fsspec
from fsspec.spec import AbstractBufferedFile, AbstractFileSystem


class LibraryError(Exception):
    """What a library raises that knows no ``OSError``."""


class Counted(AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types
    """Files in memory, as ``counted://NAME``.

    Attributes:
        contents: What they hold.
        fetched: Where and how much was fetched, in order.
        failures: What is raised in place of the n-th fetch from now on.
    """

    protocol = "counted"
    contents: ClassVar[dict[str, bytes]] = {}
    fetched: ClassVar[list[tuple[int, int]]] = []
    failures: ClassVar[dict[int, Exception]] = {}

    @classmethod
    def reset(cls) -> None:
        """Forget all files."""
        cls.contents.clear()
        cls.fetched.clear()
        cls.failures.clear()

    def ls(self, path: str, detail: bool = True, **_: object) -> list[Any]:  # noqa: FBT001, FBT002
        """List all files there are, in one folder."""
        if path in self.contents:
            return [self.info(path)] if detail else [path]
        found = [self.info(name) for name in self.contents]
        return found if detail else [one["name"] for one in found]

    def info(self, path: str, **_: object) -> dict[str, object]:
        """Return what is known of a file."""
        path = self._strip_protocol(path)
        if path in ("", "refused"):
            return {"name": path, "size": 0, "type": "directory"}
        if path not in self.contents:
            raise FileNotFoundError(path)
        content = self.contents[path]
        return {"name": path, "size": len(content), "type": "file", "ETag": hash(content)}

    def _open(self, path: str, mode: str = "rb", **options: Any) -> CountedFile:  # noqa: ANN401
        return CountedFile(self, path, mode, **options)


class CountedFile(AbstractBufferedFile):  # type: ignore[misc]
    """A file that says what is fetched of it."""

    def _fetch_range(self, start: int, end: int) -> bytes:
        fs = self.fs
        fs.fetched.append((start, end))
        if error := fs.failures.pop(len(fs.fetched), None):
            raise error
        content: bytes = fs.contents[self.path]
        return content[start:end]


def register() -> None:
    """Let ``fsspec`` know the protocol."""
    fsspec.register_implementation("counted", Counted, clobber=True)

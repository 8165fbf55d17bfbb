"""An open file of ``fsspec`` as what readers, Arrow and ``zipfile`` read from."""

import errno
import io
from collections.abc import Callable
from typing import Any

from memscan.readers.messages import path_text
from memscan.readers.remote_failures import naming


class RemoteFile(io.RawIOBase):
    """An open file of ``fsspec``, whose failures are those of a file and name its URL."""

    def __init__(
        self,
        stream: Any,  # noqa: ANN401 - fsspec has no types
        url: str,
        check: Callable[[], None],
        mode: str = "rb",
    ) -> None:
        """Read from what a filesystem opened.

        Args:
            stream: That.
            url: Its URL, with what is secret in it.
            check: Called when the end is reached; raises an error if the file was changed.
            mode: How it was opened.
        """
        super().__init__()
        self._check = check
        self.mode = mode
        self._stream = stream
        self._url = url
        self._place = 0  # its own: some filesystems give all who open a file one object

    def readable(self) -> bool:
        """Return true."""
        return True

    def seekable(self) -> bool:
        """Return true; where it is not, ``RemotePath.is_file`` says so."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Return so many bytes, fewer only at the end or from a stream, or all.

        Raises:
            OSError: They cannot be read, or the file ends before the size that it has.
            InputError: The file was changed since it was opened.
        """
        with naming(self._url):
            if self._stream.tell() != self._place:
                self._stream.seek(self._place)
            data = bytes(self._stream.read(-1 if size is None else size))
            self._place += len(data)
            if size != 0 and not data:
                self._refuse_false_end()
            return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place.

        Raises:
            OSError: There is none such.
        """
        refused: ValueError | None = None
        with naming(self._url):
            try:
                if whence == io.SEEK_CUR:
                    offset, whence = self._place + offset, io.SEEK_SET
                self._stream.seek(offset, whence)
                self._place = int(self._stream.tell())
            except ValueError as error:
                refused = error
        if refused is not None:
            raise OSError(errno.EINVAL, str(refused), path_text(self._url))
        return self.tell()

    def tell(self) -> int:
        """Return the place."""
        return self._place

    def close(self) -> None:
        """Close it."""
        if not self.closed:
            self._stream.close()
        super().close()

    def _refuse_false_end(self) -> None:
        """Raise an error if this is not the end that the file had when it was opened."""
        size_bytes = getattr(self._stream, "size", None)
        if isinstance(size_bytes, int) and self._place < size_bytes:
            raise EOFError(f"ends after {self._place:,} of its {size_bytes:,} bytes")
        self._check()

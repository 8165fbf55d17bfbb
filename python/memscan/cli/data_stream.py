"""Standard output as a stream of bytes, which a terminal shows and does not obey."""

import sys

from memscan.cli.console import OutputClosedError, visible


class DataStream:
    """Writes data to stdout: as they are to a file or a pipe, made visible on a terminal."""

    def write(self, data: bytes) -> int:
        """Write some lines of UTF-8, or parts of lines, but no parts of characters."""
        try:
            if sys.stdout.isatty():
                lines = data.decode().replace("\r\n", "\n").split("\n")
                sys.stdout.write("\n".join(map(visible, lines)))
            else:
                sys.stdout.buffer.write(data)
        except BrokenPipeError as error:
            raise OutputClosedError from error
        return len(data)

    def flush(self) -> None:
        """Wait until all is written."""
        try:
            sys.stdout.flush()
        except BrokenPipeError as error:
            raise OutputClosedError from error

"""What can go wrong, by what the user can do about it.

Every error says what failed, the value, and what was expected; the way out, where there is one,
stands apart in ``hint``. Built-in exceptions pass through where they fit: ``FileNotFoundError``,
``PermissionError``, ``KeyboardInterrupt``.
"""


class MemscanError(Exception):
    """Root of the errors raised by memscan.

    Attributes:
        hint: What to do about it, one line without a full stop; ``None`` if nothing is known.
    """

    hint: str | None

    def __init__(self, message: str, hint: str | None = None) -> None:
        """Keep the message as the text of the exception, and the hint beside it."""
        super().__init__(message)
        self.hint = hint


class IndexFormatError(MemscanError):
    """An index folder cannot be used as it is."""


class NotAnIndexError(IndexFormatError):
    """The path holds something else than an index, or an unfinished one."""


class IncompatibleIndexError(IndexFormatError):
    """The index was written in a format or with rules that this version does not read."""


class CorruptIndexError(IndexFormatError):
    """A file of the index is missing, cut short or changed."""


class LimitError(MemscanError):
    """A documented limit would be passed, such as the size of one document."""


class InternalError(MemscanError):
    """memscan broke a promise of its own; a bug to report."""


class InputError(MemscanError, ValueError):
    """A corpus, a file of generations or an argument cannot be used."""


class OutputError(MemscanError):
    """An output exists already, or cannot be written."""

"""What can go wrong, by what the user can do about it.

Every error says what failed, the value, and what was expected; the way out, where there is one,
stands apart in ``hint``, and below the message in a traceback. Built-in exceptions pass through
where they fit: ``FileNotFoundError``, ``PermissionError``, ``KeyboardInterrupt``.
"""


class MemscanError(Exception):
    """Root of the errors raised by memscan.

    Attributes:
        hint: What to do about it, one line without a full stop; ``None`` if nothing is known.
    """

    _hint: str | None = None

    def __init__(self, message: str, hint: str | None = None) -> None:
        """Keep the message as the text of the exception, and the hint beside it."""
        super().__init__(message)
        self.hint = hint

    @property
    def hint(self) -> str | None:
        """What to do about it; one of the notes that a traceback shows."""
        return self._hint

    @hint.setter
    def hint(self, hint: str | None) -> None:
        if self._hint is not None:
            self.__notes__.remove(_note(self._hint))
        self._hint = hint
        if hint is not None:
            self.add_note(_note(hint))


def _note(hint: str) -> str:
    return f"hint: {hint}"


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

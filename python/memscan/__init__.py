"""memscan: measure what language-model outputs reproduce of a corpus.

>>> import memscan
>>> index = memscan.Index.build("books/", "books.memscan")
>>> result = index.scan(["It is a truth universally acknowledged, that a single man ..."])
>>> result.generations["coverage"]

The names below are imported when they are first used, so that ``import memscan`` is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from memscan.errors import (
    CorruptIndexError,
    IncompatibleIndexError,
    IndexFormatError,
    InputError,
    InternalError,
    LimitError,
    MemscanError,
    NotAnIndexError,
    OutputError,
)
from memscan.records import Document, Generation, InputFile, Rejection

if TYPE_CHECKING:
    from memscan.exporting import ExportSummary, export
    from memscan.index import Index
    from memscan.index_info import IndexInfo
    from memscan.merging import merge_results
    from memscan.novelty import Novelty
    from memscan.options import ScanOptions
    from memscan.results import Found, Match, Occurrence, ScanResult
    from memscan.scanning import RunSummary, scan_files
    from memscan.tally import RunCounts

    __version__: str

__all__ = [
    "CorruptIndexError",
    "Document",
    "ExportSummary",
    "Found",
    "Generation",
    "IncompatibleIndexError",
    "Index",
    "IndexFormatError",
    "IndexInfo",
    "InputError",
    "InputFile",
    "InternalError",
    "LimitError",
    "Match",
    "MemscanError",
    "NotAnIndexError",
    "Novelty",
    "Occurrence",
    "OutputError",
    "Rejection",
    "RunCounts",
    "RunSummary",
    "ScanOptions",
    "ScanResult",
    "__version__",
    "export",
    "merge_results",
    "scan_files",
]

_HOMES = {
    "ExportSummary": "memscan.exporting",
    "Found": "memscan.results",
    "Index": "memscan.index",
    "IndexInfo": "memscan.index_info",
    "Match": "memscan.results",
    "Novelty": "memscan.novelty",
    "Occurrence": "memscan.results",
    "RunCounts": "memscan.tally",
    "RunSummary": "memscan.scanning",
    "ScanOptions": "memscan.options",
    "ScanResult": "memscan.results",
    "export": "memscan.exporting",
    "merge_results": "memscan.merging",
    "scan_files": "memscan.scanning",
}


def __getattr__(name: str) -> object:
    """Import a public name from its module, once."""
    if name == "__version__":
        value: object = import_module("memscan._native").version()
    elif name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    else:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names, also those not imported yet."""
    return sorted(__all__)

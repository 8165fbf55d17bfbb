"""Readers: files as users have them become documents and generations, one at a time.

The flow is one way, and each step has a module: ``paths`` and ``saved_datasets`` (which files;
``remote`` if they are at URLs), ``files`` and ``decompress`` (their bytes, hashed and counted on
the way), ``formats`` (what the bytes are), ``containers`` (many records) or ``whole`` (a file that
is one text), ``fields`` (which field is the text), and at the end ``documents`` and
``generations``. Memory is bounded by the largest record, never by a file.

A further format is a ``Format``, and a module that turns a ``SourceFile`` and its ``Content`` into
records, which ``containers`` calls, or into one text, which ``whole`` calls.
"""

from memscan.readers.documents import DocumentSource
from memscan.readers.generations import GenerationSource

__all__ = ["DocumentSource", "GenerationSource"]

"""Readers: files as users have them become documents and generations, one at a time.

The flow is one way, and each step has a module: ``paths`` (which files), ``files`` and ``inflate``
(their bytes, hashed and counted on the way), ``formats`` (what the bytes are), ``lines`` and
``json_lines`` (records) or ``texts`` (a whole file), ``fields`` (which field is the text), and at
the end ``documents`` and ``generations``. Memory is bounded by the largest record, never by a file.

A further format is one more module that turns a ``SourceFile`` into records, and one more branch
where ``documents`` and ``generations`` choose.
"""

from memscan.readers.documents import DocumentSource
from memscan.readers.generations import GenerationSource

__all__ = ["DocumentSource", "GenerationSource"]

"""A program, run by ``tokenizer_files``: a folder that ``transformers`` saved, as one JSON text.

It imports nothing of memscan, so it can be run by its path. The text, or in one line why there is
none, goes to standard output; everything that the package prints goes to standard error.
"""

import os
import sys
from importlib import import_module
from typing import Any

FAILED = 3
MISSING_PACKAGE = 4
_REASON_LENGTH = 300


def main(folder: str) -> int:
    """Write the tokenizer in ``folder`` to standard output and return the exit status."""
    output = os.dup(1)
    os.dup2(2, 1)
    status, text = _convert(folder)
    with open(output, "wb") as file:  # noqa: PTH123 - a file descriptor
        file.write(text.encode(errors="replace"))
    return status


def _convert(folder: str) -> tuple[int, str]:
    # Whatever goes wrong in there, it cannot be read; panics of its parts are no `Exception`.
    try:
        package: Any = import_module("transformers")  # Any: it need not be installed
        tokenizer = package.AutoTokenizer.from_pretrained(
            folder, local_files_only=True, use_fast=True, trust_remote_code=False
        )
    except BaseException as error:  # noqa: BLE001
        reason = " ".join(str(error).split())[:_REASON_LENGTH] or type(error).__name__
        is_missing = isinstance(error, ModuleNotFoundError) and error.name == "transformers"
        return MISSING_PACKAGE if is_missing else FAILED, reason
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if not getattr(tokenizer, "is_fast", False) or backend is None:
        return FAILED, f"{type(tokenizer).__name__} is a slow tokenizer, which tells no places"
    return 0, backend.to_str()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

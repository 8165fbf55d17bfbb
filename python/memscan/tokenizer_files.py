"""A tokenizer's file or folder becomes the text of its ``tokenizer.json``, in one spelling."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import orjson

from memscan import tokenizer_conversion
from memscan.errors import InputError
from memscan.readers.messages import printable, shown

if TYPE_CHECKING:
    from pathlib import Path

_FILE = "tokenizer.json"
_OTHER_FILES = ("tokenizer*", "vocab*", "tekken.json", "*.model", "*.spm", "*.tiktoken")
_SAVE_HINT = f"save the tokenizer as a fast one, so that the folder has a {_FILE}"
_SWITCHED_OFF = ("truncation", "padding", "post_processor")
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TRANSFORMERS_VERBOSITY": "error"}
_REASON_LENGTH = 300


# Any: an optional package, which need not be installed to check the types.
def needed_package(name: str) -> Any:  # noqa: ANN401
    """Import an optional package, which is installed under the same name.

    Raises:
        InputError: It is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        raise _missing_package(name) from None


def read_tokenizer(path: Path) -> str:
    """Return the text of the ``tokenizer.json`` at ``path``, or made of the folder's other files.

    Raises:
        OSError: The path does not exist, or cannot be read.
        InputError: It is no UTF-8, or the folder holds no tokenizer that tells places.
    """
    if path.is_dir():
        if not (path / _FILE).exists():
            return _converted(path)
        path /= _FILE
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise InputError(
            f"{shown(path)} is not UTF-8 at byte offset {error.start}",
            hint=f"name a {_FILE}, or the folder of the tokenizer",
        ) from None


def canonical_json(text: str, name: str) -> str:
    """Return a ``tokenizer.json`` in the one spelling of those that give the same tokens.

    It is read and written without the library, which rounds scores and adds keys from version to
    version: the result depends on the file alone, and is its own canonical spelling.

    Args:
        text: The text of the file.
        name: What it is called, for messages.

    Raises:
        InputError: The text is no JSON object.
    """
    try:
        settings = orjson.loads(text)
        if not isinstance(settings, dict):
            raise InputError(
                f"{printable(name)} is no tokenizer: it holds no JSON object",
                hint=f"expected a {_FILE} as the package tokenizers writes it",
            )
        _switch_off(settings)
        # Not orjson, whose spelling of numbers may change with its version.
        spelt = json.dumps(settings, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise InputError(
            f"{printable(name)} is no valid JSON: {one_line(error)}",
            hint=f"expected a {_FILE}; copy or save it again if it is damaged",
        ) from None
    return spelt


def one_line(error: BaseException) -> str:
    """Return what a library says, cut to one line that is fit for a message."""
    return printable(" ".join(str(error).split())[:_REASON_LENGTH] or type(error).__name__)


# Any: JSON of which nothing is known yet.
def _switch_off(settings: dict[str, Any]) -> None:
    """Remove what is not the text's or not the same each time, and spell merges as pairs."""
    settings.update(dict.fromkeys(_SWITCHED_OFF))
    model = settings.get("model")
    if not isinstance(model, dict):
        return
    if "dropout" in model:
        model["dropout"] = None
    merges = model.get("merges")
    if isinstance(merges, list) and all(isinstance(merge, str) for merge in merges):
        pairs = [merge.split(" ") for merge in merges if not merge.startswith("#version")]
        if all(len(pair) == 2 for pair in pairs):  # noqa: PLR2004 - a pair
            model["merges"] = pairs


def _converted(folder: Path) -> str:
    """Have ``transformers`` convert a folder, in a process of its own.

    That package and the one below it read whether they may use the network when they are imported,
    and may be imported here already; a new process is told in time, and takes its memory along.
    """
    if not any(next(folder.glob(pattern), None) for pattern in _OTHER_FILES):
        raise InputError(
            f"the folder {shown(folder)} holds no tokenizer",
            hint=f"name a {_FILE}, or a folder that holds one",
        )
    done = subprocess.run(  # noqa: S603 - our own file; -P keeps the current folder's modules out
        [sys.executable, "-P", str(tokenizer_conversion.__file__), str(folder.absolute())],
        env=os.environ | _OFFLINE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode == tokenizer_conversion.MISSING_PACKAGE:
        raise InputError(
            f"{shown(folder)} has no {_FILE}, and other files need the package `transformers`, "
            "which is not installed",
            hint=f"pip install transformers sentencepiece protobuf, or {_SAVE_HINT}",
        )
    output = done.stdout.decode(errors="replace")
    if done.returncode:
        last = output.strip() or f"transformers ended with status {done.returncode}"
        raise InputError(
            f"no tokenizer can be read from the folder {shown(folder)}: {printable(last)}",
            hint=_SAVE_HINT,
        )
    return output


def _missing_package(name: str) -> InputError:
    return InputError(
        f"a tokenizer needs the package `{name}`, which is not installed",
        hint=f"pip install {name}",
    )

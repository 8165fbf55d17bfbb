"""Folders that ``datasets`` saved: the files in them that hold rows, and their split.

``Dataset.save_to_disk`` writes the rows to ``data-00000-of-00002.arrow`` and so on, and beside them
what they are: ``state.json``, ``dataset_info.json``. A ``DatasetDict`` is a folder of such folders,
one a split, with ``dataset_dict.json``. Only the rows are records.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePath

import orjson

from memscan.errors import InputError
from memscan.readers.messages import shown
from memscan.readers.paths import FoundFile, InputPath

_STATE, _INFO, _DICT = "state.json", "dataset_info.json", "dataset_dict.json"


def only_rows(files: Sequence[FoundFile]) -> list[FoundFile]:
    """Return the files without those of saved datasets that hold no rows.

    Rows of a split have its name in the field ``split``, unless they have one of their own.

    Raises:
        OSError: What a folder says of itself cannot be read.
        InputError: It is damaged, or lists a file that is not there, or rows are left out by
            indices, as old versions of ``datasets`` wrote them.
    """
    names = {file.path for file in files}
    folders = {
        path.parent: None
        for path in (file.path for file in files)
        if path.name == _STATE and path.with_name(_INFO) in names
    }
    kept = [
        file for file in files if file.path.parent not in folders and not _is_dict(file, folders)
    ]
    by_path = {file.path: file for file in files}
    for folder in folders:
        state = _read_state(folder / _STATE)
        split = state.get("_split")
        if not isinstance(split, str) and folder.parent / _DICT in names:
            split = folder.name
        fields = {"split": split} if isinstance(split, str) else {}
        kept += [
            replace(_listed(by_path, folder, name), fields=fields)
            for name in _data_files(folder, state)
        ]
    order = {file.path: place for place, file in enumerate(files)}
    return sorted(kept, key=lambda file: order[file.path])


def _is_dict(file: FoundFile, folders: Iterable[InputPath]) -> bool:
    return file.path.name == _DICT and any(folder.parent == file.path.parent for folder in folders)


def _read_state(path: InputPath) -> dict[str, object]:
    try:
        state = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise _damaged(path, str(error)) from None
    if not isinstance(state, dict):
        raise _damaged(path, "it is no object")
    if state.get("_indices_data_files"):
        raise InputError(
            f"{shown(path)} leaves out rows by indices, as old versions of datasets do",
            hint="load it and save it again with a newer version",
        )
    return state


def _data_files(folder: InputPath, state: dict[str, object]) -> list[str]:
    listed = state.get("_data_files")
    names = [
        entry.get("filename") if isinstance(entry, dict) else None
        for entry in (listed if isinstance(listed, list) else [None])
    ]
    if not all(isinstance(name, str) and PurePath(name).name == name for name in names):
        raise _damaged(folder / _STATE, "it does not list its data files")
    return [str(name) for name in names]


def _listed(by_path: dict[InputPath, FoundFile], folder: InputPath, name: str) -> FoundFile:
    if folder / name not in by_path:
        raise InputError(
            f"{shown(folder / name)} is missing, but {_STATE} lists it",
            hint="copy the folder again",
        )
    return by_path[folder / name]


def _damaged(path: InputPath, reason: str) -> InputError:
    return InputError(
        f"{shown(path)} does not say which files hold the rows: {reason}",
        hint="save the dataset again, or name its data files: 'FOLDER/*.arrow'",
    )

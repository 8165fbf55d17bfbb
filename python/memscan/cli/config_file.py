"""Which file has the settings: ``memscan.toml``, or ``[tool.memscan]`` of a ``pyproject.toml``.

The nearest one wins: that of the working directory, else of the folder above, and so on. Files are
not joined. A ``pyproject.toml`` that does not speak of memscan is passed over.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from memscan.cli.settings import shown_path
from memscan.errors import InputError

OWN_NAME = "memscan.toml"
PROJECT_NAME = "pyproject.toml"
LARGEST_BYTES = 2**20

Table = Mapping[str, object]


def find_config() -> tuple[Path, Table] | None:
    """Return the nearest file with settings, and its tables; ``None`` if there is none.

    Raises:
        InputError: The nearest file is damaged.
        OSError: It cannot be read.
    """
    try:
        folder = Path.cwd()
    except FileNotFoundError:  # it was removed under us
        return None
    for above in (folder, *folder.parents):
        for name in (OWN_NAME, PROJECT_NAME):
            path = above / name
            if os.path.isfile(path):  # noqa: PTH113 - no error where a folder is closed to us
                table = _table(path)
                if table is not None:
                    return path, table
    return None


def read_config(path: Path) -> tuple[Path, Table]:
    """Return a file that was named, and its tables.

    Raises:
        InputError: It is damaged, or a ``pyproject.toml`` without ``[tool.memscan]``.
        OSError: It cannot be read.
    """
    table = _table(path)
    if table is None:
        raise InputError(f"{shown_path(path)} has no table [tool.memscan]")
    return path.absolute(), table


def _table(path: Path) -> Table | None:
    import tomllib  # noqa: PLC0415 - most commands find no file

    with path.open("rb") as file:
        data = file.read(LARGEST_BYTES + 1)
    if path.name == PROJECT_NAME and b"memscan" not in data:
        return None
    if len(data) > LARGEST_BYTES:
        raise InputError(f"{shown_path(path)} is no file of settings: it has more than 1 MiB")
    try:
        content = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"{shown_path(path)} is not UTF-8 at byte {error.start}") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise InputError(f"{shown_path(path)} is not TOML: {reason}") from error
    if path.name != PROJECT_NAME:
        return content
    tools = content.get("tool")
    table = tools.get("memscan") if isinstance(tools, dict) else None
    return table if isinstance(table, dict) else None

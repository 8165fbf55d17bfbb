"""What can be set in a file or in the environment: the options of a command, by their names.

``[scan]`` ``min-length = 12`` in a file and ``MEMSCAN_SCAN_MIN_LENGTH=12`` in the environment are
``memscan scan --min-length 12``. A value is checked where it is found, so that an error names the
file and the key, or the variable; what a command is given is text, as from a command line.
"""

import difflib
import os
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

from memscan.errors import InputError
from memscan.urls import is_url

NOT_SETTINGS = frozenset({"config", "from", "help", "version"})
"""Options that belong to one call."""

PREFIXED_PATHS = {"corpus": "=", "unit": ":"}
"""Options whose value ends in a path, by what stands before it."""

PATHS_OR_URLS = frozenset({"prompts", "template"})
"""Options whose value is a path that may be a URL, and so is a text to typer."""

WORDS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
"""How a variable says yes or no."""


class Size:
    """The kind of an option that is a number or a text, such as ``--memory 4GB``."""


EXPECTED: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    Path: "a path",
    Size: 'a whole number, or a text such as "4GB"',
}
TYPES: dict[type, tuple[type, ...]] = {
    bool: (bool,),
    int: (int,),
    float: (int, float),
    str: (str,),
    Path: (str,),
    Size: (int, str),
}
CONVERSIONS: dict[type, Callable[[str], object]] = {
    bool: lambda text: WORDS[text.lower()],
    int: int,
    float: float,
}


@dataclass(frozen=True, slots=True)
class Setting:
    """An option that can be set.

    Attributes:
        parameter: The parameter of the command's function.
        key: The option without its dashes.
        kind: What its value is, one of ``EXPECTED``.
        is_list: Whether it may be given more than once.
    """

    parameter: str
    key: str
    kind: type
    is_list: bool


@dataclass(frozen=True, slots=True)
class Given:
    """A setting and its value.

    Attributes:
        setting: What is set.
        value: Its value, as the command line would have it.
        source: Where it was found: ``config: memscan.toml`` or ``environment``.
        shown: The setting and its value, as they stand there.
    """

    setting: Setting
    value: str | bool | list[str]
    source: str
    shown: str


# Any: typer has no public name for the class of its commands.
def settings_of(command: Any) -> dict[str, Setting]:  # noqa: ANN401
    """Return the options of a command that can be set, by their keys."""
    hints = get_type_hints(command.callback, include_extras=True)
    found = {}
    for parameter in command.params:
        key = next((name[2:] for name in parameter.opts if name.startswith("--")), None)
        if key is not None and key not in NOT_SETTINGS:
            kind, is_list = _kind(hints[parameter.name])
            kind = Path if key in PATHS_OR_URLS else kind
            found[key] = Setting(parameter.name, key, kind, is_list)
    return found


def from_environment(
    names: Iterable[str], settings: Mapping[str, Setting], variables: Mapping[str, str]
) -> tuple[list[Given], list[str]]:
    """Return what the environment sets for a command, and warnings of what it sets in vain.

    Args:
        names: The words of the command, such as ``index`` and ``build``.
        settings: Its settings.
        variables: The environment. An empty variable is none.

    Raises:
        InputError: A value is of the wrong type.
    """
    prefix = _variable("MEMSCAN", *names, "")
    by_variable = {_variable("MEMSCAN", *names, key): one for key, one in settings.items()}
    given, warnings = [], []
    for variable, text in variables.items():
        setting = by_variable.get(variable)
        if setting is not None and text:
            value = _from_text(setting, text, variable)
            given.append(Given(setting, value, "environment", f"{variable} = {text}"))
        elif setting is None and text and variable.startswith(prefix):
            hint = _likely(variable, by_variable)
            command = " ".join(("memscan", *names))
            warnings.append(f"{variable} names no option of `{command}`{hint}")
    return given, warnings


def from_file(
    command: Any,  # noqa: ANN401 - as above
    table: Mapping[str, object],
    path: Path,
    names: tuple[str, ...] = (),
) -> Iterator[tuple[tuple[str, ...], Given]]:
    """Yield what the tables of a file set, each with the words of its command.

    Args:
        command: The command that the table belongs to; the whole program at first.
        table: The table.
        path: The file. Relative paths in it count from its folder.
        names: The words of the command.

    Raises:
        InputError: A table names no command, a key no option, or a value is of the wrong type.
    """
    inner: Mapping[str, Any] | None = getattr(command, "commands", None)
    known: Mapping[str, Any] = settings_of(command) if inner is None else inner
    for key, value in table.items():
        place = ".".join((*names, key))
        if key not in known:
            raise _unknown(path, place, key, known, is_command=inner is not None)
        if inner is None:
            checked = _checked(known[key], value, f"{shown_path(path)}: {place}", path.parent)
            source = f"config: {shown_path(path)}"
            yield names, Given(known[key], checked, source, f"{place} = {_toml(value)}")
        elif isinstance(value, dict):
            yield from from_file(inner[key], value, path, (*names, key))
        else:
            message = f"{shown_path(path)}: {place} is {_toml(value)}; expected a table [{place}]"
            raise InputError(message)


def shown_path(path: Path) -> str:
    """Return a path as a person in the working directory would write it."""
    try:
        return os.path.relpath(path)
    except (OSError, ValueError):
        return str(path)


def _variable(*words: str) -> str:
    return "_".join(words).upper().replace("-", "_")


def _kind(hint: Any) -> tuple[type, bool]:  # noqa: ANN401 - any annotation
    """Return the kind of an option by the annotation of its parameter, and if it is a list."""
    has_parser = any(getattr(one, "parser", None) for one in getattr(hint, "__metadata__", ()))
    kind = getattr(hint, "__origin__", hint) if hasattr(hint, "__metadata__") else hint
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(one for one in get_args(kind) if one is not type(None))
    is_list = get_origin(kind) is list
    if is_list:
        kind = get_args(kind)[0]
    return (Size if has_parser else kind if kind in EXPECTED else str), is_list


def _checked(setting: Setting, value: object, place: str, folder: Path) -> str | bool | list[str]:
    def check(one: object) -> str | bool:
        types_allowed = TYPES[setting.kind]
        if not isinstance(one, types_allowed) or (isinstance(one, bool) != (setting.kind is bool)):
            raise InputError(f"{place} is {_toml(one)}; expected {EXPECTED[setting.kind]}")
        return one if isinstance(one, bool) else _from_folder(setting, str(one), folder)

    if setting.is_list:
        return [str(check(one)) for one in (value if isinstance(value, list) else [value])]
    return check(value)


def _from_folder(setting: Setting, text: str, folder: Path) -> str:
    """Return the value with its path, if it has one, counted from a folder."""
    if setting.key in PREFIXED_PATHS:
        before, sign, path = text.partition(PREFIXED_PATHS[setting.key])
        return before + sign + _joined(folder, path) if path else text
    return _joined(folder, text) if setting.kind is Path else text


def _joined(folder: Path, path: str) -> str:
    is_here = path == "-" or is_url(path) or folder == Path.cwd()
    return path if is_here else str(folder / path)


def _from_text(setting: Setting, text: str, variable: str) -> str | bool | list[str]:
    """Return the value of a variable; a list has one value a line."""
    if setting.is_list:
        return [line for line in text.splitlines() if line]
    convert = CONVERSIONS.get(setting.kind)
    if convert is None:
        return text
    try:
        value = convert(text)
    except (KeyError, ValueError) as error:
        expected = EXPECTED[setting.kind]
        raise InputError(f"{variable} is {text!r}; expected {expected}") from error
    return value if isinstance(value, bool) else text


def _unknown(
    path: Path, place: str, key: str, known: Iterable[str], *, is_command: bool
) -> InputError:
    what = "command" if is_command else "option"
    likely = difflib.get_close_matches(key, list(known), n=3)
    if likely:
        hint = f"did you mean {' or '.join(likely)}?"
    elif is_command:
        hint = "settings stand in the table of their command, such as [scan] or [index.build]"
    else:
        hint = f"expected one of {', '.join(sorted(known))}"
    return InputError(f"{shown_path(path)}: {place} is no {what} of memscan", hint)


def _likely(name: str, known: Iterable[str]) -> str:
    likely = difflib.get_close_matches(name, list(known), n=1, cutoff=0.8)
    return f"; did you mean {likely[0]}?" if likely else ""


def _toml(value: object) -> str:
    """Return a value about as it stands in a file."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            return "a table"
        case _:
            return str(value)

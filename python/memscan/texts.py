"""Texts that the caller holds in memory, checked and named."""

from __future__ import annotations

from collections.abc import Iterable, Sized
from itertools import zip_longest
from typing import TYPE_CHECKING

from memscan.errors import InputError
from memscan.records import Generation

if TYPE_CHECKING:
    from collections.abc import Iterator

_MISSING = object()


def as_generations(
    texts: Iterable[str],
    *,
    prompts: Iterable[str | None] | None,
    ids: Iterable[str] | None,
    models: Iterable[str | None] | None,
) -> Iterator[Generation]:
    """Yield a generation for each text; without an id of its own, it has its place: ``0``, ``1``.

    Raises:
        TypeError: If something is of the wrong type.
        InputError: If there are more or fewer prompts, ids or models than texts.
    """
    given = {"prompts": prompts, "ids": ids, "models": models}
    columns = {name: column for name, column in given.items() if column is not None}
    for name, column in {"texts": texts, **columns}.items():
        _refuse_no_iterable(name, column)
        if isinstance(column, Sized) and isinstance(texts, Sized) and len(column) != len(texts):
            raise _lengths_differ(name, f"{len(column)} {name}", f"{len(texts)} texts")
    for place, (text, *values) in enumerate(
        zip_longest(texts, *columns.values(), fillvalue=_MISSING)
    ):
        row = dict(zip(columns, values, strict=True))
        for name, value in row.items():
            if text is _MISSING:
                raise _lengths_differ(name, f"more than {place} {name}", f"{place} texts")
            if value is _MISSING:
                raise _lengths_differ(name, f"{place} {name}", f"more than {place} texts")
        yield Generation(
            id=_string(f"id {place}", row.get("ids", str(place))),
            text=_string(f"text {place}", text),
            prompt=_string_or_none(f"prompt {place}", row.get("prompts")),
            model=_string_or_none(f"model {place}", row.get("models")),
            metadata={},
        )


def refuse_surrogates(name: str, text: str) -> None:
    """Raise an ``InputError`` with its place if ``text`` holds a lone surrogate.

    UTF-8 cannot encode one, so the text has no bytes for a span to index.

    Args:
        name: What the text is, to begin the message with.
        text: The text.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        code_point = ord(text[error.start])
        raise InputError(
            f"{name} holds a lone surrogate, U+{code_point:04X}, at character {error.start}",
            hint="decode its bytes again, with errors='replace' if they are damaged",
        ) from None


def refuse_surrogates_of(place: int, generation: Generation) -> None:
    """Raise an ``InputError`` if a string of the generation at ``place`` holds a lone surrogate."""
    strings = {
        "text": generation.text,
        "prompt": generation.prompt,
        "id": generation.id,
        "model": generation.model,
    }
    for name, string in strings.items():
        refuse_surrogates(f"{name} {place}", string or "")


def _refuse_no_iterable(name: str, column: object) -> None:
    if isinstance(column, str | bytes) or not isinstance(column, Iterable):
        message = f"{name} is a {type(column).__name__}; expected an iterable of str"
        raise TypeError(message)


def _lengths_differ(name: str, has: str, expected: str) -> InputError:
    return InputError(f"there are {has} for {expected}", hint=f"give one of {name} for each text")


def _string(name: str, value: object) -> str:
    if not isinstance(value, str):
        message = f"{name} is a {type(value).__name__}; expected a str"
        raise TypeError(message)
    return value


def _string_or_none(name: str, value: object) -> str | None:
    return None if value is None else _string(name, value)

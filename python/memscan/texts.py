"""Texts that the caller holds in memory, checked and named."""

from __future__ import annotations

from collections.abc import Iterable, Sized
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from memscan.errors import InputError
from memscan.records import Generation
from memscan.token_ids import as_token_ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

_MISSING = object()


@dataclass(frozen=True, slots=True)
class TokenGeneration:
    """A generation of which only the tokens are known.

    Attributes:
        generation: Its id and model; its text is empty.
        tokens: Its token ids, shape ``(n,)``.
        prompt: Those of its prompt, if known.
    """

    generation: Generation
    tokens: NDArray[np.uint32]
    prompt: NDArray[np.uint32] | None


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
    for place, text, row in _rows("texts", texts, given):
        yield Generation(
            id=_string(f"id {place}", row.get("ids", str(place))),
            text=_string(f"text {place}", text),
            prompt=_string_or_none(f"prompt {place}", row.get("prompts")),
            model=_string_or_none(f"model {place}", row.get("models")),
            metadata={},
        )


def as_token_generations(
    arrays: Iterable[object],
    *,
    prompts: Iterable[object] | None,
    ids: Iterable[str] | None,
    models: Iterable[str | None] | None,
) -> Iterator[TokenGeneration]:
    """Yield a generation without a text for each array of token ids, and its tokens.

    Raises:
        TypeError: If something is of the wrong type.
        InputError: If an id is out of its range, or there are more or fewer prompts, ids or models
            than arrays.
    """
    given = {"prompts": prompts, "ids": ids, "models": models}
    for place, array, row in _rows("arrays", arrays, given):
        prompt = row.get("prompts")
        yield TokenGeneration(
            generation=Generation(
                id=_string(f"id {place}", row.get("ids", str(place))),
                text="",
                prompt=None if prompt is None else "",
                model=_string_or_none(f"model {place}", row.get("models")),
                metadata={},
            ),
            tokens=as_token_ids(f"array {place}", array),
            prompt=None if prompt is None else as_token_ids(f"prompt {place}", prompt),
        )


def _rows(
    name: str, items: Iterable[object], given: Mapping[str, Iterable[object] | None]
) -> Iterator[tuple[int, object, dict[str, object]]]:
    """Yield the place of each item, the item, and the value of each given column there."""
    columns = {name: column for name, column in given.items() if column is not None}
    for column_name, column in {name: items, **columns}.items():
        refuse_no_iterable(column_name, column)
        if isinstance(column, Sized) and isinstance(items, Sized) and len(column) != len(items):
            has, expected = f"{len(column)} {column_name}", f"{len(items)} {name}"
            raise _lengths_differ(column_name, has, expected)
    for place, (item, *values) in enumerate(
        zip_longest(items, *columns.values(), fillvalue=_MISSING)
    ):
        row = dict(zip(columns, values, strict=True))
        for column_name, value in row.items():
            if item is _MISSING:
                has, expected = f"more than {place} {column_name}", f"{place} {name}"
                raise _lengths_differ(column_name, has, expected)
            if value is _MISSING:
                has, expected = f"{place} {column_name}", f"more than {place} {name}"
                raise _lengths_differ(column_name, has, expected)
        yield place, item, row


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


def refuse_no_iterable(name: str, column: object) -> None:
    """Raise a ``TypeError`` if ``column`` is a single text, or cannot be iterated over."""
    if isinstance(column, str | bytes) or not isinstance(column, Iterable):
        what = "token ids" if name == "arrays" else "str"
        message = f"{name} is a {type(column).__name__}; expected an iterable of {what}"
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

"""Token ids that the caller holds already: arrays and lists of whole numbers, checked."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

import numpy as np

from memscan.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LARGEST_ID = 2**32 - 1


def as_token_ids(name: str, value: object) -> NDArray[np.uint32]:
    """Return one sequence of token ids as the compiled module takes it; shape ``(n,)``.

    Args:
        name: What the ids are, to begin the message with.
        value: A one-dimensional array of any integer type, or a list of whole numbers.

    Raises:
        TypeError: If these are no whole numbers; ``True`` and ``1.0`` are none.
        InputError: If there is more than one dimension, or an id is negative or too large.
    """
    if isinstance(value, list | tuple):
        return _of_list(name, value)
    if not hasattr(value, "__array__"):
        message = f"{name} is a {type(value).__name__}; expected an array of token ids"
        raise TypeError(message)
    ids = np.asarray(value)
    if ids.ndim != 1:
        raise _dimensions(name, str(ids.ndim))
    if ids.dtype.kind not in "iu":
        raise _no_whole_numbers(name, str(ids.dtype))
    if ids.size:
        _refuse_outside(name, int(ids.min()), int(ids.max()))
    return np.ascontiguousarray(ids, dtype=np.uint32)


def _of_list(name: str, values: Sequence[object]) -> NDArray[np.uint32]:
    for value in values:
        if isinstance(value, list | tuple | np.ndarray):
            raise _dimensions(name, "more")
        if isinstance(value, bool) or not hasattr(value, "__index__"):
            raise _no_whole_numbers(name, type(value).__name__)
    ids = [operator.index(value) for value in values]  # type: ignore[arg-type]  # just checked
    if ids:
        _refuse_outside(name, min(ids), max(ids))
    return np.array(ids, dtype=np.uint32)


def _refuse_outside(name: str, least: int, most: int) -> None:
    if least < 0:
        raise InputError(f"{name} holds the id {least}; expected ids from 0 to {LARGEST_ID}")
    if most > LARGEST_ID:
        raise InputError(f"{name} holds the id {most}; expected ids from 0 to {LARGEST_ID}")


def _dimensions(name: str, dimensions: str) -> InputError:
    return InputError(
        f"{name} has {dimensions} dimensions; expected one",
        hint="give one array of ids for each text",
    )


def _no_whole_numbers(name: str, kind: str) -> TypeError:
    return TypeError(f"{name} holds values of type {kind}; expected whole numbers")

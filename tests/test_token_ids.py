"""Token ids from the caller: what is taken, and what is said of the rest."""

from __future__ import annotations

import numpy as np
import pytest

import memscan
from memscan.token_ids import as_token_ids

TAKEN: list[object] = [
    [1, 2, 2**32 - 1],
    (1, 2, 2**32 - 1),
    [np.int64(1), 2, np.uint32(2**32 - 1)],
    np.array([1, 2, 2**32 - 1], np.uint32),
    np.array([1, 2, 2**32 - 1], np.int64),
    np.array([1, 0, 2, 0, 2**32 - 1, 0], np.uint64)[::2],
    np.array([1, 2, 2**32 - 1], ">i8"),
]
TOO_FAR: list[tuple[object, str]] = [
    ([1, -1], "holds the id -1"),
    (np.array([-5, 1]), "holds the id -5"),
    ([2**32], "holds the id 4294967296"),
    ([-1, 2**64], "holds the id -1"),
    (np.array([2**32], np.uint64), "holds the id 4294967296"),
    (np.zeros((2, 3), np.int64), "has 2 dimensions; expected one"),
    (np.int64(1), "has 0 dimensions; expected one"),
    ([[1, 2], [3]], "has more dimensions; expected one"),
]
OTHER: list[tuple[object, str]] = [
    ([1.0], "values of type float"),
    (np.array([1.0]), "values of type float64"),
    ([1, True], "values of type bool"),
    (np.array([True]), "values of type bool"),
    (["1"], "values of type str"),
    ([None], "values of type NoneType"),
    ("12", "is a str; expected an array of token ids"),
    (5, "is a int; expected an array of token ids"),
]


@pytest.mark.parametrize("value", TAKEN, ids=repr)
def test_whole_numbers_of_any_type_are_taken(value: object) -> None:
    ids = as_token_ids("array 0", value)
    assert (ids.dtype, ids.tolist()) == (np.dtype(np.uint32), [1, 2, 2**32 - 1])
    assert ids.flags.c_contiguous


@pytest.mark.parametrize("value", [[], (), np.empty(0, np.uint16)], ids=repr)
def test_no_ids_are_ids(value: object) -> None:
    assert as_token_ids("array 0", value).tolist() == []


@pytest.mark.parametrize(("value", "message"), TOO_FAR, ids=repr)
def test_id_out_of_range_is_named(value: object, message: str) -> None:
    with pytest.raises(memscan.InputError, match=f"^array 7 {message}"):
        as_token_ids("array 7", value)


@pytest.mark.parametrize(("value", "message"), OTHER, ids=repr)
def test_what_is_no_whole_number_is_a_type_error(value: object, message: str) -> None:
    with pytest.raises(TypeError, match=f"^array 7 .*{message}"):
        as_token_ids("array 7", value)

"""A panic of the compiled side is one exception, after which all goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import memscan
from memscan import _native

if TYPE_CHECKING:
    from memscan import Index

ABSURD = 2**62
"""Checked by the Python side; here it is asked for behind its back, and no memory can hold it."""


def test_panic_in_a_worker_is_an_internal_error(index: Index) -> None:
    native = _native.Index.open(str(index.path))
    for _ in range(3):
        with pytest.raises(memscan.InternalError, match="capacity overflow") as error:
            native.novelty(["one two"], longest=ABSURD)
        assert "report it" in (error.value.hint or "")
        assert native.count("ishmael") == index.count("ishmael") == 1
        native.verify()

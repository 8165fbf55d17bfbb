"""Errors as a person meets them in Python: the message, and the way out below it."""

from __future__ import annotations

import os
import pickle
import traceback
from typing import TYPE_CHECKING

import pytest

import memscan
from conftest import PRIDE, CommandLine
from memscan.errors import InputError, OutputError

if TYPE_CHECKING:
    from pathlib import Path


def shown(error: BaseException) -> list[str]:
    """Return the last lines of a traceback: the error, and its notes."""
    return "".join(traceback.format_exception_only(error)).splitlines()


def test_a_traceback_shows_the_hint_below_the_message(tmp_path: Path) -> None:
    memscan.Index.build([("pride", PRIDE)], tmp_path / "i.memscan")
    with pytest.raises(OutputError) as raised:
        memscan.Index.build([("pride", PRIDE)], tmp_path / "i.memscan")
    message, hint = shown(raised.value)
    assert message.endswith(str(raised.value))
    assert hint == f"hint: {raised.value.hint}"
    assert "hint" not in str(raised.value)


def test_an_error_without_a_hint_has_no_note() -> None:
    assert shown(InputError("it is wrong")) == ["memscan.errors.InputError: it is wrong"]


def test_another_hint_takes_the_place_of_the_first() -> None:
    error = InputError("it is wrong", "try this")
    error.add_note("a note of the caller")
    error.hint = "try that"
    assert error.hint == "try that"
    assert shown(error)[1:] == ["a note of the caller", "hint: try that"]
    error.hint = None
    assert shown(error)[1:] == ["a note of the caller"]


def test_an_error_from_another_process_keeps_its_hint() -> None:
    error = pickle.loads(pickle.dumps(InputError("it is wrong", "try this")))  # noqa: S301 - ours
    assert (str(error), error.hint) == ("it is wrong", "try this")
    assert shown(error)[1:] == ["hint: try this"]


def test_the_command_line_shows_a_hint_once(tmp_path: Path) -> None:
    words = ("scan", "i", "g", "-o", "r", "--fail-on", "coverage>20")
    for environment in (dict(os.environ), os.environ | {"MEMSCAN_TRACEBACK": "1"}):
        done = CommandLine(tmp_path, environment)(*words)
        assert done.returncode == 2
        assert done.stderr.count("did you mean coverage>20%") == 1

"""The files of an open index are replaced, cut or gone, and its answers stay what they were."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from faults.samples import answers, build_sample, files_in
from memscan import Index

if TYPE_CHECKING:
    from pathlib import Path


def test_files_replaced_by_rename_leave_a_mapped_index_as_it_was(tmp_path: Path) -> None:
    folder = build_sample(tmp_path)
    index = Index.open(folder)
    expected = answers(index)
    for name in files_in(folder):
        new = tmp_path / "new"
        new.write_bytes(b"\xff" * (folder / name).stat().st_size)
        new.replace(folder / name)
    assert answers(index) == expected


def test_overwritten_index_leaves_an_open_one_as_it_was(tmp_path: Path) -> None:
    folder = build_sample(tmp_path)
    index = Index.open(folder)
    expected = answers(index)
    Index.build([("other", "all is different here")], folder, overwrite=True)
    assert answers(index) == expected
    assert answers(Index.open(folder)) != expected
    shutil.rmtree(folder)
    assert answers(index) == expected


def test_changed_index_leaves_an_open_one_as_it_was(tmp_path: Path) -> None:
    folder = build_sample(tmp_path)
    index = Index.open(folder)
    expected = answers(index)
    Index.remove(folder, ["cat"])
    Index.add(folder, [("new", "the cat sat on the new mat")])
    Index.compact(folder)
    assert answers(index) == expected


def test_files_cut_in_place_leave_an_index_that_was_read_as_it_was(tmp_path: Path) -> None:
    folder = build_sample(tmp_path)
    index = Index.open(folder, mmap=False)
    expected = answers(index)
    for name in files_in(folder):
        with (folder / name).open("r+b") as file:
            file.truncate(10)
    assert answers(index) == expected

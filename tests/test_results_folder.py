"""The results folder: its tables, whose bytes depend on the rows alone, and its all or nothing."""

from __future__ import annotations

import json
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from memscan.errors import OutputError
from memscan.results import GENERATIONS_SCHEMA, SPANS_SCHEMA
from memscan.writers import ResultsWriter, working_folder
from memscan.writers.checkpoints import Checkpoint
from memscan.writers.metadata import MetadataColumns
from memscan.writers.row_groups import RowGroups, row_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

JSON_TYPES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
)


def spans(texts: Sequence[str]) -> pa.RecordBatch:
    """Return rows that have the given texts and numbers, and nothing else."""
    columns = {
        field.name: list(texts) if field.name == "text" else [None] * len(texts)
        for field in SPANS_SCHEMA
    }
    return pa.RecordBatch.from_pydict(columns, SPANS_SCHEMA)


def generations(ids: Sequence[str]) -> pa.RecordBatch:
    """Return rows that have the given ids, and nothing else."""
    rows = [{"generation_id": id_} for id_ in ids]
    return pa.RecordBatch.from_pylist(rows, GENERATIONS_SCHEMA)


def write(
    folder: Path, ids: Sequence[str], metadata: Sequence[Mapping[str, object]], at: int
) -> None:
    """Write rows in two batches, cut ``at`` a row."""
    folder.mkdir()
    with ResultsWriter(folder, folder) as writer:
        for part in (slice(None, at), slice(at, None)):
            writer.add(spans(ids[part]), generations(ids[part]), metadata[part])
        writer.finish({"seconds": 1})


@given(
    st.lists(st.integers(0, 50), max_size=60),
    st.lists(st.integers(0, 60), max_size=6),
    st.integers(1, 9),
    st.integers(1, 200),
)
def test_row_groups_do_not_depend_on_batches(
    sizes: list[int], cuts: list[int], most_rows: int, largest_bytes: int
) -> None:
    def groups(borders: Sequence[int]) -> list[list[int]]:
        cutter = RowGroups(most_rows=most_rows, largest_bytes=largest_bytes)
        found = []
        for start, end in pairwise(borders):
            part = np.array(sizes[start:end], np.int64)
            batch = pa.record_batch({"size": pa.array(part)})
            found += list(cutter.add(batch, part))
        return [table.column("size").to_pylist() for table in [*found, *cutter.rest()]]

    at_once = groups([0, len(sizes)])
    assert groups(sorted([0, *(min(cut, len(sizes)) for cut in cuts), len(sizes)])) == at_once
    assert [size for group in at_once for size in group] == sizes
    for group in at_once:
        assert len(group) <= most_rows
        assert sum(group[:-1]) < largest_bytes
    for group in at_once[:-1]:
        assert len(group) == most_rows or sum(group) >= largest_bytes


def test_tables_are_the_same_bytes_at_any_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memscan.writers.results_folder.RowGroups", partial(RowGroups, most_rows=7))
    ids = [f"id-{n % 4}" for n in range(30)]
    metadata = [{"n": n, "word": f"w{n}"} for n in range(30)]
    for at in (0, 1, 7, 8, 29, 30):
        write(tmp_path / str(at), ids, metadata, at)
        for name in ("spans.parquet", "generations.parquet"):
            expected = (tmp_path / "0" / name).read_bytes()
            assert (tmp_path / str(at) / name).read_bytes() == expected
    assert pq.ParquetFile(tmp_path / "0" / "spans.parquet").num_row_groups == 5


def test_row_groups_have_a_bounded_number_of_rows(tmp_path: Path) -> None:
    count = 40_000
    write(tmp_path / "out", ["x"] * count, [{}] * count, at=12_345)
    for name in ("spans.parquet", "generations.parquet"):
        file = pq.ParquetFile(tmp_path / "out" / name).metadata
        sizes = [file.row_group(n).num_rows for n in range(file.num_row_groups)]
        assert sizes == [16_384, 16_384, count - 2 * 16_384]


def test_size_of_a_row_is_that_of_its_texts() -> None:
    short, long = row_bytes(spans(["a", "ä" * 1000]))
    assert long - short == 1999


def test_empty_tables_have_their_columns(tmp_path: Path) -> None:
    write(tmp_path / "out", [], [], at=0)
    assert pq.read_schema(tmp_path / "out" / "spans.parquet").equals(SPANS_SCHEMA)
    names = pq.read_schema(tmp_path / "out" / "generations.parquet").names
    assert names == [*GENERATIONS_SCHEMA.names, "other_metadata"]


@pytest.mark.parametrize(
    ("values", "expected_type", "expected"),
    [
        ([1, None, 2], pa.int64(), [1, None, 2]),
        ([1, 2.5], pa.float64(), [1.0, 2.5]),
        ([True, False], pa.bool_(), [True, False]),
        (["a", "b"], pa.large_string(), ["a", "b"]),
        ([1, "a", True], pa.large_string(), ["1", '"a"', "true"]),
        ([2**63, 1], pa.large_string(), ["9223372036854775808", "1"]),
        ([2**53 + 1, 0.5], pa.large_string(), ["9007199254740993", "0.5"]),
        ([[1], {"a": 2}], pa.large_string(), ["[1]", '{"a":2}']),
    ],
)
def test_column_has_the_strictest_type_that_fits(
    values: list[object], expected_type: pa.DataType, expected: list[object]
) -> None:
    records: list[dict[str, object]] = [{"x": value} for value in values]
    columns = MetadataColumns(records)
    column, other = columns.arrays(records)
    assert (column.type, column.to_pylist()) == (expected_type, expected)
    assert other.null_count == len(values)


def test_what_comes_later_and_does_not_fit_is_kept_as_json() -> None:
    columns = MetadataColumns([{"n": 1, "s": "a", "b": True}])
    later: list[dict[str, object]] = [
        {"n": "two"},
        {"n": 3, "new": [1]},
        {"b": 1, "s": None},
        {},
        {"n": 2**63},
    ]
    n, s, b, other = (array.to_pylist() for array in columns.arrays(later))
    assert (n, s, b) == ([None, 3, None, None, None], [None] * 5, [None] * 5)
    assert other == ['{"n":"two"}', '{"new":[1]}', '{"b":1}', None, '{"n":9223372036854775808}']


@given(st.lists(st.dictionaries(st.sampled_from("abcd"), JSON_TYPES)), st.integers(0, 5))
def test_no_value_of_the_metadata_is_lost(records: list[dict[str, object]], first: int) -> None:
    columns = MetadataColumns(records[:first])
    arrays = columns.arrays(records)
    schema = pa.schema(columns.arrow_fields())
    rows = pa.Table.from_arrays(arrays, schema=schema).to_pylist()
    for record, row in zip(records, rows, strict=True):
        known = sum(value is not None for value in record.values())
        in_columns = sum(v is not None for name, v in row.items() if name != "other_metadata")
        other = row["other_metadata"]
        assert known == in_columns + (len(json_object(other)) if other else 0)


def json_object(text: str) -> dict[str, object]:
    value = json.loads(text)
    assert isinstance(value, dict)
    return value


def test_fields_with_names_of_ours_are_prefixed() -> None:
    columns = MetadataColumns([{"status": 1, "input_status": 2, "other_metadata": 3, "free": 4}])
    names = {column.field: column.name for column in columns.columns}
    assert names == {
        "status": "input_input_status",
        "input_status": "input_status",
        "other_metadata": "input_other_metadata",
        "free": "free",
    }


def test_number_of_columns_is_bounded() -> None:
    record = {f"field {n}": n for n in range(10_000)}
    columns = MetadataColumns([record])
    assert len(columns.columns) == 256
    assert len(json_object(columns.arrays([record])[-1][0].as_py())) == 10_000 - 256


def publish(output: Path, *, resume: bool = False) -> None:
    """Make a folder with one file."""
    with working_folder(output, resume=resume) as folder:
        folder.begin({})
        (folder.path / "file").write_text("x")
        folder.publish(keep_parts=False)


def fail(output: Path, error: type[BaseException], *, commit: bool) -> None:
    """Begin a folder, and fail."""
    with working_folder(output, resume=False) as folder:
        part = folder.begin({"the": "job"})
        (folder.path / "spans.parquet").write_text("x")
        if commit:
            part.commit(Checkpoint(records=7))
        raise error


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_folder_has_its_name_only_when_it_is_whole(tmp_path: Path) -> None:
    output = tmp_path / "out"
    with working_folder(output, resume=False) as folder:
        folder.begin({})
        (folder.path / "file").write_text("x")
        assert names_in(tmp_path) == ["out.partial"]
        folder.publish(keep_parts=False)
    assert (names_in(tmp_path), names_in(output)) == (["out"], ["file"])


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_error_before_the_first_commit_leaves_nothing(
    tmp_path: Path, error: type[BaseException]
) -> None:
    with pytest.raises(error):
        fail(tmp_path / "out", error, commit=False)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_error_after_a_commit_leaves_what_was_committed(
    tmp_path: Path, error: type[BaseException]
) -> None:
    output = tmp_path / "out"
    with pytest.raises(error):
        fail(output, error, commit=True)
    assert names_in(tmp_path / "out.partial") == ["parts"]
    with working_folder(output, resume=True) as folder:
        assert (folder.checkpoint.records, dict(folder.job)) == (7, {"the": "job"})
        folder.begin({})
        folder.publish(keep_parts=True)
    assert names_in(output / "parts") == ["00000", "00001", "job.json"]


def test_unfinished_folder_is_refused_unless_it_is_resumed(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        fail(tmp_path / "out", RuntimeError, commit=True)
    with pytest.raises(OutputError, match="holds an unfinished scan") as error:
        publish(tmp_path / "out")
    assert "--resume" in (error.value.hint or "")
    assert names_in(tmp_path / "out.partial") == ["parts"]
    publish(tmp_path / "out", resume=True)
    assert names_in(tmp_path) == ["out"]


@pytest.mark.parametrize("kind", ["file", "folder", "dangling link"])
def test_existing_output_is_refused(tmp_path: Path, kind: str) -> None:
    output = tmp_path / "out"
    if kind == "file":
        output.touch()
    elif kind == "folder":
        output.mkdir()
    else:
        output.symlink_to("nowhere")
    with pytest.raises(OutputError, match="exists already") as error:
        publish(output)
    assert error.value.hint == "name another folder, or remove this one"


def test_output_that_comes_into_being_meanwhile_is_kept(tmp_path: Path) -> None:
    output = tmp_path / "out"

    def be_too_late() -> None:
        with working_folder(output, resume=False) as folder:
            folder.begin({})
            output.mkdir()
            (output / "theirs").touch()
            folder.publish(keep_parts=False)

    with pytest.raises(OutputError, match="exists already"):
        be_too_late()
    assert (names_in(tmp_path), names_in(output)) == (["out"], ["theirs"])


def test_rest_of_a_killed_process_that_committed_nothing_is_cleared_away(tmp_path: Path) -> None:
    rest = tmp_path / "out.partial"
    (rest / "parts" / "00000").mkdir(parents=True)
    for name in ("spans.parquet", "parts/job.json", "parts/00000/spans.arrow"):
        (rest / name).touch()
    publish(tmp_path / "out")
    assert (names_in(tmp_path), names_in(tmp_path / "out")) == (["out"], ["file"])


def test_second_writer_is_refused_and_harms_nothing(tmp_path: Path) -> None:
    output = tmp_path / "out"
    with working_folder(output, resume=False) as folder:
        folder.begin({})
        for resume in (False, True):
            with pytest.raises(OutputError, match="another scan is writing to"):
                publish(output, resume=resume)
        (folder.path / "file").touch()
        folder.publish(keep_parts=False)
    assert (names_in(tmp_path), names_in(output)) == (["out"], ["file"])


def test_missing_parents_are_created(tmp_path: Path) -> None:
    publish(tmp_path / "some" / "where" / "out")
    assert (tmp_path / "some" / "where" / "out").is_dir()


def test_parent_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"cannot write .*out: "):
        publish(tmp_path / "file" / "out")


def test_error_of_the_system_names_the_output(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    with pytest.raises(OutputError, match=r"cannot write out: No such file or directory"):
        ResultsWriter(folder, Path("out"))

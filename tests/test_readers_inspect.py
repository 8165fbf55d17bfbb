"""Logs of Inspect: archives and objects, unfinished, in chunks, and made to do harm."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pyarrow as pa
import pytest

from memscan import Generation, InputError, Rejection
from memscan.readers import GenerationSource, zip_members

if TYPE_CHECKING:
    from collections.abc import Mapping

SAMPLES = Path(__file__).parent / "samples" / "generations" / "inspect"
SAMPLE: dict[str, object] = {
    "id": "a/b",
    "epoch": 2,
    "input": "Ask.",
    "messages": [
        {"role": "user", "content": "Ask.", "source": "input"},
        {"role": "assistant", "content": "Say.", "source": "generate"},
    ],
    "output": {
        "model": "m",
        "choices": [{"message": {"role": "assistant", "content": "Say."}, "stop_reason": "stop"}],
        "completion": "Say.",
    },
}
HEADER = {"version": 2, "status": "success", "eval": {"task": "t", "model": "m0"}}
SAID = Generation(
    "a/b_epoch_2",
    "Say.",
    "Ask.",
    "m",
    {"task": "t", "sample_id": "a/b", "epoch": 2},
    turn=1,
    outcome="complete",
)


def archive(path: Path, members: Mapping[str, object], *, method: int = zipfile.ZIP_STORED) -> Path:
    """Write a zip archive whose members are JSON, or bytes as they are."""
    with zipfile.ZipFile(path, "w", method) as file:
        for name, value in members.items():
            file.writestr(name, value if isinstance(value, bytes) else orjson.dumps(value))
    return path


def read(path: Path, *, part: str = "completion") -> list[Generation | Rejection]:
    return list(GenerationSource([path], part=part))


def test_an_archive_an_object_and_chunks_say_the_same() -> None:
    by_name = {
        name: sorted(map(repr, read(SAMPLES / name, part="all")))
        for name in ("begin.eval", "begin.json", "chunked.eval")
    }
    assert len(by_name["begin.eval"]) == 5
    assert by_name["begin.json"] == by_name["begin.eval"]
    assert by_name["chunked.eval"] == by_name["begin.eval"]


def test_samples_written_by_inspect_are_read_with_their_epochs() -> None:
    told: list[str] = []
    source = GenerationSource([SAMPLES / "begin.eval"], on_detect=told.append)
    records = [record for record in source if isinstance(record, Generation)]
    [detected] = told
    assert detected == (
        f"detected: {SAMPLES / 'begin.eval'} is inspect, "
        "text = samples[*].messages[*].content of the assistant, samples[*].output, "
        "id = samples[*].id and epoch, prompt = the messages before, model = eval.model"
    )
    assert [(one.id, one.outcome) for one in records] == [
        ("austen/pride_epoch_1", "complete"),
        ("2_epoch_1", "complete"),
        ("austen/pride_epoch_2", "length"),
        ("2_epoch_2", "blocked"),
    ]
    few_shot = records[1]
    assert few_shot.text.startswith("Call me Ishmael")
    assert few_shot.prompt is not None
    assert "Emma Woodhouse" in few_shot.prompt, "an assistant's turn that came with the input"
    assert few_shot.prompt.endswith("How does Moby-Dick begin? " * 8), "an attachment"
    assert few_shot.model == "mockllm/model"
    [file] = source.inputs
    assert file.bytes == (SAMPLES / "begin.eval").stat().st_size
    assert len(file.sha256) == 64


def test_fields_named_for_another_file_do_not_reach_a_log(tmp_path: Path) -> None:
    chat = {"uid": "c", "messages": [{"role": "assistant", "content": "words"}]}
    (tmp_path / "a.jsonl").write_bytes(orjson.dumps(chat))
    archive(tmp_path / "b.eval", {"header.json": HEADER, "samples/a/b_epoch_2.json": SAMPLE})
    records = list(GenerationSource([tmp_path], id_field="uid"))
    assert [record.id for record in records] == ["c", "a/b_epoch_2"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_older_archives_are_stored_or_deflated(tmp_path: Path, method: int) -> None:
    members = {"header.json": HEADER, "samples/a/b_epoch_2.json": SAMPLE}
    assert read(archive(tmp_path / "a.eval", members, method=method)) == [SAID]


def test_an_unfinished_log_has_its_header_in_the_journal(tmp_path: Path) -> None:
    members = {"_journal/start.json": HEADER, "samples/a/b_epoch_2.json": SAMPLE}
    assert read(archive(tmp_path / "a.eval", members)) == [SAID]
    [generation] = read(archive(tmp_path / "b.eval", {"samples/a/b_epoch_2.json": SAMPLE}))
    assert isinstance(generation, Generation)
    assert (generation.text, generation.metadata["task"]) == ("Say.", None)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_members_with_one_name_the_last_counts(tmp_path: Path) -> None:
    name = "samples/a/b_epoch_2.json"
    with zipfile.ZipFile(tmp_path / "a.eval", "w") as file:
        file.writestr("header.json", orjson.dumps(HEADER))
        file.writestr(name, orjson.dumps(SAMPLE).replace(b"Say.", b"Old."))
        file.writestr(name, orjson.dumps(SAMPLE))
    assert read(tmp_path / "a.eval") == [SAID]


def log(*samples: object) -> bytes:
    return orjson.dumps(HEADER | {"samples": list(samples)}, option=orjson.OPT_INDENT_2)


def test_a_log_may_stand_on_one_line_or_on_many(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(log(SAMPLE))
    (tmp_path / "b.json").write_bytes(orjson.dumps(orjson.loads(log(SAMPLE))))
    assert read(tmp_path / "a.json") == [SAID]
    assert read(tmp_path / "b.json") == [SAID]


def test_a_log_may_hold_numbers_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(
        log(SAMPLE | {"store": 1}).replace(b'"store": 1', b'"s": NaN')
    )
    assert read(tmp_path / "a.json") == [SAID]


def test_every_turn_and_every_choice_is_a_generation(tmp_path: Path) -> None:
    messages = [
        {"role": "user", "content": "Ask."},
        {"role": "assistant", "content": "", "tool_calls": [{"arguments": {"q": "Look."}}]},
        {"role": "tool", "content": "Found."},
        {"role": "assistant", "content": "Say."},
    ]
    choices = [
        {"message": {"role": "assistant", "content": text}, "stop_reason": "stop"}
        for text in ("Say.", "Or this.")
    ]
    sample = SAMPLE | {"messages": messages, "output": {"choices": choices}}
    (tmp_path / "a.json").write_bytes(log(sample))
    records = read(tmp_path / "a.json", part="all")
    found = [record for record in records if isinstance(record, Generation)]
    assert [(one.turn, one.sample_index, one.part, one.text) for one in found] == [
        (1, 0, "completion", ""),
        (1, 0, "tool", "Look."),
        (3, 0, "completion", "Say."),
        (3, 1, "completion", "Or this."),
    ]
    assert {one.prompt for one in found[2:]} == {"Ask.\n\nLook.\n\nFound."}


def test_an_output_that_no_message_has_stands_for_itself(tmp_path: Path) -> None:
    output = {"choices": [{"message": {"role": "assistant", "content": "Other."}}]}
    (tmp_path / "a.json").write_bytes(
        log(
            SAMPLE | {"output": output},
            SAMPLE | {"id": 1, "output": output, "messages": []},
            SAMPLE | {"id": 2, "output": {"completion": "Alone."}, "messages": None},
        )
    )
    records = [one for one in read(tmp_path / "a.json") if isinstance(one, Generation)]
    assert [(one.id, one.turn, one.text, one.prompt) for one in records] == [
        ("a/b_epoch_2", 1, "Say.", "Ask."),
        ("a/b_epoch_2", None, "Other.", "Ask."),
        ("1_epoch_2", None, "Other.", "Ask."),
        ("2_epoch_2", None, "Alone.", "Ask."),
    ]


def test_a_sample_that_failed_is_told_with_its_own_id(tmp_path: Path) -> None:
    empty = {"messages": [], "output": {"choices": []}}
    failed = SAMPLE | empty | {"id": 1, "error": {"message": "out of time", "traceback": "..."}}
    late = SAMPLE | {"id": 2, "error": {"message": "out of time"}}
    (tmp_path / "a.json").write_bytes(log(failed, late, SAMPLE | empty | {"id": 3}, "no sample"))
    assert [(one.id, one.outcome) for one in read(tmp_path / "a.json")] == [
        ("1_epoch_2", "error"),
        ("2_epoch_2", "error"),
        ("3_epoch_2", "error"),
        ("a.json:1", None),
    ]


def test_a_log_without_samples_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(orjson.dumps(HEADER, option=orjson.OPT_INDENT_2))
    with pytest.raises(InputError, match=r"a\.json:1: the log has no samples"):
        read(tmp_path / "a.json")


def test_a_log_cut_short_is_an_error_that_says_where(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(log(SAMPLE)[:-20])
    with pytest.raises(InputError, match=r"a\.json is not one JSON object: .* \(line \d+, column"):
        read(tmp_path / "a.json")


def test_numbers_that_are_none_do_not_let_damage_through(tmp_path: Path) -> None:
    for damage in (b'"s": NaN, "t": "\\ud800"', b'"s": NaN, "t": ' + b"[" * 5000):
        (tmp_path / "a.json").write_bytes(log(SAMPLE | {"store": 1}).replace(b'"store": 1', damage))
        with pytest.raises(InputError, match=r"a\.json is not one JSON object"):
            read(tmp_path / "a.json")


def test_an_attachment_that_is_missing_stays_as_it_is(tmp_path: Path) -> None:
    output = {"choices": [], "completion": "see attachment://abc and attachment://abd"}
    sample = SAMPLE | {"messages": [], "output": output, "attachments": {"abc": "this"}}
    (tmp_path / "a.json").write_bytes(log(sample))
    [generation] = read(tmp_path / "a.json")
    assert isinstance(generation, Generation)
    assert generation.text == "see this and attachment://abd"


def test_a_text_that_is_an_attachment_and_missing_is_rejected(tmp_path: Path) -> None:
    output = {"choices": [], "completion": "attachment://abd"}
    (tmp_path / "a.json").write_bytes(log(SAMPLE | {"messages": [], "output": output}, SAMPLE))
    bad, good = read(tmp_path / "a.json")
    assert isinstance(bad, Rejection)
    assert bad.reason.endswith("a text is missing, which stood in attachment://abd")
    assert good == SAID


def test_attachments_cannot_multiply_a_text_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("memscan.readers.adapters.inspect_log.LINE_LIMIT_BYTES", 1000)
    output = {"choices": [], "completion": "attachment://abc " * 50}
    sample = SAMPLE | {"messages": [], "output": output, "attachments": {"abc": "x" * 100}}
    (tmp_path / "a.json").write_bytes(log(sample, SAMPLE))
    bad, good = read(tmp_path / "a.json")
    assert isinstance(bad, Rejection)
    assert "its attachments together are longer than 1000 bytes" in bad.reason
    assert good == SAID


def test_a_bomb_is_rejected_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_members, "_EXPANSION_FREE_BYTES", 1 << 20)
    bomb = b" " * (2 << 20)
    members = {"samples/a/b_epoch_2.json": SAMPLE, "samples/x_epoch_1.json": bomb}
    path = archive(tmp_path / "a.eval", members, method=zipfile.ZIP_DEFLATED)
    good, bad = read(path)
    assert isinstance(good, Generation)
    assert isinstance(bad, Rejection)
    assert "'samples/x_epoch_1.json' claims 2097152 bytes out of" in bad.reason


def zstd_archive(path: Path, content: bytes, *, claimed_bytes: int) -> Path:
    """Write an archive of one zstd member, which claims to have a size."""
    stored = pa.Codec("zstd").compress(content).to_pybytes()
    name = b"samples/1_epoch_1.json"
    crc = zlib.crc32(content)
    sizes = struct.pack("<III", crc, len(stored), claimed_bytes)
    head = struct.pack("<HHHHH", 20, 0, 93, 0, 0) + sizes + struct.pack("<HH", len(name), 0)
    local = b"PK\x03\x04" + head + name + stored
    central = b"PK\x01\x02" + struct.pack("<H", 20) + head + struct.pack("<HHHII", 0, 0, 0, 0, 0)
    central += name
    end = struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    path.write_bytes(local + central + b"PK\x05\x06" + end)
    return path


def test_a_member_has_the_size_that_it_claims(tmp_path: Path) -> None:
    content = orjson.dumps(SAMPLE)
    good = zstd_archive(tmp_path / "a.eval", content, claimed_bytes=len(content))
    assert len(read(good)) == 1
    bomb = zstd_archive(tmp_path / "b.eval", b" " * (8 << 20), claimed_bytes=100)
    with pytest.raises(InputError, match="is damaged: not the size or checksum it had"):
        read(bomb)


def test_members_that_overlap_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.eval", {"samples/1_epoch_1.json": b"x" * 1000})
    data = path.read_bytes()
    start = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    many = data[start:end] * 50
    tail = bytearray(data[end:])
    tail[8:16] = struct.pack("<HHI", 50, 50, len(many))
    path.write_bytes(data[:start] + many + bytes(tail))
    with pytest.raises(InputError, match=r"whose directory is damaged .its members claim 50000"):
        read(path)


@pytest.mark.parametrize("name", ["begin.eval", "chunked.eval"])
def test_a_damaged_archive_gives_errors_and_no_wrong_text(tmp_path: Path, name: str) -> None:
    data = (SAMPLES / name).read_bytes()
    sound = {repr(record) for record in read(SAMPLES / name)}
    path = tmp_path / name
    for place in range(0, len(data), 97):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :])
        reason = ""
        try:
            records = read(path)
        except InputError as error:
            reason = str(error)
            records = []
        assert reason.isprintable()
        for record in records:
            assert isinstance(record, Rejection) or repr(record) in sound or is_unnamed(record)


def is_unnamed(record: Generation) -> bool:
    """Whether a generation is of a log whose header could not be read."""
    return record.metadata["task"] is None


def test_an_archive_cut_short_is_an_error(tmp_path: Path) -> None:
    data = (SAMPLES / "begin.eval").read_bytes()
    for length in (4, 100, len(data) // 2, len(data) - 1):
        (tmp_path / "a.eval").write_bytes(data[:length])
        with pytest.raises(
            InputError, match=r"a\.eval is a zip archive whose directory is damaged"
        ):
            read(tmp_path / "a.eval")


def test_another_archive_is_called_by_its_name(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.zip", {"a.txt": b"words"})
    with pytest.raises(InputError, match=r"a\.zip is a zip archive, expected records, text or a"):
        read(path)


def test_a_member_may_be_encrypted_or_of_an_unknown_method(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.eval", {"samples/1_epoch_1.json": SAMPLE})
    data = path.read_bytes()
    central = data.index(b"PK\x01\x02")
    encrypted = bytearray(data)
    encrypted[central + 8] |= 1
    path.write_bytes(encrypted)
    with pytest.raises(InputError, match=r"'samples/1_epoch_1\.json' is encrypted"):
        read(path)
    unknown = bytearray(data)
    unknown[central + 10] = 99
    path.write_bytes(unknown)
    with pytest.raises(InputError, match="method 99 of compression, expected deflate or zstd"):
        read(path)


def test_a_member_is_no_longer_than_a_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_members, "LARGEST_MEMBER_BYTES", 100)
    with pytest.raises(InputError, match="more than a record may have"):
        read(archive(tmp_path / "a.eval", {"samples/1_epoch_1.json": SAMPLE}))


def test_shards_of_a_merged_log_are_not_read_again(tmp_path: Path) -> None:
    members = {"header.json": HEADER, "samples/a/b_epoch_2.json": SAMPLE}
    shard = tmp_path / "log.shards" / "0"
    shard.mkdir(parents=True)
    archive(shard / "part.eval", members)
    merged = archive(tmp_path / "log.eval", members)
    os.utime(shard / "part.eval", (1, 1))
    told: list[str] = []
    assert list(GenerationSource([tmp_path], on_detect=told.append)) == [SAID]
    assert told[0] == "skipped: 1 shards of logs that are merged beside them"
    assert len(list(GenerationSource([tmp_path / "log.shards"]))) == 1
    assert len(list(GenerationSource([merged, shard / "part.eval"]))) == 2
    archive(merged, members | {"header.json": HEADER | {"status": "started"}})
    assert len(list(GenerationSource([tmp_path]))) == 2, "the merged log is not complete"
    archive(merged, members)
    os.utime(merged, (0, 0))
    assert len(list(GenerationSource([tmp_path]))) == 2, "the shard is newer"

"""Which field of a record is the text, the id, the prompt, the model."""

import pytest

from memscan import InputError
from memscan.readers.fields import Field, detect_fields, fields_told, no_text, take, wanted_fields
from memscan.readers.values import Record

USUAL = {"text": ("text", "output"), "id": ("id", "doc_id"), "prompt": ("prompt", "input")}
UNNAMED: dict[str, str | None] = {"text": None, "id": None, "prompt": None}


def detected(*records: Record, **named: str) -> dict[str, Field]:
    return detect_fields(wanted_fields(USUAL, UNNAMED | named), records, "a.jsonl")


def test_the_first_usual_name_that_is_there_serves() -> None:
    assert detected({"output": "a", "text": "b", "doc_id": 1}) == {
        "text": ("text",),
        "id": ("doc_id",),
    }


def test_a_usual_name_of_the_wrong_type_is_passed_over() -> None:
    record: Record = {"text": None, "output": "a", "id": True, "prompt": [{"role": "user"}]}
    assert detected(record) == {"text": ("output",)}


def test_one_record_of_many_is_enough() -> None:
    assert detected({"text": None}, {"text": "a"}, {"id": "x"}) == {
        "text": ("text",),
        "id": ("id",),
    }


def test_dots_lead_into_objects() -> None:
    assert detected({"response": {"body": {"text": "a"}}}, text="response.body.text") == {
        "text": ("response", "body", "text")
    }


def test_a_key_that_holds_dots_comes_first() -> None:
    record: Record = {"response.text": "a", "response": {"text": "b"}}
    assert detected(record, text="response.text") == {"text": ("response.text",)}


def test_no_field_serves_two_roles() -> None:
    assert detected({"text": "a", "output": "b"}, prompt="text") == {
        "text": ("output",),
        "prompt": ("text",),
    }
    with pytest.raises(InputError, match="the field 'x' is given for two roles"):
        detected(text="x", prompt="x")
    with pytest.raises(InputError, match="the name of a field is empty"):
        detected(text="")


def test_without_a_text_nothing_is_detected() -> None:
    assert detected({"id": 1, "body": "a"}) == {}
    assert detected({"id": 1, "text": "a"}, text="body") == {}


def test_a_named_field_that_no_record_has_is_an_error() -> None:
    with pytest.raises(
        InputError, match=r"has the field 'uid' for the id, but: text, a\.b"
    ) as caught:
        detected({"text": "a", "a": {"b": 1}}, id="uid")
    assert caught.value.hint == "name another with --id-field, or leave it out"


def test_a_named_field_may_be_null() -> None:
    assert detected({"text": "a", "p": None}, prompt="p") == {"text": ("text",), "prompt": ("p",)}


def test_the_error_without_a_text_lists_the_fields_seen() -> None:
    wanted = wanted_fields(USUAL, UNNAMED)
    error = no_text(wanted, [{"a": 1, "b": {"c": "x", "d": {"e": 1}}}, {"f": {}}], "a.jsonl")
    assert str(error) == (
        "no record of a.jsonl has a text in text or output, the fields are: a, b.c, b.d, f"
    )
    assert error.hint == "name the field of the text with --text-field, with dots for a nested one"


def test_fields_are_told_briefly_and_printably() -> None:
    assert fields_told([{"\x1b[31m" + "x" * 100: 1}]) == r"\x1b[31m" + "x" * 55
    assert fields_told([{str(number): 1 for number in range(30)}]).endswith("18, 19 and 10 more")
    assert fields_told([{}]) == "none"


def test_a_taken_field_is_gone_from_the_record() -> None:
    record: Record = {"a": 1, "b": {"c": {"d": 2}, "e": 3}}
    assert take(record, ("a",)) == 1
    assert take(record, ("b", "c", "d")) == 2
    assert record == {"b": {"e": 3}}
    assert take(record, ("b", "e")) == 3
    assert record == {}


def test_a_field_that_is_not_there_is_taken_as_null() -> None:
    record: Record = {"a": 1}
    assert take(record, ("b",)) is None
    assert take(record, ("a", "b")) is None
    assert take(record, None) is None
    assert record == {"a": 1}

"""URLs as they are written down: without what may open something, and otherwise as they are."""

from __future__ import annotations

import pytest

from memscan.urls import (
    Url,
    credentials_of,
    is_url,
    lacks_credentials,
    was_url,
    without_credentials,
)

HIDDEN = {
    "https://user:secret@host/a.jsonl": "https://***@host/a.jsonl",
    "https://token@host/a.jsonl": "https://***@host/a.jsonl",
    "https://user:sec/ret@host/a.jsonl": "https://***@host/a.jsonl",
    "sftp://user:secret@host/a.jsonl": "sftp://***@host/a.jsonl",
    "https://host/a.jsonl?X-Amz-Signature=secret&x=y": "https://host/a.jsonl?***",
    "https://host/a.jsonl?secret": "https://host/a.jsonl?***",
    "https://host/a.jsonl#token=secret": "https://host/a.jsonl?***",
    "s3://bucket/a.jsonl?token=secret": "s3://bucket/a.jsonl?***",
    "simplecache::https://host/a?secret": "simplecache::https://host/a?***",
    "zip://a::https://user:secret@host/a.zip?secret::x": "zip://a::https://***@host/a.zip?***::x",
    "403, url='https://host/a?sig=secret', gone": "403, url='https://host/a?***', gone",
}
KEPT = [
    "s3://bucket/a@b.jsonl",
    "s3://bucket/part-?.jsonl",
    "s3://bucket/part?/year=2024/*.jsonl",
    "http://host:8080/a@b.jsonl",
    "abfs://container@account/a.jsonl",
    "hf://datasets/somebody/something@v1/a.parquet",
    "github://somebody:something@main/a.jsonl",
    "zip://a.jsonl::file:///b.zip",
    "a/b?c=d#e@f:g",
]


@pytest.mark.parametrize(("url", "written"), HIDDEN.items())
def test_what_may_be_secret_is_not_written(url: str, written: str) -> None:
    assert without_credentials(url) == written
    assert without_credentials(written) == written


@pytest.mark.parametrize("url", KEPT)
def test_names_are_kept(url: str) -> None:
    assert without_credentials(url) == url
    assert not lacks_credentials(url)


@pytest.mark.parametrize("url", [url for url in HIDDEN if is_url(url)])
def test_url_that_was_written_down_is_known_to_lack_something(url: str) -> None:
    assert lacks_credentials(without_credentials(url))
    assert not lacks_credentials(url)


def test_secrets_are_known_by_themselves() -> None:
    found = credentials_of("zip://a::https://user:secret@host/a.zip?sig=hidden&n=1")
    assert {"user:secret", "secret", "hidden"} <= set(found)


@pytest.mark.parametrize("path", ["s3://b/a", "zip::s3://b/a.zip", "simplecache::https://h/a"])
def test_url_is_what_has_a_protocol(path: str) -> None:
    assert is_url(path)
    assert was_url(path)


@pytest.mark.parametrize("path", ["a.jsonl", "/a/b", "c:/a", "a:b", "-", "../a://b", ""])
def test_path_is_no_url(path: str) -> None:
    assert not is_url(path)
    assert not was_url(path)


@pytest.mark.parametrize(
    ("url", "path", "tail"),
    [
        ("s3://bucket/a/b.jsonl", "bucket/a/b.jsonl", ""),
        ("https://host/a.jsonl?x=1", "host/a.jsonl", "?x=1"),
        ("zip://a/b.jsonl::s3://bucket/c.zip", "a/b.jsonl", "::s3://bucket/c.zip"),
        ("zip::s3://bucket/c.zip", "", "::s3://bucket/c.zip"),
        ("simplecache::s3://bucket/a.jsonl", "bucket/a.jsonl", ""),
    ],
)
def test_path_is_that_of_the_first_link(url: str, path: str, tail: str) -> None:
    parts = Url.of(url)
    assert (parts.path, parts.tail) == (path, tail)

"""Which files are meant by a file, a folder, a glob or a dash."""

import os
import socket
from pathlib import Path

import pytest

from memscan import InputError
from memscan.readers.paths import find_files


def names(*paths: str | Path) -> list[str]:
    return [file.name for file in find_files(paths)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.txt", "a/c.txt", "a/d/e.md", "a.txt", ".hidden", ".git/config", "a/.f"):
        path = tmp_path / "books" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("words")
    return tmp_path / "books"


def test_a_folder_means_all_its_files_sorted_by_relative_path(folder: Path) -> None:
    assert names(folder) == ["a.txt", "a/c.txt", "a/d/e.md", "b.txt"]


def test_a_file_is_called_by_its_file_name(folder: Path) -> None:
    assert names(folder / "a" / "c.txt") == ["c.txt"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", ["a.txt", "b.txt"]),
        ("*.txt", ["a.txt", "b.txt"]),
        ("[ab].t?t", ["a.txt", "b.txt"]),
        ("**/*.txt", ["a.txt", "a/c.txt", "b.txt"]),
        ("**/d/*", ["a/d/e.md"]),
        ("**/**/*.md", ["a/d/e.md"]),
        ("**", ["a.txt", "a/c.txt", "a/d/e.md", "b.txt"]),
        ("*/**", ["a/c.txt", "a/d/e.md"]),
        ("*/*.txt", ["a/c.txt"]),
        ("a/*.txt", ["c.txt"]),
        (".h*", [".hidden"]),
        ("**/.f", ["a/.f"]),
    ],
)
def test_a_glob_names_files_relative_to_its_fixed_part(
    folder: Path, pattern: str, expected: list[str]
) -> None:
    assert names(folder / pattern) == expected


def test_a_relative_glob_works(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert names("*.txt") == ["a.txt", "b.txt"]
    assert names(".") == ["a.txt", "a/c.txt", "a/d/e.md", "b.txt"]


def test_what_exists_under_its_literal_name_is_no_glob(tmp_path: Path) -> None:
    (tmp_path / "a[1].txt").write_text("words")
    (tmp_path / "a1.txt").write_text("words")
    assert names(tmp_path / "a[1].txt") == ["a[1].txt"]


def test_a_file_named_twice_is_read_once(folder: Path) -> None:
    assert names(folder / "b.txt", folder, folder / "b*") == [
        "b.txt",
        "a.txt",
        "a/c.txt",
        "a/d/e.md",
    ]


def test_paths_keep_the_order_given(folder: Path) -> None:
    assert names(folder / "b.txt", folder / "a.txt") == ["b.txt", "a.txt"]


def test_one_path_may_be_given_alone(folder: Path) -> None:
    assert [file.name for file in find_files(folder / "b.txt")] == ["b.txt"]
    assert [file.name for file in find_files(str(folder / "b.txt"))] == ["b.txt"]


def test_dash_is_standard_input() -> None:
    [file] = find_files(["-"])
    assert (file.name, file.path, file.size_bytes) == ("stdin", Path("-"), 0)


def test_only_files_the_user_names_count_as_named(folder: Path) -> None:
    assert [file.is_named for file in find_files([folder / "b.txt"])] == [True]
    assert [file.is_named for file in find_files([folder / "*.txt"])] == [False, False]


def test_sizes_are_known_before_reading(folder: Path) -> None:
    assert {file.size_bytes for file in find_files([folder])} == {5}


def test_links_to_files_and_folders_are_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "far.txt").write_text("words")
    (folder / "a" / "d" / "link.txt").symlink_to(folder / "b.txt")
    (folder / "linked").symlink_to(tmp_path / "other")
    assert names(folder) == [
        "a.txt",
        "a/c.txt",
        "a/d/e.md",
        "a/d/link.txt",
        "b.txt",
        "linked/far.txt",
    ]


def test_loops_of_links_end(folder: Path) -> None:
    before = names(folder)
    (folder / "a" / "up").symlink_to(folder)
    (folder / "a" / "d" / "again").symlink_to("../../a")
    (folder / "0").symlink_to("a")
    assert names(folder) == before
    assert names(folder / "**" / "*.md") == ["a/d/e.md"]
    assert names(folder / "**" / "**" / "*.md") == ["a/d/e.md"]


@pytest.mark.parametrize("target", ["missing.txt", "self.txt"])
def test_a_link_that_leads_nowhere_is_an_error(folder: Path, target: str) -> None:
    (folder / "self.txt").symlink_to(target)
    with pytest.raises(InputError, match=r"self\.txt is a symbolic link that leads nowhere"):
        find_files([folder])


def test_very_deep_folders_are_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for depth in range(1, 1201):
        Path(*["d"] * depth).mkdir()
    path = Path(*["d"] * 1200, "deep.txt")
    path.write_text("words")
    assert names(".") == [path.as_posix()]
    path.unlink()
    os.removedirs(path.parent)


@pytest.mark.parametrize("pattern", ["*.pdf", "nowhere/*.txt", "b.txt/*", "a/[", "a.txt/**"])
def test_a_glob_that_matches_nothing_is_an_error(folder: Path, pattern: str) -> None:
    with pytest.raises(InputError, match="no file matches"):
        find_files([folder / pattern])


def test_a_folder_without_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / ".hidden").write_text("words")
    with pytest.raises(InputError, match="no file in ") as caught:
        find_files([tmp_path])
    assert caught.value.hint == "hidden files are skipped"


def test_a_missing_file_is_a_file_not_found_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing"):
        find_files([tmp_path / "missing.txt"])


def test_no_path_and_an_empty_path_are_errors() -> None:
    with pytest.raises(InputError, match="no input is given"):
        find_files([])
    with pytest.raises(InputError, match="a path is empty"):
        find_files([""])


def test_a_device_is_an_error() -> None:
    with pytest.raises(InputError, match="/dev/zero is a device or a socket"):
        find_files(["/dev/zero"])


def test_a_folder_gives_only_its_regular_files(folder: Path) -> None:
    before = names(folder)
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.fsencode(folder / "s"))
        assert names(folder) == before


def test_a_named_pipe_may_be_given_by_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert names(tmp_path / "pipe") == ["pipe"]


@pytest.mark.parametrize(
    ("stored", "name"),
    [
        (b"two words.txt", "two words.txt"),
        (b"new\nline.txt", "new\nline.txt"),
        ("\N{BOOKS}.txt".encode(), "\N{BOOKS}.txt"),
        (b"latin-\xe9.txt", r"latin-\xe9.txt"),
    ],
)
def test_names_of_any_bytes_become_valid_text(tmp_path: Path, stored: bytes, name: str) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + stored))
    path.write_text("words")
    assert names(tmp_path) == [name]
    assert names(path) == [name]
    assert names(tmp_path / "*.txt") == [name]


def test_messages_show_strange_names_on_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        find_files([tmp_path / "a\n\x1b[31m\u202e*.txt"])
    assert str(caught.value).endswith(r"a\n\x1b[31m\u202e*.txt")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_folder_that_may_not_be_read_is_a_permission_error(folder: Path) -> None:
    (folder / "a").chmod(0)
    try:
        with pytest.raises(PermissionError, match="books/a"):
            find_files([folder])
    finally:
        (folder / "a").chmod(0o700)

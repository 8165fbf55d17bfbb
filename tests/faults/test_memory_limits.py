"""Memory that is refused in the middle of work is an exception, and the index goes on to answer."""

# ruff: noqa: S603 - the command that is run is ours

from __future__ import annotations

import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from memscan import Index

if TYPE_CHECKING:
    from pathlib import Path

MEBIBYTES = (0, 16, 64, 80, 130, 200, 300, 400, 600, 800, 1200, 3000)

CHILD = """
import random, resource, sys
import memscan

def passages(text, count):
    words, chooser = text.split(), random.Random(2)
    starts = (chooser.randrange(len(words) - 40) for _ in range(count))
    return " . ".join(" ".join(words[start : start + 30]) for start in starts)

folder, what, mebibytes = sys.argv[1], sys.argv[2], int(sys.argv[3])
index = memscan.Index.open(folder)
text = open(folder + ".txt").read()
work = {
    "matches": lambda: index.scan([passages(text, 200)] * 40, context_chars=5000, occurrences=3),
    "text": lambda: index.scan(["never in the corpus at all " * 600_000]),
    "echoes": lambda: index.scan([passages(text, 60_000)], prompts=[text], context_chars=0),
    "statistics": lambda: index.matching_statistics(text * 4),
}[what]
index.scan(["one text, so that the threads have started"])
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + mebibytes * 2**20
before = resource.getrlimit(resource.RLIMIT_AS)
resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
try:
    work()
    said = "ok"
except MemoryError:
    said = "refused"
resource.setrlimit(resource.RLIMIT_AS, before)
found = index.scan([" ".join(text.split()[100:150])]).generations
assert found["longest_match"].to_pylist() == [50], found
print(said)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an index of a long text, with the text beside it."""
    chooser = random.Random(1)  # noqa: S311 - no secret
    text = " ".join(f"w{chooser.randrange(50_000)}" for _ in range(400_000))
    folder = tmp_path_factory.mktemp("corpus") / "long.memscan"
    Index.build([("long", text)], folder)
    folder.with_name("long.memscan.txt").write_text(text)
    return folder


@pytest.mark.parametrize("work", ["matches", "text", "echoes", "statistics"])
def test_refused_memory_is_an_exception(folder: Path, work: str) -> None:
    said = []
    for mebibytes in MEBIBYTES:
        words = [sys.executable, "-c", CHILD, str(folder), work, str(mebibytes)]
        done = subprocess.run(words, capture_output=True, timeout=120, check=False)
        assert done.returncode == 0, (mebibytes, done.returncode, done.stderr[-2000:])
        said.append(done.stdout.decode().strip())
    assert set(said) == {"ok", "refused"}
    assert said[0] == "refused"
    assert said[-1] == "ok"

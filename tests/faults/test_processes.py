"""One index in many threads and processes: right answers, and nothing waits for ever."""

# ruff: noqa: S603 - the commands that are run are ours

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conftest import RECITAL

if TYPE_CHECKING:
    from pathlib import Path

    from memscan import Index

LONGEST_SECONDS = 60
"""A watchdog: what hangs is killed, and fails."""

HEAD = """
import gc, multiprocessing, os, pickle, sys, threading, traceback, warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
import memscan

warnings.simplefilter("ignore", DeprecationWarning)  # of fork beside threads

def answer(index):
    result = index.scan([RECITAL] * 20, min_length=5, threads=2)
    index.verify(threads=2)
    return [result.spans.num_rows, index.count("a"), index.matching_statistics(RECITAL).tolist()]

def in_child(work):
    child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0

def check(index, expected):
    assert answer(index) == expected

"""
CASES = {
    "fork after use": "in_child(lambda: check(index, expected))\n",
    "fork of a fork": "in_child(lambda: in_child(lambda: check(index, expected)))\n",
    "fork during use": (
        "work = threading.Thread(target=lambda: [answer(index) for _ in range(50)])\n"
        "work.start()\n"
        "for _ in range(20): in_child(lambda: check(index, expected))\n"
        "work.join()\n"
    ),
    "object dropped in a child": (
        "def drop():\n    global index\n    del index\n    gc.collect()\nin_child(drop)\n"
    ),
    "builder dropped in a child": (
        "from memscan import _native\n"
        "builder = _native.IndexBuilder(sys.argv[2])\n"
        "builder.add(['a'], ['one two'], ['{}'])\n"
        "def abandon():\n    global builder\n    del builder\n    gc.collect()\n"
        "in_child(os.getpid)\n"
        "builder.finish()\n"
        "assert memscan.Index.open(sys.argv[2]).count('two') == 1\n"
    ),
    "built in a child": (
        "in_child(lambda: memscan.Index.build([('a', 'one')], sys.argv[2]))\n"
        "assert memscan.Index.open(sys.argv[2]).count('one') == 1\n"
    ),
    "pickled": (
        "for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):\n"
        "    check(pickle.loads(pickle.dumps(index, protocol)), expected)\n"
    ),
    "64 threads": (
        "with ThreadPoolExecutor(64) as pool:\n"
        "    assert all(one == expected for one in pool.map(answer, [index] * 256))\n"
    ),
    **{
        method: (
            f"context = multiprocessing.get_context('{method}')\n"
            "with ProcessPoolExecutor(2, mp_context=context) as pool:\n"
            "    assert list(pool.map(answer, [index] * 4)) == [expected] * 4\n"
        )
        for method in ("fork", "spawn", "forkserver")
    },
}


@pytest.mark.parametrize("case", CASES)
def test_answers_are_right_and_nothing_waits_for_ever(
    index: Index, case: str, tmp_path: Path
) -> None:
    body = (
        "index = memscan.Index.open(sys.argv[1])\n"
        "expected = answer(index)\n"
        "assert expected[:2] == [20, 4]\n"
    ) + CASES[case]
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    script = tmp_path / "script.py"
    script.write_text(f"RECITAL = {RECITAL!r}\n{HEAD}if __name__ == '__main__':\n{indented}")
    done = subprocess.run(
        [sys.executable, script, index.path, tmp_path / "new"],
        capture_output=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


class Finder:
    """Asked for every import: a child that is forked during one waits for ever."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:  # noqa: ARG002
        self.asked.append(name)


def test_no_module_is_looked_for_once_everything_was_used(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    def use() -> None:
        index.scan([RECITAL, "", "nothing"], min_length=5, baseline=index)
        index.count("a")
        index.find("a")
        index.matching_statistics(RECITAL)
        index.verify()

    use()
    finder = Finder()
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    use()
    assert finder.asked == []

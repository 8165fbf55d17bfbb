"""Records: what was measured, on which day and machine."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from benches.machine import describe_machine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def write_record(folder: Path, name: str, content: Mapping[str, object]) -> Path:
    """Write a record of today, which is called ``DATE-name.json``, and return its path."""
    date = datetime.now(UTC).date().isoformat()
    record = {"date": date, "machine": describe_machine(), **content}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{date}-{name}.json"
    path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return path

"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import pyarrow as pa

from memscan import _native


def describe_machine() -> dict[str, object]:
    """Return the processor, its cores and memory, and the versions in use."""
    pages, page_bytes = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_bytes": pages * page_bytes,
        "system": platform.platform(),
        "python": platform.python_version(),
        "pyarrow": pa.__version__,
        "memscan": _native.version(),
        "vector_path": _native.vector_path(),
    }


def _processor() -> str:
    """Return the processor's name and family, where the system tells them."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return platform.processor()
    lines = (line.partition(":") for line in path.read_text(encoding="utf-8").splitlines())
    facts = {name.strip(): value.strip() for name, _, value in lines}
    name, family = facts.get("model name", "unknown"), facts.get("cpu family", "unknown")
    return f"{name}, family {family}, model {facts.get('model', 'unknown')}"

"""``python -m memscan`` is the command ``memscan``."""

from memscan.cli import main

main()

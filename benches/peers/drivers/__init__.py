"""One program for each tool, run in the environment of that tool.

But for ``with_memscan``, they import nothing of memscan's.
"""

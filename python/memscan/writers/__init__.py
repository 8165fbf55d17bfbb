"""How results are written: tables as Parquet, the run as JSON, all or nothing, resumed if need be.

``parts`` keeps what was scanned, ``results_folder`` makes the tables of it, and ``working_folder``
holds both until they are complete.
"""

from memscan.writers.results_folder import ResultsWriter
from memscan.writers.working_folder import WorkingFolder, working_folder

__all__ = ["ResultsWriter", "WorkingFolder", "working_folder"]

"""How results are written: tables as Parquet, the run as JSON, all or nothing."""

from memscan.writers.new_folder import new_folder
from memscan.writers.results_folder import ResultsWriter

__all__ = ["ResultsWriter", "new_folder"]

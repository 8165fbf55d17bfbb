"""What an export counts while it writes."""

from dataclasses import dataclass


@dataclass(slots=True)
class ExportCounts:
    """The counts so far.

    Attributes:
        records: Rows, lines, annotations or results, as the format has it.
        cells_cut: Cells that were longer than a spreadsheet takes.
    """

    records: int = 0
    cells_cut: int = 0

"""Parquet: one record a row, read row group by row group and never whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memscan.readers.files import read_stored, seekable_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memscan.readers.decoding import Decoder
    from memscan.readers.files import Content, SourceFile
    from memscan.readers.values import Record, RecordError

_PAGES_AT_ONCE_BYTES = 1 << 20


def read_parquet(
    file: SourceFile, content: Content, decoder: Decoder
) -> Iterator[list[tuple[int, Record | RecordError]]]:
    """Yield the rows of a file in runs, each row with its number.

    Memory is bounded by the largest page and by some rows, whatever the size of a row group.

    Raises:
        OSError: The file cannot be read.
        InputError: It is damaged, or cannot be read from start to end and is no file.
    """
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415 - slow to import

    from memscan.readers.columnar import (  # noqa: PLC0415
        damage_told,
        opened,
        refuse_repeated_names,
        rows_at_once,
        runs_of,
    )

    path = seekable_path(file, content)
    number = 1
    with (
        damage_told(file, content),
        opened(path) as source,
        ParquetFile(source, buffer_size=_PAGES_AT_ONCE_BYTES, pre_buffer=False) as parquet,
    ):
        refuse_repeated_names(parquet.schema_arrow.names, file.shown)
        for index in range(parquet.num_row_groups):
            group = parquet.metadata.row_group(index)
            batches = parquet.iter_batches(
                batch_size=rows_at_once(group.num_rows, group.total_byte_size),
                row_groups=[index],
                use_threads=False,
            )
            for batch in batches:
                yield from runs_of(batch, number, decoder)
                number += batch.num_rows
                read_stored(
                    file, content, share=(number - 1) / max(parquet.metadata.num_rows, number)
                )
    read_stored(file, content, share=1)

"""The rows of a Parquet file in parts: a few bytes may stand for a billion rows, or for endless texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from callstats import bounds
from callstats.errors import InputError
from callstats.sources.distinct import compute as pc

_DICTIONARIES = {"RLE_DICTIONARY", "PLAIN_DICTIONARY"}
#: Encodings in which a text says what it has in common with the one before it.
_BY_PREFIX = {"DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"}
_FEW = 256  # rows at a time, where a few bytes may stand for long texts


def parquet_parts(path: Path, file: str, most: float = float("inf")) -> Iterator[pa.Table]:
    """Yield the rows of a Parquet file, about ``most`` at a time; at least one table comes.

    Raises
    ------
    InputError
        It says it has more rows or columns than any export, or its texts would fill the memory.
    """
    with pq.ParquetFile(path) as opened:
        told = opened.metadata
        bounds.check_columns(told.num_columns, file)
        if told.num_rows > bounds.ROWS:
            raise InputError(
                f"{told.num_rows:,} rows, and at most {bounds.ROWS:,} are read",
                file=file,
                hint="Cut it by month.",
            )
        texts, prefixed = _encoded(told)
        schema = opened.schema_arrow
    kinds = {field.name: field.type for field in schema}
    packed = [name for name in texts if name in kinds and _is_text(kinds[name])]
    size = int(min(most, told.num_rows or 1, 1 << 20))
    with pq.ParquetFile(path, read_dictionary=packed) as opened:
        came, row, waiting = False, 2, []
        for batch in opened.iter_batches(min(size, _FEW) if prefixed else size):
            _check_size(batch, file, row)
            waiting.append(batch)
            row += batch.num_rows
            if sum(item.num_rows for item in waiting) >= most:
                yield _table(waiting)
                waiting, came = [], True
        if waiting or not came:
            yield _table(waiting) if waiting else schema.empty_table()


def _encoded(told: pq.FileMetaData) -> tuple[set[str], bool]:
    """Return the columns that have dictionaries, and whether any has texts by what is before them."""
    texts, prefixed = set(), False
    for group in range(told.num_row_groups):
        part = told.row_group(group)
        for place in range(part.num_columns):
            chunk = part.column(place)
            if not _DICTIONARIES.isdisjoint(chunk.encodings):
                texts.add(chunk.path_in_schema)
            prefixed |= not _BY_PREFIX.isdisjoint(chunk.encodings)
    return texts, prefixed


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _check_size(batch: pa.RecordBatch, file: str, row: int) -> None:
    """Refuse rows whose texts are too long together, before they are written out one by one."""
    size = 0
    for column in batch.columns:
        size += column.nbytes
        if pa.types.is_dictionary(column.type):
            lengths = pc.binary_length(column.dictionary).fill_null(0).cast(pa.int64())
            size += pc.sum(lengths.take(column.indices)).as_py() or 0
    if size > bounds.PART_BYTES:
        raise InputError(
            f"its next {batch.num_rows:,} rows become {bounds.amount(size)}", file=file, row=row,
            hint="No record of a call is that long: export it again, without what is no part of a call.",
        )  # fmt: skip


def _table(batches: list[pa.RecordBatch]) -> pa.Table:
    table = pa.Table.from_batches(batches)
    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(field.type.value_type))
    return table

"""Rows of a data set, written as they come: in groups of one size, so that equal rows are equal bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from callstats.dataset.store_files import GROUP, month_name
from callstats.sources.engine_paths import engine_path

MONTH_OF = "month"


class RowFile:
    """One Parquet file that is being written; the next rows are made while the last group is compressed.

    Parameters
    ----------
    file : Path
    schema : pyarrow.Schema
    """

    def __init__(self, file: Path, schema: pa.Schema) -> None:
        self.file, self.schema = file, schema
        self._writer = pq.ParquetWriter(engine_path(file), schema, compression="zstd")
        self._pool = ThreadPoolExecutor(1)
        self._waiting: list[pa.Table] = []
        self._size = 0
        self._writing: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._size:
                self._write(pa.concat_tables(self._waiting))
            self._done()
        finally:
            self._pool.shutdown()
            self._writer.close()

    def add(self, rows: pa.RecordBatch | pa.Table) -> None:
        """Take further rows."""
        self._waiting.append(rows if isinstance(rows, pa.Table) else pa.Table.from_batches([rows]))
        self._size += rows.num_rows
        if self._size >= GROUP:
            whole = self._size - self._size % GROUP
            table = pa.concat_tables(self._waiting)
            self._write(table.slice(0, whole))
            self._waiting, self._size = [table.slice(whole)], self._size - whole

    def _write(self, rows: pa.Table) -> None:
        self._done()
        self._writing = self._pool.submit(
            self._writer.write_table, rows.combine_chunks(), row_group_size=GROUP
        )

    def _done(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            writing.result()


def write_parquet(batches: Iterable[pa.RecordBatch], schema: pa.Schema, file: Path) -> None:
    """Write rows as they come."""
    with RowFile(file, schema) as rows:
        for batch in batches:
            rows.add(batch)


def write_months(
    batches: Iterable[pa.RecordBatch], file_of: Callable[[str], Path], kept: Mapping[str, list[str]]
) -> None:
    """Write rows in the order of their months, each month in a file of its own.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        With the number of the month in a column ``month``.
    file_of : callable
        A month -> where to write it.
    kept : mapping of str to list of str
        Of each month the columns to write, in their order.
    """
    parts = (part for batch in batches for part in _parts(batch))
    for month, rows in groupby(parts, key=itemgetter(0)):
        chosen = (batch.select(kept[month]) for _, batch in rows)
        first = next(chosen)
        write_parquet(chain([first], chosen), first.schema, file_of(month))


def _parts(batch: pa.RecordBatch) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Divide rows that lie in the order of their months."""
    numbers = batch.column(MONTH_OF)
    whole = numbers.fill_null(-1).to_numpy()
    starts = [0, *(int(place) + 1 for place in np.flatnonzero(np.diff(whole)))] if len(whole) else []
    for start, end in zip(starts, [*starts[1:], len(whole)], strict=True):
        yield month_name(numbers[start].as_py()), batch.slice(start, end - start)

"""Rows of a data set, written as they come: in groups of one size, so that equal rows are equal bytes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from callstats.dataset.store_files import GROUP

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
        self._writer = pq.ParquetWriter(file, schema, compression="zstd")
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
    batches: Iterable[pa.RecordBatch],
    file_of: Callable[[str], Path],
    kept: Mapping[str, list[str]],
    asked_by: Collection[str],
) -> None:
    """Write rows in the order of their months, each month in a file of its own.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        With the month in a column ``month``.
    file_of : callable
        A month -> where to write it.
    kept : mapping of str to list of str
        Of each month the columns to write, in their order.
    asked_by : collection of str
        Columns that are written also where nothing turns out to be known of them.
    """
    parts = (part for batch in batches for part in _parts(batch))
    for month, rows in groupby(parts, key=itemgetter(0)):
        columns, file = kept[month], file_of(month)
        known = set(asked_by)
        chosen = (batch.select(columns) for _, batch in rows)
        first = next(chosen)
        with RowFile(file, first.schema) as written:
            for batch in chain([first], chosen):
                known |= {c for c in columns if batch.column(c).null_count < batch.num_rows}
                written.add(batch)
        if not known.issuperset(columns):
            _write_again(file, [c for c in columns if c in known])


def _parts(batch: pa.RecordBatch) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Divide rows that lie in the order of their months."""
    if not batch.num_rows:
        return
    runs = batch.column(MONTH_OF).dictionary_encode()
    months = runs.dictionary.to_pylist()
    ends = [*np.flatnonzero(np.diff(runs.indices.to_numpy())) + 1, batch.num_rows]
    start = 0
    for month, end in zip(months, ends, strict=True):
        yield month, batch.slice(start, int(end) - start)
        start = int(end)


def _write_again(file: Path, columns: list[str]) -> None:
    beside = file.with_suffix(".again")
    with pq.ParquetFile(file) as opened:
        batches = opened.iter_batches(GROUP, columns=columns)
        schema = pa.schema([opened.schema_arrow.field(name) for name in columns])
        write_parquet((batch.select(columns) for batch in batches), schema, beside)
    beside.replace(file)

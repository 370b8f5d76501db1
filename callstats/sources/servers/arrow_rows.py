"""Rows as they come from a database: which call each is of, which are there twice, and their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute

from callstats.sources import notes
from callstats.sources.servers.picking import Pick
from callstats.sources.servers.ranges import Moment

pc: Any = pyarrow.compute  # its functions are made when it is loaded, where no check sees them
_SEPARATOR = "\x1f"


def _texts(table: pa.Table, column: str) -> pa.Array | pa.ChunkedArray:
    texts = table.column(column).cast(pa.string())
    return pc.if_else(pc.is_in(texts, pa.array(["", "0"])), None, texts)


def _first_filled(table: pa.Table, columns: tuple[str, ...]) -> pa.ChunkedArray | pa.Array:
    return pc.coalesce(*(_texts(table, column) for column in columns))


def names_in(table: pa.Table, columns: tuple[str, ...]) -> pa.Array:
    """Return the different names of calls in a table."""
    if not table.num_rows:
        return pa.array([], pa.string())
    return pc.drop_null(pc.unique(_first_filled(table, columns)))


def all_names(names: Iterable[pa.Array]) -> pa.Array:
    """Join names of calls."""
    return pa.concat_arrays([pa.array([], pa.string()), *names])


def rows_of(table: pa.Table, columns: tuple[str, ...], names: pa.Array, *, others: bool = False) -> pa.Table:
    """Return the rows of calls of these names, or all other rows."""
    if not columns or not table.num_rows:
        return table if others else table.slice(0, 0)
    of_them = pc.is_in(_first_filled(table, columns), names)
    return table.filter(pc.invert(of_them) if others else of_them)


def without_copies(tables: list[tuple[Pick, pa.Table]]) -> list[tuple[Pick, pa.Table]]:
    """Leave out rows of an archive that the table itself still has: they are copied first, removed later."""
    done = []
    for place, (pick, table) in enumerate(tables):
        for other, others in tables[place + 1 :]:
            if pick.is_archive and other.layouts == pick.layouts and table.num_rows and others.num_rows:
                key = pick.relation.key if set(pick.relation.key) <= set(others.column_names) else ()
                again = pc.is_in(_rows_as_text(table, key), _rows_as_text(others, key).combine_chunks())
                if pc.any(again).as_py():
                    other.tell(notes.write(notes.IN_BOTH, file=pick.file, other=other.relation.name))
                    table = table.filter(pc.invert(again))  # noqa: PLW2901
        done.append((pick, table))
    return done


def _rows_as_text(table: pa.Table, key: tuple[str, ...]) -> pa.ChunkedArray:
    columns = [pc.fill_null(table.column(name).cast(pa.string()), "") for name in key or table.column_names]
    return pc.binary_join_element_wise(*columns, _SEPARATOR)


def readable(column: pa.ChunkedArray, name: str, moment: Moment | None) -> pa.ChunkedArray:
    """Return a column as the reader takes it: of a moment read as a text an epoch, which needs no zone."""
    if moment is None or not moment.as_text or name != moment.column:
        return column
    if getattr(column.type, "tz", None) is None:
        return column
    microseconds = column.cast(pa.timestamp("us", "UTC")).cast(pa.int64())
    return pc.divide(microseconds.cast(pa.float64()), 1e6)


def digest_of(table: pa.Table) -> str:
    """Return the SHA-256 of the rows, as of a file."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema.remove_metadata()) as stream:
        stream.write_table(table.replace_schema_metadata(None).combine_chunks())
    return hashlib.sha256(sink.getvalue()).hexdigest()

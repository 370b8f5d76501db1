"""Values that no call centre has, found by what Parquet files say of themselves, without a row being read."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from callstats.errors import InputError
from callstats.model import TABLES, TableColumn

#: Times that every engine can hold in nanoseconds.
_YEARS = (1678, 2261)
#: Beyond it a float no longer tells whole numbers apart, and sums of squares overflow soon after.
_MOST = 1e15
#: A hundred years, in seconds.
_LONGEST_S = 3.2e9


def check_ranges(name: str, files: Iterable[Path], shown: str | None = None) -> None:
    """Refuse a stored table with a number or a time beyond range, before sums are made of it.

    A file that says nothing of its least and greatest values is not read for it.

    Parameters
    ----------
    name : str
        Of the canonical table.
    files : iterable of Path
    shown : str, optional
        What the file will be called, where it is not in its place yet.

    Raises
    ------
    InputError
        Names the file and the column.
    """
    for file in files:
        for column, value in _ends(file):
            if column in TABLES[name].names and (said := _beyond(TABLES[name][column], value)):
                raise InputError(
                    f"a value beyond range: {said}", file=shown or file, column=column,
                    hint="Correct it where the file was made, or import the data again with --replace.",
                )  # fmt: skip


def _ends(file: Path) -> Iterator[tuple[str, Any]]:
    """Yield the least and the greatest value of each column, part by part, where the file says them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        told = pq.read_metadata(file)
    except (pa.ArrowException, OSError, ValueError):  # whoever reads it says what is wrong with it
        return
    for group in range(told.num_row_groups):
        part = told.row_group(group)
        for place in range(part.num_columns):
            chunk = part.column(place)
            if chunk.is_stats_set and chunk.statistics is not None and chunk.statistics.has_min_max:
                yield from ((chunk.path_in_schema, end) for end in _both(chunk.statistics))


def _both(statistics: Any) -> Iterator[Any]:
    for side in ("min", "max"):
        try:
            yield getattr(statistics, side)
        except (OverflowError, ValueError, NotImplementedError):  # a time that Python has no value for
            yield math.inf


def _beyond(column: TableColumn, value: Any) -> str:
    """Return what is beyond range, nothing where all is well.

    Examples
    --------
    >>> _beyond(TABLES["calls"]["talk_s"], 95.0), _beyond(TABLES["calls"]["talk_s"], 1e12)
    ('', '1e+12')
    """
    if isinstance(value, dt.date):  # a moment too
        return "" if _YEARS[0] <= value.year <= _YEARS[1] else f"the year {value.year}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if column.type in ("instant", "clock", "date"):
            return "a time that no calendar has" if math.isinf(value) else ""
        most = _LONGEST_S if column.unit == "s" else _MOST
        return "" if abs(value) <= most or math.isnan(value) else f"{value:g}"
    return ""

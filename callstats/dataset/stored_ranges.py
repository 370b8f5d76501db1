"""Values that no call centre has, found by what Parquet files say of themselves, without a row being read."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from callstats.dataset.engine_connection import quoted
from callstats.errors import InputError
from callstats.model import TABLES, TableColumn

if TYPE_CHECKING:
    import duckdb
    import narwhals as nw

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


def beyond_range(frames: Mapping[str, Any]) -> dict[str, InputError]:
    """Return what is to be said of frames in memory that hold such a number or time, by table.

    A frame that is computed when it is asked is not asked for this.

    Examples
    --------
    >>> import pandas as pd
    >>> print(beyond_range({"calls": pd.DataFrame({"talk_s": [60.0, 1e12]})})["calls"])
    calls, row 3, column 'talk_s': a value beyond range: 1e+12.
    Correct it where the data were made.
    """
    import narwhals as nw

    found = {}
    for name, data in frames.items():
        frame = nw.from_native(data, pass_through=True)
        if isinstance(frame, nw.DataFrame):
            try:
                check_frame(name, frame)
            except InputError as error:
                found[name] = error
    return found


def check_frame(name: str, frame: nw.DataFrame[Any], file: object = None) -> None:
    """Refuse a frame in memory with such a number or time; its first row is row 2, as under a header.

    Raises
    ------
    InputError
        Names the row and the column.
    """
    ranged = (c for c in frame.columns if c in TABLES[name].names and _is_ranged(frame.schema[c]))
    for column in (c for c in ranged if TABLES[name][c].type not in _ANY):
        kind, values = TABLES[name][column], frame[column]
        ends = [_read(values.min), _read(values.max)]
        if any(end is not None and _beyond(kind, end) for end in ends):
            row, said = _first(kind, values)
            raise _refused(said, file or name, column, row)


def _is_ranged(kind: Any) -> bool:
    return kind.is_numeric() or kind.is_temporal()


def _read(value: Callable[[], Any]) -> Any:
    import pandas as pd

    try:
        found = value()
    except (OverflowError, ValueError):  # a time that Python has no value for
        return math.inf
    return None if pd.isna(found) else found


def _first(kind: TableColumn, values: nw.Series[Any]) -> tuple[int | None, str]:
    for place in range(len(values)):
        value = _read(lambda at=place: values[at])
        if value is not None and (said := _beyond(kind, value)):
            return place + 2, said
    return None, "a number or a time"


def check_relation(name: str, relation: duckdb.DuckDBPyRelation, file: object = None) -> None:
    """Refuse a table of DuckDB with such a number or time; its first row is row 2.

    Raises
    ------
    InputError
        Names the row and the column.
    """
    kinds = zip(relation.columns, map(str, relation.types), strict=True)
    wrong = {
        column: said
        for column, type_of in kinds
        if column in TABLES[name].names and (said := _condition(TABLES[name][column], column, type_of))
    }
    if not wrong:
        return
    sums = ", ".join(f"count(*) FILTER (WHERE {said})" for said in wrong.values())
    counts = relation.aggregate(sums).fetchall()[0]
    for (column, said), count in zip(wrong.items(), counts, strict=True):
        if count:
            held = quoted(column)
            rows = relation.project(f"row_number() OVER () + 1 AS place, {held}").filter(said)
            place, value = rows.project(f"place, CAST({held} AS VARCHAR)").limit(1).fetchall()[0]
            raise _refused(_plain(str(value)), file or name, column, int(place))


def _plain(value: str) -> str:
    try:
        return f"{float(value):g}"
    except ValueError:  # a time
        return value


#: Types of columns whose numbers are names.
_ANY = ("text", "flag")
_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL",
    "U",
    "BIGNUM",
)


def _condition(column: TableColumn, name: str, type_of: str) -> str:
    """Return what is true of a value beyond range, nothing for a column that has none."""
    held = quoted(name)
    if column.type in _ANY:
        return ""
    if type_of.startswith(("TIMESTAMP", "DATE")):
        return f"NOT isfinite({held}) OR year({held}) NOT BETWEEN {_YEARS[0]} AND {_YEARS[1]}"
    if type_of.startswith(_NUMBERS) and not type_of.endswith("]"):
        most = _LONGEST_S if column.unit == "s" else _MOST
        number = f"CAST({held} AS DOUBLE)"
        return f"NOT isnan({number}) AND abs({number}) > {most}"
    return ""


def _refused(said: str, file: object, column: str, row: int | None) -> InputError:
    return InputError(
        f"a value beyond range: {said}", file=file, column=column, row=row,
        hint="Correct it where the data were made.",
    )  # fmt: skip


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

"""Convert incoming frames to the model's types, or raise an error that names the column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import narwhals as nw

from callstats.dataset.asked_frame import AskedFrame
from callstats.errors import InputError, near_names
from callstats.model import TABLES, Table, TableColumn

_TEXTS = (nw.String, nw.Categorical, nw.Enum)
_HINTS = {
    "text": "Turn it into text.",
    "integer": "Turn it into whole numbers.",
    "number": "Turn it into numbers.",
    "flag": "Turn it into true, false or null; null means unknown.",
    "instant": "Turn it into moments in UTC.",
    "clock": "Turn it into what the clock on the wall showed, without a zone.",
    "date": "Turn it into dates.",
}


def conform(name: str, data: Any, file: object = None) -> nw.LazyFrame:
    """Return any frame as a lazy one whose canonical columns have the model's types.

    Parameters
    ----------
    name : str
        Of the canonical table.
    data : frame
        Of pandas, Polars, Arrow, a DuckDB relation, or anything else Narwhals knows.
    file : optional
        Where it came from, for messages.

    Raises
    ------
    InputError
        It is not a frame, or a canonical column has the wrong type.
    """
    try:
        frame = nw.from_native(data)
    except TypeError as error:
        raise InputError(
            f"{name} is no data frame but {type(data).__name__}", file=file,
            hint="Give a frame of pandas, Polars or Arrow, or a DuckDB relation.",
        ) from error  # fmt: skip
    table = TABLES[name]
    if isinstance(frame, nw.DataFrame):
        frame = _without_objects(table, frame, file).lazy()
    schema = frame.collect_schema()
    casts = [
        cast
        for column, dtype in schema.items()
        if column in table.names and (cast := _cast(table, table[column], dtype, file)) is not None
    ]
    asked = AskedFrame.of(frame)
    return asked.with_columns(casts) if casts else asked


def check_required(name: str, columns: Iterable[str], file: object = None) -> None:
    """Raise an error if a table lacks a column it cannot be read without.

    Raises
    ------
    InputError
        Names the column, and columns that may be it under another name.
    """
    have = list(columns)
    for column in TABLES[name].required:
        if column not in have:
            raise InputError(
                f"{name} has no such column", file=file, column=column, near=near_names(column, have),
                hint=f"Rename the column that holds it: {TABLES[name][column].meaning}.",
            )  # fmt: skip


def _cast(table: Table, column: TableColumn, dtype: nw.dtypes.DType, file: object) -> nw.Expr | None:
    """Return the expression that casts a column to its type, None if it has that type already."""
    expr, kind = nw.col(column.name), column.type
    if dtype == nw.Unknown or str(dtype) == "Null":  # nothing but nulls
        return expr.cast(_TYPES[kind])
    right: Mapping[str, bool] = {
        "text": isinstance(dtype, _TEXTS) or dtype.is_integer(),
        "integer": dtype.is_numeric(),
        "number": dtype.is_numeric(),
        "flag": dtype == nw.Boolean,
        "instant": isinstance(dtype, nw.Datetime),
        "clock": isinstance(dtype, nw.Date) or (isinstance(dtype, nw.Datetime) and dtype.time_zone is None),
        "date": isinstance(dtype, nw.Date | nw.Datetime),
    }
    if not right[kind]:
        raise wrong_type(table, column, str(dtype), file)
    if kind == "text" and dtype != nw.String:
        return expr.cast(nw.String)
    if dtype.is_decimal():
        return expr.cast(nw.Float64)
    return expr.cast(nw.Datetime("us")) if kind == "clock" and isinstance(dtype, nw.Date) else None


_TYPES: dict[str, Any] = {
    "text": nw.String,
    "integer": nw.Int64,
    "number": nw.Float64,
    "flag": nw.Boolean,
    "instant": nw.Datetime("us", "UTC"),
    "clock": nw.Datetime("us"),
    "date": nw.Date,
}


def wrong_type(table: Table, column: TableColumn, found: str, file: object) -> InputError:
    """Build the error for a canonical column of the wrong type."""
    return InputError(
        f"{table.name} needs {column.type} here ({column.meaning}), found {found}",
        file=file, column=column.name, hint=_HINTS[column.type],
    )  # fmt: skip


def _without_objects(table: Table, frame: nw.DataFrame, file: object) -> nw.DataFrame:
    """Restore the types of pandas columns that nulls turned into Python objects or floats."""
    if not frame.implementation.is_pandas():
        return frame
    native = frame.to_native().copy(deep=False)
    for name in [c for c in native.columns if c in table.names]:
        target = _pandas_type(table[name], native[name])
        try:
            if target is not None:
                native[name] = native[name].astype(target)
        except (TypeError, ValueError) as error:
            raise wrong_type(table, table[name], "Python objects", file) from error
    return nw.from_native(native, eager_only=True)


def _pandas_type(column: TableColumn, series: Any) -> str | None:
    """Return the type to give a pandas column, None if it already has one."""
    empty = series.dtype in (object, float) and bool(series.isna().all())
    if series.dtype != object and not (empty and column.type not in ("number", "integer")):
        return None
    if column.type in ("clock", "date", "instant"):
        return "datetime64[us]" if empty else "a type for moments"
    return {"text": "string", "flag": "boolean"}.get(column.type, "Float64")

"""The cells of a column: texts, and beside them the values that the file typed itself.

A number, a time, a duration or a flag of Excel, Parquet, JSON or a database is
what it is; it is never written down as a text and read again. One column may
hold both: in a workbook each cell has a type of its own.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from callstats.sources.raw import Series

TEXT = pd.StringDtype("pyarrow", na_value=pd.NA)
_TYPED = ("numbers", "moments", "spans", "flags")


@dataclass(frozen=True, slots=True)
class Cells:
    """A column of a file; each row is filled in one of the series, or in none.

    Attributes
    ----------
    texts : Series of str
    numbers : Series of int or float, optional
    moments : Series of datetime64, optional
        Wall-clock times without a zone, or moments in UTC.
    spans : Series of float, optional
        Durations and times of day [s].
    flags : Series of boolean, optional
    """

    texts: Series
    numbers: Series | None = None
    moments: Series | None = None
    spans: Series | None = None
    flags: Series | None = None

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def typed(self) -> dict[str, Series]:
        """The series of typed values that there are."""
        return {name: value for name in _TYPED if (value := getattr(self, name)) is not None}

    @property
    def filled(self) -> Series:
        """True where the cell holds something."""
        there = self.texts.notna()
        for values in self.typed.values():
            there = there | values.notna()
        return there.astype(bool)

    def each(self, change: Callable[[Series], Series]) -> Cells:
        """Return the cells with every series changed in the same way: filtered, ordered, filled."""
        return replace(self, texts=change(self.texts), **{k: change(v) for k, v in self.typed.items()})

    def without(self, words: Callable[[Series], Series]) -> Cells:
        """Return the cells without the texts that stand for nothing."""
        return replace(self, texts=self.texts.mask(words(self.texts)))

    def or_else(self, other: Cells) -> Cells:
        """Return these cells, and the other's where these are empty."""
        empty = ~self.filled
        merged = {}
        for name in ("texts", *_TYPED):
            mine, others = getattr(self, name), getattr(other, name)
            if others is None:
                merged[name] = mine
            elif mine is None:
                merged[name] = others.where(empty)
            else:
                merged[name] = mine.where(~empty, others)
        return Cells(**merged)

    def as_text(self) -> Series:
        """Return every cell as a text; a whole number has no ``.0``, a time at midnight is a date."""
        text = self.texts
        for name, values in self.typed.items():
            filled = values.notna()
            if filled.any():
                written = values[filled].map(_WRITTEN[name]).astype(TEXT)
                text = text.where(~filled, written.reindex(text.index))
        return text


def together(parts: Sequence[Cells]) -> Cells:
    """Return the cells of one column that lies in several parts."""
    if len(parts) == 1:
        return parts[0]
    typed = {}
    for name in dict.fromkeys(name for part in parts for name in part.typed):
        like = next(part.typed[name] for part in parts if name in part.typed)
        lacking = (like.iloc[:0].reindex(range(len(part))) for part in parts)
        pieces = [part.typed.get(name, empty) for part, empty in zip(parts, lacking, strict=True)]
        typed[name] = pd.concat(pieces, ignore_index=True)
    return Cells(pd.concat([part.texts for part in parts], ignore_index=True), **typed)


def _number(value: Any) -> str:
    if isinstance(value, int | np.integer):
        return str(value)
    return str(int(value)) if math.isfinite(value) and float(value).is_integer() else repr(float(value))


def _moment(value: Any) -> str:
    if value.tzinfo is None and value == value.normalize():
        return str(value.date())
    return value.isoformat(sep=" ")


def clock_text(seconds: float) -> str:
    """Return a duration or a time of day as a clock shows it.

    Examples
    --------
    >>> clock_text(54_245.0), clock_text(0.5)
    ('15:04:05', '00:00:00.5')
    """
    whole, rest = divmod(seconds, 1)
    hours, minutes = divmod(int(whole), 3600)
    text = f"{hours:02d}:{minutes // 60:02d}:{minutes % 60:02d}"
    return text + (f"{rest:.6f}".rstrip("0")[1:] if rest else "")


_WRITTEN: dict[str, Callable[[Any], str]] = {
    "numbers": _number,
    "moments": _moment,
    "spans": clock_text,
    "flags": lambda value: "true" if value else "false",
}


def of_texts(texts: Iterable[str | None] | Series) -> Cells:
    """Return cells that hold texts alone, without the spaces around them.

    Examples
    --------
    >>> of_texts([" a ", None]).as_text().tolist()
    ['a', <NA>]
    """
    given: Any = texts if isinstance(texts, pd.Series) else list(texts)
    series: Series = pd.Series(given, dtype=TEXT)
    return Cells(series.str.strip().reset_index(drop=True))


def of_arrow(column: pa.ChunkedArray) -> Cells:
    """Return the cells of a typed column.

    Examples
    --------
    >>> of_arrow(pa.chunked_array([[1, None, 3]])).as_text().tolist()
    ['1', <NA>, '3']
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return of_arrow(column.cast(kind.value_type))
    size = len(column)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return of_texts(column.cast(pa.string()).to_pandas(types_mapper={pa.string(): TEXT}.get))
    for is_kind, name, read in _ARROW_KINDS:
        if is_kind(kind):
            return Cells(_no_texts(size), **{name: read(column)})
    return of_objects(column.to_pylist())


def _no_texts(size: int) -> Series:
    return pd.Series(pd.NA, index=range(size), dtype=TEXT)


def _arrow_numbers(column: pa.ChunkedArray) -> Series:
    dtype = "Int64" if pa.types.is_integer(column.type) else "float64"
    plain = column.cast(pa.float64()) if pa.types.is_decimal(column.type) else column
    return pd.Series(plain.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)).astype(dtype)


def _arrow_moments(column: pa.ChunkedArray) -> Series:
    zone = getattr(column.type, "tz", None)
    return pd.Series(column.cast(pa.timestamp("us", "UTC" if zone else None)).to_pandas())


def _arrow_spans(column: pa.ChunkedArray) -> Series:
    unit = getattr(column.type, "unit", "s")
    whole = pa.int32() if pa.types.is_time32(column.type) else pa.int64()
    numbers = pd.Series(column.cast(whole).to_pandas(types_mapper={whole: pd.Int64Dtype()}.get))
    return numbers.astype("float64") / {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[unit]


_ARROW_KINDS: tuple[tuple[Callable[[Any], bool], str, Callable[[pa.ChunkedArray], Series]], ...] = (
    (pa.types.is_boolean, "flags", lambda column: pd.Series(column.to_pandas()).astype("boolean")),
    (pa.types.is_integer, "numbers", _arrow_numbers),
    (pa.types.is_floating, "numbers", _arrow_numbers),
    (pa.types.is_decimal, "numbers", _arrow_numbers),
    (pa.types.is_timestamp, "moments", _arrow_moments),
    (pa.types.is_date, "moments", _arrow_moments),
    (pa.types.is_duration, "spans", _arrow_spans),
    (pa.types.is_time, "spans", _arrow_spans),
)


def of_objects(values: Sequence[Any]) -> Cells:
    """Return the cells of a column in which every cell has a type of its own.

    Examples
    --------
    >>> cells = of_objects([2.0, " a", True, dt.date(2026, 9, 14), dt.timedelta(hours=30), None])
    >>> cells.as_text().tolist()
    ['2', 'a', 'true', '2026-09-14', '30:00:00', <NA>]
    """
    kinds = [_kind(value) for value in values]
    texts = [_as_text(v) if k == "texts" else None for v, k in zip(values, kinds, strict=True)]
    typed = {
        name: [v if k == name else None for v, k in zip(values, kinds, strict=True)]
        for name in _TYPED
        if name in kinds
    }
    return Cells(of_texts(texts).texts, **{name: _SERIES[name](held) for name, held in typed.items()})


def _kind(value: Any) -> str:
    for types, name in _KINDS:
        if isinstance(value, types):
            return name
    return "texts"


_KINDS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((str,), "texts"),
    ((bool,), "flags"),
    ((int, float, Decimal), "numbers"),
    ((dt.datetime, dt.date), "moments"),
    ((dt.timedelta, dt.time), "spans"),
)


def _as_text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else str(value)


def _moments(values: list[Any]) -> Series:
    """Bring times to one series: in UTC where one of them says its offset, else without a zone."""
    aware = any(getattr(value, "tzinfo", None) for value in values)
    return pd.Series(pd.to_datetime(pd.Series(values, dtype=object), utc=aware, errors="coerce")).astype(
        "datetime64[us, UTC]" if aware else "datetime64[us]"
    )


def _seconds(value: dt.timedelta | dt.time | None) -> float:
    if value is None:
        return math.nan
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6


def _numbers(values: list[Any]) -> Series:
    whole = all(value is None or isinstance(value, int) for value in values)
    if whole and all(value is None or abs(value) < 1 << 63 for value in values):
        return pd.Series(values, dtype="Int64")
    return pd.Series([math.nan if value is None else float(value) for value in values])


_SERIES: dict[str, Callable[[list[Any]], Series]] = {
    "numbers": _numbers,
    "moments": _moments,
    "spans": lambda values: pd.Series([_seconds(value) for value in values]),
    "flags": lambda values: pd.Series(values, dtype="boolean"),
}

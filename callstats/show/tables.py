"""Tables from plain rows: every column knows its unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from callstats.show.calendar import UNKNOWN
from callstats.show.digits import unknown
from callstats.show.display import Cell, Column, TableView
from callstats.show.format import Formatter


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table: where its values are and how they are written.

    Attributes
    ----------
    key : str
        Of the value in a row.
    label : str
        Head of the column, already translated.
    unit : str, optional
        Without a unit the value is text.
    low, high : str, optional
        Keys of the interval, which decides how many digits are shown.
    show : str
        ``value``, ``interval`` (the two ends) or ``change`` (a signed difference).
    bar : bool
        Draw a data bar, as long as the value's share of the column's largest.
    group : str, optional
        The head shared with the neighbours.
    """

    key: str
    label: str
    unit: str | None = None
    low: str | None = None
    high: str | None = None
    show: Literal["value", "interval", "change"] = "value"
    bar: bool = False
    group: str | None = None


def table(
    rows: Sequence[Mapping[str, Any]],
    fields: Sequence[Field],
    formatter: Formatter,
    *,
    caption: str,
    notes: Sequence[str] = (),
    strong: Callable[[Mapping[str, Any]], bool] = lambda row: False,  # noqa: ARG005
    grey: Callable[[Mapping[str, Any]], bool] = lambda row: False,  # noqa: ARG005
) -> TableView:
    """Return rows as a table.

    Parameters
    ----------
    rows : sequence of mappings
        For example ``frame.to_dict("records")``.
    fields : sequence of Field
    formatter : Formatter
    caption : str
    notes : sequence of str
    strong, grey : callable, optional
        Tell of a row whether it is set in bold, in grey.

    Examples
    --------
    >>> rows = [{"list": "A", "rate": 0.1234, "low": 0.111, "high": 0.136}]
    >>> fields = [Field("list", "list"), Field("rate", "answer rate", "%", "low", "high")]
    >>> print(table(rows, fields, Formatter(), caption="Lists"))
    Lists
    list  answer rate
    A           12.3%
    """
    columns = [Column(f.label, "left" if f.unit is None else "right", f.group) for f in fields]
    largest = {f.key: _largest(rows, f.key) for f in fields if f.bar}
    texts = [_column(rows, f, formatter) for f in fields]
    body = [
        [
            Cell(
                texts[column][number],
                bar=_share(row.get(f.key), largest[f.key]) if f.bar else None,
                strong=strong(row),
                tone="grey" if grey(row) else None,
            )
            for column, f in enumerate(fields)
        ]
        for number, row in enumerate(rows)
    ]
    return TableView(caption, columns, body, notes)


def _column(rows: Sequence[Mapping[str, Any]], field: Field, formatter: Formatter) -> list[str]:
    values = [row.get(field.key) for row in rows]
    if field.unit is None:
        return [UNKNOWN if _missing(value) else str(value) for value in values]
    known = [None if _missing(value) else value for value in values]
    lows = [row.get(field.low) if field.low else None for row in rows]
    highs = [row.get(field.high) if field.high else None for row in rows]
    if field.show == "interval":
        ends = zip(lows, highs, known, strict=True)
        return [formatter.interval(low, high, field.unit, value=value) for low, high, value in ends]
    return formatter.column(known, field.unit, lows, highs, change=field.show == "change")


def _missing(value: Any) -> bool:
    return value is None or value != value or str(value) in {"NaT", "<NA>"}  # noqa: PLR0124 - nan


def _largest(rows: Sequence[Mapping[str, Any]], key: str) -> float:
    return max((float(row[key]) for row in rows if not unknown(row.get(key))), default=0.0)


def _share(value: float | None, largest: float) -> float | None:
    if unknown(value) or largest <= 0 or value < 0:  # type: ignore[operator]
        return None
    return float(value) / largest  # type: ignore[arg-type]


def great_table(view: TableView) -> Any:
    """Return a table as a great-tables ``GT``, to restyle or save it elsewhere.

    The id is fixed, so that the same table gives the same HTML.

    Examples
    --------
    >>> great_table(TableView("Lists", ["list"], [["A"]])).as_raw_html().startswith('<div id="callstats"')
    True
    """
    from great_tables import GT, html
    from pandas import DataFrame

    from callstats.show.markup import text

    keys = [f"c{index}" for index in range(len(view.columns))]
    frame = DataFrame([[cell.text for cell in row] for row in view.rows], columns=keys)  # type: ignore[union-attr]
    columns = [column for column in view.columns if isinstance(column, Column)]
    result = GT(frame, id="callstats").tab_header(html(text(view.caption)))
    result = result.cols_label({k: html(text(c.label)) for k, c in zip(keys, columns, strict=True)})
    for key, column in zip(keys, columns, strict=True):
        result = result.cols_align(column.align, key)
    for group in dict.fromkeys(column.group for column in columns if column.group):
        members = [key for key, column in zip(keys, columns, strict=True) if column.group == group]
        result = result.tab_spanner(html(text(group)), members, id=f"g{members[0]}")
    for note in view.notes:
        result = result.tab_source_note(html(text(note)))
    return result

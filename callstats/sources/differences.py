"""One column less another: of times the seconds between them, of numbers the difference."""

from __future__ import annotations

import pandas as pd

from callstats.sources.base import UNKNOWN, Field
from callstats.sources.columns import Columns
from callstats.sources.convert import convert, numbers_of
from callstats.sources.matching import is_one_of
from callstats.sources.raw import Series
from callstats.sources.times import parse
from callstats.sources.typed_cells import Cells
from callstats.sources.unreadable import Problems


def difference(item: Field, table: str, columns: Columns, problems: Problems) -> Series:
    """Return a column less the one that ``minus`` names.

    A row without one of the two has none; so has, with a note, a row in which the second is the later one.
    """
    name = str(columns.name(item))
    first, second = columns.cells(item), columns.column(item.minus)
    if _is_numeric(first, item) and _is_numeric(second, item):
        numbers = (convert(cells, item, table, name, problems) for cells in (first, second))
        between = next(numbers) - next(numbers)
    else:
        between = (_moments(first, item, columns) - _moments(second, item, columns)).dt.total_seconds()
        unread = between.isna() & first.filled & second.filled & ~is_one_of(first.as_text(), UNKNOWN)
        reason = "not two times, and not two numbers; say format where they are times"
        problems.add(unread, "a time can be read", name, first.as_text(), reason, item.to)
    early = between < 0
    problems.add(early, "an end comes after its start", name, first.as_text(), "the second is later", item.to)
    return between.mask(early)


def _is_numeric(cells: Cells, item: Field) -> bool:
    if cells.moments is not None or item.formats:
        return False
    filled = cells.filled & ~is_one_of(cells.texts, UNKNOWN)
    if cells.spans is not None:
        filled &= cells.spans.isna()
    read = numbers_of(cells, item).notna() | is_clock(cells)
    return bool(read[filled].mean() > 0.5) if filled.any() else True


def is_clock(cells: Cells) -> Series:
    """Mark the cells that are a clock of hours and minutes, without a date."""
    return cells.texts.str.fullmatch(r"\d+:\d{2}(:\d{2})?").eq(True).fillna(False).astype(bool)


def _moments(cells: Cells, item: Field, columns: Columns) -> Series:
    texts = cells.texts.mask(is_one_of(cells.texts, UNKNOWN))
    where = {"column": columns.name(item), "file": columns.file}
    parsed = parse(texts, item.formats, where, settled=item.settled)
    moments = parsed.naive
    if parsed.offset_s is not None:
        moments = moments - pd.to_timedelta(parsed.offset_s.fillna(0.0), unit="s").astype("timedelta64[us]")
    if cells.moments is None:
        return moments
    typed = cells.moments if cells.moments.dt.tz is None else cells.moments.dt.tz_localize(None)
    return moments.fillna(typed.astype("datetime64[us]"))

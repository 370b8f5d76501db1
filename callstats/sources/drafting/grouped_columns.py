"""Columns that are written in the first row of each group alone, as merged cells are."""

from __future__ import annotations

from collections.abc import Container, Mapping

import pandas as pd

from callstats.sources.base import NULLS, UNKNOWN
from callstats.sources.files import filled_down
from callstats.sources.matching import is_one_of
from callstats.sources.typed_cells import Cells


def grouping_columns(cells: Mapping[str, Cells]) -> dict[str, int]:
    """Return the leading columns that are filled in the first row of each group alone, and in how many rows.

    Groups stand at the left, the outer one first, and none follows another of the same name.
    A column that is merely seldom filled begins anywhere and repeats itself.

    Examples
    --------
    >>> from callstats.sources.typed_cells import of_texts
    >>> day = of_texts(["14/09", None, None, None, None, "15/09", None, None])
    >>> agent = of_texts(["Ann", None, "Bob", None, None, "Ann", None, None])
    >>> seen = of_texts(list("abcdefgh"))
    >>> grouping_columns({"Day": day, "Agent": agent, "Call": seen})
    {'Day': 2, 'Agent': 3}
    >>> grouping_columns({"Call": seen, "Agent": agent})
    {}
    """
    found: dict[str, int] = {}
    outer = pd.Series(False, index=range(len(next(iter(cells.values()), []))))
    for name, column in cells.items():
        if not _begins_groups(column, outer):
            break
        filled = _filled(column)
        found[name] = int(filled.sum())
        outer |= filled
    return found if len(found) < len(cells) else {}


def _filled(column: Cells) -> pd.Series:
    return column.without(lambda texts: is_one_of(texts, (*NULLS, *UNKNOWN))).filled


def _begins_groups(column: Cells, outer: pd.Series) -> bool:
    filled = _filled(column)
    groups = int(filled.sum())
    if not len(filled) or not filled.iloc[0] or not 2 <= groups <= len(filled) / 2:
        return False
    names, new = column.as_text()[filled], outer[filled]
    if not outer.any():
        return bool(names.is_unique)
    follows = names.eq(names.shift()).fillna(False) & ~new
    return bool(filled[outer].all() and not follows.any())


def grouped(cells: Mapping[str, Cells], columns: Container[str]) -> dict[str, Cells]:
    """Return the cells with those of the groups given to every row."""
    return {name: filled_down(column) if name in columns else column for name, column in cells.items()}

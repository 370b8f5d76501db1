"""What could not be read: rows that are left out, and cells that are unknown."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from callstats.model import TABLES
from callstats.sources.raw import Series

#: What a row cannot do without, beside the required columns of its table; everything else costs a cell.
_TIMES = {"calls": ("started_at",), "agent_time": ("start",)}


def needed(table: str) -> tuple[str, ...]:
    """Return the columns of a canonical table without which a row says nothing.

    Examples
    --------
    >>> needed("calls")
    ('call_id', 'direction', 'started_at')
    """
    return (*TABLES[table].required, *_TIMES.get(table, ())) if table in TABLES else ()


@dataclass(frozen=True, slots=True)
class UnreadCells:
    """The cells of one column that hold something unreadable and are unknown.

    Attributes
    ----------
    column : str
        The file's own name of the column.
    to : str
        The column of the data set.
    count : int
    position : int
        Of the first of them.
    found : str
        What it holds.
    reason : str
    """

    column: str
    to: str
    count: int
    position: int
    found: str
    reason: str


@dataclass(slots=True)
class Problems:
    """The rows of one table that cannot be accepted, each with its first reason, and cells that are unknown.

    Attributes
    ----------
    costly : tuple of str, optional
        Columns that cost a row; all of them where it is None.
    found : dict of int to tuple
        By position of the row: rule, column, text, reason.
    cells : list of UnreadCells
    units : list of tuple
        Columns and the units that their texts were read by, where the mapping says none.
    """

    costly: tuple[str, ...] | None = None
    found: dict[int, tuple[str, str | None, str, str]] = field(default_factory=dict)
    cells: list[UnreadCells] = field(default_factory=list)
    units: list[tuple[str, str]] = field(default_factory=list)

    def add(
        self, bad: Series, rule: str, column: str | None, texts: Series, reason: str, to: str = ""
    ) -> None:
        """Note the rows where ``bad`` holds, or their cells where the column costs no row."""
        places = bad.index[bad.fillna(False).to_numpy(bool)]
        if not len(places):
            return
        if to and self.costly is not None and to not in self.costly:
            first = int(places[0])
            self.cells.append(
                UnreadCells(str(column), to, len(places), first, _shown(texts.at[first]), reason)
            )
            return
        for position in places:
            self.found.setdefault(int(position), (rule, column, _shown(texts.at[position]), reason))


def _shown(text: object) -> str:
    return "" if pd.isna(text) else str(text)  # type: ignore[arg-type]

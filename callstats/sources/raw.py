"""What a file holds before anything is understood: cells, row numbers, broken lines."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from callstats.sources.typed_cells import Cells

#: pandas frames and columns; pandas' own annotations are unions that no check narrows.
Frame = Any
Series = Any


#: Of a SHA-256, so many digits begin the names that are made of file and row.
SHORT = 12


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that is left out: its position, the rule it broke, and what was found."""

    row: int
    rule: str
    reason: str
    found: str
    content: str = ""
    column: str | None = None


@dataclass(slots=True)
class Raw:
    """One table as it is in the file.

    Attributes
    ----------
    file : str
        Name of the file, without its folder; ``archive.zip/calls.csv`` in an archive.
    name : str
        Name of the table, where the file says it; else empty.
    cells : dict of str to Cells
        Every column, by its name.
    rows : sequence of int
        The row of each record in the file, as an editor or a spreadsheet counts them.
    bad : list of Bad
        Lines that are not records.
    notes : list of str
    header_row : int
        The row of the header; 0 where there is none.
    sheet : str
        The sheet of a workbook, where it has several.
    furniture : Counter of str
        Rows that are no records and no faults (repeated headers, notes), by what they are.
    unread : str
        Why nothing of it is read; empty where it is.
    digest : str
        SHA-256 of the file, where it is known.
    part : int
        Which of the file's tables it is, counted from 0.
    keyed : bool
        The rows bear the numbers of the key of a table in a database: they name a record for good.
    """

    file: str
    name: str = ""
    cells: dict[str, Cells] = field(default_factory=dict)
    rows: Sequence[int] | NDArray[np.int64] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    header_row: int = 1
    sheet: str = ""
    furniture: Counter[str] = field(default_factory=Counter)
    unread: str = ""
    digest: str = ""
    part: int = 0
    keyed: bool = False

    @property
    def identity(self) -> str:
        """What names the table wherever it lies: files of other content may bear the same name."""
        if self.keyed or not self.digest:
            return self.file
        return self.digest[:SHORT] + (f"-{self.part}" if self.part else "")

    @property
    def columns(self) -> list[str]:
        """The column names, trimmed."""
        return list(self.cells)

    @property
    def height(self) -> int:
        """The records."""
        return len(self.rows)

    @property
    def size(self) -> int:
        """The rows of the file: records and broken lines."""
        return len(self.rows) + len(self.bad)

    @property
    def called(self) -> str:
        """The file, and the sheet or the table of it, for a sentence."""
        return f"{self.file}, {self.sheet}" if self.sheet else self.file

    def with_cells(self, cells: Mapping[str, Cells]) -> Raw:
        """Return the table with further or changed columns."""
        return replace(self, cells={**self.cells, **cells})

    def at(self, positions: NDArray[np.int64]) -> Raw:
        """Return some of the records."""
        cells = {n: c.each(lambda v: v.take(positions).reset_index(drop=True)) for n, c in self.cells.items()}
        return replace(self, cells=cells, rows=[int(self.rows[place]) for place in positions])

    def content(self, positions: Iterable[int]) -> list[str]:
        """Return records as JSON, for the analyst who looks at what was left out."""
        chosen = list(positions)
        if len(chosen) > _AT_ONCE:
            slices = (chosen[at : at + _AT_ONCE] for at in range(0, len(chosen), _AT_ONCE))
            return [text for some in slices for text in self.content(some)]
        columns = {name: cells.each(lambda s: s.iloc[chosen]).as_text() for name, cells in self.cells.items()}
        plain = {name: texts.astype(object).where(texts.notna(), None) for name, texts in columns.items()}
        listed = {name: texts.tolist() for name, texts in plain.items()}
        records = ({name: texts[place] for name, texts in listed.items()} for place in range(len(chosen)))
        return [json.dumps(record, ensure_ascii=False) for record in records]


_AT_ONCE = 20_000  # records that are written out as objects


def header_key(name: str) -> str:
    r"""Return a header as it is compared: without regard to case, spaces around it and line breaks.

    Examples
    --------
    >>> header_key(" Call\nDate ")
    'call date'
    """
    return " ".join(name.replace("\ufeff", "").replace("\u00a0", " ").split()).casefold()


def unique_names(names: Iterable[str]) -> list[str]:
    """Return trimmed column names; repeated names are numbered.

    Examples
    --------
    >>> unique_names([" a", "b ", "a", ""])
    ['a', 'b', 'a_2', 'column_4']
    """
    taken: dict[str, int] = {}
    result = []
    for position, name in enumerate(names, start=1):
        clean = " ".join(name.replace("\ufeff", "").split()) or f"column_{position}"
        taken[clean] = taken.get(clean, 0) + 1
        while taken[clean] > 1 and f"{clean}_{taken[clean]}" in taken:
            taken[clean] += 1
        result.append(clean if taken[clean] == 1 else f"{clean}_{taken[clean]}")
        taken.setdefault(result[-1], 1)
    return result


def table_name(stem: str, tables: Iterable[str]) -> str:
    """Return the table a file is named after, ignoring archive and date parts of the name.

    Examples
    --------
    >>> table_name("vicidial_log_archive", ["vicidial_list", "vicidial_log"])
    'vicidial_log'
    >>> table_name("vicidial_log-2026-09", ["vicidial_log"])
    'vicidial_log'
    >>> table_name("export", ["vicidial_log"])
    ''
    """
    for table in sorted(tables, key=len, reverse=True):
        if re.fullmatch(re.escape(table) + r"(_archive)?([-_.]?\d[-_.\d]*)?", stem, re.IGNORECASE):
            return table
    return ""

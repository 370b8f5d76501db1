"""What a file holds before it is interpreted: texts, row numbers, broken lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

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
        Name of the file, without its folder.
    name : str
        Name of the table if the file gives it, else empty.
    table : pyarrow.Table
        Every record, every value a text.
    rows : list of int
        The row of each record in the file; the header is row 1.
    bad : list of Bad
        Lines that are not records.
    notes : list of str
    digest : str
        SHA-256 of the file, where it is known.
    part : int
        Which of the file's tables it is, counted from 0.
    """

    file: str
    name: str = ""
    table: pa.Table = field(default_factory=lambda: pa.table({}))
    rows: list[int] = field(default_factory=list)
    bad: list[Bad] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    header_row: int = 1
    digest: str = ""
    part: int = 0

    @property
    def identity(self) -> str:
        """What names the table wherever it lies: files of other content may bear the same name."""
        if not self.digest:
            return self.file
        return self.digest[:SHORT] + (f"-{self.part}" if self.part else "")

    @property
    def columns(self) -> list[str]:
        """The column names, trimmed."""
        return self.table.column_names

    @property
    def size(self) -> int:
        """The rows of the file: records and broken lines."""
        return len(self.rows) + len(self.bad)

    def content(self, positions: Iterable[int]) -> list[str]:
        """Return records as JSON, for an analyst checking what was left out."""
        chosen = self.table.take(pa.array(list(positions), pa.int64())).to_pylist()
        return [json.dumps(record, ensure_ascii=False, default=str) for record in chosen]


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
        clean = name.strip().strip("\ufeff") or f"column_{position}"
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

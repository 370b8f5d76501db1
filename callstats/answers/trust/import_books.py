"""The books of every import: rows in the files = rows taken + joined + come again + left out + rejected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from callstats.answers.core.answer import Answer
from callstats.answers.core.voice import Voice

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset


@dataclass(frozen=True, slots=True)
class FileBooks:
    """What became of the rows of one file, or one sheet or table of it.

    Attributes
    ----------
    file, table : str
        ``table`` is what the rows became.
    rows, taken : int
        Rows in the file, and those in the data set.
    joined : int
        Rows that are one call with another row.
    again : int
        Rows that a later file of the import holds as well.
    rejected : int
    left_out : mapping of str to int
        Rows left out on purpose, by which rule.
    """

    file: str
    table: str
    rows: int
    taken: int
    joined: int = 0
    again: int = 0
    rejected: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether every row was taken."""
        return self.rows == self.taken

    @property
    def on_purpose(self) -> int:
        """Rows left out on purpose."""
        return sum(self.left_out.values())


@dataclass(frozen=True, slots=True)
class ImportBooks:
    """One import: its source, the days of its data, the books of its files."""

    source: str
    first: dt.date | None
    last: dt.date | None
    files: tuple[FileBooks, ...]


@dataclass(frozen=True)
class Books(Answer):
    """The books of every import.

    Attributes
    ----------
    voice : Voice
    imports : tuple of ImportBooks
        In the order of their data; empty if the data were not read from files.
    """

    voice: Voice
    imports: tuple[ImportBooks, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per file: first, last, source, file, table, rows, and what became of them."""
        import pandas as pd

        listed = [
            (*(i.first, i.last, i.source, f.file, f.table, f.rows, f.taken, f.joined, f.again),
             *(f.on_purpose, f.rejected, dict(f.left_out)))
            for i in self.imports
            for f in i.files
        ]  # fmt: skip
        names = ["first", "last", "source", "file", "table", "rows", "taken", "joined", "again"]
        return pd.DataFrame(listed, columns=[*names, "left_out", "rejected", "rules"])


def books(whole: Dataset) -> Books:
    """Return the books of a data set's imports, whatever the period: rows of a file belong to none."""
    known = whole.provenance
    imports = known.get("imports") or [known]
    return Books(Voice.of(whole), tuple(_import(item) for item in imports if item.get("books")))


def _import(item: Mapping[str, Any]) -> ImportBooks:
    files = tuple(
        FileBooks(
            str(account["file"]), str(account["table"]), int(account["rows"]), int(account["taken"]),
            int(account.get("merged", 0)), int(account.get("again", 0)), int(account.get("rejected", 0)),
            {str(rule): int(count) for rule, count in account.get("left_out", {}).items()},
        )
        for account in item["books"]
    )  # fmt: skip
    return ImportBooks(str(item.get("source", "")), _day(item.get("begin")), _day(item.get("end")), files)


def _day(moment: object) -> dt.date | None:
    """Return the day of a moment as an import keeps it; a month of costs begins on its first day."""
    text = str(moment or "")[:10]
    try:
        return dt.date.fromisoformat(text if len(text) == 10 else f"{text}-01")
    except ValueError:
        return None

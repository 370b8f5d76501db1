"""What came in: files, tables, rows and the time they cover."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.answer import Answer
from callstats.answers.core.scope import records
from callstats.answers.core.voice import Voice
from callstats.answers.trust.data_check import kept
from callstats.dataset.clock import unknown
from callstats.model import TABLES
from callstats.show.display import Cell, Column, Sentence, TableView, View

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset

#: Files listed; the rest is counted.
_MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class Arrived:
    """One table: rows kept, rows left out, first and last day."""

    table: str
    rows: int
    rejected: int
    first: dt.date | None
    last: dt.date | None


@dataclass(frozen=True)
class Arrivals(Answer):
    """What came in.

    Attributes
    ----------
    voice : Voice
    tables : tuple of Arrived
    files : tuple of mapping
        As the import noted them: name, rows, sha256.
    notes : tuple of str
        What the import had to say.
    imported : int
        Rows of the whole import that went on, whatever the period.
    """

    voice: Voice
    tables: tuple[Arrived, ...]
    files: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    imported: int = 0

    def to_frame(self) -> pd.DataFrame:
        """Return a row a table: table, rows, rejected, first, last."""
        import pandas as pd

        listed = [(t.table, t.rows, t.rejected, t.first, t.last) for t in self.tables]
        return pd.DataFrame(listed, columns=["table", "rows", "rejected", "first", "last"])

    @property
    def kept(self) -> int:
        """Rows of all tables that went on."""
        return sum(t.rows for t in self.tables)

    @property
    def rejected(self) -> int:
        """Rows of all tables that were left out."""
        return sum(t.rejected for t in self.tables)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """What share of the rows went on."""
        _, form = self.voice.say, self.voice.form
        if not self.rejected:
            return (Sentence(_("All {rows} rows went on.", rows=form.number(self.imported)), "good"),)
        everything = self.imported + self.rejected
        text = _(
            "{kept} of {all} rows ({share}) went on, {rejected} were left out.",
            kept=form.number(self.imported),
            all=form.number(everything),
            share=form.percent(self.imported / everything, 1),
            rejected=form.number(self.rejected),
        )
        return (Sentence(text, "neutral"),)

    def table(self) -> TableView:
        """Return the tables with their rows and days."""
        _, form = self.voice.say, self.voice.form
        heads = [Column(_("Data table")), Column(_("Rows kept"), "right"), Column(_("Left out"), "right")]
        heads += [Column(_("First day"), "right"), Column(_("Last day"), "right")]
        lines = [
            [
                Cell(t.table, strong=True),
                Cell(form.number(t.rows)),
                Cell(form.number(t.rejected)),
                *(Cell(form.date(day)) for day in (t.first, t.last)),
            ]
            for t in self.tables
        ]
        return TableView(_("Tables and the days they cover"), heads, lines, self.notes)

    def file_table(self) -> TableView:
        """Return the files that were read."""
        _, form = self.voice.say, self.voice.form
        heads = [Column(_("File")), Column(_("Rows"), "right"), Column("SHA-256")]
        lines = [
            [str(f["name"]), form.number(f.get("rows")), f"{str(f.get('sha256', ''))[:16]}…"]
            for f in self.files[:_MOST_FILES]
        ]
        left = len(self.files) - _MOST_FILES
        more = (_.ngettext("{n} more file", "{n} more files", left),) if left > 0 else ()
        return TableView(_("Files read"), heads, lines, more)

    def views(self) -> tuple[View, ...]:
        """Return the tables, and the files where they are known."""
        return (self.table(), *([self.file_table()] if self.files else []))


def arrivals(dataset: Dataset, whole: Dataset) -> Arrivals:
    """Return what came in.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to what is asked about.
    whole : Dataset
        As it was imported: what was left out belongs to no period.
    """
    rows, out = kept(dataset), _rejected(whole)
    made = tuple(
        Arrived(name, rows.get(name, 0), out.get(name, 0), *_span(dataset, name))
        for name in (*TABLES, *(sorted(set(out) - set(TABLES))))
        if name in rows or name in out
    )
    known = whole.provenance
    voice = Voice.of(dataset)
    notes = tuple(voice.noted(str(note)) for note in known.get("notes", ()))
    imported = sum((rows if dataset is whole else kept(whole)).values())
    return Arrivals(voice, made, tuple(known.get("files", ())), notes, imported)


def _rejected(whole: Dataset) -> dict[str, int]:
    """Return how many rows of every table were left out."""
    found = whole.rejects.frame()["table"].value_counts()
    return {str(table): int(count) for table, count in found.items()}


def _span(dataset: Dataset, name: str) -> tuple[dt.date | None, dt.date | None]:
    clock = TABLES[name].clock if name in TABLES else None
    if clock is None or name not in dataset.frames or not dataset.has(name, clock):
        return None, None
    day = nw.col(clock)
    found = records(dataset.table(name).select(first=day.min(), last=day.max()))[0]
    first, last = (None if unknown(found[end]) else found[end].date() for end in ("first", "last"))
    return first, last

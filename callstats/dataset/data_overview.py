"""What a data set is, at a glance: tables, rows, days, campaigns. Nothing long is read for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from html import escape
from typing import TYPE_CHECKING

import narwhals as nw

from callstats.dataset.filters import Filters
from callstats.errors import CallstatsError, harmless
from callstats.model import MADE

if TYPE_CHECKING:
    from callstats.dataset.core import Dataset

#: Rows up to which a table is read for its days and campaigns, in a fraction of a second.
_READ = 5_000_000
#: Campaigns that are named.
_NAMED = 8
#: Engines that count the rows of a whole table without reading them.
_COUNTING = ("pandas", "polars", "pyarrow", "duckdb")


@dataclass(frozen=True, slots=True)
class DataOverview:
    """What a data set holds within its filters.

    Attributes
    ----------
    tables : tuple of str
    filters : str
    rows : mapping of str to int
        Of every table that could be counted without reading anything long.
    days : tuple of date, optional
        The first and the last day of the calls.
    campaigns : tuple of str, optional
    """

    tables: tuple[str, ...]
    filters: str
    rows: Mapping[str, int] = field(default_factory=dict)
    days: tuple[date, date] | None = None
    campaigns: tuple[str, ...] | None = None

    def text(self) -> str:
        """Return it as the lines of a ``repr``."""
        told = f"; {self.filters}" if self.filters else ""
        head = f"Dataset({', '.join(self.tables)}{told})"
        lines = dict(self._lines())
        width = max(map(len, lines), default=0)
        return "\n".join([head, *(f"  {name:<{width}}  {value}" for name, value in lines.items())])

    def html(self) -> str:
        """Return it as a table of names and values, escaped, in the colours of the page it stands on."""
        rows = {"tables": ", ".join(self.tables), "only": self.filters, **dict(self._lines())}
        cells = "".join(
            f'<tr><th scope="row" style="text-align: left">{name}</th>'
            f'<td style="text-align: left">{escape(value)}</td></tr>'
            for name, value in rows.items()
            if value and not (name == "tables" and self.rows)
        )
        return f"<table><caption>Dataset</caption><tbody>{cells}</tbody></table>"

    def _lines(self) -> Iterator[tuple[str, str]]:
        if self.rows:
            yield "rows", ", ".join(f"{name} {count:,}" for name, count in self.rows.items())
        if self.days is not None:
            yield "days", " to ".join(map(str, dict.fromkeys(self.days)))
        if self.campaigns:
            left = len(self.campaigns) - _NAMED
            named = [*self.campaigns[:_NAMED], *([f"{left:,} more"] if left > 0 else [])]
            yield "campaigns", harmless(", ".join(named))


def overview(dataset: Dataset) -> DataOverview:
    """Return what a data set is, at a glance; never an error.

    Rows of a whole table and the ends of a Parquet file's days are known without a look at
    the rows. Filters, and campaigns, need one: only tables of up to 5 million rows are read.
    Nothing is counted on an engine that would have to start a job for it (Spark, Dask, a database).
    """
    tables = tuple(name for name in dataset.schemas if name not in MADE)
    bare = DataOverview(tables, str(dataset.filters))
    engine = next(iter(dataset.frames.values())).implementation if dataset.frames else None
    if engine is None or str(engine.value) not in _COUNTING:
        return bare
    try:
        return _looked_at(dataset, bare, metadata=engine.is_duckdb())
    except (CallstatsError, RuntimeError, nw.exceptions.NarwhalsError):  # whoever asks is told what is wrong
        return bare


def _looked_at(dataset: Dataset, bare: DataOverview, *, metadata: bool) -> DataOverview:
    whole = replace(dataset, filters=Filters())
    stored = [name for name in bare.tables if name in dataset.frames]
    rows = {name: _count(whole, name) for name in stored}
    short = [name for name in stored if rows[name] <= _READ]
    if dataset.filters:
        rows = {name: _count(dataset, name) for name in short if not _joined_long(dataset, name, short)}
    calls = "calls" in short
    seen = calls or (metadata and not dataset.filters)
    named = calls and dataset.has("calls", "campaign_id")
    return replace(
        bare,
        rows=rows,
        days=dataset.span() if seen else None,
        campaigns=tuple(map(str, dataset.values("campaign_id"))) if named else None,
    )


def _joined_long(dataset: Dataset, name: str, short: list[str]) -> bool:
    """Return whether a filter reaches a table only through others, one of which is long."""
    own = set(dataset.filters.equals) <= set(dataset.schemas[name])
    return not own and len(short) < len(dataset.frames)


def _count(dataset: Dataset, name: str) -> int:
    return int(dataset.stored(name).select(rows=nw.len()).collect("pandas").to_native()["rows"].iloc[0])

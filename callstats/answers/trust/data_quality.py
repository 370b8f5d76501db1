"""How far data can be trusted: what came in, was left out, looks wrong, or cannot be answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.answers.core.answer import Answer, Section
from callstats.answers.core.scope import records
from callstats.answers.core.voice import Voice
from callstats.answers.trust.data_check import check, kept, missing_columns
from callstats.answers.trust.import_books import Books, books
from callstats.answers.trust.searches import QualityFinding
from callstats.answers.trust.shortening import shortened
from callstats.answers.trust.suspect_calls import Codes, Durations, Transfers, codes, durations, transfers
from callstats.answers.trust.suspect_days import AgentDays, Gaps, agent_days, gaps
from callstats.answers.trust.uncounted_rows import Uncounted, uncounted
from callstats.dataset.clock import unknown
from callstats.dataset.filters import Filters
from callstats.kpis import catalogue
from callstats.model import TABLES
from callstats.sources.content_shapes import without_content

if TYPE_CHECKING:
    import pandas as pd

    from callstats.dataset import Dataset, Period
    from callstats.show.display import Record, TableView


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
        As recorded at import: name, rows, sha256.
    notes : tuple of str
        The notes of the import.
    imported : int
        Rows kept from the whole import, whatever the period.
    """

    voice: Voice
    tables: tuple[Arrived, ...]
    files: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    imported: int = 0

    def to_frame(self) -> pd.DataFrame:
        """Return one row per table: table, rows, rejected, first, last."""
        import pandas as pd

        listed = [(t.table, t.rows, t.rejected, t.first, t.last) for t in self.tables]
        return pd.DataFrame(listed, columns=["table", "rows", "rejected", "first", "last"])

    @property
    def kept(self) -> int:
        """Rows kept, over all tables."""
        return sum(t.rows for t in self.tables)

    @property
    def rejected(self) -> int:
        """Rows left out, over all tables."""
        return sum(t.rejected for t in self.tables)

    def file_table(self) -> TableView:
        """Return the files that were read."""
        return self.telling.file_table()


@dataclass(frozen=True)
class LeftOut(Answer):
    """The rows that were left out, by rule.

    Attributes
    ----------
    voice : Voice
    rules : tuple of QualityFinding
        Most rows first; the hint is the rule's advice.
    all_rows : int
        Rows kept and left out together.
    """

    voice: Voice
    rules: tuple[QualityFinding, ...]
    all_rows: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per rule: rule, table, rows, share, example, hint."""
        import pandas as pd

        listed = [(f.rule, f.table, f.rows, self.share(f), f.example, f.hint) for f in self.rules]
        return pd.DataFrame(listed, columns=["rule", "table", "rows", "share", "example", "hint"])

    def share(self, finding: QualityFinding) -> float:
        """Return the share of all rows that a rule left out."""
        return finding.rows / self.all_rows if self.all_rows else 0.0


@dataclass(frozen=True)
class Doubts(Answer):
    """Rows that were kept although they look wrong.

    Attributes
    ----------
    voice : Voice
    rules : tuple of QualityFinding
    """

    voice: Voice
    rules: tuple[QualityFinding, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per rule: rule, table, rows, example, hint."""
        import pandas as pd

        listed = [(f.rule, f.table, f.rows, f.example, f.hint) for f in self.rules]
        return pd.DataFrame(listed, columns=["rule", "table", "rows", "example", "hint"])


@dataclass(frozen=True)
class Lacking(Answer):
    """Columns that are missing or empty.

    Attributes
    ----------
    voice : Voice
    columns : mapping of str to tuple of str
        ``calls.value`` or ``costs`` -> names of the KPIs that need it, most KPIs first.
    asked : mapping of str to str
        What the data cannot be grouped by, and why, as noted at import.
    kpis : int
        The total number of KPIs.
    """

    voice: Voice
    columns: Mapping[str, tuple[str, ...]]
    asked: Mapping[str, str]
    kpis: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row per missing column and KPI: missing, kpi."""
        import pandas as pd

        rows = [(column, kpi) for column, kpis in self.columns.items() for kpi in kpis]
        return pd.DataFrame(rows, columns=["missing", "kpi"])

    @property
    def fallen(self) -> set[str]:
        """Names of the KPIs that cannot be computed."""
        return {kpi for kpis in self.columns.values() for kpi in kpis}


@dataclass(frozen=True)
class QualityReport(Answer):
    """What to know about a data set before trusting its figures.

    Attributes
    ----------
    voice : Voice
    arrivals : Arrivals
        What came in.
    books : Books
        What became of every row of the files, by import.
    left_out : LeftOut
        What was left out, by rule.
    doubts : Doubts
        What looks wrong in the rows kept.
    codes : Codes
        Statuses without a meaning.
    durations : Durations
        Talk times that cannot be right.
    agent_days : AgentDays
        Agent time against call time.
    transfers : Transfers
        Conversations that may be one call.
    gaps : Gaps
        Days and hours without calls.
    uncounted : Uncounted
        Rows kept that no KPI counts, or no campaign's, agent's or period's.
    lacking : Lacking
        Missing columns, and the KPIs lost with them.
    """

    voice: Voice
    arrivals: Arrivals
    books: Books
    left_out: LeftOut
    doubts: Doubts
    codes: Codes
    durations: Durations
    agent_days: AgentDays
    transfers: Transfers
    gaps: Gaps
    uncounted: Uncounted
    lacking: Lacking

    def to_frame(self) -> pd.DataFrame:
        """Return one row per rule broken: severity, rule, table, rows, example, hint."""
        import pandas as pd

        rules = [
            (f.severity, f.rule, f.table, f.rows, f.example, f.hint)
            for f in (*self.left_out.rules, *self.doubts.rules)
        ]
        return pd.DataFrame(rules, columns=["severity", "rule", "table", "rows", "example", "hint"])

    def record(self) -> Record:
        """Return the numbers for the report's JSON."""
        return self.telling.record()

    def opening(self) -> Section:
        """Return the verdict and the record."""
        return self.telling.opening()


def data_quality(dataset: Dataset, period: str | Period | None = None) -> QualityReport:
    """Assess how far a data set can be trusted.

    Parameters
    ----------
    dataset : Dataset
    period : str or Period, optional
        Rows left out belong to no period, so they are those of the whole import.

    Returns
    -------
    QualityReport
        A finding changes no number: it says where to look, and what to do.

    Raises
    ------
    UsageError
        The period contains no call.

    Examples
    --------
    >>> import callstats as cs
    >>> quality = data_quality(cs.open("data/demo"))
    >>> quality.arrivals.kept, quality.arrivals.rejected, quality.gaps.missing
    (149186, 0, (datetime.date(2026, 7, 14),))
    """
    now = dataset.where(period=period) if period else dataset
    whole = replace(dataset, filters=Filters())
    came_in = arrivals(now, whole if period else now)
    return QualityReport(
        Voice.of(now),
        came_in,
        books(whole),
        left_out(whole, came_in.imported),
        Doubts(Voice.of(now), tuple(f for f in check(now).for_report().findings if f.severity == "doubtful")),
        codes(now),
        durations(now),
        agent_days(now),
        transfers(now),
        gaps(now),
        uncounted(now),
        lacking(now),
    )


def arrivals(dataset: Dataset, whole: Dataset) -> Arrivals:
    """Return what came in.

    Parameters
    ----------
    dataset : Dataset
        Narrowed to the rows of interest.
    whole : Dataset
        The full import, as rows left out belong to no period.
    """
    rows, out = kept(dataset), _rejected(whole)
    tables = tuple(
        Arrived(name, rows.get(name, 0), out.get(name, 0), *_span(dataset, name))
        for name in (*TABLES, *(sorted(set(out) - set(TABLES))))
        if name in rows or name in out
    )
    known = whole.provenance
    voice = Voice.of(dataset)
    notes = tuple(voice.noted(str(note)) for note in known.get("notes", ()))
    imported = sum((rows if dataset is whole else kept(whole)).values())
    return Arrivals(voice, tables, tuple(known.get("files", ())), notes, imported)


def _rejected(whole: Dataset) -> dict[str, int]:
    """Return how many rows of every table were left out."""
    counts = whole.rejects.frame()["table"].value_counts()
    return {str(table): int(count) for table, count in counts.items()}


def _span(dataset: Dataset, name: str) -> tuple[dt.date | None, dt.date | None]:
    clock = TABLES[name].clock if name in TABLES else None
    if clock is None or name not in dataset.frames or not dataset.has(name, clock):
        return None, None
    day = nw.col(clock)
    ends = records(dataset.table(name).select(first=day.min(), last=day.max()))[0]
    first, last = (None if unknown(ends[end]) else ends[end].date() for end in ("first", "last"))
    return first, last


def left_out(whole: Dataset, kept: int) -> LeftOut:
    """Return the rows left out at import, by rule, with the first of each as an example."""
    voice = Voice.of(whole)
    rules = [_finding(row, voice) for row in whole.rejects.summary().to_dict("records")]
    return LeftOut(voice, tuple(rules), kept + len(whole.rejects))


def _finding(row: Mapping[Hashable, object], voice: Voice) -> QualityFinding:
    _ = voice.say
    example = f"{shortened(str(row['file']))}, {_('row {row}', row=row['row'])}"
    reason = row["reason"] if isinstance(row["reason"], str) else ""
    reason = voice.because(without_content(reason)) if reason else ""
    rule, table, count = _(str(row["rule"])), str(row["table"]), row["rows"]
    assert isinstance(count, int)
    return QualityFinding("rejected", rule, table, count, example, _sentence(reason))


def _sentence(text: str) -> str:
    end = "" if text.endswith((".", "?", "…")) else "."
    return f"{text[:1].upper()}{text[1:]}{end}" if text else ""


def lacking(dataset: Dataset) -> Lacking:
    """Return the columns without any value, and the KPIs of the catalogue that need them."""
    needed = missing_columns(dataset)
    names = {key: ".".join(part for part in key if part) for key in needed}
    ranked = sorted(needed, key=lambda key: -len(needed[key]))  # otherwise in the model's order
    voice = Voice.of(dataset)
    asked = {str(k): voice.noted(str(v)) for k, v in sorted(dataset.provenance.get("lacks", {}).items())}
    return Lacking(voice, {names[key]: tuple(needed[key]) for key in ranked}, asked, len(catalogue()))

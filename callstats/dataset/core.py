"""Dataset: the canonical tables on any engine, narrowed to the rows of interest."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from callstats.config import Config, overridden
from callstats.dataset import data_overview, made_tables
from callstats.dataset import decided_tables as decided
from callstats.dataset import table_links as links
from callstats.dataset.clock import TIME_KEYS, unknown
from callstats.dataset.conform import conform
from callstats.dataset.filters import Filters, as_values, coerced
from callstats.dataset.last_month import asked_period
from callstats.dataset.one_engine import on_one_engine
from callstats.dataset.period import Period
from callstats.dataset.rejects import Rejects
from callstats.dataset.stored_ranges import beyond_range
from callstats.errors import InputError, UsageError, unknown_name
from callstats.model import STATED, TABLES

if TYPE_CHECKING:
    from callstats.dataset.cost_shares import SharedCosts

_MOST_KEPT = 256


class _Conformed(dict[str, nw.LazyFrame]):
    """Tables that have been conformed; the engine is asked for each schema only once."""

    beyond: Mapping[str, InputError]  # told where the rows of a table are asked for

    @cached_property
    def schemas(self) -> dict[str, dict[str, nw.dtypes.DType]]:
        """What is there to ask by: columns that keep what an export stated are not."""
        own = {
            name: {c: dtype for c, dtype in frame.collect_schema().items() if not c.startswith(STATED)}
            for name, frame in self.items()
        }
        return {**own, **made_tables.schemas(own)}

    @cached_property
    def made(self) -> dict[Hashable, nw.LazyFrame]:
        """The tables that follow from others, by name and the settings they follow from."""
        return {}

    @cached_property
    def narrowed(self) -> dict[Hashable, nw.LazyFrame]:
        """DuckDB relations of earlier queries, which it would otherwise bind and check again."""
        return {}

    @cached_property
    def holes(self) -> dict[str, frozenset[str]]:
        """The columns of the tables asked about so far on which some row has no value."""
        return {}

    @cached_property
    def charged(self) -> dict[Hashable, SharedCosts]:
        """Costs as they were charged under the settings asked for so far."""
        return {}


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """The canonical tables of one call centre, on any engine Narwhals knows.

    Nothing is read until a question is asked. A data set never changes:
    :meth:`where` returns a narrower one over the same frames.

    Parameters
    ----------
    frames : mapping of str to frame
        Canonical table name -> frame of pandas, Polars or Arrow, DuckDB relation,
        or anything else Narwhals accepts; kept as ``narwhals.LazyFrame``.
    config : Config
        Currency, time zone, targets and settings of the project.
    provenance : mapping
        Where the rows came from, as in ``dataset.json``; ``lacks`` says what
        cannot be asked and why.
    rejects : Rejects
        The rows that were left out, and the reasons.
    filters : Filters
        What it is narrowed to.

    Raises
    ------
    UsageError
        A name is not that of a canonical table.
    InputError
        A canonical column has the wrong type.

    Examples
    --------
    >>> import pandas as pd
    >>> calls = pd.DataFrame({
    ...     "call_id": ["1", "2", "3"], "direction": "outbound",
    ...     "campaign_id": ["spring", "spring", "autumn"],
    ...     "local_started_at": pd.to_datetime(["2026-09-01 10:00", "2026-09-02 11:00", "2026-10-01 12:00"]),
    ... })
    >>> ds = Dataset({"calls": calls})
    >>> ds.where(campaign_id="spring", period="2026-09")
    Dataset(calls; campaign_id spring, 2026-09)
      rows       calls 2
      days       2026-09-01 to 2026-09-02
      campaigns  spring
    >>> ds.values("campaign_id"), ds.span()
    (['autumn', 'spring'], (datetime.date(2026, 9, 1), datetime.date(2026, 10, 1)))
    """

    frames: Mapping[str, nw.LazyFrame]
    config: Config = field(default_factory=Config)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    rejects: Rejects = field(default_factory=Rejects)
    filters: Filters = field(default_factory=Filters)
    schemas: Mapping[str, Mapping[str, nw.dtypes.DType]] = field(init=False)

    def __post_init__(self) -> None:
        if isinstance(self.frames, _Conformed):  # a view of tables already checked
            object.__setattr__(self, "schemas", decided.schemas_of(self.frames.schemas, self.config))
            return
        if unknown_names := [name for name in self.frames if name not in TABLES]:
            raise unknown_name("table", unknown_names[0], TABLES)
        frames = {name: conform(name, self.frames[name]) for name in TABLES if name in self.frames}
        frames = _Conformed(on_one_engine(frames))
        frames.beyond = beyond_range(self.frames)
        object.__setattr__(self, "frames", frames)
        object.__setattr__(self, "schemas", decided.schemas_of(frames.schemas, self.config))

    def __repr__(self) -> str:
        return data_overview.overview(self).text()

    def _repr_html_(self) -> str:
        return data_overview.overview(self).html()

    # Contents

    @property
    def columns(self) -> dict[str, frozenset[str]]:
        """The columns of every table."""
        return {name: frozenset(schema) for name, schema in self.schemas.items()}

    def has(self, table: str, *columns: str) -> bool:
        """Return whether a table is there and has all these columns itself."""
        return table in self.schemas and set(columns) <= set(self.schemas[table])

    def reaches(self, table: str, key: str) -> bool:
        """Return whether a table can be grouped by a column or a time key, through a link if need be."""
        return table in self.schemas and links.has_key(self.columns, table, key)

    def unreached(self, table: str) -> tuple[str, ...]:
        """Return the columns this data set is filtered by that a table cannot reach."""
        return self.filters.beyond(self.columns, table)

    def holes(self, table: str) -> frozenset[str]:
        """Return the canonical columns of a table on which some row, whatever the filters, has no value.

        Asked of the engine once for all views of the same tables.
        """
        assert isinstance(self.frames, _Conformed)
        if table not in self.frames:  # the settings made it: it has none
            return frozenset()
        if table not in self.frames.holes:
            columns = [column for column in TABLES[table].names if column in self.frames.schemas[table]]
            counts = [nw.col(column).is_null().any().alias(column) for column in columns]
            found = self.frames[table].select(*counts).collect("pandas").to_native()
            some = {c for c in columns if not unknown(found[c].iloc[0]) and bool(found[c].iloc[0])}
            self.frames.holes[table] = frozenset(some)
        return self.frames.holes[table]

    def values(self, column: str) -> list[Any]:
        """Return the known values of a column, sorted, within the filters.

        They come from the calls, or from all other tables if the calls lack the column.

        Raises
        ------
        UsageError
            No table has that column.
        """
        return sorted(self._found(column, self._tables_for_values(column)))

    def span(self) -> tuple[date, date] | None:
        """Return the first and the last day of the calls, None without calls or clock."""
        clock = TABLES["calls"].clock
        if clock is None or not self.has("calls", clock):
            return None
        day = nw.col(clock)
        ends = self.table("calls").select(first=day.min(), last=day.max()).collect("pandas").to_native()
        first, last = ends["first"].iloc[0], ends["last"].iloc[0]
        return None if unknown(first) else (first.date(), last.date())

    # Deciding and narrowing

    def configured(self, settings: Mapping[str, Any] | Iterable[str]) -> Dataset:
        """Return the same data under other settings of the project.

        Parameters
        ----------
        settings : mapping of str to value, or iterable of str
            Keys of callstats.toml with their values, or ``key=value``.

        Raises
        ------
        UsageError
            A key is unknown, or its value makes no sense.

        Examples
        --------
        >>> import pandas as pd
        >>> ds = Dataset({"calls": pd.DataFrame({"call_id": ["1"], "direction": ["outbound"]})})
        >>> ds.configured({"money.cost_per_hour": 50}).config.money.cost_per_hour
        50.0
        """
        config = overridden(self.config, settings)
        return self if config is self.config else replace(self, config=config)

    def where(self, *, period: str | Period | None = None, **equals: Any) -> Dataset:
        """Return the data set narrowed to a period and to values of columns.

        Parameters
        ----------
        period : str or Period, optional
            ``2026-09``, ``2026-09-14``, ``2026-W36``, ``2026-Q3``, ``2026``, ``2026-09-01..2026-09-14``
            or ``last``, the last whole month. Tables are cut by their clock; costs by the period they are
            entered for, a month's counting only if the whole month lies inside; contacts are not cut.
        **equals : value or list of values
            Column = the values allowed. A table that lacks the column is narrowed
            through its link (scores by the agent of their call); one without a
            link is left whole, and KPIs that need it then cannot be computed.

        Raises
        ------
        UsageError
            No table has the column, no row has the value (the message lists near
            ones), or no call lies in the period (it gives the span of the data).
        """
        checked = {name: self._checked(name, value) for name, value in equals.items() if value is not None}
        window = None if period is None else asked_period(self, period)
        narrow = replace(self, filters=self.filters.narrowed(window, checked))
        if window is not None:
            self._check_period(narrow, window)
        return narrow

    def period(self, period: str | Period) -> Dataset:
        """Return the data set narrowed to a period, as :meth:`where` does."""
        return self.where(period=period)

    def table(self, name: str, *keys: str) -> nw.LazyFrame:
        """Return a table within the filters.

        Parameters
        ----------
        name : str
        *keys : str
            Columns to join in from linked tables where it lacks them. Time keys
            (hour, weekday, day, week, month) are added as integers:
            :func:`callstats.dataset.clock.written` turns them into text.

        Raises
        ------
        UsageError
            The data set has no such table.
        """
        if name not in self.schemas:
            raise unknown_name("table", name, self.schemas)
        if error := getattr(self.frames, "beyond", {}).get(name):
            raise error
        if name == "costs":
            return self.stored(name, *keys) if name in self.frames else self.costs(*keys)
        engine = next(iter(self.frames.values())).implementation
        if name not in self._tables or not (isinstance(self.frames, _Conformed) and engine.is_duckdb()):
            return self._narrowed(name, keys, self._tables, self.schemas)
        kept, asked = self.frames.narrowed, (self._decided_by, self.filters.key, name, keys)
        if asked not in kept:
            if len(kept) >= _MOST_KEPT:
                kept.clear()
            kept[asked] = self._narrowed(name, keys, self._tables, self.schemas)
        return kept[asked]

    def _narrowed(
        self,
        name: str,
        keys: tuple[str, ...],
        tables: Mapping[str, nw.LazyFrame],
        schemas: Mapping[str, Mapping[str, nw.dtypes.DType]],
    ) -> nw.LazyFrame:
        columns = {table: frozenset(schema) for table, schema in schemas.items()}
        times = [key for key in keys if key in TIME_KEYS]
        clock = [links.clock(columns, name)] if times and name != "costs" else []
        plain = [key for key in (*keys, *clock) if key is not None and key not in TIME_KEYS]
        tables = tables if name in tables else {**tables, name: self._made(name)}
        frame = links.attach(tables, columns, name, (*self.filters.columns(columns, name), *plain))
        conditions = self.filters.conditions(columns, name)
        frame = frame.filter(*conditions) if conditions else frame
        if times:
            frame = frame.with_columns(**{t: links.key_expression(columns, name, t) for t in times})
        return frame.select(*dict.fromkeys((*schemas[name], *keys)))

    def costs(self, *keys: str) -> nw.LazyFrame:
        """Return all costs within the filters as they are charged to calls, on pandas.

        Those of the table of costs are among them, shared by the rule of ``docs/money.md``,
        beside what the project's prices make of the work.

        Parameters
        ----------
        *keys : str
            Columns to share them by besides: whatever calls can be grouped by.

        Raises
        ------
        UsageError
            No cost is known.
        """
        from callstats.dataset.charged_costs import costs_within

        if not self.charges:
            raise unknown_name("table", "costs", self.schemas)
        return costs_within(self, self.charged, keys)

    @cached_property
    def _decided_by(self) -> Hashable:
        return decided.settings_key(self.config)

    @cached_property
    def _tables(self) -> Mapping[str, nw.LazyFrame]:
        assert isinstance(self.frames, _Conformed)
        return decided.tables_of(self.frames, self.frames.schemas, self.config)

    @property
    def estimates_hours(self) -> bool:
        """Whether agents' hours are read off the calls: an hour has a price, and no table has hours."""
        assert isinstance(self.frames, _Conformed)
        return decided.estimates_hours(self.frames.schemas, self.config)

    @property
    def hours_unknown(self) -> bool:
        """Whether an hour has a price, and nothing says how many there were."""
        return decided.hours_priced(self.config) and "agent_time" not in self.schemas

    @property
    def charges(self) -> bool:
        """Whether costs are known and charged to calls, so that they can be asked by whatever calls can."""
        return "origin" in self.schemas.get("costs", ())

    @property
    def charged(self) -> SharedCosts:
        """All costs, charged to the calls, whatever the filters."""
        assert isinstance(self.frames, _Conformed)
        from callstats.dataset.charged_costs import charge

        kept = self.frames.charged
        if self._decided_by not in kept:
            kept[self._decided_by] = charge(self.frames, self.frames.schemas, self.config)
        return kept[self._decided_by]

    def without(self, column: str) -> Dataset:
        """Return the data set without its filter on a column."""
        kept = {name: values for name, values in self.filters.equals.items() if name != column}
        return replace(self, filters=Filters(self.filters.period, kept))

    def stored(self, name: str, *keys: str) -> nw.LazyFrame:
        """Return a table within the filters as it is stored, without what the settings make of it."""
        assert isinstance(self.frames, _Conformed)
        return self._narrowed(name, keys, self.frames, self.frames.schemas)

    def _made(self, name: str) -> nw.LazyFrame:
        """Return a table that follows from others, made once for all views of the same tables."""
        assert isinstance(self.frames, _Conformed)
        asked, kept = (name, made_tables.settings(name, self.config)), self.frames.made
        if asked not in kept:
            kept[asked] = made_tables.make(name, self.frames, self.schemas, self.config)
        return kept[asked]

    def save(self, folder: str | Path) -> Path:
        """Write the data set, within its filters, as a folder of Parquet files.

        The folder appears whole or not at all, in the place of a data set that was
        there. See :func:`callstats.dataset.saving.save`; :func:`callstats.add` adds.
        """
        from callstats.dataset.saving import save

        return save(self, folder)

    # Checks

    def check_key(self, key: str) -> None:
        """Raise an error for a grouping key that is not a column or time key, or that the data lack.

        Raises
        ------
        UsageError
        """
        reason = self.provenance.get("lacks", {}).get(key)
        if reason:
            raise UsageError(f"these data cannot be asked by {key}: {reason}")
        if key not in TIME_KEYS:
            self._tables_with(key)

    def _tables_with(self, column: str) -> list[str]:
        tables = [name for name in self.frames if column in self.schemas[name]]
        if not tables:
            raise unknown_name("column", column, self._known_columns())
        return tables

    def _stored_columns(self, table: str) -> Iterable[str]:
        assert isinstance(self.frames, _Conformed)
        return self.frames.schemas.get(table, ())

    def _known_columns(self) -> Iterable[str]:
        """Return the columns people usually group by, then the rest."""
        first = ("campaign_id", "list_id", "agent_id", "direction")
        rest = (column for schema in self.schemas.values() for column in schema)
        return dict.fromkeys((*(c for c in first if any(c in s for s in self.schemas.values())), *rest))

    def _tables_for_values(self, column: str) -> list[str]:
        tables = self._tables_with(column)
        return ["calls"] if "calls" in tables else tables

    def _found(self, column: str, tables: Iterable[str], among: Iterable[Any] | None = None) -> set[Any]:
        """Return the distinct known values of a column in some tables, or those among a few."""
        distinct: set[Any] = set()
        for name in tables:
            if name == "costs":  # those that are charged name no campaign or list that no other table has
                if column not in self._stored_columns("costs"):
                    continue
                frame = self.stored(name).select(column)
            else:
                frame = self.table(name).select(column)
            wanted = ~nw.col(column).is_null() if among is None else nw.col(column).is_in(list(among))
            values = frame.filter(wanted).unique().collect("pandas").to_native()[column]
            distinct |= {v.item() if hasattr(v, "item") else v for v in values}
        return distinct

    def _checked(self, name: str, value: Any) -> tuple[Any, ...]:
        tables = self._tables_with(name)
        dtype = self.schemas[tables[0]][name]
        values = tuple(coerced(name, v, dtype) for v in as_values(value))
        if dtype == nw.Boolean:
            return values
        whole = replace(self, filters=Filters())
        missing = set(values) - whole._found(name, tables, values)
        if missing:
            raise unknown_name(name, str(min(missing)), map(str, sorted(whole._found(name, tables))))
        return values

    def _check_period(self, narrow: Dataset, period: Period) -> None:
        clock = TABLES["calls"].clock
        if "calls" not in self.frames:
            return
        if clock is None or not self.has("calls", clock):
            raise InputError("calls have no clock to cut a period by", column=clock, hint="Give the column.")
        if len(narrow.table("calls").head(1).select(clock).collect("pandas")):
            return
        asked = Filters(self.filters.period, narrow.filters.equals)
        span = replace(self, filters=asked).span()
        hint = f"The calls go from {span[0]} to {span[1]}." if span else "There are no such calls at all."
        about = f" of {asked}" if asked else ""
        raise UsageError(f"no calls{about} in {period.label}", hint=hint)

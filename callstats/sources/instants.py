"""The instants of a table: texts and epochs to UTC, and what the site's clock showed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pandas as pd

from callstats.errors import InputError
from callstats.model import TABLES
from callstats.sources import notes
from callstats.sources.base import UNKNOWN, Field, Layout
from callstats.sources.columns import Columns
from callstats.sources.convert import convert, numbers_of
from callstats.sources.matching import is_one_of
from callstats.sources.raw import Frame, Series
from callstats.sources.times import (
    AmbiguousDatesError,
    Localised,
    Parsed,
    clock,
    is_zone,
    known_zone,
    localise,
    parse,
)
from callstats.sources.typed_cells import Cells
from callstats.sources.unreadable import Problems

MIXED = "the times of a column all have a time zone, or none has"
NEVER = "a time exists on the clock of its zone"
PLAUSIBLE = "a time lies between 1990 and tomorrow"
EARLIEST = pd.Timestamp("1990-01-01", tz="UTC")
MOST_SECONDS = 100_000_000_000  # beyond any year; a count of milliseconds has thirteen digits
#: Times of what has happened; a call-back may be due next year.
_PAST = frozenset({"started_at", "start", "event_at", "loaded_at", "asked_at", "opened_at"})
WRONG_BY = 900  # s; from here on a server's clock and its epochs disagree by more than a slow write


@dataclass(slots=True)
class Reading:
    """One raw table being read with one layout.

    Attributes
    ----------
    columns : Columns
    layout : Layout
    zone : str
        IANA zone of the clock, or ``column:NAME``.
    problems : Problems
        Rows that cannot be accepted.
    notes : list of str
    lacks : dict of str to str
    formats : tuple of str
        Formats that settle which number is the day: what is said of the source, and those found so far.
    ships_as : str
        The name of the source; empty for a mapping, which says formats itself.
    hourless : Series of bool, optional
        Calls whose time is a date alone.
    dated_by : str
        The column that says so.
    """

    columns: Columns
    layout: Layout
    zone: str
    problems: Problems = field(default_factory=Problems)
    notes: list[str] = field(default_factory=list)
    lacks: dict[str, str] = field(default_factory=dict)
    formats: tuple[str, ...] = ()
    ships_as: str = ""
    hourless: Series | None = None
    dated_by: str = ""

    def field_of(self, to: str, kind: str) -> Field | None:
        """Return the field of this type that the file holds for a column."""
        for item in self.layout.fields:
            right = item.to == to and item.type_in(self.layout.table) == kind
            if right and not item.minus and self.columns.name(item) is not None:
                return item
        return None


@dataclass(slots=True)
class HourCount:
    """How many calls of an export have no time of day, and in which column that shows.

    Attributes
    ----------
    calls, without : int
    column, file : str
    """

    calls: int = 0
    without: int = 0
    column: str = ""
    file: str = ""

    def add(self, reading: Reading, kept: Series) -> None:
        """Count the rows of a table that are kept."""
        self.calls += int(kept.sum())
        bare = 0 if reading.hourless is None else int((reading.hourless & kept).sum())
        if bare and not self.without:
            self.column, self.file = reading.dated_by, reading.columns.file
        self.without += bare

    def enter(self, part: HourCount) -> None:
        """Take up the calls of another part of the export."""
        if part.without and not self.without:
            self.column, self.file = part.column, part.file
        self.calls += part.calls
        self.without += part.without

    def judged(self, tolerance: float) -> tuple[str, bool]:
        """Return what to say of calls without an hour, and whether hours can still be asked for.

        Examples
        --------
        >>> HourCount(100, 2, "ActivityDate", "tasks.csv").judged(0.05)
        ('tasks.csv: 2 times of ActivityDate are dates without an hour, and stand at midnight', True)
        >>> HourCount(100, 8, "ActivityDate", "tasks.csv").judged(0.05)
        ('ActivityDate holds dates without a time of day', False)
        """
        if not self.without:
            return "", True
        if self.without > tolerance * self.calls:
            return notes.write(notes.DATES_ONLY, column=self.column), False
        said = {"file": self.file, "count": self.without, "column": self.column}
        return notes.write(notes.NO_HOUR, **said), True


def add_moments(frame: Frame, reading: Reading) -> None:
    """Add every instant of the layout to ``frame``, in UTC and on the site's clock.

    An epoch in the export overrides a wall-clock text, as it cannot be ambiguous.
    """
    layout = reading.layout
    zones = _zones(frame, reading)
    first = sorted(layout.fields, key=lambda item: item.to not in ("started_at", "start"))
    for to in dict.fromkeys(item.to for item in first):
        text, epoch = reading.field_of(to, "instant"), reading.field_of(to, "epoch")
        if text is None and epoch is None:
            continue
        utc = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]")
        for one in _one_by_one(text, reading):
            utc = utc.fillna(_from_cells(one, zones, reading, exact_elsewhere=epoch is not None, after=utc))
        if epoch is not None:
            utc = _from_epoch(epoch, utc, reading)
        source = text or epoch
        if source is not None:
            texts = reading.columns.cells(source).as_text()
            utc = check_years(utc, source, str(reading.columns.name(source)), texts, reading)
        frame[to] = utc
        local = f"local_{to}"
        if layout.table in TABLES and local in TABLES[layout.table].names:
            frame[local] = _by_zone(utc, zones, clock)
    if layout.table == "calls" and "started_at" in frame:
        frame["time_zone"] = zones


def _one_by_one(item: Field | None, reading: Reading) -> list[Field]:
    """Split a time that is the first filled of several columns: each of them is written in its own way."""
    if item is None or item.pick != "filled":
        return [] if item is None else [item]
    return [
        replace(item, columns=(n,), pick="") for n in item.columns if reading.columns.actual(n) is not None
    ]


def _zones(frame: Frame, reading: Reading) -> Series:
    """Return the zone of each row: one for all, or read from a column."""
    if not reading.zone.startswith("column:"):
        return pd.Series(known_zone(reading.zone), index=frame.index, dtype="object")
    item = Field("time_zone", (reading.zone.removeprefix("column:"),), required=True)
    name, texts = reading.columns.required(item), reading.columns.cells(item).as_text()
    known = {text: is_zone(text) for text in texts.dropna().unique()}
    good = texts.map(known).eq(True).fillna(False).astype(bool)
    reading.problems.add(~good, "a time zone is known", name, texts, "no IANA name such as Europe/Paris")
    return texts.where(good, "UTC").astype(object)


def _by_zone(moments: Series, zones: Series, change: Callable[[Series, str], Series]) -> Series:
    parts = [change(moments[zones == zone], str(zone)) for zone in zones.unique()]
    return pd.concat(parts).reindex(moments.index) if parts else change(moments, "UTC")


def _from_cells(
    item: Field, zones: Series, reading: Reading, *, exact_elsewhere: bool, after: Series
) -> Series:
    """Read moments: those that the file typed as they are, texts by their format.

    Rows that have their time ``after`` another column was read are passed over.
    """
    columns, problems = reading.columns, reading.problems
    name, cells = str(columns.name(item)), columns.cells(item)
    cells = cells.each(lambda values: values.mask(after.notna())) if after.notna().any() else cells
    cells = _counted(cells) if item.unit == "ms" else cells
    texts = cells.texts.mask(is_one_of(cells.texts, UNKNOWN))
    parsed = _parsed(texts, item, name, reading, exact_elsewhere=exact_elsewhere)
    typed = cells.moments
    if typed is not None and typed.dt.tz is None:
        parsed.naive = parsed.naive.fillna(typed.astype("datetime64[us]"))
    expected = " or ".join(parsed.formats)
    shown = cells.as_text()
    unread = parsed.bad | (
        cells.filled & parsed.naive.isna() & (shown.notna() & texts.isna() & _no_moment(cells))
    )
    problems.add(unread, "a time can be read", name, shown, f"not a time of the format {expected}", item.to)
    _note_format(parsed, name, reading)
    if reading.layout.table == "calls" and item.to == "started_at" and not exact_elsewhere:
        _mark_hourless(parsed, cells, name, reading)
    local = _localised(parsed, zones)
    utc = local.utc
    if parsed.offset_s is not None:
        utc = _with_offsets(parsed, utc, name, texts, problems, item.to)
    elif not exact_elsewhere:
        reason = "the clock went forward over this hour; is the time zone right?"
        problems.add(local.never, NEVER, name, shown, reason, item.to)
        _note_twice(local.twice, parsed.naive, name, reading)
    if typed is not None and typed.dt.tz is not None:
        utc = utc.fillna(typed.astype("datetime64[us, UTC]"))
    return utc


def _counted(cells: Cells) -> Cells:
    """Take the cells that count milliseconds since 1970 as the moments that they are."""
    counts = numbers_of(cells, Field(""))
    counts = counts.where(counts.between(1e11, 1e14))
    if counts.isna().all() or cells.moments is not None:
        return cells
    moments = pd.to_datetime(counts, unit="ms", utc=True).astype("datetime64[us, UTC]")
    return Cells(cells.texts.mask(counts.notna()), moments=moments)


def _parsed(texts: Series, item: Field, name: str, reading: Reading, *, exact_elsewhere: bool) -> Parsed:
    """Read texts; where a row can do without the time, one that cannot be told stays unknown."""
    try:
        where = {"column": name, "file": reading.columns.file}
        parsed = parse(texts, item.formats, where, reading.formats, item.settled)
    except InputError as error:
        if reading.problems.costly is None or (item.to in reading.problems.costly and not exact_elsewhere):
            raise _with_option(error, reading) from error
        reason = str(error).splitlines()[0].partition(": ")[2] or str(error)
        reading.problems.add(texts.notna(), "a time can be read", name, texts, reason, item.to)
        nothing = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]")
        return Parsed(nothing, None, pd.Series(False, index=texts.index), ())
    reading.formats = (*reading.formats, *parsed.formats)
    return parsed


def _with_option(error: InputError, reading: Reading) -> InputError:
    """Name the option that settles which number is the day, in the words of the source that is read."""
    if not isinstance(error, AmbiguousDatesError) or not reading.ships_as:
        return error
    return AmbiguousDatesError(
        error.found, file=error.file, column=error.column,
        hint=f'Say which: --dates day-first or --dates month-first; or, in callstats.toml below '
        f'[sources.{reading.ships_as}], dates = "day-first" or dates = "month-first".',
    )  # fmt: skip


def _no_moment(cells: Cells) -> Series:
    """Mark the cells that the file typed as something else than a time."""
    other = pd.Series(False, index=cells.texts.index)
    for name, values in cells.typed.items():
        if name != "moments":
            other |= values.notna()
    return other


def _mark_hourless(parsed: Parsed, cells: Cells, name: str, reading: Reading) -> None:
    """Mark the calls whose time is a date alone; those of another column that has hours keep them."""
    bare = parsed.without_hour(cells.texts)
    typed = cells.moments
    if typed is not None and bool((typed.dropna() == typed.dropna().dt.normalize()).all()):
        bare |= typed.notna()
    if bare.any():
        reading.hourless = bare if reading.hourless is None else reading.hourless | bare
        reading.dated_by = reading.dated_by or name


def _note_format(parsed: Parsed, column: str, reading: Reading) -> None:
    """Tell a format that was found out, but for ISO's, which nobody can misread."""
    doubtful = [form for form in parsed.formats if not form.startswith("%Y-%m-%d")]
    if parsed.found and doubtful:
        said = {"file": reading.columns.file, "column": column, "formats": " or ".join(doubtful)}
        reading.notes.append(notes.write(notes.FORMAT_FOUND, **said))


def check_years(moments: Series, item: Field, column: str, texts: Series, reading: Reading) -> Series:
    """Take out times that no export can hold; of calls and logins also those that are yet to come.

    A day number of Excel, milliseconds read as seconds or a mistyped year otherwise end as calls
    of 1970, 1899 or 2062.
    """
    last = pd.Timestamp.now("UTC") + (pd.Timedelta(days=1) if item.to in _PAST else pd.Timedelta(days=3660))
    wrong = moments.notna() & ((moments < EARLIEST) | (moments > last))
    epoch = item.type_in(reading.layout.table) == "epoch"
    reason = f"a year outside {EARLIEST.year} to {last.year}"
    if epoch and not item.unit:
        reason += '; where the number counts milliseconds, say unit = "ms"'
    reading.problems.add(wrong, PLAUSIBLE, column, texts, reason, item.to)
    return moments.mask(wrong)


def _localised(parsed: Parsed, zones: Series) -> Localised:
    parts = [localise(parsed.naive[zones == zone], str(zone)) for zone in zones.unique()]
    if not parts:
        return localise(parsed.naive, "UTC")
    index = parsed.naive.index
    columns = ([getattr(part, name) for part in parts] for name in ("utc", "twice", "never"))
    return Localised(*(pd.concat(found).reindex(index) for found in columns))


def _with_offsets(
    parsed: Parsed, utc: Series, name: str, texts: Series, problems: Problems, to: str
) -> Series:
    """A text with an offset says its moment itself; rows of the rarer kind are left out."""
    offset: Series = parsed.offset_s
    given = offset.notna()
    exact = (parsed.naive - pd.to_timedelta(offset, unit="s")).dt.tz_localize("UTC")
    without = texts.notna() & ~given
    few_without = given.sum() >= without.sum()
    reason = "most other rows " + ("have one" if few_without else "have none")
    problems.add(without if few_without else given, MIXED, name, texts, reason, to)
    return exact.astype("datetime64[us, UTC]").where(given, utc)


def _note_twice(twice: Series, naive: Series, name: str, reading: Reading) -> None:
    if twice.any():
        days = ", ".join(sorted({str(day.date()) for day in naive[twice]}))
        said = {"file": reading.columns.file, "count": int(twice.sum()), "column": name, "days": days}
        reading.notes.append(notes.write(notes.SHOWN_TWICE, **said))


def _from_epoch(item: Field, utc: Series, reading: Reading) -> Series:
    """Read seconds since 1970, or the time itself where the file typed one."""
    name, cells = str(reading.columns.name(item)), reading.columns.cells(item)
    counted = Cells(cells.texts, cells.numbers)
    seconds = convert(counted, item, reading.layout.table, name, reading.problems)
    possible = seconds.where((seconds > 0) & (seconds < MOST_SECONDS))
    exact = pd.to_datetime(possible, unit="s", utc=True).astype("datetime64[us, UTC]")
    beyond = seconds.notna() & (seconds >= MOST_SECONDS)
    reason = "no number of seconds since 1970" + ("" if item.unit else '; for milliseconds, say unit = "ms"')
    reading.problems.add(beyond, PLAUSIBLE, name, cells.as_text(), reason, item.to)
    if cells.moments is not None:
        typed = cells.moments if cells.moments.dt.tz is not None else cells.moments.dt.tz_localize("UTC")
        exact = exact.fillna(typed.astype("datetime64[us, UTC]"))
    apart = (utc - exact).dt.total_seconds().dropna()
    if len(apart) and abs(apart.median()) >= WRONG_BY:
        said = {"file": reading.columns.file, "hours": f"{apart.median() / 3600:+.2f}", "column": name}
        reading.notes.append(notes.write(notes.WRONG_CLOCK, **said))
    return exact.fillna(utc)

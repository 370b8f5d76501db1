"""The instants of a table: texts and epochs to UTC, and what the site's clock showed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pandas as pd

from callstats.model import TABLES
from callstats.sources import notes
from callstats.sources.base import Field, Layout
from callstats.sources.convert import Columns, Problems, convert
from callstats.sources.raw import Frame, Series
from callstats.sources.times import Localised, Parsed, clock, is_zone, known_zone, localise, parse

MIXED = "the times of a column all have a time zone, or none has"
NEVER = "a time exists on the clock of its zone"
WRONG_BY = 900  # s; beyond this a server's clock and its epochs differ by more than a slow write explains


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
    """

    columns: Columns
    layout: Layout
    zone: str
    problems: Problems = field(default_factory=Problems)
    notes: list[str] = field(default_factory=list)
    lacks: dict[str, str] = field(default_factory=dict)

    def field_of(self, to: str, kind: str) -> Field | None:
        """Return the field of this type that the file holds for a column."""
        for item in self.layout.fields:
            right = item.to == to and item.type_in(self.layout.table) == kind
            if right and self.columns.name(item) is not None:
                return item
        return None


def add_moments(frame: Frame, reading: Reading) -> None:
    """Add every instant of the layout to ``frame``, in UTC and on the site's clock.

    An epoch in the export overrides a wall-clock text, as it cannot be ambiguous.
    """
    layout = reading.layout
    zones = _zones(frame, reading)
    for to in dict.fromkeys(item.to for item in layout.fields):
        text, epoch = reading.field_of(to, "instant"), reading.field_of(to, "epoch")
        if text is None and epoch is None:
            continue
        utc = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]")
        if text is not None:
            utc = _from_text(text, zones, reading, exact_elsewhere=epoch is not None)
        if epoch is not None:
            utc = _from_epoch(epoch, utc, reading)
        frame[to] = utc
        local = f"local_{to}"
        if layout.table in TABLES and local in TABLES[layout.table].names:
            frame[local] = _by_zone(utc, zones, clock)
    if layout.table == "calls" and "started_at" in frame:
        frame["time_zone"] = zones


def _zones(frame: Frame, reading: Reading) -> Series:
    """Return the zone of each row: one for all, or read from a column."""
    if not reading.zone.startswith("column:"):
        return pd.Series(known_zone(reading.zone), index=frame.index, dtype="object")
    item = Field("time_zone", (reading.zone.removeprefix("column:"),), required=True)
    name, texts = reading.columns.required(item), reading.columns.texts(item)
    known = {text: is_zone(text) for text in texts.dropna().unique()}
    good = texts.map(known).eq(True).fillna(False).astype(bool)
    reading.problems.add(~good, "a time zone is known", name, texts, "no IANA name such as Europe/Paris")
    return texts.where(good, "UTC").astype(object)


def _by_zone(moments: Series, zones: Series, change: Callable[[Series, str], Series]) -> Series:
    parts = [change(moments[zones == zone], str(zone)) for zone in zones.unique()]
    return pd.concat(parts).reindex(moments.index) if parts else change(moments, "UTC")


def _from_text(item: Field, zones: Series, reading: Reading, *, exact_elsewhere: bool) -> Series:
    columns, problems = reading.columns, reading.problems
    name, texts = str(columns.name(item)), columns.texts(item)
    parsed = parse(texts, item.formats, {"column": name, "file": columns.file})
    expected = " or ".join(parsed.formats)
    problems.add(parsed.bad, "a time can be read", name, texts, f"not a time of the format {expected}")
    if reading.layout.table == "calls" and item.to == "started_at" and parsed.date_only:
        reading.lacks.setdefault("hour", notes.write(notes.DATES_ONLY, column=name))
    local = _localised(parsed, zones)
    if parsed.offset_s is not None:
        return _with_offsets(parsed, local.utc, name, texts, problems)
    if not exact_elsewhere:
        reason = "the clock went forward over this hour; is the time zone right?"
        problems.add(local.never, NEVER, name, texts, reason)
        _note_twice(local.twice, parsed.naive, name, reading)
    return local.utc


def _localised(parsed: Parsed, zones: Series) -> Localised:
    parts = [localise(parsed.naive[zones == zone], str(zone)) for zone in zones.unique()]
    if not parts:
        return localise(parsed.naive, "UTC")
    index = parsed.naive.index
    columns = ([getattr(part, name) for part in parts] for name in ("utc", "twice", "never"))
    return Localised(*(pd.concat(found).reindex(index) for found in columns))


def _with_offsets(parsed: Parsed, utc: Series, name: str, texts: Series, problems: Problems) -> Series:
    """Use the offset a text carries; rows of the rarer kind, with or without one, are left out."""
    offset: Series = parsed.offset_s
    given = offset.notna()
    exact = (parsed.naive - pd.to_timedelta(offset, unit="s")).dt.tz_localize("UTC")
    without = texts.notna() & ~given
    few_without = given.sum() >= without.sum()
    reason = "most other rows " + ("have one" if few_without else "have none")
    problems.add(without if few_without else given, MIXED, name, texts, reason)
    return exact.astype("datetime64[us, UTC]").where(given, utc)


def _note_twice(twice: Series, naive: Series, name: str, reading: Reading) -> None:
    if twice.any():
        days = ", ".join(sorted({str(day.date()) for day in naive[twice]}))
        said = {"file": reading.columns.file, "count": int(twice.sum()), "column": name, "days": days}
        reading.notes.append(notes.write(notes.SHOWN_TWICE, **said))


def _from_epoch(item: Field, utc: Series, reading: Reading) -> Series:
    name = str(reading.columns.name(item))
    seconds = convert(reading.columns.texts(item), item, "epoch", name, reading.problems)
    exact = pd.to_datetime(seconds.where(seconds > 0), unit="s", utc=True).astype("datetime64[us, UTC]")
    apart = (utc - exact).dt.total_seconds().dropna()
    if len(apart) and abs(apart.median()) >= WRONG_BY:
        said = {"file": reading.columns.file, "hours": f"{apart.median() / 3600:+.2f}", "column": name}
        reading.notes.append(notes.write(notes.WRONG_CLOCK, **said))
    return exact.fillna(utc)

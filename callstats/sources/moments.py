"""The moments of a table: texts and epochs to UTC, and what the site's clock showed."""

from __future__ import annotations

import pandas as pd

from callstats.model import TABLES
from callstats.sources.base import Field, Layout
from callstats.sources.convert import Columns, Problems, convert
from callstats.sources.times import Localised, Parsed, clock, is_zone, known_zone, localise, parse

MIXED = "the times of a column all have a time zone, or none has"
NEVER = "a time exists on the clock of its zone"
WRONG_BY = 900  # s; from here on a server's clock and its epochs disagree by more than a slow write


def add_moments(
    frame: pd.DataFrame, columns: Columns, layout: Layout, zone: str, problems: Problems,
    notes: list[str], lacks: dict[str, str],
) -> None:  # fmt: skip
    """Add to ``frame`` every moment of the layout, in UTC and on the clock of the site.

    An epoch in the export outweighs a wall-clock text: it cannot be ambiguous.
    """
    zones = _zones(frame, columns, zone, problems)
    for to in dict.fromkeys(item.to for item in layout.fields):
        texts = _field(layout, columns, to, "instant")
        epochs = _field(layout, columns, to, "epoch")
        if texts is None and epochs is None:
            continue
        utc = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]")
        if texts is not None:
            utc = _from_text(texts, columns, layout, zones, problems, notes, lacks, epochs is not None)
        if epochs is not None:
            utc = _from_epoch(epochs, columns, utc, problems, notes)
        frame[to] = utc
        local = f"local_{to}" if to != "start" else "local_start"
        if layout.table in TABLES and local in TABLES[layout.table].names:
            frame[local] = _by_zone(utc, zones, clock)
    if layout.table == "calls" and "started_at" in frame:
        frame["time_zone"] = zones


def _field(layout: Layout, columns: Columns, to: str, kind: str) -> Field | None:
    for item in layout.fields:
        if item.to == to and item.type_in(layout.table) == kind and columns.name(item) is not None:
            return item
    return None


def _zones(frame: pd.DataFrame, columns: Columns, zone: str, problems: Problems) -> pd.Series:
    """The zone of each row: one for all, or read from a column."""
    if not zone.startswith("column:"):
        return pd.Series(known_zone(zone), index=frame.index, dtype="object")
    name = zone.removeprefix("column:")
    texts = columns.texts(Field("time_zone", (name,)))
    known = {text: is_zone(text) for text in texts.dropna().unique()}
    good = texts.map(known).eq(True).fillna(False).astype(bool)
    problems.add(~good, "a time zone is known", name, texts, "no IANA name such as Europe/Paris")
    return texts.where(good, "UTC").astype(object)


def _by_zone(moments: pd.Series, zones: pd.Series, change) -> pd.Series:
    parts = [change(moments[zones == zone], str(zone)) for zone in zones.unique()]
    return pd.concat(parts).reindex(moments.index) if parts else change(moments, "UTC")


def _from_text(
    item: Field, columns: Columns, layout: Layout, zones: pd.Series, problems: Problems,
    notes: list[str], lacks: dict[str, str], has_epoch: bool,
) -> pd.Series:  # fmt: skip
    name, texts = str(columns.name(item)), columns.texts(item)
    parsed = parse(texts, item.formats, {"column": name, "file": columns.file})
    expected = " or ".join(parsed.formats)
    problems.add(parsed.bad, "a time can be read", name, texts, f"not a time of the format {expected}")
    if layout.table == "calls" and item.to == "started_at" and parsed.date_only:
        lacks.setdefault("hour", f"{name} holds dates without a time of day")
    local = _localised(parsed, zones)
    utc = local.utc
    if parsed.offset_s is not None:
        utc = _with_offsets(parsed, utc, name, texts, problems)
    elif not has_epoch:
        problems.add(
            local.never, NEVER, name, texts, "the clock went forward over this hour; is the time zone right?"
        )
        _note_twice(local.twice, parsed.naive, name, columns.file, notes)
    return utc


def _localised(parsed: Parsed, zones: pd.Series) -> Localised:
    parts = [localise(parsed.naive[zones == zone], str(zone)) for zone in zones.unique()]
    if not parts:
        return localise(parsed.naive, "UTC")
    index = parsed.naive.index
    columns = ([getattr(part, name) for part in parts] for name in ("utc", "twice", "never"))
    return Localised(*(pd.concat(found).reindex(index) for found in columns))


def _with_offsets(
    parsed: Parsed, utc: pd.Series, name: str, texts: pd.Series, problems: Problems
) -> pd.Series:
    """A text with an offset says its moment itself; rows of the rarer kind are left out."""
    offset = parsed.offset_s
    assert offset is not None
    given = offset.notna()
    exact = (
        (parsed.naive - pd.to_timedelta(offset, unit="s")).dt.tz_localize("UTC").astype("datetime64[us, UTC]")
    )
    without = texts.notna() & ~given
    rarer = without if given.sum() >= without.sum() else given
    problems.add(
        rarer, MIXED, name, texts, "most other rows " + ("have one" if rarer is without else "have none")
    )
    return exact.where(given, utc)


def _note_twice(twice: pd.Series, naive: pd.Series, name: str, file: str, notes: list[str]) -> None:
    if twice.any():
        days = ", ".join(sorted({str(day.date()) for day in naive[twice]}))
        notes.append(
            f"{file}: {int(twice.sum())} times of {name} fall in the hour that the clock showed twice ({days}); "
            "taken as the first, unless the order of the rows shows the clock stepping back"
        )


def _from_epoch(
    item: Field, columns: Columns, utc: pd.Series, problems: Problems, notes: list[str]
) -> pd.Series:
    name = str(columns.name(item))
    seconds = convert(columns.texts(item), item, "epoch", name, problems)
    exact = pd.to_datetime(seconds.where(seconds > 0), unit="s", utc=True).astype("datetime64[us, UTC]")
    apart = (utc - exact).dt.total_seconds().dropna()
    if len(apart) and abs(apart.median()) >= WRONG_BY:
        notes.append(
            f"{columns.file}: the server's clock is {apart.median() / 3600:+.2f} h from {name}: "
            "check the time zone that was given"
        )
    return exact.fillna(utc)

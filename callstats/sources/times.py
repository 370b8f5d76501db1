"""Convert texts to instants: formats inferred or given, wall clocks converted to UTC.

A wall clock shows one hour twice when it goes back and skips one when it goes
forward. A time in the repeated hour is taken as the first, unless the order of
the rows shows the clock stepping back; a time in the skipped hour never existed,
so its row is left out. Both are reported.
"""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass

import numpy as np
import pandas as pd

from callstats.errors import CallstatsError, InputError, near_names
from callstats.sources.raw import Series

_DATES = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d/%m/%y",
    "%m/%d/%y",
)
_HOURS = ("%H:%M:%S", "%H:%M:%S.%f", "%H:%M", "%I:%M:%S %p", "%I:%M %p")

#: Formats tried when a column's format is not given.
FORMATS = (
    *(f"{date}{gap}{hour}" for date in _DATES[:6] for hour in _HOURS for gap in (" ", "T")),
    *_DATES,
)
#: A zone offset after a time of day; "14-09-2026" does not end in one.
_OFFSET = r"(:\d{2}(?:[.,]\d+)?)\s*(Z|[+-]\d{2}:?\d{2})$"
_ENDS_IN_OFFSET = r":\d{2}(?:[.,]\d+)?\s*(?:Z|[+-]\d{2}:?\d{2})$"
SAMPLE = 2000  # distinct texts examined to infer a format


@dataclass(slots=True)
class Parsed:
    """The instants of a column.

    Attributes
    ----------
    naive : Series of datetime64[us]
        What the text says, without a zone; NaT where there is none.
    offset_s : Series of float, optional
        Seconds east of UTC where the text carries an offset; None if none does.
    bad : Series of bool
        Texts that could not be read.
    formats : tuple of str
        The formats used.
    """

    naive: Series
    offset_s: Series | None
    bad: Series
    formats: tuple[str, ...]

    @property
    def date_only(self) -> bool:
        """Whether the texts lack a time of day."""
        return bool(self.formats) and not any(re.search("%[HIcXTRs]", item) for item in self.formats)


def parse(texts: Series, formats: tuple[str, ...] = (), where: dict | None = None) -> Parsed:
    """Parse texts as instants.

    Parameters
    ----------
    texts : Series of str
        Null where there is no value.
    formats : tuple of str
        strptime formats; if empty, the one that reads most of the texts.
    where : dict, optional
        File and column, for the error.

    Raises
    ------
    InputError
        Day and month cannot be distinguished, or no known format reads the texts.

    Examples
    --------
    >>> parse(pd.Series(["14/09/2026 10:05", "15/09/2026 09:00"])).naive.tolist()[0]
    Timestamp('2026-09-14 10:05:00')
    """
    offset = (
        texts.str.extract(_OFFSET)[1]
        if texts.str.contains(_ENDS_IN_OFFSET, regex=True).eq(True).any()
        else None
    )
    bare = texts if offset is None else texts.str.replace(_OFFSET, r"\1", regex=True)
    wanted = tuple(item.replace("%z", "").rstrip() for item in formats) or _found_out(bare, where or {})
    naive = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]")
    for item in wanted:
        left = naive.isna() & bare.notna()
        if left.any():
            naive[left] = _strptime(bare[left], item)
    offset_s = None if offset is None else _offset_seconds(offset)
    return Parsed(naive, offset_s, texts.notna() & naive.isna(), wanted)


def _strptime(texts: Series, form: str) -> Series:
    return pd.to_datetime(texts.astype(object), format=form, errors="coerce", exact=True).astype(
        "datetime64[us]"
    )


def _offset_seconds(offset: Series) -> Series:
    parts = offset.str.extract(r"([+-])(\d{2}):?(\d{2})")
    sign = parts[0].map({"+": 1, "-": -1})
    seconds = sign.astype(float) * (parts[1].astype(float) * 3600 + parts[2].astype(float) * 60)
    return seconds.mask((offset == "Z").fillna(False).astype(bool), 0.0)


def _found_out(texts: Series, where: dict) -> tuple[str, ...]:
    sample = texts.dropna().drop_duplicates()
    if sample.empty:
        return ()
    if len(sample) > SAMPLE:
        sample = sample.iloc[np.linspace(0, len(sample) - 1, SAMPLE).astype(int)]
    read = {item: _strptime(sample, item) for item in FORMATS}
    counts = {item: int(values.notna().sum()) for item, values in read.items()}
    best = max(FORMATS, key=counts.__getitem__)
    if counts[best] == 0:
        raise InputError(
            f"{sample.iloc[0]!r} is no date or time that can be read",
            **where,
            hint='Say its format in the mapping, for example format = "%d/%m/%Y %H:%M".',
        )
    for other in FORMATS:
        if counts[other] == counts[best] and not read[other].equals(read[best]):
            raise InputError(
                f"{sample.iloc[0]!r}: cannot tell the day from the month, every text fits {best} and {other}",
                **where,
                hint=f'Say which in the mapping: format = "{best}".',
            )
    return (best,)


def known_zone(name: str) -> str:
    """Return the name of a time zone after checking it.

    Raises
    ------
    InputError
        The zone is not in the IANA list.
    """
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError, TypeError) as error:
        raise InputError(
            f"unknown time zone {name!r}",
            near=near_names(name, zoneinfo.available_timezones()),
            hint="Give an IANA name such as Europe/Paris.",
        ) from error
    return name


def is_zone(name: str) -> bool:
    """Return whether a text names a time zone."""
    try:
        known_zone(name)
    except CallstatsError:
        return False
    return True


@dataclass(slots=True)
class Localised:
    """Instants in UTC, and which wall-clock times were repeated or skipped.

    ``twice`` marks times the clock showed twice, ``never`` those it skipped.
    """

    utc: Series
    twice: Series
    never: Series


def localise(naive: Series, zone: str) -> Localised:
    """Convert wall-clock times of one zone to UTC.

    Examples
    --------
    >>> clock = pd.Series(pd.to_datetime(["2026-10-25 02:30", "2026-03-29 02:30", "2026-07-01 12:00"]))
    >>> moments = localise(clock, "Europe/Paris")
    >>> moments.twice.tolist(), moments.never.tolist()
    ([True, False, False], [False, True, False])
    >>> str(moments.utc[0])
    '2026-10-25 00:30:00+00:00'
    """
    first = naive.dt.tz_localize(zone, ambiguous=np.ones(len(naive), bool), nonexistent="NaT")
    second = naive.dt.tz_localize(zone, ambiguous=np.zeros(len(naive), bool), nonexistent="NaT")
    twice = (first.notna() & (first != second)).fillna(False).astype(bool)
    never = naive.notna() & first.isna()
    later = twice & _after_step_back(naive, twice)
    chosen = first.mask(later, second)
    return Localised(chosen.dt.tz_convert("UTC").astype("datetime64[us, UTC]"), twice, never)


def _after_step_back(naive: Series, twice: Series) -> Series:
    """Mark repeated times that come, in row order, after the clock stepped back.

    Rows are taken to be in chronological order if the clock steps back exactly
    once in the repeated hour of that day.
    """
    marked = pd.Series(False, index=naive.index)
    hours = naive[twice]
    for _, group in hours.groupby(hours.dt.normalize()):
        steps = group.diff() < -pd.Timedelta(minutes=20)
        if steps.sum() == 1:
            marked[group.index] = steps.cumsum().astype(bool)
    return marked


def clock(utc: Series, zone: str) -> Series:
    """Return what a wall clock in the zone showed at instants in UTC."""
    return utc.dt.tz_convert(zone).dt.tz_localize(None).astype("datetime64[us]")

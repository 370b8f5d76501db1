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
import pyarrow as pa

from callstats.errors import CallstatsError, InputError, near_names
from callstats.sources import distinct
from callstats.sources.distinct import compute as pc
from callstats.sources.raw import Series

_DATES = (
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d %b %Y",
    "%d %B %Y",
    "%b %d %Y",
    "%B %d %Y",
    "%d-%b-%Y",
    "%d/%b/%Y",
    "%Y%m%d",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
    "%d-%b-%y",
)
_HOURS = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%I:%M:%S%p", "%I:%M%p")

#: Formats tried on a column whose format is not given; fractions of seconds are read beside them.
FORMATS = (
    *(f"{date} {hour}" for date in _DATES for hour in _HOURS),
    *(f"{hour} {date}" for date in _DATES[:8] for hour in _HOURS[:4]),
    *_DATES,
    "%Y%m%d%H%M%S",
    "%Y%m%d %H%M%S",
)
_ISO = "%Y-%m-%d %H:%M:%S"
_ISO_TEXT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
#: Formats by which of two numbers is the day; one of each decides for all.
DATE_ORDERS = {
    "day-first": tuple(form for form in _DATES if form.startswith("%d") and "%m" in form),
    "month-first": tuple(form for form in _DATES if form.startswith("%m")),
}
#: Formats that differ in nothing but which number is the day.
_SWAPPED = str.maketrans({"d": "m", "m": "d"})
_TIME = r":\d{2}(?:[.,]\d+)?(?:\s*[AaPp]\.?[Mm]\.?)?"
#: A format's date and its time of day, whichever comes first.
_PARTS = re.compile(r"(%[HI][^dmyYbB]*) ([^HIMSp]+)|([^HIMSp]+) (%[HI][^dmyYbB]*)")
#: A zone after a time of day, as an offset or as a word; "14-09-2026" ends in none.
_ZONE = r"(?:UTC|GMT)?\s?[+-]\d{1,2}(?::?\d{2})?|Z|UTC|GMT|Etc/UTC|Etc/GMT"
_OFFSET = rf"(?i)({_TIME})\s*\(?(?:{_ZONE})\)?$"
_OFFSET_FOUND = rf"(?i)(?:{_TIME})\s*\(?(?P<found>{_ZONE})\)?$"
_OFFSET_MARK = r":\d{2}.*(?:Z|UTC|GMT|[+-]\d{1,2}(?::?\d{2})?)\)?$"
_FRACTION = r"(\d:\d{2}:\d{2})[.,](\d{1,9})"
_FRACTION_MARK = r"\d:\d{2}:\d{2}[.,]\d"
_WEEKDAY = r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+"
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SAMPLE = 2000  # different texts looked at to find out a format
MANY = 5000  # texts, from which on it pays to read their different parts alone
MOST_FORMATS = 4  # of one column: dates typed beside dates exported


class AmbiguousDatesError(InputError):
    """Every date of a column could be read with the day first or with the month first."""


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
    found : bool
        The formats were found out, not given.
    """

    naive: Series
    offset_s: Series | None
    bad: Series
    formats: tuple[str, ...]
    found: bool = False

    def without_hour(self, texts: Series) -> Series:
        """Mark the texts that were read as a date alone."""
        bare = tuple(item for item in self.formats if not re.search("%[HIcXTRs]", item))
        if not bare:
            return pd.Series(False, index=texts.index)
        if len(bare) == len(self.formats):
            return texts.notna() & self.naive.notna()
        return _by_formats(_regular(texts), bare).notna()


def parse(
    texts: Series,
    formats: tuple[str, ...] = (),
    where: dict | None = None,
    likely: tuple[str, ...] = (),
    settled: tuple[str, ...] = (),
) -> Parsed:
    """Parse texts as instants.

    Parameters
    ----------
    texts : Series of str
        Null where there is no value.
    formats : tuple of str
        strptime formats; empty: the one that reads most of the texts, and for what is left
        the next one that reads some in one way only.
    where : dict, optional
        File and column, for the error.
    likely : tuple of str
        Formats that settle which number is the day, those that outrank others first: what is said of
        the source, and what was found out in another column of the file.
    settled : tuple of str
        Formats that this column is written in elsewhere in the file; they are tried first.

    Raises
    ------
    InputError
        Day and month cannot be distinguished, or no known format reads the texts.

    Examples
    --------
    >>> parse(pd.Series(["14/09/2026 10:05", "15/09/2026 09:00"])).naive.tolist()[0]
    Timestamp('2026-09-14 10:05:00')
    >>> parse(pd.Series(["2026-09-14T10:05:00.25Z", "2026-09-14 10:05:00 UTC"])).naive.dt.microsecond.tolist()
    [250000, 0]
    """
    if texts.isna().all():
        return Parsed(_no_moments(texts), None, pd.Series(False, index=texts.index), formats)
    if (plain := _as_iso(texts, formats)) is not None:
        return plain
    has_offset = texts.str.contains(_OFFSET_MARK, regex=True, case=False).eq(True).any()
    offset = distinct.extracted(texts, _OFFSET_FOUND) if has_offset else None
    bare = distinct.replaced(texts, _OFFSET, r"\1") if has_offset else texts
    wanted = tuple(re.sub(r"\s*%[zZ]|Z$", "", item) for item in formats)
    naive = _by_formats(bare, wanted) if wanted else _no_moments(texts)
    if not wanted:
        naive, wanted = _found_out(_regular(bare), where or {}, likely, bare, settled)
    bad = texts.notna() & naive.isna()
    return Parsed(naive, None if offset is None else _offset_seconds(offset), bad, wanted, not formats)


def _as_iso(texts: Series, formats: tuple[str, ...]) -> Parsed | None:
    """Read texts that are all of ISO's form, with or without Z, at once; None where one is not."""
    if formats not in ((), (_ISO,)):
        return None
    array = distinct.arrow_of(texts)
    for mark, pattern in (("", _ISO_TEXT), ("Z", _ISO_TEXT + "[Zz]")):
        if (formats and mark) or not pc.all(pc.match_substring_regex(array, f"^{pattern}$")).as_py():
            continue
        try:
            moments = pc.utf8_rtrim(array, "Zz").cast(pa.timestamp("us"))
        except pa.ArrowInvalid:  # a 31st of February: which one it is will be told
            return None
        naive = pd.Series(moments.to_pandas(), index=texts.index, dtype="datetime64[us]")
        offset = pd.Series(0.0, index=texts.index).mask(texts.isna()) if mark else None
        return Parsed(naive, offset, pd.Series(False, index=texts.index), (_ISO,), not formats)
    return None


def _no_moments(texts: Series) -> Series:
    return pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]")


def _by_formats(texts: Series, formats: tuple[str, ...]) -> Series:
    """Read texts by given formats, each as it stands, without and with a fraction of a second."""
    naive = _no_moments(texts)
    for item in formats:
        for form, column in ((item, texts), (item.replace(".%f", ""), _regular(texts))):
            left = naive.isna() & column.notna()
            if left.any():
                naive[left] = _strptime(column[left], form)
    return naive


def _regular(texts: Series) -> Series:
    """Bring what formats need not tell apart to one form: the T of ISO, names of weekdays, double spaces."""
    plain = distinct.replaced(texts, r"(\d)[Tt](\d)", r"\1 \2")
    if plain.str.contains(r"[A-Za-z,]|  ", regex=True).eq(True).any():
        plain = distinct.replaced(distinct.replaced(plain, f"(?i){_WEEKDAY}", ""), r",?\s+", " ")
        plain = distinct.replaced(plain, r"([AaPp])\.([Mm])\.", r"\1\2")
        plain = distinct.replaced(plain, r"(?i)\bsept\b", "Sep")
    return plain


def _strptime(texts: Series, form: str) -> Series:
    """Read texts by one format; a fraction of a second, which it need not name, is added."""
    whole, extra = texts, None
    if "%S" in form and "%f" not in form and texts.str.contains(_FRACTION_MARK, regex=True).eq(True).any():
        extra = texts.str.extract(_FRACTION)[1].str.ljust(9, "0").str.slice(0, 6)
        whole = texts.str.replace(_FRACTION, r"\1", regex=True)
    naive = _by_parts(whole, form) if len(whole) > MANY else _at_once(whole, form)
    if extra is None:
        return naive
    micros = pd.to_numeric(extra.astype(object), errors="coerce").fillna(0)
    return naive + pd.to_timedelta(micros, unit="us").astype("timedelta64[us]")


def _at_once(texts: Series, form: str) -> Series:
    read = pd.to_datetime(texts.astype(object), format=form, errors="coerce", exact=True)
    return read.astype("datetime64[us]")


def _by_parts(texts: Series, form: str) -> Series:
    """Read dates and times of day apart: of either there are few different ones in a million texts."""
    if (split := _PARTS.fullmatch(form)) is None:
        return _at_once(texts, form)
    parts = [part for part in split.groups() if part]
    words = (r"[^ ]+" + " +[^ ]+" * part.count(" ") for part in parts)
    found = pc.extract_regex(distinct.arrow_of(texts), "^(?P<a>{}) +(?P<b>{})$".format(*words))
    read = []
    for name, part in zip("ab", parts, strict=True):
        coded = pc.struct_field(found, name).dictionary_encode()
        known = _at_once(pd.Series(coded.dictionary.to_pylist(), dtype=object), part).to_numpy()
        if "%H" in part or "%I" in part:
            known = known - known.astype("datetime64[D]")
        places = coded.indices.fill_null(-1).to_numpy()
        read.append(np.append(known, np.array(["NaT"], known.dtype))[places])
    return pd.Series(read[0] + read[1], index=texts.index).astype("datetime64[us]")


def _offset_seconds(offset: Series) -> Series:
    parts = offset.str.extract(r"([+-])(\d{1,2}):?(\d{2})?$")
    sign = parts[0].map({"+": 1, "-": -1}).astype(float)
    minutes = pd.to_numeric(parts[2].astype(object), errors="coerce").fillna(0.0)
    seconds = sign * (pd.to_numeric(parts[1].astype(object), errors="coerce") * 3600 + minutes * 60)
    return seconds.mask(offset.notna() & seconds.isna(), 0.0).astype(float)


def _weekdays(texts: Series) -> Series:
    """Return the day of the week that a text begins with, 0 for Monday; nan where it names none."""
    names = texts.str.extract(rf"^\s*({'|'.join(_DAYS)})[a-z]*\b", flags=re.IGNORECASE)[0]
    return names.str.casefold().map({name: day for day, name in enumerate(_DAYS)}).astype(float)


def _found_out(
    texts: Series, where: dict, likely: tuple[str, ...], whole: Series, settled: tuple[str, ...]
) -> tuple[Series, tuple[str, ...]]:
    """Read a column by the format that reads most of it, and what is left by others that are beyond doubt."""
    naive, formats = _no_moments(texts), list(settled)
    for form in settled:
        left = naive.isna() & texts.notna()
        if left.any():
            naive[left] = _strptime(texts[left], form)
    while len(formats) < MOST_FORMATS:
        left = naive.isna() & texts.notna()
        if not left.any():
            break
        form = _best_format(texts[left], where if not formats else None, likely, whole)
        if form is None or form.translate(_SWAPPED) in formats:
            break
        formats.append(form)
        naive[left] = _strptime(texts[left], form)
    return naive, tuple(formats)


def _best_format(texts: Series, where: dict | None, settled: tuple[str, ...], whole: Series) -> str | None:
    """Return the format that reads most texts; None, or an error where one is due, if none does or two do.

    Where two do, the names of weekdays in the whole texts tell which number is the day.
    """
    sample = texts.drop_duplicates()
    if len(sample) > SAMPLE:
        sample = sample.iloc[np.linspace(0, len(sample) - 1, SAMPLE).astype(int)]
    few = sample.iloc[:40]
    likely = [item for item in FORMATS if _strptime(few, item).notna().any()] or list(FORMATS)
    read = {item: _strptime(sample, item) for item in likely}
    counts = {item: int(values.notna().sum()) for item, values in read.items()}
    best = max(likely, key=counts.__getitem__)
    if counts[best] == 0:
        if where is None:
            return None
        raise InputError(
            f"{sample.iloc[0]!r} is no date or time that can be read",
            **where,
            hint='Say its format in the mapping, for example format = "%d/%m/%Y %H:%M".',
        )
    rival = next((o for o in likely if counts[o] == counts[best] and _contradicts(read[o], read[best])), None)
    if rival is None:
        return best
    named = _weekdays(whole.loc[sample.index])
    right = {form: int((read[form].dt.day_of_week == named).sum()) for form in (best, rival)}
    if right[best] != right[rival]:
        return max(right, key=right.__getitem__)
    for date in map(date_of, settled):
        for form in (best, rival):
            if date_of(form) == date:
                return form
    if where is None:
        return None
    raise AmbiguousDatesError(
        f"{sample.iloc[0]!r}: cannot tell the day from the month, every text fits {best} and {rival}",
        **where,
        hint=f'Say format = "{best}" in the mapping, or --dates day-first; or format = "{rival}", '
        "or --dates month-first.",
    )


def date_of(form: str) -> str:
    """Return the date of a format, which may stand before or after the time of day."""
    return next((part for part in form.split(" ") if "%d" in part), form)


def _contradicts(one: Series, other: Series) -> bool:
    return bool((one.notna() & other.notna() & (one != other)).any())


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
    far = naive.notna() & ~naive.dt.year.between(2, 9998)  # no zone moves these; whoever asked refuses them
    near = naive.mask(far)
    first = near.dt.tz_localize(zone, ambiguous=np.ones(len(naive), bool), nonexistent="NaT")
    second = near.dt.tz_localize(zone, ambiguous=np.zeros(len(naive), bool), nonexistent="NaT")
    twice = (first.notna() & (first != second)).fillna(False).astype(bool)
    never = near.notna() & first.isna()
    later = twice & _after_step_back(naive, twice)
    utc = first.mask(later, second).dt.tz_convert("UTC").astype("datetime64[us, UTC]")
    if far.any():
        utc = utc.mask(far, naive.astype("datetime64[us]").dt.tz_localize("UTC"))
    return Localised(utc, twice, never)


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


def fitting_formats(texts: Series) -> tuple[tuple[str, ...], float]:
    """Return the formats that read most of some texts, and the share they read.

    Formats that say the same of every text are one; several that are returned contradict each other.

    Examples
    --------
    >>> fitting_formats(pd.Series(["03/04/2024", "05/04/2024"]))
    (('%d/%m/%Y', '%m/%d/%Y'), 1.0)
    >>> fitting_formats(pd.Series(["03/04/2024", "25/04/2024"]))
    (('%d/%m/%Y',), 1.0)
    """
    bare = _regular(distinct.replaced(texts, _OFFSET, r"\1"))
    few = bare.iloc[:40]
    likely = [item for item in FORMATS if _strptime(few, item).notna().any()]
    read = {item: _strptime(bare, item) for item in likely}
    counts = {item: int(values.notna().sum()) for item, values in read.items()}
    most = max(counts.values(), default=0)
    kept: list[str] = []
    for item in likely:
        if counts[item] == most and all(_contradicts(read[item], read[other]) for other in kept):
            kept.append(item)
    return tuple(kept), most / len(texts) if len(texts) else 0.0

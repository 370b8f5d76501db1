"""Durations written as texts: 00:03:25, 3m 25s, PT3M25S, 1 day, 06:15:00."""

from __future__ import annotations

import re

import numpy as np

from callstats.sources import distinct
from callstats.sources.raw import Series

#: How a length is written in words, by its seconds; in English, French, German, Spanish and Russian.
_WORDS = {
    86_400.0: r"d|days?|jours?|j|tage?|d[ií]as?|дн?|дней|день|дня|сут(?:ки|ок)?",
    3_600.0: r"h|hrs?|hours?|heures?|std|stunden?|horas?|ч|час(?:а|ов)?",
    60.0: r"m|mins?|minutes?|minuten|minutos?|мин(?:ут[аы]?)?|м",
    1.0: r"s|secs?|seconds?|secondes?|sek(?:unden?)?|segundos?|сек(?:унд[аы]?)?|с",
    0.001: r"ms|msecs?|milliseconds?|мс",
}
_UNITS = {seconds: re.compile(rf"(?:{words})\.?", re.IGNORECASE) for seconds, words in _WORDS.items()}
_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]+\.?)[\s,]*(?:and\s+|et\s+|und\s+|и\s+)?", re.IGNORECASE)
_ISO = re.compile(
    r"P(?:(?P<d>\d+(?:[.,]\d+)?)D)?(?:T(?:(?P<h>\d+(?:[.,]\d+)?)H)?(?:(?P<m>\d+(?:[.,]\d+)?)M)?"
    r"(?:(?P<s>\d+(?:[.,]\d+)?)S)?)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?P<sign>-?)(?:(?P<d>\d+)\s*(?:days?|d|jours?|j|tage?|д|дн|дней)?[,. ]\s*)?"
    r"(?:(?P<h>\d+):)?(?P<m>\d{1,2}):(?P<s>\d{1,2}(?:[.,]\d+)?)",
    re.IGNORECASE,
)
_HOURS_MINUTES = re.compile(r"(?P<sign>-?)(?P<h>\d+):(?P<m>\d{1,2})(?::(?P<s>\d{1,2}(?:[.,]\d+)?))?")
_THREE_PARTS = re.compile(r"-?\d+:\d{2}:\d{2}([.,]\d+)?")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?")
_SIZES = {"d": 86_400.0, "h": 3_600.0, "m": 60.0, "s": 1.0}


def read_durations(texts: Series, unit: str) -> Series:
    """Read texts as durations.

    Parameters
    ----------
    texts : Series of str
    unit : str
        ``hh:mm:ss`` (also mm:ss, and hours beyond 24), ``hh:mm``, or ``text``: a clock, words or ISO 8601.

    Returns
    -------
    Series of float
        Seconds; nan where the text is none.

    Examples
    --------
    >>> import pandas as pd
    >>> read_durations(pd.Series(["00:03:25", "30:15:00", "3:25", "soon"]), "hh:mm:ss").tolist()
    [205.0, 108900.0, 205.0, nan]
    >>> read_durations(pd.Series(["3m 25s", "PT3M25S", "1 day, 06:15:00", "3 min 25 sec"]), "text").tolist()
    [205.0, 205.0, 108900.0, 205.0]
    >>> read_durations(pd.Series(["01:10"]), "hh:mm").tolist()
    [4200.0]
    """
    read = {"hh:mm:ss": _clock, "hh:mm": _hours_minutes, "text": _any}[unit]
    return distinct.numbers(texts, lambda text: read(text.strip()))


def is_clear(texts: Series) -> Series:
    """Mark the texts that are a duration in one way only: three parts of a clock, words, or ISO 8601."""
    return distinct.marks(texts, _is_clear)


def _is_clear(text: str) -> bool:
    if _THREE_PARTS.fullmatch(text):
        return True
    return not _PLAIN.fullmatch(text) and ":" not in text and not np.isnan(_any(text))


def _clock(text: str) -> float:
    found = _CLOCK.fullmatch(text)
    if not found or (found["d"] and not found["h"]):
        return np.nan
    return _total(found)


def _hours_minutes(text: str) -> float:
    found = _HOURS_MINUTES.fullmatch(text)
    return _total(found) if found else np.nan


def _any(text: str) -> float:
    if _PLAIN.fullmatch(text):
        return _float(text)
    if not np.isnan(clock := _clock(text)):
        return clock
    if (found := _ISO.fullmatch(text)) and any(found.groups()):
        return _total(found)
    return _in_words(text)


def _in_words(text: str) -> float:
    total, place = 0.0, 0
    while place < len(text):
        part = _PART.match(text, place)
        size = next((s for s, unit in _UNITS.items() if part and unit.fullmatch(part[2])), None)
        if part is None or size is None:
            return np.nan
        total += _float(part[1]) * size
        place = part.end()
    return total if text else np.nan


def _total(found: re.Match[str]) -> float:
    parts = found.groupdict()
    total = sum(_float(parts[name]) * size for name, size in _SIZES.items() if parts.get(name))
    return -total if parts.get("sign") == "-" else total


def _float(text: str) -> float:
    return float(text.replace(",", "."))

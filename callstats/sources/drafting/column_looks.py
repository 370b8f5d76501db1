"""What the values of a column look like: how many are filled, how many differ, what kind they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from callstats.sources.base import FALSE, NULLS, TRUE, UNKNOWN, Field
from callstats.sources.convert import numbers_of
from callstats.sources.durations import read_durations
from callstats.sources.matching import folded, is_one_of
from callstats.sources.raw import Series
from callstats.sources.times import fitting_formats, parse
from callstats.sources.typed_cells import Cells, of_texts

SAMPLE = 400  # different values looked at
MOST = 0.9  # share of the values that have to be of a kind
_CLOCK = re.compile(r"-?(\d+ ?d\w*,? )?\d+:\d{2}(:\d{2}([.,]\d+)?)?")
_TIME_OF_DAY = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?( ?[ap]\.?m\.?)?", re.IGNORECASE)
_PHONE = re.compile(r"(\+|00)?[(\d][\d\s().\-/]{5,20}\d")
_DATE_LIKE = re.compile(
    r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}|\d{8}|\d{1,2}[ /-][^\W\d]{3,9}\.?,?[ /-]\d{2,4}"
    r"|[^\W\d]{3,9}\.? \d{1,2},? \d{4}"
)
_WEEKDAY = r"^((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun))[a-z]*\b"
_CURRENCY = re.compile(r"[$€£¥₽₴₹₪₫₺]|\b(EUR|USD|GBP|RUB|CHF|CAD)\b|руб")
_ROUNDED = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)
#: Decimal mark and mark between thousands.
MARKS = ((".", ""), (",", "."), (".", ","))


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """What is known of a column from its values alone.

    Attributes
    ----------
    name : str
    size : int
        The rows.
    filled : int
        The rows that hold something.
    distinct : int
    counts : dict of str to int
        The most frequent values.
    kind : str
        moment, date, clock, span, number, flag, phone, text or empty.
    formats : tuple of str
        Of times written as texts: every format that fits.
    decimal, thousands : str
    unit : str
        Of an epoch (s, ms), of durations (hh:mm:ss, text), else empty.
    signs : tuple of str
        Currency signs.
    low, high : float
        Of numbers and durations, as they stand.
    times_of_day : bool
        Every value is one of a clock's 24 hours.
    zoned : bool
        The times say their offset.
    whole : bool
        Numbers without a fraction.
    rounded : bool
        Numbers of which a spreadsheet kept the first digits alone.
    typed : bool
        The file itself says what its values are.
    """

    name: str
    size: int = 0
    filled: int = 0
    distinct: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    kind: str = "empty"
    formats: tuple[str, ...] = ()
    decimal: str = "."
    thousands: str = ""
    unit: str = ""
    signs: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    times_of_day: bool = False
    zoned: bool = False
    whole: bool = False
    rounded: bool = False
    typed: bool = False

    @property
    def is_time(self) -> bool:
        """A moment or a date."""
        return self.kind in ("moment", "date") or self.is_epoch

    @property
    def is_epoch(self) -> bool:
        """Seconds or milliseconds since 1970."""
        return self.kind == "number" and self.unit in ("epoch s", "epoch ms")

    @property
    def lasts(self) -> bool:
        """May be a duration: a clock, words, or a number."""
        return self.kind in ("clock", "span") or (self.kind == "number" and not self.is_epoch)

    @property
    def share(self) -> float:
        """The share of rows that hold something."""
        return self.filled / self.size if self.size else 0.0

    @property
    def unique(self) -> float:
        """How many values differ, of those that are filled."""
        return self.distinct / self.filled if self.filled else 0.0


def look(name: str, cells: Cells) -> ColumnLook:
    """ColumnLook at the cells of one column.

    Examples
    --------
    >>> seen = look("Talk", of_texts(["00:03:25", "0:00:07", "-", None]))
    >>> seen.kind, seen.filled, seen.unit
    ('clock', 2, 'hh:mm:ss')
    >>> look("When", of_texts(["03/04/2024", "05/04/2024"])).formats
    ('%d/%m/%Y', '%m/%d/%Y')
    """
    written = cells.as_text()
    written = written[~is_one_of(written, NULLS)].dropna()
    texts = written[~is_one_of(written, UNKNOWN)]
    if not len(written):
        return ColumnLook(name, len(cells))
    counts = texts.value_counts()
    sample = (
        counts.index[np.linspace(0, len(counts) - 1, min(SAMPLE, len(counts))).astype(int)]
        if len(counts)
        else []
    )
    kind: dict[str, Any] = (
        (_typed(cells) or _of_texts(of_texts(pd.Series(sample, dtype=object)).texts))
        if len(counts)
        else {"kind": "text"}
    )
    if kind["kind"] == "text":  # a word such as NA may be a code
        texts, counts = written, written.value_counts()
    return ColumnLook(
        name, len(cells), len(texts), len(counts),
        {str(text): int(n) for text, n in counts.head(300).items()}, **kind
    )  # fmt: skip


def _typed(cells: Cells) -> dict[str, Any] | None:
    """Return what the file itself says of most cells."""
    filled = max(1, int(cells.filled.sum()))
    held = {name: values.dropna() for name, values in cells.typed.items()}
    name = next((name for name, values in held.items() if len(values) >= filled / 2), None)
    if name is None:
        return None
    values = held[name]
    if name == "flags":
        return {"kind": "flag", "typed": True}
    if name == "spans":
        return {
            "kind": "span",
            "typed": True,
            "times_of_day": bool((values < 86_400).all()),
            "high": float(values.max()),
        }
    if name == "moments":
        if values.dt.tz is None and (values.dt.year < 1905).all():
            return {"kind": "span", "typed": True}
        bare = values.dt.tz is None and (values == values.dt.normalize()).all()
        others = _of_texts(cells.texts.dropna().drop_duplicates()) if cells.texts.notna().any() else {}
        formats = others.get("formats", ()) if others.get("kind") in ("moment", "date") else ()
        return {
            "kind": "date" if bare else "moment",
            "typed": True,
            "zoned": values.dt.tz is not None,
            "formats": formats,
        }
    numbers = values.astype("float64")
    rest = cells.texts.dropna().drop_duplicates()
    marks = _marks(rest)[0] if len(rest) else MARKS[0]
    return {"typed": True, **_number(numbers, marks, ())}


def _of_texts(sample: Series) -> dict[str, Any]:
    for guess in (_flag, _clock, _numbers, _moment, _phone, _words):
        if (facts := guess(sample)) is not None:
            return facts
    return {
        "kind": "text",
        "rounded": bool(sample.str.fullmatch(_ROUNDED.pattern, flags=re.IGNORECASE).any()),
    }


def _share(sample: Series, fits: Callable[[str], object]) -> float:
    return sum(bool(fits(text)) for text in sample) / len(sample)


def _flag(sample: Series) -> dict[str, Any] | None:
    words = {folded(text) for text in sample}
    yes, no = words & {folded(word) for word in TRUE}, words & {folded(word) for word in FALSE}
    if not words <= yes | no or words <= {"0", "1"}:
        return None
    return {"kind": "flag"}


def _clock(sample: Series) -> dict[str, Any] | None:
    if _share(sample, _TIME_OF_DAY.fullmatch) >= MOST and _share(sample, _CLOCK.fullmatch) < MOST:
        return {"kind": "clock", "times_of_day": True, "unit": "am/pm"}
    if _share(sample, _CLOCK.fullmatch) < MOST:
        return None
    seconds = read_durations(sample, "hh:mm:ss")
    parts = {text.count(":") for text in sample}
    unit = "mm:ss" if parts == {1} else "hh:mm:ss"
    return {
        "kind": "clock", "unit": unit, "times_of_day": _share(sample, _TIME_OF_DAY.fullmatch) == 1.0,
        "low": float(seconds.min()), "high": float(seconds.max()),
    }  # fmt: skip


def _marks(sample: Series) -> tuple[tuple[str, str], float]:
    """Return the marks by which most of the texts are numbers, and their share."""
    cells, best, most = of_texts(sample), MARKS[0], 0.0
    for decimal, thousands in MARKS:
        share = float(numbers_of(cells, Field("", decimal=decimal, thousands=thousands)).notna().mean())
        if (decimal, thousands) == (".", ",") and share == most and _share(sample, _grouped) > 0:
            fits = all(_grouped(text) for text in sample if "," in text)
            share += 0.001 if fits else 0.0
        if share > most:
            best, most = (decimal, thousands), share
    return best, min(most, 1.0)


def _grouped(text: str) -> object:
    return re.fullmatch(r"\D{0,4}[1-9]\d{0,2}(,\d{3})+(\.\d+)?\D{0,4}", text)


def _numbers(sample: Series) -> dict[str, Any] | None:
    marks, share = _marks(sample)
    if share < MOST or all(text.lstrip().startswith("+") for text in sample):
        return None
    decimal, thousands = marks
    if decimal == "," and not any("," in text for text in sample):
        decimal, thousands = ".", ""
    numbers = numbers_of(of_texts(sample), Field("", decimal=decimal, thousands=thousands)).dropna()
    signs = tuple(dict.fromkeys(found[0] for text in sample if (found := _CURRENCY.search(text))))
    facts = _number(numbers, (decimal, thousands), signs)
    facts["rounded"] = _share(sample, _ROUNDED.fullmatch) > 0
    if decimal == "." and not signs and _share(sample, lambda t: re.fullmatch(r"0\d{6,}", t)) > 0.3:
        return {"kind": "phone"}
    if (
        decimal == "."
        and not signs
        and _share(sample, lambda t: re.fullmatch(r"(19|20)\d{6}(\d{6})?", t)) == 1.0
    ):
        return _moment(sample) or facts
    return facts


def _number(numbers: Series, marks: tuple[str, str], signs: tuple[str, ...]) -> dict[str, Any]:
    low, high = float(numbers.min()), float(numbers.max())
    middle = float(numbers.median())
    unit = "epoch s" if 1e9 <= middle < 4e9 else ("epoch ms" if 1e12 <= middle < 4e12 else "")
    return {
        "kind": "number", "decimal": marks[0], "thousands": marks[1], "signs": signs, "unit": unit,
        "low": low, "high": high, "whole": bool((numbers % 1 == 0).all()),
    }  # fmt: skip


def _moment(sample: Series) -> dict[str, Any] | None:
    if _share(sample, _DATE_LIKE.search) < MOST / 2:
        return None
    formats, share = fitting_formats(sample)
    if share < MOST / 2 or len(formats) == 0:
        return None
    formats = _by_weekday(sample, formats) if len(formats) > 1 else formats
    day_only = not any(mark in next(iter(formats)) for mark in ("%H", "%I"))
    zoned = bool(sample.str.contains(r":\d{2}.*(?:Z|UTC|GMT|[+-]\d{1,2}(?::?\d{2})?)\)?$", regex=True).any())
    return {"kind": "date" if day_only else "moment", "formats": formats, "zoned": zoned}


def _by_weekday(sample: Series, formats: tuple[str, ...]) -> tuple[str, ...]:
    """Leave the formats that agree with the weekday that stands before the date."""
    said = sample.str.extract(_WEEKDAY)[0].str.casefold()
    if said.isna().any():
        return formats
    agree = [
        form
        for form in formats
        if (parse(sample, (form,)).naive.dt.day_name().str[:3].str.casefold() == said).mean() >= MOST
    ]
    return tuple(agree) or formats


def _phone(sample: Series) -> dict[str, Any] | None:
    fits = _share(sample, lambda t: _PHONE.fullmatch(t) and 6 <= len(re.sub(r"\D", "", t)) <= 15)
    month = _share(sample, lambda text: re.fullmatch(r"(19|20)\d\d[-/.](0[1-9]|1[0-2])", text))
    return {"kind": "phone"} if fits >= MOST and month < MOST else None


def _words(sample: Series) -> dict[str, Any] | None:
    seconds = read_durations(sample, "text")
    if seconds.notna().mean() < MOST:
        return None
    return {"kind": "clock", "unit": "text", "low": float(seconds.min()), "high": float(seconds.max())}

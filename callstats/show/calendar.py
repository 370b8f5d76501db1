"""Days, months and lists of names as written in the reader's language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton, get_day_names
from babel.lists import format_list

from callstats.show.written import Written, WrittenNumber

#: Shown for an unknown value.
UNKNOWN = "–"
SPACE = "\N{NO-BREAK SPACE}"
_YEAR = "\N{NARROW NO-BREAK SPACE}г."
_FIRST = re.compile(r"(?<!\d)1(?=[\s–])")  # the first of a month, also of days in a row
LOCALES = {"en": "en_GB", "fr": "fr_FR", "ru": "ru_RU"}


@dataclass(frozen=True, slots=True)
class Calendar:
    """Formats dates; the part of :class:`~callstats.show.format.Formatter` without units."""

    language: str = "en"

    @property
    def locale(self) -> Locale:
        """The Babel locale of the language."""
        return Locale.parse(LOCALES[self.language])

    def date(self, day: dt.date | None) -> str:
        """Return a day with its month spelt out.

        Examples
        --------
        >>> Calendar("fr").date(dt.date(2026, 9, 14))
        '14 sept. 2026'
        """
        if day is None:
            return UNKNOWN
        text = self._as_written(format_date(day, "medium", locale=self.locale))
        return Written(text, WrittenNumber((day.toordinal(),), "date"))

    def day(self, day: dt.date | None) -> str:
        """Return a day without its year, for axes and dense tables.

        Examples
        --------
        >>> Calendar("en").day(dt.date(2026, 9, 14))
        '14 Sept'
        """
        return UNKNOWN if day is None else self._as_written(format_skeleton("MMMd", day, locale=self.locale))

    def days(self, first: dt.date, last: dt.date) -> str:
        """Return days in a row without their year.

        Examples
        --------
        >>> Calendar("fr").days(dt.date(2026, 9, 14), dt.date(2026, 9, 18))
        '14–18 sept.'
        """
        if first == last:
            return self.day(first)
        return self._as_written(format_interval(first, last, "MMMd", locale=self.locale))

    def month(self, month: dt.date | str | None) -> str:
        """Return a month and its year; ``month`` is a day in it or "2026-09".

        Examples
        --------
        >>> Calendar("fr").month("2026-09")
        'septembre 2026'
        """
        if month is None:
            return UNKNOWN
        day = dt.date.fromisoformat(f"{month}-01") if isinstance(month, str) else month
        return self._as_written(format_skeleton("yMMMM", day, locale=self.locale))

    def _as_written(self, text: str) -> str:
        """Return a date as a text has it, where the language's table of dates does not.

        French calls the first of a month "1er". The Russian word for year goes: its full stop would end a
        sentence twice.
        """
        if self.language == "fr":
            return _FIRST.sub("1er", text)
        return text.removesuffix(_YEAR) if self.language == "ru" else text

    def weekday(self, weekday: int, *, short: bool = True) -> str:
        """Return the name of a weekday, 1 being Monday.

        Examples
        --------
        >>> Calendar("fr").weekday(1), Calendar("en").weekday(7, short=False)
        ('lun.', 'Sunday')
        """
        width = "abbreviated" if short else "wide"
        return get_day_names(width, "stand-alone", self.locale)[int(weekday) - 1]

    def hour(self, hour: int) -> str:
        r"""Return an hour of the day, 0 to 23.

        Examples
        --------
        >>> Calendar("en").hour(9), Calendar("fr").hour(9)
        ('09:00', '9\xa0h')
        """
        return f"{hour}{SPACE}h" if self.language == "fr" else f"{hour:02d}:00"

    def listed(self, names: Sequence[str]) -> str:
        """Return names as a list in words.

        Examples
        --------
        >>> Calendar("fr").listed(["A", "B", "C"])
        'A, B et C'
        """
        return format_list(list(names), locale=self.locale)

"""The public holidays of France, computed: eleven a year, four of them moved by Easter."""

from __future__ import annotations

from datetime import date, timedelta

_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
#: Easter Monday, Ascension Day, Whit Monday: days after Easter Sunday.
_AFTER_EASTER = (1, 39, 50)


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar.

    References
    ----------
    1. Meeus J (1991). Astronomical Algorithms, chapter 8.

    Examples
    --------
    >>> easter(2026)
    datetime.date(2026, 4, 5)
    """
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    moon = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * moon) // 451
    month, day = divmod(h + moon - 7 * m + 114, 31)
    return date(year, month, day + 1)


def french_holidays(year: int) -> tuple[date, ...]:
    """Return the public holidays of the whole of France, in order.

    Those of Alsace and Moselle (Good Friday, 26 December) and of the overseas
    departments are not in it: the data do not say where a contact lives.

    References
    ----------
    1. Code du travail (France), art. L. 3133-1.

    Examples
    --------
    >>> " ".join(f"{day:%d/%m}" for day in french_holidays(2026))
    '01/01 06/04 01/05 08/05 14/05 25/05 14/07 15/08 01/11 11/11 25/12'
    """
    moved = {easter(year) + timedelta(days=days) for days in _AFTER_EASTER}
    return tuple(sorted(moved | {date(year, month, day) for month, day in _FIXED}))


#: The holidays of a year, by the country a rule names.
HOLIDAYS = {"fr": french_holidays}

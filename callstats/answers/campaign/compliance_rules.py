"""Dialling rules as data: limits, their reference periods, source and date, and public holidays.

Reports compare with them; they are not legal advice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from callstats.show.words import mark


@dataclass(frozen=True, slots=True)
class AllowedHours:
    """When dialling is allowed, in the local time of the person called.

    Attributes
    ----------
    between : tuple of (str, str)
        ("HH:MM", "HH:MM") pairs.
    weekdays : tuple of int
        1 is Monday.
    holidays : str
        Country whose public holidays are excluded; if empty, none are.
    source : str
    """

    between: tuple[tuple[str, str], ...]
    weekdays: tuple[int, ...]
    holidays: str
    source: str


@dataclass(frozen=True, slots=True)
class DiallingRule:
    """A set of dialling rules. Anything it does not cover is None.

    Attributes
    ----------
    abandon_limit : float, optional
        Largest share of abandoned calls among abandoned and handled live calls.
    window_days : int
        Length of the successive periods the limit is counted over [days].
    machines : bool
        Subtract drops that were machines, estimated from the agents' own calls.
    most_dials, within_days : int
        Maximum dials to a contact within a number of days.
    hours : AllowedHours, optional
    silence_days : int, optional
        Days after a refusal in which the contact is not dialled.
    consent_from : date, optional
        Date from which only contacts who agreed may be dialled.
    abandon_source, dials_source, silence_source, consent_source : str
        The texts of the rules and when they took effect.
    caution : str
        Other remarks.
    """

    name: str
    abandon_limit: float | None = None
    window_days: int = 30
    machines: bool = False
    most_dials: int = 4
    within_days: int = 30
    hours: AllowedHours | None = None
    silence_days: int | None = None
    consent_from: date | None = None
    abandon_source: str = ""
    dials_source: str = ""
    silence_source: str = ""
    consent_source: str = ""
    caution: str = ""


WEEK, WORKING_WEEK = (1, 2, 3, 4, 5, 6, 7), (1, 2, 3, 4, 5)
#: How often a person may be dialled; also used by the other rule sets, which give no number.
_FRENCH_CODE = "Code de la consommation, art. D. 223-9 (FR), 2023-03-01"
_GUIDANCE = mark("3% in 24 hours was guidance until 2017-03-01; since then no rate is safe.")

PACKS = (
    DiallingRule(
        name="us-ftc",
        abandon_limit=0.03,
        abandon_source="16 CFR 310.4(b)(4) (US), 2008-10-01",
        hours=AllowedHours((("08:00", "21:00"),), WEEK, "", "16 CFR 310.4(c) (US), 1995-12-31"),
        dials_source=_FRENCH_CODE,
    ),
    DiallingRule(
        name="uk-ofcom",
        abandon_limit=0.03,
        window_days=1,
        abandon_source="Ofcom, persistent misuse (UK), 2010-10-01",
        dials_source=_FRENCH_CODE,
        caution=_GUIDANCE,
    ),
    DiallingRule(
        name="uk-ofcom-machines",
        abandon_limit=0.03,
        window_days=1,
        machines=True,
        abandon_source="Ofcom, persistent misuse, with machine detection (UK), 2010-10-01",
        dials_source=_FRENCH_CODE,
        caution=_GUIDANCE,
    ),
    DiallingRule(
        name="fr",
        hours=AllowedHours((("10:00", "13:00"), ("14:00", "20:00")), WORKING_WEEK, "fr", _FRENCH_CODE),
        dials_source=_FRENCH_CODE,
        silence_days=60,
        silence_source=_FRENCH_CODE,
        consent_from=date(2026, 8, 11),
        consent_source="Loi n° 2025-594, Code de la consommation, art. L. 223-1 (FR), 2026-08-11",
    ),
)
RULES = {rule.name: rule for rule in PACKS}


#: Public holidays of France that fall on the same day every year; four more are moved by Easter.
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

    Excludes those of Alsace and Moselle (Good Friday, 26 December) and of the
    overseas departments: the data do not say where a contact lives.

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


#: Functions giving the holidays of a year, by country.
HOLIDAYS = {"fr": french_holidays}

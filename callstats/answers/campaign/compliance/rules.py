"""Rules on dialling, as data: limits, what they are counted over, source and date.

They are what a report compares with; no legal advice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from callstats.show.words import mark


@dataclass(frozen=True, slots=True)
class Hours:
    """When dialling is allowed, on the clock of the person called.

    Attributes
    ----------
    between : tuple of (str, str)
        ("HH:MM", "HH:MM") pairs.
    weekdays : tuple of int
        1 is Monday.
    holidays : str
        Country whose public holidays are not allowed; empty: they are.
    source : str
    """

    between: tuple[tuple[str, str], ...]
    weekdays: tuple[int, ...]
    holidays: str
    source: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A pack of rules on dialling. What it does not speak of is None.

    Attributes
    ----------
    abandon_limit : float, optional
        Largest share of abandoned among abandoned and handled live calls.
    window_days : int
        Length of the successive periods the limit is counted over [days].
    machines : bool
        Drops that were machines by the agents' own experience are taken off.
    most_dials, within_days : int
        A contact may be dialled so many times in so many days.
    hours : Hours, optional
    silence_days : int, optional
        Days after a refusal in which the contact is not dialled.
    consent_from : date, optional
        Since when only contacts who agreed may be dialled.
    abandon_source, dials_source, silence_source, consent_source : str
        The texts of the rules and when they took effect.
    caution : str
        What else has to be said of it.
    """

    name: str
    abandon_limit: float | None = None
    window_days: int = 30
    machines: bool = False
    most_dials: int = 4
    within_days: int = 30
    hours: Hours | None = None
    silence_days: int | None = None
    consent_from: date | None = None
    abandon_source: str = ""
    dials_source: str = ""
    silence_source: str = ""
    consent_source: str = ""
    caution: str = ""


WEEK, WORKING_WEEK = (1, 2, 3, 4, 5, 6, 7), (1, 2, 3, 4, 5)
#: How often a person may be dialled; kept by the other packs as well, which set no number.
_FRENCH_CODE = "Code de la consommation, art. D. 223-9 (FR), 2023-03-01"
_GUIDANCE = mark("3% in 24 hours was guidance until 2017-03-01; since then no rate is safe.")

PACKS = (
    Rule(
        name="us-ftc",
        abandon_limit=0.03,
        abandon_source="16 CFR 310.4(b)(4) (US), 2008-10-01",
        hours=Hours((("08:00", "21:00"),), WEEK, "", "16 CFR 310.4(c) (US), 1995-12-31"),
        dials_source=_FRENCH_CODE,
    ),
    Rule(
        name="uk-ofcom",
        abandon_limit=0.03,
        window_days=1,
        abandon_source="Ofcom, persistent misuse (UK), 2010-10-01",
        dials_source=_FRENCH_CODE,
        caution=_GUIDANCE,
    ),
    Rule(
        name="uk-ofcom-machines",
        abandon_limit=0.03,
        window_days=1,
        machines=True,
        abandon_source="Ofcom, persistent misuse, with machine detection (UK), 2010-10-01",
        dials_source=_FRENCH_CODE,
        caution=_GUIDANCE,
    ),
    Rule(
        name="fr",
        hours=Hours((("10:00", "13:00"), ("14:00", "20:00")), WORKING_WEEK, "fr", _FRENCH_CODE),
        dials_source=_FRENCH_CODE,
        silence_days=60,
        silence_source=_FRENCH_CODE,
        consent_from=date(2026, 8, 11),
        consent_source="Loi n° 2025-594, Code de la consommation, art. L. 223-1 (FR), 2026-08-11",
    ),
)
RULES = {rule.name: rule for rule in PACKS}


@dataclass(frozen=True, slots=True)
class Abandonment:
    """Abandoned and handled live calls of a stretch of days, and how many more abandons fit.

    ``machines`` are those that agents were given, where the rule takes off the
    drops that were machines; 0 elsewhere.
    """

    first: date
    last: date
    abandoned: int
    handled: int
    limit: float
    machines: int = 0

    @property
    def rate(self) -> float:
        """Abandoned among abandoned and handled live calls; nan without any.

        With machine detection the drops that were people are taken to be drops x live /
        (live + machines), over themselves and the live calls: 29 x 9 / 16 = 16.3125, over
        25.3125. Multiplied out, that is drops / (drops + live + machines).

        Examples
        --------
        >>> day = date(2016, 9, 1)
        >>> Abandonment(day, day, 29, 9, 0.03, machines=7).rate == 16.3125 / 25.3125
        True
        """
        answered = self.abandoned + self.handled + self.machines
        return self.abandoned / answered if answered else float("nan")

    @property
    def headroom(self) -> int:
        """How many more abandoned calls would keep to the limit; negative where it is passed.

        Examples
        --------
        >>> Abandonment(date(2026, 9, 1), date(2026, 9, 30), 20, 970, 0.03).headroom
        10
        """
        most = self.limit * (self.handled + self.machines) / (1 - self.limit)
        return int(most + 1e-9) - self.abandoned

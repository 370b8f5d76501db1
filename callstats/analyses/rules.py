"""Rules on dialling, as data: limits, what they are counted over, source and date.

They are what a report compares with; no legal advice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule on abandoned calls and on how often a person may be dialled.

    Attributes
    ----------
    abandon_limit : float
        Largest share of abandoned among abandoned and handled live calls.
    window_days : int
        Length of the successive periods the limit is counted over [days].
    most_dials, within_days : int
        A contact may be dialled so many times in so many days.
    abandon_source, dials_source : str
        The texts of the two rules and when they took effect.
    """

    name: str
    abandon_limit: float
    window_days: int
    most_dials: int
    within_days: int
    abandon_source: str
    dials_source: str


RULES = {
    "us-ftc": Rule(
        name="us-ftc",
        abandon_limit=0.03,
        window_days=30,
        most_dials=4,
        within_days=30,
        abandon_source="16 CFR 310.4(b)(4) (US), 2008-10-01",
        dials_source="Code de la consommation, art. D. 223-9 (FR), 2023-03-01",
    ),
}


@dataclass(frozen=True, slots=True)
class Abandonment:
    """Abandoned and handled live calls of a stretch of days, and how many more abandons fit."""

    first: date
    last: date
    abandoned: int
    handled: int
    limit: float

    @property
    def rate(self) -> float:
        """Abandoned among abandoned and handled live calls; nan without any."""
        live = self.abandoned + self.handled
        return self.abandoned / live if live else float("nan")

    @property
    def headroom(self) -> int:
        """How many more abandoned calls would keep to the limit; negative where it is passed.

        Examples
        --------
        >>> Abandonment(date(2026, 9, 1), date(2026, 9, 30), 20, 970, 0.03).headroom
        10
        """
        most = self.limit * self.handled / (1 - self.limit)
        return int(most + 1e-9) - self.abandoned

"""What a difference means in a month: successes and money, where they can be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite, nan
from typing import TYPE_CHECKING, Any

from callstats.kpis.define import KPI, Count, Distinct, Ratio, Term
from callstats.kpis.predicates import SUCCESSES
from callstats.stats import Comparison

if TYPE_CHECKING:
    from callstats.dataset import Dataset

#: Days of a month, on average.
MONTH = 365.25 / 12
Range = tuple[float, float, float]
UNSAID: Range = (nan, nan, nan)


@dataclass(frozen=True, slots=True)
class Worth:
    """What it would bring in a month if the control's volume went as the arm's did.

    Each is estimate, low and high; nan where it cannot be said.
    """

    successes: Range = UNSAID
    money: Range = UNSAID


@dataclass(frozen=True, slots=True)
class Volume:
    """What turns a difference of a KPI into successes and money.

    Attributes
    ----------
    months : float
        How long the data run; nan where the calls have no clock.
    value : float
        Of a success [money]; nan where unknown.
    """

    months: float = nan
    value: float = nan

    def worth(self, kpi: KPI, found: Comparison, denominator: float) -> Worth:
        """Return what a difference is worth a month.

        Parameters
        ----------
        kpi : KPI
        found : Comparison
            The difference, in the KPI's unit.
        denominator : float
            Of the control: conversations, contacts, hours.

        Examples
        --------
        Two points more of 1000 conversations in two months, 50 a success:

        >>> from callstats.kpis import get
        >>> found = Comparison(0.02, 0.01, 0.03, 0.001, "", 0.95)
        >>> Volume(2, 50).worth(get("conversion_per_conversation"), found, 1000)
        Worth(successes=(10.0, 5.0, 15.0), money=(500.0, 250.0, 750.0))
        """
        if not isinstance(kpi.formula, Ratio) or not self.months > 0:
            return Worth()
        factor = denominator / self.months / kpi.formula.scale
        if counts_successes(kpi):
            successes = _times(found, factor)
            return Worth(successes, _scaled(successes, self.value))
        earns = kpi.unit in ("money", "money/h") and kpi.direction == "up"
        return Worth(money=_times(found, factor)) if earns else Worth()


def counts_successes(kpi: KPI) -> bool:
    """Tell whether a KPI's numerator is successes, or contacts won.

    Examples
    --------
    >>> from callstats.kpis import get
    >>> [counts_successes(get(name)) for name in ("successes_per_login_hour", "conversion_per_lead", "roi")]
    [True, True, False]
    """
    if not isinstance(kpi.formula, Ratio):
        return False
    terms = list(kpi.formula.numerator)
    return len(terms) == 1 and terms[0][1] == 1 and _is_success(terms[0][0])


def _is_success(term: Term) -> bool:
    counts = isinstance(term, Count) or (isinstance(term, Distinct) and term.of == ("contact_id",))
    return counts and set(SUCCESSES.conditions) <= set(term.where.conditions)


def _times(found: Comparison, factor: float) -> Range:
    return tuple(value * factor if value == value else nan for value in _ends(found))  # type: ignore[return-value]  # noqa: PLR0124 - nan


def _ends(found: Comparison) -> Range:
    return found.estimate, found.low, found.high


def _scaled(successes: Range, value: float) -> Range:
    return tuple(one * value for one in successes) if value > 0 else UNSAID  # type: ignore[return-value]


def volume(dataset: Dataset, sums: Mapping[Any, Mapping[str, float]]) -> Volume:
    """Return how long the data run, and what a success brings in them.

    Parameters
    ----------
    dataset : Dataset
    sums : mapping of arm to mapping
        With the sums of value and number of successes, where the calls have them.
    """
    from callstats.answers.compare.comparing.facts import money_terms

    months, value = _months(dataset), nan
    terms = money_terms(dataset)
    if terms:
        money, count = (sum(own.get(term.key, 0.0) for own in sums.values()) for term in terms)
        value = money / count if count > 0 else nan
    return Volume(months, value)


def _months(dataset: Dataset) -> float:
    """Return the months of the period asked about, else of the calls."""
    period = dataset.filters.period
    if period is not None:
        return (period.end - period.start).days / MONTH
    span = dataset.span()
    return nan if span is None else ((span[1] - span[0]).days + 1) / MONTH


def said(worth: Range) -> bool:
    """Tell whether a range can be put into words.

    Examples
    --------
    >>> said((1.0, 0.5, 1.5)), said(UNSAID), said((1.0, 0.5, inf))
    (True, False, False)
    """
    return all(isfinite(value) for value in worth)


__all__ = ["MONTH", "Range", "Volume", "Worth", "counts_successes", "inf", "said", "volume"]

"""The statistics of a comparison: tests of pairs, multiple claims, the worth of a difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, isnan, nan
from typing import Any, Protocol

import numpy as np

from callstats.errors import UsageError
from callstats.kpis.define import KPI, Count, Distinct, Ratio, Term
from callstats.kpis.predicates import SUCCESSES
from callstats.moments import DaySums, Moments, Pair, pair
from callstats.stats import (
    Comparison,
    adjust,
    both_arms,
    proportion_difference,
    proportion_ratio,
    ratio_difference,
)
from callstats.stats.arms import ARM_COLUMNS, welch
from callstats.stats.day_clusters import DayVariance
from callstats.stats.ratios import ratio_variance
from callstats.stats.results import NAN

#: Corrections of claims for multiplicity.
ADJUSTMENTS = ("holm", "benjamini-hochberg", "bonferroni", "none")
Range = tuple[float, float, float]
UNKNOWN: Range = (nan, nan, nan)


class PairTest(Protocol):
    """Two groups, to be compared at any confidence."""

    @property
    def values(self) -> tuple[float, float]:
        """The compared values of the arm and the control."""
        ...

    def difference(
        self, confidence: float, alternative: str = "two-sided", margin: float = 0.0
    ) -> Comparison:
        """Return the difference, arm minus control."""
        ...

    def lift(self, confidence: float, alternative: str = "two-sided") -> Comparison:
        """Return the relative lift, arm / control - 1."""
        ...


@dataclass(frozen=True)
class Shares:
    """Two shares of independent trials: events and trials of the arm, then of the control."""

    cells: tuple[float, float, float, float]
    scale: float = 1.0
    method: str = "miettinen-nurminen"

    @property
    def values(self) -> tuple[float, float]:
        """The two shares."""
        x1, n1, x0, n0 = self.cells
        return x1 / n1 * self.scale, x0 / n0 * self.scale

    def difference(
        self, confidence: float, alternative: str = "two-sided", margin: float = 0.0
    ) -> Comparison:
        """Return the difference by the method."""
        return proportion_difference(
            *self.cells, method=self.method, margin=margin, alternative=alternative, confidence=confidence
        )

    def lift(self, confidence: float, alternative: str = "two-sided") -> Comparison:
        """Return the ratio by the score method, minus 1."""
        ratio = proportion_ratio(*self.cells, alternative=alternative, confidence=confidence)
        return _less_one(ratio) if self.cells[2] else _no_lift(confidence, "no event in the control")


@dataclass(frozen=True)
class Ratios:
    """Two ratios of sums over clusters; see :func:`callstats.stats.ratio_difference`."""

    treatment: Moments
    control: Moments
    contacts: Moments | None = None
    agents: Moments | None = None
    intersections: Moments | None = None
    rows: Moments | None = None
    days: tuple[DaySums, DaySums] | DayVariance | None = None
    proportion: bool = False
    scale: float = 1.0
    degrees_of_freedom: float | None = None
    few_units: bool = False

    @property
    def values(self) -> tuple[float, float]:
        """The two ratios."""
        joint = self.contacts or both_arms(self.treatment, self.control)
        ratios = [
            joint.sums[f"{arm}_numerator"] / joint.sums[f"{arm}_denominator"] * self.scale
            for arm in ("treatment", "control")
        ]
        return ratios[0], ratios[1]

    def difference(
        self, confidence: float, alternative: str = "two-sided", margin: float = 0.0
    ) -> Comparison:
        """Return the difference by the delta method."""
        return ratio_difference(
            self.treatment,
            self.control,
            **self._options(),
            margin=margin,
            scale=self.scale,
            alternative=alternative,
            confidence=confidence,
        )

    def lift(self, confidence: float, alternative: str = "two-sided") -> Comparison:
        """Return the lift with Fieller's limits; nan with a reason over a control at or below 0."""
        try:
            return ratio_difference(
                self.treatment,
                self.control,
                **self._options(),
                relative=True,
                alternative=alternative,
                confidence=confidence,
            )
        except UsageError as error:
            return _no_lift(confidence, error.found)

    def _options(self) -> dict[str, Any]:
        return {
            "contacts": self.contacts,
            "agents": self.agents,
            "intersections": self.intersections,
            "rows": self.rows,
            "days": self.days,
            "proportion": self.proportion,
            "degrees_of_freedom": self.degrees_of_freedom,
            "few_units": self.few_units,
        }


def _less_one(ratio: Comparison) -> Comparison:
    return Comparison(
        ratio.estimate - 1,
        ratio.low - 1,
        ratio.high - 1,
        ratio.p_value,
        ratio.method,
        ratio.confidence,
        0.0,
        ratio.alternative,
        reason=ratio.reason,
    )


def _no_lift(confidence: float, reason: str) -> Comparison:
    return Comparison(NAN, NAN, NAN, NAN, "", confidence, reason=reason)


def welch_of(treatment: Moments, control: Moments) -> float | None:
    """Return the degrees of freedom of two ratios over disjoint units."""
    if min(treatment.n, control.n) < 2:
        return None
    return degrees((ratio_variance(treatment), ratio_variance(control)), (treatment.n, control.n))


def degrees(variances: tuple[float, float], units: tuple[float, float]) -> float:
    """Return Welch's degrees of freedom of the difference of two independent estimates.

    Examples
    --------
    >>> degrees((1.0, 1.0), (11, 11)), degrees((1.0, 0.0), (11, 1000))
    (20.0, 10.0)
    """
    return float(welch(np.diag(variances), np.array(units, dtype=float), 1.0))


def stand_in(values: tuple[float, float], covariance: tuple[float, float, float], units: int) -> Moments:
    """Return moments of both arms with given ratios and a given covariance.

    This way anything estimated elsewhere (an average over strata, a total, a
    median) gets its difference, lift and test from the same code.

    Parameters
    ----------
    values : tuple of float
        Of the arm and of the control.
    covariance : tuple of float
        The arm's variance, the covariance, the control's variance.
    units : int

    Examples
    --------
    >>> m = stand_in((0.5, 0.4), (0.01, 0.002, 0.02), 30)
    >>> r = ratio_difference(m, m, contacts=m)
    >>> round(r.estimate, 3), round(r.standard_error**2, 3)
    (0.1, 0.026)
    """
    means = (values[0], 1.0, values[1], 1.0)
    spread = {(0, 0): covariance[0], (0, 2): covariance[1], (2, 2): covariance[2]}
    products: dict[Pair, float] = {}
    for i, a in enumerate(ARM_COLUMNS):
        for j, b in enumerate(ARM_COLUMNS[i:], i):
            products[pair(a, b)] = means[i] * means[j] / units + spread.get((i, j), 0.0)
    return Moments(units, dict(zip(ARM_COLUMNS, means, strict=True)), products)


# The terms of a comparison


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a comparison: confidence, side, correction, margins."""

    confidence: float
    alternative: str
    adjust: str
    margin: float | None
    equivalence: float | None
    direction: str

    def p_margin(self, test: PairTest) -> float:
        """Return the p-value for the margin, one-sided or for equivalence.

        A margin for equivalence is tested on both sides, and the larger of the two
        p-values counts [1]_.

        References
        ----------
        .. [1] Schuirmann DJ (1987). A comparison of the two one-sided tests procedure and
           the power approach. Journal of Pharmacokinetics and Biopharmaceutics 15:657-680.
        """
        level, most = self.confidence, self.equivalence if self.margin is None else self.margin
        if most is None:
            return nan
        above = test.difference(level, "greater", -most).p_value
        below = test.difference(level, "less", most).p_value
        if self.equivalence is not None:
            return max(above, below)
        return above if self.direction == "up" else below


def claims(tests: Sequence[Comparison], how: str, alpha: float) -> tuple[list[float], list[float]]:
    """Return adjusted p-values, and the confidence at which each interval agrees with them.

    Holm's step-down tests the k-th smallest of m p-values at the level alpha / (m - k + 1)
    as long as all before it are rejected, and at that of the first failure from then on;
    the intervals for Benjamini-Hochberg are those of Benjamini and Yekutieli [1]_.

    Parameters
    ----------
    tests : sequence of Comparison
    how : str
        One of `ADJUSTMENTS`.
    alpha : float

    References
    ----------
    .. [1] Benjamini Y, Yekutieli D (2005). False discovery rate-adjusted multiple
       confidence intervals for selected parameters. JASA 100:71-81.

    Examples
    --------
    >>> tests = [Comparison(0, 0, 0, p, "", 0.95) for p in (0.01, 0.04, 0.5)]
    >>> p, level = claims(tests, "holm", 0.05)
    >>> [round(x, 3) for x in p], [round(x, 4) for x in level]
    ([0.03, 0.08, 0.5], [0.9833, 0.975, 0.975])
    """
    p = [test.p_value for test in tests]
    known = sorted((value, i) for i, value in enumerate(p) if not isnan(value))
    size = len(known)
    adjusted = p if how == "none" else adjust(p, method=how).tolist()
    shares = [1.0] * len(p)
    if how == "bonferroni":
        shares = [1 / max(size, 1)] * len(p)
    elif how == "holm":
        open_still = True
        share = 1.0
        for rank, (value, i) in enumerate(known):
            share = 1 / (size - rank) if open_still else share
            open_still = open_still and value < alpha * share
            shares[i] = share
    elif how == "benjamini-hochberg":
        rejected = sum(value < alpha for value in adjusted if not isnan(value))
        for rank, (_, i) in enumerate(known):
            shares[i] = (rejected if rank < rejected else rejected + 1) / size
    return adjusted, [1 - alpha * share for share in shares]


def _excludes_zero(claim: Comparison) -> bool:
    return claim.low > 0 or claim.high < 0


def still_missing(claim: Comparison, units: int, terms: Terms) -> float | None:
    """Return how many more units would bring the interval's half-width down to the margin.

    None without a margin, or if the interval is already conclusive.

    Examples
    --------
    >>> terms = Terms(0.95, "two-sided", "holm", None, 0.01, "up")
    >>> still_missing(Comparison(0.0, -0.02, 0.02, 1.0, "", 0.95), 1000, terms)
    3000.0
    """
    most = terms.equivalence if terms.margin is None else terms.margin
    half = (claim.high - claim.low) / 2
    if most is None or not most < half < float("inf") or _excludes_zero(claim):
        return None
    return units * ((half / most) ** 2 - 1)


# What a difference is worth


@dataclass(frozen=True, slots=True)
class MonthlyWorth:
    """The monthly gain if the control's volume performed like the arm's.

    ``successes`` and ``money`` are estimate, low and high, ``volume`` is what the
    KPI divides by (conversations, contacts, hours) in a month; nan if unknown.
    """

    successes: Range = UNKNOWN
    money: Range = UNKNOWN
    volume: float = nan


@dataclass(frozen=True, slots=True)
class MonthlyVolume:
    """What converts a difference of a KPI to successes and money.

    Attributes
    ----------
    times : float
        How many times the days seen a month has; nan without a clock, or where the
        days seen are too few to speak of a month.
    value : float
        Of a success [money]; nan if unknown.
    days : float
        Working days of a month.
    """

    times: float = nan
    value: float = nan
    days: float = nan

    def worth(self, kpi: KPI, difference: Comparison, denominator: float) -> MonthlyWorth:
        """Return the monthly worth of a difference.

        Parameters
        ----------
        kpi : KPI
        difference : Comparison
            In the KPI's unit.
        denominator : float
            Of the control: conversations, contacts, hours.

        Examples
        --------
        Two points more of 1000 conversations in half a month, 50 a success:

        >>> from callstats.kpis import get
        >>> difference = Comparison(0.02, 0.01, 0.03, 0.001, "", 0.95)
        >>> MonthlyVolume(2, 50).worth(get("conversion_per_conversation"), difference, 1000)
        MonthlyWorth(successes=(40.0, 20.0, 60.0), money=(2000.0, 1000.0, 3000.0), volume=2000)
        """
        if not isinstance(kpi.formula, Ratio) or not self.times > 0:
            return MonthlyWorth()
        volume = denominator * self.times
        factor = volume / kpi.formula.scale
        if counts_successes(kpi):
            successes = _times(difference, factor)
            return MonthlyWorth(successes, _scaled(successes, self.value), volume)
        earns = kpi.unit in ("money", "money/h") and kpi.direction == "up"
        return MonthlyWorth(money=_times(difference, factor), volume=volume) if earns else MonthlyWorth()


def counts_successes(kpi: KPI) -> bool:
    """Return whether a KPI's numerator is successes, or contacts won.

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


def _times(difference: Comparison, factor: float) -> Range:
    return tuple(value * factor if value == value else nan for value in _ends(difference))  # type: ignore[return-value]  # noqa: PLR0124 - nan


def _ends(difference: Comparison) -> Range:
    return difference.estimate, difference.low, difference.high


def _scaled(successes: Range, value: float) -> Range:
    return tuple(count * value for count in successes) if value > 0 else UNKNOWN  # type: ignore[return-value]


def is_known(amount: Range) -> bool:
    """Return whether a range and both its ends are numbers.

    Examples
    --------
    >>> is_known((1.0, 0.5, 1.5)), is_known(UNKNOWN), is_known((1.0, 0.5, float("inf")))
    (True, False, False)
    """
    return all(isfinite(value) for value in amount)

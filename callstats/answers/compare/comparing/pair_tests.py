"""The test behind a row of a comparison: sums in, difference and lift at any confidence out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from callstats.errors import UsageError
from callstats.moments import Moments, Pair, pair
from callstats.stats import Comparison, both_arms, proportion_difference, proportion_ratio, ratio_difference
from callstats.stats.arms import ARM_COLUMNS, welch
from callstats.stats.ratios import ratio_variance
from callstats.stats.results import NAN


class PairTest(Protocol):
    """Two groups, ready to be compared at any confidence."""

    @property
    def values(self) -> tuple[float, float]:
        """The values compared, of the arm and of the control."""
        ...

    def difference(
        self, confidence: float, alternative: str = "two-sided", margin: float = 0.0
    ) -> Comparison:
        """Return the difference, arm less control."""
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
        """Return the ratio by the score method, less 1."""
        found = proportion_ratio(*self.cells, alternative=alternative, confidence=confidence)
        return _less_one(found) if self.cells[2] else _no_lift(confidence, "no event in the control")


@dataclass(frozen=True)
class Ratios:
    """Two ratios of sums over clusters; see :func:`callstats.stats.ratio_difference`."""

    treatment: Moments
    control: Moments
    contacts: Moments | None = None
    agents: Moments | None = None
    intersections: Moments | None = None
    rows: Moments | None = None
    proportion: bool = False
    scale: float = 1.0
    degrees_of_freedom: float | None = None
    few_units: bool = False

    @property
    def values(self) -> tuple[float, float]:
        """The two ratios."""
        joint = self.contacts or both_arms(self.treatment, self.control)
        made = [
            joint.sums[f"{arm}_numerator"] / joint.sums[f"{arm}_denominator"] * self.scale
            for arm in ("treatment", "control")
        ]
        return made[0], made[1]

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
            "proportion": self.proportion,
            "degrees_of_freedom": self.degrees_of_freedom,
            "few_units": self.few_units,
        }


def _less_one(found: Comparison) -> Comparison:
    return Comparison(
        found.estimate - 1,
        found.low - 1,
        found.high - 1,
        found.p_value,
        found.method,
        found.confidence,
        0.0,
        found.alternative,
        reason=found.reason,
    )


def _no_lift(confidence: float, reason: str) -> Comparison:
    return Comparison(NAN, NAN, NAN, NAN, "", confidence, reason=reason)


def welch_of(treatment: Moments, control: Moments) -> float | None:
    """Return the degrees of freedom of two ratios over units that are not shared."""
    if min(treatment.n, control.n) < 2:
        return None
    return degrees((ratio_variance(treatment), ratio_variance(control)), (treatment.n, control.n))


def degrees(variances: tuple[float, float], units: tuple[int, int]) -> float:
    """Return Welch's degrees of freedom of the difference of two independent estimates.

    Examples
    --------
    >>> degrees((1.0, 1.0), (11, 11)), degrees((1.0, 0.0), (11, 1000))
    (20.0, 10.0)
    """
    return float(welch(np.diag(variances), np.array(units, dtype=float), 1.0))


def stand_in(values: tuple[float, float], covariance: tuple[float, float, float], units: int) -> Moments:
    """Return moments of both arms that have given ratios and a given covariance of them.

    So that whatever was estimated elsewhere (an average over strata, a total, a
    median) gets its difference, lift and test from the same place as all else.

    Parameters
    ----------
    values : tuple of float
        Of the arm and of the control.
    covariance : tuple of float
        Variance of the arm's, covariance, variance of the control's.
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

"""How figures changed from one period to another: contacts in both, and days that are not alike.

A contact dialled in both periods ties them together; the days of each period are a sample of
days like these, so what they add to the spread is part of every change.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from typing import TYPE_CHECKING

import numpy as np

from callstats.answers.core.estimates import NAN, Change, interval
from callstats.engine.units import exact_terms
from callstats.kpis.define import KPI, Ratio
from callstats.stats.arms import welch
from callstats.stats.day_clusters import RARE, Widened, day_variance, with_days

if TYPE_CHECKING:
    from callstats.answers.core.measure import FetchedSums
    from callstats.engine.periods import Shared
    from callstats.moments import DaySums, Moments
    from callstats.stats import Interval

#: Smaller p-values are reported as this: no decision depends on them.
LEAST_P = 1e-10
_LEAST = 1e-9


@dataclass(frozen=True)
class PeriodChange:
    """A KPI in two periods, to be compared at any confidence.

    Attributes
    ----------
    kpi : KPI
    now, before : Moments
        Over the independent units of each period.
    shared : Shared, optional
        The contribution of units in both periods; None if there are none.
    days : pair of DaySums or None
        The same sums by day, now and before; None where the data know no days.
    """

    kpi: KPI
    now: Moments
    before: Moments
    shared: Shared | None = None
    days: tuple[DaySums | None, DaySums | None] = (None, None)

    def change(self, confidence: float = 0.95) -> Change:
        r"""Return the difference and its interval.

        The limits use each estimate's distance to its relevant limit, with the
        correlation r from shared units (MOVER) [1]_:
        L = d - sqrt(a^2 + b^2 - 2 r a b), a and b the distances. There is none with a
        single day in a period: what that day did cannot be told from a change.

        References
        ----------
        .. [1] Zou GY (2007). Toward using confidence intervals to compare
           correlations. Psychological Methods 12:399-413.

        Examples
        --------
        56 of 70 against 48 of 80, nobody in both (Newcombe 1998, method 10):

        >>> from callstats.kpis import get
        >>> from callstats.moments import Moments
        >>> def share(k, n):
        ...     return Moments.of({"numerator": [1.0] * k + [0.0] * (n - k), "denominator": [1.0] * n})
        >>> found = PeriodChange(get("answer_rate"), share(56, 70), share(48, 80)).change()
        >>> round(found.estimate, 3), round(found.low, 2), round(found.high, 1)
        (0.2, 0.05, 0.3)
        """
        now, before = self._ends(confidence)
        estimate = now.estimate - before.estimate
        if self.one_day or any(isnan(end) for end in (now.low, now.high, before.low, before.high)):
            return Change(estimate, confidence=confidence)
        r = self.correlation(now, before)
        low = _apart(now.estimate - now.low, before.high - before.estimate, r)
        high = _apart(now.high - now.estimate, before.estimate - before.low, r)
        return Change(estimate, estimate - low, estimate + high, confidence)

    def _ends(self, confidence: float) -> tuple[Interval, Interval]:
        """Return both periods' intervals, at the degrees of freedom of their difference."""
        now, before = (
            interval(self.kpi, sums, confidence, spread)
            for sums, spread in zip((self.now, self.before), self._spreads, strict=True)
        )
        return now, before

    @cached_property
    def _spreads(self) -> tuple[Widened | None, Widened | None]:
        """The variance of both periods' figures, days included, with the same degrees of freedom.

        None where a period's own interval has no variance to speak of.
        """
        alone = [interval(self.kpi, sums, 0.95) for sums in (self.now, self.before)]
        scale = abs(self.kpi.formula.scale) if isinstance(self.kpi.formula, Ratio) else 1.0
        units = [Widened((a.standard_error / scale) ** 2, max(a.degrees_of_freedom, _LEAST)) for a in alone]
        if not all(one.variance > 0 for one in units):
            return None, None
        now, before = self.days
        if now is not None and before is not None:
            ratios = [
                _mean(sums, days) for sums, days in zip((self.now, self.before), (now, before), strict=True)
            ]
            found = day_variance([now, before], ratios, rare=RARE)
            units = [with_days(one, found.arm(i)) for i, one in enumerate(units)]
        freedom = np.array([one.degrees_of_freedom for one in units])
        df = welch(np.diag([one.variance for one in units]), freedom + 1, 1.0)
        return Widened(units[0].variance, df), Widened(units[1].variance, df)

    @property
    def one_day(self) -> bool:
        """Whether a period has a single day."""
        return any(days is not None and len(days) < 2 for days in self.days)

    def correlation(self, now: Interval, before: Interval) -> float:
        """Return the correlation of the two estimates, 0 if they share no unit."""
        if self.shared is None:
            return 0.0
        scale = abs(self.kpi.formula.scale) if isinstance(self.kpi.formula, Ratio) else 1.0
        spread = now.standard_error * before.standard_error / scale**2
        return min(max(self._covariance(self.shared) / spread, -1.0), 1.0) if spread > 0 else 0.0

    def _covariance(self, shared: Shared) -> float:
        """Sum, over the shared units, a unit's influence now times its influence before."""
        a, a_all, a_of = _influence(self.kpi, self.now, shared.exact[0])
        b, b_all, b_of = _influence(self.kpi, self.before, shared.exact[1])
        total = sum(x * y * shared.products[i, j] for i, x in a.items() for j, y in b.items())
        total += b_all * sum(x * shared.now[i] for i, x in a.items())
        total += a_all * sum(y * shared.before[j] for j, y in b.items())
        return (total + a_all * b_all * shared.units) / (a_of * b_of)

    def p_value(self) -> float:
        """Return 1 minus the largest confidence at which the interval excludes zero.

        So interval and test agree, whatever the form of the interval; nan without an
        interval.

        Examples
        --------
        >>> from callstats.kpis import get
        >>> from callstats.moments import Moments
        >>> half = Moments.of({"numerator": [1.0, 0.0] * 50, "denominator": [1.0] * 100})
        >>> PeriodChange(get("answer_rate"), half, half).p_value()
        1.0
        """
        plain = self.change()
        if isnan(plain.low):
            return NAN
        if plain.estimate == 0:
            return 1.0
        least, most = math.log(LEAST_P), 0.0
        for _ in range(40):
            middle = (least + most) / 2
            if self.change(1 - math.exp(middle)).certain:
                most = middle
            else:
                least = middle
        return math.exp(most)


def _mean(sums: Moments, days: DaySums) -> float:
    """Return a ratio, or a total's mean per day."""
    return sums.sums["numerator"] / sums.sums.get("denominator", len(days))


def _apart(a: float, b: float, r: float) -> float:
    return math.sqrt(max(a * a + b * b - 2 * r * a * b, 0.0))


def _influence(
    kpi: KPI, moments: Moments, exact: Mapping[str, float]
) -> tuple[dict[str, float], float, float]:
    """Return a unit's influence on the estimate: weights of its parts, a constant, and the denominator.

    For a ratio R it is (Y - R N) / sum(N), with sums that belong to no unit divided
    among all; for a total it is the distance from the mean of all units.
    """
    n = max(moments.n, 1)
    if not isinstance(kpi.formula, Ratio):
        own = moments.sums["numerator"] - exact.get("numerator", 0.0)
        widened = math.sqrt((n - 1) / n)  # as for the interval of a total
        return {"numerator": 1.0}, -own / n, widened
    below = moments.sums["denominator"]
    ratio = moments.sums["numerator"] / below
    dealt = exact.get("numerator", 0.0) - ratio * exact.get("denominator", 0.0)
    return {"numerator": 1.0, "denominator": -ratio}, dealt / n, below


def period_changes(
    now: FetchedSums, before: FetchedSums
) -> dict[tuple[tuple[object, ...], str], PeriodChange]:
    """Return the sums of two periods for comparison, by group and name of the KPI.

    Both were fetched with the sums of every day. Those that cannot be tested are left out:
    quantiles, figures that are no sample, and groups with fewer than two units, or nothing
    to divide by, in one of the periods.
    """
    from callstats.engine.periods import shared_sums

    able = {name for found in (now, before) for own in found.moments.values() for name in own}
    kpis = [kpi for kpi in now.asked if kpi.name in able and not exact_terms(kpi)]
    shared = shared_sums(now.dataset, before.dataset, kpis, now.keys)
    return {
        (group, kpi.name): PeriodChange(
            kpi,
            later,
            earlier,
            shared.get(group, {}).get(kpi.name),
            (now.days.get(group, {}).get(kpi.name), before.days.get(group, {}).get(kpi.name)),
        )
        for group, by_kpi in now.moments.items()
        for kpi in kpis
        if (later := by_kpi.get(kpi.name)) is not None
        and (earlier := before.moments.get(group, {}).get(kpi.name)) is not None
        and all(m.n > 1 and _below(kpi, m.sums) for m in (later, earlier))
    }


def _below(kpi: KPI, sums: Mapping[str, float]) -> bool:
    return not isinstance(kpi.formula, Ratio) or sums["denominator"] != 0

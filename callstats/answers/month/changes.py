"""What a KPI changed between two periods whose contacts overlap, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from callstats.answers.core.estimates import NAN, Change, interval
from callstats.kpis.define import KPI, Ratio
from callstats.show.digits import unknown

if TYPE_CHECKING:
    from callstats.engine.periods import Shared
    from callstats.moments import Moments
    from callstats.stats import Interval

#: p-values below this are told as this: nothing hangs on more.
LEAST_P = 1e-10


@dataclass(frozen=True)
class PeriodChange:
    """A KPI in two periods, ready to be compared at any confidence.

    Attributes
    ----------
    kpi : KPI
    now, before : Moments
        Over the independent units of each period.
    shared : Shared, optional
        What units in both periods contribute; None where there is none.
    """

    kpi: KPI
    now: Moments
    before: Moments
    shared: Shared | None = None

    def change(self, confidence: float = 0.95) -> Change:
        r"""Return the difference and its interval.

        The limits keep each estimate's own distance to the limit that matters,
        with the correlation r that shared units bring (MOVER) [1]_:
        L = d - sqrt(a^2 + b^2 - 2 r a b), a and b the distances.

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
        one, other = (interval(self.kpi, m, confidence) for m in (self.now, self.before))
        estimate = one.estimate - other.estimate
        if any(unknown(end) for end in (one.low, one.high, other.low, other.high)):
            return Change(estimate)
        r = self.correlation(one, other)
        low = _apart(one.estimate - one.low, other.high - other.estimate, r)
        high = _apart(one.high - one.estimate, other.estimate - other.low, r)
        return Change(estimate, estimate - low, estimate + high)

    def correlation(self, now: Interval, before: Interval) -> float:
        """Return the correlation of the two estimates, 0 where they share no unit."""
        if self.shared is None:
            return 0.0
        scale = abs(self.kpi.formula.scale) if isinstance(self.kpi.formula, Ratio) else 1.0
        spread = now.standard_error * before.standard_error / scale**2
        return min(max(self._covariance(self.shared) / spread, -1.0), 1.0) if spread > 0 else 0.0

    def _covariance(self, shared: Shared) -> float:
        """Add up, over the shared units, a unit's influence now times its influence before."""
        a, a_all, a_of = _influence(self.kpi, self.now, shared.exact[0])
        b, b_all, b_of = _influence(self.kpi, self.before, shared.exact[1])
        total = sum(x * y * shared.products[i, j] for i, x in a.items() for j, y in b.items())
        total += b_all * sum(x * shared.now[i] for i, x in a.items())
        total += a_all * sum(y * shared.before[j] for j, y in b.items())
        return (total + a_all * b_all * shared.units) / (a_of * b_of)

    def p_value(self) -> float:
        """Return 1 less the largest confidence at which the interval excludes no change.

        So the interval and the test say the same, whatever the form of the
        interval; nan without an interval.

        Examples
        --------
        >>> from callstats.kpis import get
        >>> from callstats.moments import Moments
        >>> half = Moments.of({"numerator": [1.0, 0.0] * 50, "denominator": [1.0] * 100})
        >>> PeriodChange(get("answer_rate"), half, half).p_value()
        1.0
        """
        plain = self.change()
        if unknown(plain.low):
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


def _apart(a: float, b: float, r: float) -> float:
    return math.sqrt(max(a * a + b * b - 2 * r * a * b, 0.0))


def _influence(
    kpi: KPI, moments: Moments, exact: Mapping[str, float]
) -> tuple[dict[str, float], float, float]:
    """Return what a unit does to the estimate: weights of its parts, a constant, and what both are of.

    Of a ratio R it is (Y - R N) / sum(N), sums that fall into no unit being dealt out
    to all; of a total it is the distance from the mean of all units.
    """
    n = max(moments.n, 1)
    if not isinstance(kpi.formula, Ratio):
        own = moments.sums["numerator"] - exact.get("numerator", 0.0)
        widened = math.sqrt((n - 1) / n)  # as the interval of a total does
        return {"numerator": 1.0}, -own / n, widened
    below = moments.sums["denominator"]
    ratio = moments.sums["numerator"] / below
    dealt = exact.get("numerator", 0.0) - ratio * exact.get("denominator", 0.0)
    return {"numerator": 1.0, "denominator": -ratio}, dealt / n, below

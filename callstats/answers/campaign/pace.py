"""When a stock is used up at the present pace, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Pace:
    """How much goes a working day: mean, spread between days, number of days it is read from."""

    mean: float
    spread: float
    days: int

    @classmethod
    def of(cls, daily: Sequence[float]) -> Pace:
        """Read it from what went on each day."""
        values = np.asarray(daily, dtype=float)
        spread = float(values.std(ddof=1)) if len(values) > 1 else NAN
        return cls(float(values.mean()) if len(values) else NAN, spread, len(values))

    def days_until(self, stock: float) -> tuple[float, float, float]:
        """Return the working days until a stock is used up: expected, earliest and latest at 95 %.

        The sum over T further days is normal with mean T m and variance
        T s2 (1 + T / n): the days ahead vary, and the mean is itself known from n
        days only [1]_. The ends are where the limits of that sum meet the stock;
        the latest is inf where the lower limit never does.

        References
        ----------
        .. [1] Hahn GJ, Meeker WQ (1991). Statistical Intervals, section 4.8.

        Examples
        --------
        >>> Pace(10.0, 0.0, 5).days_until(40)
        (4.0, 4.0, 4.0)
        >>> expected, low, high = Pace(10.0, 2.0, 10).days_until(40)
        >>> round(expected, 2), round(low, 2), round(high, 2)
        (4.0, 3.09, 5.29)
        """
        if stock <= 0:
            return 0.0, 0.0, 0.0
        if not self.mean > 0:
            return math.inf, math.inf, math.inf
        expected = stock / self.mean
        if math.isnan(self.spread):
            return expected, NAN, NAN
        return expected, self._meets(stock, +1), self._meets(stock, -1)

    def after(self, days: float) -> tuple[float, float, float]:
        """Return what goes in so many further days: expected, low and high at 95 %."""
        expected = days * self.mean
        if math.isnan(self.spread):
            return expected, NAN, NAN
        half = self._quantile() * self.spread * math.sqrt(days * (1 + days / self.days))
        return expected, max(expected - half, 0.0), expected + half

    def _meets(self, stock: float, sign: int) -> float:
        """Solve T m + sign t s sqrt(T (1 + T / n)) = stock for T."""
        from scipy.optimize import brentq

        factor = sign * self._quantile() * self.spread

        def gap(days: float) -> float:
            return days * self.mean + factor * math.sqrt(days * (1 + days / self.days)) - stock

        end = stock / self.mean
        while gap(end) < 0:
            end *= 2
            if end > 1e6 * stock / self.mean:
                return math.inf
        root: Any = brentq(gap, 0.0, end)
        return float(root)

    def _quantile(self) -> float:
        from callstats.stats.ratios import t_quantile

        return t_quantile(0.025, self.days - 1)

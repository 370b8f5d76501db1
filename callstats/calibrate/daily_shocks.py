"""What makes days differ: shocks that last for some days, and weekdays."""

from __future__ import annotations

import numpy as np

#: Five working days with a pattern of their own, to be multiplied by its size on the logit.
PATTERN = np.array([-1.0, -0.3, 0.2, 1.2, -0.1])


def neighbours(rng: np.random.Generator, days: int, correlation: float) -> np.ndarray:
    """Draw standard normal shocks of days in order, each correlated with the one before.

    Examples
    --------
    >>> shocks = neighbours(np.random.default_rng(1), 20_000, 0.6)
    >>> round(float(np.corrcoef(shocks[1:], shocks[:-1])[0, 1]), 1), round(float(shocks.std()), 1)
    (0.6, 1.0)
    """
    shocks = rng.standard_normal(days)
    own = np.sqrt(1 - correlation**2)
    for day in range(1, days):
        shocks[day] = correlation * shocks[day - 1] + own * shocks[day]
    return shocks

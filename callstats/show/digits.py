"""How many digits a value should be shown with."""

from __future__ import annotations

import math

from babel.numbers import get_currency_precision

_STEPS_IN_INTERVAL = 3  # an interval spans at least this many steps of the last digit shown
_MOST_DECIMALS = 3
_SHOWN = {"%": 100.0, "h": 3600.0}  # the scale a unit is shown in; hours via seconds


def unknown(value: float | None) -> bool:
    """Return whether a value is missing: None or not a number.

    Examples
    --------
    >>> unknown(None), unknown(float("nan")), unknown(0.0)
    (True, True, False)
    """
    return value is None or math.isnan(value)


def deserved_decimals(low: float, high: float) -> int:
    """Return how many decimals an interval justifies.

    The fewest at which the interval spans three steps of the last digit and
    neither nonzero end is rounded to zero.

    Parameters
    ----------
    low, high : float
        Ends of the interval, in the displayed unit (12.3 for 12.3 %).

    Examples
    --------
    >>> deserved_decimals(11.1, 13.5), deserved_decimals(5, 23), deserved_decimals(0.02, 6)
    (1, 0, 2)
    """
    decimals = 0
    while decimals < _MOST_DECIMALS and (
        (high - low) * 10**decimals < _STEPS_IN_INTERVAL or _lost(low, decimals) or _lost(high, decimals)
    ):
        decimals += 1
    return decimals


def _lost(value: float, decimals: int) -> bool:
    return value != 0 and round(value, decimals) == 0


def _significant(value: float, digits: int, most: int) -> int:
    """Return the decimals to show a value without interval to some significant digits."""
    if value == 0:
        return 0
    return min(max(digits - 1 - math.floor(math.log10(abs(value))), 0), most)


def decimals_for(currency: str, value: float | None, unit: str, low: float | None, high: float | None) -> int:
    """Return the decimals to show a value with, based on its interval if it has one.

    Examples
    --------
    >>> decimals_for("EUR", 0.12345, "%", 0.111, 0.135), decimals_for("JPY", 12.3, "money", None, None)
    (1, 0)
    """
    scale = _SHOWN.get(unit, 1.0)
    size = abs(scale * float(value)) if value is not None and math.isfinite(value) else 0.0
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)) or low == high:
        decimals = _decimals_alone(size, unit)
    else:
        decimals = deserved_decimals(scale * float(low), scale * float(high))
    while decimals < _MOST_DECIMALS and _lost(size, decimals):
        decimals += 1
    if decimals and unit in {"money", "money/h"}:
        return get_currency_precision(currency)  # two decimals or none, never one
    return min(decimals, 1 if unit in {"s", "h"} else _MOST_DECIMALS)


def _decimals_alone(size: float, unit: str) -> int:
    """Return the decimals for a value without interval."""
    if unit == "%":
        return 0 if size in {0.0, 100.0} else _significant(size, 2, 2) if size < 1 else 1
    if unit in {"money", "money/h"}:
        return 2 if 0 < size < 100 else 0
    if unit in {"s", "h"}:
        return 1 if 0 < size < 10 else 0
    if size == round(size):
        return 0
    return _significant(size, 3, 1 if unit in {"n", "points"} else 2)


def decimals_of_step(step: float, unit: str) -> int:
    """Return the decimals that distinguish the ticks of a scale.

    Examples
    --------
    >>> decimals_of_step(0.025, "%"), decimals_of_step(10, "n")
    (1, 0)
    """
    shown = step * _SHOWN.get(unit, 1.0)
    exact = (d for d in range(_MOST_DECIMALS + 1) if abs(shown - round(shown, d)) <= 1e-6 * abs(shown))
    return next(exact, _MOST_DECIMALS)

"""Checks of arguments, and the tails an alternative leaves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from callstats.errors import UsageError, unknown_name

ALTERNATIVES = ("two-sided", "greater", "less")


def choose(kind: str, name: str, known: Iterable[str]) -> str:
    """Return the name if it is known.

    Raises
    ------
    UsageError
        It is not known; the message lists near names.
    """
    known = tuple(known)
    if name not in known:
        raise unknown_name(kind, name, known)
    return name


def tails(confidence: float, alternative: str = "two-sided") -> tuple[float, float]:
    """Return the error probability allowed below and above an interval.

    Parameters
    ----------
    confidence : float
        Between 0 and 1, exclusive.
    alternative : str
        "greater" puts all of it below (the interval has a lower limit only),
        "less" all of it above.

    Raises
    ------
    UsageError
        The confidence is not between 0 and 1, or the alternative is unknown.

    Examples
    --------
    >>> tails(0.9)
    (0.05, 0.05)
    >>> tails(0.9, "greater")
    (0.1, 0.0)
    """
    choose("alternative", alternative, ALTERNATIVES)
    if not 0 < confidence < 1:
        raise UsageError(f"confidence {confidence!r} is not between 0 and 1", hint="95 % is 0.95.")
    alpha = round(1 - confidence, 15)
    return {"two-sided": (alpha / 2, alpha / 2), "greater": (alpha, 0.0), "less": (0.0, alpha)}[alternative]


def counts(events: Any, trials: Any, kind: str = "events") -> tuple[np.ndarray, np.ndarray]:
    """Return both as float arrays, checked: 0 <= events <= trials.

    Raises
    ------
    UsageError
        A value is missing, negative, or larger than its trials.
    """
    x, n = np.asarray(events, dtype=float), np.asarray(trials, dtype=float)
    if not (np.isfinite(x).all() and np.isfinite(n).all()):
        raise UsageError(f"{kind} or trials are missing or infinite")
    if (x < 0).any() or (n < 0).any():
        raise UsageError(f"{kind} and trials cannot be negative")
    if (x > n).any():
        raise UsageError(f"more {kind} than trials", hint="Pass the numerator first, then its denominator.")
    return x, n


def exposures(events: Any, exposure: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return both as float arrays, checked: events >= 0, exposure > 0.

    Raises
    ------
    UsageError
        A value is missing or negative, or there is no exposure.
    """
    x, t = np.asarray(events, dtype=float), np.asarray(exposure, dtype=float)
    if not (np.isfinite(x).all() and np.isfinite(t).all()):
        raise UsageError("events or exposure are missing or infinite")
    if (x < 0).any():
        raise UsageError("events cannot be negative")
    if (t <= 0).any():
        raise UsageError("exposure has to be positive", hint="A group without hours has no rate.")
    return x, t


def two_arms(
    events: float, trials: float, control_events: float, control_trials: float
) -> tuple[float, float, float, float]:
    """Return the four numbers of a two-by-two comparison, checked.

    Raises
    ------
    UsageError
        An arm has no trials, or its events do not fit its trials.
    """
    x1, n1 = counts(events, trials)
    x0, n0 = counts(control_events, control_trials, "control events")
    if min(n1, n0) <= 0:
        arm = "the treatment arm" if n1 <= 0 else "the control arm"
        raise UsageError(f"{arm} has no trials", hint="A comparison needs both arms.")
    return float(x1), float(n1), float(x0), float(n0)


def two_rates(
    events: float, exposure: float, control_events: float, control_exposure: float
) -> tuple[float, float, float, float]:
    """Return the counts and exposures of two arms, checked.

    Raises
    ------
    UsageError
        A count is negative or an arm has no exposure.
    """
    x1, t1 = exposures(events, exposure)
    x0, t0 = exposures(control_events, control_exposure)
    return float(x1), float(t1), float(x0), float(t0)


def sample(values: Any, least: int, name: str) -> np.ndarray:
    """Return a one-dimensional float array without missing values.

    Raises
    ------
    UsageError
        There are fewer than `least` values, or some are missing or infinite.
    """
    array = np.asarray(values, dtype=float).ravel()
    if not np.isfinite(array).all():
        raise UsageError(
            f"{name}: values are missing or infinite", hint="Count only rows that have the value."
        )
    if len(array) < least:
        raise UsageError(f"{name}: {len(array)} values, at least {least} are needed")
    return array


def plain(value: Any) -> Any:
    """Return a float for a single number, the array otherwise.

    Examples
    --------
    >>> plain(np.array(0.5))
    0.5
    """
    array = np.asarray(value)
    return float(array) if array.ndim == 0 else array

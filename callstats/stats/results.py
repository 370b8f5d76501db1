"""What the statistics return: frozen values with the same names everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NAN = float("nan")

#: A number, or an array if a function was given many at once.
Number = Any


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its confidence interval.

    Attributes
    ----------
    estimate, low, high : float or ndarray
        In the unit of the data; nan where undefined, in which case `reason` says why.
    method : str
        Name of the method.
    confidence : float
        Of the interval, between 0 and 1.
    standard_error : float or ndarray
        Of the estimate, same unit; nan where the method has none.
    n : float or ndarray
        Independent units (contacts, agent-days) the interval is based on.
    design_effect : float
        Clustered variance divided by the variance of as many independent rows; nan if not clustered.
    effective_n : float
        Rows that independent sampling would have needed for the same precision.
    degrees_of_freedom : float
        Of the t quantile; inf where the normal quantile was used.
    reason : str
        Why something is nan; empty otherwise.
    """

    estimate: Number
    low: Number
    high: Number
    method: str
    confidence: float
    standard_error: Number = NAN
    n: Number = NAN
    design_effect: float = NAN
    effective_n: float = NAN
    degrees_of_freedom: float = float("inf")
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A difference or ratio of two groups, its interval and its test.

    Interval and test come from the same statistic, unless the method's description
    says otherwise: the interval excludes `null` exactly when `p_value` is below
    1 - `confidence`.

    Attributes
    ----------
    estimate, low, high : float
        Treatment against control; nan where undefined, in which case `reason` says why.
    p_value : float
        Of the hypothesis that the true value is `null`, against `alternative`.
    method : str
        Name of the method.
    confidence : float
        Of the interval.
    null : float
        The value tested (0 for a difference, 1 for a ratio, or a margin).
    alternative : str
        "two-sided", "greater" or "less"; a one-sided interval is open at the other end.
    statistic : float
        Of the test; nan for exact tests that have none.
    standard_error : float
        Of the estimate; nan where the method has none.
    degrees_of_freedom : float
        Of the t distribution; inf where the normal one was used.
    design_effect : float
        Clustered variance divided by the variance of independent rows; nan if not clustered.
    reason : str
        Why something is nan, or how a limit was computed; empty otherwise.
    """

    estimate: float
    low: float
    high: float
    p_value: float
    method: str
    confidence: float
    null: float = 0.0
    alternative: str = "two-sided"
    statistic: float = NAN
    standard_error: float = NAN
    degrees_of_freedom: float = float("inf")
    design_effect: float = NAN
    reason: str = ""

"""Attempts until a contact is reached: life tables that allow for unfinished lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import tails
from callstats.stats.proportions import proportion_interval
from callstats.stats.ratios import t_quantile
from callstats.stats.results import NAN, Comparison

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class LifeTable:
    """What each attempt achieved among contacts still at risk.

    Attributes
    ----------
    attempt : ndarray of shape (k,)
        Attempts at which something ended, in increasing order.
    at_risk : ndarray of shape (k,)
        Contacts that got this attempt.
    reached : ndarray of shape (k,)
        How many of those it reached.
    hazard, hazard_low, hazard_high : ndarray of shape (k,)
        Probability of being reached at this attempt if not before, with Wilson limits.
    survival : ndarray of shape (k,)
        Share without any end after this attempt.
    estimate, low, high : ndarray of shape (k,)
        Share reached by this attempt; limits on the complementary log-log scale.
    competing : dict of str to ndarray of shape (k,)
        Share that ended in another way by this attempt, per kind of end.
    method : str
    confidence : float
    """

    attempt: Array
    at_risk: Array
    reached: Array
    hazard: Array
    hazard_low: Array
    hazard_high: Array
    survival: Array
    estimate: Array
    low: Array
    high: Array
    competing: Mapping[str, Array]
    method: str
    confidence: float


def life_table(
    attempts: Any,
    reached: Any,
    *,
    censored: Any = None,
    competing: Mapping[str, Any] | None = None,
    confidence: float = 0.95,
) -> LifeTable:
    """Share of all contacts reached by each attempt, as if all had been dialled on.

    Contacts are independent. A contact not yet reached because the list was not
    finished or the test ended counts for the attempts it got and is then censored;
    the reason must not depend on whether it would have been reached. Contacts
    never dialled are not at risk: leave them out.

    Parameters
    ----------
    attempts : array_like of shape (rows,)
        The last attempt of a contact, from 1; or, with counts, the attempt a row
        describes.
    reached : array_like of shape (rows,)
        Whether that attempt reached the contact (0 or 1); or how many it reached.
    censored : array_like of shape (rows,), optional
        How many were left unreached after it; if omitted and without competing
        ends, 1 - reached, with one row per contact.
    competing : mapping of str to array_like of shape (rows,), optional
        How many ended at it in another way: refusal, invalid number, do-not-call.
    confidence : float
        Of the limits.

    Returns
    -------
    LifeTable

    Raises
    ------
    UsageError
        No contact, negative counts, attempts under 0, or columns of unequal length.

    References
    ----------
    1. Kaplan EL, Meier P (1958). Nonparametric estimation from incomplete
       observations. JASA 53:457-481.
    2. Kalbfleisch JD, Prentice RL (2002). The Statistical Analysis of Failure
       Time Data, 2nd ed., sections 1.4 and 8.2.

    Examples
    --------
    Five contacts; the third was dialled once and then no more:

    >>> table = life_table([1, 2, 1, 3, 2], [1, 1, 0, 1, 0])
    >>> table.at_risk.tolist(), table.estimate.round(3).tolist()
    ([5, 3, 1], [0.2, 0.467, 1.0])
    """
    tails(confidence)
    last = np.asarray(attempts, dtype=float).ravel()
    ends = {"reached": np.asarray(reached, dtype=float).ravel()}
    others = {name: np.asarray(value, dtype=float).ravel() for name, value in (competing or {}).items()}
    if censored is None:
        left = 1 - ends["reached"] - sum(others.values())
        if (left < 0).any():
            raise UsageError("counts per attempt need censored=", hint="Without it each row is one contact.")
    else:
        left = np.asarray(censored, dtype=float).ravel()
    _check(last, [ends["reached"], left, *others.values()])
    times, codes = np.unique(last, return_inverse=True)
    size = len(times)
    events = np.bincount(codes, ends["reached"], size)
    other = {name: np.bincount(codes, value, size) for name, value in others.items()}
    gone = np.asarray(events + np.bincount(codes, left, size) + sum(other.values()))
    at_risk = gone[::-1].cumsum()[::-1]
    kept = at_risk > 0
    return _table(
        times[kept], at_risk[kept], events[kept], {n: v[kept] for n, v in other.items()}, confidence
    )


def _check(last: Array, columns: list[Array]) -> None:
    if any(len(column) != len(last) for column in columns):
        raise UsageError("attempts and their ends are not of one length")
    if len(last) == 0 or sum(float(column.sum()) for column in columns) <= 0:
        raise UsageError("no contact was dialled")
    if not np.isfinite(last).all() or (last < 0).any():
        raise UsageError("attempts are missing or negative")
    if any((column < 0).any() or not np.isfinite(column).all() for column in columns):
        raise UsageError("counts of ends are missing or negative")


def _table(
    times: Array, at_risk: Array, events: Array, other: Mapping[str, Array], confidence: float
) -> LifeTable:
    ended = np.asarray(events + sum(other.values()))
    survival = np.cumprod(1 - ended / at_risk)
    before = np.concatenate([[1.0], survival[:-1]])
    incidence = np.minimum(np.cumsum(before * events / at_risk), 1.0)
    error = _incidence_error(at_risk, events, ended, before, incidence)
    low, high = _limits(incidence, error, at_risk, confidence)
    hazard = proportion_interval(events, at_risk, confidence=confidence)
    return LifeTable(
        _whole(times),
        _whole(at_risk),
        _whole(events),
        np.atleast_1d(hazard.estimate),
        np.atleast_1d(hazard.low),
        np.atleast_1d(hazard.high),
        survival,
        incidence,
        low,
        high,
        {name: np.cumsum(before * value / at_risk) for name, value in other.items()},
        "kaplan-meier" if not other else "cumulative incidence",
        confidence,
    )


def _whole(values: Array) -> Array:
    return values.astype(np.int64) if (values == np.round(values)).all() else values


def _incidence_error(n: Array, events: Array, ended: Array, before: Array, incidence: Array) -> Array:
    # Marubini-Valsecchi delta variance; with one kind of end it equals Greenwood's.
    after = np.maximum(n - ended, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(ended > 0, ended / (n * np.where(after > 0, after, np.nan)), 0.0)
    spread = np.nan_to_num(spread)
    own = before**2 * events * (n - events) / n**3
    cross = before * events / n**2
    total = np.empty(len(n))
    for k in range(len(n)):
        rest = incidence[k] - incidence[: k + 1]
        total[k] = (rest**2 * spread[: k + 1]).sum() + own[: k + 1].sum() - 2 * (rest * cross[: k + 1]).sum()
    return np.sqrt(np.maximum(total, 0))


def _log_log(incidence: Array, error: Array, z: float) -> tuple[Array, Array]:
    inside = (incidence > 1e-12) & (incidence < 1 - 1e-9) & (error > 0)
    p = np.where(inside, incidence, 0.5)
    centre = np.log(-np.log(1 - p))
    half = np.where(inside, z * error / ((1 - p) * -np.log(1 - p)), 0.0)
    low, high = 1 - np.exp(-np.exp(centre - half)), 1 - np.exp(-np.exp(centre + half))
    return np.where(inside, low, np.nan), np.where(inside, high, np.nan)


def _limits(incidence: Array, error: Array, at_risk: Array, confidence: float) -> tuple[Array, Array]:
    low, high = _log_log(incidence, error, t_quantile(tails(confidence)[0], np.inf))
    # At 0 and 1 the variance is no use: take Wilson limits on those still at risk.
    none, everyone = (proportion_interval(x, at_risk, confidence=confidence) for x in (0 * at_risk, at_risk))
    low = np.where(np.isnan(low), np.where(incidence < 0.5, 0.0, everyone.low), low)
    high = np.where(np.isnan(high), np.where(incidence < 0.5, none.high, 1.0), high)
    # A contact once reached stays reached, so the limits never fall either.
    low, high = np.maximum.accumulate(low), np.maximum.accumulate(high)
    return np.minimum(low, incidence), np.maximum(high, incidence)


def hazard_ratio(treatment: LifeTable, control: LifeTable, *, confidence: float = 0.95) -> Comparison:
    """Ratio of the probabilities of being reached at the same attempt, and the log-rank test.

    Assumes the two arms' hazards have the same ratio at every attempt. Unlike
    answers per call, it is not misled when one list is dialled deeper.

    Parameters
    ----------
    treatment, control : LifeTable
    confidence : float
        Of the interval.

    Returns
    -------
    Comparison
        `estimate` is Peto's hazard ratio exp((O - E) / V); `statistic` squared is
        the log-rank chi-square. Without any event, everything is nan with a `reason`.

    Raises
    ------
    UsageError
        The confidence is not between 0 and 1.

    References
    ----------
    1. Peto R et al. (1977). Design and analysis of randomized clinical trials
       requiring prolonged observation of each patient. British Journal of
       Cancer 35:1-39.

    Examples
    --------
    >>> a = life_table([1, 1, 2, 3, 3], [1, 1, 1, 0, 0])
    >>> b = life_table([1, 2, 3, 3, 3], [0, 0, 1, 0, 0])
    >>> round(hazard_ratio(a, b).estimate, 2)
    3.53
    """
    from callstats.stats.limits import p_value

    share = tails(confidence)[0]
    times = np.union1d(treatment.attempt, control.attempt)
    risk = [_at_risk(table, times) for table in (treatment, control)]
    events = [_events(table, times) for table in (treatment, control)]
    n, d = risk[0] + risk[1], events[0] + events[1]
    expected = (d * risk[0] / n).sum()
    with np.errstate(all="ignore"):
        parts = d * (risk[0] / n) * (risk[1] / n) * (n - d) / (n - 1)
    variance = float(parts[n > 1].sum())
    if variance <= 0:
        reason = "no event that both arms were at risk of"
        return Comparison(NAN, NAN, NAN, NAN, "log-rank", confidence, 1.0, reason=reason)
    gap = float(events[0].sum() - expected)
    z, half = gap / np.sqrt(variance), t_quantile(share, np.inf) / np.sqrt(variance)
    centre = gap / variance
    return Comparison(
        float(np.exp(centre)),
        float(np.exp(centre - half)),
        float(np.exp(centre + half)),
        p_value(z),
        "log-rank",
        confidence,
        1.0,
        statistic=float(z),
    )


def _at_risk(table: LifeTable, times: Array) -> Array:
    # Between two of the table's attempts, the at-risk set is that of the later one.
    padded = np.append(table.at_risk, 0).astype(float)
    return padded[np.searchsorted(table.attempt, times)]


def _events(table: LifeTable, times: Array) -> Array:
    reached = np.zeros(len(times))
    reached[np.searchsorted(times, table.attempt)] = table.reached
    return reached

"""Scores: whether raters agree, and the Net Promoter Score."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import choose, tails
from callstats.stats.proportions import proportion_interval
from callstats.stats.ratios import t_quantile
from callstats.stats.results import NAN, Interval

Array = np.ndarray
LEVELS = ("nominal", "ordinal", "interval", "ratio")


def krippendorff_alpha(
    ratings: Any, *, level: str = "ordinal", confidence: float = 0.95, resamples: int = 1000, seed: int = 0
) -> Interval:
    """Agreement of raters beyond chance; 1 is perfect, 0 is chance.

    Assumes a random sample of independent calls, with any number of raters and
    with gaps. Calls with one rating say nothing and are dropped. Below .67
    quality scores support no conclusion; from .80 they are reliable.

    Parameters
    ----------
    ratings : array_like of shape (raters, calls)
        nan where a rater did not rate.
    level : str
        "nominal", "ordinal", "interval" or "ratio".
    confidence : float
        Of the interval.
    resamples : int
        Resamples of calls for the percentile bootstrap interval; 0 gives none.
    seed : int
        Of the resampling.

    Returns
    -------
    Interval
        `n` is the number of calls with two ratings or more. If all ratings are
        equal, alpha is undefined: nan, with a `reason`.

    Raises
    ------
    UsageError
        Not a table of raters by calls, no call rated twice, or an unknown level.

    References
    ----------
    1. Krippendorff K (2019). Content Analysis, 4th ed., chapter 12.

    Examples
    --------
    >>> nan = float("nan")
    >>> r = krippendorff_alpha([[5, 3, 4, 2, nan], [5, 3, 3, 2, 1], [4, 3, 4, 2, 1]])
    >>> round(r.estimate, 3)
    0.921
    """
    choose("level", level, LEVELS)
    share = tails(confidence)[0]
    table = np.asarray(ratings, dtype=float)
    if table.ndim != 2:
        raise UsageError("ratings are a table of raters by calls")
    values, codes = np.unique(table[~np.isnan(table)], return_inverse=True)
    per_call = np.zeros((table.shape[1], len(values)))
    np.add.at(per_call, (np.nonzero(~np.isnan(table))[1], codes), 1)
    per_call = per_call[per_call.sum(axis=1) >= 2]
    calls = len(per_call)
    if calls == 0:
        raise UsageError("no call was rated twice", hint="Let two raters score the same calls.")
    pairs = _coincidences(per_call)
    estimate = float(_alpha(pairs.sum(axis=0)[None], values, level)[0])
    if math.isnan(estimate):
        reason = "all ratings are equal: agreement beyond chance is undefined"
        return Interval(NAN, NAN, NAN, f"krippendorff, {level}", confidence, n=calls, reason=reason)
    low, high = NAN, NAN
    if resamples:
        random = np.random.default_rng(seed)
        weights = random.multinomial(calls, np.full(calls, 1 / calls), size=resamples)
        again = np.tensordot(weights.astype(float), pairs, axes=1)
        drawn = _alpha(again, values, level)
        # A resample with only one value agrees perfectly.
        low, high = np.quantile(np.where(np.isnan(drawn), 1.0, drawn), [share, 1 - share])
    return Interval(estimate, float(low), float(high), f"krippendorff, {level}", confidence, n=calls)


def _coincidences(per_call: Array) -> Array:
    # Pairs of ratings within each call, weighting each call by its number of ratings.
    size = per_call.sum(axis=1)
    pairs = per_call[:, :, None] * per_call[:, None, :]
    index = np.arange(per_call.shape[1])
    pairs[:, index, index] -= per_call
    return pairs / (size - 1)[:, None, None]


def _alpha(pairs: Array, values: Array, level: str) -> Array:
    totals = pairs.sum(axis=2)
    n = totals.sum(axis=1)
    distance = _distance(totals, values, level)
    observed = (pairs * distance).sum(axis=(1, 2))
    expected = (totals[:, :, None] * totals[:, None, :] * distance).sum(axis=(1, 2))
    with np.errstate(all="ignore"):
        return np.where(expected > 0, 1 - (n - 1) * observed / expected, np.nan)


def _distance(totals: Array, values: Array, level: str) -> Array:
    a, b = values[:, None], values[None, :]
    if level == "nominal":
        return (a != b).astype(float)[None]
    if level == "interval":
        return ((a - b) ** 2)[None]
    if level == "ratio":
        with np.errstate(all="ignore"):
            return np.nan_to_num(((a - b) / (a + b)) ** 2)[None]
    # Ordinal: the number of ratings between the two, counting each end as half.
    middle = np.cumsum(totals, axis=1) - totals / 2
    return (middle[:, :, None] - middle[:, None, :]) ** 2


def net_promoter_score(
    promoters: float, passives: float, detractors: float, *, confidence: float = 0.95
) -> Interval:
    """Net Promoter Score: share of 9-10 minus share of 0-6, in points.

    Answers are independent, from a random sample of those called: people who do
    not answer may think differently, so report the response rate with it.

    Parameters
    ----------
    promoters, passives, detractors : float
        Answers of 9-10, 7-8, 0-6.
    confidence : float
        Of the interval, by the multinomial variance and the t quantile.

    Returns
    -------
    Interval
        In points, -100 to 100. If all answers are of one kind, the variance is 0
        and the limit comes from the Wilson interval of that kind. Without answers: nan.

    Raises
    ------
    UsageError
        A count is negative or missing.

    References
    ----------
    1. Rocks B (2016). Interval estimation for the "Net Promoter Score".
       American Statistician 70:365-372.

    Examples
    --------
    >>> r = net_promoter_score(50, 30, 20)
    >>> r.estimate, round(r.low, 1), round(r.high, 1)
    (30.0, 14.5, 45.5)
    """
    answers = np.array([promoters, passives, detractors], dtype=float)
    share = tails(confidence)[0]
    if not np.isfinite(answers).all() or (answers < 0).any():
        raise UsageError("answers are missing or negative")
    n = float(answers.sum())
    if n == 0:
        return Interval(NAN, NAN, NAN, "multinomial", confidence, n=0, reason="no answer")
    up, _, down = answers / n
    score, variance = up - down, (up + down - (up - down) ** 2) / n
    if variance <= 1e-15:
        slack = 1 - float(proportion_interval(n, n, confidence=confidence).low)
        # Unseen answers may be anything: at worst, promoters turn out to be detractors.
        reach = slack * (2 if abs(score) > 0.5 else 1)
        low, high = max(score - reach, -1.0), min(score + reach, 1.0)
        error, df = 0.0, math.inf
    else:
        error, df = math.sqrt(variance), max(n - 1, 1.0)
        half = t_quantile(share, df) * error
        low, high = max(score - half, -1.0), min(score + half, 1.0)
    return Interval(
        float(100 * score),
        float(100 * low),
        float(100 * high),
        "multinomial",
        confidence,
        standard_error=100 * error,
        n=n,
        degrees_of_freedom=df,
    )

"""The difference of two shares within strata, such as the days on which contacts were loaded.

Within a stratum both arms share everything that the stratum brings with it (a drift
of conversion, a good day); only differences within strata are averaged, so none of
it reaches the result.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from callstats.errors import UsageError
from callstats.stats.checking import tails
from callstats.stats.limits import invert, p_value, quantiles
from callstats.stats.results import NAN, Comparison
from callstats.stats.sequential import Sequential, exponential

#: Logarithms of the ratios of conversion that the stratified e-process bets on.
_GRID = np.linspace(-8.0, 8.0, 2001)


@dataclass(frozen=True, eq=False)
class TwoByTwoStrata:
    """Successes and trials of two arms in strata that both arms have.

    Attributes
    ----------
    events, trials, control_events, control_trials : ndarray of shape (strata,)
    """

    events: np.ndarray
    trials: np.ndarray
    control_events: np.ndarray
    control_trials: np.ndarray

    @classmethod
    def of(cls, events: Any, trials: Any, control_events: Any, control_trials: Any) -> TwoByTwoStrata:
        """Return the strata with trials in both arms.

        Raises
        ------
        UsageError
            Arrays of different length, or counts that are missing or impossible.
        """
        columns = [
            np.asarray(c, dtype=float).ravel() for c in (events, trials, control_events, control_trials)
        ]
        if len({len(column) for column in columns}) != 1:
            raise UsageError("every stratum has four numbers", hint="Pass four arrays of the same length.")
        x1, n1, x0, n0 = columns
        if not all(np.isfinite(column).all() and (column >= 0).all() for column in columns):
            raise UsageError("a count is missing or negative")
        if (x1 > n1).any() or (x0 > n0).any():
            raise UsageError(
                "more events than trials", hint="Pass the numerator first, then its denominator."
            )
        both = (n1 > 0) & (n0 > 0)
        return cls(x1[both], n1[both], x0[both], n0[both])

    @property
    def sizes(self) -> np.ndarray:
        """Trials of both arms in each stratum."""
        return self.trials + self.control_trials

    @property
    def weights(self) -> np.ndarray:
        """Mantel and Haenszel's weights: the precision of a stratum's difference, up to its share."""
        return self.trials * self.control_trials / self.sizes

    @property
    def estimate(self) -> float:
        """The weighted difference; nan without a stratum."""
        total = float(self.weights.sum())
        gaps = self.events / self.trials - self.control_events / self.control_trials
        return float((self.weights * gaps).sum()) / total if total else NAN

    @property
    def null_variance(self) -> float:
        """Variance of the estimate under no difference, given the successes of each stratum."""
        won, size = self.events + self.control_events, self.sizes
        spread = self.weights * won * (size - won) / (size * np.maximum(size - 1, 1))
        return float(spread.sum()) / float(self.weights.sum()) ** 2

    @property
    def own_variance(self) -> float:
        """Variance of the estimate at the estimate, right for few large and for many small strata.

        References
        ----------
        1. Sato T, Greenland S, Robins JM (1989). On the variance estimator for the
           Mantel-Haenszel risk difference. Biometrics 45:1323-1324.
        """
        n1, n0, size = self.trials, self.control_trials, self.sizes
        x1, x0 = self.events, self.control_events
        slope = (n1**2 * x0 - n0**2 * x1 + n1 * n0 * (n0 - n1) / 2) / size**2
        level = (x1 * (n0 - x0) + x0 * (n1 - x1)) / (2 * size)
        total = float(self.weights.sum())
        return max(self.estimate * float(slope.sum()) + float(level.sum()), 0.0) / total**2

    def score(self, difference: float, design_effect: float = 1.0) -> float:
        """Return the score statistic of a difference common to all strata."""
        gap = self.estimate - difference
        if abs(gap) < 1e-15:
            return 0.0
        p1, p0 = self.restricted(difference)
        each = p1 * (1 - p1) / self.trials + p0 * (1 - p0) / self.control_trials
        each = each * self.sizes / np.maximum(self.sizes - 1, 1)
        total = float(self.weights.sum())
        variance = design_effect * float((self.weights**2 * each).sum()) / total**2
        return gap / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, gap)

    def e_values(self, prior: tuple[float, float] = (1, 1)) -> np.ndarray:
        """Return the evidence against equal arms after each stratum, in their order.

        The mixture is over a fixed grid of ratios of conversion, so that it does not
        depend on the data: see `stratified_conversion_e_value`.
        """
        from scipy.special import expit, logsumexp, xlog1py, xlogy

        ratio = np.exp(_GRID)
        chance = expit(_GRID)
        density = xlogy(prior[0], chance) + xlog1py(prior[1], -chance)
        density -= logsumexp(density)
        share, won = self.trials / np.maximum(self.sizes, 1), self.events + self.control_events
        logs, found = density, []
        for each, x1, m in zip(share.tolist(), self.events.tolist(), won.tolist(), strict=True):
            logs = logs + x1 * _GRID - m * np.log1p(each * (ratio - 1))
            found.append(exponential(np.asarray(logsumexp(logs)).item()))
        return np.array(found)

    def together(self, numbers: np.ndarray) -> TwoByTwoStrata:
        """Return the first strata with those of the same number as one, of those that both arms have.

        Parameters
        ----------
        numbers : ndarray of int
            Of the first strata; the others are left out.
        """
        columns = (self.events, self.trials, self.control_events, self.control_trials)
        return TwoByTwoStrata.of(*(np.bincount(numbers, weights=c[: len(numbers)]) for c in columns))

    def restricted(self, difference: float) -> tuple[np.ndarray, np.ndarray]:
        """Return each stratum's most likely two shares that differ by a given amount.

        References
        ----------
        1. Farrington CP, Manning G (1990). Test statistics and sample size formulae
           for comparative binomial trials. Statistics in Medicine 9:1447-1454.
        """
        x1, n1, x0, n0, d = self.events, self.trials, self.control_events, self.control_trials, difference
        total = self.sizes
        if d == 0:
            pooled = (x1 + x0) / total
            return pooled, pooled
        b = ((n1 + 2 * n0) * d - total - x1 - x0) / total
        c = ((n0 * d - total - 2 * x0) * d + x1 + x0) / total
        e = x0 * d * (1 - d) / total
        shift = b / 3
        depth = shift**3 - b * c / 6 + e / 2
        radius = np.copysign(np.sqrt(np.maximum(shift**2 - c / 3, 0.0)), depth)
        cubed = np.where(radius == 0, 1.0, radius**3)
        angle = np.arccos(np.clip(depth / cubed, -1.0, 1.0))
        p0 = np.where(radius == 0, -shift, 2 * radius * np.cos((np.pi + angle) / 3) - shift)
        p0 = np.clip(p0, max(0.0, -d), min(1.0, 1.0 - d))
        return np.clip(p0 + d, 0.0, 1.0), p0


def stratified_proportion_difference(
    events: Any,
    trials: Any,
    control_events: Any,
    control_trials: Any,
    *,
    margin: float = 0.0,
    design_effect: float = 1.0,
    alternative: str = "two-sided",
    confidence: float = 0.95,
) -> Comparison:
    """Difference of two proportions, compared within strata and averaged.

    Use it when the arms' shares of the trials differ from stratum to stratum and the
    proportions may too: contacts loaded on different days, of which one arm got more
    late. Trials are independent within their stratum. The strata are weighted as by
    Mantel and Haenszel, so that neither few large strata nor many of a few trials
    are a problem; a stratum that one arm lacks counts for nothing.

    Parameters
    ----------
    events, trials, control_events, control_trials : array_like of shape (strata,)
        Successes and attempts of the two arms in each stratum.
    margin : float
        The difference tested.
    design_effect : float
        Variance over that of independent trials.
    alternative : str
        "two-sided", "greater" or "less".
    confidence : float
        Of the interval.

    Returns
    -------
    Comparison
        Miettinen and Nurminen's score statistic over all strata. At a margin of 0 its
        square is the chi-square of Cochran, Mantel and Haenszel without continuity
        correction; in one stratum it is `proportion_difference`. Without a stratum
        that both arms have, everything is nan with a `reason`.

    Raises
    ------
    UsageError
        Arrays of different length, impossible counts, or a margin beyond -1 or 1.

    References
    ----------
    1. Miettinen O, Nurminen M (1985). Comparative analysis of two rates.
       Statistics in Medicine 4:213-226.
    2. Mantel N, Haenszel W (1959). Statistical aspects of the analysis of data
       from retrospective studies. Journal of the National Cancer Institute
       22:719-748.
    3. Klingenberg B (2014). A new and improved confidence interval for the
       Mantel-Haenszel risk difference. Statistics in Medicine 33:2968-2983.

    Examples
    --------
    Early contacts convert better, and more of them are in the control:

    >>> r = stratified_proportion_difference([20, 45], [100, 900], [180, 5], [900, 100])
    >>> round(r.estimate, 3), round(r.p_value, 3)
    (0.0, 1.0)
    """
    if not -1 < margin < 1:
        raise UsageError(f"margin {margin!r} is not between -1 and 1", hint="2 points are 0.02.")
    share, method = tails(confidence, alternative), "stratified miettinen-nurminen"
    strata = TwoByTwoStrata.of(events, trials, control_events, control_trials)
    if not len(strata.trials):
        reason = "the arms have no stratum in common"
        return Comparison(NAN, NAN, NAN, NAN, method, confidence, margin, alternative, reason=reason)
    estimate = strata.estimate
    low, high = invert(lambda d: strata.score(d, design_effect), estimate, (-1.0, 1.0), quantiles(share))
    z = strata.score(margin, design_effect)
    return Comparison(
        estimate,
        -1.0 if share[0] == 0 else max(low, -1.0),
        1.0 if share[1] == 0 else min(high, 1.0),
        p_value(z, alternative),
        method,
        confidence,
        margin,
        alternative,
        statistic=z,
        standard_error=math.sqrt(strata.own_variance * design_effect),
    )


def stratified_conversion_e_value(
    events: Any,
    control_events: Any,
    trials: Any,
    control_trials: Any,
    *,
    prior: tuple[float, float] = (1, 1),
    confidence: float = 0.95,
) -> Sequential:
    """Evidence from the conversions of strata, at any look (stratified count e-process).

    Strata come one after the other, such as the days on which contacts were loaded,
    each with its own conversion and its own split. Without an effect, the conversions
    of a stratum fall on the arms like its contacts: neither a drift of conversion nor
    of the split is taken for an effect. As conversions are drawn from finitely many
    contacts, they spread less than the binomial distribution of the process, which
    errs on the safe side [2]_.

    Parameters
    ----------
    events, control_events, trials, control_trials : array_like of shape (strata,)
        Conversions and contacts of the strata so far.
    prior : tuple of float
        Beta mixture over r / (1 + r), r being the ratio of the arms' conversion; at even
        splits this is the mixture of `conversion_e_value`.
    confidence : float
        Stated with the result.

    Returns
    -------
    Sequential
        `estimate` is Mantel and Haenszel's ratio of conversion; the null is 1. It has
        no limits (nan): the process bets against no difference only.

    Raises
    ------
    UsageError
        Arrays of different length, or impossible counts.

    References
    ----------
    .. [1] Lindon M, Malek A (2022). Anytime-valid inference for multinomial count
       data. NeurIPS 2022.
    .. [2] Hoeffding W (1963). Probability inequalities for sums of bounded random
       variables. Journal of the American Statistical Association 58:13-30, section 6.

    Examples
    --------
    >>> r = stratified_conversion_e_value([60], [40], [1000], [1000])
    >>> round(r.e_value, 3), round(r.estimate, 2)
    (0.914, 1.5)
    """
    tails(confidence)
    strata = TwoByTwoStrata.of(events, trials, control_events, control_trials)
    x1, x0 = strata.events, strata.control_events
    total = float((x1 + x0).sum())
    e_value = float(strata.e_values(prior)[-1]) if total else 1.0
    up = float((x1 * strata.control_trials / strata.sizes).sum())
    down = float((x0 * strata.trials / strata.sizes).sum())
    return Sequential(
        up / down if down else (math.inf if up else NAN),
        NAN,
        NAN,
        min(1.0, 1 / e_value) if e_value > 0 else 1.0,
        e_value,
        1.0,
        "stratified count e-process",
        confidence,
        reason="no limits: the process bets against no difference only" if total else "no conversion yet",
    )

"""The days on which the contacts of two arms were loaded: alike, to be adjusted for, or not comparable.

Conversion drifts, and days are not alike. Where the arms' shares of the contacts differ
from one day of loading to the next, that drift would be taken for a difference of the arms;
so they are compared within days of loading, and only there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from callstats.answers.compare.ab_test_horizon import Trial
from callstats.answers.core.estimates import NAN
from callstats.stats import Comparison, TwoByTwoStrata

#: With less of the contacts on days that both arms share, or less of what as many contacts
#: of arms loaded side by side would tell, nothing is concluded.
LEAST_COVERED, LEAST_KEPT = 0.5, 0.2
#: Days are compared one by one where that keeps this much of what their contacts tell, or, if the
#: arms' shares may differ between them (at this level), that much; otherwise neighbours are taken
#: together.
CHEAP, ALIKE_P, BEARABLE = 0.97, 0.2, 0.95
#: Fewest contacts of days taken together: comparing within so many loses one in fifty.
FEWEST_TOGETHER = 50
#: Shares that differ by more than chance at this level are told, and days compared one by one.
DIFFERENT_P = 0.01
#: The reason of a comparison that days of loading forbid.
NOT_SHARED = "the groups were loaded on different days"
#: What arms that are not comparable have to be compared within.
NO_DAYS = TwoByTwoStrata.of([], [], [], [])


@dataclass(frozen=True, eq=False)
class LoadingDays:
    """The contacts of both arms by day of loading.

    Attributes
    ----------
    days : ndarray of shape (days,)
        Counted from 1970; -1 for contacts whose day is unknown.
    control, treatment : ndarray of shape (days,)
        Contacts loaded.
    """

    days: np.ndarray
    control: np.ndarray
    treatment: np.ndarray

    @classmethod
    def of(cls, trial: Trial) -> LoadingDays:
        """Return the days of loading of a trial's contacts, followed to the end or not."""
        day, treated = trial.contacts["stratum"].to_numpy(), trial.contacts["treated"].to_numpy(dtype=bool)
        days, code = np.unique(day, return_inverse=True)
        counts = [np.bincount(code[mine], minlength=len(days)).astype(float) for mine in (~treated, treated)]
        return cls(days, *counts)

    @cached_property
    def strata(self) -> tuple[np.ndarray, np.ndarray]:
        """Contacts of control and treatment in each stratum: a day, or thin days taken together."""
        control, treatment = (np.bincount(self.blocks, weights=arm) for arm in (self.control, self.treatment))
        return control, treatment

    @property
    def shared(self) -> int:
        """Number of strata that both arms have."""
        return int(np.minimum(*self.strata).astype(bool).sum())

    @property
    def covered(self) -> float:
        """Share of all contacts that were loaded on days both arms have."""
        control, treatment = self.strata
        size = control + treatment
        return float(size[(control > 0) & (treatment > 0)].sum() / size.sum()) if size.sum() else NAN

    @property
    def kept(self) -> float:
        """What the shared days tell, in parts of what as many contacts loaded side by side would."""
        return _kept(*self.strata)

    @property
    def apart(self) -> float:
        """Share of one arm's contacts that other days would have to take to make the arms alike."""
        a, b = self.control.sum(), self.treatment.sum()
        return float(np.abs(self.control / a - self.treatment / b).sum() / 2) if a and b else NAN

    @cached_property
    def p_value(self) -> float:
        """Of equal shares on all days, by chi-square."""
        from scipy.special import chdtrc

        if len(self.days) < 2 or not (self.control.sum() and self.treatment.sum()):
            return 1.0
        size = self.control + self.treatment
        part = self.treatment.sum() / size.sum()
        gaps = (self.treatment - size * part) ** 2 / (size * part * (1 - part))
        return float(chdtrc(len(self.days) - 1, gaps.sum()))

    @property
    def several(self) -> bool:
        """Whether contacts were loaded on more than one day."""
        return len(self.days) > 1

    @property
    def refused(self) -> bool:
        """Whether the arms share too little to be compared at all."""
        known = self.control.sum() > 0 and self.treatment.sum() > 0
        return bool(known and self.several and (self.covered < LEAST_COVERED or self.kept < LEAST_KEPT))

    @property
    def differs(self) -> bool:
        """Whether the arms' shares differ between days by more than chance."""
        return self.p_value < DIFFERENT_P

    @property
    def adjusted(self) -> bool:
        """Whether the arms are compared within days of loading."""
        return self.several and not self.refused

    @cached_property
    def blocks(self) -> np.ndarray:
        """The number of the stratum that each day belongs to.

        A day is a stratum. Where days are so thin that comparing within each would lose
        contacts, and the arms' shares are alike on all, neighbours are one stratum: that
        still takes out a drift.
        """
        kept = _kept(self.control, self.treatment)
        doubtful = self.p_value < ALIKE_P and kept >= BEARABLE
        if kept >= CHEAP or doubtful or self.differs:
            return np.arange(len(self.days))
        blocks, number, inside = [], 0, 0.0
        for size in (self.control + self.treatment).tolist():
            blocks.append(number)
            inside += size
            if inside >= FEWEST_TOGETHER:
                number, inside = number + 1, 0.0
        return np.array(blocks)

    def block_of(self, days: np.ndarray) -> np.ndarray:
        """Return the number of the stratum of each of some days."""
        return self.blocks[np.searchsorted(self.days, days)]

    def weights(self, trial: Trial, per: Any = None) -> tuple[np.ndarray, np.ndarray]:
        """Return the weight and the stratum's number of every contact whose horizon is over.

        Weighted, both arms have the same composition by day (that of Mantel and Haenszel's
        weights), and each arm's weights add up to its contacts. A contact of a day that
        one arm lacks has weight 0.

        Parameters
        ----------
        trial : Trial
        per : ndarray of shape (contacts,), optional
            What is counted of each contact; 1 if omitted.
        """
        done = trial.done
        treated = done["treated"].to_numpy(dtype=bool)
        each = np.ones(len(done)) if per is None else np.asarray(per, dtype=float)
        code = self.block_of(done["stratum"].to_numpy())
        one, other = (np.bincount(code, weights=each * mine) for mine in (treated, ~treated))
        with np.errstate(all="ignore"):
            shared = np.nan_to_num(one * other / (one + other))
            wanted = shared / shared.sum()
            factors = [np.nan_to_num(wanted * arm.sum() / arm, posinf=0.0) for arm in (one, other)]
        return np.where(treated, factors[0][code], factors[1][code]), code


def _kept(control: np.ndarray, treatment: np.ndarray) -> float:
    """Return what strata tell, in parts of what as many contacts in one would."""
    a, b = float(control.sum()), float(treatment.sum())
    size = np.maximum(control + treatment, 1)
    return float((control * treatment / size).sum()) * (a + b) / (a * b) if a and b else NAN


def standardised(
    trial: Trial, loading: LoadingDays, top: np.ndarray, below: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return two columns whose ratio in each arm is that of both arms' common days of loading.

    What a day's contacts have in common is taken out of the first, alike in both arms, so
    that it adds nothing to the variance of the arms' difference.
    """
    weight, code = loading.weights(trial, below)
    sums = [np.bincount(code, weights=values * (weight > 0)) for values in (top, below, weight * below)]
    with np.errstate(all="ignore"):
        level = np.nan_to_num(sums[0] / sums[1])
    level -= float((level * sums[2]).sum() / sums[2].sum()) if sums[2].sum() else 0.0
    return weight * (top - level[code] * below), weight * below


def strata_by_day(trial: Trial, events: Any, trials: Any) -> tuple[np.ndarray, TwoByTwoStrata]:
    """Return days, and the events and trials of contacts whose horizon is over by day and arm.

    The strata have all days, also those that one arm lacks.
    """
    done = trial.done
    treated = done["treated"].to_numpy(dtype=bool)
    days, code = np.unique(done["stratum"].to_numpy(), return_inverse=True)
    sums = [
        np.bincount(code, weights=np.asarray(values, dtype=float) * mine, minlength=len(days))
        for mine in (treated, ~treated)
        for values in (events, trials)
    ]
    return days, TwoByTwoStrata(*sums)


def not_shared(estimate: float, confidence: float) -> Comparison:
    """Return the comparison of arms that share too few days of loading: no limits, no test."""
    return Comparison(estimate, NAN, NAN, NAN, "not comparable", confidence, reason=NOT_SHARED)

"""Whether the two arms of a test are alike in all but what is tested."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from callstats.answers.compare.ab_test.horizon import Trial
from callstats.answers.core.estimates import NAN

#: Attributes with more values than this are names, not groups.
_MOST_LEVELS = 30
#: Standardised differences from here on are worth a word.
OFF_BALANCE = 0.1


@dataclass(frozen=True, slots=True)
class Balance:
    """One attribute known before the test, in both arms.

    Attributes
    ----------
    name, level : str
        The attribute; for groups the value that differs most, otherwise "".
    control, treatment : float
        Means, or shares of the level.
    difference : float
        In standard deviations; of a text attribute the largest over its values.
    """

    name: str
    level: str
    control: float
    treatment: float
    difference: float

    @property
    def off(self) -> bool:
        """Whether the arms differ by a tenth of a standard deviation or more."""
        return abs(self.difference) >= OFF_BALANCE


def balances(trial: Trial) -> tuple[Balance, ...]:
    """Return the balance of every known attribute, the largest difference first.

    References
    ----------
    1. Austin PC (2009). Balance diagnostics for comparing the distribution of
       baseline covariates between treatment groups. Statistics in Medicine
       28:3083-3107.
    """
    treated = trial.contacts["treated"].to_numpy(dtype=bool)
    found = [
        _balance(name, trial.contacts[f"x_{name}"], kind, treated) for name, kind in trial.attributes.items()
    ]
    return tuple(sorted((b for b in found if b is not None), key=lambda b: -abs(b.difference)))


def _balance(name: str, values: Any, kind: str, treated: np.ndarray) -> Balance | None:
    known = values.notna().to_numpy(dtype=bool)
    if not (known & treated).any() or not (known & ~treated).any():
        return None
    if kind == "text":
        return _levels(name, values[known].astype(str), treated[known])
    number = values[known].to_numpy(dtype=float)
    if number.min() == number.max():
        return None
    return _standardised(name, "", number[~treated[known]], number[treated[known]])


def _standardised(name: str, level: str, control: np.ndarray, treatment: np.ndarray) -> Balance:
    a, b = float(control.mean()), float(treatment.mean())
    spread = math.sqrt((float(control.var()) + float(treatment.var())) / 2)
    return Balance(name, level, a, b, (b - a) / spread if spread else (0.0 if a == b else math.inf))


def _levels(name: str, values: Any, treated: np.ndarray) -> Balance | None:
    levels = sorted(values.unique())
    if not 2 <= len(levels) <= _MOST_LEVELS:
        return None
    text = values.to_numpy()
    each = [_standardised(name, lv, text[~treated] == lv, text[treated] == lv) for lv in levels]
    return max(each, key=lambda one: abs(one.difference))


@dataclass(frozen=True, slots=True)
class Apart:
    """How differently the work on two arms is spread over hours or agents.

    Attributes
    ----------
    share : float
        Share of one arm's work that would have to move to make the arms alike; nan if unknown.
    p_value : float
        Of the same spread, by chi-square over calls.
    shared : float
        Share of the work done in hours (by agents) that both arms have.
    fewest : int
        Hours (agents) of the arm that has fewest.
    """

    share: float = NAN
    p_value: float = NAN
    shared: float = NAN
    fewest: int = 0

    @property
    def off(self) -> bool:
        """Whether the arms differ by more than a tenth, and by more than chance."""
        return self.share > 0.1 and self.p_value < 0.001


def hours_apart(trial: Trial) -> Apart:
    """Compare the hours at which the two arms were dialled."""
    hour = nw.col("local_started_at").dt.hour()
    return _apart(trial.calls.filter(nw.col("inside")).with_columns(key=hour))


def agents_apart(trial: Trial) -> Apart:
    """Compare the agents who held the conversations of the two arms."""
    if not {"agent_id", "handled"} <= trial.columns:
        return Apart()
    return _apart(
        trial.calls.filter(nw.col("inside"), nw.col("handled")).with_columns(key=nw.col("agent_id"))
    )


def _apart(calls: nw.LazyFrame) -> Apart:
    found = (
        calls.filter(~nw.col("key").is_null())
        .group_by("key")
        .agg(nw.len().alias("calls"), treatment=nw.col("treated").sum())
        .collect("pandas")
        .to_native()
    )
    treatment = found["treatment"].to_numpy(dtype=float)
    control = found["calls"].to_numpy(dtype=float) - treatment
    return apart(control, treatment)


def apart(control: np.ndarray, treatment: np.ndarray) -> Apart:
    """Compare two spreads of work over the same places.

    Parameters
    ----------
    control, treatment : ndarray of shape (places,)
        Calls in each.

    Examples
    --------
    >>> found = apart(np.array([50.0, 50.0]), np.array([80.0, 20.0]))
    >>> round(found.share, 2), found.shared, found.fewest
    (0.3, 1.0, 2)
    """
    from scipy.stats import chi2_contingency

    if not control.sum() or not treatment.sum():
        return Apart()
    share = float(np.abs(control / control.sum() - treatment / treatment.sum()).sum() / 2)
    both = (control > 0) & (treatment > 0)
    shared = float((control + treatment)[both].sum() / (control + treatment).sum())
    fewest = int(min((control > 0).sum(), (treatment > 0).sum()))
    table = np.array([control, treatment])
    p_value = float(chi2_contingency(table).pvalue) if table.shape[1] > 1 else 1.0  # type: ignore[union-attr]
    return Apart(share, p_value, shared, fewest)

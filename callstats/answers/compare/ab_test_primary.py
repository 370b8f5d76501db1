"""The primary figure of a test: at the horizon, by assignment, and day by day while it runs."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from callstats.answers.compare.ab_test_decision import Decision
from callstats.answers.compare.ab_test_horizon import Trial
from callstats.answers.compare.ab_test_loading import (
    LoadingDays,
    not_shared,
    standardised,
    strata_by_day,
)
from callstats.answers.compare.ab_test_looks import ArmCounts, Basis, Look, counted_of, difference
from callstats.answers.core.answer import Answer
from callstats.answers.core.estimates import NAN
from callstats.answers.core.voice import Voice
from callstats.errors import UsageError
from callstats.kpis.define import KPI
from callstats.moments import Moments
from callstats.show.digits import unknown
from callstats.stats import (
    Comparison,
    Interval,
    Sequential,
    TwoByTwoStrata,
    arm_moments,
    conversion_e_value,
    proportion_interval,
    proportion_ratio,
    ratio_difference,
    stratified_conversion_e_value,
    stratified_proportion_difference,
    stratified_risk_ratio,
)

if TYPE_CHECKING:
    import pandas as pd

    from callstats.show.display import Sentence


#: The possible primary figures: whether contacts count once loaded, or once reached.
PRIMARIES = {"conversion_per_lead": False, "conversion_per_contact": True}


@dataclass(frozen=True)
class Primary(Answer):
    """The primary figure at the horizon.

    Attributes
    ----------
    names : tuple of str
        Names of control and treatment.
    kpi : KPI
    cells : ArmCounts
        Successes and contacts of both arms.
    arms : tuple of Interval or None
        Wilson's interval of each arm; None for an arm without contacts.
    difference, lift : Comparison or None
        Treatment minus control, and treatment over control minus 1: for a single look if
        that is final, otherwise for any number of looks.
    decision : Decision
        Whether that is final, and the interval that counts.
    confidence : float
        Of the intervals.
    margin : float
        Largest loss that does not matter; 0 for none.
    design_effect : float
        Variance with agents as a random sample over that of contacts; nan without agents.
    clustered : bool
        The difference's interval allows for agents.
    broken : str
        Why the arms cannot be compared; empty where they can.
    late : int
        Successes that came after the horizon and are not in it.
    by_day : bool
        The difference is that within days of loading.
    horizon_days : int
    """

    voice: Voice
    names: tuple[str, str]
    kpi: KPI
    cells: ArmCounts
    arms: tuple[Interval | None, Interval | None]
    difference: Comparison | None
    lift: Comparison | None
    decision: Decision
    confidence: float
    margin: float = 0.0
    design_effect: float = NAN
    clustered: bool = False
    broken: str = ""
    late: int = 0
    by_day: bool = False
    horizon_days: int = 0

    def to_frame(self) -> pd.DataFrame:
        """Return measure, control, treatment, estimate, low, high, p_value, method: difference and lift."""
        import pandas as pd

        values = [NAN if arm is None else float(arm.estimate) for arm in self.arms]
        rows = [
            (f"{self.kpi.name}{suffix}", *values, c.estimate, c.low, c.high, c.p_value, c.method)
            for suffix, c in (("", self.difference), (" (relative)", self.lift))
            if c is not None
        ]
        columns = ["measure", "control", "treatment", "estimate", "low", "high", "p_value", "method"]
        return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True)
class Monitoring(Answer):
    """The looks of a test and its decision.

    Attributes
    ----------
    names : tuple of str
    kpi : KPI
        The primary figure.
    looks : tuple of Look
        One for each day with new data.
    basis : str
        "completed": contacts enter when their horizon is over; "age": each arm was
        loaded on one day, and looks are at the same age of both.
    decision : Decision
    evidence : Sequential or None
        From the conversion counts alone, at the last look.
    horizon_days : int
    confidence : float
    """

    voice: Voice
    names: tuple[str, str]
    kpi: KPI
    looks: tuple[Look, ...]
    basis: Basis
    decision: Decision
    evidence: Sequential | None
    horizon_days: int
    confidence: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row per look.

        Columns: day, contacts, control_events, control_trials, events, trials,
        estimate, low, high (confidence sequence), fixed_low, fixed_high (single
        look), statistic, e_value.
        """
        import pandas as pd

        names = ["day", "contacts", "control_events", "control_trials", "events", "trials", "estimate"]
        names += ["low", "high", "fixed_low", "fixed_high", "statistic", "e_value"]
        rows = [
            [getattr(look.cells if hasattr(look.cells, name) else look, name) for name in names]
            for look in self.looks
        ]
        return pd.DataFrame(rows, columns=names)

    @property
    def status(self) -> Sentence:
        """Final, decided early, or open, and what is missing."""
        return self.telling.status()


def count_arms(trial: Trial, reached: bool) -> ArmCounts:
    """Return the successes and contacts of both arms whose horizon is over."""
    treated = trial.done["treated"].to_numpy(dtype=bool)
    won, trials = counted_of(trial, reached)
    sums = [float((values * mine).sum()) for mine in (~treated, treated) for values in (won, trials)]
    return ArmCounts(*sums)


def count_by_day(trial: Trial, reached: bool, loading: LoadingDays) -> TwoByTwoStrata:
    """Return the successes and contacts of both arms by day of loading, of days that both have."""
    days, strata = strata_by_day(trial, *counted_of(trial, reached))
    return strata.together(loading.block_of(days))


def compare_arms(
    cells: ArmCounts,
    by_agent: tuple[Comparison, Comparison | None] | None,
    confidence: float,
    clustered: bool,
    strata: TwoByTwoStrata | None = None,
) -> tuple[Comparison | None, Comparison | None]:
    """Return the difference and the relative lift for a single look; None if an arm is empty.

    With ``strata``, the days of loading, the arms are compared within them.
    """
    if not cells.both:
        return None, None
    if clustered:
        if by_agent is None:
            raise UsageError("fewer than two agents: nothing to cluster by", hint="Leave out cluster=.")
        return by_agent
    if strata is not None:
        return _compare_by_day(cells, strata, confidence)
    # Without a success in an arm there is no "times as often": the difference has its limits.
    some = cells.control_events > 0 and cells.events > 0
    return difference(cells, confidence), _lift(_ratio(cells, confidence)) if some else None


def _ratio(cells: ArmCounts, confidence: float) -> Comparison:
    numbers = (cells.events, cells.trials, cells.control_events, cells.control_trials)
    return proportion_ratio(*numbers, confidence=confidence)


def _lift(ratio: Comparison) -> Comparison:
    return replace(ratio, estimate=ratio.estimate - 1, low=ratio.low - 1, high=ratio.high - 1, null=0.0)


def _compare_by_day(
    cells: ArmCounts, strata: TwoByTwoStrata, confidence: float
) -> tuple[Comparison, Comparison | None]:
    """Return difference and lift within days of loading; not comparable if the arms share no day."""
    if not len(strata.trials):
        gap = cells.events / cells.trials - cells.control_events / cells.control_trials
        return not_shared(gap, confidence), None
    x1, n1, x0, n0 = strata.events, strata.trials, strata.control_events, strata.control_trials
    found = stratified_proportion_difference(x1, n1, x0, n0, confidence=confidence)
    if not (x1.sum() and x0.sum()):
        return found, None
    tables = np.stack([np.stack([x1, n1 - x1], axis=1), np.stack([x0, n0 - x0], axis=1)], axis=1)
    ratio = stratified_risk_ratio(tables, confidence=confidence)
    return found, _lift(ratio) if math.isfinite(ratio.estimate) else None


def arm_intervals(cells: ArmCounts, confidence: float) -> tuple[Interval | None, Interval | None]:
    """Return Wilson's interval of each arm."""
    pairs = ((cells.control_events, cells.control_trials), (cells.events, cells.trials))
    control, treatment = (proportion_interval(x, n, confidence=confidence) if n else None for x, n in pairs)
    return control, treatment


def compare_by_agents(
    trial: Trial, reached: bool, confidence: float, loading: LoadingDays | None = None
) -> tuple[Comparison, Comparison | None] | None:
    """Return difference and lift clustered by contacts and their last agents; None if impossible.

    A contact that no agent spoke with is a separate cluster. If the days of loading are to be
    adjusted for, both arms are weighted to the days they have in common.
    """
    done = trial.done
    agent: Any = done["agent"]
    treated: Any = done["treated"].to_numpy(dtype=bool)
    known = agent.notna().to_numpy(dtype=bool)
    y: Any
    n: Any
    y, n = counted_of(trial, reached)
    won = float(y[~treated].sum()) > 0 and float(y[treated].sum()) > 0
    if loading is not None and loading.adjusted:
        y, n = standardised(trial, loading, y, n)
    clusters = int(agent.nunique())
    if clusters < 2 or min(n[treated].sum(), n[~treated].sum()) == 0:
        return None
    by_agent = arm_moments(y[known], n[known], treated[known], agent[known].to_numpy(dtype=str))
    alone = arm_moments(y[~known], n[~known], treated[~known])
    both = by_agent + alone
    rows = arm_moments(y, n, treated)
    options: dict[str, Any] = {
        "agents": Moments(clusters, both.sums, both.products),
        "intersections": rows,
        "rows": rows,
        "confidence": confidence,
    }
    arms = [Moments.of({"numerator": y[mine], "denominator": n[mine]}) for mine in (treated, ~treated)]
    difference = ratio_difference(arms[0], arms[1], proportion=True, **options)
    return difference, ratio_difference(arms[0], arms[1], relative=True, **options) if won else None


def conversion_evidence(looks: tuple[Look, ...], share: float, confidence: float) -> Sequential | None:
    """Return the evidence from the conversion counts at the last look; None if they provide none."""
    if not looks or unknown(looks[-1].e_value):
        return None
    cells, strata = looks[-1].cells, looks[-1].strata
    if strata is not None:
        counts = (strata.events, strata.control_events, strata.trials, strata.control_trials)
        return stratified_conversion_e_value(*counts, confidence=confidence)
    return conversion_e_value(cells.events, cells.control_events, share=share, confidence=confidence)

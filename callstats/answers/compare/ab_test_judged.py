"""The primary figure of a test in numbers: compared within days of loading, look by look, and decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from callstats.answers.compare.ab_test_decision import Decision, decide
from callstats.answers.compare.ab_test_horizon import Trial
from callstats.answers.compare.ab_test_loading import NO_DAYS, LoadingDays
from callstats.answers.compare.ab_test_looks import ArmCounts, Look, Tuning, anytime, daily_looks
from callstats.answers.compare.ab_test_primary import (
    compare_arms,
    compare_by_agents,
    conversion_evidence,
    count_arms,
    count_by_day,
)
from callstats.answers.core.estimates import NAN
from callstats.stats import Comparison, Sequential


@dataclass(frozen=True)
class Judged:
    """The primary figure of a test in numbers.

    Attributes
    ----------
    cells : ArmCounts
        Successes and contacts of both arms.
    difference, lift : Comparison or None
        Of a single look if the test is final; otherwise they allow for any number of looks.
    looks : tuple of Look
    decision : Decision
    evidence : Sequential or None
        From the conversion counts alone.
    design_effect : float
        Variance with agents as a random sample over that of contacts; nan without agents.
    clustered : bool
        The difference's interval allows for agents.
    """

    cells: ArmCounts
    difference: Comparison | None
    lift: Comparison | None
    looks: tuple[Look, ...]
    decision: Decision
    evidence: Sequential | None
    design_effect: float
    clustered: bool


def judge(
    trial: Trial,
    loading: LoadingDays,
    tuning: Tuning,
    planned: int,
    *,
    reached: bool = False,
    clustered: bool = False,
    nested: bool = False,
    looks: int | Sequence[float] | None = None,
    declared: bool = True,
) -> Judged:
    """Compare the arms of a trial and decide.

    Parameters
    ----------
    trial : Trial
    loading : LoadingDays
        The days of loading: whether the arms are compared within them, or not at all.
    tuning : Tuning
    planned : int
        Contacts of both arms.
    reached : bool
        Successes are counted per contact reached, not per contact loaded.
    clustered, nested : bool
        The difference should hold for other agents; each arm has its own agents.
    looks : int or sequence of float, optional
        Planned looks.
    declared : bool
        Whether the planned contacts were set beforehand.
    """
    cells = count_arms(trial, reached)
    strata = (
        NO_DAYS if loading.refused else count_by_day(trial, reached, loading) if loading.adjusted else None
    )
    by_agent = compare_by_agents(trial, reached, tuning.confidence, loading)
    effect = by_agent[0].design_effect if by_agent is not None else NAN
    clustered = (clustered or (nested and by_agent is not None)) and not loading.refused
    if clustered and effect > 1:
        tuning = replace(tuning, design_effect=effect)
    apart = clustered and cells.both
    single, lift = compare_arms(cells, by_agent, tuning.confidence, apart, strata)
    seen = daily_looks(trial, reached, tuning, loading)
    decision = decide(trial, single, seen, tuning, planned, looks, declared=declared)
    if decision.kind != "final" and single is not None and not loading.refused:
        at_any = anytime(cells.control_trials, cells.trials, tuning.planned, tuning.confidence)
        again = compare_by_agents(trial, reached, at_any.confidence, loading) if apart else by_agent
        single, lift = (
            None if found is None else at_any.of(found)
            for found in compare_arms(cells, again, at_any.confidence, apart, strata)
        )
    evidence = conversion_evidence(seen, tuning.share, tuning.confidence)
    return Judged(cells, single, lift, seen, decision, evidence, effect, clustered)

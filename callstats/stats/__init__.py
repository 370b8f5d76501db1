"""Estimates, intervals and tests that hold on dialled data: numbers in, frozen results out.

No function here knows a data frame. What comes from many rows comes as
:class:`callstats.moments.Moments` over the independent units. Names are
imported when they are first used, since scipy takes a second to load.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from callstats.stats.agreement import krippendorff_alpha, net_promoter_score
    from callstats.stats.arms import arm_moments, both_arms
    from callstats.stats.charts import ControlLimits, control_limits
    from callstats.stats.clustered import ratio_difference
    from callstats.stats.counting import conversion_e_value, proportion_sequence
    from callstats.stats.covariates import adjusted_difference
    from callstats.stats.decomposition import Decomposition, lmdi, logarithmic_mean, shapley
    from callstats.stats.detectable import DetectableEffect, minimum_detectable_effect
    from callstats.stats.dispersion import Overdispersion, overdispersion
    from callstats.stats.erlang import QueuePerformance, agents_needed, queue_performance
    from callstats.stats.funnel import FunnelLimits, FunnelScores, funnel_limits, funnel_scores
    from callstats.stats.incidence import Incidence, cumulative_incidence
    from callstats.stats.looks import SequentialBounds, group_sequential_bounds
    from callstats.stats.means import mean_difference, quantile_interval, stochastic_superiority
    from callstats.stats.multiplicity import (
        ManyToOne,
        SampleRatio,
        adjust,
        bonferroni_confidence,
        many_to_one,
        sample_ratio,
    )
    from callstats.stats.planning import SampleSize, power, sample_size
    from callstats.stats.poststratified import PostStrata, post_strata, stratified_difference
    from callstats.stats.proportion_differences import proportion_difference
    from callstats.stats.proportion_ratios import proportion_ratio
    from callstats.stats.proportions import proportion_interval
    from callstats.stats.rate_ratios import rate_ratio
    from callstats.stats.rates import rate_difference, rate_interval
    from callstats.stats.ratios import ratio_interval, total_interval
    from callstats.stats.results import Comparison, Interval
    from callstats.stats.risk_ratio import stratified_risk_ratio
    from callstats.stats.sequential import Sequential, confidence_sequence
    from callstats.stats.shrinkage import Shrunken, shrink_proportions, shrink_rates
    from callstats.stats.standardised import StandardisedRatio, standardised_ratio
    from callstats.stats.strata import stratified_odds_ratio
    from callstats.stats.survival import LifeTable, hazard_ratio, life_table

_NAMES = {
    "agreement": (
        "krippendorff_alpha",
        "net_promoter_score",
    ),
    "arms": (
        "arm_moments",
        "both_arms",
    ),
    "charts": (
        "ControlLimits",
        "control_limits",
    ),
    "clustered": ("ratio_difference",),
    "counting": (
        "conversion_e_value",
        "proportion_sequence",
    ),
    "covariates": ("adjusted_difference",),
    "decomposition": (
        "Decomposition",
        "lmdi",
        "logarithmic_mean",
        "shapley",
    ),
    "detectable": (
        "DetectableEffect",
        "minimum_detectable_effect",
    ),
    "dispersion": (
        "Overdispersion",
        "overdispersion",
    ),
    "erlang": (
        "QueuePerformance",
        "agents_needed",
        "queue_performance",
    ),
    "funnel": (
        "FunnelLimits",
        "FunnelScores",
        "funnel_limits",
        "funnel_scores",
    ),
    "incidence": (
        "Incidence",
        "cumulative_incidence",
    ),
    "looks": (
        "SequentialBounds",
        "group_sequential_bounds",
    ),
    "means": (
        "mean_difference",
        "quantile_interval",
        "stochastic_superiority",
    ),
    "multiplicity": (
        "ManyToOne",
        "SampleRatio",
        "adjust",
        "bonferroni_confidence",
        "many_to_one",
        "sample_ratio",
    ),
    "planning": (
        "SampleSize",
        "power",
        "sample_size",
    ),
    "poststratified": (
        "PostStrata",
        "post_strata",
        "stratified_difference",
    ),
    "proportion_differences": ("proportion_difference",),
    "proportion_ratios": ("proportion_ratio",),
    "proportions": ("proportion_interval",),
    "rate_ratios": ("rate_ratio",),
    "rates": (
        "rate_difference",
        "rate_interval",
    ),
    "ratios": (
        "ratio_interval",
        "total_interval",
    ),
    "results": (
        "Comparison",
        "Interval",
    ),
    "risk_ratio": ("stratified_risk_ratio",),
    "sequential": (
        "Sequential",
        "confidence_sequence",
    ),
    "shrinkage": (
        "Shrunken",
        "shrink_proportions",
        "shrink_rates",
    ),
    "standardised": (
        "StandardisedRatio",
        "standardised_ratio",
    ),
    "strata": ("stratified_odds_ratio",),
    "survival": (
        "LifeTable",
        "hazard_ratio",
        "life_table",
    ),
}
_HOMES = {name: f"callstats.stats.{module}" for module, names in _NAMES.items() for name in names}

__all__ = [
    "Comparison",
    "ControlLimits",
    "Decomposition",
    "DetectableEffect",
    "FunnelLimits",
    "FunnelScores",
    "Incidence",
    "Interval",
    "LifeTable",
    "ManyToOne",
    "Overdispersion",
    "PostStrata",
    "QueuePerformance",
    "SampleRatio",
    "SampleSize",
    "Sequential",
    "SequentialBounds",
    "Shrunken",
    "StandardisedRatio",
    "adjust",
    "adjusted_difference",
    "agents_needed",
    "arm_moments",
    "bonferroni_confidence",
    "both_arms",
    "confidence_sequence",
    "control_limits",
    "conversion_e_value",
    "cumulative_incidence",
    "funnel_limits",
    "funnel_scores",
    "group_sequential_bounds",
    "hazard_ratio",
    "krippendorff_alpha",
    "life_table",
    "lmdi",
    "logarithmic_mean",
    "many_to_one",
    "mean_difference",
    "minimum_detectable_effect",
    "net_promoter_score",
    "overdispersion",
    "post_strata",
    "power",
    "proportion_difference",
    "proportion_interval",
    "proportion_ratio",
    "proportion_sequence",
    "quantile_interval",
    "queue_performance",
    "rate_difference",
    "rate_interval",
    "rate_ratio",
    "ratio_difference",
    "ratio_interval",
    "sample_ratio",
    "sample_size",
    "shapley",
    "shrink_proportions",
    "shrink_rates",
    "standardised_ratio",
    "stochastic_superiority",
    "stratified_difference",
    "stratified_odds_ratio",
    "stratified_risk_ratio",
    "total_interval",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'callstats.stats' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})

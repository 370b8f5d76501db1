from .agreement import krippendorff_alpha, net_promoter_score
from .arms import arm_moments, both_arms
from .chance_limits import (
    FunnelLimits,
    FunnelScores,
    Overdispersion,
    funnel_limits,
    funnel_scores,
    overdispersion,
)
from .charts import ControlLimits, control_limits
from .clustered import ratio_difference
from .counting import conversion_e_value, proportion_sequence
from .covariates import adjusted_difference
from .daily_series import DailySum, DayDependence, day_dependence, sum_of_days
from .decomposition import Decomposition, lmdi, logarithmic_mean, shapley
from .erlang import QueuePerformance, agents_needed, queue_performance
from .incidence import Incidence, cumulative_incidence
from .looks import SequentialBounds, group_sequential_bounds
from .means import mean_difference, quantile_interval, stochastic_superiority
from .multiplicity import ManyToOne, SampleRatio, adjust, bonferroni_confidence, many_to_one, sample_ratio
from .planning import (
    DetectableEffect,
    SampleSize,
    minimum_detectable_effect,
    power,
    sample_size,
)
from .poststratified import PostStrata, post_strata, stratified_difference
from .proportion_differences import proportion_difference
from .proportion_ratios import proportion_ratio
from .proportions import proportion_interval
from .rate_ratios import rate_ratio
from .rates import rate_difference, rate_interval
from .ratios import ratio_interval, total_interval
from .results import Comparison, Interval
from .sequential import Sequential, confidence_sequence
from .shrinkage import Shrunken, shrink_proportions, shrink_rates
from .skewed_means import (
    FEWEST_VALUES,
    SkewedMean,
    chance_of_higher_mean,
    skewed_mean_difference,
    skewed_mean_interval,
    skewed_mean_ratio,
)
from .standardised import StandardisedRatio, standardised_ratio
from .strata import clustered_risk_ratio, stratified_odds_ratio, stratified_risk_ratio
from .stratified_shares import (
    TwoByTwoStrata,
    stratified_conversion_e_value,
    stratified_proportion_difference,
)
from .survival import LifeTable, hazard_ratio, life_table

__all__ = [
    "FEWEST_VALUES",
    "Comparison",
    "ControlLimits",
    "DailySum",
    "DayDependence",
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
    "SkewedMean",
    "StandardisedRatio",
    "TwoByTwoStrata",
    "adjust",
    "adjusted_difference",
    "agents_needed",
    "arm_moments",
    "bonferroni_confidence",
    "both_arms",
    "chance_of_higher_mean",
    "clustered_risk_ratio",
    "confidence_sequence",
    "control_limits",
    "conversion_e_value",
    "cumulative_incidence",
    "day_dependence",
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
    "skewed_mean_difference",
    "skewed_mean_interval",
    "skewed_mean_ratio",
    "standardised_ratio",
    "stochastic_superiority",
    "stratified_conversion_e_value",
    "stratified_difference",
    "stratified_odds_ratio",
    "stratified_proportion_difference",
    "stratified_risk_ratio",
    "sum_of_days",
    "total_interval",
]

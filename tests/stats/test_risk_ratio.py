"""The ratio of two proportions over strata."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from callstats.errors import UsageError
from callstats.stats.strata import clustered_risk_ratio, stratified_risk_ratio

TABLES = [[[40, 60], [25, 75]], [[10, 10], [5, 15]], [[1, 0], [0, 2]]]


def test_one_stratum_is_the_log_interval() -> None:
    """40 of 100 against 25 of 100: 1 / 40 - 1 / 100 + 1 / 25 - 1 / 100 is the variance of the log."""
    found = stratified_risk_ratio(TABLES[:1])
    assert found.estimate == pytest.approx(1.6)
    assert found.standard_error == pytest.approx(math.sqrt(1 / 40 - 1 / 100 + 1 / 25 - 1 / 100))


def test_the_estimate_is_statsmodels() -> None:
    pooled = StratifiedTable([np.array(t, dtype=float) for t in TABLES]).riskratio_pooled
    assert stratified_risk_ratio(TABLES).estimate == pytest.approx(pooled)


def test_arms_swapped_turn_it_over() -> None:
    there = stratified_risk_ratio(TABLES)
    back = stratified_risk_ratio(np.array(TABLES)[:, ::-1, :])
    assert back.estimate == pytest.approx(1 / there.estimate)
    assert (back.low, back.high) == pytest.approx((1 / there.high, 1 / there.low))


def test_the_interval_excludes_one_exactly_when_p_is_small() -> None:
    for shift in range(30, 50):
        found = stratified_risk_ratio([[[shift, 100 - shift], [25, 75]]])
        assert (found.p_value < 0.05) is (found.low > 1)


def test_strata_without_both_arms_count_for_nothing() -> None:
    assert (
        stratified_risk_ratio([*TABLES, [[5, 5], [0, 0]]]).estimate == stratified_risk_ratio(TABLES).estimate
    )


def test_pairs_of_one_row_each_cover_the_truth() -> None:
    """600 strata of one row an arm, of which half are easy: the ratio 1.4 is missed 5 % of the time."""
    rng, missed = np.random.default_rng(1), 0
    for _ in range(1000):
        p = np.where(rng.random(600) < 0.5, 0.5, 0.15)
        a, c = rng.random(600) < 1.4 * p, rng.random(600) < p
        found = stratified_risk_ratio(np.stack([np.column_stack([a, ~a]), np.column_stack([c, ~c])], axis=1))
        missed += not found.low <= 1.4 <= found.high
    assert 0.03 < missed / 1000 < 0.07


@pytest.mark.parametrize(("tables", "estimate"), [([[[0, 5], [3, 2]]], 0.0), ([[[3, 2], [0, 5]]], math.inf)])
def test_an_arm_without_success_has_no_limits(tables: list, estimate: float) -> None:
    found = stratified_risk_ratio(tables)
    assert found.estimate == estimate
    assert found.reason


def test_something_else_is_refused() -> None:
    with pytest.raises(UsageError):
        stratified_risk_ratio([[1, 2], [3, 4]])
    with pytest.raises(UsageError):
        stratified_risk_ratio([[[-1, 2], [3, 4]]])


def clusters(rng, days=20, shock=0.0):
    """Return strata, arms, days, trials and events; each arm of each day has its own luck."""
    day, arm = (a.ravel() for a in np.meshgrid(np.arange(days), [1, 0], indexing="ij"))
    odds = 0.25 * np.exp(shock * rng.standard_normal(len(day)))
    trials = rng.integers(30, 200, len(day))
    return day % 5, arm, day, trials, rng.binomial(trials, odds / (1 + odds))


def test_clustered_it_is_the_same_ratio() -> None:
    stratum, arm, _, trials, events = rows = clusters(np.random.default_rng(1))
    tables = np.zeros((5, 2, 2))
    np.add.at(tables, (stratum, 1 - arm, 0), events)
    np.add.at(tables, (stratum, 1 - arm, 1), trials - events)
    assert clustered_risk_ratio(*rows).estimate == pytest.approx(stratified_risk_ratio(tables).estimate)


def test_a_days_influence_is_what_changes_if_it_counts_a_little_more() -> None:
    stratum, arm, day, trials, events = clusters(np.random.default_rng(2), days=10)
    found = clustered_risk_ratio(stratum, arm, day, trials, events)
    influence, weight = [], []
    total, ours = (np.bincount(stratum, v) for v in (trials, trials * arm))
    for one in range(10):
        more = np.where(day == one, 1 + 1e-5, 1.0)
        moved = clustered_risk_ratio(stratum, arm, day, trials * more, events * more)
        influence.append(math.log(moved.estimate / found.estimate) / 1e-5)
        other = np.where(arm, (total - ours)[stratum], ours[stratum]) / total[stratum]
        weight.append((trials * other)[day == one].sum())
    share = np.array(weight) / sum(weight)
    expected = math.sqrt((np.array(influence) ** 2 / (1 - share)).sum())
    assert found.standard_error == pytest.approx(expected, rel=1e-3)


def test_clustered_it_errs_in_one_of_twenty() -> None:
    rng = np.random.default_rng(3)
    plain = clustered = 0
    for _ in range(300):
        stratum, arm, day, trials, events = clusters(rng, shock=0.3)
        clustered += clustered_risk_ratio(stratum, arm, day, trials, events).p_value < 0.05
        tables = np.zeros((5, 2, 2))
        np.add.at(tables, (stratum, 1 - arm, 0), events)
        np.add.at(tables, (stratum, 1 - arm, 1), trials - events)
        plain += stratified_risk_ratio(tables).p_value < 0.05
    assert clustered <= 28  # 15 expected, and 3.4 standard errors
    assert plain > 60


def test_one_cluster_has_no_limits() -> None:
    found = clustered_risk_ratio([0, 0], [1, 0], [3, 3], [100, 100], [40, 25])
    assert (found.estimate, found.low, found.high) == (pytest.approx(1.6), 0, math.inf)
    assert found.reason

"""Tables of several strata."""

import math

import numpy as np
import pytest

from callstats.errors import UsageError
from callstats.stats import stratified_odds_ratio

TABLES = [[[12, 8], [6, 14]], [[5, 15], [3, 17]], [[9, 1], [7, 4]]]


@pytest.mark.parametrize("correction", [True, False])
def test_equals_statsmodels(correction):
    tables = pytest.importorskip("statsmodels.stats.contingency_tables")
    theirs = tables.StratifiedTable(np.array(TABLES, dtype=float).transpose(1, 2, 0))
    ours = stratified_odds_ratio(TABLES, correction=correction)
    assert ours.estimate == pytest.approx(theirs.oddsratio_pooled)
    assert (ours.low, ours.high) == pytest.approx(theirs.oddsratio_pooled_confint())
    assert ours.p_value == pytest.approx(theirs.test_null_odds(correction=correction).pvalue)


def test_swapped_arms_invert_the_odds_ratio():
    one, other = stratified_odds_ratio(TABLES), stratified_odds_ratio([t[::-1] for t in TABLES])
    assert (one.low, one.high) == pytest.approx((1 / other.high, 1 / other.low))
    assert one.p_value == pytest.approx(other.p_value)


def test_a_stratum_without_one_arm_counts_for_nothing():
    assert stratified_odds_ratio([*TABLES, [[0, 0], [3, 9]]]) == stratified_odds_ratio(TABLES)


def test_no_success_is_no_evidence_and_no_nan_limits():
    r = stratified_odds_ratio([[[0, 5], [0, 6]]])
    assert (r.low, r.high, r.p_value) == (0, math.inf, 1)
    assert r.reason


def test_other_shapes_are_refused():
    with pytest.raises(UsageError, match="shape"):
        stratified_odds_ratio([[1, 2], [3, 4]])

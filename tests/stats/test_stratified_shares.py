"""Two shares compared within strata."""

import math

import numpy as np
import pytest

from callstats.errors import UsageError
from callstats.stats import (
    TwoByTwoStrata,
    conversion_e_value,
    proportion_difference,
    stratified_conversion_e_value,
    stratified_odds_ratio,
    stratified_proportion_difference,
)

#: Successes and trials of both arms in the strata of test_strata.TABLES.
COUNTS = ([12, 5, 9], [20, 20, 10], [6, 3, 7], [20, 20, 11])
TABLES = [[[12, 8], [6, 14]], [[5, 15], [3, 17]], [[9, 1], [7, 4]]]


@pytest.mark.parametrize("cells", [(5, 56, 0, 29), (29, 60, 14, 55), (3, 7, 6, 9)])
def test_one_stratum_is_miettinen_and_nurminens_interval(cells):
    ours = stratified_proportion_difference(*[[value] for value in cells])
    theirs = proportion_difference(*cells)
    assert (ours.estimate, ours.low, ours.high, ours.p_value) == pytest.approx(
        (theirs.estimate, theirs.low, theirs.high, theirs.p_value)
    )


def test_the_test_is_that_of_cochran_mantel_and_haenszel():
    ours = stratified_proportion_difference(*COUNTS)
    assert ours.statistic**2 == pytest.approx(stratified_odds_ratio(TABLES, correction=False).statistic)


def test_a_published_table_admissions_at_berkeley():
    # R: mantelhaen.test(UCBAdmissions, correct = FALSE), by department: X-squared = 1.5246, p = 0.2169.
    men = [(512, 825), (353, 560), (120, 325), (138, 417), (53, 191), (22, 373)]
    women = [(89, 108), (17, 25), (202, 593), (131, 375), (94, 393), (24, 341)]
    found = stratified_proportion_difference(*np.transpose(men), *np.transpose(women))
    assert found.statistic**2 == pytest.approx(1.5246, abs=5e-4)
    assert found.p_value == pytest.approx(0.2169, abs=5e-4)
    # All departments together, men seem to be preferred.
    assert proportion_difference(1198, 2691, 557, 1835).low > 0.1


def test_the_estimate_has_mantel_and_haenszels_weights():
    # Weights 100 x 100 / 200 = 50 and 300 x 100 / 400 = 75; differences 0.1 and 0.2.
    found = stratified_proportion_difference([20, 90], [100, 300], [10, 10], [100, 100])
    assert found.estimate == pytest.approx((50 * 0.1 + 75 * 0.2) / 125)


def test_interval_and_test_agree():
    for margin in np.linspace(-0.2, 0.5, 15):
        found = stratified_proportion_difference(*COUNTS, margin=float(margin))
        assert (found.low <= margin <= found.high) == (found.p_value >= 0.05)


def test_swapped_arms_change_the_sign():
    one = stratified_proportion_difference(*COUNTS)
    other = stratified_proportion_difference(*COUNTS[2:], *COUNTS[:2])
    assert (one.low, one.high, one.p_value) == pytest.approx((-other.high, -other.low, other.p_value))


def test_a_stratum_without_one_arm_counts_for_nothing():
    more = [[*column, extra] for column, extra in zip(COUNTS, (0, 0, 5, 9), strict=True)]
    assert stratified_proportion_difference(*more) == stratified_proportion_difference(*COUNTS)


def test_arms_without_a_common_stratum_are_nan_with_a_reason():
    found = stratified_proportion_difference([5, 0], [50, 0], [0, 5], [0, 50])
    assert math.isnan(found.estimate)
    assert math.isnan(found.p_value)
    assert "no stratum in common" in found.reason


def test_a_design_effect_widens_the_interval():
    plain, wide = (stratified_proportion_difference(*COUNTS, design_effect=d) for d in (1.0, 2.0))
    assert wide.statistic == pytest.approx(plain.statistic / math.sqrt(2))


@pytest.mark.parametrize("nobody", [0, 1])
def test_no_success_or_only_successes_keep_within_range(nobody):
    trials = [30, 40]
    events = [nobody * n for n in trials]
    found = stratified_proportion_difference(events, trials, events, trials)
    assert -1 <= found.low < 0 < found.high <= 1
    assert found.p_value == 1


@pytest.mark.parametrize(
    "counts",
    [([1], [2, 3], [1], [2]), ([-1], [5], [1], [5]), ([6], [5], [1], [5]), ([math.nan], [5], [1], [5])],
)
def test_impossible_counts_are_refused(counts):
    with pytest.raises(UsageError):
        stratified_proportion_difference(*counts)
    with pytest.raises(UsageError):
        stratified_conversion_e_value(counts[0], counts[2], counts[1], counts[3])


def test_a_margin_of_100_points_is_refused():
    with pytest.raises(UsageError, match="margin"):
        stratified_proportion_difference(*COUNTS, margin=1.0)


class TestEValue:
    @pytest.mark.parametrize("won", [(60, 40), (600, 700), (3, 0)])
    def test_one_even_stratum_is_the_count_e_process(self, won):
        ours = stratified_conversion_e_value([won[0]], [won[1]], [5000], [5000])
        theirs = conversion_e_value(*won)
        assert ours.e_value == pytest.approx(theirs.e_value, rel=0.003)

    def test_the_evidence_of_one_bet_by_hand(self):
        # Betting on r = e^x for x on a grid, one conversion of the treatment whose share is 1/3:
        # the mean of 3 r / (2 + r) / 1 over the prior, of which r / (1 + r) is uniform.
        chance = (np.arange(200_000) + 0.5) / 200_000
        r = chance / (1 - chance)
        wanted = float(np.mean(3 * r / (2 + r)))
        found = stratified_conversion_e_value([1], [0], [50], [100]).e_value
        assert found == pytest.approx(wanted, rel=0.003)

    def test_strata_of_one_arm_are_no_evidence(self):
        strata = TwoByTwoStrata(*(np.array(c, float) for c in ([9, 20], [90, 200], [4, 0], [80, 0])))
        first, second = strata.e_values()
        assert first == pytest.approx(second)

    def test_without_a_conversion_there_is_no_evidence(self):
        found = stratified_conversion_e_value([0], [0], [50], [100])
        assert (found.e_value, found.p_value) == (1, 1)

    def test_under_a_ramp_and_a_drift_it_keeps_its_level(self):
        rng, wrong = np.random.default_rng(1), 0
        n1, p = np.arange(20, 200, 20), np.linspace(0.2, 0.05, 9)
        for _ in range(300):
            x1, x0 = rng.binomial(n1, p), rng.binomial(200 - n1, p)
            strata = TwoByTwoStrata(*(np.asarray(c, float) for c in (x1, n1, x0, 200 - n1)))
            wrong += strata.e_values().max() >= 20
        assert wrong <= 0.05 * 300


def test_equal_arms_under_a_ramp_keep_the_level():
    rng, wrong = np.random.default_rng(2), {"within": 0, "together": 0}
    n1, p = np.arange(20, 200, 20), np.linspace(0.12, 0.05, 9)
    runs = 400
    for _ in range(runs):
        x1, x0 = rng.binomial(n1, p), rng.binomial(200 - n1, p)
        wrong["within"] += stratified_proportion_difference(x1, n1, x0, 200 - n1).p_value < 0.05
        sums = (x1.sum(), n1.sum(), x0.sum(), (200 - n1).sum())
        wrong["together"] += proportion_difference(*map(float, sums)).p_value < 0.05
    # 5 % of 400 are 20, with a standard deviation of 4.4.
    assert 8 <= wrong["within"] <= 33
    assert wrong["together"] > 100

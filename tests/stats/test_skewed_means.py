"""Means of values that are rare and skewed."""

import math

import numpy as np
import pytest

from callstats.errors import UsageError
from callstats.moments import Moments
from callstats.stats import (
    SkewedMean,
    chance_of_higher_mean,
    mean_difference,
    ratio_interval,
    skewed_mean_difference,
    skewed_mean_interval,
    skewed_mean_ratio,
    total_interval,
)
from callstats.stats.skewed_means import skewed_ratio_interval

BOUGHT = [10.0] * 12 + [50.0] * 6 + [200.0] * 2


def arm(values, contacts):
    return SkewedMean.of([*values, *[0.0] * (contacts - len(values))])


def test_the_cumulants_are_those_of_the_mean():
    # Values 0, 0, 0, 4: mean 1, second central moment 3, third 6.
    found = SkewedMean.of([0.0, 0.0, 0.0, 4.0])
    assert (found.mean, found.variance, found.third) == pytest.approx((1.0, 3 / 3, 6 / 16))
    # One value carries everything.
    assert found.effective == 1


def test_sums_are_all_that_is_needed():
    values = np.array([*BOUGHT, *[0.0] * 980])
    sums = [float((values**k).sum()) for k in (1, 2, 3)]
    assert SkewedMean.of_sums(1000, *sums) == SkewedMean.of(values)


def test_symmetric_values_in_numbers_have_the_usual_interval():
    values = np.concatenate([np.linspace(90, 110, 2001)])
    found = skewed_mean_interval(SkewedMean.of(values))
    half = 1.96 * values.std(ddof=1) / math.sqrt(len(values))
    assert (found.low, found.high) == pytest.approx((100 - half, 100 + half), abs=2e-3)


def test_halls_transformation_by_hand():
    # Skewness A of the mean, t quantile q: the studentised mean is 3 / A ((1 + A (q - A / 6))^(1/3) - 1).
    mean = arm(BOUGHT, 1000)
    error = math.sqrt(mean.variance)
    skew = mean.third / error**3
    from scipy.stats import t

    q = t.ppf(0.975, 2 * mean.effective - 1)
    above = 3 / skew * (np.cbrt(1 + skew * (-q - skew / 6)) - 1)
    assert skewed_mean_interval(mean, values=20).high == pytest.approx(mean.mean - error * above)


def test_the_limit_on_the_side_of_the_tail_is_further_off():
    found = skewed_mean_interval(arm(BOUGHT, 1000), values=20)
    assert found.high - found.estimate > 1.5 * (found.estimate - found.low)


def test_an_interval_never_leaves_what_is_possible():
    found = skewed_mean_interval(arm([1.0] * 10 + [90.0] * 5, 5000), values=15, lowest=0.0)
    assert found.low >= 0


@pytest.mark.parametrize("sales", [0, 1, 9])
def test_under_ten_values_there_is_no_interval(sales):
    found = skewed_mean_interval(arm([20.0] * sales, 500), values=sales)
    assert math.isnan(found.low)
    assert found.reason == "fewer than ten values"
    two = skewed_mean_difference(arm([20.0] * sales, 500), arm([20.0] * 90, 4500), values=(sales, 90))
    assert math.isnan(two.p_value)
    assert two.reason == "fewer than ten values"


def test_without_their_number_the_effective_number_of_values_decides():
    # Ten equal values count as ten; ten of which one is a hundred times as large, as about one.
    assert not skewed_mean_interval(arm([20.0] * 10, 500)).reason
    assert skewed_mean_interval(arm([20.0] * 9 + [2000.0], 500)).reason


def test_values_that_are_all_equal_have_no_test():
    same = SkewedMean.of([5.0] * 20)
    assert "differs from its mean" in skewed_mean_difference(same, same, values=(20, 20)).reason


def test_of_many_even_values_the_difference_is_welchs():
    rng = np.random.default_rng(3)
    a, b = rng.normal(50, 10, 4000), rng.normal(51, 14, 3000)
    ours = skewed_mean_difference(SkewedMean.of(a), SkewedMean.of(b))
    theirs = mean_difference(a, b)
    assert (ours.low, ours.high, ours.p_value) == pytest.approx(
        (theirs.low, theirs.high, theirs.p_value), rel=0.01, abs=2e-3
    )


def test_interval_and_test_agree():
    one, other = arm(BOUGHT, 700), arm(BOUGHT * 3, 3000)
    for margin in np.linspace(-1, 2, 13):
        found = skewed_mean_difference(one, other, values=(20, 60), margin=float(margin))
        assert (found.low <= margin <= found.high) == (found.p_value >= 0.05)


def test_swapped_arms_change_the_sign():
    one, other = arm(BOUGHT, 700), arm(BOUGHT * 3, 3000)
    here = skewed_mean_difference(one, other, values=(20, 60))
    there = skewed_mean_difference(other, one, values=(60, 20))
    assert (here.low, here.high, here.p_value) == pytest.approx((-there.high, -there.low, there.p_value))


def test_one_side_is_open():
    one, other = arm(BOUGHT, 700), arm(BOUGHT * 3, 3000)
    found = skewed_mean_difference(one, other, values=(20, 60), alternative="greater")
    assert found.high == math.inf
    assert found.low > skewed_mean_difference(one, other, values=(20, 60)).low


class TestRatio:
    def test_a_limit_is_where_the_multiple_of_the_control_no_longer_differs(self):
        one, other = arm(BOUGHT * 2, 1000), arm(BOUGHT * 4, 3000)
        found = skewed_mean_ratio(one, other, values=(40, 80))
        for limit in (found.low, found.high):
            cumulants = (other.mean * limit, other.variance * limit**2, other.third * limit**3)
            scaled = SkewedMean(*cumulants, other.effective, other.n)
            p = skewed_mean_difference(one, scaled, values=(40, 80)).p_value
            assert p == pytest.approx(0.05, abs=1e-6)

    def test_a_control_that_may_earn_nothing_has_no_upper_limit(self):
        loss = SkewedMean.of([*[90.0] * 12, *[-2.0] * 500])
        assert skewed_mean_ratio(arm(BOUGHT, 500), loss, values=(20, 12)).high == math.inf

    def test_a_control_that_earns_nothing_is_refused(self):
        with pytest.raises(UsageError, match="not above 0"):
            skewed_mean_ratio(arm(BOUGHT, 500), SkewedMean.of([-1.0, -2.0]))


class TestChance:
    def test_the_chance_is_one_less_the_one_sided_p_value(self):
        one, other = arm(BOUGHT * 2, 1000), arm(BOUGHT * 4, 3000)
        chance, missed, wrong = chance_of_higher_mean(one, other)
        p = skewed_mean_difference(one, other, values=(40, 80), alternative="greater").p_value
        assert chance == pytest.approx(1 - p, abs=1e-6)
        assert missed > wrong > 0

    def test_of_many_values_the_losses_are_those_of_a_normal_difference(self):
        a, b = SkewedMean(1.0, 0.04, 0.0, 1e6, 1e6), SkewedMean(0.8, 0.05, 0.0, 1e6, 1e6)
        drawn = np.random.default_rng(1).normal(0.2, 0.3, 400_000)
        _, missed, wrong = chance_of_higher_mean(a, b)
        assert missed == pytest.approx(np.maximum(drawn, 0).mean(), abs=0.003)
        assert wrong == pytest.approx(np.maximum(-drawn, 0).mean(), abs=0.003)

    def test_without_a_variance_there_is_no_chance(self):
        same = SkewedMean.of([5.0] * 20)
        with pytest.raises(UsageError):
            chance_of_higher_mean(same, same)


def test_sums_that_no_values_have_are_refused():
    with pytest.raises(UsageError, match="squares"):
        SkewedMean.of_sums(10, 100.0, 1.0, 1.0)
    with pytest.raises(UsageError, match="no spread"):
        SkewedMean.of_sums(1, 1.0, 1.0, 1.0)


def _drawn(rng, contacts, share, spread, value=1.0):
    values = value * np.exp(spread * rng.standard_normal(rng.binomial(contacts, share)) - spread**2 / 2)
    return len(values), SkewedMean.of_sums(contacts, *(float((values**k).sum()) for k in (1, 2, 3)))


def _false(runs, contacts, share, spread, unlike, seed) -> float:
    """Return the share of equal arms found different; no verdict is no false one."""
    rng, wrong = np.random.default_rng(seed), 0
    for _ in range(runs):
        n1, one = _drawn(rng, contacts[0], unlike * share, spread, 1 / unlike)
        n0, other = _drawn(rng, contacts[1], share, spread)
        wrong += skewed_mean_difference(one, other, values=(n1, n0)).p_value < 0.05
    return wrong / runs


def _covered(runs, contacts, share, spread, seed) -> float:
    rng, inside, told = np.random.default_rng(seed), 0, 0
    for _ in range(runs):
        n, mean = _drawn(rng, contacts, share, spread)
        found = skewed_mean_interval(mean, values=n, lowest=0.0)
        told += not found.reason
        inside += found.low <= share <= found.high
    return inside / told


def test_a_small_arm_is_not_found_lower_by_itself():
    # Welch's t: 8 to 9 %. 5 % of 800 are 40, with a standard deviation of 6.2.
    assert _false(800, (1500, 13500), 0.02, 1.0, 1.0, 4) <= 0.073


def test_the_value_of_a_contact_is_covered():
    assert _covered(800, 2000, 0.02, 1.0, 5) >= 0.93


@pytest.mark.slow
@pytest.mark.parametrize("contacts", [(200, 1800), (1000, 9000), (2000, 2000)])
@pytest.mark.parametrize("share", [0.02, 0.1])
@pytest.mark.parametrize("spread", [0.5, 1.0])
@pytest.mark.parametrize("unlike", [1.0, 2.0])
def test_equal_arms_keep_the_error_in_whole_simulations(contacts, share, spread, unlike):
    assert _false(4000, contacts, share, spread, unlike, 6) <= 0.065


@pytest.mark.slow
@pytest.mark.parametrize("contacts", [1000, 2000, 10_000])
@pytest.mark.parametrize("spread", [0.5, 1.0, 1.5])
def test_intervals_cover_in_whole_simulations(contacts, spread):
    assert 0.925 <= _covered(4000, contacts, 0.02, spread, 7) <= 0.985


def test_a_ratio_of_ones_is_the_mean_and_a_total_is_n_times_it():
    """Revenue of contacts, as a mean over contacts loaded and as their total: the same limits."""
    values = [10.0] * 12 + [50.0] * 6 + [200.0] * 2 + [0.0] * 980
    alone = skewed_mean_interval(SkewedMean.of(values), values=20)
    per_contact = Moments.of({"numerator": values, "denominator": [1.0] * 1000}, skewed=True)
    ratio = skewed_ratio_interval(per_contact, ratio_interval(per_contact))
    assert (ratio.low, ratio.high) == pytest.approx((alone.low, alone.high), rel=2e-3)  # CR0: n, not n - 1
    of_all = Moments.of({"numerator": values}, skewed=True)
    total = skewed_ratio_interval(of_all, total_interval(of_all))
    assert (total.low, total.high) == pytest.approx((1000 * alone.low, 1000 * alone.high))


def test_the_third_cumulant_of_a_ratio_is_that_of_its_influences():
    draw = np.random.default_rng(1)
    y, n = draw.lognormal(0, 1, 200), draw.integers(1, 5, 200).astype(float)
    m = Moments.of({"numerator": y, "denominator": n}, skewed=True)
    influence = (y - y.sum() / n.sum() * n) / n.sum()
    plain = ratio_interval(m)
    effective = min(y.sum() ** 2 / (y**2).sum(), (plain.degrees_of_freedom + 1) / 2)
    mean = SkewedMean(plain.estimate, plain.standard_error**2, float((influence**3).sum()), effective, 200)
    assert (mean.limits(1.959964)) == pytest.approx(
        (skewed_ratio_interval(m, plain).low, skewed_ratio_interval(m, plain).high), rel=1e-5
    )


def test_without_cubes_the_interval_is_the_plain_one():
    m = Moments.of({"numerator": [1.0, 5.0, 0.0], "denominator": [1.0, 2.0, 1.0]})
    assert skewed_ratio_interval(m, ratio_interval(m)) == ratio_interval(m)

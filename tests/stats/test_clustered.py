"""The difference of two ratios under one- and two-way clustering."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from callstats.errors import UsageError
from callstats.moments import Moments
from callstats.stats import arm_moments, proportion_difference, ratio_difference


def rows(seed, n=400, contacts=90, agents=15, *, crossed=False):
    rng = np.random.default_rng(seed)
    contact, agent = rng.integers(0, contacts, n), rng.integers(0, agents, n)
    treated = rng.integers(0, 2, n).astype(bool) if crossed else contact % 2 == 0
    y = (rng.random(n) < 0.2 + 0.1 * (contact % 3 == 0) + 0.1 * (agent % 4 == 0)).astype(float)
    return y, treated, contact, agent


def arms(y, treated, contact):
    ones = np.ones(len(y))
    return tuple(
        Moments.of({"numerator": y[arm], "denominator": ones[arm]}, contact[arm])
        for arm in (treated, ~treated)
    )


def clustered_ols(y, treated, groups):
    sm = pytest.importorskip("statsmodels.api")
    fit = sm.OLS(y, sm.add_constant(treated.astype(float)))
    return fit.fit(cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False})


@pytest.mark.parametrize("seed", range(3))
def test_one_way_equals_clustered_ols(seed):
    y, treated, contact, _ = rows(seed)
    ours, theirs = ratio_difference(*arms(y, treated, contact)), clustered_ols(y, treated, contact)
    assert ours.estimate == pytest.approx(theirs.params[1], rel=1e-10)
    assert ours.standard_error == pytest.approx(theirs.bse[1], rel=1e-8)
    assert ours.degrees_of_freedom == len(set(contact)) - 2


@pytest.mark.parametrize("seed", range(3))
def test_one_way_equals_clustered_ols_when_contacts_are_in_both_arms(seed):
    y, treated, contact, _ = rows(seed, crossed=True)
    joint = arm_moments(y, np.ones(len(y)), treated, contact)
    ours = ratio_difference(*arms(y, treated, contact), contacts=joint)
    assert ours.standard_error == pytest.approx(clustered_ols(y, treated, contact).bse[1], rel=1e-8)


@pytest.mark.parametrize("seed", range(4))
def test_two_way_is_the_formula_on_clustered_ols(seed):
    y, treated, contact, agent = rows(seed)
    ones = np.ones(len(y))
    both = contact * 1000 + agent
    ours = ratio_difference(
        *arms(y, treated, contact),
        agents=arm_moments(y, ones, treated, agent),
        intersections=arm_moments(y, ones, treated, both),
    )
    by = {name: clustered_ols(y, treated, g).bse[1] ** 2 for name, g in
          {"contact": contact, "agent": agent, "both": both}.items()}  # fmt: skip
    expected = max(by["contact"] + by["agent"] * 15 / 14 - by["both"], by["contact"])
    assert ours.standard_error == pytest.approx(math.sqrt(expected), rel=1e-8)
    assert ours.degrees_of_freedom == 14


def test_agents_who_are_known_on_answered_rows_only_add_nothing_to_an_answer_rate():
    rng = np.random.default_rng(3)
    contact, treated = rng.integers(0, 200, 1000), rng.random(1000) < 0.5
    y = (rng.random(1000) < 0.3).astype(float)
    # The agents of one arm are not those of the other, yet only the answered rows have one.
    agent = np.where(treated, rng.integers(0, 3, 1000), rng.integers(3, 9, 1000))
    has, ones = y == 1, np.ones(1000)
    ways = {
        "agents": arm_moments(y[has], ones[has], treated[has], agent[has]),
        "intersections": arm_moments(y[has], ones[has], treated[has], (contact * 10 + agent)[has]),
    }
    joint = arm_moments(y, ones, treated, contact)
    both = ratio_difference(*arms(y, treated, contact), contacts=joint, **ways)
    one = ratio_difference(*arms(y, treated, contact), contacts=joint)
    assert both.standard_error == pytest.approx(one.standard_error)


def test_degrees_of_freedom_may_be_given_by_the_design():
    y, treated, contact, _ = rows(1)
    r = ratio_difference(*arms(y, treated, contact), degrees_of_freedom=7)
    t = scipy_stats.t.isf(0.025, 7)
    assert (r.high - r.estimate) / r.standard_error == pytest.approx(t)
    assert r.p_value == pytest.approx(2 * scipy_stats.t.sf(abs(r.statistic), 7))


def test_two_way_without_the_factor_equals_statsmodels_two_way():
    y, treated, contact, agent = rows(5)
    theirs = clustered_ols(y, treated, np.column_stack([contact, agent])).bse[1] ** 2
    ones = np.ones(len(y))
    from callstats.stats.arms import covariance

    parts = [
        covariance(m, (y[treated].mean(), y[~treated].mean()), m.sums)
        for m in (arm_moments(y, ones, treated, g) for g in (contact, agent, contact * 1000 + agent))
    ]
    v = parts[0] + parts[1] - parts[2]
    assert v[0, 0] + v[1, 1] - 2 * v[0, 1] == pytest.approx(theirs, rel=1e-8)


def test_design_effect_of_copied_rows_is_the_number_of_copies():
    y, treated, _, _ = rows(1)
    y, treated = np.tile(y, 3), np.tile(treated, 3)
    unit = np.tile(np.arange(400), 3)
    ours = ratio_difference(*arms(y, treated, unit), rows=arm_moments(y, np.ones(1200), treated))
    assert ours.design_effect == pytest.approx(3)


values = st.lists(st.tuples(st.integers(-5, 20), st.integers(1, 9)), min_size=3, max_size=30)


def moments(cells):
    return Moments.of({"numerator": [c[0] for c in cells], "denominator": [c[1] for c in cells]})


@given(a=values, b=values)
def test_swapped_arms_flip_the_sign(a, b):
    one, other = ratio_difference(moments(a), moments(b)), ratio_difference(moments(b), moments(a))
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))
    assert one.p_value == pytest.approx(other.p_value)


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("alternative", ["two-sided", "greater", "less"])
@given(a=values, b=values, margin=st.sampled_from([-0.2, 0.0, 0.1]))
def test_interval_excludes_the_margin_exactly_when_p_is_below_alpha(relative, alternative, a, b, margin):
    if relative and sum(c[0] for c in b) <= 0:
        return
    r = ratio_difference(
        moments(a), moments(b), relative=relative, margin=margin, alternative=alternative, confidence=0.9
    )
    unbounded = "no limit" in r.reason
    if abs(r.p_value - 0.1) > 1e-6 and not unbounded and abs(r.estimate - margin) > 1e-9:
        assert (margin < r.low or margin > r.high) == (r.p_value < 0.1)


@given(a=values, b=values)
def test_interval_widens_with_confidence(a, b):
    narrow = ratio_difference(moments(a), moments(b), confidence=0.8)
    wide = ratio_difference(moments(a), moments(b), confidence=0.99)
    assert wide.low <= narrow.low <= narrow.high <= wide.high


@given(a=values, b=values)
def test_moments_of_parts_add_to_the_moments_of_the_whole(a, b):
    whole, parts = moments(a + b), moments(a) + moments(b)
    other = moments([(1, 2), (3, 4), (0, 5)])
    assert ratio_difference(parts, other).low == pytest.approx(ratio_difference(whole, other).low)


def test_fieller_solves_its_definition():
    a, b = moments([(12, 3), (15, 4), (9, 2), (14, 3)]), moments([(10, 4), (11, 3), (9, 3), (12, 5)])
    r = ratio_difference(a, b, relative=True)
    for end in (r.low, r.high):
        p = ratio_difference(a, b, relative=True, margin=end).p_value
        assert p == pytest.approx(0.05, abs=1e-9)
    t = scipy_stats.t.isf(0.025, 6)
    assert abs(ratio_difference(a, b, relative=True, margin=r.low).statistic) == pytest.approx(t)


def test_lift_over_a_loss_is_refused():
    with pytest.raises(UsageError, match="at or below 0"):
        ratio_difference(moments([(1, 1)] * 3), moments([(-1, 1)] * 3), relative=True)


def test_lift_over_an_uncertain_baseline_has_no_limits():
    r = ratio_difference(moments([(5, 1), (4, 1), (6, 1)]), moments([(-5, 1), (9, 1), (1, 1)]), relative=True)
    assert (r.low, r.high) == (-math.inf, math.inf)
    assert "not clearly above 0" in r.reason


def test_two_clusters_have_no_interval_and_say_why():
    r = ratio_difference(moments([(3, 9)]), moments([(2, 9)]))
    assert r.estimate == pytest.approx(1 / 9)
    assert math.isnan(r.p_value)
    assert "one independent unit" in r.reason


def test_arm_without_a_denominator_is_refused():
    with pytest.raises(UsageError, match="control arm has nothing"):
        ratio_difference(moments([(1, 2), (0, 1)]), moments([(0, 0), (0, 0)]))


def test_agents_without_intersections_are_refused():
    m = arm_moments([1, 0], [1, 1], [True, False])
    with pytest.raises(UsageError, match="together"):
        ratio_difference(moments([(1, 2)] * 3), moments([(0, 2)] * 3), agents=m)


def test_no_event_in_either_arm_is_no_difference():
    r = ratio_difference(moments([(0, 3), (0, 2)]), moments([(0, 3), (0, 4)]))
    assert (r.estimate, r.p_value) == (0, 1)
    assert r.reason


def test_proportions_without_events_take_the_score_method_at_the_units():
    a, b = moments([(0, 3)] * 20), moments([(0, 4)] * 30)
    r, score = ratio_difference(a, b, proportion=True), proportion_difference(0, 20, 0, 30)
    assert (r.low, r.high) == (score.low, score.high)
    assert r.low < 0 < r.high


@pytest.mark.parametrize("sizes", [(1, 1), (7, 3)])
def test_few_units_of_one_size_are_compared_by_welch(sizes):
    rng = np.random.default_rng(8)
    y = [rng.integers(0, 30, count) * 1.0 for count in (9, 5)]
    arms = [
        Moments.of({"numerator": x, "denominator": np.full(len(x), n)}) for x, n in zip(y, sizes, strict=True)
    ]
    ours = ratio_difference(*arms, few_units=True)
    theirs = scipy_stats.ttest_ind(y[0] / sizes[0], y[1] / sizes[1], equal_var=False)
    assert ours.p_value == pytest.approx(theirs.pvalue)
    limits = theirs.confidence_interval()
    assert (ours.low, ours.high) == pytest.approx((limits.low, limits.high))


def test_units_that_are_in_both_arms_are_not_few_units():
    y, treated, contact, _ = rows(0, crossed=True)
    joint = arm_moments(y, np.ones(len(y)), treated, contact)
    with pytest.raises(UsageError, match="some are in both"):
        ratio_difference(*arms(y, treated, contact), contacts=joint, few_units=True)


def test_agents_of_one_arm_only_whose_every_contact_is_theirs_are_the_units():
    rng = np.random.default_rng(4)
    agent = np.repeat(np.arange(20), rng.integers(5, 60, 20))
    treated, ones = agent < 9, np.ones(len(agent))
    y = (rng.random(len(agent)) < rng.beta(2, 6, 20)[agent]).astype(float)
    contact = np.arange(len(agent))
    both = ratio_difference(
        *arms(y, treated, contact),
        agents=arm_moments(y, ones, treated, agent),
        intersections=arm_moments(y, ones, treated, contact),
        few_units=True,
    )
    alone = ratio_difference(*arms(y, treated, agent), few_units=True)
    assert (both.low, both.high, both.p_value) == pytest.approx((alone.low, alone.high, alone.p_value))


def crossed_agents(sizes):
    """Return 600 rows of contacts of their own, worked on both arms by agents with shares of the calls."""
    rng = np.random.default_rng(2)
    agent = rng.choice(len(sizes), 600, p=np.asarray(sizes) / sum(sizes))
    treated, contact = rng.random(600) < 0.5, np.arange(600)
    y = (rng.random(600) < 0.2 + 0.2 * (agent % 2 == treated)).astype(float)
    return y, treated, contact, agent


def two_way(y, treated, contact, agent, **options):
    ones = np.ones(len(y))
    return ratio_difference(
        *arms(y, treated, contact),
        agents=arm_moments(y, ones, treated, agent),
        intersections=arm_moments(y, ones, treated, contact),
        **options,
    )


def test_agents_on_both_arms_who_work_alike_count_as_many_as_they_are():
    agent = np.tile(np.arange(6), 40)
    treated, contact = np.repeat([True, False], 120), np.arange(240)
    y = ((np.arange(240) % 5 == 0) ^ (treated & (agent < 2))).astype(float)
    few, plain = (two_way(y, treated, contact, agent, few_units=few) for few in (True, False))
    assert few.degrees_of_freedom == pytest.approx(5)
    assert (few.low, few.high) == pytest.approx((plain.low, plain.high))


def test_few_busy_agents_on_both_arms_count_for_less_than_they_are():
    drawn = crossed_agents([10, 10, 1, 1, 1, 1])
    few, plain = two_way(*drawn, few_units=True), two_way(*drawn)
    assert 1 < few.degrees_of_freedom < 2.5  # 24^2 / (2 * 100 + 4) = 2.8 equal agents
    assert plain.degrees_of_freedom == 5
    assert few.high - few.low > plain.high - plain.low

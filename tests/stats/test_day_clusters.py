"""What days add to the spread of a figure, and when they add nothing."""

import math

import numpy as np
import pytest
from scipy import stats as scipy_stats

from callstats.moments import DaySums, Moments
from callstats.stats import ratio_difference, ratio_interval, total_interval
from callstats.stats.daily_series import dependence_factor
from callstats.stats.day_clusters import RARE, DayVariance, Widened, day_variance, with_days


def dials(draw, contacts=800, days=20, sd=0.0, dialled=4, first=0):
    """Return answers, contact and day of every dial of one month, whose days are shocked on the logit."""
    shock, nature = sd * draw.normal(size=days), draw.normal(-1.3, 0.8, contacts)
    contact = np.repeat(np.arange(contacts), dialled)
    day = draw.integers(0, days, len(contact))
    answered = draw.random(len(contact)) < 1 / (1 + np.exp(-(nature[contact] + shock[day])))
    return answered.astype(float), contact, first + day


def sums(answered, contact, day, cells=None):
    columns = {"numerator": answered, "denominator": np.ones(len(answered))}
    return Moments.of(columns, contact), DaySums.of(columns, day, cells)


def test_two_way_by_contact_and_day_without_factors_is_that_of_statsmodels():
    """Cameron, Gelbach and Miller (2011); in R vcovCL(type = "HC0", cadjust = FALSE)."""
    sm = pytest.importorskip("statsmodels.api")
    draw = np.random.default_rng(1)
    now, before = dials(draw, sd=0.3), dials(draw, sd=0.3, first=100)
    y = np.concatenate([now[0], before[0]])
    treated = np.repeat([1.0, 0.0], [len(now[0]), len(before[0])])
    contact = np.concatenate([now[1], 10_000 + before[1]])
    day = np.concatenate([now[2], before[2]])
    fit = sm.OLS(y, sm.add_constant(treated)).fit(
        cov_type="cluster",
        cov_kwds={"groups": np.column_stack([contact, day]), "use_correction": False},
    )
    (one, by_day), (other, other_by_day) = (sums(*month, cells=month[1]) for month in (now, before))
    ours = ratio_difference(one, other, days=(by_day, other_by_day), corrected=False)
    assert ours.standard_error == pytest.approx(fit.bse[1], rel=1e-8)


def test_the_factor_for_few_days_is_that_of_their_effective_number():
    """Two days of 30 and 10 dials are 1600 / 1000 = 1.6 days of equal size: a factor of 1.6 / 0.6."""
    y = np.r_[np.ones(15), np.zeros(15), np.ones(9), np.zeros(1)]
    day = np.repeat([1, 2], [30, 10])
    found = day_variance([DaySums.of({"numerator": y, "denominator": np.ones(40)}, day)], [0.6])
    # influences: (15 - 18) / 40 and (9 - 6) / 40
    assert found.effective[0] == pytest.approx(1.6)
    assert found.between[0, 0] == pytest.approx(2 * (3 / 40) ** 2 * 1.6 / 0.6)
    # every dial for itself: 24 (0.4 / 40)^2 + 16 (0.6 / 40)^2
    assert found.chance[0, 0] == pytest.approx(24 * 0.01**2 + 16 * 0.015**2)


def test_days_that_differ_less_than_by_chance_add_nothing():
    """Every day has the same share, which no shock could make more alike."""
    y, day = np.tile([1.0, 0, 0, 0], 20), np.repeat(np.arange(20), 4)
    units, by_day = sums(y, np.arange(80), day)
    assert ratio_interval(units, days=by_day).standard_error == ratio_interval(units).standard_error


def test_days_that_differ_widen_an_interval():
    units, by_day = sums(*dials(np.random.default_rng(2), sd=0.5))
    assert ratio_interval(units, days=by_day).standard_error > 1.5 * ratio_interval(units).standard_error


def test_a_single_day_tells_nothing_of_days():
    answered, contact, _ = dials(np.random.default_rng(3))
    units, by_day = sums(answered, contact, np.zeros(len(answered)))
    assert ratio_interval(units, days=by_day) == ratio_interval(units)


def test_the_degrees_of_freedom_are_those_of_days_where_these_are_all_there_is():
    days = DayVariance(np.array([[4.0]]), np.array([[1.0]]), np.array([9.0]))
    assert with_days(Widened(1.0, 500.0), days).degrees_of_freedom == pytest.approx(8)
    # where contacts make most of the variance, they are many more
    days = DayVariance(np.array([[0.5]]), np.array([[0.1]]), np.array([9.0]))
    assert with_days(Widened(3.0, 500.0), days).degrees_of_freedom == pytest.approx(3.4**2 / (0.5**2 / 8))


def test_units_that_lie_within_a_day_are_not_counted_twice():
    """Agent-days make up a day: the variance is that over days, widened, where it is larger."""
    y, n, day = np.array([3.0, 3, 1, 1, 2, 2]), np.array([4.0, 4, 5, 5, 3, 3]), np.array([1, 1, 2, 2, 3, 3])
    units = Moments.of({"numerator": y, "denominator": n})
    by_day = DaySums.of({"numerator": y, "denominator": n}, day)
    nested = DaySums(by_day.days, by_day.sums)
    influence = np.array([6 - 8 / 2, 2 - 10 / 2, 4 - 6 / 2]) / 24
    own = (y - n / 2) / 24
    effective = 24**2 / (8**2 + 10**2 + 6**2)
    days = (influence @ influence) * effective / (effective - 1)
    expected = own @ own + (days - own @ own) * dependence_factor(influence)
    assert ratio_interval(units, days=nested).standard_error == pytest.approx(math.sqrt(expected))


def test_a_total_over_days_varies_as_its_days_do():
    """Days of 10, 30, 20 and 40: s = 12.9, so the total of four such days has an error of 2 s,

    and of more where days that resemble their neighbours are possible.
    """
    y = np.array([10.0, 30, 20, 40])
    days = DaySums((1, 2, 3, 4), {"numerator": y})
    found = total_interval(Moments.of({"numerator": [1.0] * 100}), days=days)
    assert found.standard_error**2 == pytest.approx(4 * y.var(ddof=1) * dependence_factor(y - 25))


def test_arms_on_the_same_days_share_their_shocks():
    """A shock that both arms have is in neither's difference."""
    draw = np.random.default_rng(4)
    answered, contact, day = dials(draw, contacts=4000, sd=0.8)
    first = contact % 2 == 0
    (one, by_day), (other, other_by_day) = (
        sums(answered[side], contact[side], day[side]) for side in (first, ~first)
    )
    plain = ratio_difference(one, other)
    assert (
        ratio_difference(one, other, days=(by_day, other_by_day)).standard_error < 1.5 * plain.standard_error
    )
    apart = ratio_difference(one, other, days=(by_day, DaySums(
        tuple(d + 100 for d in other_by_day.days), other_by_day.sums, other_by_day.within
    )))  # fmt: skip
    assert apart.standard_error > 3 * plain.standard_error


def false_alarms(draw, rounds, *, sd, contacts, days=21):
    alarms = {"days": 0, "contacts": 0}
    for _ in range(rounds):
        months = [sums(*dials(draw, contacts, days, sd, first=100 * m)) for m in range(2)]
        (one, by_day), (other, other_by_day) = months
        alarms["days"] += ratio_difference(one, other, days=(by_day, other_by_day)).p_value < 0.05
        alarms["contacts"] += ratio_difference(one, other).p_value < 0.05
    return {name: count / rounds for name, count in alarms.items()}


def within(rate, rounds, low, high):
    error = 3 * math.sqrt(0.05 * 0.95 / rounds)
    return low - error <= rate <= high + error


def test_days_that_resemble_their_neighbours_widen_an_interval():
    """The same twenty days in order of their shares, and dealt out: only their order differs."""
    share = np.linspace(0.15, 0.35, 20)
    errors = {}
    for name, order in (("sorted", np.arange(20)), ("dealt out", np.arange(20) * 7 % 20)):
        y, n = 1000 * share[order], np.full(20, 1000.0)
        columns = {"numerator": y, "denominator": n}
        days = DaySums(tuple(range(20)), columns)
        errors[name] = ratio_interval(Moments.of(columns), days=days).standard_error
    assert errors["sorted"] > 1.7 * errors["dealt out"]


def test_two_months_whose_days_are_shocked_alike_have_not_changed():
    found = false_alarms(np.random.default_rng(5), 150, sd=0.2, contacts=1500)
    assert found["contacts"] > 0.2
    assert within(found["days"], 150, 0.03, 0.06)


@pytest.mark.slow
@pytest.mark.parametrize(("sd", "contacts"), [(0.1, 5000), (0.2, 5000), (0.1, 20_000), (0.2, 20_000)])
def test_five_per_cent_of_months_move_by_chance_however_many_contacts_there_are(sd, contacts):
    found = false_alarms(np.random.default_rng(6), 1000, sd=sd, contacts=contacts)
    assert within(found["days"], 1000, 0.03, 0.06)


def test_the_quantile_of_two_months_is_that_of_their_days():
    """With days alone to vary, Welch's t over the days' shares gives the same degrees of freedom."""
    draw = np.random.default_rng(7)
    months = []
    for first in (0, 100):
        share = draw.beta(20, 80, 15)
        y = np.repeat(share, 1000)
        day = np.repeat(np.arange(15), 1000) + first
        columns = {"numerator": y, "denominator": np.ones(len(y))}
        months.append((Moments.of(columns), DaySums.of(columns, day), share))
    ours = ratio_difference(months[0][0], months[1][0], days=(months[0][1], months[1][1]))
    theirs = scipy_stats.ttest_ind(months[0][2], months[1][2], equal_var=False)
    assert ours.degrees_of_freedom == pytest.approx(theirs.df, rel=0.02)
    own = [month[2] - month[2].mean() for month in months]
    factor = dependence_factor(*(each / np.sqrt(each @ each) for each in own), rare=RARE)
    assert ours.statistic * math.sqrt(factor) == pytest.approx(theirs.statistic, rel=0.02)

"""Arms compared stratum by stratum."""

import math

import numpy as np
import pytest

from callstats.errors import UsageError
from callstats.moments import Moments
from callstats.stats import post_strata, stratified_difference


def by_stratum(y, stratum, keep):
    return {
        int(s): Moments.of(
            {"numerator": y[keep & (stratum == s)], "denominator": np.ones((keep & (stratum == s)).sum())}
        )
        for s in np.unique(stratum[keep])
    }


def rows(seed, n=600):
    rng = np.random.default_rng(seed)
    treated = rng.random(n) < 0.5
    # The treatment is dialled in the evening, when more answer.
    stratum = np.where(
        treated, rng.choice(4, n, p=[0.1, 0.2, 0.3, 0.4]), rng.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
    )
    y = (rng.random(n) < 0.1 + 0.15 * stratum).astype(float)
    return y, treated, stratum, rng.integers(0, 150, n)


def test_weighted_difference_and_variance_by_hand():
    y, treated, stratum, _ = rows(1)
    r = stratified_difference(post_strata(by_stratum(y, stratum, treated), by_stratum(y, stratum, ~treated)))
    estimate = variance = 0.0
    for s in range(4):
        a, b = y[treated & (stratum == s)], y[~treated & (stratum == s)]
        w = (len(a) + len(b)) / len(y)
        estimate += w * (a.mean() - b.mean())
        variance += w**2 * (a.var() / len(a) + b.var() / len(b))
    assert r.estimate == pytest.approx(estimate)
    assert r.standard_error == pytest.approx(math.sqrt(variance))


def test_hours_that_differ_no_longer_show_as_an_effect():
    raw, adjusted = [], []
    for seed in range(100):
        y, treated, stratum, _ = rows(seed)
        raw.append(y[treated].mean() - y[~treated].mean())
        strata = post_strata(by_stratum(y, stratum, treated), by_stratum(y, stratum, ~treated))
        adjusted.append(stratified_difference(strata).p_value < 0.05)
    assert np.mean(raw) > 0.1
    assert np.mean(adjusted) < 0.12


def test_one_row_a_contact_gives_the_independent_variance():
    y, treated, stratum, _ = rows(2)
    strata = post_strata(by_stratum(y, stratum, treated), by_stratum(y, stratum, ~treated))
    e = strata.influences(y, np.ones(len(y)), treated, stratum.tolist())
    clustered = stratified_difference(strata, influences=Moments.of({"influence": e}))
    assert clustered.standard_error == pytest.approx(stratified_difference(strata).standard_error)


def test_two_way_variance_is_the_formula():
    y, treated, stratum, contact = rows(3)
    agent = np.arange(len(y)) % 11
    strata = post_strata(by_stratum(y, stratum, treated), by_stratum(y, stratum, ~treated))
    e = strata.influences(y, np.ones(len(y)), treated, stratum.tolist())

    def squares(groups):
        return sum(e[groups == g].sum() ** 2 for g in np.unique(groups))

    both = contact * 100 + agent
    r = stratified_difference(
        strata,
        influences=Moments.of({"influence": e}, contact),
        agents=Moments.of({"influence": e}, agent),
        intersections=Moments.of({"influence": e}, both),
    )
    expected = max(squares(contact) + squares(agent) * 11 / 10 - squares(both), squares(contact))
    assert r.standard_error == pytest.approx(math.sqrt(expected))
    assert r.degrees_of_freedom == 10


def test_no_common_stratum_is_refused():
    m = Moments.of({"numerator": [1, 0], "denominator": [1, 1]})
    with pytest.raises(UsageError, match="no stratum in common"):
        post_strata({9: m}, {18: m})


def test_share_outside_common_strata_is_told():
    m = Moments.of({"numerator": [1, 0, 1], "denominator": [1, 1, 1]})
    assert "66.7%" in stratified_difference(post_strata({9: m, 18: m}, {18: m})).reason

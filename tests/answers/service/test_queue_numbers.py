"""Curves of times that were cut short, and quantiles of times that hang together."""

from __future__ import annotations

import numpy as np
import pytest

from callstats.answers.service.queue_numbers import crossing, curve, quantile, share_by

#: Weeks of remission under 6-MP, Freireich et al. (1963), Blood 21:699-716; 1 where it ended. With the
#: Kaplan-Meier estimates of Kleinbaum and Klein (2012), Survival Analysis, 3rd ed., table 2.2.
WEEKS = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
ENDED = [1] * 9 + [0] * 12
SURVIVAL = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}


def freireich():
    return curve(np.array(WEEKS, dtype=float), np.array(ENDED, dtype=float), 0.95)


def test_the_curve_is_that_of_the_published_example():
    table = freireich()
    found = {week: 1 - share_by(table, week)[0] for week in SURVIVAL}
    assert found == pytest.approx(SURVIVAL, abs=5e-5)


def test_the_median_is_that_of_the_published_example():
    assert crossing(freireich(), 0.5).estimate == 23


def test_a_share_never_reached_has_no_time():
    found = crossing(freireich(), 0.9)
    assert np.isnan(found.estimate)
    assert found.high == np.inf
    assert found.reason


def test_between_two_ends_the_share_stays():
    table = freireich()
    assert share_by(table, 8) == share_by(table, 7)


def test_nothing_is_said_of_times_beyond_those_seen():
    assert np.isnan(share_by(freireich(), 36)).all()


def test_times_are_taken_up_to_the_next_step():
    table = curve(np.array([0.2, 1.0, 1.4]), np.ones(3), 0.95)
    assert table.attempt.tolist() == [1, 2]


def test_rows_of_one_unit_hanging_together_make_a_quantile_less_sure():
    rng = np.random.default_rng(1)
    values = (rng.normal(0, 1, (40, 1)) + rng.normal(0, 0.3, (40, 25))).ravel()
    units = np.repeat(np.arange(40), 25)
    alone, clustered = quantile(values, 0.5, 0.95), quantile(values, 0.5, 0.95, units)
    assert alone.estimate == clustered.estimate == np.median(values)
    assert clustered.high - clustered.low > 3 * (alone.high - alone.low)


def test_the_interval_of_a_clustered_median_holds_the_truth():
    """Thirty days with a level of their own, 20 calls each: the median over all days is 0."""
    rng = np.random.default_rng(2)
    units = np.repeat(np.arange(30), 20)
    held = 0
    for _ in range(300):
        values = (rng.normal(0, 1, (30, 1)) + rng.normal(0, 1, (30, 20))).ravel()
        found = quantile(values, 0.5, 0.95, units)
        held += found.low <= 0 <= found.high
    assert 0.92 <= held / 300 <= 0.98

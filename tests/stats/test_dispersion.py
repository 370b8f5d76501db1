"""Overdispersion of agents' scores."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from callstats.errors import UsageError
from callstats.stats import overdispersion


def test_phi_is_1_for_chance_apart_from_the_tails_drawn_in():
    z = scipy_stats.norm.ppf(np.linspace(0.0005, 0.9995, 1000))
    assert overdispersion(z, winsorise=0).estimate == pytest.approx(1, abs=0.01)
    cut = scipy_stats.norm.ppf(0.9)
    inside = scipy_stats.truncnorm.var(-cut, cut) * 0.8 + 0.2 * cut**2
    assert overdispersion(z).estimate == pytest.approx(inside, abs=0.01)


def test_a_few_outliers_do_not_make_overdispersion():
    z = np.concatenate([scipy_stats.norm.ppf(np.linspace(0.01, 0.99, 95)), [30, 25, -40, 28, 33]])
    assert overdispersion(z).estimate < 2


def test_variance_between_agents_is_recovered():
    rng = np.random.default_rng(4)
    errors = rng.uniform(0.01, 0.03, 4000)
    z = rng.normal(0, np.sqrt(errors**2 + 0.02**2)) / errors
    found = overdispersion(z, winsorise=0, standard_errors=errors)
    assert found.tau2 == pytest.approx(0.02**2, rel=0.1)
    assert found.p_value < 1e-6


def test_no_score_is_refused():
    with pytest.raises(UsageError, match="no score"):
        overdispersion([np.nan])

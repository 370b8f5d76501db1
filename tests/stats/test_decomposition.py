"""Effects of factors."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callstats.errors import UsageError
from callstats.stats import lmdi, logarithmic_mean, shapley

factors = st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=5)
positive = st.lists(st.tuples(st.floats(0.01, 50), st.floats(0.01, 50)), min_size=1, max_size=5)


@given(cells=factors)
def test_shapley_effects_add_to_the_change(cells):
    r = shapley([a for a, _ in cells], [b for _, b in cells])
    assert sum(r.effects.values()) == pytest.approx(r.estimate, abs=1e-9)


@given(cells=st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=3, max_size=3))
def test_shapley_is_the_mean_over_all_orders(cells):
    effects = [0.0] * 3
    for order in itertools.permutations(range(3)):
        now = [a for a, _ in cells]
        for i in order:
            before = math.prod(now)
            now[i] = cells[i][1]
            effects[i] += (math.prod(now) - before) / 6
    r = shapley([a for a, _ in cells], [b for _, b in cells])
    assert list(r.effects.values()) == pytest.approx(effects, abs=1e-9)


@given(cells=positive)
def test_lmdi_effects_add_to_the_change(cells):
    r = lmdi([a for a, _ in cells], [b for _, b in cells])
    assert sum(r.effects.values()) == pytest.approx(r.estimate, rel=1e-7, abs=1e-7)


@given(cells=positive)
def test_time_turned_round_flips_the_signs(cells):
    old, new = [a for a, _ in cells], [b for _, b in cells]
    for method in (shapley, lmdi):
        forth, back = method(old, new).effects, method(new, old).effects
        assert list(forth.values()) == pytest.approx([-v for v in back.values()], rel=1e-6, abs=1e-9)


def test_any_function_of_arrays_gives_a_mix_term():
    # Two lists: hours move between them, rates stay: all of the change is mix.
    r = shapley(
        {"hours": 100.0, "mix": np.array([0.5, 0.5]), "rate": np.array([1.0, 2.0])},
        {"hours": 100.0, "mix": np.array([0.2, 0.8]), "rate": np.array([1.0, 2.0])},
        function=lambda hours, mix, rate: hours * (mix * rate).sum(),
    )
    assert r.effects == pytest.approx({"hours": 0, "mix": 30, "rate": 0})


def test_a_factor_that_falls_to_0_is_shared():
    assert shapley({"a": 2.0, "b": 3.0}, {"a": 0.0, "b": 3.0}).effects == {"a": -6.0, "b": 0.0}


def test_logarithmic_mean_lies_between_and_is_continuous():
    assert 2 < logarithmic_mean(2, 3) < 3
    assert logarithmic_mean(2, 2 + 1e-12) == pytest.approx(2)
    assert logarithmic_mean(2, 2) == 2


def test_lmdi_refuses_what_has_no_logarithm():
    with pytest.raises(UsageError, match="not positive"):
        lmdi([1, 0.0], [1, 2.0])


def test_other_factors_are_refused():
    with pytest.raises(UsageError, match="other factors"):
        shapley({"a": 1}, {"b": 1})

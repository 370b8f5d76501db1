"""Sizes, power and the smallest effect seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callstats.errors import UsageError
from callstats.stats import minimum_detectable_effect, power, proportion_difference, sample_size

shares = st.floats(0.02, 0.98)


@given(baseline=shares, other=shares, wanted=st.floats(0.3, 0.99), allocation=st.floats(0.2, 5))
def test_power_at_the_size_asked_for_is_the_power_asked_for(baseline, other, wanted, allocation):
    if abs(baseline - other) < 0.005:
        return
    n = sample_size(baseline, other, power=wanted, allocation=allocation)
    found = power(baseline, other, n.estimate * allocation, control_trials=n.estimate)
    assert found == pytest.approx(wanted, abs=1e-6)


@given(baseline=st.floats(0.02, 0.5), trials=st.integers(300, 100_000))
def test_smallest_effect_has_the_power_asked_for(baseline, trials):
    effect = minimum_detectable_effect(baseline, trials)
    assert effect.estimate > 0
    assert power(baseline, effect.other, trials) == pytest.approx(0.8, abs=1e-6)


def test_a_fall_is_negative():
    assert minimum_detectable_effect(0.3, 2000, alternative="less").estimate < 0


def test_design_effect_multiplies_the_size():
    assert sample_size(0.05, 0.06, design_effect=1.5).estimate == pytest.approx(
        1.5 * sample_size(0.05, 0.06).estimate
    )
    assert power(0.05, 0.06, 15_000, design_effect=1.5) == pytest.approx(power(0.05, 0.06, 10_000))


def test_simulation_confirms_the_power():
    rng = np.random.default_rng(1)
    n = sample_size(0.10, 0.13, power=0.8)
    hits = [
        proportion_difference(
            rng.binomial(n.trials, 0.13), n.trials, rng.binomial(n.trials, 0.1), n.trials
        ).p_value
        < 0.05
        for _ in range(600)
    ]
    assert np.mean(hits) == pytest.approx(0.8, abs=0.05)


def test_simulation_confirms_the_power_of_non_inferiority():
    rng = np.random.default_rng(2)
    n = sample_size(0.10, 0.10, power=0.8, margin=-0.03)
    assert n.alternative == "greater"
    hits = [
        proportion_difference(
            rng.binomial(n.trials, 0.1), n.trials, rng.binomial(n.trials, 0.1), n.trials,
            margin=-0.03, alternative="greater",
        ).p_value < 0.05
        for _ in range(600)
    ]  # fmt: skip
    assert np.mean(hits) == pytest.approx(0.8, abs=0.05)


def test_no_difference_needs_no_number_of_calls():
    with pytest.raises(UsageError, match="side of the null"):
        sample_size(0.05, 0.05)


def test_percent_are_refused():
    with pytest.raises(UsageError, match=r"0\.05"):
        sample_size(5, 6)


def test_too_few_trials_to_find_anything():
    with pytest.raises(UsageError, match="too few"):
        minimum_detectable_effect(0.5, 3)
